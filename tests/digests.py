"""Prints a hash of the result of every case of a wide grid, as JSON: run once per instruction level and compared.

Run as ``python digests.py [threads...]``; CYRESIZE_ISA chooses the level.
"""

import hashlib
import json
import sys
import zlib
from functools import partial

import numpy as np
from layouts import padded_rows, planes, reversed_axes

import cyresize
from cyresize.engine import parallel

MODES = [mode.name for mode in cyresize.Interpolation]
DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64"]
ANTIALIASED = ["LINEAR", "CUBIC", "LANCZOS4"]

# h, w, oh, ow and channels. Small sizes try every tail of a vector; the large ones are divided among threads.
SMALL_SIZES = [
    (5, 7, 11, 13),
    (23, 37, 9, 14),
    (61, 93, 15, 21),
    (16, 64, 8, 32),
    (30, 33, 10, 11),
    (4, 130, 9, 259),
    (3, 1, 2, 5),
    (20, 31, 23, 35),
    (40, 61, 33, 50),
    (24, 132, 6, 33),
    (30, 66, 6, 22),
    (40, 262, 6, 34),
    (25, 185, 5, 37),  # whole factors
    (21, 136, 3, 17),
    (24, 187, 2, 17),
    (40, 96, 4, 48),
    (66, 693, 2, 21),
    (9, 150, 9, 23),  # one axis only
    (40, 9, 11, 9),
    (40, 31, 9, 20),  # antialiased bytes: the height first
]
SMALL = [(*size, channels) for size in SMALL_SIZES for channels in (1, 2, 3, 4, 5, 16)]
LARGE = [
    (150, 160, 131, 280, 1),
    (240, 300, 120, 150, 3),
    (420, 390, 140, 130, 4),
    (90, 300, 211, 101, 2),
    (23, 1100, 41, 1837, 3),  # rows of the ring too wide for the nearest cache
]


def leap(x):
    """Weights of tens of thousands that add up to one."""
    return np.where(abs(x) < 1, np.where(x < 0, 5e4, 1.0 - 5e4), 0.0)


leap.support = 1


def least(x):
    """Weights that stand for taps which are not there, in tables of the kernels: these are."""
    return np.where(abs(x) < 0.6, 1.0, np.where(abs(x) < 2, -float(np.finfo(np.float32).tiny), 0.0))


least.support = 2

# The first ones bring integers to sums that int32 does not hold.
HUGE = 3
RESAMPLED = {
    "huge cubic": {"mode": "cubic", "cubic_a": 1e5},
    "huge antialiased cubic": {"mode": "cubic", "cubic_a": -1e5, "antialias": True},
    "leap": {"mode": leap},
    **{f"{mode}": {"mode": mode, "like": "torch"} for mode in ("linear", "cubic", "area")},
    **{f"antialiased {mode}": {"mode": mode, "like": "torch", "antialias": True} for mode in ("linear", "cubic")},
    "lanczos3": {"mode": "lanczos3", "antialias": True, "like": "onnx"},
    "least": {"mode": least, "antialias": True},
}


def cases():
    """(name, source, call) of every case."""
    for antialias in (False, True):
        for mode in ANTIALIASED if antialias else MODES:
            for dtype in DTYPES:
                for h, w, oh, ow, channels in SMALL + LARGE:
                    name = f"{mode} {'antialias ' * antialias}{dtype} {h}x{w}x{channels} {oh}x{ow}"
                    call = partial(cyresize.resize, dsize=(ow, oh), interpolation=mode, antialias=antialias)
                    image = source(name, (h, w, channels), np.dtype(dtype))
                    yield name, image, call
                    if dtype == "float32" and image.size > 1000:
                        yield name + " special", with_special_values(image), call
    for number, (kernel, options) in enumerate(RESAMPLED.items()):
        for dtype in DTYPES[: 4 if number < HUGE else None]:
            for h, w, oh, ow, channels in LARGE:
                name = f"resample {kernel} {dtype} {h}x{w}x{channels} {oh}x{ow}"
                call = partial(cyresize.resample, size=(oh, ow), axes=(0, 1), **options)
                image = source(name, (h, w, channels), np.dtype(dtype))
                yield name, with_special_values(image) if kernel == "least" and image.dtype.kind == "f" else image, call


def source(name, shape, dtype):
    """Noise that depends on the name alone; floats have both signs and several magnitudes."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    if dtype.kind == "f":
        return (rng.standard_normal(shape) * 10.0 ** rng.integers(-3, 3, shape)).astype(dtype)
    return rng.integers(0, 256, (*shape, dtype.itemsize), dtype=np.uint8).view(dtype)[..., 0]


def with_special_values(image):
    """A NaN, two infinities and many zeros of both signs, which show weights of 0 and sums that start from 0."""
    rng = np.random.default_rng(image.size)
    zeros = rng.choice(np.array([-0.0, -0.0, -0.0, 0.0], image.dtype), image.shape)
    image = np.where(rng.random(image.shape) < 0.6, zeros, image)
    image.flat[rng.choice(image.size, 3, replace=False)] = [np.nan, np.inf, -np.inf]
    return image


def digest(array):
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), np.nan, array)  # whose sign and payload say nothing
    return hashlib.blake2b(np.ascontiguousarray(array).tobytes(), digest_size=12).hexdigest()


def main(threads):
    layouts = (None, reversed_axes, planes, padded_rows)
    results = {}
    parallel.set_least_work(0)
    for name, image, call in cases():
        image = np.ascontiguousarray(image)
        teams = threads if image.shape[0] * image.shape[1] > 10_000 else threads[-1:]
        results[name] = [digest(call(image, n_threads=n)) for n in teams]
        layout = layouts[zlib.crc32(name.encode()) % len(layouts)]
        if layout is not None:
            results[name].append(digest(call(layout(image), n_threads=threads[-1])))
    json.dump({"isa": cyresize.isa, "results": results}, sys.stdout)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1, 2, 3])
