"""Kernels for upsampling: the bilinear one of a transposed convolution, and one of its own for every output pixel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from cyresize import checks
from cyresize.engine.upscale import upscale
from cyresize.functional.arguments import Array, Sizes, native, thread_count
from cyresize.functional.columns import calculated, delivered, target


def _tent(size: int) -> Array:
    half = (size + 1) // 2
    centre = half - 1 if size % 2 else half - 0.5
    tent: Array = 1 - np.abs(np.arange(size) - centre) / half
    return tent


def bilinear_kernel(
    in_channels: int, out_channels: int, kernel_size: Sizes, *, groups: int = 1, dtype: DTypeLike = np.float32
) -> Array:
    """Weights of a transposed convolution that enlarges bilinearly, as fully convolutional networks start with.

    With ``kernel_size = 2*s``, ``stride = s`` and ``padding = s/2`` (even s) the result is that of bilinear
    interpolation with aligned pixel areas, except near the edges, where the padding's zeros count.

    Parameters
    ----------
    in_channels, out_channels : int
        Channel i of the input goes to channel i of the output, all other weights are zero.
    kernel_size : int or (int, int)
        Sides of the kernel, height and width.
    groups : int
        The ``groups`` of the convolution; with ``groups = in_channels = out_channels`` no zeros are stored.
    dtype : dtype
        float16, float32 or float64.

    Returns
    -------
    ndarray
        in_channels x out_channels/groups x KH x KW.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        A number below 1, or channels that do not divide by ``groups``.

    Examples
    --------
    >>> from cyresize.functional import bilinear_kernel
    >>> bilinear_kernel(1, 1, 4)[0, 0, 0].tolist()
    [0.0625, 0.1875, 0.1875, 0.0625]
    """
    n_in, n_out = checks.factor(in_channels, "in_channels"), checks.factor(out_channels, "out_channels")
    height, width = checks.per_axis(kernel_size, 2, "kernel_size", 1)
    groups = checks.factor(groups, "groups")
    checks.grouped(n_in, n_out, groups)
    weight = np.zeros((n_in, n_out // groups, height, width), checks.float_dtype(dtype))
    kernel = np.outer(_tent(height), _tent(width))
    per_in, per_out = n_in // groups, n_out // groups
    for i in range(n_in):
        if i % per_in < per_out:
            weight[i, i % per_in] = kernel
    return weight


def _positions(n_in: int, scale: float) -> tuple[Array, Array]:
    # Output i lies at i/scale: its pixel, and how far behind that it is.
    exact = np.arange(math.floor(n_in * scale)) / scale
    pixel = np.minimum(np.floor(exact), n_in - 1).astype(np.int64)
    return pixel, exact - pixel


def meta_positions(size: tuple[int, int], scale_factor: Any) -> Array:
    """What a network predicts the kernels of `meta_upscale` from.

    Parameters
    ----------
    size : (int, int)
        Height and width of the features.
    scale_factor : float or (float, float)
        As given to `meta_upscale`.

    Returns
    -------
    ndarray
        OH x OW x 3, float32: how far the output pixel lies below and to the right of the pixel its kernel is centred
        on, in pixels of the features, and 1/scale (of the height).

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        A size or factor that is not positive.

    Examples
    --------
    >>> from cyresize.functional import meta_positions
    >>> meta_positions((1, 2), 2)[0, :, 1].tolist()
    [0.0, 0.5, 0.0, 0.5]
    """
    height, width = checks.per_axis(size, 2, "size", 1)
    scale_y, scale_x = checks.scale_pair(scale_factor)
    below, right = _positions(height, scale_y)[1], _positions(width, scale_x)[1]
    checks.upscaled_sizes((len(below), len(right)))
    grid = np.empty((len(below), len(right), 3), np.float32)
    grid[..., 0], grid[..., 1], grid[..., 2] = below[:, np.newaxis], right, 1 / scale_y
    return grid


def meta_upscale(
    input: Array, weight: Array, scale_factor: Any, *, out: Array | None = None, n_threads: int | None = None
) -> Array:
    """Upscale by any factor with a kernel of its own for every output pixel (the upscale module of Meta-SR).

    Output pixel (i, j) is the product of its kernels with the surroundings of feature (floor(i/scale),
    floor(j/scale)) in all channels; outside the features are zeros.

    Parameters
    ----------
    input : ndarray
        [N x] C x H x W features: float16 (calculated in float32), float32 or float64, any strides.
    weight : ndarray
        OH x OW x O x C x KH x KW, odd KH and KW, the dtype of ``input``: what a network predicted from
        `meta_positions`. All images share it.
    scale_factor : float or (float, float)
        Positive, for height and width; OH = floor(H*scale) and OW alike.
    out : ndarray, optional
        Takes the result: its shape and dtype, any strides, no memory in common with an input.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] O x OH x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or dtypes that differ.
    ValueError
        Wrong ranks or sizes, a factor that is not positive, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import meta_upscale
    >>> meta_upscale(np.ones((8, 4, 4)), np.ones((6, 6, 3, 8, 3, 3)), 1.5).shape
    (3, 6, 6)
    """
    x = checks.array(input, "input", "f")
    checks.rank(x.shape, "input", "C x H x W", "N x C x H x W")
    checks.float_size(x)
    kernels = checks.array(weight, "weight", "f")
    checks.rank(kernels.shape, "weight", "OH x OW x O x C x KH x KW")
    checks.same_dtype(kernels, "weight", x, "input")
    scale_y, scale_x = checks.scale_pair(scale_factor)
    row, column = _positions(x.shape[-2], scale_y)[0], _positions(x.shape[-1], scale_x)[0]
    checks.upscaled_sizes((len(row), len(column)))
    checks.upscale_weight(kernels, (len(row), len(column)), x.shape[-3])
    shape = (*x.shape[:-3], kernels.shape[2], len(row), len(column))
    source, some = native(x), native(kernels)
    values = target(out, shape, source.dtype, (x, weight))
    source, some = calculated(source, some)
    if not some[(0, 0, 0)].flags.c_contiguous:
        some = np.ascontiguousarray(some)
    batch = np.s_[np.newaxis] if x.ndim == 3 else np.s_[:]
    upscale(source[batch], some, values[batch], row, column, thread_count(n_threads, some.size))
    return delivered(values, out, native(x).dtype)
