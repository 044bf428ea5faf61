"""TensorFlow's words on NumPy arrays: channels last, N x H x W x C.

Every function takes any strides. ``out`` takes the result: its shape and dtype, any strides, no memory in common with
an input; nothing is written to it when a call fails. ``n_threads`` is how many threads to use, by default as many as
the process may.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cyresize import checks
from cyresize.engine import pool as engine
from cyresize.engine.shuffle import permute
from cyresize.functional.arguments import Array, aligned, native, thread_count
from cyresize.functional.windows import MAX, WHOLE, place, regular
from cyresize.resampling import resample
from cyresize.sampling import GAUSSIAN, LANCZOS5, MITCHELL, Kernel

__all__ = [
    "depth_to_space",
    "max_pool_with_argmax",
    "phase_shift",
    "resize",
    "space_to_depth",
    "subpixel1d",
    "unpool_with_argmax",
    "upsampling2d",
]


def _result(out: Any, name: str, shape: tuple[int, ...], dtype: Any, inputs: tuple[Array, ...]) -> Array:
    checks.fits(shape, np.dtype(dtype).itemsize)
    if out is None:
        return np.empty(shape, dtype)
    checks.output(out, name, shape, np.dtype(dtype), inputs)
    return out  # type: ignore[no-any-return]


def _image(input: object, name: str = "input") -> Array:
    x = checks.array(input, name, "uif")
    checks.rank(x.shape, name, "N x H x W x C")
    checks.float_size(x)
    return native(x)


def _volume(x: Array) -> Array:
    # N x H x W x C as N x C x 1 x H x W.
    return np.moveaxis(x, -1, 1)[:, :, np.newaxis]


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, tuple[int, int]]:
    """The output size of SAME padding and the padding before and after; the odd pixel comes after."""
    out = -(-size // stride)
    total = max((out - 1) * stride + kernel - size, 0)
    return out, (total // 2, total - total // 2)


def _windows(sizes: tuple[int, ...], kernel: tuple[int, int], stride: tuple[int, int], padding: object) -> Any:
    checks.option(padding, "padding", ("VALID", "SAME"))
    outputs, windows = [], []
    for n, k, s in zip(sizes, kernel, stride, strict=True):
        out, (before, after) = same_padding(n, k, s) if padding == "SAME" else ((n - k) // s + 1, (0, 0))
        checks.pooled_sizes(sizes, (out,))
        outputs.append(out)
        windows.append(regular(n, out, k, s, 1, before, after))
    return tuple(outputs), windows


def max_pool_with_argmax(
    input: Array,
    ksize: Any,
    strides: Any,
    padding: str,
    include_batch_in_index: bool = False,
    *,
    out: Any = None,
    n_threads: int | None = None,
) -> tuple[Array, Array]:
    """Maximum of each window and where it is (``tf.nn.max_pool_with_argmax``).

    Parameters
    ----------
    input : ndarray
        N x H x W x C, integers or floats.
    ksize, strides : int or sequence of int
        One number, two (height, width), or four with ones for N and C.
    padding : str
        "VALID": windows lie inside; "SAME": ceil(size/stride) of them, an odd pixel of padding at the end.
    include_batch_in_index : bool
        Whether an index counts through the whole batch or within its image.
    out : pair of ndarray, optional
        Takes the maxima and the indices.
    n_threads : int, optional
        Threads to use.

    Returns
    -------
    (ndarray, ndarray)
        N x OH x OW x C in the dtype of ``input``, and int64 indices ``(y*W + x)*C + c``, with the batch
        ``((n*H + y)*W + x)*C + c``. The first maximum wins, NaN wins over everything.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        A wrong rank, an empty axis, sizes or options out of range, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.channels_last import max_pool_with_argmax
    >>> values, argmax = max_pool_with_argmax(np.arange(16.0).reshape(1, 4, 4, 1), 2, 2, "VALID")
    >>> argmax.ravel().tolist()
    [5, 7, 13, 15]
    """
    x = _image(input)
    kernel, stride = checks.window(ksize, "ksize"), checks.window(strides, "strides")
    batch = checks.truth(include_batch_in_index, "include_batch_in_index")
    n, h, w, c = x.shape
    sizes, (rows, columns) = _windows((h, w), kernel, stride, padding)
    given, given_index = checks.pair(out, "out")
    values = _result(given, "out[0]", (n, *sizes, c), x.dtype, (x,))
    index = _result(given_index, "out[1]", (n, *sizes, c), np.int64, (x, values))
    engine.pool(
        MAX,
        _volume(x),
        _volume(values),
        _volume(index),
        WHOLE,
        rows,
        columns,
        3,
        thread_count(n_threads, values.size * math.prod(kernel)),
        index_times=c,
        index_channel=1,
        index_image=h * w * c if batch else 0,
    )
    return values, index


def unpool_with_argmax(
    input: Array,
    argmax: Array,
    ksize: Any = 2,
    output_size: Any = None,
    include_batch_in_index: bool = False,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Put every value where its index says and zero elsewhere: the partial inverse of `max_pool_with_argmax`.

    Where an index occurs twice in an image the later value wins, for any number of threads.

    Parameters
    ----------
    input : ndarray
        N x H x W x C, integers or floats.
    argmax : ndarray
        int64 indices in the shape of ``input``, as `max_pool_with_argmax` returns them.
    ksize : int or sequence of int
        How many times higher and wider the output is: one number, two, or four with ones for N and C.
    output_size : (int, int), optional
        The output's height and width, instead of ``ksize``.
    include_batch_in_index : bool
        Whether an index counts through the whole batch or within its image.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use.

    Returns
    -------
    ndarray
        N x OH x OW x C in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        An index outside its output image (named, and nothing is written), a wrong rank or size, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.channels_last import max_pool_with_argmax, unpool_with_argmax
    >>> values, argmax = max_pool_with_argmax(np.arange(4.0).reshape(1, 2, 2, 1), 2, 2, "VALID")
    >>> unpool_with_argmax(values, argmax).ravel().tolist()
    [0.0, 0.0, 0.0, 3.0]
    """
    x = _image(input)
    index = native(checks.unpool_indices(argmax, x))
    factor = checks.window(ksize, "ksize")
    batch = checks.truth(include_batch_in_index, "include_batch_in_index")
    n, h, w, c = x.shape
    size = (h * factor[0], w * factor[1]) if output_size is None else checks.per_axis(output_size, 2, "output_size", 1)
    if batch:
        index = index - np.arange(n).reshape(n, 1, 1, 1) * (math.prod(size) * c)
    values = _result(out, "out", (n, *size, c), x.dtype, (x, argmax))
    place(x[:, np.newaxis], index[:, np.newaxis], values[:, np.newaxis], 3, out is None, (*size, c), n_threads)
    return values


def _blocks(x: object, r: int) -> Array:
    given = checks.array(x, "input", "buifc")
    checks.rank(given.shape, "input", "N x H x W x C")
    checks.divisible(given.shape, -1, r * r, "the number of channels", "block_size**2")
    return aligned(given)


def _to_space(
    input: Array, block: int, split: tuple[int, ...], order: tuple[int, ...], out: Array | None, n_threads: int | None
) -> Array:
    # `split` are the parts of the channel axis, `order` where row phase, column phase and channel are among them.
    x = _blocks(input, block)
    n, h, w, _ = x.shape
    values = _result(out, "out", (n, h * block, w * block, split[order[2]]), x.dtype, (x,))
    row, column, channel = (3 + k for k in order)
    source = x.reshape(n, h, w, *split).transpose(0, 1, row, 2, column, channel)
    permute(source, values.reshape(n, h, block, w, block, -1), thread_count(n_threads, values.size))
    return values


def depth_to_space(
    input: Array, block_size: int, *, mode: str = "DCR", out: Array | None = None, n_threads: int | None = None
) -> Array:
    """Rearrange channels into pixels (``tf.nn.depth_to_space``).

    Parameters
    ----------
    input : ndarray
        N x H x W x C*r*r, any dtype.
    block_size : int
        The factor r.
    mode : str
        The order within the channels: "DCR" (TensorFlow's: row, column, channel) or "CRD" (PyTorch's pixel_shuffle:
        channel, row, column).
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use.

    Returns
    -------
    ndarray
        N x H*r x W*r x C: DCR ``out[n, y*r + i, x*r + j, c] = input[n, y, x, (i*r + j)*C + c]``.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        Channels that do not divide by r*r, a wrong rank, an unknown mode, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.channels_last import depth_to_space
    >>> depth_to_space(np.arange(4).reshape(1, 1, 1, 4), 2)[0, :, :, 0].tolist()
    [[0, 1], [2, 3]]
    """
    r = checks.factor(block_size, "block_size")
    checks.option(mode, "mode", ("DCR", "CRD"))
    c = _blocks(input, r).shape[-1] // (r * r)
    if mode == "DCR":
        return _to_space(input, r, (r, r, c), (0, 1, 2), out, n_threads)
    return _to_space(input, r, (c, r, r), (1, 2, 0), out, n_threads)


def phase_shift(input: Array, r: int, *, out: Array | None = None, n_threads: int | None = None) -> Array:
    """Rearrange channels into pixels in the column-major order of ESPCN code for TensorFlow.

    It is neither DCR nor CRD: the phase within a channel counts down the columns first.

    Parameters
    ----------
    input : ndarray
        N x H x W x C*r*r, any dtype.
    r : int
        The factor.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use.

    Returns
    -------
    ndarray
        N x H*r x W*r x C: ``out[n, y*r + i, x*r + j, c] = input[n, y, x, c*r*r + j*r + i]``.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        Channels that do not divide by r*r, a wrong rank, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.channels_last import phase_shift
    >>> phase_shift(np.arange(4).reshape(1, 1, 1, 4), 2)[0, :, :, 0].tolist()
    [[0, 2], [1, 3]]
    """
    factor = checks.factor(r, "r")
    c = _blocks(input, factor).shape[-1] // (factor * factor)
    return _to_space(input, factor, (c, factor, factor), (2, 1, 0), out, n_threads)


def space_to_depth(
    input: Array, block_size: int, *, mode: str = "DCR", out: Array | None = None, n_threads: int | None = None
) -> Array:
    """Rearrange pixels into channels: the inverse of `depth_to_space` (``tf.nn.space_to_depth``).

    Parameters
    ----------
    input : ndarray
        N x H*r x W*r x C, any dtype.
    block_size : int
        The factor r.
    mode : str
        The order within the channels, "DCR" or "CRD".
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use.

    Returns
    -------
    ndarray
        N x H x W x C*r*r.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        Sides that do not divide by r, a wrong rank, an unknown mode, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.channels_last import space_to_depth
    >>> space_to_depth(np.arange(4).reshape(1, 2, 2, 1), 2).tolist()
    [[[[0, 1, 2, 3]]]]
    """
    r = checks.factor(block_size, "block_size")
    checks.option(mode, "mode", ("DCR", "CRD"))
    x = checks.array(input, "input", "buifc")
    checks.rank(x.shape, "input", "N x H x W x C")
    checks.divisible(x.shape, 1, r, "the height", "block_size")
    checks.divisible(x.shape, 2, r, "the width", "block_size")
    n, h, w, c = x.shape
    values = _result(out, "out", (n, h // r, w // r, c * r * r), x.dtype, (x,))
    source = aligned(x).reshape(n, h // r, r, w // r, r, c)
    if mode == "DCR":
        target = values.reshape(n, h // r, w // r, r, r, c).transpose(0, 1, 3, 2, 4, 5)
    else:
        target = values.reshape(n, h // r, w // r, c, r, r).transpose(0, 1, 4, 2, 5, 3)
    permute(source, target, thread_count(n_threads, values.size))
    return values


def subpixel1d(input: Array, r: int, *, out: Array | None = None, n_threads: int | None = None) -> Array:
    """Rearrange channels into samples: a signal r times as long.

    Parameters
    ----------
    input : ndarray
        N x W x C*r, any dtype.
    r : int
        The factor.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use.

    Returns
    -------
    ndarray
        N x W*r x C: ``out[n, x*r + k, c] = input[n, x, k*C + c]``.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        Channels that do not divide by r, a wrong rank, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.channels_last import subpixel1d
    >>> subpixel1d(np.arange(4).reshape(1, 1, 4), 2).tolist()
    [[[0, 1], [2, 3]]]
    """
    factor = checks.factor(r, "r")
    x = checks.array(input, "input", "buifc")
    checks.rank(x.shape, "input", "N x W x C")
    checks.divisible(x.shape, -1, factor, "the number of channels", "r")
    n, w, c = x.shape
    values = _result(out, "out", (n, w * factor, c // factor), x.dtype, (x,))
    source = aligned(x).reshape(n, w, factor, c // factor)
    permute(source, values.reshape(source.shape), thread_count(n_threads, values.size))
    return values


METHODS: dict[str, str | Kernel] = {
    "bilinear": "linear",
    "nearest": "nearest",
    "bicubic": "cubic",
    "area": "area",
    "lanczos3": "lanczos3",
    "lanczos5": LANCZOS5,
    "gaussian": GAUSSIAN,
    "mitchellcubic": MITCHELL,
}


def resize(
    images: Array,
    size: tuple[int, int] | list[int] | Array,
    method: str = "bilinear",
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Resize images (``tf.image.resize``): centres aligned, cubic with a = -0.5, samples outside left out.

    Parameters
    ----------
    images : ndarray
        H x W x C or N x H x W x C, integers or floats; with nearest also bool.
    size : (int, int)
        Height and width.
    method : str
        bilinear, nearest, bicubic, area, lanczos3, lanczos5, gaussian or mitchellcubic.
    preserve_aspect_ratio : bool
        Fit into ``size`` with the aspect ratio kept.
    antialias : bool
        Widen the kernel where an axis shrinks; nearest and area do not change.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        At most this many threads.

    Returns
    -------
    ndarray
        float32, with nearest the dtype of ``images``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, a bad size or method, or an ``out`` that does not fit.

    Notes
    -----
    Fractions are exact where TensorFlow has float32 coordinates and, for bicubic, a table of 1024 steps.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.channels_last import resize
    >>> resize(np.array([[[0], [100]]], np.uint8), (1, 4)).ravel()
    array([  0.,  25.,  75., 100.], dtype=float32)
    """
    x = checks.array(images, "images", "buif")
    checks.rank(x.shape, "images", "H x W x C", "N x H x W x C")
    checks.option(method, "method", tuple(METHODS))
    height, width = checks.per_axis(size, 2, "size", 1)
    if checks.truth(preserve_aspect_ratio, "preserve_aspect_ratio"):
        factor = min(height / x.shape[-3], width / x.shape[-2])
        height, width = max(round(factor * x.shape[-3]), 1), max(round(factor * x.shape[-2]), 1)
    widens = checks.truth(antialias, "antialias") and method not in ("nearest", "area")
    return resample(
        x,
        (height, width),
        axes=(-3, -2),
        mode=METHODS[method],
        like="tensorflow",
        antialias=widens,
        out=out,
        n_threads=n_threads,
    )


def upsampling2d(
    input: Array,
    size: int | tuple[int, int] | list[int] = (2, 2),
    data_format: str = "channels_last",
    interpolation: str = "nearest",
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Enlarge by whole-number factors (Keras's ``UpSampling2D``).

    Parameters
    ----------
    input : ndarray
        N x H x W x C, or N x C x H x W with ``data_format="channels_first"``.
    size : int or (int, int)
        Factors of height and width.
    data_format : str
        channels_last or channels_first.
    interpolation : str
        nearest, bilinear, bicubic, area, lanczos3 (or lanczos), lanczos5, gaussian or mitchellcubic.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        At most this many threads.

    Returns
    -------
    ndarray
        float32, with nearest the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, a bad factor or option, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.channels_last import upsampling2d
    >>> upsampling2d(np.array([[[[1], [2]]]]), (1, 2)).ravel()
    array([1, 1, 2, 2])
    """
    x = checks.array(input, "input", "buif")
    checks.option(data_format, "data_format", ("channels_last", "channels_first"))
    first = data_format == "channels_first"
    checks.rank(x.shape, "input", "N x C x H x W" if first else "N x H x W x C")
    rows, columns = checks.per_axis(size, 2, "size", 1)
    axes = (2, 3) if first else (1, 2)
    method = "lanczos3" if interpolation == "lanczos" else interpolation
    checks.option(method, "interpolation", tuple(METHODS))
    return resample(
        x,
        (x.shape[axes[0]] * rows, x.shape[axes[1]] * columns),
        axes=axes,
        mode=METHODS[method],
        like="tensorflow",
        out=out,
        n_threads=n_threads,
    )
