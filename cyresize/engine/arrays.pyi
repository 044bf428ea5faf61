from typing import Any

import numpy as np
from numpy.typing import NDArray

def plain_result(x: NDArray[Any], shape: tuple[int, ...], dtype: np.dtype[Any], axis: int) -> NDArray[Any] | None: ...
