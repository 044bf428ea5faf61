from typing import Any

from numpy.typing import NDArray

def upscale(
    source: NDArray[Any],
    weight: NDArray[Any],
    target: NDArray[Any],
    row: NDArray[Any],
    column: NDArray[Any],
    threads: int,
) -> None: ...
