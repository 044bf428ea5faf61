"""What a resampling rule means for one axis: where outputs lie in the source, and which samples they weigh.

Three steps, each a few NumPy lines over all outputs of the axis: coordinates (sample j of the source lies at j), the
kernel's weights around them, the border. The result is a plan for the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from cyresize import checks
from cyresize.engine.passes import plan_from
from cyresize.engine.plan import AxisPlan

Floats = npt.NDArray[np.float64]

# ---- kernels: functions of the distance between an output and a source sample


class Kernel(Protocol):
    """A function of an array of distances in source samples, zero beyond ``support``."""

    @property
    def support(self) -> float:
        """The distance beyond which the kernel is zero."""

    def __call__(self, distance: Floats, /) -> Floats:
        """Values at an array of distances."""


@dataclass(frozen=True)
class NamedKernel:
    """A kernel of this package: compared by name, so that plans can be cached."""

    name: str
    support: float
    parameter: float = 0.0

    def __call__(self, distance: Floats) -> Floats:
        """Values at an array of distances."""
        return FORMULAS[self.name](distance, self.parameter)


def _linear(x: Floats, _: float) -> Floats:
    return np.maximum(1.0 - np.abs(x), 0.0)


def _cubic(x: Floats, a: float) -> Floats:
    x = np.abs(x)
    near = ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    far = (((x - 5.0) * x + 8.0) * x - 4.0) * a
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))


def _lanczos(x: Floats, lobes: float) -> Floats:
    return np.where(np.abs(x) < lobes, np.sinc(x) * np.sinc(x / lobes), 0.0)


def _box(x: Floats, _: float) -> Floats:
    return np.where((x > -0.5) & (x <= 0.5), 1.0, 0.0)


def _hamming(x: Floats, _: float) -> Floats:
    return np.where(np.abs(x) < 1.0, np.sinc(x) * (0.54 + 0.46 * np.cos(np.pi * x)), 0.0)


def _gaussian(x: Floats, radius: float) -> Floats:
    return np.where(np.abs(x) < radius, np.exp(-0.5 * (3.0 * x / radius) ** 2), 0.0)


def _mitchell(x: Floats, _: float) -> Floats:
    x = np.abs(x)
    near = ((7.0 * x - 12.0) * x * x + 16.0 / 3.0) / 6.0
    far = (((-7.0 / 3.0 * x + 12.0) * x - 20.0) * x + 32.0 / 3.0) / 6.0
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))


FORMULAS: dict[str, Callable[[Floats, float], Floats]] = {
    "linear": _linear,
    "cubic": _cubic,
    "lanczos": _lanczos,
    "box": _box,
    "hamming": _hamming,
    "gaussian": _gaussian,
    "mitchell": _mitchell,
}

INTERPOLATING = ("linear", "cubic", "lanczos", "box", "hamming")  # an output on a sample is that sample

LINEAR = NamedKernel("linear", 1.0)
HAMMING = NamedKernel("hamming", 1.0)
BOX = NamedKernel("box", 0.5)
LANCZOS3 = NamedKernel("lanczos", 3.0, 3.0)
LANCZOS4 = NamedKernel("lanczos", 4.0, 4.0)
LANCZOS5 = NamedKernel("lanczos", 5.0, 5.0)
GAUSSIAN = NamedKernel("gaussian", 1.5, 1.5)
MITCHELL = NamedKernel("mitchell", 2.0)


def cubic(a: float) -> NamedKernel:
    """Keys' cubic convolution with parameter ``a``."""
    return NamedKernel("cubic", 2.0, a)


# ---- coordinates


@dataclass(frozen=True)
class Grid:
    """How the outputs of one axis lie over its samples.

    Attributes
    ----------
    n_in, n_out : int
        Samples before and after.
    scale : float
        Output samples per source sample, as given or as the sizes say.
    width : float
        The length of the output before it was rounded to whole samples.
    low, high : float
        The part of the source that is resampled, in pixels (pixel j covers j .. j + 1).
    start, end : float
        The normalised region of tf_crop_and_resize.
    """

    n_in: int
    n_out: int
    scale: float
    width: float
    low: float
    high: float
    start: float = 0.0
    end: float = 1.0


def whole_grid(n_in: int, n_out: int) -> Grid:
    """The grid of given sizes over all samples of an axis."""
    return Grid(n_in, n_out, n_out / n_in, float(n_out), 0.0, float(n_in))


def _half_pixel(grid: Grid, i: Floats) -> Floats:
    return (i + 0.5) / grid.scale - 0.5


def _half_pixel_symmetric(grid: Grid, i: Floats) -> Floats:
    # The centre of the source goes to the centre of the output, where the size was rounded.
    offset = (grid.high - grid.low) / 2.0 * (1.0 - grid.n_out / grid.width)
    return offset + (i + 0.5) / grid.scale - 0.5


def _pytorch_half_pixel(grid: Grid, i: Floats) -> Floats:
    return _half_pixel(grid, i) if grid.n_out > 1 else i * 0.0


def _align_corners(grid: Grid, i: Floats) -> Floats:
    last = grid.high - grid.low - 1.0
    return i * last / (grid.width - 1.0) if grid.n_out > 1 else i * 0.0


def _asymmetric(grid: Grid, i: Floats) -> Floats:
    return i / grid.scale


def _tf_crop_and_resize(grid: Grid, i: Floats) -> Floats:
    last, extent = grid.high - grid.low - 1.0, grid.end - grid.start
    if grid.n_out == 1:
        return i * 0.0 + 0.5 * (grid.start + grid.end) * last
    return grid.start * last + i * (extent * last) / (grid.width - 1.0)


COORDINATES: dict[str, Callable[[Grid, Floats], Floats]] = {
    "half_pixel": _half_pixel,
    "half_pixel_symmetric": _half_pixel_symmetric,
    "pytorch_half_pixel": _pytorch_half_pixel,
    "align_corners": _align_corners,
    "asymmetric": _asymmetric,
    "tf_crop_and_resize": _tf_crop_and_resize,
}


def coordinates(rule: str, grid: Grid) -> Floats:
    """Where each output lies in the source."""
    return COORDINATES[rule](grid, np.arange(grid.n_out, dtype=np.float64)) + grid.low


# ---- nearest

ROUNDINGS: dict[str, Callable[[Floats], Floats]] = {
    "floor": np.floor,
    "ceil": np.ceil,
    "round_prefer_floor": lambda at: np.ceil(at - 0.5),
    "round_prefer_ceil": lambda at: np.floor(at + 0.5),
}


def index_plan(n_in: int, index: npt.NDArray[Any]) -> AxisPlan:
    """A plan that copies samples; indices outside the source go to its edge."""
    first = np.clip(index, 0, n_in - 1).astype(np.intp)
    ones = np.ones(len(first), np.intc)
    return plan_from(n_in, first, np.ones((len(first), 1)), ones)


@lru_cache(maxsize=256)
def nearest_plan(rule: str, grid: Grid, rounding: str) -> AxisPlan:
    """The plan of a nearest mode."""
    return index_plan(grid.n_in, ROUNDINGS[rounding](coordinates(rule, grid)))


# ---- weighted modes


def window(at: Floats, kernel: Kernel, stretch: float) -> tuple[npt.NDArray[np.int64], Floats]:
    """Indices and kernel values of all samples within reach of each coordinate, [n_out][taps]."""
    reach = kernel.support * stretch
    first = np.ceil(at - reach)
    taps = int((np.floor(at + reach) - first).max()) + 1
    index = first[:, None] + np.arange(max(taps, 1))
    values = np.asarray(kernel((index - at[:, None]) / stretch), np.float64)
    checks.kernel_values(values, index.shape)
    return index.astype(np.int64), values


def shares(values: Floats) -> Floats:
    """Values divided by their sum; rows whose sum is 0 stay."""
    total = values.sum(1, keepdims=True)
    return values / np.where(total == 0.0, 1.0, total)


def trimmed(first: npt.NDArray[np.int64], values: Floats) -> tuple[npt.NDArray[np.int64], Floats, npt.NDArray[np.intc]]:
    """Without the zeros at both ends of each row: they cost time, and 0 times NaN is NaN."""
    used = values != 0.0
    lead = np.where(used.any(1), used.argmax(1), 0)
    counts = np.maximum(values.shape[1] - used[:, ::-1].argmax(1) - lead, 1)
    counts = np.where(used.any(1), counts, 1)
    taps = int(counts.max())
    padded = np.pad(values, ((0, 0), (0, taps)))
    kept = np.take_along_axis(padded, lead[:, None] + np.arange(taps), 1)
    return first + lead, np.ascontiguousarray(kept), counts.astype(np.intc)


def folded(n_in: int, index: npt.NDArray[np.int64], values: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """Taps outside the source added to the sample at its edge: first index and weights of each output."""
    first = np.clip(index[:, 0], 0, n_in - 1)
    rows, taps = values.shape
    slot = np.clip(index, 0, n_in - 1) - first[:, None] + np.arange(rows)[:, None] * taps
    return first, np.bincount(slot.ravel(), values.ravel(), rows * taps).reshape(rows, taps).astype(np.float64)


def weighted_plan(n_in: int, at: Floats, kernel: Kernel, stretch: float, border: str) -> AxisPlan:
    """The plan that weighs the samples around the coordinates ``at``.

    ``border``: what samples outside the source are. replicate: the one at the edge; renormalise: left out, the
    weights of the others make 1; constant: left out, the weights of the others stay.
    """
    index, values = window(at, kernel, stretch)
    outside = (index < 0) | (index >= n_in)
    if border == "renormalise":
        values = shares(np.where(outside, 0.0, values))
    else:
        values = shares(values)
        if border == "constant":
            values = np.where(outside, 0.0, values)
    return plan_from(n_in, *checked(n_in, *trimmed(*folded(n_in, index, values))))


def checked(
    n_in: int, first: npt.NDArray[np.int64], values: Floats, counts: npt.NDArray[np.intc]
) -> tuple[npt.NDArray[np.intp], Floats, npt.NDArray[np.intc]]:
    """The numbers in the engine's types."""
    return np.minimum(first, n_in - 1).astype(np.intp), values, counts


def kernel_plan(rule: str, grid: Grid, kernel: Kernel, border: str, antialias: bool) -> AxisPlan:
    """The plan of a kernel, widened by the factor of a shrink if ``antialias``."""
    stretch = max(1.0 / grid.scale, 1.0) if antialias else 1.0
    return weighted_plan(grid.n_in, coordinates(rule, grid), kernel, stretch, border)


cached_kernel_plan = lru_cache(maxsize=256)(kernel_plan)


@lru_cache(maxsize=256)
def coverage_plan(grid: Grid) -> AxisPlan:
    """Area: every output is the mean of the part of the source that it covers."""
    step = 1.0 / grid.scale
    low = grid.low + np.arange(grid.n_out) * step
    high = low + step
    first = np.floor(low)
    index = first[:, None] + np.arange(int((np.ceil(high) - first).max()))
    share = np.minimum(index + 1.0, high[:, None]) - np.maximum(index, low[:, None])
    values = np.maximum(share, 0.0) / step
    return plan_from(grid.n_in, *checked(grid.n_in, *trimmed(*folded(grid.n_in, index.astype(np.int64), values))))


@lru_cache(maxsize=256)
def adaptive_plan(n_in: int, n_out: int) -> AxisPlan:
    """PyTorch's area: the mean of all samples that an output touches, whole."""
    i = np.arange(n_out, dtype=np.int64)
    first, last = i * n_in // n_out, -((i + 1) * n_in // -n_out)
    counts = last - first
    taps = int(counts.max())
    values = np.where(np.arange(taps) < counts[:, None], 1.0 / counts[:, None], 0.0)
    return plan_from(n_in, first.astype(np.intp), values, counts.astype(np.intc))


@lru_cache(maxsize=256)
def running_plan(n_in: int, n_out: int, low: float, high: float) -> AxisPlan:
    """Pillow's nearest: a running sum of the step from half a step into the box."""
    step = (high - low) / n_out
    at = np.cumsum(np.concatenate([[low + step * 0.5], np.full(n_out - 1, step)]))
    return index_plan(n_in, np.floor(at))
