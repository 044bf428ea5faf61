"""The committed benchmark result with the most cells, as a picture and as text; a sentence where there is none."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from bench import run  # noqa: E402
from bench.cases import MODES  # noqa: E402
from bench.report import Row, area_of, group_table, groups_of, header, rows_of, times  # noqa: E402

NONE = "This version comes without a measured result; the command above makes one.\n"
SHOWN = ("uint8", 3, 1, False)


def committed(folder: Path) -> tuple[str, Mapping[str, Any]] | None:
    """The name and content of the result with the most cells."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append((path.name, run.read(path)))
        except (ValueError, json.JSONDecodeError):
            continue  # a study of another kind
    return max(found, key=lambda entry: len(entry[1]["cells"]), default=None)


def ratios(rows: list[Row]) -> tuple[list[str], list[str], np.ndarray]:
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
    cases = sorted({case for _, case in picked}, key=area_of)
    return modes, cases, np.array([[picked.get((mode, case), np.nan) for case in cases] for mode in modes])


def literal(field: str) -> str:
    """Text in which reStructuredText finds no markup."""
    return re.sub(r"([*_`|\\-])", r"\\\1", field)


def text(name: str, result: Mapping[str, Any]) -> str:
    """The section of the page."""
    lines = [f"From ``bench/results/{name}``:", "", *(f"| {literal(line)}" for line in header(result)), ""]
    lines += [".. image:: generated/speed.svg", "   :alt: The fastest peer over ours, per mode and size.", ""]
    lines += ["Geometric means over all sizes and channel counts, against the aims of the project:", ""]
    lines += [".. list-table::", "   :header-rows: 1", ""]
    for row in group_table(groups_of(rows_of(result))):
        lines += [f"   {'* -' if k == 0 else '  -'} {literal(field)}".rstrip() for k, field in enumerate(row)]
    return "\n".join([*lines, ""])


def picture(path: Path, result: Mapping[str, Any]) -> None:
    """A heat map, blue where we are faster."""
    import matplotlib.pyplot as plt
    from matplotlib.colors import TwoSlopeNorm

    modes, cases, values = ratios(rows_of(result))
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
    figure.savefig(path, bbox_inches="tight")
    plt.close(figure)


def draw(folder: Path, results: Path = ROOT / "bench" / "results") -> None:
    """``speed.inc``, to be included, and its picture."""
    found = committed(results)
    if found is not None and ratios(rows_of(found[1]))[0]:
        picture(folder / "speed.svg", found[1])
        (folder / "speed.inc").write_text(text(*found), encoding="utf-8")
    else:
        (folder / "speed.inc").write_text(NONE, encoding="utf-8")
