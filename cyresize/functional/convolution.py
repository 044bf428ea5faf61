"""Convolution and transposed convolution, with PyTorch's names, numbers and refusals.

What is rearranged exists for one band at a time. Every sum is added up in one order, so results do not depend on the
number of threads or on the processor. float16 is calculated in float32, everything else in its own type.
"""

from __future__ import annotations

from cyresize.functional import columns
from cyresize.functional.arguments import Array, Sizes


def conv1d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Convolution, strictly a correlation: the kernel is not mirrored (PyTorch's ``conv1d``).

    Parameters
    ----------
    input : ndarray
        [N x] C x W, integers or floats, any strides.
    weight : ndarray
        O x C/groups x K, the dtype of ``input``.
    bias : ndarray, optional
        O numbers of the dtype of ``input``.
    stride, padding, dilation : int or tuple of int
        In pixels, an integer.
        ``padding`` is with zeros; "valid" is none, "same" keeps the
        size at stride 1.
    groups : int
        Divides channels and outputs into groups that do not see each other.
    out : ndarray, optional
        Takes the result: its shape and dtype, any strides, no memory in common with an input.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] O x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or dtypes that differ.
    ValueError
        Wrong ranks, channels or groups, an empty axis, a kernel larger than the padded input, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import conv1d
    >>> conv1d(np.ones((1, 4, 8)), np.ones((2, 4, 3)), padding=1).shape
    (1, 2, 8)
    """
    return columns.conv(input, 1, weight, bias, stride, padding, dilation, groups, out, n_threads)


def conv2d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Convolution, strictly a correlation: the kernel is not mirrored (PyTorch's ``conv2d``).

    Parameters
    ----------
    input : ndarray
        [N x] C x H x W, integers or floats, any strides.
    weight : ndarray
        O x C/groups x K x K, the dtype of ``input``.
    bias : ndarray, optional
        O numbers of the dtype of ``input``.
    stride, padding, dilation : int or tuple of int
        In pixels, (height, width) or one integer for both.
        ``padding`` is with zeros; "valid" is none, "same" keeps the
        size at stride 1.
    groups : int
        Divides channels and outputs into groups that do not see each other.
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
        Wrong ranks, channels or groups, an empty axis, a kernel larger than the padded input, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import conv2d
    >>> conv2d(np.ones((1, 4, 8, 8)), np.ones((2, 4, 3, 3)), padding=1).shape
    (1, 2, 8, 8)
    """
    return columns.conv(input, 2, weight, bias, stride, padding, dilation, groups, out, n_threads)


def conv3d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Convolution, strictly a correlation: the kernel is not mirrored (PyTorch's ``conv3d``).

    Parameters
    ----------
    input : ndarray
        [N x] C x D x H x W, integers or floats, any strides.
    weight : ndarray
        O x C/groups x K x K x K, the dtype of ``input``.
    bias : ndarray, optional
        O numbers of the dtype of ``input``.
    stride, padding, dilation : int or tuple of int
        In pixels, (depth, height, width) or one integer for all.
        ``padding`` is with zeros; "valid" is none, "same" keeps the
        size at stride 1.
    groups : int
        Divides channels and outputs into groups that do not see each other.
    out : ndarray, optional
        Takes the result: its shape and dtype, any strides, no memory in common with an input.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] O x OD x OH x OW in the dtype of ``input``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or dtypes that differ.
    ValueError
        Wrong ranks, channels or groups, an empty axis, a kernel larger than the padded input, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import conv3d
    >>> conv3d(np.ones((1, 4, 8, 8, 8)), np.ones((2, 4, 3, 3, 3)), padding=1).shape
    (1, 2, 8, 8, 8)
    """
    return columns.conv(input, 3, weight, bias, stride, padding, dilation, groups, out, n_threads)


def conv_transpose1d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Transposed convolution: every input pixel adds its multiple of the kernel (PyTorch's ``conv_transpose1d``).

    Parameters
    ----------
    input : ndarray
        [N x] C x W, integers or floats, any strides.
    weight : ndarray
        C x O/groups x K, the dtype of ``input``.
    bias : ndarray, optional
        O numbers of the dtype of ``input``.
    stride, padding, dilation : int or tuple of int
        In pixels, an integer. ``padding`` is what is cut off on each side.
    output_padding : int or tuple of int
        Pixels more at the end of an axis, fewer than its stride or dilation.
    groups : int
        Divides channels and outputs into groups that do not see each other.
    out : ndarray, optional
        Takes the result: its shape and dtype, any strides, no memory in common with an input.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] O x OW in the dtype of ``input``; a side is
        ``(n - 1)*stride - 2*padding + dilation*(K - 1) + output_padding + 1``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or dtypes that differ.
    ValueError
        Wrong ranks, channels or groups, an empty axis, an ``output_padding`` that is too large, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import conv_transpose1d
    >>> conv_transpose1d(np.ones((1, 4, 8)), np.ones((4, 2, 4)), stride=2, padding=1).shape
    (1, 2, 16)
    """
    return columns.conv_transpose(
        input, 1, weight, bias, stride, padding, output_padding, groups, dilation, out, n_threads
    )


def conv_transpose2d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Transposed convolution: every input pixel adds its multiple of the kernel (PyTorch's ``conv_transpose2d``).

    Parameters
    ----------
    input : ndarray
        [N x] C x H x W, integers or floats, any strides.
    weight : ndarray
        C x O/groups x K x K, the dtype of ``input``.
    bias : ndarray, optional
        O numbers of the dtype of ``input``.
    stride, padding, dilation : int or tuple of int
        In pixels, (height, width) or one integer for both. ``padding`` is what is cut off on each side.
    output_padding : int or tuple of int
        Pixels more at the end of an axis, fewer than its stride or dilation.
    groups : int
        Divides channels and outputs into groups that do not see each other.
    out : ndarray, optional
        Takes the result: its shape and dtype, any strides, no memory in common with an input.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] O x OH x OW in the dtype of ``input``; a side is
        ``(n - 1)*stride - 2*padding + dilation*(K - 1) + output_padding + 1``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or dtypes that differ.
    ValueError
        Wrong ranks, channels or groups, an empty axis, an ``output_padding`` that is too large, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import conv_transpose2d
    >>> conv_transpose2d(np.ones((1, 4, 8, 8)), np.ones((4, 2, 4, 4)), stride=2, padding=1).shape
    (1, 2, 16, 16)
    """
    return columns.conv_transpose(
        input, 2, weight, bias, stride, padding, output_padding, groups, dilation, out, n_threads
    )


def conv_transpose3d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
    *,
    out: Array | None = None,
    n_threads: int | None = None,
) -> Array:
    """Transposed convolution: every input pixel adds its multiple of the kernel (PyTorch's ``conv_transpose3d``).

    Parameters
    ----------
    input : ndarray
        [N x] C x D x H x W, integers or floats, any strides.
    weight : ndarray
        C x O/groups x K x K x K, the dtype of ``input``.
    bias : ndarray, optional
        O numbers of the dtype of ``input``.
    stride, padding, dilation : int or tuple of int
        In pixels, (depth, height, width) or one integer for all. ``padding`` is what is cut off on each side.
    output_padding : int or tuple of int
        Pixels more at the end of an axis, fewer than its stride or dilation.
    groups : int
        Divides channels and outputs into groups that do not see each other.
    out : ndarray, optional
        Takes the result: its shape and dtype, any strides, no memory in common with an input.
    n_threads : int, optional
        Threads to use; by default as many as the process may.

    Returns
    -------
    ndarray
        [N x] O x OD x OH x OW in the dtype of ``input``; a side is
        ``(n - 1)*stride - 2*padding + dilation*(K - 1) + output_padding + 1``.

    Raises
    ------
    TypeError
        An argument of the wrong type, or dtypes that differ.
    ValueError
        Wrong ranks, channels or groups, an empty axis, an ``output_padding`` that is too large, an unfit ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.functional import conv_transpose3d
    >>> conv_transpose3d(np.ones((1, 4, 8, 8, 8)), np.ones((4, 2, 4, 4, 4)), stride=2, padding=1).shape
    (1, 2, 16, 16, 16)
    """
    return columns.conv_transpose(
        input, 3, weight, bias, stride, padding, output_padding, groups, dilation, out, n_threads
    )
