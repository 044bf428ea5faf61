"""How convolution is done over any number of axes: columns by the compiled drivers, products by NumPy, in bands."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from cyresize import checks
from cyresize.engine.fold import fold, unfold
from cyresize.functional.arguments import Array, Sizes, native, thread_count

FORMS = {
    1: ("C x W", "N x C x W"),
    2: ("C x H x W", "N x C x H x W"),
    3: ("C x D x H x W", "N x C x D x H x W"),
}
WEIGHTS = {1: "O x C x K", 2: "O x C x K x K", 3: "O x C x K x K x K"}
BAND = 1 << 18  # elements of columns that are held at a time: about what a second-level cache takes
PIXELS = 256  # fewer pixels to a product make it slow

Axis = tuple[int, int, int, int, int, int]
WHOLE: Axis = (1, 1, 1, 1, 0, 1)  # the axis that an image does not have


def arrays(x: object, weight: object, bias: object, axes: int) -> tuple[Array, Array, Array | None]:
    """The three arrays of one dtype and the right ranks; ``x`` gets an axis of images if it has none."""
    given = checks.array(x, "input", "uif")
    checks.rank(given, "input", *FORMS[axes])
    kernel = checks.array(weight, "weight", "uif")
    checks.rank(kernel, "weight", WEIGHTS[axes])
    checks.same_dtype(kernel, "weight", given, "input")
    checks.float_size(given)
    if bias is not None:
        bias = checks.array(bias, "bias", "uif")
        checks.same_dtype(bias, "bias", given, "input")
        bias = native(bias)
    given = native(given)
    return (given if given.ndim == axes + 2 else given[np.newaxis]), native(kernel), bias


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


def deep(x: Array) -> Array:
    """A view with three spatial axes."""
    return x[(slice(None), slice(None), *(np.newaxis,) * (5 - x.ndim))]


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


def bands(axes: tuple[Axis, Axis, Axis], columns: int) -> Iterator[tuple[int, int]]:
    """Ranges of rows of the small side; a row of it has ``columns`` numbers for each pixel."""
    rows, width = axes[0][0] * axes[1][0], axes[2][0]
    step = max(BAND // max(columns * width, 1), -(-PIXELS // width), 1)
    for begin in range(0, rows, step):
        yield begin, min(begin + step, rows)


class Scratch:
    """Memory for one band at a time, had once for a whole call."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        """Nothing yet."""
        self.memory = np.empty(0, dtype)

    def array(self, shape: tuple[int, ...]) -> Array:
        """A contiguous array that lives until the next one is asked for."""
        size = math.prod(shape)
        if size > self.memory.size:
            self.memory = np.empty(size, self.memory.dtype)
        return self.memory[:size].reshape(shape)


def multiply(a: Array, b: Array, out: Array) -> None:
    """Stacks of matrix products; an inner side of 1 needs no product."""
    if a.shape[-1] == 1:
        np.multiply(a, b, out=out)
    else:
        np.matmul(a, b, out=out)


def column_threads(columns: Array, inner: int, n_threads: int | None) -> int:
    """Threads to make or add up ``columns``: one beside a BLAS, whose own threads spin between its products."""
    wanted = thread_count(n_threads, columns.size)
    return 1 if inner > 1 and columns.dtype.kind == "f" else wanted


def convolve(
    x: Array,
    weight: Array,
    bias: Array | None,
    axes: tuple[Axis, Axis, Axis],
    groups: int,
    out: Array,
    n_threads: int | None,
) -> None:
    """Fill ``out``: unfold a band, multiply it by the kernels, go on."""
    images, channels, taps = x.shape[0], x.shape[1], math.prod(weight.shape[2:])
    rows, width = axes[0][0] * axes[1][0], axes[2][0]
    inner = channels // groups * taps
    kernels = np.ascontiguousarray(weight).reshape(groups, -1, inner)
    results = out.reshape(images, groups, -1, rows * width)
    source = deep(x)
    memory = Scratch(x.dtype)
    for begin, end in bands(axes, channels * taps):
        columns = memory.array((groups, inner, (end - begin) * width))
        threads = column_threads(columns, inner, n_threads)
        for n in range(images):
            unfold(source[n], columns, axes, (begin, end), threads)
            part = results[n, :, :, begin * width : end * width]
            multiply(kernels, columns, part)
            if bias is not None:
                part += bias.reshape(groups, -1, 1)


def convolve_back(
    x: Array,
    weight: Array,
    bias: Array | None,
    axes: tuple[Axis, Axis, Axis],
    groups: int,
    out: Array,
    n_threads: int | None,
) -> None:
    """Fill ``out``: multiply a band by the kernels of some channels, fold it, go on."""
    images, channels, taps = x.shape[0], x.shape[1], math.prod(weight.shape[2:])
    inner, each = channels // groups, weight.shape[1]
    width = axes[2][0]
    pixels = np.ascontiguousarray(x).reshape(images, groups, inner, -1)
    kernels = np.ascontiguousarray(weight).reshape(groups, inner, each * taps).transpose(0, 2, 1)
    # One group: blocks of its channels. Several: blocks of whole groups.
    block = max(BAND // (PIXELS * taps * (each if groups > 1 else 1)), 1)
    whole, memory = deep(out), Scratch(x.dtype)
    for n in range(images):
        for c in range(0, groups if groups > 1 else each, block):
            some, kept, first, last = chosen(kernels, pixels[n], groups, each, taps, c, block)
            shift = None if bias is None else bias[first:last]
            for begin, end in bands(axes, (last - first) * taps):
                columns = memory.array((*some.shape[:2], (end - begin) * width))
                multiply(some, kept[:, :, begin * width : end * width], columns)
                threads = column_threads(columns, inner, n_threads)
                fold(columns, whole[n, first:last], shift, axes, (begin, end), threads)


def chosen(
    kernels: Array, pixels: Array, groups: int, each: int, taps: int, at: int, block: int
) -> tuple[Array, Array, int, int]:
    """The kernels and pixels of a block of groups or channels, and the output channels it makes."""
    if groups > 1:
        last = min(at + block, groups)
        return kernels[at:last], pixels[at:last], at * each, last * each
    last = min(at + block, each)
    return kernels[:, at * taps : last * taps], pixels, at, last


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
    given, kernel, shift = arrays(x, weight, bias, axes)
    step = checks.per_axis(stride, axes, "stride", 1)
    gap = checks.per_axis(dilation, axes, "dilation", 1)
    groups = checks.factor(groups, "groups")
    checks.conv_channels(given, kernel, shift, groups)
    sizes, taps = given.shape[2:], kernel.shape[2:]
    before, after = margins(padding, step, taps, gap)
    small = tuple(
        (n + b + a - d * (k - 1) - 1) // s + 1
        for n, b, a, d, k, s in zip(sizes, before, after, gap, taps, step, strict=True)
    )
    checks.pooled_sizes(tuple(n + b + a for n, b, a in zip(sizes, before, after, strict=True)), small)
    return filled(
        convolve,
        x,
        (given, kernel, shift),
        kernel.shape[0],
        small,
        axes_of(small, sizes, taps, step, before, gap),
        groups,
        out,
        n_threads,
    )


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
    given, kernel, shift = arrays(x, weight, bias, axes)
    step = checks.per_axis(stride, axes, "stride", 1)
    pad = checks.per_axis(padding, axes, "padding", 0)
    extra = checks.per_axis(output_padding, axes, "output_padding", 0)
    gap = checks.per_axis(dilation, axes, "dilation", 1)
    groups = checks.factor(groups, "groups")
    checks.conv_transpose_channels(given, kernel, shift, groups)
    checks.output_padding(extra, step, gap)
    large = tuple(
        (n - 1) * s - 2 * p + d * (k - 1) + e + 1
        for n, s, p, d, k, e in zip(given.shape[2:], step, pad, gap, kernel.shape[2:], extra, strict=True)
    )
    return transposed(x, (given, kernel, shift), large, step, pad, gap, groups, out, n_threads)


def transposed(
    x: Array,
    parts: tuple[Array, Array, Array | None],
    large: tuple[int, ...],
    stride: tuple[int, ...],
    before: tuple[int, ...],
    dilation: tuple[int, ...],
    groups: int,
    out: Array | None,
    n_threads: int | None,
) -> Array:
    """Transposed convolution to given sizes."""
    given, kernel, _ = parts
    checks.transposed_sizes(large)
    axes = axes_of(given.shape[2:], large, kernel.shape[2:], stride, before, dilation)
    return filled(convolve_back, x, parts, kernel.shape[1] * groups, large, axes, groups, out, n_threads)


def filled(
    work: Any,
    x: Array,
    parts: tuple[Array, Array, Array | None],
    channels: int,
    sizes: tuple[int, ...],
    axes: tuple[Axis, Axis, Axis],
    groups: int,
    out: Array | None,
    n_threads: int | None,
) -> Array:
    """Run ``work`` into ``out``, whatever its type and strides; without an axis of images if ``x`` has none."""
    given = parts[0]
    batched = x.ndim == given.ndim
    shape = ((given.shape[0],) if batched else ()) + (channels, *sizes)
    values = target(out, shape, given.dtype, (x, *parts[1:]))
    source, kernel, bias = calculated(*parts)
    work(source, kernel, bias, axes, groups, values if batched else values[np.newaxis], n_threads)
    return delivered(values, out, given.dtype)
