from typing import Any

from numpy.typing import NDArray

_Axis = tuple[int, int, int, int, int, int]

def convolve_back(
    source: NDArray[Any],
    weight: NDArray[Any],
    bias: NDArray[Any] | None,
    target: NDArray[Any],
    axes: tuple[_Axis, _Axis, _Axis],
    groups: int,
    threads: int,
) -> None: ...
def convolve(
    source: NDArray[Any],
    weight: NDArray[Any],
    bias: NDArray[Any] | None,
    target: NDArray[Any],
    axes: tuple[_Axis, _Axis, _Axis],
    groups: int,
    threads: int,
) -> None: ...
