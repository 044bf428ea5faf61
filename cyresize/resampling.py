"""The general entry: any axes of any array, in the arithmetic of one of five libraries or in one put together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cyresize import checks, sampling
from cyresize import torch_sampling as torch
from cyresize.engine import rules
from cyresize.engine.plan import AxisPlan
from cyresize.engine.remembering import remembered
from cyresize.opencv import resize
from cyresize.sampling import Grid, Kernel
from cyresize.separable import (
    BYTES,
    BYTES_ROWS_FIRST,
    FLOATS,
    GATHER,
    SINGLE,
    WEIGHTED,
    Array,
    apply_plans,
    native,
    precision,
    result,
)

Plans = Mapping[int, AxisPlan]
Masks = Mapping[int, npt.NDArray[np.bool_]]


# ---- whose pixels: what options mean that are left None


@dataclass(frozen=True)
class Preset:
    """A library's rule: how nearest picks samples, Keys' parameter, the border, and whether it antialiases."""

    nearest: tuple[str, str] = ("asymmetric", "floor")
    cubic_a: float = -0.75
    cubic_a_antialiased: float = -0.5
    border: str = "replicate"
    border_antialiased: str = "renormalise"
    antialias: bool = False
    rounds_sizes: Callable[[float], int] = int


PRESETS = {
    "opencv": Preset(rounds_sizes=round),
    "torch": Preset(),
    "pillow": Preset(cubic_a=-0.5, border="renormalise", antialias=True, rounds_sizes=round),
    "onnx": Preset(
        nearest=("half_pixel", "round_prefer_floor"), cubic_a_antialiased=-0.75, border_antialiased="replicate"
    ),
    "tensorflow": Preset(nearest=("half_pixel", "round_prefer_ceil"), cubic_a=-0.5, border="renormalise"),
}
LIKES = tuple(PRESETS)
ALIASES = {
    "bilinear": "linear",
    "trilinear": "linear",
    "bicubic": "cubic",
    "box": "area",
    "lanczos": "lanczos3",
    "nearest-exact": "nearest_exact",
}
KERNELS: dict[str, Kernel] = {
    "linear": sampling.LINEAR,
    "area": sampling.BOX,
    "hamming": sampling.HAMMING,
    "lanczos3": sampling.LANCZOS3,
    "lanczos4": sampling.LANCZOS4,
}
MODES = ("nearest", "nearest_exact", "linear", "cubic", "area", "hamming", "lanczos3", "lanczos4")
BORDERS = ("replicate", "renormalise", "constant")
ASPECTS = ("stretch", "not_larger", "not_smaller")


@dataclass(frozen=True)
class Rule:
    """The options of a call, settled; ``given`` names those that were not left to ``like``."""

    like: str
    mode: str
    kernel: Kernel | None
    antialias: bool
    coordinates: str
    rounding: str
    border: str
    extrapolation_value: float
    given: frozenset[str]


def settle(
    mode: str | Kernel, like: str, extrapolation_value: float, exclude_outside: bool | None, **options: Any
) -> Rule:
    """Check the options that do not depend on the array and fill in those that are None."""
    checks.option(like, "like", LIKES)
    preset = PRESETS[like]
    name = checks.resampling_mode(mode, ALIASES, MODES)
    chosen = {key: value for key, value in options.items() if value is not None}
    checks.resampling_options(chosen, exclude_outside, tuple(sampling.COORDINATES), tuple(sampling.ROUNDINGS), BORDERS)
    nearest = name in ("nearest", "nearest_exact")
    antialias = bool(chosen.get("antialias", preset.antialias and not nearest))
    checks.antialiased_mode(antialias and nearest, name)
    if exclude_outside is not None:
        chosen["border"] = "renormalise" if exclude_outside else "replicate"
    where, rounding = preset.nearest if name == "nearest" else ("half_pixel", "round_prefer_ceil")
    a = checks.real(chosen.get("cubic_a", preset.cubic_a_antialiased if antialias else preset.cubic_a), "cubic_a")
    kernel = sampling.cubic(a) if name == "cubic" else KERNELS.get(name)
    return Rule(
        like,
        name,
        kernel if isinstance(mode, str) else mode,
        antialias,
        chosen.get("coordinates", where if nearest else "half_pixel"),
        chosen.get("nearest_rounding", rounding),
        chosen.get("border", preset.border_antialiased if antialias else preset.border),
        checks.real(extrapolation_value, "extrapolation_value"),
        frozenset(chosen),
    )


# ---- axes, sizes and grids


def default_axes(like: str, ndim: int) -> tuple[int, ...]:
    """The axes that a library resizes: height and width of images, all after N x C, or all."""
    if like == "onnx":
        return tuple(range(ndim))
    if like == "torch":
        return tuple(range(2, ndim))
    first = 1 if ndim == 4 else 0
    return tuple(range(ndim))[first : first + 2]


def source_box(box: Any, axes: tuple[int, ...], shape: tuple[int, ...], like: str) -> dict[int, tuple[float, float]]:
    """The part of each axis that is resampled, in pixels; ``box`` names the last axis first, as (x, y) do."""
    if box is None:
        return {axis: (0.0, float(shape[axis])) for axis in axes}
    inner_first = sorted(axes, reverse=True)
    values = checks.box(box, [shape[axis] for axis in inner_first])
    n = len(axes)
    if like == "pillow":
        # Pillow holds edges and extents in float32; their sum is exact in float64.
        low, high = np.array(values[:n], np.float32), np.array(values[n:], np.float32)
        values = (*low.tolist(), *(low.astype(np.float64) + (high - low)).tolist())
    return {axis: (values[k], values[n + k]) for k, axis in enumerate(inner_first)}


def grids(
    shape: tuple[int, ...],
    axes: tuple[int, ...],
    size: Any,
    scale: Any,
    boxes: Mapping[int, tuple[float, float]],
    regions: Sequence[tuple[float, float]],
    aspect: str,
    rounded: Callable[[float], int],
) -> dict[int, Grid]:
    """The grid of each axis from exactly one of a size and a scale."""
    n = len(axes)
    checks.size_or_scale(size, scale, aspect, ASPECTS)
    lengths = [boxes[axis][1] - boxes[axis][0] for axis in axes]
    if size is not None:
        sizes = checks.sizes(size, n, "size")
        widths = tuple(map(float, sizes))
        factors = [wanted / length for wanted, length in zip(sizes, lengths, strict=True)]
        if aspect != "stretch":
            factors = [min(factors) if aspect == "not_larger" else max(factors)] * n
            widths = tuple(factors[0] * length for length in lengths)
            sizes = checks.scaled_sizes(widths, "size", lambda v: int(v + 0.5))
    else:
        factors = list(checks.scales(scale, n, "scale"))
        widths = tuple(
            length * (end - start) * factor
            for length, (start, end), factor in zip(lengths, regions, factors, strict=True)
        )
        sizes = checks.scaled_sizes(widths, "scale", rounded)
    return {
        axis: Grid(shape[axis], sizes[k], factors[k], widths[k], *boxes[axis], *regions[k])
        for k, axis in enumerate(axes)
    }


def identical(grid: Grid) -> bool:
    """Whether outputs lie on samples, one by one."""
    whole = grid.low == 0.0 and grid.high == grid.n_in and grid.start == 0.0 and grid.end == 1.0
    return whole and grid.n_in == grid.n_out and abs(grid.scale - 1.0) < 1e-12


# ---- plans


def general_plan(rule: Rule, grid: Grid) -> tuple[AxisPlan, bool]:
    """The plan of one axis in float64, and whether it is cached."""
    if rule.kernel is None:
        if rule.like == "tensorflow" and not rule.given & {"coordinates", "nearest_rounding"}:
            at = (np.arange(grid.n_out) + 0.5).astype(np.float32) * np.float32(1.0 / grid.scale)
            return sampling.index_plan(grid.n_in, np.floor(at + np.float32(grid.low))), False
        return sampling.nearest_plan(rule.coordinates, grid, rule.rounding), True
    if rule.mode == "area" and not rule.antialias:
        return sampling.coverage_plan(grid), True
    arguments = rule.coordinates, grid, rule.kernel, rule.border, rule.antialias
    if isinstance(rule.kernel, Hashable):
        return sampling.cached_kernel_plan(*arguments), True  # type: ignore[arg-type]
    return sampling.kernel_plan(*arguments), False


def pillow_plan(rule: Rule, grid: Grid, fixed: bool) -> AxisPlan:
    """Pillow's plan of one axis."""
    if rule.kernel is None:
        return sampling.running_plan(grid.n_in, grid.n_out, grid.low, grid.high)
    return rules.antialiased(
        grid.n_in, grid.n_out, "box" if rule.mode == "area" else rule.mode, grid.low, grid.high, fixed
    )


def outside(rule: Rule, grid: Grid) -> npt.NDArray[np.bool_] | None:
    """Outputs of one axis that are the extrapolation value, or None if there are none."""
    if rule.coordinates == "tf_crop_and_resize":
        at = sampling.coordinates(rule.coordinates, grid)
    elif rule.kernel is None and rule.border == "constant":
        at = sampling.ROUNDINGS[rule.rounding](sampling.coordinates(rule.coordinates, grid))
    else:
        return None
    mask: npt.NDArray[np.bool_] = (at < 0.0) | (at > grid.n_in - 1)
    return mask if mask.any() else None


def fill_outside(out: Array, masks: Masks, value: float) -> None:
    """Write the extrapolation value to the outputs of ``masks``."""
    fill = value
    if out.dtype.kind in "iu":
        limits = np.iinfo(out.dtype)
        fill = min(max(round(value), int(limits.min)), int(limits.max))
    for axis, mask in masks.items():
        out[(slice(None),) * axis + (mask,)] = fill


def inside_share(plans: Plans, ndim: int) -> npt.NDArray[np.float64]:
    """For border="constant": what part of each output's weight lies inside the source, to broadcast over it."""
    share = np.ones((1,) * ndim)
    for axis, plan in plans.items():
        shape = [1] * ndim
        shape[axis] = plan.n_out
        share = share * plan.weights.sum(1).reshape(shape)
    return share


def stored(values: Array, out: Array) -> None:
    """Floats into ``out``, rounded half to even and saturated where it holds integers."""
    if out.dtype.kind == "f":
        out[...] = values
        return
    limits = np.iinfo(out.dtype)
    out[...] = np.clip(np.rint(values), float(limits.min), float(limits.max)).astype(out.dtype)


# ---- two libraries' own code


@dataclass(frozen=True)
class Resizing:
    """`resize` of images, or of each plane by itself as an image of one channel."""

    shape: tuple[int, ...]
    axes: tuple[int, int]
    images: bool
    options: Mapping[str, Any]

    def run(self, x: Array, out: Array | None, n_threads: int | None) -> Array:
        """The resized array, in ``out`` if there is one."""
        target = result(x, self.shape, x.dtype, out)
        if self.images:
            return resize(x, dst=target, n_threads=n_threads, **self.options)
        planes, to = np.moveaxis(x, self.axes, (-2, -1)), np.moveaxis(target, self.axes, (-2, -1))
        for index in np.ndindex(*planes.shape[:-3]):
            resize(planes[index][..., np.newaxis], dst=to[index][..., np.newaxis], n_threads=n_threads, **self.options)
        return target


def as_opencv(
    shape: tuple[int, ...], dtype: np.dtype[Any], axes: tuple[int, ...], size: Any, scale: Any, rule: Rule
) -> Resizing | None:
    """`resize`, or None if it does not do what is asked for."""
    mode = "lanczos4" if rule.antialias and rule.mode == "lanczos3" else rule.mode
    plain = OPENCV_ANTIALIASED if rule.antialias else OPENCV
    if len(axes) != 2 or rule.given - {"antialias"} or rule.mode not in plain:
        return None
    y, x = sorted(axes)
    at = [axes.index(y), axes.index(x)]
    options: dict[str, Any] = {"interpolation": mode, "antialias": rule.antialias}
    if size is not None:
        sizes = checks.sizes(size, 2, "size")
        height, width = sizes[at[0]], sizes[at[1]]
        options["dsize"] = (width, height)
    else:
        factors = checks.scales(scale, 2, "scale")
        options["fx"], options["fy"] = factors[at[1]], factors[at[0]]
        width, height = checks.size_from_factors(shape[y], shape[x], options["fx"], options["fy"])
    wanted = list(shape)
    wanted[y], wanted[x] = height, width
    images = (y, x) == default_axes("opencv", len(shape)) and len(shape) <= 4
    return Resizing(tuple(wanted), (y, x), images, options)


OPENCV = ("nearest", "nearest_exact", "linear", "cubic", "area", "lanczos4")
OPENCV_ANTIALIASED = ("linear", "cubic", "lanczos3")


def as_torch(
    shape: tuple[int, ...], dtype: np.dtype[Any], axes: tuple[int, ...], size: Any, scale: Any, rule: Rule
) -> Planned | None:
    """`functional.interpolate` on any axes, or None if it does not do what is asked for."""
    mode = TORCH_ANTIALIASED.get(rule.mode) if rule.antialias else TORCH.get(rule.mode)
    flat = mode in torch.FLAT
    aligned = not flat and rule.coordinates == "align_corners"
    if mode is None or rule.given - ({"antialias"} if flat else {"antialias", "coordinates"}):
        return None
    if not (flat or aligned or rule.coordinates == "half_pixel"):
        return None
    if not flat and not (dtype.kind == "f" or (dtype == np.uint8 and len(axes) == 2)):
        return None
    order = sorted(range(len(axes)), key=lambda k: axes[k])
    factors: Sequence[float | None] = [None] * len(axes)
    if size is not None:
        sizes = checks.sizes(size, len(axes), "size")
    else:
        factors = checks.scales(scale, len(axes), "scale")
        sizes = checks.scaled_sizes(tuple(shape[a] * f for a, f in zip(axes, factors, strict=True)), "scale")
    wanted = list(shape)
    for axis, n in zip(axes, sizes, strict=True):
        wanted[axis] = n
    checks.fits(tuple(wanted), dtype.itemsize)
    plans, arithmetic = torch.spatial_plans(
        shape,
        dtype,
        [axes[k] for k in order],
        [sizes[k] for k in order],
        [None if mode == "area" else factors[k] for k in order],
        mode,
        aligned,
        rule.antialias,
    )
    return Planned(tuple(wanted), False, rule, plans, arithmetic, True, {})


TORCH = {
    "nearest": "nearest",
    "nearest_exact": "nearest-exact",
    "linear": "bilinear",
    "cubic": "bicubic",
    "area": "area",
}
TORCH_ANTIALIASED = {"linear": "bilinear", "cubic": "bicubic", "lanczos3": "lanczos"}


# ---- everything else


def pillow_fits(rule: Rule) -> bool:
    """Whether this is one of Pillow's filters, with its options."""
    filters = ("nearest", "area", "linear", "hamming", "cubic", "lanczos3")
    return (
        rule.like == "pillow"
        and rule.mode in filters
        and not rule.given - {"antialias"}
        and (rule.antialias or rule.kernel is None)
    )


def make_plans(dtype: np.dtype[Any], rule: Rule, all_grids: Mapping[int, Grid]) -> tuple[Plans, int, bool]:
    """The plans of all axes that change, the arithmetic, and whether the plans are cached."""
    todo = {axis: grid for axis, grid in all_grids.items() if not (interpolates(rule) and identical(grid))}
    if not pillow_fits(rule):
        made = {axis: general_plan(rule, grid) for axis, grid in todo.items()}
        plans = {axis: plan for axis, (plan, _) in made.items()}
        return plans, GATHER if rule.kernel is None else FLOATS, all(cached for _, cached in made.values())
    fixed = dtype == np.uint8 and len(todo) <= 2 and rule.kernel is not None
    plans = {axis: pillow_plan(rule, grid, fixed) for axis, grid in todo.items()}
    return plans, GATHER if rule.kernel is None else pillow_order(todo) if fixed else FLOATS, True


def interpolates(rule: Rule) -> bool:
    """Whether an output that lies on a sample is that sample."""
    kernel = rule.kernel
    return kernel is None or (isinstance(kernel, sampling.NamedKernel) and kernel.name in sampling.INTERPOLATING)


def pillow_order(todo: Mapping[int, Grid]) -> int:
    """Since Pillow 13 the height comes first where it loses more than twice as many samples as the width."""
    if len(todo) == 2:
        rows, columns = (todo[axis] for axis in sorted(todo))
        if rows.n_out < rows.n_in and rows.n_in - rows.n_out > 2 * (columns.n_in - columns.n_out):
            return BYTES_ROWS_FIRST
    return BYTES


@dataclass(frozen=True)
class Planned:
    """Plans of the axes that change; ``keep``: they will come again. ``masks``: outputs that lie outside."""

    shape: tuple[int, ...]
    single: bool  # the result is float32, whatever the source
    rule: Rule
    plans: Plans
    arithmetic: int
    keep: bool
    masks: Masks

    def run(self, x: Array, out: Array | None, n_threads: int | None) -> Array:
        """The resampled array, in ``out`` if there is one."""
        target = result(x, self.shape, np.dtype(np.float32) if self.single else x.dtype, out)
        threads = None if n_threads is None else checks.thread_count(n_threads)
        if self.arithmetic == FLOATS:
            self.weigh(native(x), target, threads)
        else:
            apply_plans(native(x), self.plans, target, self.arithmetic, threads, self.keep)
        fill_outside(target, self.masks, self.rule.extrapolation_value)
        return target

    def weigh(self, x: Array, target: Array, n_threads: int | None) -> None:
        """Weighted modes in floats, for every type that a library takes."""
        if self.rule.like == "tensorflow" and x.dtype.name not in SINGLE:
            x = x.astype(np.float32)
        elif x.dtype not in WEIGHTED:
            x = x.astype(np.float64)
        constant = self.rule.border == "constant" and self.rule.extrapolation_value != 0.0
        kept = target.dtype if target.dtype.isnative else target.dtype.newbyteorder("=")
        if not constant and kept in WEIGHTED and precision(kept) == precision(x.dtype):
            apply_plans(x, self.plans, target, FLOATS, n_threads, self.keep)
            return
        values = result(x, target.shape, precision(x.dtype), None)
        apply_plans(x, self.plans, values, FLOATS, n_threads, self.keep)
        if constant:
            values = values + self.rule.extrapolation_value * (1.0 - inside_share(self.plans, x.ndim))
        stored(values, target)


def generally(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    axes: tuple[int, ...],
    size: Any,
    scale: Any,
    rule: Rule,
    box: Any,
    roi: Any,
    aspect: str,
) -> Planned:
    """Resample by grids and plans."""
    regions = [(0.0, 1.0)] * len(axes)
    if roi is not None:
        regions = checks.regions(roi, len(axes), rule.coordinates == "tf_crop_and_resize")
    boxes = source_box(box, axes, shape, rule.like)
    all_grids = grids(shape, axes, size, scale, boxes, regions, aspect, PRESETS[rule.like].rounds_sizes)
    wanted = tuple(all_grids[axis].n_out if axis in all_grids else n for axis, n in enumerate(shape))
    checks.fits(wanted, dtype.itemsize)
    plans, arithmetic, keep = make_plans(dtype, rule, all_grids)
    masks = {axis: outside(rule, grid) for axis, grid in all_grids.items()}
    single = rule.like == "tensorflow" and rule.kernel is not None
    used = {axis: mask for axis, mask in masks.items() if mask is not None}
    return Planned(wanted, single, rule, plans, arithmetic, keep, used)


# ---- the call


OWN: Mapping[str, Callable[..., Resizing | Planned | None]] = {"opencv": as_opencv, "torch": as_torch}


@remembered
def call_of(
    shape: tuple[int, ...],
    char: str,
    size: Any,
    scale: Any,
    axes: Any,
    mode: str | Kernel,
    like: str,
    antialias: bool | None,
    coordinates: str | None,
    cubic_a: float | None,
    border: str | None,
    nearest_rounding: str | None,
    exclude_outside: bool | None,
    box: Any,
    extrapolation_value: float,
    roi: Any,
    aspect: str,
) -> Resizing | Planned:
    """What `resample` does with an array of this shape and of the dtype that ``char`` stands for."""
    rule = settle(
        mode,
        like,
        extrapolation_value,
        exclude_outside,
        antialias=antialias,
        coordinates=coordinates,
        cubic_a=cubic_a,
        border=border,
        nearest_rounding=nearest_rounding,
    )
    dtype, n = np.dtype(char), len(shape)
    chosen = checks.axes(default_axes(like, n) if axes is None else axes, n)
    checks.size_or_scale(size, scale, aspect, ASPECTS)
    if rule.kernel is not None:
        checks.resampled_dtype(dtype, rule.like, rule.mode)
    if box is None and roi is None and aspect == "stretch" and like in OWN:
        own = OWN[like](shape, dtype, chosen, size, scale, rule)
        if own is not None:
            return own
    return generally(shape, dtype, chosen, size, scale, rule, box, roi, aspect)


def resample(
    x: Array,
    size: int | Sequence[int] | Array | None = None,
    *,
    scale: float | Sequence[float] | Array | None = None,
    axes: int | Sequence[int] | None = None,
    mode: str | Kernel = "linear",
    like: str = "opencv",
    antialias: bool | None = None,
    coordinates: str | None = None,
    cubic_a: float | None = None,
    border: str | None = None,
    nearest_rounding: str | None = None,
    exclude_outside: bool | None = None,
    box: Sequence[float] | Array | None = None,
    extrapolation_value: float = 0.0,
    roi: Sequence[float] | Array | None = None,
    aspect: str = "stretch",
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Resample any axes of an array, with the pixels of the library that ``like`` names.

    Parameters
    ----------
    x : ndarray
        Any number of axes, any strides. Nearest modes take every bool, integer and float dtype; the others take uint8,
        int8, uint16, int16, uint32, int32, float16, float32 and float64.
    size : int or sequence of int, optional
        Output samples of each of ``axes``, in their order: for images (height, width).
    scale : float or sequence of float, optional
        Instead of ``size``: output samples per source sample, used as given.
    axes : int or sequence of int, optional
        Axes to resample. Default: those that the library resizes, (H, W) of H x W, H x W x C and N x H x W x C for
        opencv, pillow and tensorflow, all but N and C of N x C x ... for torch, all for onnx.
    mode : str or callable
        nearest, nearest_exact, linear, cubic, area (box), hamming, lanczos3, lanczos4, or a function of an array of
        distances in source samples, zero beyond its attribute ``support``.
    like : str
        opencv, torch, pillow, onnx or tensorflow: whose rule fills in the options that are None.
    antialias : bool, optional
        Widen the kernel where an axis shrinks. Default: for pillow only.
    coordinates : str, optional
        half_pixel, half_pixel_symmetric, pytorch_half_pixel, align_corners, asymmetric or tf_crop_and_resize.
    cubic_a : float, optional
        Keys' parameter: -0.75 for opencv, torch and onnx, -0.5 for pillow, tensorflow and when antialiased (not onnx).
    border : str, optional
        Samples outside the source: replicate (the one at the edge), renormalise (left out) or constant.
    nearest_rounding : str, optional
        floor, ceil, round_prefer_floor or round_prefer_ceil.
    exclude_outside : bool, optional
        ONNX's word for ``border``: True is renormalise, False is replicate.
    box : sequence of float, optional
        Part of the source, in pixels: (left, top, right, bottom); for other numbers of axes all starts, then all ends,
        the last axis first. Samples outside the box still count for kernels that reach over its edge, as in Pillow.
    extrapolation_value : float
        Value of samples outside with ``border="constant"`` and of outputs outside with tf_crop_and_resize.
    roi : sequence of float, optional
        For tf_crop_and_resize: all starts, then all ends, normalised, in the order of ``axes``.
    aspect : str
        stretch; not_larger or not_smaller than ``size`` with the aspect ratio kept.
    out : ndarray, optional
        Takes the result: its shape and dtype exactly, any strides, no memory in common with ``x``.
    n_threads : int, optional
        At most this many threads; the result does not depend on it.

    Returns
    -------
    ndarray
        ``out`` or a new array in the memory layout and dtype of ``x`` (float32 for weighted modes of tensorflow).

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that the mode does not take.
    ValueError
        An empty axis, or sizes, options or an ``out`` that do not fit.

    Examples
    --------
    >>> import numpy as np, cyresize
    >>> row = np.array([0.0, 10.0, 20.0])
    >>> cyresize.resample(row, 5, axes=0, coordinates="align_corners")
    array([ 0.,  5., 10., 15., 20.])
    >>> cyresize.resample(row, 6, axes=0, mode="nearest", like="torch")
    array([ 0.,  0., 10., 10., 20., 20.])
    """
    x = checks.array(x, "x", "buif")
    call = call_of(
        x.shape,
        x.dtype.char,
        size,
        scale,
        axes,
        mode,
        like,
        antialias,
        coordinates,
        cubic_a,
        border,
        nearest_rounding,
        exclude_outside,
        box,
        extrapolation_value,
        roi,
        aspect,
    )
    return call.run(x, out, n_threads)
