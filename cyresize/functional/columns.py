"""How convolution is done over any number of axes: arguments to the compiled drivers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cyresize import checks
from cyresize.engine.convolve import convolve, convolve_back
from cyresize.engine.remembering import remembered
from cyresize.functional.arguments import NUMBERS, Array, Sizes, check_input, native, ready, thread_count

WEIGHTS = {1: "O x C x K", 2: "O x C x K x K", 3: "O x C x K x K x K"}

Axis = tuple[int, int, int, int, int, int]
WHOLE: Axis = (1, 1, 1, 1, 0, 1)  # the axis that an image does not have


Parts = tuple[Array, Array, Array | None]
Shape = tuple[int, ...]


def arrays(x: Array, weight: Array, bias: Array | None, axes: int) -> Parts:
    """The three arrays in this machine's byte order, of one dtype (and byte order) and the right ranks."""
    given = check_input(x, axes)
    if not ready(weight, axes + 2, axes + 2):
        checks.array(weight, "weight", NUMBERS)
        checks.rank(weight.shape, "weight", WEIGHTS[axes])
    checks.same_dtype(weight, "weight", x, "input")
    if bias is not None:
        checks.array(bias, "bias", NUMBERS)
        checks.same_dtype(bias, "bias", x, "input")
        bias = native(bias)
    return given, native(weight), bias


def shapes(parts: Parts, axes: int) -> tuple[Shape, Shape, Shape | None]:
    """C x (sides) of an input, and the shapes of its weights and of its bias, if there is one."""
    x, weight, bias = parts
    return x.shape[-axes - 1 :], weight.shape, None if bias is None else bias.shape


def calculated(*given: Array | None) -> list[Any]:
    """float16 becomes float32, which products and sums are calculated in; everything else stays."""
    return [a.astype(np.float32) if a is not None and a.dtype == np.float16 else a for a in given]


def target(out: object, shape: tuple[int, ...], dtype: np.dtype[Any], inputs: tuple[Array | None, ...]) -> Array:
    """A contiguous array of the calculated type: ``out`` itself where it can serve."""
    checks.fits(shape, max(dtype.itemsize, 4))
    if out is not None:
        checks.output(out, "out", shape, dtype, tuple(a for a in inputs if a is not None))
        if isinstance(out, np.ndarray) and out.flags.c_contiguous and dtype != np.float16:
            return out
    return np.empty(shape, np.float32 if dtype == np.float16 else dtype)


def delivered(values: Array, out: Array | None, dtype: np.dtype[Any]) -> Array:
    """The finished ``values`` as the caller wants them; what float16 cannot hold becomes infinite, as in PyTorch."""
    if values is out or (out is None and values.dtype == dtype):
        return values
    with np.errstate(over="ignore"):
        if out is None:
            return values.astype(dtype)
        out[...] = values
    return out


def axes_of(
    small: tuple[int, ...],
    large: tuple[int, ...],
    taps: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    dilation: tuple[int, ...],
) -> tuple[Axis, Axis, Axis]:
    """What the drivers want to know of depth, height and width."""
    rows = list(zip(small, large, taps, stride, padding, dilation, strict=True))
    z, y, x = [WHOLE] * (3 - len(rows)) + rows
    return z, y, x


class Convolution(NamedTuple):
    """The output's channels and sides, what the drivers want to know of the axes, and the groups."""

    channels: int
    sizes: tuple[int, ...]
    axes: tuple[Axis, Axis, Axis]
    groups: int


@remembered
def convolution_of(
    shape: tuple[int, ...],
    weight: tuple[int, ...],
    bias: tuple[int, ...] | None,
    stride: Sizes,
    padding: Sizes | str,
    dilation: Sizes,
    groups: int,
) -> Convolution:
    """The plan of a convolution of C x (sides) by weights and a bias of these shapes."""
    sizes, taps, n = shape[1:], weight[2:], len(shape) - 1
    step = checks.per_axis(stride, n, "stride", 1)
    gap = checks.per_axis(dilation, n, "dilation", 1)
    groups = checks.factor(groups, "groups")
    checks.conv_channels(shape[0], weight, bias, groups)
    before, after = margins(padding, step, taps, gap)
    small = tuple(
        (size + b + a - d * (k - 1) - 1) // s + 1
        for size, b, a, d, k, s in zip(sizes, before, after, gap, taps, step, strict=True)
    )
    checks.pooled_sizes(tuple(sum(side) for side in zip(sizes, before, after, strict=True)), small)
    return Convolution(weight[0], small, axes_of(small, sizes, taps, step, before, gap), groups)


def margins(
    padding: Sizes | str, stride: tuple[int, ...], taps: tuple[int, ...], dilation: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The padding before and after each axis; that of "same" keeps the size, the odd one comes after."""
    if not isinstance(padding, str):
        pad = checks.per_axis(padding, len(taps), "padding", 0)
        return pad, pad
    checks.option(padding, "padding", ("valid", "same"))
    if padding == "valid":
        return (0,) * len(taps), (0,) * len(taps)
    checks.unit_stride(stride)
    total = [d * (k - 1) for d, k in zip(dilation, taps, strict=True)]
    return tuple(n // 2 for n in total), tuple(n - n // 2 for n in total)


@remembered
def transposition_of(
    shape: tuple[int, ...],
    weight: tuple[int, ...],
    bias: tuple[int, ...] | None,
    stride: Sizes,
    padding: Sizes,
    output_padding: Sizes,
    groups: int,
    dilation: Sizes,
) -> Convolution:
    """The plan of a transposed convolution of C x (sides) by weights and a bias of these shapes."""
    n = len(shape) - 1
    step = checks.per_axis(stride, n, "stride", 1)
    pad = checks.per_axis(padding, n, "padding", 0)
    extra = checks.per_axis(output_padding, n, "output_padding", 0)
    gap = checks.per_axis(dilation, n, "dilation", 1)
    groups = checks.factor(groups, "groups")
    checks.conv_transpose_channels(shape[0], weight, bias, groups)
    checks.output_padding(extra, step, gap)
    large = tuple(
        (size - 1) * s - 2 * p + d * (k - 1) + e + 1
        for size, s, p, d, k, e in zip(shape[1:], step, pad, gap, weight[2:], extra, strict=True)
    )
    return transposed(shape, weight, large, step, pad, gap, groups)


def transposed(
    shape: tuple[int, ...],
    weight: tuple[int, ...],
    large: tuple[int, ...],
    stride: tuple[int, ...],
    before: tuple[int, ...],
    dilation: tuple[int, ...],
    groups: int,
) -> Convolution:
    """The plan of a transposed convolution of C x (sides) to given sizes."""
    checks.transposed_sizes(large)
    axes = axes_of(shape[1:], large, weight[2:], stride, before, dilation)
    return Convolution(weight[1] * groups, large, axes, groups)


def conv(
    x: Array,
    axes: int,
    weight: Array,
    bias: Array | None,
    stride: Sizes,
    padding: Sizes | str,
    dilation: Sizes,
    groups: int,
    out: Array | None,
    n_threads: int | None,
) -> Array:
    """Convolution over any number of axes."""
    parts = arrays(x, weight, bias, axes)
    plan = convolution_of(*shapes(parts, axes), stride, padding, dilation, groups)
    return filled(convolve, x, parts, plan, out, n_threads)


def conv_transpose(
    x: Array,
    axes: int,
    weight: Array,
    bias: Array | None,
    stride: Sizes,
    padding: Sizes,
    output_padding: Sizes,
    groups: int,
    dilation: Sizes,
    out: Array | None,
    n_threads: int | None,
) -> Array:
    """Transposed convolution over any number of axes."""
    parts = arrays(x, weight, bias, axes)
    plan = transposition_of(*shapes(parts, axes), stride, padding, output_padding, groups, dilation)
    return filled(convolve_back, x, parts, plan, out, n_threads)


def filled(
    work: Any,
    x: Array,
    parts: Parts,
    plan: Convolution,
    out: Array | None,
    n_threads: int | None,
) -> Array:
    """Run ``work`` into ``out``, whatever its type and strides; ``parts`` are ``x``, weights and bias as checked."""
    given = parts[0]
    dtype, lead = given.dtype, given.ndim - len(plan.sizes) - 1
    values = target(out, (*given.shape[:lead], plan.channels, *plan.sizes), dtype, (x, *parts[1:]))
    source, kernel, bias = calculated(*parts) if dtype == np.float16 else parts
    if work is convolve_back:
        # Its products read runs of pixels.
        source = np.ascontiguousarray(source)
    threads = thread_count(n_threads, source.size * (kernel.size // kernel.shape[0]) // plan.groups)
    kernel, bias = np.ascontiguousarray(kernel), None if bias is None else np.ascontiguousarray(bias)
    work(source, kernel, bias, values, plan.axes, plan.groups, threads)
    return delivered(values, out, dtype)
