from typing import Any

from numpy.typing import NDArray

def permute(source: NDArray[Any], target: NDArray[Any], threads: int) -> None: ...
