"""Row kernels: one common source, built once per instruction level (see setup.py)."""
