"""Executes plans axis by axis: which axes go together in a pass, in which order, over which memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cyresize import checks
from cyresize.engine.parallel import max_threads
from cyresize.engine.passes import ARITHMETIC, resample_axes
from cyresize.engine.plan import AxisPlan

Array = NDArray[Any]

GATHER, FLOATS = ARITHMETIC["gather"], ARITHMETIC["floats"]
BYTES, BYTES_ROWS_FIRST = ARITHMETIC["bytes"], ARITHMETIC["bytes_rows_first"]
SINGLE = ("uint8", "int8", "uint16", "int16", "float16", "float32")  # calculated with in float32
DOUBLE = ("uint32", "int32", "float64")
WEIGHTED = frozenset(np.dtype(name) for name in SINGLE + DOUBLE)


def precision(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type that weighted modes calculate in."""
    return np.dtype(np.float32 if dtype.name in SINGLE else np.float64)


def native(x: Array) -> Array:
    """``x``, or a copy of it if its elements have a foreign byte order or are not aligned."""
    if not x.dtype.isnative:
        return x.astype(x.dtype.newbyteorder("="))
    return x if x.flags.aligned else x.copy()


def empty_like(x: Array, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """A new array with its axes in the same order in memory as those of ``x``."""
    checks.fits(shape, np.dtype(dtype).itemsize)
    if x.flags.c_contiguous:
        return np.empty(shape, dtype)
    order = sorted(range(x.ndim), key=lambda axis: (-abs(x.strides[axis]) if x.shape[axis] > 1 else 0, axis))
    stored = np.empty([shape[axis] for axis in order], dtype)
    return stored.transpose(np.argsort(order))


def result(x: Array, shape: tuple[int, ...], dtype: DTypeLike, out: Array | None) -> Array:
    """``out`` if it fits, else a new array."""
    if out is None:
        return empty_like(x, shape, dtype)
    checks.output(out, "out", shape, np.dtype(dtype), (x,))
    return out


def passes(plans: Mapping[int, AxisPlan]) -> list[tuple[int, ...]]:
    """The axes of each pass: neighbours in pairs from the last on, the pass that shrinks most first."""
    axes = sorted(plans)
    if len(axes) <= 2:
        return [tuple(axes)]
    pairs = [tuple(axes[max(end - 2, 0) : end]) for end in range(len(axes), 0, -2)]

    def growth(pair: tuple[int, ...]) -> float:
        ratio = 1.0
        for axis in pair:
            ratio *= plans[axis].n_out / plans[axis].n_in
        return ratio

    return sorted(pairs, key=growth)


def one_pass(
    x: Array,
    out: Array,
    plans: Mapping[int, AxisPlan],
    axes: tuple[int, ...],
    arithmetic: int,
    threads: int,
    keep: bool,
) -> None:
    """Resample one or two axes of ``x`` into ``out``."""
    if len(axes) == 1:
        resample_axes(x, out, plans[axes[0]], None, axes[0], -1, arithmetic, threads, keep)
    else:
        resample_axes(x, out, plans[axes[0]], plans[axes[1]], axes[0], axes[1], arithmetic, threads, keep)


def apply_plans(
    x: Array,
    plans: Mapping[int, AxisPlan],
    out: Array,
    arithmetic: int,
    n_threads: int | None,
    keep: bool = True,
) -> Array:
    """Resample the axes of ``x`` that have a plan into ``out``, whose dtype is of the same precision.

    ``x`` is native (see :func:`native`). Between passes numbers stay in the type that is calculated in. ``keep``: the
    plans will come again, so what is prepared for them is worth a place in the cache.
    """
    threads = max_threads() if n_threads is None else checks.thread_count(n_threads)
    if not plans:
        np.copyto(out, x, casting="unsafe")
        return out
    todo = passes(plans)
    native_out = out if out.dtype.isnative else empty_like(x, out.shape, out.dtype.newbyteorder("="))
    for axes in todo:
        if axes is todo[-1]:
            to = native_out
        else:
            shape = list(x.shape)
            for axis in axes:
                shape[axis] = plans[axis].n_out
            to = empty_like(x, tuple(shape), x.dtype if arithmetic == GATHER else precision(x.dtype))
        one_pass(x, to, plans, axes, arithmetic, threads, keep)
        x = to
    if native_out is not out:
        out[...] = native_out
    return out
