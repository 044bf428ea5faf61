"""Resamples axes of arrays that begin and end at protected pages: a read or write beyond them ends the process.

Run as ``python axes_fences.py``; CYRESIZE_ISA chooses the level. Prints the level, the number of calls and a digest of
all results; after a crash the last line of stderr is the case.
"""

import sys
import zlib

import numpy as np
from fences import Fence

import cyresize

# (shape, axes, size): one axis in the middle, first and last, two apart and adjacent, three, with and without channels.
CASES = [
    ((5, 33), (1,), (47,)),
    ((5, 33), (0,), (3,)),
    ((3, 17, 4), (1,), (40,)),
    ((3, 17, 4), (0, 2), (5, 9)),
    ((2, 3, 9, 21), (2, 3), (5, 64)),
    ((2, 3, 9, 21), (2, 3), (17, 7)),
    ((2, 9, 21, 3), (1, 2), (9, 40)),
    ((2, 9, 21, 3), (1, 2), (14, 21)),
    ((7, 5, 6, 4), (0, 1, 2), (3, 8, 11)),
    ((1, 2, 1), (0, 1), (1, 4)),
    ((1, 1), (0, 1), (3, 70)),
]
MODES = [("nearest", False), ("linear", False), ("cubic", False), ("lanczos3", True), ("area", False)]
DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64"]


def main():
    source, target = Fence(1 << 16), Fence(1 << 16)
    calls, digest = 0, 0
    for number, (shape, axes, size) in enumerate(CASES):
        for mode, antialias in MODES:
            for like in ("onnx", "tensorflow", "pillow"):
                for dtype in DTYPES:
                    stored = "float32" if like == "tensorflow" and mode != "nearest" else dtype
                    grown = list(shape)
                    for axis, n in zip(axes, size, strict=True):
                        grown[axis] = n
                    for at_end in (True, False):
                        x = source.array(shape, dtype, at_end)
                        x[...] = (np.random.default_rng(number).random(shape) * 100).astype(dtype)
                        out = target.array(grown, stored, at_end)
                        print(shape, axes, size, mode, like, dtype, "end" if at_end else "begin", file=sys.stderr)
                        options = {"like": like, "antialias": antialias or None, "n_threads": 1 + number % 2}
                        cyresize.resample(x, size, axes=axes, mode=mode, out=out, **options)
                        digest = zlib.crc32(out.tobytes(), digest)
                        calls += 1
    print(cyresize.isa, calls, digest)


if __name__ == "__main__":
    main()
