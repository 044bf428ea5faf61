"""How pooling is done over any number of axes: arguments to windows, windows to the compiled drivers."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from cyresize import checks
from cyresize.engine import pool as engine
from cyresize.engine.remembering import remembered
from cyresize.engine.unpool import unpool
from cyresize.functional.arguments import Array, Sizes, check_input, native, result, thread_count

MAX, MEAN, LP = 0, 1, 2
Windows = tuple[engine.Windows, engine.Windows, engine.Windows]

regular = lru_cache(maxsize=256)(engine.regular)
WHOLE = regular(1, 1, 1, 1, 1, 0, 0)  # the axis that an image does not have


def pooled(size: int, kernel: int, stride: int, padding: tuple[int, int], dilation: int, ceil_mode: bool) -> int:
    """How many windows there are; rounded up, the last one must still start inside the input or before it."""
    room = size + sum(padding) - dilation * (kernel - 1) - 1
    if room < 0 and not ceil_mode:
        return 0
    count = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (count - 1) * stride >= size + padding[0]:
        count -= 1
    return count


def check_windows(
    kernel_size: Sizes, stride: Sizes | None, padding: Sizes, dilation: Sizes, axes: int
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """The four as tuples; no stride (None or an empty sequence) is the kernel's size."""
    kernel = checks.per_axis(kernel_size, axes, "kernel_size", 1)
    absent = stride is None or (isinstance(stride, tuple | list) and len(stride) == 0)
    step = kernel if absent else checks.per_axis(stride, axes, "stride", 1)
    pad = checks.per_axis(padding, axes, "padding", 0)
    checks.half_of_kernel(pad, kernel)
    return kernel, step, pad, checks.per_axis(dilation, axes, "dilation", 1)


def three(windows: list[engine.Windows]) -> Windows:
    """The windows of depth, height and width, where an image has only the last of them."""
    z, y, x = [WHOLE] * (3 - len(windows)) + windows
    return z, y, x


class Sliding(NamedTuple):
    """Windows that slide over sides: the output's sides, the windows, and how many elements each has."""

    outputs: tuple[int, ...]
    windows: Windows
    taps: int


@remembered
def sliding(
    sizes: tuple[int, ...],
    kernel_size: Sizes,
    stride: Sizes | None,
    padding: Sizes,
    dilation: Sizes,
    ceil_mode: bool,
    inside: bool,
) -> Sliding:
    """The windows over ``sizes``; ``inside``: none may be larger than they are, with whatever padding."""
    kernel, step, pad, gap = check_windows(kernel_size, stride, padding, dilation, len(sizes))
    if inside:
        checks.kernel_inside(sizes, kernel)
    rows = list(zip(sizes, kernel, step, pad, gap, strict=True))
    outputs = tuple(pooled(n, k, s, (p, p), d, ceil_mode) for n, k, s, p, d in rows)
    checks.pooled_sizes(sizes, outputs)
    checks.fits(outputs, 8)
    windows = [regular(n, out, k, s, d, p, p) for out, (n, k, s, p, d) in zip(outputs, rows, strict=True)]
    return Sliding(outputs, three(windows), math.prod(kernel))


def run(
    op: int,
    x: Array,
    out: Array,
    index: Array | None,
    axes: int,
    windows: Windows,
    taps: int,
    n_threads: int | None,
    **options: Any,
) -> None:
    """Pool arrays with ``axes`` spatial axes; ``taps`` is the size of a window, for the choice of threads."""
    threads = thread_count(n_threads, out.size * taps)
    engine.pool(op, x, out, index, *windows, axes, threads, **options)


def outputs(
    x: Array, axes: int, sizes: tuple[int, ...], out: Any, indexed: bool, inputs: tuple[Array, ...] = ()
) -> tuple[Array, Array | None]:
    """The result of a maximum and, if wanted, its indices; ``out`` is then a pair."""
    shape = (*x.shape[:-axes], *sizes)
    given, given_index = checks.pair(out, "out") if indexed else (out, None)
    values = result(given, shape, x.dtype, (x, *inputs), axis=-axes - 1)
    if not indexed:
        return values, None
    index = result(given_index, shape, np.int64, (x, values, *inputs), axis=-axes - 1, name="out[1]")
    return values, index


def max_pool(
    x: Array,
    axes: int,
    kernel_size: Sizes,
    stride: Sizes | None,
    padding: Sizes,
    dilation: Sizes,
    ceil_mode: bool,
    return_indices: bool,
    out: Any,
    n_threads: int | None,
) -> Any:
    """Maximum pooling over any number of axes."""
    x = check_input(x, axes)
    ceil_mode, indexed = checks.truth(ceil_mode, "ceil_mode"), checks.truth(return_indices, "return_indices")
    sizes, windows, taps = sliding(x.shape[-axes:], kernel_size, stride, padding, dilation, ceil_mode, False)
    values, index = outputs(x, axes, sizes, out, indexed)
    run(MAX, x, values, index, axes, windows, taps, n_threads)
    return (values, index) if indexed else values


def avg_pool(
    x: Array,
    axes: int,
    kernel_size: Sizes,
    stride: Sizes | None,
    padding: Sizes,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
    out: Array | None,
    n_threads: int | None,
) -> Array:
    """Mean pooling over any number of axes."""
    x = check_input(x, axes)
    checks.summable(x)
    ceil_mode = checks.truth(ceil_mode, "ceil_mode")
    include_pad = checks.truth(count_include_pad, "count_include_pad")
    divisor = checks.divisor(divisor_override)
    sizes, windows, taps = sliding(x.shape[-axes:], kernel_size, stride, padding, 1, ceil_mode, True)
    values, _ = outputs(x, axes, sizes, out, False)
    run(MEAN, x, values, None, axes, windows, taps, n_threads, include_pad=include_pad, divisor=divisor)
    return values


def lp_pool(
    x: Array,
    axes: int,
    norm_type: float,
    kernel_size: Sizes,
    stride: Sizes | None,
    ceil_mode: bool,
    out: Array | None,
    n_threads: int | None,
) -> Array:
    """Power-mean pooling over any number of axes."""
    x = check_input(x, axes, "f")
    power = checks.norm(norm_type)
    if math.isinf(power):
        sign = math.copysign(1, power)
        most = max_pool(sign * np.abs(x), axes, kernel_size, stride, 0, 1, ceil_mode, False, out, n_threads)
        return most if sign > 0 else np.asarray(np.negative(most, out=most))
    ceil_mode = checks.truth(ceil_mode, "ceil_mode")
    sizes, windows, taps = sliding(x.shape[-axes:], kernel_size, stride, 0, 1, ceil_mode, True)
    values, _ = outputs(x, axes, sizes, out, False)
    # PyTorch takes the mean of the window that is there and multiplies by the whole kernel's size.
    run(LP, x, values, None, axes, windows, taps, n_threads, power=power, scale=taps)
    return values


def adaptive(n_in: int, n_out: int) -> engine.Windows:
    """Windows from floor(o*n_in/n_out) to ceil((o + 1)*n_in/n_out)."""
    if n_in % n_out == 0:
        return regular(n_in, n_out, n_in // n_out, n_in // n_out, 1, 0, 0)
    o = np.arange(n_out, dtype=np.int64)
    start = o * n_in // n_out
    return engine.spans(n_in, start[np.newaxis], (-(-(o + 1) * n_in // n_out) - start)[np.newaxis])


@remembered
def adaptive_windows(sizes: tuple[int, ...], output_size: Any) -> Sliding:
    """The windows of an adaptive pooling, of about so many elements each."""
    wanted = checks.adaptive_sizes(output_size, sizes)
    windows = [adaptive(n, out) for n, out in zip(sizes, wanted, strict=True)]
    return Sliding(wanted, three(windows), max(math.prod(sizes) // math.prod(wanted), 1))


def adaptive_max_pool(
    x: Array, axes: int, output_size: Any, return_indices: bool, out: Any, n_threads: int | None
) -> Any:
    """Maximum pooling to a given size."""
    x = check_input(x, axes)
    indexed = checks.truth(return_indices, "return_indices")
    sizes, windows, taps = adaptive_windows(x.shape[-axes:], output_size)
    values, index = outputs(x, axes, sizes, out, indexed)
    run(MAX, x, values, index, axes, windows, taps, n_threads)
    return (values, index) if indexed else values


def adaptive_avg_pool(x: Array, axes: int, output_size: Any, out: Array | None, n_threads: int | None) -> Array:
    """Mean pooling to a given size."""
    x = check_input(x, axes)
    checks.summable(x)
    sizes, windows, taps = adaptive_windows(x.shape[-axes:], output_size)
    values, _ = outputs(x, axes, sizes, out, False)
    run(MEAN, x, values, None, axes, windows, taps, n_threads, precise=True)
    return values


def fractional_starts(samples: Array, n_in: int, n_out: int, kernel: int) -> Array:
    """Where each window of each plane begins, in the arithmetic of the samples' dtype."""
    planes = samples.reshape(-1, 1)
    start = np.full((len(planes), n_out), n_in - kernel, np.int64)
    if n_out > 1:
        step = samples.dtype.type(n_in - kernel) / samples.dtype.type(n_out - 1)
        o = np.arange(n_out - 1, dtype=samples.dtype)
        start[:, :-1] = ((o + planes) * step).astype(np.int64) - (planes * step).astype(np.int64)
    return start


def fractional_max_pool(
    x: Array,
    axes: int,
    kernel_size: Sizes,
    output_size: Any,
    output_ratio: Any,
    return_indices: bool,
    samples: Array | None,
    out: Any,
    n_threads: int | None,
) -> Any:
    """Maximum pooling with windows at pseudo-random distances."""
    x = check_input(x, axes, "f")
    indexed = checks.truth(return_indices, "return_indices")
    kernel = checks.per_axis(kernel_size, axes, "kernel_size", 1)
    sizes = checks.fractional_sizes(output_size, output_ratio, x.shape[-axes:], kernel)
    images = x.shape[0] if x.ndim == axes + 2 else 1
    given = native(checks.random_samples(samples, x, (images, x.shape[-axes - 1], axes)))
    windows = []
    for k, (n, n_out, taps) in enumerate(zip(x.shape[-axes:], sizes, kernel, strict=True)):
        # The first sample belongs to the width in two dimensions, to the depth in three.
        column = given[:, :, axes - 1 - k if axes == 2 else k]
        start = fractional_starts(column, n, n_out, taps)
        windows.append(engine.spans(n, start, np.full_like(start, taps)))
    values, index = outputs(x, axes, sizes, out, indexed)
    run(MAX, x, values, index, axes, three(windows), math.prod(kernel), n_threads)
    return (values, index) if indexed else values


@remembered
def unpooled(
    sizes: tuple[int, ...], kernel_size: Sizes, stride: Sizes | None, padding: Sizes, output_size: Any
) -> tuple[int, ...]:
    """The sides that maxima are put back into."""
    kernel, step, pad, _ = check_windows(kernel_size, stride, padding, 1, len(sizes))
    usual = tuple((n - 1) * s + k - 2 * p for n, s, k, p in zip(sizes, step, kernel, pad, strict=True))
    return checks.unpooled_sizes(output_size, usual, step)


def max_unpool(
    x: Array,
    indices: Array,
    axes: int,
    kernel_size: Sizes,
    stride: Sizes | None,
    padding: Sizes,
    output_size: Any,
    out: Array | None,
    n_threads: int | None,
) -> Array:
    """The partial inverse of maximum pooling."""
    x = check_input(x, axes)
    index = native(checks.unpool_indices(indices, x))
    sizes = unpooled(x.shape[-axes:], kernel_size, stride, padding, output_size)
    values = result(out, (*x.shape[:-axes], *sizes), x.dtype, (x, index), axis=-axes - 1)
    place(x, index, values, axes, out is None, sizes, n_threads)
    return values


def place(
    x: Array, index: Array, out: Array, axes: int, fresh: bool, sizes: tuple[int, ...], n_threads: int | None
) -> None:
    """Scatter [N x] C x (spatial axes); raise for an index outside the output."""
    bad = unpool(x, index, out, fresh, axes, thread_count(n_threads, out.size))
    if bad >= 0:
        checks.bad_index(index.reshape(-1, *index.shape[-axes:])[bad], bad, math.prod(sizes), sizes)
