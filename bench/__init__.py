"""Benchmarks of cyresize against other CPU image libraries: ``python -m bench --help``."""
