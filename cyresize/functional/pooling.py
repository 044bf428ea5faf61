"""Pooling and its inverse, in one, two and three dimensions, with PyTorch's names, numbers and refusals.

Every function takes one image (without N) or a batch, any strides, and returns an array in the memory layout of its
input. ``out`` takes the result (for values and indices: a pair) and must have its shape and dtype, any strides and no
memory in common with an input. Nothing is written to ``out`` when a call fails.
"""

from __future__ import annotations

from typing import Any

from cyresize.functional import windows
from cyresize.functional.arguments import Array, Sizes


def max_pool1d(
    input: Array,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    out: Any = None,
    n_threads: int | None = None,
) -> Any:
    """Maximum of each window (PyTorch's ``max_pool1d``).

    The first maximum wins, NaN wins over everything, padding never does.

    Parameters
    ----------
    input : ndarray
        [N x] C x W, integers or floats.
    kernel_size, stride, padding, dilation : int or tuple of int
        In pixels, an integer.
        ``stride`` is ``kernel_size`` if None; ``padding`` is at most half of the kernel.
    ceil_mode : bool
        Keep windows that only begin inside the input.
    return_indices : bool
        Return also where each maximum is.
    out : pair of ndarray or ndarray, optional
        Takes the result: values and indices if ``return_indices``, else the values.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray or (ndarray, ndarray)
        [N x] C x OW in the dtype of ``input``; the int64 indices count the elements of one channel's plane.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import max_pool1d
    >>> max_pool1d(np.zeros((1, 3, 8), np.float32), 2).shape
    (1, 3, 4)
    """
    return windows.max_pool(input, 1, kernel_size, stride, padding, dilation, ceil_mode, return_indices, out, n_threads)


def avg_pool1d(
    input: Array,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Mean of each window (PyTorch's ``avg_pool1d``).

    Floats are added up in row-major order in their own type (float16: in float32); integers in int64, and the quotient
    is rounded towards zero.

    Parameters
    ----------
    input : ndarray
        [N x] C x W, floats, or integers other than uint64.
    kernel_size, stride, padding : int or tuple of int
        In pixels, an integer.
        ``stride`` is ``kernel_size`` if None; ``padding`` is at most half of the kernel.
    ceil_mode : bool
        Keep windows that only begin inside the input.
    count_include_pad : bool
        Count the zeros of the padding as pixels.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] C x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import avg_pool1d
    >>> avg_pool1d(np.zeros((1, 3, 8), np.float32), 2).shape
    (1, 3, 4)
    """
    return windows.avg_pool(input, 1, kernel_size, stride, padding, ceil_mode, count_include_pad, None, out, n_threads)


def lp_pool1d(
    input: Array,
    norm_type: float,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    ceil_mode: bool = False,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Power sum of each window, ``sum(x**p)**(1/p)`` (PyTorch's ``lp_pool1d``).

    A window that ends outside the input (``ceil_mode``) is scaled up to a whole one. With p = inf it is the largest
    absolute value. The absolute value is *not* taken otherwise, so an odd p makes NaN of a negative sum.

    Parameters
    ----------
    input : ndarray
        [N x] C x W, floats.
    norm_type : float
        The exponent p, not zero.
    kernel_size, stride : int or tuple of int
        In pixels, an integer. ``stride`` is ``kernel_size`` if None.
    ceil_mode : bool
        Keep windows that only begin inside the input.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] C x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import lp_pool1d
    >>> lp_pool1d(np.zeros((1, 3, 8), np.float32), 2, 2).shape
    (1, 3, 4)
    """
    return windows.lp_pool(input, 1, norm_type, kernel_size, stride, ceil_mode, out, n_threads)


def adaptive_max_pool1d(
    input: Array, output_size: Any, return_indices: bool = False, *, out: Any = None, n_threads: int | None = None
) -> Any:
    """Maximum over windows that divide the input into a given number of parts (PyTorch's ``adaptive_max_pool1d``).

    Window o of an axis reaches from floor(o*n_in/n_out) to ceil((o + 1)*n_in/n_out).

    Parameters
    ----------
    input : ndarray
        [N x] C x W, integers or floats.
    output_size : int or tuple of int or None
        The output's sides, an integer; None is the input's side.
    return_indices : bool
        Return also where each maximum is.
    out : pair of ndarray or ndarray, optional
        Takes the result: values and indices if ``return_indices``, else the values.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray or (ndarray, ndarray)
        [N x] C x OW in the dtype of ``input``; the int64 indices count the elements of one channel's plane.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import adaptive_max_pool1d
    >>> adaptive_max_pool1d(np.zeros((1, 3, 9), np.float32), 4).shape
    (1, 3, 4)
    """
    return windows.adaptive_max_pool(input, 1, output_size, return_indices, out, n_threads)


def adaptive_avg_pool1d(
    input: Array, output_size: Any, *, out: Array | None = None, n_threads: int | None = None
) -> Array:
    """Mean over windows that divide the input into a given number of parts (PyTorch's ``adaptive_avg_pool1d``).

    Window o of an axis reaches from floor(o*n_in/n_out) to ceil((o + 1)*n_in/n_out). float32 is added up in float64,
    float16 in float32, integers in int64 with the quotient rounded towards zero.

    Parameters
    ----------
    input : ndarray
        [N x] C x W, floats, or integers other than uint64.
    output_size : int or tuple of int or None
        The output's sides, an integer; None is the input's side.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] C x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import adaptive_avg_pool1d
    >>> adaptive_avg_pool1d(np.zeros((1, 3, 9), np.float32), 4).shape
    (1, 3, 4)
    """
    return windows.adaptive_avg_pool(input, 1, output_size, out, n_threads)


def max_unpool1d(
    input: Array,
    indices: Array,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Any = None,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Put every value where its index says and zero elsewhere (PyTorch's ``max_unpool1d``).

    Where an index occurs twice in a plane the later value wins, for any number of threads.

    Parameters
    ----------
    input : ndarray
        [N x] C x W, integers or floats.
    indices : ndarray
        int64, of the shape of ``input``: elements of the output's plane, as `max_pool1d` returns them.
    kernel_size, stride, padding : int or tuple of int
        Those of the pooling, an integer.
    output_size : sequence of int, optional
        The output's sides, with or without N and C before them, where they are not
        ``(n - 1)*stride + kernel_size - 2*padding``.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] C x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        An index outside the output (named, and nothing is written), a wrong rank or size, or an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import max_pool1d, max_unpool1d
    >>> values, indices = max_pool1d(np.zeros((1, 3, 8)), 2, return_indices=True)
    >>> max_unpool1d(values, indices, 2).shape
    (1, 3, 8)
    """
    return windows.max_unpool(input, indices, 1, kernel_size, stride, padding, output_size, out, n_threads)


def max_pool2d(
    input: Array,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    out: Any = None,
    n_threads: int | None = None,
) -> Any:
    """Maximum of each window (PyTorch's ``max_pool2d``).

    The first maximum wins, NaN wins over everything, padding never does.

    Parameters
    ----------
    input : ndarray
        [N x] C x H x W, integers or floats.
    kernel_size, stride, padding, dilation : int or tuple of int
        In pixels, (height, width) or one integer for both.
        ``stride`` is ``kernel_size`` if None; ``padding`` is at most half of the kernel.
    ceil_mode : bool
        Keep windows that only begin inside the input.
    return_indices : bool
        Return also where each maximum is.
    out : pair of ndarray or ndarray, optional
        Takes the result: values and indices if ``return_indices``, else the values.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray or (ndarray, ndarray)
        [N x] C x OH x OW in the dtype of ``input``; the int64 indices count the elements of one channel's plane.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import max_pool2d
    >>> max_pool2d(np.zeros((1, 3, 8, 8), np.float32), 2).shape
    (1, 3, 4, 4)
    """
    return windows.max_pool(input, 2, kernel_size, stride, padding, dilation, ceil_mode, return_indices, out, n_threads)


def avg_pool2d(
    input: Array,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Mean of each window (PyTorch's ``avg_pool2d``).

    Floats are added up in row-major order in their own type (float16: in float32); integers in int64, and the quotient
    is rounded towards zero.

    Parameters
    ----------
    input : ndarray
        [N x] C x H x W, floats, or integers other than uint64.
    kernel_size, stride, padding : int or tuple of int
        In pixels, (height, width) or one integer for both.
        ``stride`` is ``kernel_size`` if None; ``padding`` is at most half of the kernel.
    ceil_mode : bool
        Keep windows that only begin inside the input.
    count_include_pad : bool
        Count the zeros of the padding as pixels.
    divisor_override : int, optional
        Divide by this instead of the size of the window.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] C x OH x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import avg_pool2d
    >>> avg_pool2d(np.zeros((1, 3, 8, 8), np.float32), 2).shape
    (1, 3, 4, 4)
    """
    return windows.avg_pool(
        input, 2, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, out, n_threads
    )


def lp_pool2d(
    input: Array,
    norm_type: float,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    ceil_mode: bool = False,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Power sum of each window, ``sum(x**p)**(1/p)`` (PyTorch's ``lp_pool2d``).

    A window that ends outside the input (``ceil_mode``) is scaled up to a whole one. With p = inf it is the largest
    absolute value. The absolute value is *not* taken otherwise, so an odd p makes NaN of a negative sum.

    Parameters
    ----------
    input : ndarray
        [N x] C x H x W, floats.
    norm_type : float
        The exponent p, not zero.
    kernel_size, stride : int or tuple of int
        In pixels, (height, width) or one integer for both. ``stride`` is ``kernel_size`` if None.
    ceil_mode : bool
        Keep windows that only begin inside the input.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] C x OH x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import lp_pool2d
    >>> lp_pool2d(np.zeros((1, 3, 8, 8), np.float32), 2, 2).shape
    (1, 3, 4, 4)
    """
    return windows.lp_pool(input, 2, norm_type, kernel_size, stride, ceil_mode, out, n_threads)


def adaptive_max_pool2d(
    input: Array, output_size: Any, return_indices: bool = False, *, out: Any = None, n_threads: int | None = None
) -> Any:
    """Maximum over windows that divide the input into a given number of parts (PyTorch's ``adaptive_max_pool2d``).

    Window o of an axis reaches from floor(o*n_in/n_out) to ceil((o + 1)*n_in/n_out).

    Parameters
    ----------
    input : ndarray
        [N x] C x H x W, integers or floats.
    output_size : int or tuple of int or None
        The output's sides, (height, width) or one integer for both; None is the input's side.
    return_indices : bool
        Return also where each maximum is.
    out : pair of ndarray or ndarray, optional
        Takes the result: values and indices if ``return_indices``, else the values.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray or (ndarray, ndarray)
        [N x] C x OH x OW in the dtype of ``input``; the int64 indices count the elements of one channel's plane.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import adaptive_max_pool2d
    >>> adaptive_max_pool2d(np.zeros((1, 3, 9, 9), np.float32), 4).shape
    (1, 3, 4, 4)
    """
    return windows.adaptive_max_pool(input, 2, output_size, return_indices, out, n_threads)


def adaptive_avg_pool2d(
    input: Array, output_size: Any, *, out: Array | None = None, n_threads: int | None = None
) -> Array:
    """Mean over windows that divide the input into a given number of parts (PyTorch's ``adaptive_avg_pool2d``).

    Window o of an axis reaches from floor(o*n_in/n_out) to ceil((o + 1)*n_in/n_out). float32 is added up in float64,
    float16 in float32, integers in int64 with the quotient rounded towards zero.

    Parameters
    ----------
    input : ndarray
        [N x] C x H x W, floats, or integers other than uint64.
    output_size : int or tuple of int or None
        The output's sides, (height, width) or one integer for both; None is the input's side.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] C x OH x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import adaptive_avg_pool2d
    >>> adaptive_avg_pool2d(np.zeros((1, 3, 9, 9), np.float32), 4).shape
    (1, 3, 4, 4)
    """
    return windows.adaptive_avg_pool(input, 2, output_size, out, n_threads)


def fractional_max_pool2d(
    input: Array,
    kernel_size: Sizes,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Array | None = None,
    *,
    out: Any = None,
    n_threads: int | None = None,
) -> Any:
    """Maximum over windows at pseudo-random distances (PyTorch's ``fractional_max_pool2d``).

    Parameters
    ----------
    input : ndarray
        [N x] C x H x W, floats.
    kernel_size : int or tuple of int
        In pixels, (height, width) or one integer for both.
    output_size, output_ratio : int or tuple of int; float or tuple of float
        The output's sides, or how much of the input's sides they are. Exactly one must be given.
    return_indices : bool
        Return also where each maximum is.
    _random_samples : ndarray
        N x C x 2 numbers in [0, 1) in the dtype of ``input``, in the order (width, height). They must be
        given: nothing is
        drawn here, so equal calls give equal results.
    out : pair of ndarray or ndarray, optional
        Takes the result: values and indices if ``return_indices``, else the values.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray or (ndarray, ndarray)
        [N x] C x OH x OW in the dtype of ``input``; the int64 indices count the elements of one channel's plane.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, no samples, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import fractional_max_pool2d
    >>> samples = np.full((1, 3, 2), 0.5)
    >>> fractional_max_pool2d(np.zeros((1, 3, 9, 9)), 2, output_size=5, _random_samples=samples).shape
    (1, 3, 5, 5)
    """
    return windows.fractional_max_pool(
        input, 2, kernel_size, output_size, output_ratio, return_indices, _random_samples, out, n_threads
    )


def max_unpool2d(
    input: Array,
    indices: Array,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Any = None,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Put every value where its index says and zero elsewhere (PyTorch's ``max_unpool2d``).

    Where an index occurs twice in a plane the later value wins, for any number of threads.

    Parameters
    ----------
    input : ndarray
        [N x] C x H x W, integers or floats.
    indices : ndarray
        int64, of the shape of ``input``: elements of the output's plane, as `max_pool2d` returns them.
    kernel_size, stride, padding : int or tuple of int
        Those of the pooling, (height, width) or one integer for both.
    output_size : sequence of int, optional
        The output's sides, with or without N and C before them, where they are not
        ``(n - 1)*stride + kernel_size - 2*padding``.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] C x OH x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        An index outside the output (named, and nothing is written), a wrong rank or size, or an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import max_pool2d, max_unpool2d
    >>> values, indices = max_pool2d(np.zeros((1, 3, 8, 8)), 2, return_indices=True)
    >>> max_unpool2d(values, indices, 2).shape
    (1, 3, 8, 8)
    """
    return windows.max_unpool(input, indices, 2, kernel_size, stride, padding, output_size, out, n_threads)


def max_pool3d(
    input: Array,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    out: Any = None,
    n_threads: int | None = None,
) -> Any:
    """Maximum of each window (PyTorch's ``max_pool3d``).

    The first maximum wins, NaN wins over everything, padding never does.

    Parameters
    ----------
    input : ndarray
        [N x] C x D x H x W, integers or floats.
    kernel_size, stride, padding, dilation : int or tuple of int
        In pixels, (depth, height, width) or one integer for all.
        ``stride`` is ``kernel_size`` if None; ``padding`` is at most half of the kernel.
    ceil_mode : bool
        Keep windows that only begin inside the input.
    return_indices : bool
        Return also where each maximum is.
    out : pair of ndarray or ndarray, optional
        Takes the result: values and indices if ``return_indices``, else the values.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray or (ndarray, ndarray)
        [N x] C x OD x OH x OW in the dtype of ``input``; the int64 indices count the elements of one channel's plane.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import max_pool3d
    >>> max_pool3d(np.zeros((1, 3, 8, 8, 8), np.float32), 2).shape
    (1, 3, 4, 4, 4)
    """
    return windows.max_pool(input, 3, kernel_size, stride, padding, dilation, ceil_mode, return_indices, out, n_threads)


def avg_pool3d(
    input: Array,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Mean of each window (PyTorch's ``avg_pool3d``).

    Floats are added up in row-major order in their own type (float16: in float32); integers in int64, and the quotient
    is rounded towards zero.

    Parameters
    ----------
    input : ndarray
        [N x] C x D x H x W, floats, or integers other than uint64.
    kernel_size, stride, padding : int or tuple of int
        In pixels, (depth, height, width) or one integer for all.
        ``stride`` is ``kernel_size`` if None; ``padding`` is at most half of the kernel.
    ceil_mode : bool
        Keep windows that only begin inside the input.
    count_include_pad : bool
        Count the zeros of the padding as pixels.
    divisor_override : int, optional
        Divide by this instead of the size of the window.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] C x OD x OH x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import avg_pool3d
    >>> avg_pool3d(np.zeros((1, 3, 8, 8, 8), np.float32), 2).shape
    (1, 3, 4, 4, 4)
    """
    return windows.avg_pool(
        input, 3, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, out, n_threads
    )


def lp_pool3d(
    input: Array,
    norm_type: float,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    ceil_mode: bool = False,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Power sum of each window, ``sum(x**p)**(1/p)`` (PyTorch's ``lp_pool3d``).

    A window that ends outside the input (``ceil_mode``) is scaled up to a whole one. With p = inf it is the largest
    absolute value. The absolute value is *not* taken otherwise, so an odd p makes NaN of a negative sum.

    Parameters
    ----------
    input : ndarray
        [N x] C x D x H x W, floats.
    norm_type : float
        The exponent p, not zero.
    kernel_size, stride : int or tuple of int
        In pixels, (depth, height, width) or one integer for all. ``stride`` is ``kernel_size`` if None.
    ceil_mode : bool
        Keep windows that only begin inside the input.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] C x OD x OH x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import lp_pool3d
    >>> lp_pool3d(np.zeros((1, 3, 8, 8, 8), np.float32), 2, 2).shape
    (1, 3, 4, 4, 4)
    """
    return windows.lp_pool(input, 3, norm_type, kernel_size, stride, ceil_mode, out, n_threads)


def adaptive_max_pool3d(
    input: Array, output_size: Any, return_indices: bool = False, *, out: Any = None, n_threads: int | None = None
) -> Any:
    """Maximum over windows that divide the input into a given number of parts (PyTorch's ``adaptive_max_pool3d``).

    Window o of an axis reaches from floor(o*n_in/n_out) to ceil((o + 1)*n_in/n_out).

    Parameters
    ----------
    input : ndarray
        [N x] C x D x H x W, integers or floats.
    output_size : int or tuple of int or None
        The output's sides, (depth, height, width) or one integer for all; None is the input's side.
    return_indices : bool
        Return also where each maximum is.
    out : pair of ndarray or ndarray, optional
        Takes the result: values and indices if ``return_indices``, else the values.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray or (ndarray, ndarray)
        [N x] C x OD x OH x OW in the dtype of ``input``; the int64 indices count the elements of one channel's plane.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import adaptive_max_pool3d
    >>> adaptive_max_pool3d(np.zeros((1, 3, 9, 9, 9), np.float32), 4).shape
    (1, 3, 4, 4, 4)
    """
    return windows.adaptive_max_pool(input, 3, output_size, return_indices, out, n_threads)


def adaptive_avg_pool3d(
    input: Array, output_size: Any, *, out: Array | None = None, n_threads: int | None = None
) -> Array:
    """Mean over windows that divide the input into a given number of parts (PyTorch's ``adaptive_avg_pool3d``).

    Window o of an axis reaches from floor(o*n_in/n_out) to ceil((o + 1)*n_in/n_out). float32 is added up in float64,
    float16 in float32, integers in int64 with the quotient rounded towards zero.

    Parameters
    ----------
    input : ndarray
        [N x] C x D x H x W, floats, or integers other than uint64.
    output_size : int or tuple of int or None
        The output's sides, (depth, height, width) or one integer for all; None is the input's side.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] C x OD x OH x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import adaptive_avg_pool3d
    >>> adaptive_avg_pool3d(np.zeros((1, 3, 9, 9, 9), np.float32), 4).shape
    (1, 3, 4, 4, 4)
    """
    return windows.adaptive_avg_pool(input, 3, output_size, out, n_threads)


def fractional_max_pool3d(
    input: Array,
    kernel_size: Sizes,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Array | None = None,
    *,
    out: Any = None,
    n_threads: int | None = None,
) -> Any:
    """Maximum over windows at pseudo-random distances (PyTorch's ``fractional_max_pool3d``).

    Parameters
    ----------
    input : ndarray
        [N x] C x D x H x W, floats.
    kernel_size : int or tuple of int
        In pixels, (depth, height, width) or one integer for all.
    output_size, output_ratio : int or tuple of int; float or tuple of float
        The output's sides, or how much of the input's sides they are. Exactly one must be given.
    return_indices : bool
        Return also where each maximum is.
    _random_samples : ndarray
        N x C x 3 numbers in [0, 1) in the dtype of ``input``, in the order (depth, height, width). They must be
        given: nothing is
        drawn here, so equal calls give equal results.
    out : pair of ndarray or ndarray, optional
        Takes the result: values and indices if ``return_indices``, else the values.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray or (ndarray, ndarray)
        [N x] C x OD x OH x OW in the dtype of ``input``; the int64 indices count the elements of one channel's plane.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        A wrong rank, an empty axis, sizes out of range, no samples, or an ``out`` that does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import fractional_max_pool3d
    >>> samples = np.full((1, 3, 3), 0.5)
    >>> fractional_max_pool3d(np.zeros((1, 3, 9, 9, 9)), 2, output_size=5, _random_samples=samples).shape
    (1, 3, 5, 5, 5)
    """
    return windows.fractional_max_pool(
        input, 3, kernel_size, output_size, output_ratio, return_indices, _random_samples, out, n_threads
    )


def max_unpool3d(
    input: Array,
    indices: Array,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Any = None,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Put every value where its index says and zero elsewhere (PyTorch's ``max_unpool3d``).

    Where an index occurs twice in a plane the later value wins, for any number of threads.

    Parameters
    ----------
    input : ndarray
        [N x] C x D x H x W, integers or floats.
    indices : ndarray
        int64, of the shape of ``input``: elements of the output's plane, as `max_pool3d` returns them.
    kernel_size, stride, padding : int or tuple of int
        Those of the pooling, (depth, height, width) or one integer for all.
    output_size : sequence of int, optional
        The output's sides, with or without N and C before them, where they are not
        ``(n - 1)*stride + kernel_size - 2*padding``.
    out : ndarray, optional
        Takes the result.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] C x OD x OH x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or a dtype that is not taken.
    ValueError
        An index outside the output (named, and nothing is written), a wrong rank or size, or an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import max_pool3d, max_unpool3d
    >>> values, indices = max_pool3d(np.zeros((1, 3, 8, 8, 8)), 2, return_indices=True)
    >>> max_unpool3d(values, indices, 2).shape
    (1, 3, 8, 8, 8)
    """
    return windows.max_unpool(input, indices, 3, kernel_size, stride, padding, output_size, out, n_threads)
