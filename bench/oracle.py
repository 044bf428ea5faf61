"""Resizing in exact arithmetic, as far as float64 goes: weights per axis, then sums, on a sample of output rows.

n is the source length of an axis, m the output length; K taps per output.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from bench.cases import Case

ROWS = 16

Kernel = Callable[[np.ndarray], np.ndarray]


def linear(x: np.ndarray) -> np.ndarray:
    """The triangle, support 1."""
    return np.asarray(np.maximum(1 - np.abs(x), 0))


def keys(a: float) -> Kernel:
    """Keys' cubic of the given slope ``a``, support 2."""

    def kernel(x: np.ndarray) -> np.ndarray:
        x = np.abs(x)
        near = ((a + 2) * x - (a + 3)) * x * x + 1
        far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
        return np.asarray(np.where(x < 1, near, np.where(x < 2, far, 0)))

    return kernel


def lanczos(lobes: int) -> Kernel:
    """Sinc, windowed by its own ``lobes`` times wider central lobe."""

    def kernel(x: np.ndarray) -> np.ndarray:
        return np.sinc(x) * np.sinc(x / lobes) * (np.abs(x) < lobes)

    return kernel


FIXED = {"linear": (linear, 1), "linear_exact": (linear, 1), "cubic": (keys(-0.75), 2), "lanczos4": (lanczos(4), 4)}
WIDENED = {"linear": (linear, 1), "cubic": (keys(-0.5), 2), "lanczos4": (lanczos(3), 3)}


@dataclass(frozen=True)
class Axis:
    """Source indices and weights of the K taps of each output: two arrays m x K."""

    index: np.ndarray
    weight: np.ndarray

    @property
    def norm(self) -> float:
        """The largest sum of absolute weights: how much an error of the input can grow."""
        return float(np.abs(self.weight).sum(axis=1).max())


def nearest(n: int, m: int) -> Axis:
    """The pixel under the output pixel's first corner, as ``INTER_NEAREST``."""
    return Axis((np.arange(m) * n // m)[:, None], np.ones((m, 1)))


def nearest_exact(n: int, m: int) -> Axis:
    """The pixel under the output pixel's centre."""
    return Axis(((2 * np.arange(m) + 1) * n // (2 * m))[:, None], np.ones((m, 1)))


def filtered(n: int, m: int, kernel: Kernel, support: int) -> Axis:
    """Taps at fixed distances around the centre; those outside take the edge pixel."""
    centre = (np.arange(m) + 0.5) * n / m - 0.5
    index = np.floor(centre).astype(int)[:, None] + np.arange(1 - support, support + 1)
    weight = kernel(centre[:, None] - index)
    return Axis(np.clip(index, 0, n - 1), weight / weight.sum(axis=1, keepdims=True))


def widened(n: int, m: int, kernel: Kernel, support: int, repeated: bool = False) -> Axis:
    """Taps of a kernel stretched by the shrink factor; those outside are dropped, or take the edge pixel."""
    scale = n / m
    stretch = max(scale, 1.0)
    reach = support * stretch
    centre = (np.arange(m) + 0.5) * scale
    first, last = (np.floor(centre + side + 0.5).astype(int) for side in (-reach, reach))
    if not repeated:
        first, last = np.maximum(first, 0), np.minimum(last, n)
    index = first[:, None] + np.arange((last - first).max())
    weight = np.where(index < last[:, None], kernel((index + 0.5 - centre[:, None]) / stretch), 0)
    return Axis(np.clip(index, 0, n - 1), weight / weight.sum(axis=1, keepdims=True))


def covered(n: int, m: int) -> Axis:
    """The share of each source pixel that an output pixel of a shrunk image covers."""
    start = np.arange(m) * n / m
    end = np.arange(1, m + 1) * n / m
    index = np.floor(start).astype(int)[:, None] + np.arange(int(np.ceil(n / m)) + 1)
    weight = np.minimum(index + 1, end[:, None]) - np.maximum(index, start[:, None])
    weight = np.maximum(weight, 0)
    return Axis(np.minimum(index, n - 1), weight / weight.sum(axis=1, keepdims=True))


def area_enlarged(n: int, m: int) -> Axis:
    """OpenCV's ``INTER_AREA`` where an axis grows: two taps, blended only where a pixel border crosses.

    The rule jumps where borders coincide, so there the roundings of OpenCV's own formula are part of it.
    """
    x = np.arange(m)
    left = np.floor(x * (1 / (m / n))).astype(int)
    fraction = ((x + 1) - (left + 1) * (m / n)).astype(np.float32)
    fraction = np.where(fraction <= 0, 0, fraction - np.floor(fraction))
    index = np.stack([left, np.minimum(left + 1, n - 1)], axis=1)
    return Axis(index, np.stack([1 - fraction, fraction], axis=1))


def axis(mode: str, n: int, m: int, antialias: bool, shrinks: bool, repeated: bool = False) -> Axis:
    """The taps of one axis; ``shrinks`` says whether both axes do, which AREA depends on."""
    if mode == "nearest":
        return nearest(n, m)
    if mode == "nearest_exact":
        return nearest_exact(n, m)
    if mode == "area":
        return covered(n, m) if shrinks else area_enlarged(n, m)
    return widened(n, m, *WIDENED[mode], repeated) if antialias else filtered(n, m, *FIXED[mode])


@lru_cache(maxsize=32)
def axes(case: Case, mode: str, antialias: bool, repeated: bool = False) -> tuple[Axis, Axis]:
    """Rows and columns of a case."""
    return (
        axis(mode, case.height, case.out_height, antialias, case.shrinks, repeated),
        axis(mode, case.width, case.out_width, antialias, case.shrinks, repeated),
    )


def sampled_rows(case: Case) -> np.ndarray:
    """Output rows to look at: the first, the last and some between."""
    return np.unique(np.linspace(0, case.out_height - 1, min(ROWS, case.out_height)).round().astype(int))


def resized_rows(
    source: np.ndarray,
    case: Case,
    mode: str,
    antialias: bool,
    picked: np.ndarray | None = None,
    repeated: bool = False,
) -> np.ndarray:
    """The picked output rows of H x W or H x W x C in float64, clipped to the range of an integer dtype.

    None picks the sampled ones; ``repeated`` gives widened kernels the edge pixel for what lies outside.
    """
    rows, columns = axes(case, mode, antialias, repeated)
    picked = sampled_rows(case) if picked is None else picked
    image = source if source.ndim == 3 else source[:, :, None]
    tall = np.zeros((len(picked), *image.shape[1:]))
    for k in range(rows.weight.shape[1]):
        tall += rows.weight[picked, k, None, None] * image[rows.index[picked, k]]
    out = np.zeros((len(picked), case.out_width, image.shape[2]))
    for k in range(columns.weight.shape[1]):
        out += columns.weight[None, :, k, None] * tall[:, columns.index[:, k]]
    if source.dtype.kind in "iu":
        limits = np.iinfo(source.dtype)
        out = np.clip(out, limits.min, limits.max)
    return out if source.ndim == 3 else out[:, :, 0]


@cache
def steepness(mode: str, antialias: bool) -> float:
    """The most that a shift by one pixel can change a result, in units of the value range."""
    table = WIDENED if antialias else FIXED
    if mode not in table:
        return 1.0
    kernel, support = table[mode]
    phase = np.linspace(0, 1, 2001)[:, None] + np.arange(-support, support)
    slope = (kernel(phase + 1e-6) - kernel(phase - 1e-6)) / 2e-6
    return float(np.abs(slope).sum(axis=1).max() / 2)


def dropped(part: Axis, scale: float) -> float:
    """The most weight that OpenCV's AREA leaves out: shares below a thousandth of a source pixel."""
    return float(np.where(part.weight * scale < 1e-3, part.weight, 0).sum(axis=1).max())


def tolerance(
    case: Case, mode: str, dtype: str, antialias: bool = False, truncates: bool = False, step: float = 0.0
) -> float:
    """How far from exact a sound implementation may be.

    Allowed are: coordinates in float32 (four roundings each), sums in float32, for bytes weights of 11 bits (8 for
    LINEAR_EXACT), for integers one rounding at the end and one between the passes, and what AREA leaves out. Who
    ``truncates`` may cut where others round, and who keeps kernels at steps of a pixel may be half a step off.
    """
    rows, columns = axes(case, mode, antialias)
    whole = np.dtype(dtype).kind in "iu"
    top = float(np.iinfo(dtype).max) if whole else 255.0
    taps = rows.weight.shape[1] + columns.weight.shape[1]
    growth = max(rows.norm, columns.norm)
    shift = 2.0**-22 * (case.width * rows.norm + case.height * columns.norm) * steepness(mode, antialias)
    stretches = max(case.height / case.out_height, 1), max(case.width / case.out_width, 1)
    shift += step / 2 * (rows.norm / stretches[0] + columns.norm / stretches[1]) * steepness(mode, antialias)
    allowed = top * (shift + 2.0**-23 * taps * rows.norm * columns.norm)
    if mode == "area" and case.shrinks:
        allowed += top * (dropped(rows, case.height / case.out_height) + dropped(columns, case.width / case.out_width))
    if whole:
        allowed += (1.0 if truncates else 0.5) * (1 + growth)
    if dtype == "uint8":
        allowed += top * 2.0 ** (-9 if mode == "linear_exact" else -12) * taps * growth
    return float(allowed)
