"""PyTorch's rules of resampling: its coordinates in float32, its kernels, its 16-bit weights for uint8."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from cyresize import sampling
from cyresize.engine.passes import plan_from
from cyresize.engine.plan import AxisPlan
from cyresize.separable import BYTES, FLOATS, GATHER

Floats = np.ndarray[Any, Any]

FLAT = ("nearest", "nearest-exact", "area")  # modes without corners to align
WEIGHT_BITS = 22
SMALL_SIDES = 128  # height + width of an output up to which PyTorch takes its kernel for small images


# ---- coordinates, in the type that PyTorch calculates them in


def step(n_in: int, n_out: int, factor: float | None, align_corners: bool, real: type) -> Any:
    """Source samples per output sample."""
    if align_corners:
        return real(n_in - 1) / real(n_out - 1) if n_out > 1 else real(0)
    return real(1.0 / factor) if factor is not None and factor > 0 else real(n_in) / real(n_out)


def nearest_index(n_in: int, n_out: int, factor: float | None, exact: bool, small: bool, real: type) -> Floats:
    """Index of the sample that each output copies.

    PyTorch has two kernels for it. The one for ``small`` images works in float32 and takes equal and double sizes as
    such, whatever the factor; the other rounds to float32 at the end.
    """
    i = np.arange(n_out)
    if small and not exact and n_out == n_in:
        return i
    if small and not exact and n_out == 2 * n_in:
        return i >> 1
    scale = float(step(n_in, n_out, factor, False, np.float32 if small else real))
    if not exact:
        at = i * scale
    elif small:
        at = (i + 0.5) * scale
    else:
        at = ((i + 0.5) * scale - 0.5).astype(real) + 0.5
    return np.floor(at.astype(np.float32))


def source(n_in: int, n_out: int, factor: float | None, align_corners: bool, real: type) -> Floats:
    """Where each output lies in the source; the product is rounded together with the subtraction (fused)."""
    scale = step(n_in, n_out, factor, align_corners, real)
    i = np.arange(n_out, dtype=np.float64)
    at = float(scale) * i if align_corners else float(scale) * (i + 0.5) - 0.5
    return at.astype(real).astype(np.float64)


# ---- plans

KERNELS = {"linear": sampling.LINEAR, "cubic": sampling.cubic(-0.5), "lanczos": sampling.LANCZOS3}


def interpolated(n_in: int, at: Floats, kind: str, real: type) -> tuple[Floats, Floats]:
    """First sample and weights of linear (clamped at the first sample) and cubic interpolation, not folded."""
    if kind == "linear":
        at = np.maximum(at, 0.0)
    low = np.minimum(np.floor(at), n_in - 1)
    fraction = np.clip((at - low).astype(real), 0, 1).astype(np.float64)[:, None]
    reach = 1 if kind == "linear" else 2
    kernel = sampling.LINEAR if kind == "linear" else sampling.cubic(-0.75)
    taps = np.arange(1 - reach, reach + 1)
    return low[:, None] + taps, kernel(taps - fraction)


def antialiased(n_in: int, n_out: int, scale: Any, kind: str, real: type) -> tuple[Floats, Floats]:
    """Samples and weights of a kernel that is widened by the step, cut at the source and normalised."""
    kernel, half = KERNELS[kind], real(0.5)
    inverse = real(1) / scale if scale >= 1 else real(1)
    support = real(kernel.support) * scale if scale >= 1 else real(kernel.support)
    centre = scale * (np.arange(n_out, dtype=real) + half)
    begin = np.maximum(np.trunc(centre - support + half), 0)
    end = np.minimum(np.trunc(centre + support + half), n_in)
    index = begin[:, None] + np.arange(int((end - begin).max()), dtype=real)
    distance = (index - centre[:, None] + half) * inverse
    values = np.where(index < end[:, None], kernel(distance.astype(np.float64)), 0.0)
    return index.astype(np.float64), sampling.shares(values)


def weights(
    n_in: int, n_out: int, factor: float | None, kind: str, align_corners: bool, antialias: bool, real: type
) -> tuple[Floats, Floats, Floats]:
    """First sample, weights and their number for each output, inside the source."""
    if antialias:
        index, values = antialiased(n_in, n_out, step(n_in, n_out, factor, align_corners, real), kind, real)
    else:
        index, values = interpolated(n_in, source(n_in, n_out, factor, align_corners, real), kind, real)
    first, values = sampling.folded(n_in, index.astype(np.int64), values)
    return sampling.trimmed(first, values)


def quantised(values: Floats) -> Floats:
    """Weights as 16-bit integers of the largest precision that holds them all, in units of the engine's 22 bits."""
    largest, bits = values.max(), 0
    while bits < WEIGHT_BITS and int(0.5 + largest * (1 << (bits + 1))) < 1 << 15:
        bits += 1
    scaled = values * float(1 << bits)
    return np.trunc(scaled + np.where(scaled < 0, -0.5, 0.5)) * (1 << (WEIGHT_BITS - bits))


@lru_cache(maxsize=256)
def nearest_plan(n_in: int, n_out: int, factor: float | None, exact: bool, small: bool, real: type) -> AxisPlan:
    """The plan of nearest and nearest-exact."""
    return sampling.index_plan(n_in, nearest_index(n_in, n_out, factor, exact, small, real))


@lru_cache(maxsize=256)
def weighted_plan(
    n_in: int,
    n_out: int,
    factor: float | None,
    kind: str,
    align_corners: bool,
    antialias: bool,
    real: type,
    fixed: bool,
) -> AxisPlan:
    """The plan of a weighted mode; ``fixed``: weights as PyTorch has them for uint8."""
    first, values, counts = weights(n_in, n_out, factor, kind, align_corners, antialias, real)
    return plan_from(n_in, *sampling.checked(n_in, first, quantised(values) if fixed else values, counts))


# ---- all axes of a call


def spatial_plans(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    axes: Sequence[int],
    sizes: Sequence[int],
    factors: Sequence[float | None],
    mode: str,
    align_corners: bool,
    antialias: bool,
) -> tuple[Mapping[int, AxisPlan], int]:
    """The plans of all axes that change and the arithmetic to execute them in."""
    kind = {"bilinear": "linear", "trilinear": "linear", "bicubic": "cubic"}.get(mode, mode)
    fixed = dtype == np.uint8 and len(axes) == 2 and mode not in FLAT
    real = np.float64 if fixed or dtype == np.float64 else np.float32
    small = len(axes) == 2 and sum(sizes) <= SMALL_SIDES
    plans = {}
    for axis, size, factor in zip(axes, sizes, factors, strict=True):
        n = shape[axis]
        if mode in ("nearest", "nearest-exact"):
            plans[axis] = nearest_plan(n, size, factor, mode == "nearest-exact", small, real)
        elif mode == "area":
            plans[axis] = sampling.adaptive_plan(n, size)
        elif n != size or moved(factor, mode, align_corners, fixed or antialias):
            plans[axis] = weighted_plan(n, size, factor, kind, align_corners, antialias, real, fixed)
    return plans, GATHER if mode in ("nearest", "nearest-exact") else BYTES if fixed else FLOATS


def moved(factor: float | None, mode: str, align_corners: bool, passes: bool) -> bool:
    """Whether an axis that keeps its size is resampled all the same, for its factor.

    ``passes``: PyTorch works axis by axis, and leaves out those that keep their size.
    """
    return mode == "bicubic" and not passes and not align_corners and factor not in (None, 1.0)
