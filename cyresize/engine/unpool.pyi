from typing import Any

from numpy.typing import NDArray

def unpool(
    source: NDArray[Any], index: NDArray[Any], target: NDArray[Any], fresh: bool, axes: int, threads: int
) -> int: ...
