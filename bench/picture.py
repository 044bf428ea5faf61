"""The ratios of a result as a heat map: bytes of three channels on one thread, outputs fresh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.cases import MODES
from bench.report import Row, by_size, rows_of, times

SHOWN = ("uint8", 3, 1, False)


def ratios(rows: Sequence[Row]) -> tuple[list[str], list[str], np.ndarray]:
    """Modes, cases and their ratios for bytes of three channels on one thread; NaN where there is no cell."""
    picked = {}
    for row in rows:
        r = row.record
        if (r["dtype"], r["channels"], r["threads"], r["dst"]) == SHOWN and row.ratio is not None:
            if r["family"] == "resize":
                picked[r["mode"], r["case"]] = row.ratio
            elif r["family"] == "antialias":
                picked[f"{r['mode']}, antialias", r["case"]] = row.ratio
    order = [*MODES, *(f"{mode}, antialias" for mode in MODES)]
    modes = [mode for mode in order if any(mode == key[0] for key in picked)]
    cases = by_size(case for _, case in picked)
    return modes, cases, np.array([[picked.get((mode, case), np.nan) for case in cases] for mode in modes])


def draw(path: Path, result: Mapping[str, Any]) -> bool:
    """A heat map, blue where we are faster; False where the result has no cell for it."""
    modes, cases, values = ratios(rows_of(result))
    if not modes:
        return False
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.colors import TwoSlopeNorm

    figure, axes = plt.subplots(figsize=(1.5 + 0.95 * len(cases), 1.1 + 0.4 * len(modes)))
    logs = np.log2(values)
    axes.imshow(logs, cmap="RdBu", norm=TwoSlopeNorm(0, -3, 4), aspect="auto")
    for y, x in np.argwhere(~np.isnan(values)):
        colour = "white" if logs[y, x] > 2.4 or logs[y, x] < -1.8 else "black"
        axes.text(x, y, times(values[y, x]), ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(range(len(cases)), [case.replace("-", "\nto ") for case in cases], fontsize=7)
    axes.set_yticks(range(len(modes)), modes, fontsize=8)
    axes.xaxis.tick_top()
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_xlabel("time of the fastest peer over ours; uint8, 3 channels, 1 thread", fontsize=8)
    # No date and no random names: the same result is the same file.
    with plt.rc_context({"svg.hashsalt": "cyresize"}):
        figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    return True
