"""Resizing with kernels that widen where the image shrinks."""

from __future__ import annotations

from collections.abc import Collection

from bench.cases import ANTIALIASED_MODES, CASES, CHANNELS, DTYPES, Cell
from bench.contest import Family, Trial
from bench.resizing import resize_trial


def prepare(cell: Cell, peers: Collection[str]) -> Trial:
    """``cyresize.resize(antialias=True)`` against Pillow, PyTorch and fast_image_resize."""
    return resize_trial(cell, peers, antialias=True, twin="Pillow" if cell.dtype == "uint8" else None)


FAMILY = Family("antialias", "Antialiased resizing", CASES, ANTIALIASED_MODES, DTYPES, CHANNELS, prepare)
