"""Compares antialiased bytes with the real Pillow over many sizes; prints the level, the cases and how many differ.

Run as ``python pillow_parity.py``; CYRESIZE_ISA chooses the level.
"""

import numpy as np
from PIL import Image

import cyresize

FILTERS = {
    "LINEAR": Image.Resampling.BILINEAR,
    "CUBIC": Image.Resampling.BICUBIC,
    "LANCZOS4": Image.Resampling.LANCZOS,
}
# One tap and hundreds of them, and every remainder of four; rows of one pixel, and of one more than a register holds.
WIDTHS = [
    (1, 9),
    (2, 3),
    (9, 1),
    (16, 17),
    (33, 32),
    (40, 40),
    (64, 32),
    (60, 20),
    (90, 21),
    (131, 30),
    (300, 2),
    (700, 5),
]
# Four rows at once and a rest; enlarged, shrunk, kept, and shrunk by so much more than the width that it comes first.
HEIGHTS = [(1, 4), (7, 7), (5, 11), (13, 6), (64, 32), (90, 5), (800, 9)]


def pillow(image, size, mode):
    """Pillow's result, channel by channel."""
    planes = [Image.fromarray(np.ascontiguousarray(image[..., c])) for c in range(image.shape[2])]
    return np.stack([np.asarray(plane.resize(size, FILTERS[mode])) for plane in planes], -1)


def cases():
    """(mode, image, output size); noise of whole bytes, and of black and white, which is clipped."""
    rng = np.random.default_rng(7)
    for mode in FILTERS:
        for channels in (1, 2, 3, 4, 5, 17):
            for number, (w, ow) in enumerate(WIDTHS):
                for h, oh in HEIGHTS:
                    image = rng.integers(0, 256, (h, w, channels), dtype=np.uint8)
                    yield mode, np.where(image > 127, 255, 0).astype(np.uint8) if number % 3 == 0 else image, (ow, oh)


def main():
    total = different = 0
    for mode, image, size in cases():
        result = cyresize.resize(image, size, interpolation=mode, antialias=True, n_threads=1)
        total += 1
        different += not np.array_equal(result, pillow(image, size, mode))
    print(cyresize.isa, total, different)


if __name__ == "__main__":
    main()
