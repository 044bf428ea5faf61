from typing import Any, SupportsIndex

import numpy as np

from cyresize.interpolation import Interpolation

def resize(
    src: np.ndarray[Any, Any],
    dsize: tuple[SupportsIndex, SupportsIndex] | None = None,
    dst: np.ndarray[Any, Any] | None = None,
    fx: float = 0.0,
    fy: float = 0.0,
    interpolation: Interpolation | int | str = ...,
    *,
    antialias: bool = False,
    n_threads: int | None = None,
) -> np.ndarray[Any, Any]: ...
