"""The accuracy study's committed result, as a picture and as a table."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import matplotlib.pyplot as plt

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from bench import accuracy  # noqa: E402
from bench.cases import OURS  # noqa: E402

RESULT = ROOT / "bench" / "results" / "accuracy.json"


def draw(folder: Path) -> None:
    """Shares of samples that are not correctly rounded, a panel per mode; and ``accuracy.csv``."""
    entries = accuracy.read(RESULT)["entries"]
    with (folder / "accuracy.csv").open("w", newline="", encoding="utf-8") as file:
        # A hyphen alone would begin a list.
        csv.writer(file).writerows(
            [
                field.removesuffix(" %").replace("other definition", "other").replace("-", "\N{MINUS SIGN}")
                for field in row
            ]
            for row in accuracy.table(entries)[1:]
        )
    same = [entry for entry in entries if "other" not in entry]
    titles = list(dict.fromkeys(map(accuracy.title, same)))
    figure, grid = plt.subplots(2, -(-len(titles) // 2), figsize=(11, 4.6))
    for axes in grid.flat[len(titles) :]:
        axes.axis("off")
    for axes, title in zip(grid.flat, titles, strict=False):
        chosen = sorted(
            (entry for entry in same if accuracy.title(entry) == title), key=lambda e: -e["noise"]["misrounded"]
        )
        names = [entry["library"] for entry in chosen]
        shares = [100 * entry["noise"]["misrounded"] for entry in chosen]
        axes.barh(names, shares, color=["#0b63a5" if name == OURS else "#9aa5ae" for name in names])
        axes.set_title(title, fontsize=9)
        axes.set_xlim(0, 42)
        axes.tick_params(labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    figure.supxlabel("samples that are not correctly rounded, %, on uniform noise", fontsize=9)
    figure.tight_layout()
    figure.savefig(folder / "accuracy.svg")
    plt.close(figure)
