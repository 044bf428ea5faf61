"""Plain resizing of the dtypes that OpenCV takes beside those with bars: what scanners and NumPy's defaults give."""

from __future__ import annotations

from collections.abc import Collection

from bench.cases import CASES, Cell
from bench.contest import Family, Trial
from bench.resizing import resize_trial

DTYPES = ("int16", "float64")
MODES = ("nearest", "linear", "cubic", "area", "lanczos4")
CHANNELS = (1, 2, 3)
IDENTICAL = {"int16": {"nearest", "area"}, "float64": {"nearest"}}


def prepare(cell: Cell, peers: Collection[str]) -> Trial:
    """``cyresize.resize`` against ``cv2.resize``; the other libraries would have to convert."""
    twin = "cv2" if cell.mode in IDENTICAL[cell.dtype] else None
    return resize_trial(cell, [name for name in peers if name == "cv2"], antialias=False, twin=twin)


SHOWN = ("1080x1920-600x600", "1080x1920-540x960", "540x960-1080x1920", "270x268-224x224")
FAMILY = Family(
    "types",
    "Resizing of other dtypes",
    tuple(case for case in CASES if case.name in SHOWN),
    MODES,
    DTYPES,
    CHANNELS,
    prepare,
)
