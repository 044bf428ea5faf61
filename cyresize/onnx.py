"""ONNX operators on NumPy arrays: the inputs by position, the attributes by keyword with the specification's defaults.

Arrays are N x C x (one to three spatial axes). Lists of attributes have one value per spatial axis, ``pads`` all
beginnings and then all ends. ``n_threads`` is no attribute: how many threads to use, by default as many as the
process may.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from cyresize import checks
from cyresize.engine.convolve import convolve, convolve_back
from cyresize.engine.remembering import remembered
from cyresize.engine.shuffle import permute
from cyresize.functional.arguments import Array, aligned, check_input, result, thread_count
from cyresize.functional.columns import Convolution, arrays, axes_of, filled, shapes, transposed
from cyresize.functional.windows import (
    LP,
    MAX,
    MEAN,
    Windows,
    adaptive_windows,
    place,
    pooled,
    regular,
    run,
    three,
)
from cyresize.resampling import resample

__all__ = [
    "average_pool",
    "conv",
    "conv_transpose",
    "depth_to_space",
    "global_average_pool",
    "global_lp_pool",
    "global_max_pool",
    "lp_pool",
    "max_pool",
    "max_unpool",
    "resize",
    "space_to_depth",
    "upsample",
]

Ints = Sequence[int]


def _ints(given: Any, count: int, name: str, least: int) -> tuple[int, ...]:
    """An attribute of ``count`` integers; not given, each is the ``least`` there may be."""
    return checks.attribute((least,) * count if given is None else given, count, name, least)


class Geometry:
    """Windows as the attributes of pooling and convolution describe them. Does not change, so it is shared."""

    def __init__(
        self,
        sizes: tuple[int, ...],
        kernel_shape: Ints,
        strides: Ints | None,
        pads: Ints | None,
        dilations: Ints | None,
        auto_pad: str,
        ceil_mode: int,
    ) -> None:
        n = len(sizes)
        self.sizes = sizes
        self.kernel = checks.attribute(kernel_shape, n, "kernel_shape", 1)
        self.stride = _ints(strides, n, "strides", 1)
        self.dilation = _ints(dilations, n, "dilations", 1)
        checks.option(auto_pad, "auto_pad", ("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"))
        given = _ints(pads if auto_pad == "NOTSET" else None, 2 * n, "pads", 0)
        self.before, self.after = given[:n], given[n:]
        if auto_pad.startswith("SAME"):
            self._same(auto_pad)
        ceil = checks.zero_or_one(ceil_mode, "ceil_mode") and not auto_pad.startswith("SAME")
        self.outputs = tuple(
            pooled(size, k, s, (b, a), d, ceil)
            for size, k, s, b, a, d in zip(
                sizes, self.kernel, self.stride, self.before, self.after, self.dilation, strict=True
            )
        )
        checks.pooled_sizes(sizes, self.outputs)
        checks.fits(self.outputs, 8)

    def _same(self, auto_pad: str) -> None:
        """Padding that gives ceil(size/stride) outputs; the odd pixel goes to the end for SAME_UPPER."""
        total = tuple(
            max((-(-size // s) - 1) * s + d * (k - 1) + 1 - size, 0)
            for size, k, s, d in zip(self.sizes, self.kernel, self.stride, self.dilation, strict=True)
        )
        less, more = tuple(t // 2 for t in total), tuple(t - t // 2 for t in total)
        self.before, self.after = (less, more) if auto_pad == "SAME_UPPER" else (more, less)

    @cached_property
    def windows(self) -> Windows:
        """The windows of depth, height and width, for the compiled drivers."""
        rows = zip(
            self.sizes, self.outputs, self.kernel, self.stride, self.dilation, self.before, self.after, strict=True
        )
        return three([regular(*row) for row in rows])


@remembered
def geometry(*given: Any) -> Geometry:
    """A `Geometry` of these arguments."""
    return Geometry(*given)


def _input(x: object, name: str, kinds: str = "uif") -> tuple[Array, int]:
    """``x`` and how many spatial axes it has."""
    given = checks.array(x, name, kinds)
    checks.rank(given.shape, name, "N x C x W", "N x C x H x W", "N x C x D x H x W")
    axes = given.ndim - 2
    return check_input(given, axes, kinds), axes


def _pool(op: int, x: Array, g: Geometry, out: Array | None, n_threads: int | None, **options: Any) -> Array:
    axes = len(g.sizes)
    values = result(out, (*x.shape[:2], *g.outputs), x.dtype, (x,))
    run(op, x, values, None, axes, g.windows, math.prod(g.kernel), n_threads, **options)
    return values


def _column_major(index: Array, sizes: tuple[int, ...]) -> Array:
    """Indices of planes stored row by row, as those of planes stored column by column."""
    plane = math.prod(sizes)
    outer, inner = np.divmod(index, plane)
    where = np.unravel_index(inner, sizes)
    return np.asarray(outer * plane + np.ravel_multi_index(where, sizes, order="F"), np.int64)


def max_pool(
    x: Array,
    *,
    kernel_shape: Ints,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    dilations: Ints | None = None,
    pads: Ints | None = None,
    storage_order: int = 0,
    strides: Ints | None = None,
    out: Any = None,
    n_threads: int | None = None,
) -> tuple[Array, Array]:
    """MaxPool: the maxima and their indices in the flat N*C*... tensor.

    ``storage_order`` 1 counts the elements of a plane column by column. NaN wins, the first of equal maxima is named.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.onnx import max_pool
    >>> y, indices = max_pool(np.arange(8.0).reshape(1, 2, 4), kernel_shape=[2], strides=[2])
    >>> indices.tolist()
    [[[1, 3], [5, 7]]]
    """
    x, axes = _input(x, "x")
    g = geometry(x.shape[2:], kernel_shape, strides, pads, dilations, auto_pad, ceil_mode)
    by_column = checks.zero_or_one(storage_order, "storage_order")
    given, given_index = checks.pair(out, "out")
    shape = (*x.shape[:2], *g.outputs)
    values = result(given, shape, x.dtype, (x,), name="out[0]")
    index = result(given_index, shape, np.int64, (x, values), name="out[1]")
    plane = math.prod(x.shape[2:])
    run(
        MAX,
        x,
        values,
        index,
        axes,
        g.windows,
        math.prod(g.kernel),
        n_threads,
        index_channel=plane,
        index_image=plane * x.shape[1],
    )
    if by_column:
        index[...] = _column_major(index, x.shape[2:])
    return values, index


def max_unpool(
    x: Array,
    i: Array,
    output_shape: Any = None,
    *,
    kernel_shape: Ints,
    pads: Ints | None = None,
    strides: Ints | None = None,
    n_threads: int | None = None,
) -> Array:
    """MaxUnpool: every value at its index in the flat output, zero elsewhere.

    Indices refer to the shape that the attributes give; a larger ``output_shape`` adds zeros behind it.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.onnx import max_unpool
    >>> max_unpool(np.array([[[5.0]]]), np.array([[[1]]]), kernel_shape=[2], strides=[2]).tolist()
    [[[0.0, 5.0]]]
    """
    x, axes = _input(x, "x")
    index = checks.unpool_indices(i, x)
    kernel = checks.attribute(kernel_shape, axes, "kernel_shape", 1)
    stride = _ints(strides, axes, "strides", 1)
    pad = _ints(pads, 2 * axes, "pads", 0)
    sizes = tuple(
        (n - 1) * s + k - b - a
        for n, s, k, b, a in zip(x.shape[2:], stride, kernel, pad[:axes], pad[axes:], strict=True)
    )
    checks.transposed_sizes(sizes)
    values = np.empty((*x.shape[:2], *sizes), x.dtype)
    # One plane: an index may point into another image.
    flat = (1, 1, -1)
    place(
        np.ascontiguousarray(x).reshape(flat),
        np.ascontiguousarray(index).reshape(flat),
        values.reshape(flat),
        1,
        True,
        values.shape,
        n_threads,
    )
    if output_shape is None:
        return values
    shape = checks.larger_shape(output_shape, values.shape)
    larger = np.zeros(shape, x.dtype)
    larger[tuple(slice(n) for n in values.shape)] = values
    return larger


def average_pool(
    x: Array,
    *,
    kernel_shape: Ints,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    dilations: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """AveragePool: the mean of each window, without its padding unless ``count_include_pad``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.onnx import average_pool
    >>> average_pool(np.arange(4.0).reshape(1, 1, 4), kernel_shape=[2], strides=[2]).tolist()
    [[[0.5, 2.5]]]
    """
    x, _ = _input(x, "x", "f")
    g = geometry(x.shape[2:], kernel_shape, strides, pads, dilations, auto_pad, ceil_mode)
    include = checks.zero_or_one(count_include_pad, "count_include_pad")
    return _pool(MEAN, x, g, out, n_threads, include_pad=include)


def lp_pool(
    x: Array,
    *,
    kernel_shape: Ints,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    dilations: Ints | None = None,
    p: int = 2,
    pads: Ints | None = None,
    strides: Ints | None = None,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """LpPool: the p-norm of each window, ``sum(abs(x)**p)**(1/p)``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.onnx import lp_pool
    >>> lp_pool(np.array([[[3.0, -4.0]]]), kernel_shape=[2]).tolist()
    [[[5.0]]]
    """
    x, _ = _input(x, "x", "f")
    g = geometry(x.shape[2:], kernel_shape, strides, pads, dilations, auto_pad, ceil_mode)
    return _pool(LP, x, g, out, n_threads, power=checks.exponent(p), absolute=True, scale=0)


def _global(op: int, x: Array, out: Array | None, n_threads: int | None, **options: Any) -> Array:
    axes = x.ndim - 2
    sizes, windows, taps = adaptive_windows(x.shape[2:], 1)
    values = result(out, (*x.shape[:2], *sizes), x.dtype, (x,))
    run(op, x, values, None, axes, windows, taps, n_threads, **options)
    return values


def global_average_pool(x: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
    """GlobalAveragePool: the mean of each plane; float32 is added up in float64.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.onnx import global_average_pool
    >>> global_average_pool(np.arange(4.0).reshape(1, 1, 2, 2)).tolist()
    [[[[1.5]]]]
    """
    x, _ = _input(x, "x", "f")
    return _global(MEAN, x, out, n_threads, precise=True)


def global_max_pool(x: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
    """GlobalMaxPool: the maximum of each plane.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.onnx import global_max_pool
    >>> global_max_pool(np.arange(4.0).reshape(1, 1, 2, 2)).tolist()
    [[[[3.0]]]]
    """
    x, _ = _input(x, "x")
    return _global(MAX, x, out, n_threads)


def global_lp_pool(x: Array, *, p: int = 2, out: Array | None = None, n_threads: int | None = None) -> Array:
    """GlobalLpPool: the p-norm of each plane.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.onnx import global_lp_pool
    >>> global_lp_pool(np.array([[[3.0, -4.0]]])).tolist()
    [[[5.0]]]
    """
    x, _ = _input(x, "x", "f")
    return _global(LP, x, out, n_threads, power=checks.exponent(p), absolute=True, scale=0, precise=True)


def conv(
    x: Array,
    w: Array,
    b: Array | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Conv: ``w`` is M x C/group x kernel, ``b`` M numbers; the kernel is not mirrored.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.onnx import conv
    >>> conv(np.arange(4.0).reshape(1, 1, 4), np.ones((1, 1, 2))).tolist()
    [[[1.0, 3.0, 5.0]]]
    """
    x, axes = _input(x, "x")
    parts = arrays(x, w, b, axes)
    shape, weight, bias = shapes(parts, axes)
    groups = checks.factor(group, "group")
    checks.conv_channels(shape[0], weight, bias, groups)
    checks.same_kernel(kernel_shape, weight[2:])
    g = geometry(shape[1:], weight[2:], strides, pads, dilations, auto_pad, 0)
    columns = axes_of(g.outputs, g.sizes, g.kernel, g.stride, g.before, g.dilation)
    plan = Convolution(weight[0], g.outputs, columns, groups)
    return filled(convolve, x, parts, plan, out, n_threads)


def _transposed_pads(total: int, auto_pad: str) -> tuple[int, int]:
    """Padding before and after that takes ``total`` pixels away; what is missing is added behind."""
    less, more = total // 2, total - total // 2
    if total < 0:
        return 0, total
    return (less, more) if auto_pad == "SAME_UPPER" else (more, less)


def conv_transpose(
    x: Array,
    w: Array,
    b: Array | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    output_padding: Ints | None = None,
    output_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """ConvTranspose: ``w`` is C x M/group x kernel, ``b`` M numbers.

    ``output_shape`` (with or without N and C) and ``auto_pad`` SAME_* (stride times the input) decide the padding;
    ``pads`` counts otherwise.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.onnx import conv_transpose
    >>> conv_transpose(np.ones((1, 1, 2)), np.ones((1, 1, 2)), strides=[2]).tolist()
    [[[1.0, 1.0, 1.0, 1.0]]]
    """
    x, n = _input(x, "x")
    parts = arrays(x, w, b, n)
    shape, weight, bias = shapes(parts, n)
    groups = checks.factor(group, "group")
    checks.conv_transpose_channels(shape[0], weight, bias, groups)
    checks.same_kernel(kernel_shape, weight[2:])
    checks.option(auto_pad, "auto_pad", ("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"))
    stride = _ints(strides, n, "strides", 1)
    dilation = _ints(dilations, n, "dilations", 1)
    extra = _ints(output_padding, n, "output_padding", 0)
    whole = tuple(
        s * (size - 1) + e + d * (k - 1) + 1
        for s, size, e, d, k in zip(stride, shape[1:], extra, dilation, weight[2:], strict=True)
    )
    if output_shape is not None or auto_pad.startswith("SAME"):
        wanted = checks.spatial_shape(output_shape, tuple(s * k for s, k in zip(stride, shape[1:], strict=True)))
        margins = [_transposed_pads(a - b, auto_pad) for a, b in zip(whole, wanted, strict=True)]
    else:
        given_pads = _ints(pads if auto_pad != "VALID" else None, 2 * n, "pads", 0)
        margins = list(zip(given_pads[:n], given_pads[n:], strict=True))
    large = tuple(size - sum(margin) for size, margin in zip(whole, margins, strict=True))
    before = tuple(margin[0] for margin in margins)
    plan = transposed(shape, weight, large, stride, before, dilation, groups)
    return filled(convolve_back, x, parts, plan, out, n_threads)


def _blocks(x: Array, r: int, mode: str) -> Array:
    """A view of N x C*r*r x H x W as N x C x H x r x W x r, the phases of a row and a column beside it."""
    n, depth, h, w = x.shape
    c = depth // (r * r)
    if mode == "DCR":
        return x.reshape(n, r, r, c, h, w).transpose(0, 3, 4, 1, 5, 2)
    return x.reshape(n, c, r, r, h, w).transpose(0, 1, 4, 2, 5, 3)


def depth_to_space(
    input: Array, *, blocksize: int, mode: str = "DCR", out: Array | None = None, n_threads: int | None = None
) -> Array:
    """DepthToSpace: channels to pixels, the channels in the order "DCR" (row, column, channel) or "CRD".

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.onnx import depth_to_space
    >>> depth_to_space(np.arange(4).reshape(1, 4, 1, 1), blocksize=2).tolist()
    [[[[0, 1], [2, 3]]]]
    """
    x = checks.array(input, "input", "buifc")
    checks.rank(x.shape, "input", "N x C x H x W")
    r = checks.factor(blocksize, "blocksize")
    checks.option(mode, "mode", ("DCR", "CRD"))
    checks.divisible(x.shape, 1, r * r, "the number of channels", "blocksize**2")
    n, depth, h, w = x.shape
    values = result(out, (n, depth // (r * r), h * r, w * r), x.dtype, (x,))
    source = _blocks(aligned(x), r, mode)
    permute(source, values.reshape(source.shape), thread_count(n_threads, values.size))
    return values


def space_to_depth(
    input: Array, *, blocksize: int, mode: str = "DCR", out: Array | None = None, n_threads: int | None = None
) -> Array:
    """SpaceToDepth: pixels to channels, the channels in the order "DCR" (row, column, channel) or "CRD".

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.onnx import space_to_depth
    >>> space_to_depth(np.arange(4).reshape(1, 1, 2, 2), blocksize=2).ravel().tolist()
    [0, 1, 2, 3]
    """
    x = checks.array(input, "input", "buifc")
    checks.rank(x.shape, "input", "N x C x H x W")
    r = checks.factor(blocksize, "blocksize")
    checks.option(mode, "mode", ("DCR", "CRD"))
    checks.divisible(x.shape, 2, r, "the height", "blocksize")
    checks.divisible(x.shape, 3, r, "the width", "blocksize")
    n, c, height, width = x.shape
    values = result(out, (n, c * r * r, height // r, width // r), x.dtype, (x,))
    target = _blocks(values, r, mode)
    permute(aligned(x).reshape(target.shape), target, thread_count(n_threads, values.size))
    return values


def resize(
    x: Array,
    roi: Sequence[float] | Array | None = None,
    scales: Sequence[float] | Array | None = None,
    sizes: Ints | Array | None = None,
    *,
    antialias: int = 0,
    axes: Ints | None = None,
    coordinate_transformation_mode: str = "half_pixel",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
    keep_aspect_ratio_policy: str = "stretch",
    mode: str = "nearest",
    nearest_mode: str = "round_prefer_floor",
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Resize any axes (Resize, opset 19).

    Parameters
    ----------
    x : ndarray
        Any number of axes; bool, integers and floats with ``mode="nearest"``, else integers and floats.
    roi : sequence of float, optional
        All starts, then all ends, normalised. Only tf_crop_and_resize uses it, and needs it.
    scales, sizes : sequence, optional
        Exactly one of them (an empty one counts as absent): output samples per source sample, used as given, or output
        sizes; for all axes or for ``axes``.
    antialias : int
        1 widens the kernel where an axis shrinks; not with ``mode="nearest"``.
    axes : sequence of int, optional
        Which axes the inputs speak of.
    coordinate_transformation_mode : str
        half_pixel, half_pixel_symmetric, pytorch_half_pixel, align_corners, asymmetric or tf_crop_and_resize.
    cubic_coeff_a : float
        Parameter of the cubic kernel.
    exclude_outside : int
        1 leaves out samples outside ``x`` and normalises the weights of the others; 0 repeats the edge.
    extrapolation_value : float
        Value of outputs that tf_crop_and_resize places outside ``x``.
    keep_aspect_ratio_policy : str
        stretch, not_larger or not_smaller than ``sizes``.
    mode : str
        nearest, linear or cubic.
    nearest_mode : str
        round_prefer_floor, round_prefer_ceil, floor or ceil.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        At most this many threads.

    Returns
    -------
    ndarray
        In the dtype of ``x``; integers rounded half to even and saturated.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        Inputs or attributes out of range, or that do not go together.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize import onnx
    >>> onnx.resize(np.array([[1.0, 2.0]]), scales=[1, 2], mode="linear")
    array([[1.  , 1.25, 1.75, 2.  ]])
    """
    checks.option(mode, "mode", ("nearest", "linear", "cubic"))
    crops = coordinate_transformation_mode == "tf_crop_and_resize"
    if crops:
        checks.needed(_given(roi), "roi", "tf_crop_and_resize")
    return resample(
        x,
        _given(sizes),
        scale=_given(scales),
        axes=axes,
        mode=mode,
        like="onnx",
        antialias=checks.zero_or_one(antialias, "antialias"),
        coordinates=coordinate_transformation_mode,
        cubic_a=cubic_coeff_a,
        nearest_rounding=nearest_mode,
        exclude_outside=checks.zero_or_one(exclude_outside, "exclude_outside"),
        extrapolation_value=extrapolation_value,
        roi=roi if crops else None,
        aspect=keep_aspect_ratio_policy,
        out=out,
        n_threads=n_threads,
    )


def _given(value: Any) -> Any:
    """None for an empty input, which models write for an absent one."""
    return None if value is None or np.size(value) == 0 else value


def upsample(
    x: Array,
    scales: Sequence[float] | Array,
    *,
    mode: str = "nearest",
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Enlarge any axes (Upsample, opset 9): coordinates are i/scale, nearest takes the sample at or before.

    Parameters
    ----------
    x : ndarray
        Any number of axes.
    scales : sequence of float
        Output samples per source sample of every axis, at least 1.
    mode : str
        nearest or linear.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        At most this many threads.

    Returns
    -------
    ndarray
        Of sizes floor(size*scale), in the dtype of ``x``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A scale below 1, or another mode.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize import onnx
    >>> onnx.upsample(np.array([1, 2]), [2.0])
    array([1, 1, 2, 2])
    """
    checks.option(mode, "mode", ("nearest", "linear"))
    checks.enlarging(scales, "scales")
    return resample(
        x,
        scale=scales,
        mode=mode,
        like="onnx",
        coordinates="asymmetric",
        nearest_rounding="floor",
        out=out,
        n_threads=n_threads,
    )
