"""Plain resizing in OpenCV's seven modes."""

from __future__ import annotations

from collections.abc import Collection

from bench.cases import CASES, CHANNELS, DTYPES, MODES, Cell
from bench.contest import Family, Trial
from bench.resizing import resize_trial

# Where the result promises OpenCV's bits: by dtype.
IDENTICAL = {
    "uint8": {"nearest", "nearest_exact", "linear", "linear_exact", "area", "lanczos4"},
    "uint16": {"nearest", "nearest_exact", "area"},
    "float32": {"nearest", "nearest_exact", "area"},
}


def prepare(cell: Cell, peers: Collection[str]) -> Trial:
    """``cyresize.resize`` against ``cv2.resize`` and whatever else has the mode without widening."""
    twin = "cv2" if cell.mode in IDENTICAL[cell.dtype] and cell.channels <= 4 else None
    return resize_trial(cell, peers, antialias=False, twin=twin)


FAMILY = Family("resize", "Resizing in OpenCV's modes", CASES, MODES, DTYPES, CHANNELS, prepare)
