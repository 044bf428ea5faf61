from typing import Any

import numpy as np
import numpy.typing as npt

from cyresize.engine.plan import AxisPlan

ARITHMETIC: dict[str, int]

def plan_from(
    n_in: int, first: npt.NDArray[np.intp], values: npt.NDArray[np.float64], counts: npt.NDArray[np.intc]
) -> AxisPlan: ...
def resample_axes(
    src: np.ndarray[Any, Any],
    dst: np.ndarray[Any, Any],
    rows: AxisPlan,
    columns: AxisPlan | None,
    row_axis: int,
    column_axis: int,
    arithmetic: int,
    threads: int,
    keep: bool = True,
) -> None: ...
