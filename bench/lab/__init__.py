"""Rival row kernels, compiled on demand and timed against those in use: see README.md beside this file."""
