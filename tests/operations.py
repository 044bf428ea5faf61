"""Runs the operations of neural networks over a wide grid: for bits that must agree, and next to protected pages.

``python operations.py digests [threads...]`` prints a hash of every result, as JSON; ``python operations.py fences``
runs every case on arrays that end and begin at protected pages and prints how many. CYRESIZE_ISA chooses the level.
"""

import json
import sys
import zlib

import numpy as np
from digests import digest
from fences import Fence
from layouts import reversed_axes, sliced

import cyresize
from cyresize import channels_last, functional

DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64"]
MEANS = ["uint8", "int16", "int64", "float16", "float32", "float64"]
WIDTHS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 66, 129, 130, 200]
POOLS = [(2, 2, 0, 1), (3, 2, 1, 1), (3, 3, 0, 1), (3, 1, 1, 1), (2, 1, 0, 2), (5, 4, 2, 1)]


def image(name, shape, dtype):
    """Few values, so that there are ties, from the name alone."""
    return np.random.default_rng(zlib.crc32(name.encode())).integers(0, 9, shape).astype(dtype)


def fractions(name, shape, dtype):
    """Floats whose sums are rounded, so that the order of additions shows."""
    return image(name, shape, dtype) if np.dtype(dtype).kind != "f" else (image(name, shape, dtype) / 7).astype(dtype)


def pools(widths):
    for dtype in DTYPES:
        for number, width in enumerate(widths):
            for k, s, p, d in POOLS[number % 2 :: 2]:
                name = f"pool {dtype} {width} {k} {s} {p} {d}"
                if width + 2 * p < d * (k - 1) + 1:
                    continue
                x = image(name, (2, 3, 9, width), dtype)
                windows = {"kernel_size": k, "stride": s, "padding": p}
                yield f"max {name}", functional.max_pool2d, (x,), {**windows, "dilation": d}
                yield f"index {name}", functional.max_pool2d, (x,), {**windows, "return_indices": True}
                if dtype in MEANS:
                    yield f"avg {name}", functional.avg_pool2d, (x,), windows
                    sizes = (2, min(width, 5))
                    yield f"adaptive {name}", functional.adaptive_avg_pool2d, (x,), {"output_size": sizes}
                if dtype.startswith("float") and p == 0:
                    yield f"lp {name}", functional.lp_pool2d, (x,), {"norm_type": 2, "kernel_size": k, "stride": s}


def unpools(widths):
    for dtype in DTYPES:
        for width in widths:
            name = f"unpool {dtype} {width}"
            x = image(name, (2, 3, 4, width), dtype)
            index = image(f"{name} at", x.shape, np.int64) * (width // 2)
            yield name, functional.max_unpool2d, (x, index), {"kernel_size": 2}


def shuffles(widths):
    for dtype in ["uint8", "uint16", "float32", "float64", "complex128"]:
        for width in widths:
            for r in (2, 3, 4, 5, 17):
                name = f"shuffle {dtype} {width} {r}"
                x = image(name, (r * r, 3, width), dtype)
                yield name, functional.pixel_shuffle, (x,), {"upscale_factor": r}
                y = image(name, (1, 2 * r, r * width), dtype)
                yield f"un{name}", functional.pixel_unshuffle, (y,), {"downscale_factor": r}
                if r == 17:
                    continue
                z = image(name, (1, 3, width, r * r * 3), dtype)
                yield f"depth {name}", channels_last.depth_to_space, (z,), {"block_size": r}
                yield f"phase {name}", channels_last.phase_shift, (z,), {"r": r}


def convolutions(widths):
    for dtype in ["int8", "int32", "float32", "float64"]:
        for width in widths:
            for k, s, p in ((2, 2, 0), (4, 2, 1), (3, 2, 1), (3, 1, 1), (5, 3, 2)):
                name = f"conv {dtype} {width} {k} {s} {p}"
                x, w = fractions(name, (1, 2, 3, width), dtype), fractions(name, (2, 3, k, k), dtype)
                bias = fractions(name, 3, dtype)
                yield f"transposed {name}", functional.conv_transpose2d, (x, w, bias), {"stride": s, "padding": p}
                if 3 + 2 * p >= k and width + 2 * p >= k:
                    w = np.ascontiguousarray(w.swapaxes(0, 1))
                    yield name, functional.conv2d, (x, w, bias), {"stride": s, "padding": p}


CHANNELS = [(1, 8, 16), (3, 9, 47), (31, 12, 48), (32, 11, 49), (33, 17, 15), (9, 33, 97), (65, 8, 5), (2, 10, 481)]


def phases(channels=CHANNELS):
    """Convolutions of both kinds to many channels: sizes around those of tiles, panels and boxes."""
    for dtype in ["float32", "float64"]:
        for n_in, n_out, width in channels:
            for k, s, p, d in ((2, 2, 0, 1), (4, 2, 1, 1), (3, 2, 1, 1), (3, 1, 2, 2), (5, 3, 0, 1)):
                name = f"phases {dtype} {n_in} {n_out} {width} {k} {s} {p} {d}"
                x, w = fractions(name, (1, n_in, 5, width), dtype), fractions(name, (n_in, n_out, k, k), dtype)
                bias = (fractions(name, n_out, dtype),) if k % 2 else ()
                options = {"stride": s, "padding": p, "dilation": d}
                yield name, functional.conv_transpose2d, (x, w, *bias), options
            w = fractions(name, (n_out, n_in, 3, 4), dtype)
            yield f"one {name}", functional.conv2d, (x, w, *bias), {"padding": (1, 2)}


def upscales():
    for dtype in ("float32", "float64"):
        for channels in (1, 2, 5, 9):
            name = f"upscale {dtype} {channels}"
            x, weight = image(name, (2, channels, 4, 5), dtype), image(name, (6, 7, 2, channels, 3, 3), dtype)
            yield name, functional.meta_upscale, (x, weight), {"scale_factor": (1.5, 1.5)}


def cases(widths=WIDTHS):
    for kind in (pools, unpools, shuffles, convolutions):
        yield from kind(widths)
    yield from phases()
    yield from upscales()


def large_cases():
    """Beyond the size below which one thread does all the work."""
    for dtype in ("uint8", "float16", "float32", "float64"):
        x = image(f"large {dtype}", (2, 9, 120, 130), dtype)
        index = image("index", x.shape, np.int64) * 1000
        yield (
            f"large max {dtype}",
            functional.max_pool2d,
            (x,),
            {"kernel_size": 3, "padding": 1, "return_indices": True},
        )
        yield f"large avg {dtype}", functional.avg_pool2d, (x,), {"kernel_size": 3, "stride": 1}
        yield f"large mean {dtype}", functional.adaptive_avg_pool2d, (x,), {"output_size": 7}
        yield f"large unpool {dtype}", functional.max_unpool2d, (x, index), {"kernel_size": 2}
        yield f"large shuffle {dtype}", functional.pixel_shuffle, (x,), {"upscale_factor": 3}
        yield f"large unshuffle {dtype}", functional.pixel_unshuffle, (x,), {"downscale_factor": 2}
        x, w = fractions(f"columns {dtype}", (2, 9, 120, 130), dtype), fractions("weight", (9, 4, 4, 4), dtype)
        yield f"large transposed {dtype}", functional.conv_transpose2d, (x, w), {"stride": 2, "padding": 1}
        w = fractions("many", (9, 40, 4, 4), dtype)
        yield f"large phases {dtype}", functional.conv_transpose2d, (x, w), {"stride": 2, "padding": 1}
        deep = fractions(f"deep {dtype}", (1, 300, 30, 31), dtype), fractions("kernels", (6, 300, 3, 3), dtype)
        yield f"large conv {dtype}", functional.conv2d, deep, {"padding": 1}


def digests(threads):
    results = {}
    for large in (False, True):
        for number, (name, function, arrays, options) in enumerate(large_cases() if large else cases()):
            teams = threads if large else threads[-1:]
            variants = [(arrays, n) for n in teams]
            if number % 3 == 0 or large:
                layout = sliced if number % 2 else reversed_axes
                variants.append(((layout(arrays[0]), *arrays[1:]), threads[-1]))
            results[name] = [outcome(function(*given, **options, n_threads=n)) for given, n in variants]
    json.dump({"isa": cyresize.isa, "results": results}, sys.stdout)


def outcome(result):
    return " ".join(map(digest, result)) if isinstance(result, tuple) else digest(result)


def fenced(fence, array, at_end):
    copy = fence.array(array.shape, array.dtype, at_end)
    copy[...] = array
    return copy


def fences():
    inputs, outputs = [Fence(1 << 22) for _ in range(3)], [Fence(1 << 22) for _ in range(2)]
    calls = 0
    for name, function, arrays, options in cases():
        wanted = function(*arrays, **options, n_threads=1)
        for at_end in (True, False):
            print(name, "end" if at_end else "begin", file=sys.stderr)
            given = [fenced(fence, array, at_end) for fence, array in zip(inputs, arrays, strict=False)]
            many = wanted if isinstance(wanted, tuple) else (wanted,)
            out = [fence.array(w.shape, w.dtype, at_end) for fence, w in zip(outputs, many, strict=False)]
            function(*given, **options, n_threads=1, out=tuple(out) if len(out) > 1 else out[0])
            assert all(np.array_equal(a, b) for a, b in zip(out, many, strict=True)), name
            calls += 1
    print(cyresize.isa, calls)


if __name__ == "__main__":
    fences() if sys.argv[1] == "fences" else digests([int(word) for word in sys.argv[2:]] or [1, 2, 3])
