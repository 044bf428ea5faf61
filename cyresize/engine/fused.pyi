from collections.abc import Callable
from typing import Any

import numpy as np

class Place: ...
class Batch: ...

class Fused:
    def __init__(
        self,
        place: Callable[[int, int], tuple[int, int, int, int]],
        size: tuple[int, int],
        mode: int,
        antialias: bool,
        swap: bool,
        planes: bool,
        dtype: str,
        gain: tuple[float, ...],
        bias: tuple[float, ...],
        pad: tuple[float, ...],
    ) -> None: ...
    def run(self, images: Any, out: np.ndarray[Any, Any] | None, n_threads: int | None) -> np.ndarray[Any, Any]: ...
