"""Image resampling for NumPy arrays on the CPU: OpenCV's pixels, sooner.

>>> import numpy as np, cyresize
>>> image = np.zeros((1080, 1920, 3), np.uint8)
>>> cyresize.resize(image, (600, 400)).shape
(400, 600, 3)
"""

from cyresize.engine.dispatch import isa
from cyresize.interpolation import (
    INTER_AREA,
    INTER_CUBIC,
    INTER_LANCZOS4,
    INTER_LINEAR,
    INTER_LINEAR_EXACT,
    INTER_NEAREST,
    INTER_NEAREST_EXACT,
    Interpolation,
)
from cyresize.opencv import resize
from cyresize.parallelism import get_num_threads, set_num_threads, threads
from cyresize.preprocessing import Preprocess
from cyresize.resampling import resample

__version__ = "0.1.0"

__all__ = [
    "INTER_AREA",
    "INTER_CUBIC",
    "INTER_LANCZOS4",
    "INTER_LINEAR",
    "INTER_LINEAR_EXACT",
    "INTER_NEAREST",
    "INTER_NEAREST_EXACT",
    "Interpolation",
    "Preprocess",
    "__version__",
    "get_num_threads",
    "isa",
    "resample",
    "resize",
    "set_num_threads",
    "threads",
]
