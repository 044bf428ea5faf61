"""The study of what a second thread costs and saves, as a table."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from bench import waking  # noqa: E402

RESULT = ROOT / "bench" / "results" / "waking.json"


def draw(folder: Path) -> None:
    """``waking.csv``."""
    with (folder / "waking.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(waking.table(waking.read(RESULT)))
