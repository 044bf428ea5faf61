"""Prints a hash of Preprocess's result for every case of a grid, as JSON, with images and tensors at protected pages.

Run as ``python tensors.py [threads...]``; CYRESIZE_ISA chooses the level. A read or write beyond an array ends the
process; the last line of stderr is then the case.
"""

import json
import sys
import zlib

import numpy as np
from digests import digest
from fences import Fence

import cyresize

WIDTHS = [1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 64, 100]
SOURCES = [(4, 5), (7, 64), (40, 37), (3, 300)]
MODES = [("LINEAR", False), ("NEAREST", False), ("AREA", False), ("CUBIC", False), ("LANCZOS4", True)]
FITS = ["stretch", "contain", "cover", "shortest"]


def cases():
    """(name, source shape and dtype, Preprocess without threads) of every case."""
    number = 0
    for width in WIDTHS:
        for source in SOURCES:
            for mode, antialias in MODES:
                for c in (1, 3, 4):
                    number += 1
                    options = {
                        "size": (width, 1 + number % 5),
                        "fit": FITS[number % 4],
                        "interpolation": mode,
                        "antialias": antialias,
                        "swap_rb": number % 3 == 0,
                        "mean": 0.4,
                        "std": 0.3,
                        "layout": ("NCHW", "NHWC")[number // 4 % 2],
                        "dtype": ("float32", "float16", "uint8")[number % 3],
                        "scale": None if number % 3 < 2 else 100,
                        "pad_value": 9,
                    }
                    yield f"{number}", (*source, c), ("uint8", "float32", "uint8", "float16")[number // 2 % 4], options
    for layout in ("NCHW", "NHWC"):
        yield f"large {layout}", (150, 260, 3), "uint8", {"size": (224, 200), "fit": "contain", "layout": layout}


def main(threads):
    source, target = Fence(1 << 18), Fence(1 << 20)
    results = {}
    for name, shape, dtype, options in cases():
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        pre = [cyresize.Preprocess(**options, n_threads=n) for n in threads]
        expected = pre[0](values := rng.integers(0, 256, shape).astype(dtype))
        results[name] = [digest(expected)]
        for at_end in (True, False):
            image = source.array(shape, dtype, at_end)
            image[...] = values
            out = target.array(expected.shape, expected.dtype, at_end)
            print(name, shape, dtype, options, "end" if at_end else "begin", file=sys.stderr)
            results[name] += [digest(one(image, out=out)) for one in pre]
    json.dump({"isa": cyresize.isa, "results": results}, sys.stdout)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1])
