"""Pixel parity with OpenCV over random sizes: counts of differing samples, printed as a table.

Run as ``python tests/parity.py [pairs]``. The tests import the generator and the comparison from here.
"""

import sys
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np

import cyresize

# What is promised to the bit. OpenCV has no AREA beyond four channels.
NEAREST_DTYPES = ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64")
EXACT = (
    *(("NEAREST", dtype) for dtype in NEAREST_DTYPES),
    *(("NEAREST_EXACT", dtype) for dtype in NEAREST_DTYPES),
    ("LINEAR", "uint8"),
    ("LINEAR_EXACT", "uint8"),
    ("LINEAR_EXACT", "uint16"),
    ("LANCZOS4", "uint8"),
    ("AREA", "uint8"),
    ("AREA", "uint16"),
    ("AREA", "int16"),
    ("AREA", "float32"),
)

# Elsewhere OpenCV rounds coordinates to float32 (without IPP), or differs from itself with and without IPP.
WITHIN = {
    ("CUBIC", "uint8"): 1,
    ("LINEAR", "uint16"): 3,
    ("LINEAR", "int16"): 3,
    ("CUBIC", "uint16"): 3,
    ("CUBIC", "int16"): 3,
    ("LANCZOS4", "uint16"): 3,
    ("LANCZOS4", "int16"): 3,
    ("LINEAR", "float32"): 1e-2,
    ("CUBIC", "float32"): 1e-2,
    ("LANCZOS4", "float32"): 1e-2,
    ("LINEAR", "float64"): 1e-2,
    ("CUBIC", "float64"): 1e-2,
    ("LANCZOS4", "float64"): 1e-2,
    ("AREA", "float64"): 1e-4,
}


@dataclass(frozen=True)
class Pair:
    """An image and where it goes: ``dsize`` (width, height), or factors."""

    image: np.ndarray
    dsize: tuple[int, int] | None
    fx: float = 0.0
    fy: float = 0.0

    def __str__(self):
        return f"{self.image.shape} {self.image.dtype} -> dsize={self.dsize} fx={self.fx} fy={self.fy}"


@dataclass
class Count:
    """The outcome of many pairs."""

    pairs: int = 0
    samples: int = 0
    differing: int = 0
    largest: float = 0.0
    first: str = ""


@contextmanager
def ipp(use):
    """OpenCV on one thread, with or without Intel's library."""
    before = cv2.ipp.useIPP(), cv2.getNumThreads()
    cv2.ipp.setUseIPP(use)
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.ipp.setUseIPP(before[0])
        cv2.setNumThreads(before[1])


def values(rng, shape, dtype):
    """Noise, pure extremes, one constant, or a ramp; floats lie in 0..255."""
    dtype = np.dtype(dtype)
    low, high = (0, 1 if dtype.kind == "b" else 255)
    if dtype.kind in "iu":
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    kind = rng.integers(0, 8)
    if kind == 0:
        return rng.choice(np.array([low, high], np.float64), shape).astype(dtype)
    if kind == 1:
        return np.full(shape, high, dtype)
    if kind == 2:
        return np.linspace(low, high, int(np.prod(shape))).astype(dtype).reshape(shape)
    if dtype.kind == "f":
        return (rng.random(shape) * 255).astype(dtype)
    return rng.integers(low, high, shape, dtype=np.int64, endpoint=True).astype(dtype)


def sizes(rng):
    """(h, w, oh, ow) of one of eight kinds: tiny, half, whole factors, doubled, extreme aspect, one axis kept, any."""
    kind = rng.integers(0, 8)
    if kind == 0:
        return tuple(rng.integers(1, 4, 4))
    if kind == 1:
        h, w = rng.integers(1, 70, 2)
        return 2 * h, 2 * w, h, w
    if kind == 2:
        h, w, fy, fx = *rng.integers(1, 30, 2), *rng.integers(1, 6, 2)
        return h * fy, w * fx, h, w
    if kind == 3:
        h, w = rng.integers(1, 40, 2)
        return h, w, 2 * h, 2 * w
    if kind == 4:
        long = rng.integers(100, 301)
        shapes = [(2, long, long + 1, 2), (long, 2, 2, long + 1), (1, long, long, 1), (3, long, 1, 3 * long)]
        return shapes[rng.integers(0, 4)]
    if kind == 5:
        h, w, ow = rng.integers(1, 100, 3)
        return h, w, h, ow
    return tuple(rng.integers(1, 150, 4))


def random_pair(rng, dtype, most_channels):
    """One pair; every fourth is given by factors."""
    h, w, oh, ow = map(int, sizes(rng))
    shape = (h, w, int(rng.integers(1, most_channels + 1)))
    if rng.integers(0, 4):
        return Pair(values(rng, shape, dtype), (ow, oh))
    if rng.integers(0, 2):
        fx, fy = rng.choice([0.125, 0.25, 1 / 3, 0.5, 1.0, 1.5, 2.0, 3.0], 2)
    else:
        fx, fy = rng.uniform(0.2, 3.0, 2)
    fx, fy = max(float(fx), 0.6 / w), max(float(fy), 0.6 / h)
    return Pair(values(rng, shape, dtype), None, fx, fy)


def resize_opencv(pair, mode):
    """OpenCV's result with the channel axis that it drops."""
    number = getattr(cv2, f"INTER_{mode}")
    result = cv2.resize(pair.image, pair.dsize, fx=pair.fx, fy=pair.fy, interpolation=number)
    return result.reshape(*result.shape[:2], pair.image.shape[2])


def compare(mode, dtype, pairs, seed, *, use_ipp=True):
    """Resize ``pairs`` random images with both libraries and count the samples that differ."""
    rng = np.random.default_rng(seed)
    count = Count()
    with ipp(use_ipp):
        for _ in range(pairs):
            pair = random_pair(rng, dtype, 4 if mode == "AREA" else 5)
            ours = cyresize.resize(pair.image, pair.dsize, fx=pair.fx, fy=pair.fy, interpolation=mode)
            theirs = resize_opencv(pair, mode)
            assert ours.shape == theirs.shape and ours.dtype == theirs.dtype, f"{pair} {mode}: {theirs.shape}"
            count.pairs += 1
            count.samples += ours.size
            wrong = ours != theirs
            if wrong.any():
                count.differing += int(wrong.sum())
                count.largest = max(count.largest, float(np.abs(ours.astype(float) - theirs).max()))
                count.first = count.first or str(pair)
    return count


def main(pairs):
    """Print the table; the exit status tells whether every promise held."""
    failed = False
    print(f"OpenCV {cv2.__version__}, cyresize {cyresize.__version__} at level {cyresize.isa}")
    print(f"{'mode':14}{'dtype':9}{'IPP':5}{'pairs':>7}{'samples':>12}{'differing':>11}{'largest':>11}  promised")
    for mode, dtype in (*EXACT, *WITHIN):
        for use_ipp in (True, False):
            count = compare(mode, dtype, pairs, 0, use_ipp=use_ipp)
            promised = WITHIN.get((mode, dtype), 0)
            held = count.largest <= promised and (promised or not count.differing)
            failed |= not held
            print(
                f"{mode:14}{dtype:9}{'on' if use_ipp else 'off':5}{count.pairs:7}{count.samples:12}"
                f"{count.differing:11}{count.largest:11.4g}  {promised or 'identical'}{'' if held else '  FAILED'}"
            )
            if not held:
                print(f"    first: {count.first}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
