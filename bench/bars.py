"""The speeds aimed at: for groups of cells, the least geometric mean of ratios and the least single ratio.

A ratio is the fastest of the bar's peers over ours, with the same threads and without ``dst``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.cases import CALL_OVERHEAD, Case

NOISE = 0.05
EFFICIENCY = 0.9  # of each of several threads, on large images
CV2 = ("cv2", "cv2 ipp")
TORCH = ("torch",)
FILTERS = ("Pillow", "torch", "cykooz")

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Bar:
    """A group of cells and what is asked of it; ``mean`` None asks nothing and ``peers`` empty counts every peer."""

    name: str
    accepts: Callable[[Record], bool]
    mean: float | None = None
    each: float | None = None
    peers: tuple[str, ...] = ()


def of(dtype: str, *modes: str) -> Callable[[Record], bool]:
    """Plain resizing of a dtype in some modes."""
    return lambda r: r["family"] == "resize" and r["dtype"] == dtype and r["mode"] in modes


def overhead(r: Record) -> bool:
    """The smallest case, in which the call itself is all that takes time."""
    return (r["family"], r["case"]) == ("resize", CALL_OVERHEAD.name)


def byte_area_shrink(r: Record) -> bool:
    """AREA on bytes where it is more than LINEAR by another name."""
    return of("uint8", "area")(r) and Case.parse(r["case"]).shrinks


def byte_antialias(r: Record) -> bool:
    """Antialiased bytes."""
    return (r["family"], r["dtype"]) == ("antialias", "uint8")


def preprocess(r: Record) -> bool:
    """Images to a batch."""
    return bool(r["family"] == "preprocess")


def operation(*functions: str) -> Callable[[Record], bool]:
    """Functions on feature maps, whatever their sizes."""
    return lambda r: r["family"] == "operations" and r["mode"].split()[0] in functions


BARS = (
    Bar("call overhead", overhead, 1.0, 1.0, CV2),
    Bar("uint8 linear", of("uint8", "linear"), 2.0, 1.3, CV2),
    Bar("uint8 linear_exact", of("uint8", "linear_exact"), 3.0, 1.5, CV2),
    Bar("uint8 nearest, nearest_exact", of("uint8", "nearest", "nearest_exact"), 2.5, 1.3, CV2),
    Bar("uint8 cubic", of("uint8", "cubic"), 1.4, 1.1, CV2),
    Bar("uint8 area (shrink)", byte_area_shrink, 6.0, 1.2, CV2),
    Bar("uint8 lanczos4", of("uint8", "lanczos4"), 6.0, 3.0, CV2),
    Bar("float32 linear, cubic", of("float32", "linear", "cubic"), 1.5, 1.1, CV2),
    Bar("float32 area, lanczos4", of("float32", "area", "lanczos4"), 3.0, 1.2, CV2),
    Bar("uint16 linear, cubic", of("uint16", "linear", "cubic"), 1.3, 1.0, CV2),
    Bar("uint16 area, lanczos4", of("uint16", "area", "lanczos4"), 3.0, 1.2, CV2),
    Bar("Preprocess", preprocess, 2.0, 1.5, ("cv2 blob",)),
    Bar("antialiased uint8", byte_antialias, 1.5, 1.1, FILTERS),
    Bar("pixel shuffle and unshuffle", operation("pixel_shuffle", "pixel_unshuffle"), 1.5, 1.0, TORCH),
    Bar("max pool", operation("max_pool2d"), 1.5, 1.0, TORCH),
    Bar("max unpool", operation("max_unpool2d"), 1.5, 1.0, TORCH),
    Bar("conv_transpose", operation("conv_transpose2d"), 0.8, 0.5, TORCH),
)


def bar_of(record: Record) -> Bar:
    """The bar of a cell. Every cell has one; where nothing is asked it only makes a group."""
    for bar in BARS:
        if bar.accepts(record):
            return bar
    family, dtype, mode = record["family"], record["dtype"], record["mode"]
    prefix = "" if family == "resize" else f"{family} "
    return Bar(f"{prefix}{dtype} {mode}", lambda r: (r["family"], r["dtype"], r["mode"]) == (family, dtype, mode))
