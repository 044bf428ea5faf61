"""The only file that raises on user input. Each message says what was given, what was wanted and what there is."""

from __future__ import annotations

import operator
from typing import Any, NoReturn

import numpy as np

from cyresize.interpolation import Interpolation

LARGEST = np.iinfo(np.intp).max
WEIGHTED = "uint8, int8, uint16, int16, uint32, int32, float16, float32, float64"


def describe(value: object) -> str:
    """``value`` for a message, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def source(src: object) -> NoReturn:
    """Say why ``src`` cannot be resized."""
    if not isinstance(src, np.ndarray):
        raise TypeError(f"src must be a numpy.ndarray, not {type(src).__name__}")
    if src.dtype.kind not in "biuf" or src.dtype.fields is not None:
        raise TypeError(f"src has dtype {src.dtype}; resize takes bool, integer and float arrays")
    if src.ndim not in (2, 3, 4):
        raise ValueError(f"src must be H x W, H x W x C or N x H x W x C; it has shape {src.shape}")
    if src.size == 0:
        raise ValueError(f"src has an axis of size 0: shape {src.shape}")
    raise ValueError(f"src with dtype {src.dtype} and shape {src.shape} cannot be resized")


def weighted_dtype(src: np.ndarray[Any, Any], mode: int) -> NoReturn:
    """Say that a weighted mode does not take this dtype."""
    name = Interpolation(mode).name
    raise TypeError(f"{name} does not take dtype {src.dtype}; it takes {WEIGHTED} (nearest modes take every dtype)")


def is_weighted(dtype: np.dtype[Any]) -> bool:
    """Whether the weighted modes take this dtype, whatever its byte order."""
    return dtype.newbyteorder("=").name in WEIGHTED.split(", ")


def side(value: object, name: str) -> int:
    """One side of a size as an int."""
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be an integer, got {describe(value)}")
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {describe(value)}") from None


def dsize_pair(dsize: Any) -> tuple[int, int]:
    """``dsize`` as (width, height); (0, 0) if it is None."""
    if dsize is None:
        return 0, 0
    try:
        pair = tuple(dsize)
    except TypeError:
        raise TypeError(f"dsize must be (width, height) or None, got {describe(dsize)}") from None
    if len(pair) != 2:
        raise ValueError(f"dsize must be (width, height), got {len(pair)} values: {describe(dsize)}")
    width, height = side(pair[0], "dsize width"), side(pair[1], "dsize height")
    for value in (width, height):
        if value > LARGEST:
            raise ValueError(f"dsize {describe(dsize)} overflows: a side is at most {LARGEST}")
        if value < -LARGEST:
            bad_dsize(width, height)
    return width, height


def bad_dsize(width: int, height: int) -> NoReturn:
    """Say that a side is zero or negative."""
    raise ValueError(f"dsize must be positive (width, height), got ({width}, {height})")


def size_from_factors(height: int, width: int, fx: float, fy: float) -> tuple[int, int]:
    """(width, height) from fx and fy, rounded half to even."""
    if fx == 0.0 and fy == 0.0:
        raise ValueError("either dsize or both fx and fy must be given")
    if not (0.0 < fx < float("inf") and 0.0 < fy < float("inf")):
        raise ValueError(f"fx and fy must be positive and finite, got fx={fx}, fy={fy}")
    sides = []
    for length, factor, name in ((width, fx, "width"), (height, fy, "height")):
        value = length * factor
        if value >= float(LARGEST):
            raise ValueError(f"fx={fx}, fy={fy}: the output {name} overflows")
        sides.append(round(value))
    if min(sides) < 1:
        raise ValueError(f"fx={fx}, fy={fy} gives an empty output: {sides[0]} x {sides[1]} (width x height)")
    return sides[0], sides[1]


def overflow(shape: tuple[int, ...], itemsize: int) -> NoReturn:
    """Say that the output has more bytes than can be addressed."""
    raise ValueError(f"the output overflows: shape {shape} with {itemsize} bytes per element")


def mode_number(interpolation: object) -> int:
    """The number of an interpolation mode given as number, member or name."""
    names = ", ".join(mode.name for mode in Interpolation)
    if isinstance(interpolation, str):
        key = interpolation.upper().replace("-", "_").removeprefix("INTER_")
        if key in Interpolation.__members__:
            return Interpolation[key].value
        raise ValueError(f"unknown interpolation {interpolation!r}; the modes are {names}")
    if isinstance(interpolation, bool | np.bool_):
        raise TypeError(f"interpolation must be a mode or its name, got {describe(interpolation)}; modes: {names}")
    try:
        number = operator.index(interpolation)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(
            f"interpolation must be a mode or its name, got {describe(interpolation)}; the modes are {names}"
        ) from None
    if number not in Interpolation._value2member_map_:
        raise ValueError(f"unknown interpolation {number}; the modes are {names}")
    return number


def antialias_mode(mode: int) -> NoReturn:
    """Say that a mode has no antialiased form."""
    raise ValueError(f"antialias=True works with LINEAR, CUBIC and LANCZOS4, not with {Interpolation(mode).name}")


def thread_count(n_threads: object) -> int:
    """``n_threads`` as a positive int."""
    count = side(n_threads, "n_threads")
    if count < 1:
        raise ValueError(f"n_threads must be at least 1, got {count}")
    return min(count, 1 << 15)


def destination(dst: object, src: np.ndarray[Any, Any], shape: tuple[int, ...]) -> None:
    """Raise if ``dst`` cannot take the result: another type, shape or dtype, read-only, or memory shared with src."""
    if not isinstance(dst, np.ndarray):
        raise TypeError(f"dst must be a numpy.ndarray or None, not {type(dst).__name__}")
    if dst.dtype != src.dtype:
        raise ValueError(f"dst has dtype {dst.dtype}, the result has {src.dtype}")
    if dst.shape != shape:
        raise ValueError(f"dst has shape {dst.shape}, the result has {shape}")
    if not dst.flags.writeable:
        raise ValueError("dst is read-only")
    try:
        shared = np.shares_memory(dst, src, max_work=10_000)  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        shared = True
    if shared:
        raise ValueError("dst shares memory with src")
