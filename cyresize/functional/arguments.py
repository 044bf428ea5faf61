"""What the functions of this package share: threads, outputs, layouts, byte orders."""

from __future__ import annotations

from typing import Any, TypeGuard

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cyresize import checks
from cyresize.engine.arrays import plain_result
from cyresize.engine.parallel import max_threads

Array = NDArray[Any]
Sizes = int | tuple[int, ...] | list[int]

# Dtypes as they are stored here, of elements that every operation on numbers takes.
NATIVE = frozenset(
    np.dtype(kind + size) for kind, sizes in (("u", "1248"), ("i", "1248"), ("f", "248")) for size in sizes
)
FORMS = {
    1: ("C x W", "N x C x W"),
    2: ("C x H x W", "N x C x H x W"),
    3: ("C x D x H x W", "N x C x D x H x W"),
}
NUMBERS = "uif"
SMALL_WORK = 1 << 16  # element operations below which waking a second thread costs more than it saves


def thread_count(n_threads: int | None, work: int) -> int:
    """How many threads to use for ``work`` element operations."""
    wanted = max_threads() if n_threads is None else checks.thread_count(n_threads)
    return wanted if work >= SMALL_WORK else 1


def aligned(x: Array) -> Array:
    """``x``, or a copy of it if its elements do not lie at multiples of their size."""
    return x if x.flags.aligned else x.copy()


def native(x: Array) -> Array:
    """``x``, or a copy of it if its elements have a foreign byte order or are not aligned."""
    return aligned(x if x.dtype.isnative else x.astype(x.dtype.newbyteorder("=")))


def ready(x: object, least: int, most: int, kinds: str = NUMBERS) -> TypeGuard[Array]:
    """Whether ``x`` is an array of so many axes with which nothing is wrong, sooner than checks say so."""
    return (
        type(x) is np.ndarray
        and x.dtype in NATIVE
        and x.dtype.kind in kinds
        and least <= x.ndim <= most
        and x.size > 0
        and x.flags.aligned
    )


def check_input(x: object, axes: int, kinds: str = NUMBERS) -> Array:
    """``x`` in this machine's byte order, if its dtype and rank are right."""
    if ready(x, axes + 1, axes + 2, kinds):
        return x
    given = checks.array(x, "input", kinds)
    checks.rank(given.shape, "input", *FORMS[axes])
    checks.float_size(given)
    return native(given)


def channels_last(x: Array, axis: int) -> bool:
    """Whether the channels along ``axis`` lie next to each other in memory and the pixels do not."""
    return (
        x.strides[axis] == x.itemsize
        and x.shape[axis] > 1
        and all(abs(stride) > x.itemsize for k, stride in enumerate(x.strides) if k != axis % x.ndim and x.shape[k] > 1)
    )


def empty(shape: tuple[int, ...], dtype: DTypeLike, interleaved: bool, axis: int = 1) -> Array:
    """A new array, with the channels of ``axis`` innermost in memory if ``interleaved``."""
    dtype = np.dtype(dtype)
    checks.fits(shape, dtype.itemsize)
    if not interleaved:
        return np.empty(shape, dtype)
    axis %= len(shape)
    stored = shape[:axis] + shape[axis + 1 :] + shape[axis : axis + 1]
    return np.moveaxis(np.empty(stored, dtype), -1, axis)


def result(
    out: Array | None,
    shape: tuple[int, ...],
    dtype: DTypeLike,
    inputs: tuple[Array, ...],
    *,
    axis: int = 1,
    name: str = "out",
) -> Array:
    """``out`` if it can take the result, or a new array in the layout of the first input."""
    if out is None:
        found = plain_result(inputs[0], shape, np.dtype(dtype), axis)
        return empty(shape, dtype, channels_last(inputs[0], axis), axis) if found is None else found
    checks.output(out, name, shape, np.dtype(dtype), inputs)
    return out
