"""What networks do to feature maps: shuffles, pooling and its way back, transposed convolution, interpolation.

Arrays are N x C x H x W with N = 1. The C of a cell is that of the input, for ``pixel_shuffle`` that of the output.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np

from bench import oracle
from bench.cases import OURS, Case, Cell
from bench.contest import Contestant, Family, Trial, Verdict
from bench.peers import load

Arrays = tuple[np.ndarray, ...]
Idiom = Callable[..., np.ndarray]
ROUNDING = 2.0**-24  # of float32, relative


@dataclass(frozen=True)
class Operation:
    """A function that ours and PyTorch have under one name, with the sizes it is measured at.

    ``inputs`` makes its arrays, ``expected`` its result without either library, with the largest error allowed, and
    ``idiom`` is what people write in NumPy alone.
    """

    function: str
    shapes: tuple[tuple[str, int], ...]
    inputs: Callable[[Cell], Arrays]
    expected: Callable[[Cell, Arrays, Mapping[str, Any]], tuple[Arrays, float]]
    options: Mapping[str, Any] = field(default_factory=dict)
    arguments: tuple[Any, ...] = ()
    idiom: Idiom | None = None
    dtypes: tuple[str, ...] = ("float32",)


def random(shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray:
    """Uniform noise: bytes, or floats of -1 to 1."""
    rng = np.random.default_rng(sum(shape))
    if dtype == "uint8":
        return rng.integers(0, 256, shape, np.uint8)
    return rng.random(shape, np.float32) * np.float32(2) - np.float32(1)


# Shuffles


def shuffled(x: np.ndarray, r: int) -> np.ndarray:
    """``pixel_shuffle`` by reshaping and transposing."""
    n, c, h, w = x.shape
    return x.reshape(n, c // r**2, r, r, h, w).transpose(0, 1, 4, 2, 5, 3).reshape(n, c // r**2, h * r, w * r)


def unshuffled(x: np.ndarray, r: int) -> np.ndarray:
    """``pixel_unshuffle`` by reshaping and transposing."""
    n, c, h, w = x.shape
    return x.reshape(n, c, h // r, r, w // r, r).transpose(0, 1, 3, 5, 2, 4).reshape(n, c * r**2, h // r, w // r)


def by_slices(x: np.ndarray, r: int, back: bool) -> np.ndarray:
    """Either shuffle, one phase at a time: to check the results of others."""
    n, c, h, w = x.shape
    phases = [(i, j) for i in range(r) for j in range(r)]
    if back:
        return np.stack([x[:, :, i::r, j::r] for i, j in phases], axis=2).reshape(n, c * r**2, h // r, w // r)
    out = np.empty((n, c // r**2, h * r, w * r), x.dtype)
    for k, (i, j) in enumerate(phases):
        out[:, :, i::r, j::r] = x[:, k :: r**2]
    return out


def shuffle(r: int, back: bool) -> Operation:
    """``pixel_shuffle`` or the way back: features that grow from 64 x 64, a picture of 540 x 960, and a small call."""
    sides = (
        ("64x64", f"{64 * r}x{64 * r}", 64),
        (f"{540 // r}x{960 // r}", "540x960", 3),
        ("8x8", f"{8 * r}x{8 * r}", 8),
    )

    def inputs(cell: Cell) -> Arrays:
        channels = cell.channels if back else cell.channels * r**2
        return (random((1, channels, cell.case.height, cell.case.width), cell.dtype),)

    return Operation(
        "pixel_unshuffle" if back else "pixel_shuffle",
        tuple((f"{large}-{small}" if back else f"{small}-{large}", channels) for small, large, channels in sides),
        inputs,
        lambda cell, arrays, options: ((by_slices(arrays[0], r, back),), 0.0),
        arguments=(r,),
        idiom=partial(unshuffled if back else shuffled, r=r),
        dtypes=("uint8", "float32"),
    )


# Pooling


def feature_map(cell: Cell) -> Arrays:
    """The one input."""
    return (random((1, cell.channels, cell.case.height, cell.case.width), cell.dtype),)


def pooled(x: np.ndarray, kernel: int, padding: int) -> Arrays:
    """Maxima of windows with stride 2 and where they are, tap after tap: the first maximum stays."""
    n, c, h, w = x.shape
    edges = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    wide = np.pad(x.astype(np.float64), edges, constant_values=-np.inf)
    place = np.pad(np.broadcast_to(np.arange(h * w).reshape(h, w), x.shape), edges)
    out_h, out_w = ((side + 2 * padding - kernel) // 2 + 1 for side in (h, w))
    best, where = np.full((n, c, out_h, out_w), -np.inf), np.zeros((n, c, out_h, out_w), np.int64)
    for i in range(kernel):
        for j in range(kernel):
            window = np.s_[:, :, i : i + 2 * out_h - 1 : 2, j : j + 2 * out_w - 1 : 2]
            better = wide[window] > best
            best, where = np.where(better, wide[window], best), np.where(better, place[window], where)
    return best.astype(x.dtype), where


def pool_expected(cell: Cell, arrays: Arrays, options: Mapping[str, Any]) -> tuple[Arrays, float]:
    """Maxima, and where they are if that is asked for, exact."""
    found = pooled(arrays[0], options["kernel_size"], options.get("padding", 0))
    return found if options.get("return_indices") else found[:1], 0.0


def largest_of_blocks(x: np.ndarray) -> np.ndarray:
    """Pooling of 2 x 2 by reshaping."""
    n, c, h, w = x.shape
    return np.asarray(x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5)))


SHRINKS = (("128x128-64x64", 64), ("112x112-56x56", 64), ("540x960-270x480", 3), ("16x16-8x8", 8))


def pool(kernel: int, indices: bool) -> Operation:
    """``max_pool2d`` with stride 2."""
    options = {"kernel_size": kernel, "stride": 2, "padding": (kernel - 1) // 2, "return_indices": indices}
    idiom = largest_of_blocks if kernel == 2 and not indices else None
    return Operation("max_pool2d", SHRINKS, feature_map, pool_expected, options, idiom=idiom)


def unpool_inputs(cell: Cell) -> Arrays:
    """Maxima of 2 x 2 of a larger map, and where they were."""
    return pooled(random((1, cell.channels, cell.case.out_height, cell.case.out_width)), 2, 0)


def put_back(values: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """``max_unpool2d`` by one indexed assignment."""
    n, c, h, w = values.shape
    out = np.zeros((n, c, 4 * h * w), values.dtype)
    np.put_along_axis(out, indices.reshape(n, c, -1), values.reshape(n, c, -1), axis=2)
    return out.reshape(n, c, 2 * h, 2 * w)


def unpool_expected(cell: Cell, arrays: Arrays, options: Mapping[str, Any]) -> tuple[Arrays, float]:
    """The larger map with all but its maxima set to zero, exact."""
    height, width = cell.case.out_height, cell.case.out_width
    values, indices = (array.repeat(2, axis=2).repeat(2, axis=3) for array in arrays)
    return (np.where(np.arange(height * width).reshape(height, width) == indices, values, np.float32(0)),), 0.0


UNPOOL = Operation(
    "max_unpool2d",
    (("64x64-128x128", 64), ("56x56-112x112", 64), ("270x480-540x960", 3), ("8x8-16x16", 8)),
    unpool_inputs,
    unpool_expected,
    {"kernel_size": 2},
    idiom=put_back,
)


# Transposed convolution


def scattered(x: np.ndarray, weight: np.ndarray, options: Mapping[str, Any]) -> np.ndarray:
    """A transposed convolution with stride 2 as it is defined, tap after tap, in float64."""
    (n, _, h, w), (_, c, kernel, _) = x.shape, weight.shape
    padding, extra = options.get("padding", 0), options.get("output_padding", 0)
    out = np.zeros((n, c, 2 * h - 2 + kernel + extra, 2 * w - 2 + kernel + extra))
    for i in range(kernel):
        for j in range(kernel):
            product = np.tensordot(weight[:, :, i, j].astype(float), x[0].astype(float), axes=(0, 0))
            out[0, :, i : i + 2 * h - 1 : 2, j : j + 2 * w - 1 : 2] += product
    return out[:, :, padding : out.shape[2] - padding, padding : out.shape[3] - padding]


def convolution_expected(cell: Cell, arrays: Arrays, options: Mapping[str, Any]) -> tuple[Arrays, float]:
    """The definition; allowed is what sums of so many terms may be wrong by in float32, in any order."""
    x, weight = arrays
    reach = scattered(np.abs(x), np.abs(weight), options).max()
    terms = len(weight) * ((weight.shape[2] + 1) // 2) ** 2
    return (scattered(x, weight, options),), float(terms * ROUNDING * reach)


def convolution(kernel: int, **options: int) -> Operation:
    """``conv_transpose2d`` with stride 2 to half as many channels."""

    def inputs(cell: Cell) -> Arrays:
        return *feature_map(cell), random((cell.channels, cell.channels // 2, kernel, kernel))

    shapes = (("64x64-128x128", 64), ("16x16-32x32", 256), ("8x8-16x16", 8))
    return Operation("conv_transpose2d", shapes, inputs, convolution_expected, {"stride": 2} | options)


# Interpolation

FILTERS = {"nearest": "nearest", "bilinear": "linear", "trilinear": "linear", "bicubic": "cubic"}


def along(x: np.ndarray, axis: int, part: oracle.Axis) -> np.ndarray:
    """Weighted sums along one axis."""
    shape = [-1 if k == axis else 1 for k in range(x.ndim)]
    taps = range(part.weight.shape[1])
    return sum((x.take(part.index[:, k], axis) * part.weight[:, k].reshape(shape) for k in taps), np.float64(0))


def interpolation_expected(cell: Cell, arrays: Arrays, options: Mapping[str, Any]) -> tuple[Arrays, float]:
    """Exact arithmetic along every axis; of float32 the coordinates, weights and sums are rounded."""
    mode, exact = FILTERS[options["mode"]], arrays[0].astype(np.float64)
    rows, columns = oracle.axes(cell.case, mode, False)
    for axis, part in zip(range(2, exact.ndim), (rows, rows, columns)[5 - exact.ndim :], strict=True):
        exact = along(exact, axis, part)
    if mode == "nearest":
        return (exact.astype(np.float32),), 0.0
    # The oracle speaks of two axes and of samples up to 255.
    return (exact,), (exact.ndim - 2) / 2 * oracle.tolerance(cell.case, mode, "float32") / 255


def volume(cell: Cell) -> Arrays:
    """As deep as it is high."""
    return (random((1, cell.channels, cell.case.height, cell.case.height, cell.case.width)),)


def interpolation(mode: str) -> Operation:
    """``interpolate`` to twice the size."""
    deep = mode == "trilinear"
    if deep:
        shapes = (("32x32-64x64", 16), ("4x4-8x8", 8))
    else:
        shapes = (("64x64-128x128", 64), ("270x480-540x960", 3), ("8x8-16x16", 8))
    idiom = (lambda x: x.repeat(2, axis=2).repeat(2, axis=3)) if mode == "nearest" else None
    options = {"scale_factor": 2, "mode": mode}
    inputs = volume if deep else feature_map
    return Operation("interpolate", shapes, inputs, interpolation_expected, options, idiom=idiom)


OPERATIONS = {
    **{f"pixel_shuffle {r}": shuffle(r, False) for r in (2, 3, 4)},
    **{f"pixel_unshuffle {r}": shuffle(r, True) for r in (2, 3, 4)},
    **{f"max_pool2d {k}{' indices' * i}": pool(k, bool(i)) for k in (2, 3) for i in (0, 1)},
    "max_unpool2d": UNPOOL,
    "conv_transpose2d 4": convolution(4, padding=1),
    "conv_transpose2d 2": convolution(2),
    "conv_transpose2d 3": convolution(3, padding=1, output_padding=1),
    **{f"interpolate {mode}": interpolation(mode) for mode in FILTERS},
}


@lru_cache(maxsize=1)
def made(cell: Cell) -> tuple[Arrays, np.ndarray, float]:
    """Inputs, the expected result and the error allowed, kept while thread counts change."""
    operation = OPERATIONS[cell.mode]
    inputs = operation.inputs(cell)
    for array in inputs:
        array.setflags(write=False)
    expected, allowed = operation.expected(cell, inputs, operation.options)
    return inputs, joined(expected if len(expected) > 1 else expected[0]), allowed


def joined(result: Any) -> np.ndarray:
    """A result as one array: maxima and their indices become pairs."""
    if isinstance(result, tuple):
        return np.asarray(np.rec.fromarrays([np.asarray(part) for part in result], names="value,index"))
    return np.asarray(result)


def contestants(cell: Cell, peers: Collection[str], inputs: Arrays) -> Iterator[Contestant]:
    """Ours, PyTorch, and NumPy, which has one thread and gives its result an array of its own."""
    operation = OPERATIONS[cell.mode]
    ours = partial(
        getattr(load("cyresize.functional"), operation.function),
        *inputs,
        *operation.arguments,
        **operation.options,
        n_threads=cell.threads,
    )
    yield Contestant(OURS, partial(ours, out=ours()) if cell.dst else ours, joined)
    if cell.dst:
        return
    if "torch" in peers:
        # PyTorch knows no read-only memory, and would warn.
        tensors = (load("torch").from_numpy(array.copy()) for array in inputs)
        function = getattr(load("torch.nn.functional"), operation.function)
        yield Contestant("torch", partial(function, *tensors, *operation.arguments, **operation.options), joined)
    if operation.idiom is not None and cell.threads == 1:
        yield Contestant("NumPy", partial(operation.idiom, *inputs))


def judge(expected: np.ndarray, allowed: float, results: Mapping[str, np.ndarray]) -> dict[str, Verdict]:
    """Everyone against the definition: to the bit what moves or selects, within the rounding what calculates."""

    def verdict(result: np.ndarray) -> Verdict:
        shape, moves = expected.shape, not allowed
        if result.shape != shape or (moves and result.dtype != expected.dtype):
            return Verdict(f"{expected.dtype} of shape {shape}", False, note=f"it is {result.dtype} of {result.shape}")
        if moves:
            differing = np.count_nonzero(result != expected)
            return Verdict("exact", not differing, note=f"{differing} of {result.size} differ" if differing else "")
        error = float(np.abs(result - expected).max())
        right = error <= allowed and result.dtype == np.float32
        return Verdict(f"float32 within {allowed:.4g} of exact", right, error)

    return {name: verdict(result) for name, result in results.items()}


def prepare(cell: Cell, peers: Collection[str]) -> Trial:
    """A function of ``cyresize.functional`` against PyTorch's of that name and what NumPy alone can do."""
    inputs, expected, allowed = made(replace(cell, threads=1, dst=False))
    # What is expected of float32 is known in float64.
    written = expected.nbytes if not allowed else expected.nbytes // 2
    moved = sum(array.nbytes for array in inputs) + written
    return Trial(cell, list(contestants(cell, peers, inputs)), partial(judge, expected, allowed), moved)


def has(cell: Cell) -> bool:
    """Whether the operation is measured with this size, dtype and number of channels."""
    operation = OPERATIONS[cell.mode]
    return (cell.case.name, cell.channels) in operation.shapes and cell.dtype in operation.dtypes


SHAPES = [shape for operation in OPERATIONS.values() for shape in operation.shapes]
FAMILY = Family(
    "operations",
    "Operations of networks on feature maps",
    tuple(map(Case.parse, dict.fromkeys(case for case, _ in SHAPES))),
    tuple(OPERATIONS),
    ("uint8", "float32"),
    tuple(sorted({channels for _, channels in SHAPES})),
    prepare,
    any_case=False,
    has=has,
)
