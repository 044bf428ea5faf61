"""Pixel shuffles and their inverses, in one, two and three dimensions."""

from __future__ import annotations

from cyresize import checks
from cyresize.engine.remembering import remembered
from cyresize.engine.shuffle import shuffle
from cyresize.functional.arguments import Array, aligned, result, thread_count

FORMS = {1: "... x C x W", 2: "... x C x H x W", 3: "... x C x D x H x W"}


@remembered
def _shuffled(shape: tuple[int, ...], factor: int, axes: int) -> tuple[int, tuple[int, ...]]:
    """The factor, and the shape of the result."""
    r = checks.factor(factor, "upscale_factor")
    channel = len(shape) - axes - 1
    checks.divisible(shape, channel, r**axes, "the number of channels", "upscale_factor**" + str(axes))
    return r, (*shape[:channel], shape[channel] // r**axes, *(n * r for n in shape[channel + 1 :]))


@remembered
def _unshuffled(shape: tuple[int, ...], factor: int, axes: int) -> tuple[int, tuple[int, ...]]:
    """The factor, and the shape of the result."""
    r = checks.factor(factor, "downscale_factor")
    channel = len(shape) - axes - 1
    for axis, name in zip(range(-axes, 0), ("depth", "height", "width")[-axes:], strict=True):
        checks.divisible(shape, axis, r, f"the {name}", "downscale_factor")
    return r, (*shape[:channel], shape[channel] * r**axes, *(n // r for n in shape[channel + 1 :]))


def _run(x: Array, factor: int, axes: int, back: bool, out: Array | None, n_threads: int | None) -> Array:
    checks.array(x, "input", "buifc")
    checks.rank_at_least(x, "input", axes + 1, FORMS[axes])
    r, shape = _unshuffled(x.shape, factor, axes) if back else _shuffled(x.shape, factor, axes)
    out = result(out, shape, x.dtype, (x,), axis=-axes - 1)
    shuffle(aligned(x), out, axes, r, back, thread_count(n_threads, out.size))
    return out


def pixel_shuffle(
    input: Array, upscale_factor: int, *, out: Array | None = None, n_threads: int | None = None
) -> Array:
    """Rearrange channels into pixels: an image r times as high and wide (PyTorch's ``pixel_shuffle``).

    Parameters
    ----------
    input : ndarray
        ... x C*r*r x H x W, any bool, integer, float or complex dtype, any strides.
    upscale_factor : int
        The factor r.
    out : ndarray, optional
        Takes the result: ... x C x H*r x W*r, the dtype of ``input``, any strides, no shared memory.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        ... x C x H*r x W*r: ``out[..., c, y*r + i, x*r + j] = input[..., (c*r + i)*r + j, y, x]``.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        Channels that do not divide by r*r, too few axes, an empty array, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import pixel_shuffle
    >>> pixel_shuffle(np.zeros((1, 8, 3, 3)), 2).shape
    (1, 2, 6, 6)
    """
    return _run(input, upscale_factor, 2, False, out, n_threads)


def pixel_unshuffle(
    input: Array, downscale_factor: int, *, out: Array | None = None, n_threads: int | None = None
) -> Array:
    """Rearrange pixels into channels: the inverse of `pixel_shuffle` (PyTorch's ``pixel_unshuffle``).

    Parameters
    ----------
    input : ndarray
        ... x C x H*r x W*r, any bool, integer, float or complex dtype, any strides.
    downscale_factor : int
        The factor r.
    out : ndarray, optional
        Takes the result: ... x C*r*r x H x W, the dtype of ``input``, any strides, no shared memory.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        ... x C*r*r x H x W: ``out[..., (c*r + i)*r + j, y, x] = input[..., c, y*r + i, x*r + j]``.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        A side that does not divide by r, too few axes, an empty array, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import pixel_unshuffle
    >>> pixel_unshuffle(np.zeros((1, 2, 6, 6)), 2).shape
    (1, 8, 3, 3)
    """
    return _run(input, downscale_factor, 2, True, out, n_threads)


def pixel_shuffle1d(
    input: Array, upscale_factor: int, *, out: Array | None = None, n_threads: int | None = None
) -> Array:
    """Rearrange channels into samples: a signal r times as long.

    Parameters
    ----------
    input : ndarray
        ... x C*r x W, any bool, integer, float or complex dtype, any strides.
    upscale_factor : int
        The factor r.
    out : ndarray, optional
        Takes the result: ... x C x W*r, the dtype of ``input``, any strides, no shared memory.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        ... x C x W*r: ``out[..., c, x*r + j] = input[..., c*r + j, x]``.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        Channels that do not divide by r, too few axes, an empty array, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import pixel_shuffle1d
    >>> pixel_shuffle1d(np.zeros((1, 4, 3)), 2).shape
    (1, 2, 6)
    """
    return _run(input, upscale_factor, 1, False, out, n_threads)


def pixel_unshuffle1d(
    input: Array, downscale_factor: int, *, out: Array | None = None, n_threads: int | None = None
) -> Array:
    """Rearrange samples into channels: the inverse of `pixel_shuffle1d`.

    Parameters
    ----------
    input : ndarray
        ... x C x W*r, any bool, integer, float or complex dtype, any strides.
    downscale_factor : int
        The factor r.
    out : ndarray, optional
        Takes the result: ... x C*r x W, the dtype of ``input``, any strides, no shared memory.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        ... x C*r x W: ``out[..., c*r + j, x] = input[..., c, x*r + j]``.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        A side that does not divide by r, too few axes, an empty array, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import pixel_unshuffle1d
    >>> pixel_unshuffle1d(np.zeros((1, 2, 6)), 2).shape
    (1, 4, 3)
    """
    return _run(input, downscale_factor, 1, True, out, n_threads)


def pixel_shuffle3d(
    input: Array, upscale_factor: int, *, out: Array | None = None, n_threads: int | None = None
) -> Array:
    """Rearrange channels into voxels: a volume r times as deep, high and wide.

    Parameters
    ----------
    input : ndarray
        ... x C*r*r*r x D x H x W, any bool, integer, float or complex dtype, any strides.
    upscale_factor : int
        The factor r.
    out : ndarray, optional
        Takes the result: ... x C x D*r x H*r x W*r, the dtype of ``input``, any strides, no shared memory.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        ... x C x D*r x H*r x W*r:
        ``out[..., c, z*r + k, y*r + i, x*r + j] = input[..., ((c*r + k)*r + i)*r + j, z, y, x]``.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        Channels that do not divide by r*r*r, too few axes, an empty array, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import pixel_shuffle3d
    >>> pixel_shuffle3d(np.zeros((1, 16, 3, 3, 3)), 2).shape
    (1, 2, 6, 6, 6)
    """
    return _run(input, upscale_factor, 3, False, out, n_threads)


def pixel_unshuffle3d(
    input: Array, downscale_factor: int, *, out: Array | None = None, n_threads: int | None = None
) -> Array:
    """Rearrange voxels into channels: the inverse of `pixel_shuffle3d`.

    Parameters
    ----------
    input : ndarray
        ... x C x D*r x H*r x W*r, any bool, integer, float or complex dtype, any strides.
    downscale_factor : int
        The factor r.
    out : ndarray, optional
        Takes the result: ... x C*r*r*r x D x H x W, the dtype of ``input``, any strides, no shared memory.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        ... x C*r*r*r x D x H x W:
        ``out[..., ((c*r + k)*r + i)*r + j, z, y, x] = input[..., c, z*r + k, y*r + i, x*r + j]``.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        A side that does not divide by r, too few axes, an empty array, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import pixel_unshuffle3d
    >>> pixel_unshuffle3d(np.zeros((1, 2, 6, 6, 6)), 2).shape
    (1, 16, 3, 3, 3)
    """
    return _run(input, downscale_factor, 3, True, out, n_threads)
