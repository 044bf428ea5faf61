"""PyTorch's interpolate: output sizes, refusals, and plans by PyTorch's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from cyresize import checks
from cyresize.engine.plan import AxisPlan
from cyresize.engine.remembering import remembered
from cyresize.functional.arguments import Array
from cyresize.separable import apply_plans, native, result
from cyresize.torch_sampling import FLAT, spatial_plans

MODES = ("nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "lanczos", "area")
AXES = {"linear": (1,), "bilinear": (2,), "bicubic": (2,), "lanczos": (2,), "trilinear": (3,)}
ANY_AXES = (1, 2, 3)
DTYPES = ("uint8", "float16", "float32", "float64")


def dtypes_of(mode: str, antialias: bool) -> tuple[str, ...]:
    """What PyTorch takes."""
    if antialias:
        return ("uint8", "float32", "float64")
    return DTYPES[1:] if mode in ("area", "linear", "trilinear") else DTYPES


class Planned(NamedTuple):
    """The output's spatial sides, the plans of the axes that change, and the arithmetic to execute them in."""

    sizes: tuple[int, ...]
    plans: Mapping[int, AxisPlan]
    arithmetic: int


@remembered
def planned(
    shape: tuple[int, ...],
    char: str,
    size: Any,
    scale_factor: Any,
    mode: str,
    align_corners: bool | None,
    recompute_scale_factor: bool | None,
    antialias: bool,
) -> Planned:
    """What `interpolate` does with an input of this shape and of the dtype that ``char`` stands for."""
    dtype, n = np.dtype(char), len(shape) - 2
    checks.rank(shape, "input", "N x C x W", "N x C x H x W", "N x C x D x H x W")
    checks.interpolation(mode, n, align_corners, antialias, MODES, AXES.get(mode, ANY_AXES), mode in FLAT)
    checks.dtype_among(dtype, "input", dtypes_of(mode, bool(antialias)), mode)
    sizes, factors = checks.size_or_factor(shape[2:], size, scale_factor, recompute_scale_factor)
    checks.fits(shape[:2] + sizes, dtype.itemsize)
    if mode == "area" or recompute_scale_factor:
        factors = (None,) * n
    axes = range(2, len(shape))
    return Planned(
        sizes, *spatial_plans(shape, dtype, axes, sizes, factors, mode, bool(align_corners), bool(antialias))
    )


def interpolate(
    input: Array,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Resize the spatial axes of a batch (PyTorch's ``interpolate``).

    Parameters
    ----------
    input : ndarray
        N x C x W, N x C x H x W or N x C x D x H x W, any strides: float16 (not antialiased), float32, float64, and
        uint8 in the nearest modes, bilinear, bicubic and lanczos.
    size : int or sequence of int, optional
        Output size of the spatial axes, in their order: (H, W), not (width, height).
    scale_factor : float or sequence of float, optional
        Instead of ``size``: output size floor(size * factor); the factor itself maps outputs to the source.
    mode : str
        nearest (the sample at or before), nearest-exact (the sample whose pixel the output's centre lies in), linear
        (W), bilinear and bicubic (H x W), trilinear (D x H x W), area (means) or lanczos (H x W, antialiased).
    align_corners : bool, optional
        Outputs at the corners lie at the centres of the corner samples. Only linear to trilinear and bicubic.
    recompute_scale_factor : bool, optional
        Use ``scale_factor`` only for the output size.
    antialias : bool
        Widen the kernel where an axis shrinks. Only bilinear, bicubic and lanczos.
    out : ndarray, optional
        Takes the result: its shape and dtype exactly, any strides, no memory in common with ``input``.
    n_threads : int, optional
        At most this many threads; the result does not depend on it.

    Returns
    -------
    ndarray
        ``out`` or a new array, in the dtype and the memory layout of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes, a mode or options that PyTorch refuses, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import interpolate
    >>> interpolate(np.array([[[[1, 2]]]], np.float32), scale_factor=2, mode="bilinear")
    array([[[[1.  , 1.25, 1.75, 2.  ],
             [1.  , 1.25, 1.75, 2.  ]]]], dtype=float32)
    """
    x = checks.array(input, "input", "uf")
    sizes, plans, arithmetic = planned(
        x.shape, x.dtype.char, size, scale_factor, mode, align_corners, recompute_scale_factor, antialias
    )
    target = result(x, x.shape[:2] + sizes, x.dtype, out)
    return apply_plans(native(x), plans, target, arithmetic, n_threads)
