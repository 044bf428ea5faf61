"""The interpolation modes of ``resize``, with OpenCV's names and numbers."""

from enum import IntEnum


class Interpolation(IntEnum):
    """OpenCV's interpolation constants; ``resize`` takes a member, its number, or its name in any case."""

    NEAREST = 0
    LINEAR = 1
    CUBIC = 2
    AREA = 3
    LANCZOS4 = 4
    LINEAR_EXACT = 5
    NEAREST_EXACT = 6


INTER_NEAREST = Interpolation.NEAREST
INTER_LINEAR = Interpolation.LINEAR
INTER_CUBIC = Interpolation.CUBIC
INTER_AREA = Interpolation.AREA
INTER_LANCZOS4 = Interpolation.LANCZOS4
INTER_LINEAR_EXACT = Interpolation.LINEAR_EXACT
INTER_NEAREST_EXACT = Interpolation.NEAREST_EXACT
