from typing import Any, final

from numpy.typing import NDArray

@final
class Windows: ...

def regular(n_in: int, n_out: int, taps: int, stride: int, dilation: int, before: int, after: int) -> Windows: ...
def spans(n_in: int, start: NDArray[Any], count: NDArray[Any]) -> Windows: ...
def pool(
    op: int,
    source: NDArray[Any],
    target: NDArray[Any],
    index: NDArray[Any] | None,
    z: Windows,
    y: Windows,
    x: Windows,
    axes: int,
    threads: int,
    *,
    include_pad: bool = True,
    divisor: float = 0.0,
    scale: float = 1.0,
    power: float = 1.0,
    absolute: bool = False,
    precise: bool = False,
    index_times: int = 1,
    index_image: int = 0,
    index_channel: int = 0,
) -> None: ...
