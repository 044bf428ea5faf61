from typing import Any

from numpy.typing import NDArray

_Axis = tuple[int, int, int, int, int, int]

def unfold(
    source: NDArray[Any], columns: NDArray[Any], axes: tuple[_Axis, _Axis, _Axis], band: tuple[int, int], threads: int
) -> None: ...
def fold(
    columns: NDArray[Any],
    target: NDArray[Any],
    bias: NDArray[Any] | None,
    axes: tuple[_Axis, _Axis, _Axis],
    band: tuple[int, int],
    threads: int,
) -> None: ...
