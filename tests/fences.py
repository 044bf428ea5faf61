"""Resizes images that begin and end at protected pages: a read or write beyond them ends the process.

Run as ``python fences.py``; CYRESIZE_ISA chooses the level. Prints the number of calls; after a crash the last line of
stderr is the case. ``python fences.py probe`` reads one byte too far on purpose.
"""

import ctypes
import mmap
import sys

import numpy as np

import cyresize

DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64"]
CHANNELS = [1, 2, 3, 4, 5, 8, 16, 33]
MODES = [mode.name for mode in cyresize.Interpolation]
ANTIALIASED = ["LINEAR", "CUBIC", "LANCZOS4"]

# Source samples per output sample, in width and height: enlarge, shrink, exact double, half, third; each axis alone.
SCALES = [
    *((0.37, 0.6), (0.5, 0.5), (2.0, 2.0), (3.0, 3.0), (1.3, 1.9), (7.7, 1.2), (1.0, 2.5), (1.7, 1.0), (0.8, 3.1)),
    *((5.0, 5.0), (6.0, 2.0), (2.0, 7.0), (36.0, 32.0)),
]
WIDTHS = [1, 2, 3, 5, 7, 8, 11, 15, 16, 17, 21, 31, 32, 33, 43, 64, 65, 100, 129]
MOST = 1 << 20  # elements of a source


class Fence:
    """Memory between two pages that nobody may touch."""

    def __init__(self, size):
        page = mmap.PAGESIZE
        self.size = -(-size // page) * page
        self.memory = mmap.mmap(-1, self.size + 2 * page)
        self.bytes = np.frombuffer(self.memory, np.uint8)[page : page + self.size]
        protect = ctypes.CDLL(None, use_errno=True).mprotect
        protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        for address in (self.bytes.ctypes.data - page, self.bytes.ctypes.data + self.size):
            if protect(address, page, 0) != 0:
                raise OSError(ctypes.get_errno(), "mprotect failed")

    def array(self, shape, dtype, at_end):
        """An array that ends, or begins, at a protected page."""
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        part = self.bytes[self.size - size :] if at_end else self.bytes[:size]
        return part.view(dtype).reshape(shape)


def cases():
    """(mode, antialias, dtype, source shape, output shape)."""
    for antialias in (False, True):
        for mode in ANTIALIASED if antialias else MODES:
            for dtype in DTYPES:
                for channels in CHANNELS:
                    for number, ow in enumerate(WIDTHS):
                        # Each width meets a third of the scales, another third per number of channels.
                        for sx, sy in SCALES[(number + channels) % 3 :: 3]:
                            oh = 1 + (number + channels) % 4
                            w, h = max(round(ow * sx), 1), max(round(oh * sy), 1)
                            if h * w * channels <= MOST:
                                yield mode, antialias, dtype, (h, w, channels), (oh, ow, channels)
                # Rows of the ring that the nearest cache does not hold are blended strip by strip.
                yield mode, antialias, dtype, (4, 1500, 4), (7, 2731, 4)


def main():
    source, target = Fence(8 * MOST), Fence(MOST)
    source.bytes.fill(100)  # a finite number in every dtype
    calls = 0
    for number, (mode, antialias, dtype, shape, out) in enumerate(cases()):
        # The end is where vectors run over; every other case is tried at the beginning too.
        for at_end in (True, False)[: 1 + number % 2]:
            src = source.array(shape, dtype, at_end)
            dst = target.array(out, dtype, at_end)
            print(mode, antialias, dtype, shape, out, "end" if at_end else "begin", file=sys.stderr)
            cyresize.resize(src, (out[1], out[0]), dst, interpolation=mode, antialias=antialias, n_threads=1)
            calls += 1
    print(cyresize.isa, calls)


def probe():
    """One byte beyond the end: must not survive."""
    fence = Fence(100)
    print(ctypes.string_at(fence.bytes.ctypes.data + fence.size, 1))


if __name__ == "__main__":
    probe() if sys.argv[1:] == ["probe"] else main()
