"""The only file that raises on user input. Each message says what was given, what was wanted and what there is."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from cyresize.interpolation import Interpolation

# As tuples: a union is made anew at every look.
BOOLS = (bool, np.bool_)
REALS = (int, float, np.integer, np.floating)
SEQUENCES = (tuple, list, np.ndarray)
LARGEST = np.iinfo(np.intp).max
PREPROCESSED = "uint8, uint16, float16, float32, float64"
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
    if isinstance(value, BOOLS):
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
    if isinstance(interpolation, BOOLS):
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


def thread_variable(name: str, text: str) -> int:
    """The number of threads in an environment variable."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError(f"{name}={text!r} must be a whole number of at least 1")
    return min(int(text), 1 << 15)


def canvas_size(size: Any) -> tuple[int, int]:
    """``size`` of a preprocessed image as (width, height)."""
    if isinstance(size, int | np.integer) and not isinstance(size, bool):
        size = (size, size)
    try:
        pair = tuple(size)
    except TypeError:
        raise TypeError(f"size must be (width, height) or one side, got {describe(size)}") from None
    if len(pair) != 2:
        raise ValueError(f"size must be (width, height) or one side, got {describe(size)}")
    return positive_side(pair[0], "size width"), positive_side(pair[1], "size height")


def positive_side(value: object, name: str) -> int:
    """A side in pixels."""
    pixels = side(value, name)
    if not 1 <= pixels <= LARGEST:
        raise ValueError(f"{name} must be a positive number of pixels, got {describe(value)}")
    return pixels


def tensor_dtype(dtype: Any) -> str:
    """The name of a dtype that Preprocess can make."""
    names = ("float32", "float16", "uint8")
    for name in names:
        if dtype is not None and dtype == np.dtype(name):
            return name
    raise TypeError(f"dtype must be one of {', '.join(names)}, got {describe(dtype)}")


def finite(value: object, name: str) -> float:
    """A finite number."""
    number = real(value, name)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {number}")
    return number


def per_channel(value: object, name: str) -> tuple[float, ...]:
    """One number, or one per channel."""
    values = tuple(value) if isinstance(value, SEQUENCES) else (value,)
    if len(values) not in (1, 3, 4):
        raise ValueError(f"{name} must be one number, or 3 or 4 for the channels, got {describe(value)}")
    return tuple(finite(one, name) for one in values)


def nonzero(values: tuple[float, ...], name: str) -> tuple[float, ...]:
    """Numbers to divide by."""
    if 0.0 in values:
        raise ValueError(f"{name} must not be 0, got {describe(values)}")
    return values


def same_count(mean: tuple[float, ...], std: tuple[float, ...]) -> None:
    """Raise unless mean and std are for as many channels."""
    if len(mean) != len(std):
        raise ValueError(f"mean has {len(mean)} values and std {len(std)}; they are for the same channels")


def can_antialias(mode: Interpolation) -> None:
    """Raise if a mode has no antialiased form."""
    if mode not in (Interpolation.LINEAR, Interpolation.CUBIC, Interpolation.LANCZOS4):
        antialias_mode(mode)


def image_size(image: Any) -> tuple[int, int]:
    """(height, width) of an image, or given as such."""
    if not isinstance(image, np.ndarray):
        try:
            height, width = image
        except (TypeError, ValueError):
            raise TypeError(f"image must be an array or its (height, width), got {describe(image)}") from None
        return positive_side(height, "height"), positive_side(width, "width")
    if image.ndim not in (2, 3) or image.size == 0:
        raise ValueError(f"image must be H x W or H x W x C; it has shape {image.shape}")
    return image.shape[0], image.shape[1]


def image_list(images: object) -> list[np.ndarray[Any, Any]]:
    """The images of a sequence."""
    if not isinstance(images, list | tuple):
        raise TypeError(f"images must be a numpy.ndarray or a list of them, not {type(images).__name__}")
    if not images:
        raise ValueError("the list of images is empty")
    return list(images)


def readable_image(image: object, index: int | None) -> np.ndarray[Any, Any]:
    """A copy of an image in native byte order at aligned addresses, or the error that says why it cannot be read."""
    name = "the image" if index is None else f"image {index} of the list"
    if not isinstance(image, np.ndarray):
        raise TypeError(f"{name} must be a numpy.ndarray, not {type(image).__name__}")
    if image.dtype.newbyteorder("=").name not in PREPROCESSED.split(", "):
        raise TypeError(f"{name} has dtype {image.dtype}; Preprocess takes {PREPROCESSED}")
    stack = " or N x H x W x C" if index is None else ""
    if image.ndim not in ((2, 3, 4) if index is None else (2, 3)):
        raise ValueError(f"{name} must be H x W or H x W x C{stack}; it has shape {image.shape}")
    if image.size == 0:
        raise ValueError(f"{name} has an axis of size 0: shape {image.shape}")
    if image.ndim > 2 and image.shape[-1] not in (1, 3, 4):
        raise ValueError(f"{name} must have 1, 3 or 4 channels in its last axis; it has shape {image.shape}")
    return image.astype(image.dtype.newbyteorder("="), order="C")


def other_channels(index: int, channels: int, first: int) -> NoReturn:
    """Say that the images of a list do not have the same number of channels."""
    raise ValueError(f"image {index} of the list has {channels} channels, the first has {first}")


def channel_constants(given: int, channels: int) -> NoReturn:
    """Say that mean, std or pad_value do not fit the images."""
    raise ValueError(f"mean, std or pad_value has {given} values, the images have {channels} channels")


def tensor(out: object, shape: tuple[int, ...], dtype: np.dtype[Any], images: list[np.ndarray[Any, Any]]) -> None:
    """Raise if ``out`` cannot take the tensor; for one image it may lack the first axis."""
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be a numpy.ndarray or None, not {type(out).__name__}")
    if out.dtype != dtype:
        raise ValueError(f"out has dtype {out.dtype}, the result has {dtype}")
    if out.shape != shape and not (shape[0] == 1 and out.shape == shape[1:]):
        raise ValueError(f"out has shape {out.shape}, the result has {shape}")
    if not out.flags.writeable:
        raise ValueError("out is read-only")
    if any(shared(out, image) for image in images):
        raise ValueError("out shares memory with an image")


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
    if shared(dst, src):
        raise ValueError("dst shares memory with src")


def shared(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    """Whether two arrays have an element in common; True where that is too hard to tell."""
    try:
        return bool(np.shares_memory(a, b, max_work=10_000))  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        return True


# ---- arrays, sizes and options of the neural networks' words (functional, nn, channels_last, onnx)

KINDS = {"b": "bool", "u": "unsigned integers", "i": "integers", "f": "floats", "c": "complex"}


def array(x: object, name: str, kinds: str) -> np.ndarray[Any, Any]:
    """``x`` if it is an array of one of the dtype ``kinds``, with no axis of size 0."""
    if not isinstance(x, np.ndarray):
        raise TypeError(f"{name} must be a numpy.ndarray, not {type(x).__name__}")
    if x.dtype.kind not in kinds:
        names = ", ".join(KINDS[kind] for kind in kinds)
        raise TypeError(f"{name} has dtype {x.dtype}; it may have {names}")
    if x.size == 0:
        raise ValueError(f"{name} has an axis of size 0: shape {x.shape}")
    return x


def rank(shape: tuple[int, ...], name: str, *forms: str) -> None:
    """Raise unless a ``shape`` has as many axes as one of ``forms``, written like ``"N x C x H x W"``."""
    if len(shape) not in {form.count(" x ") + 1 for form in forms}:
        raise ValueError(f"{name} must be {' or '.join(forms)}; it has shape {shape}")


def rank_at_least(x: np.ndarray[Any, Any], name: str, least: int, form: str) -> None:
    """Raise if ``x`` has fewer than ``least`` axes."""
    if x.ndim < least:
        raise ValueError(f"{name} must be {form}; it has shape {x.shape}")


def same_dtype(x: np.ndarray[Any, Any], name: str, other: np.ndarray[Any, Any], other_name: str) -> None:
    """Raise if two arrays differ in dtype."""
    if x.dtype != other.dtype:
        raise TypeError(f"{name} has dtype {x.dtype}, {other_name} has {other.dtype}; they must be the same")


def per_axis(value: Any, n: int, name: str, least: int) -> tuple[int, ...]:
    """``value`` as ``n`` integers not below ``least``; a single integer stands for all axes."""
    numbers = tuple(side(v, name) for v in (value if isinstance(value, SEQUENCES) else (value,)))
    if len(numbers) == 1:
        numbers *= n
    if len(numbers) != n:
        raise ValueError(f"{name} must be an integer or {n} integers, got {describe(value)}")
    for number in numbers:
        if not least <= number <= LARGEST:
            raise ValueError(f"{name} must be at least {least} and below 2**63, got {describe(value)}")
    return numbers


def factor(value: object, name: str) -> int:
    """A whole-number scale factor."""
    number = side(value, name)
    if not 1 <= number <= LARGEST:
        raise ValueError(f"{name} must be at least 1, got {number}")
    return number


def divisible(shape: tuple[int, ...], axis: int, by: int, axis_name: str, meaning: str) -> None:
    """Raise unless an axis of an array of ``shape`` divides by ``by``."""
    if shape[axis] % by:
        raise ValueError(f"{axis_name} is {shape[axis]}, which does not divide by {meaning} = {by}")


def option(value: object, name: str, options: tuple[object, ...]) -> None:
    """Raise unless ``value`` is one of ``options``."""
    if value not in options:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}; got {describe(value)}")


def fits(shape: tuple[int, ...], itemsize: int) -> None:
    """Raise if an array of ``shape`` cannot be addressed."""
    if math.prod(shape) * itemsize > LARGEST:
        overflow(shape, itemsize)


def output(
    out: object, name: str, shape: tuple[int, ...], dtype: np.dtype[Any], inputs: tuple[np.ndarray[Any, Any], ...]
) -> None:
    """Raise if ``out`` cannot take the result: another type, shape or dtype, read-only, or memory of an input."""
    if not isinstance(out, np.ndarray):
        raise TypeError(f"{name} must be a numpy.ndarray or None, not {type(out).__name__}")
    if out.dtype != dtype:
        raise ValueError(f"{name} has dtype {out.dtype}, the result has {dtype}")
    if out.shape != shape:
        raise ValueError(f"{name} has shape {out.shape}, the result has {shape}")
    if not out.flags.writeable:
        raise ValueError(f"{name} is read-only")
    if not out.flags.aligned:
        raise ValueError(f"{name} is not aligned: its elements do not lie at multiples of their size")
    for array in inputs:
        if shared(out, array):
            raise ValueError(f"{name} shares memory with an input")


def truth(value: object, name: str) -> bool:
    """A flag: a bool and nothing else."""
    if not isinstance(value, BOOLS):
        raise TypeError(f"{name} must be True or False, got {describe(value)}")
    return bool(value)


def real(value: object, name: str) -> float:
    """A number as a float."""
    if isinstance(value, BOOLS) or not isinstance(value, REALS):
        raise TypeError(f"{name} must be a number, got {describe(value)}")
    return float(value)


def half_of_kernel(padding: tuple[int, ...], kernel: tuple[int, ...]) -> None:
    """Raise if padding is wider than half of the kernel."""
    for p, k in zip(padding, kernel, strict=True):
        if p > k // 2:
            raise ValueError(f"padding must be at most half of kernel_size; got padding {p} for kernel_size {k}")


def pooled_sizes(sizes: tuple[int, ...], outputs: tuple[int, ...]) -> None:
    """Raise if an output side is empty."""
    if min(outputs) < 1:
        raise ValueError(
            f"the output would have sizes {outputs}: the kernel is larger than the padded input, of sizes {sizes}"
        )


def kernel_inside(sizes: tuple[int, ...], kernel: tuple[int, ...]) -> None:
    """Raise if a volume is smaller than the kernel, which PyTorch refuses for means even if padding would do."""
    if len(sizes) == 3 and any(size < k for size, k in zip(sizes, kernel, strict=True)):
        raise ValueError(f"kernel_size {kernel} is larger than the input, of sizes {sizes}")


def divisor(value: object) -> int:
    """A divisor_override; 0 stands for None."""
    if value is None:
        return 0
    number = side(value, "divisor_override")
    if not 0 < abs(number) <= LARGEST:
        raise ValueError(f"divisor_override must not be zero, got {number}")
    return number


def norm(value: object) -> float:
    """A norm_type."""
    number = real(value, "norm_type")
    if number == 0 or math.isnan(number):
        raise ValueError(f"norm_type must be a number other than zero, got {number}")
    return number


def unpooled_sizes(output_size: Any, default: tuple[int, ...], stride: tuple[int, ...]) -> tuple[int, ...]:
    """The sizes an unpooling fills: ``output_size``, which lies within a stride of the ``default``, or that."""
    n = len(default)
    if output_size is None:
        sizes = default
    else:
        try:
            sizes = tuple(side(v, "output_size") for v in output_size)
        except TypeError:
            raise TypeError(
                f"output_size must be a sequence of integers or None, got {describe(output_size)}"
            ) from None
        if len(sizes) == n + 2:
            sizes = sizes[2:]
        if len(sizes) != n:
            raise ValueError(f"output_size must have {n} or {n + 2} values, got {describe(output_size)}")
        for k, (size, usual, step) in enumerate(zip(sizes, default, stride, strict=True)):
            if not usual - step < size < usual + step:
                raise ValueError(
                    f"output_size {sizes}: side {k} must lie between {usual - step} and {usual + step}, exclusive"
                )
    if min(sizes) < 1:
        raise ValueError(f"the output would have sizes {sizes}; every side must be positive")
    return sizes


def unpool_indices(indices: object, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """``indices`` if they are int64 and of the shape of ``x``."""
    if not isinstance(indices, np.ndarray):
        raise TypeError(f"indices must be a numpy.ndarray, not {type(indices).__name__}")
    if indices.dtype.kind != "i" or indices.dtype.itemsize != 8:
        raise TypeError(f"indices must have dtype int64, got {indices.dtype}")
    if indices.shape != x.shape:
        raise ValueError(f"indices must have the shape of input, {x.shape}; got {indices.shape}")
    return indices


def bad_index(indices: np.ndarray[Any, Any], plane: int, limit: int, sizes: tuple[int, ...]) -> NoReturn:
    """Name the first of a plane's indices that lies outside the output."""
    values = indices.ravel()
    value = values[(values < 0) | (values >= limit)][0]
    shape = " x ".join(map(str, sizes))
    raise ValueError(f"index {value} (plane {plane}) is outside the output of {shape} = {limit} elements")


def adaptive_sizes(output_size: Any, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The output sides of an adaptive pooling: integers, or None for the input's side."""
    values = tuple(output_size) if isinstance(output_size, tuple | list) else (output_size,)
    if len(values) == 1:
        values *= len(sizes)
    if len(values) != len(sizes):
        raise ValueError(f"output_size must be an integer or {len(sizes)} integers, got {describe(output_size)}")
    wanted = tuple(n if v is None else side(v, "output_size") for v, n in zip(values, sizes, strict=True))
    if not all(1 <= v <= LARGEST for v in wanted):
        raise ValueError(f"output_size must be positive, got {describe(output_size)}")
    return wanted


def fractional_sizes(
    output_size: Any, output_ratio: Any, sizes: tuple[int, ...], kernel: tuple[int, ...]
) -> tuple[int, ...]:
    """The output sides of a fractional pooling from exactly one of a size and a ratio."""
    n = len(sizes)
    if (output_size is None) == (output_ratio is None):
        raise ValueError("exactly one of output_size and output_ratio must be given")
    if output_size is not None:
        wanted = per_axis(output_size, n, "output_size", 1)
    else:
        values = tuple(output_ratio) if isinstance(output_ratio, tuple | list) else (output_ratio,) * n
        if len(values) != n:
            raise ValueError(f"output_ratio must be a number or {n} numbers, got {describe(output_ratio)}")
        ratios = tuple(real(v, "output_ratio") for v in values)
        if not all(0 < v < 1 for v in ratios):
            raise ValueError(f"output_ratio must lie between 0 and 1, got {describe(output_ratio)}")
        wanted = tuple(int(size * ratio) for size, ratio in zip(sizes, ratios, strict=True))
    # PyTorch's rule for volumes is stricter by one.
    spare = 1 if n == 3 else 0
    for size, out, k in zip(sizes, wanted, kernel, strict=True):
        if out < 1 or out + k - 1 > size - spare:
            raise ValueError(
                f"an output side of {out} with kernel_size {k} does not fit an input side of {size}: "
                f"output + kernel_size - 1 must lie between kernel_size and {size - spare}"
            )
    return wanted


def random_samples(samples: object, x: np.ndarray[Any, Any], shape: tuple[int, int, int]) -> np.ndarray[Any, Any]:
    """The samples of a fractional pooling: numbers in [0, 1), one per image, channel and axis."""
    if samples is None:
        raise ValueError(f"_random_samples must be given: numbers in [0, 1) of shape {shape}")
    given = array(samples, "_random_samples", "f")
    same_dtype(given, "_random_samples", x, "input")
    if given.shape != shape:
        raise ValueError(f"_random_samples must have shape {shape}, got {given.shape}")
    if not ((given >= 0) & (given < 1)).all():
        raise ValueError("_random_samples must lie in [0, 1)")
    return given


def pair(value: object, name: str) -> tuple[Any, Any]:
    """Two outputs, or None for two new ones."""
    if value is None:
        return None, None
    if not isinstance(value, tuple | list):
        raise TypeError(f"{name} must be a pair of arrays or None, got {type(value).__name__}")
    if len(value) != 2:
        raise ValueError(f"{name} must be a pair of arrays, got {len(value)} values")
    return value[0], value[1]


def summable(x: np.ndarray[Any, Any]) -> None:
    """Raise for uint64, whose sums int64 cannot hold."""
    if x.dtype.kind == "u" and x.dtype.itemsize == 8:
        raise TypeError("input has dtype uint64; means take floats, signed integers and unsigned ones up to uint32")


def float_size(x: np.ndarray[Any, Any]) -> None:
    """Raise for floats wider than eight bytes."""
    if x.dtype.kind == "f" and x.dtype.itemsize > 8:
        raise TypeError(f"input has dtype {x.dtype}; the floats that work are float16, float32 and float64")


def conv_channels(channels: int, weight: tuple[int, ...], bias: tuple[int, ...] | None, groups: int) -> None:
    """Raise unless the channels of a convolution fit the shapes of its weights and bias."""
    if weight[0] % groups:
        raise ValueError(f"weight of shape {weight}: the first axis does not divide by groups={groups}")
    if channels != weight[1] * groups:
        raise ValueError(
            f"weight of shape {weight} with groups={groups} takes {weight[1] * groups} channels; input has {channels}"
        )
    bias_size(bias, weight[0])


def conv_transpose_channels(channels: int, weight: tuple[int, ...], bias: tuple[int, ...] | None, groups: int) -> None:
    """Raise unless the channels of a transposed convolution fit the shapes of its weights and bias."""
    if weight[0] % groups:
        raise ValueError(f"weight of shape {weight}: the first axis does not divide by groups={groups}")
    if channels != weight[0]:
        raise ValueError(f"weight of shape {weight} takes {weight[0]} channels; input has {channels}")
    bias_size(bias, weight[1] * groups)


def bias_size(bias: tuple[int, ...] | None, channels: int) -> None:
    """Raise unless there is one bias for each output channel."""
    if bias is not None and bias != (channels,):
        raise ValueError(f"bias must have shape ({channels},), got {bias}")


def output_padding(extra: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]) -> None:
    """Raise if an output padding is not smaller than the stride or the dilation."""
    for e, s, d in zip(extra, stride, dilation, strict=True):
        if e >= max(s, d):
            raise ValueError(
                f"output_padding must be smaller than stride or dilation; got {e} for stride {s}, dilation {d}"
            )


def transposed_sizes(sizes: tuple[int, ...]) -> None:
    """Raise if a transposed convolution has no output."""
    if min(sizes) < 1:
        raise ValueError(f"the output would have sizes {sizes}: padding takes away more than there is")


def unit_stride(stride: tuple[int, ...]) -> None:
    """Raise unless every stride is 1."""
    if set(stride) != {1}:
        raise ValueError(f'padding="same" works with stride 1 only, got stride {stride}')


def scale_pair(scale_factor: Any) -> tuple[float, float]:
    """Positive factors for height and width."""
    values = tuple(scale_factor) if isinstance(scale_factor, tuple | list) else (scale_factor, scale_factor)
    if len(values) != 2:
        raise ValueError(f"scale_factor must be a number or (height, width), got {describe(scale_factor)}")
    factors = real(values[0], "scale_factor"), real(values[1], "scale_factor")
    if not all(0 < v < math.inf for v in factors):
        raise ValueError(f"scale_factor must be positive and finite, got {describe(scale_factor)}")
    return factors


def upscale_weight(weight: np.ndarray[Any, Any], sizes: tuple[int, int], channels: int) -> None:
    """Raise unless there is a kernel for every output pixel and input channel."""
    if weight.shape[:2] != sizes:
        raise ValueError(f"weight must have a kernel for each of {sizes} output pixels; it has shape {weight.shape}")
    if weight.shape[3] != channels:
        raise ValueError(f"weight of shape {weight.shape} takes {weight.shape[3]} channels; input has {channels}")
    if weight.shape[4] % 2 == 0 or weight.shape[5] % 2 == 0:
        raise ValueError(f"the sides of the kernels must be odd, got {weight.shape[4:]}")


def float_dtype(dtype: Any) -> np.dtype[Any]:
    """float16, float32 or float64."""
    try:
        given: np.dtype[Any] = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"dtype must be float16, float32 or float64, got {describe(dtype)}") from None
    if given not in (np.float16, np.float32, np.float64):
        raise TypeError(f"dtype must be float16, float32 or float64, got {given}")
    return given


def upscaled_sizes(sizes: tuple[int, int]) -> None:
    """Raise if an upscaling has no output."""
    if min(sizes) < 1:
        raise ValueError(f"scale_factor gives an empty output, {sizes[0]} x {sizes[1]} (height x width)")


def grouped(n_in: int, n_out: int, groups: int) -> None:
    """Raise unless channels divide into groups."""
    if n_in % groups or n_out % groups:
        raise ValueError(f"in_channels={n_in} and out_channels={n_out} must divide by groups={groups}")


def window(value: Any, name: str) -> tuple[int, int]:
    """TensorFlow's window or stride as (height, width)."""
    given = tuple(value) if isinstance(value, SEQUENCES) else (value,)
    numbers = tuple(side(v, name) for v in given)
    if len(numbers) == 4:
        if numbers[0] != 1 or numbers[3] != 1:
            raise ValueError(f"{name} must be 1 for the batch and the channels, got {describe(value)}")
        numbers = numbers[1:3]
    if len(numbers) == 1:
        numbers *= 2
    if len(numbers) != 2:
        raise ValueError(f"{name} must have 1, 2 or 4 values, got {describe(value)}")
    if not all(1 <= v <= LARGEST for v in numbers):
        raise ValueError(f"{name} must be positive, got {describe(value)}")
    return numbers[0], numbers[1]


def attribute(value: Any, n: int, name: str, least: int) -> tuple[int, ...]:
    """An ONNX attribute of exactly ``n`` integers."""
    try:
        numbers = tuple(side(v, name) for v in value)
    except TypeError:
        raise TypeError(f"{name} must be a sequence of {n} integers, got {describe(value)}") from None
    if len(numbers) != n:
        raise ValueError(f"{name} must have {n} values for this input, got {describe(value)}")
    if not all(least <= v <= LARGEST for v in numbers):
        raise ValueError(f"{name} must be at least {least}, got {describe(value)}")
    return numbers


def zero_or_one(value: object, name: str) -> bool:
    """An ONNX attribute that is 0 or 1."""
    number = int(value) if isinstance(value, BOOLS) else side(value, name)
    if number not in (0, 1):
        raise ValueError(f"{name} must be 0 or 1, got {number}")
    return number == 1


def exponent(p: object) -> float:
    """The p of an ONNX norm."""
    number = side(p, "p")
    if number < 1:
        raise ValueError(f"p must be at least 1, got {number}")
    return float(number)


def same_kernel(kernel_shape: Any, sizes: tuple[int, ...]) -> None:
    """Raise if a ``kernel_shape`` is given and is not that of the weights."""
    if kernel_shape is not None and attribute(kernel_shape, len(sizes), "kernel_shape", 1) != sizes:
        raise ValueError(f"kernel_shape is {tuple(kernel_shape)}, the weights have {sizes}")


def spatial_shape(output_shape: Any, default: tuple[int, ...]) -> tuple[int, ...]:
    """The spatial part of an ONNX output_shape, or the default."""
    if output_shape is None:
        return default
    n = len(default)
    values = tuple(output_shape)
    return attribute(values[2:] if len(values) == n + 2 else values, n, "output_shape", 1)


def larger_shape(output_shape: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """An output_shape that no side of ``shape`` exceeds."""
    wanted = attribute(output_shape, len(shape), "output_shape", 1)
    if wanted[:2] != shape[:2] or any(a < b for a, b in zip(wanted, shape, strict=True)):
        raise ValueError(f"output_shape {wanted} does not hold the inferred shape {shape}")
    return wanted


# ---- resampling (resample, interpolate, onnx.resize)


def dtype_among(dtype: np.dtype[Any], name: str, dtypes: tuple[str, ...], mode: str) -> None:
    """Raise unless a ``dtype`` is one of ``dtypes``."""
    if dtype.name not in dtypes:
        raise TypeError(f"{name} has dtype {dtype}; mode {mode!r} takes {', '.join(dtypes)}")


def interpolation(
    mode: object,
    n_axes: int,
    align_corners: object,
    antialias: object,
    modes: tuple[str, ...],
    wanted: tuple[int, ...],
    flat: bool,
) -> None:
    """Raise unless PyTorch's options go together; ``wanted``: numbers of axes that the mode takes."""
    option(mode, "mode", modes)
    if align_corners is not None:
        truth(align_corners, "align_corners")
        if flat:
            raise ValueError(
                f"align_corners works with linear, bilinear, bicubic and trilinear, not with mode {mode!r}"
            )
    if n_axes not in wanted:
        raise ValueError(f"mode {mode!r} needs input with {wanted[0] + 2} axes; it has {n_axes + 2}")
    if truth(antialias, "antialias") and mode not in ("bilinear", "bicubic", "lanczos"):
        raise ValueError(f"antialias works with bilinear, bicubic and lanczos, not with mode {mode!r}")
    if mode == "lanczos" and not antialias:
        raise ValueError("mode 'lanczos' needs antialias=True")
    if mode == "lanczos" and align_corners:
        raise ValueError("mode 'lanczos' does not take align_corners=True")


def sequence(value: object, n: int, name: str) -> tuple[Any, ...]:
    """``value`` as ``n`` values: one for each axis, or a single one for all."""
    if not isinstance(value, SEQUENCES):
        return (value,) * n
    if len(value) != n:
        raise ValueError(f"{name} must be one value or {n}, got {len(value)}: {describe(value)}")
    return tuple(value)


def positive_sizes(sizes: tuple[int, ...], name: str) -> None:
    """Raise if a side is empty or cannot be addressed."""
    if not all(1 <= size <= LARGEST for size in sizes):
        raise ValueError(f"{name} must be positive and below 2**63, got {describe(sizes)}")


def scales(value: object, n: int, name: str) -> tuple[float, ...]:
    """Positive finite factors of ``n`` axes."""
    factors = tuple(real(v, name) for v in sequence(value, n, name))
    if not all(0.0 < factor < math.inf for factor in factors):
        raise ValueError(f"{name} must be positive and finite, got {describe(value)}")
    return factors


def scaled_sizes(
    lengths: tuple[float, ...], name: str, rounded: Callable[[float], int] = math.floor
) -> tuple[int, ...]:
    """Output lengths as whole numbers."""
    if max(lengths) >= float(LARGEST):
        raise ValueError(f"the output overflows: {name} asks for sides {describe(lengths)}")
    sizes = tuple(rounded(length) for length in lengths)
    if min(sizes) < 1:
        raise ValueError(f"{name} gives an empty output: sides {sizes}")
    return sizes


def size_or_factor(
    sides: tuple[int, ...], size: Any, scale_factor: Any, recompute: object
) -> tuple[tuple[int, ...], tuple[float | None, ...]]:
    """PyTorch's output sides and factors from exactly one of a size and a factor."""
    if (size is None) == (scale_factor is None):
        given = "neither is" if size is None else "both are"
        raise ValueError(f"exactly one of size and scale_factor must be given; {given}")
    if recompute is not None and truth(recompute, "recompute_scale_factor") and size is not None:
        raise ValueError("recompute_scale_factor needs scale_factor; size is given")
    n = len(sides)
    if size is not None:
        wanted = tuple(side(v, "size") for v in sequence(size, n, "size"))
        positive_sizes(wanted, "size")
        return wanted, (None,) * n
    factors = scales(scale_factor, n, "scale_factor")
    return scaled_sizes(tuple(a * f for a, f in zip(sides, factors, strict=True)), "scale_factor"), factors


def kernel_sides(weight: object, name: str, sides: tuple[int, int]) -> None:
    """Raise unless weights of four axes have kernels of the given sides."""
    given = array(weight, name, "uif")
    if given.ndim != 4 or given.shape[2:] != sides:
        wanted = f"{sides[0]} x {sides[1]}"
        raise ValueError(f"{name} must have four axes and kernels of {wanted}; it has shape {given.shape}")


def sizes(value: object, n: int, name: str) -> tuple[int, ...]:
    """Positive output sides of ``n`` axes; a single one stands for all."""
    wanted = tuple(side(v, name) for v in sequence(value, n, name))
    positive_sizes(wanted, name)
    return wanted


def size_or_scale(size: object, scale: object, aspect: object, aspects: tuple[str, ...]) -> None:
    """Raise unless exactly one of size and scale is given, and an aspect only with a size."""
    if (size is None) == (scale is None):
        given = "neither is" if size is None else "both are"
        raise ValueError(f"exactly one of size and scale must be given; {given}")
    option(aspect, "aspect", aspects)
    if aspect != "stretch" and size is None:
        raise ValueError(f"aspect={aspect!r} needs size; scale is given")


def axes(value: Any, ndim: int) -> tuple[int, ...]:
    """Different axes of an array of ``ndim`` axes, counted from the front."""
    given = tuple(side(v, "axes") for v in (value if isinstance(value, SEQUENCES) else (value,)))
    if not given or not all(-ndim <= axis < ndim for axis in given):
        raise ValueError(f"axes must name axes of an array that has {ndim}, got {describe(value)}")
    counted = tuple(axis % ndim for axis in given)
    if len(set(counted)) != len(counted):
        raise ValueError(f"axes must be different, got {describe(value)}")
    return counted


def resampling_mode(mode: Any, aliases: dict[str, str], modes: tuple[str, ...]) -> str:
    """The name of a mode; of a callable kernel "kernel"."""
    if isinstance(mode, str):
        name = aliases.get(mode, mode)
        if name not in modes:
            names = ", ".join((*modes, *aliases))
            raise ValueError(f"unknown mode {mode!r}; the modes are {names}, or a callable with .support")
        return name
    if not callable(mode):
        raise TypeError(f"mode must be a name or a callable with .support, got {describe(mode)}")
    support = getattr(mode, "support", None)
    if support is None:
        raise TypeError("a callable mode needs the attribute support: the distance beyond which it is zero")
    if not 0.0 < real(support, "mode.support") < math.inf:
        raise ValueError(f"mode.support must be positive and finite, got {describe(support)}")
    return "kernel"


def resampling_options(
    chosen: dict[str, Any],
    exclude_outside: object,
    coordinates: tuple[str, ...],
    roundings: tuple[str, ...],
    borders: tuple[str, ...],
) -> None:
    """Raise unless the options of resample that are given have values that there are."""
    for name, options in (("coordinates", coordinates), ("nearest_rounding", roundings), ("border", borders)):
        if name in chosen:
            option(chosen[name], name, options)
    if "antialias" in chosen:
        truth(chosen["antialias"], "antialias")
    if "cubic_a" in chosen and not math.isfinite(real(chosen["cubic_a"], "cubic_a")):
        raise ValueError(f"cubic_a must be finite, got {chosen['cubic_a']}")
    if exclude_outside is None:
        return
    wanted = "renormalise" if truth(exclude_outside, "exclude_outside") else "replicate"
    if chosen.get("border", wanted) != wanted:
        raise ValueError(
            f"exclude_outside={exclude_outside} is border={wanted!r}; border={chosen['border']!r} is given"
        )


def antialiased_mode(wrong: bool, mode: str) -> None:
    """Raise if a nearest mode is to be antialiased."""
    if wrong:
        raise ValueError(f"antialias=True works with weighted modes, not with {mode!r}")


def kernel_values(values: np.ndarray[Any, Any], shape: tuple[int, ...]) -> None:
    """Raise unless a kernel returned one finite value for each distance."""
    if values.shape != shape:
        raise ValueError(f"the kernel must return one value per distance: shape {shape}, got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("the kernel returned NaN or infinity")


def box(value: Any, lengths: list[int]) -> tuple[float, ...]:
    """A part of the source: all starts, then all ends, in pixels."""
    n = len(lengths)
    if not isinstance(value, SEQUENCES) or len(value) != 2 * n:
        raise ValueError(f"box must be {2 * n} numbers, all starts and then all ends, got {describe(value)}")
    edges = tuple(real(v, "box") for v in value)
    for low, high, length in zip(edges[:n], edges[n:], lengths, strict=True):
        if not 0.0 <= low < high <= length:
            raise ValueError(f"box must lie inside the source, of sides {lengths}, and not be empty, got {value}")
    return edges


def regions(value: Any, n: int, used: bool) -> list[tuple[float, float]]:
    """A roi as (start, end) of each axis; whole axes where the coordinates do not use it."""
    if not isinstance(value, SEQUENCES) or len(value) != 2 * n:
        raise ValueError(f"roi must be {2 * n} numbers, all starts and then all ends, got {describe(value)}")
    edges = [real(v, "roi") for v in value]
    if not all(math.isfinite(edge) for edge in edges):
        raise ValueError(f"roi must be finite, got {describe(value)}")
    return [(edges[k], edges[n + k]) if used else (0.0, 1.0) for k in range(n)]


def resampled_dtype(dtype: np.dtype[Any], like: str, mode: str) -> None:
    """Raise unless a weighted mode takes the dtype."""
    wide = dtype.kind in "iu" and like in ("onnx", "tensorflow")
    if not wide and not is_weighted(dtype):
        raise TypeError(f"mode {mode!r} does not take dtype {dtype}; it takes {WEIGHTED} (nearest takes every dtype)")


def needed(value: object, name: str, option_name: str) -> None:
    """Raise if an input is absent that an option needs."""
    if value is None:
        raise ValueError(f"{option_name} needs {name}; it is not given")


def enlarging(value: Any, name: str) -> None:
    """Raise unless all factors are at least 1."""
    for factor in value if isinstance(value, SEQUENCES) else (value,):
        if real(factor, name) < 1.0:
            raise ValueError(f"{name} must be at least 1, got {describe(value)}")
