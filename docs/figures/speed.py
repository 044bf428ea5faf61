"""The committed benchmark result with the most cells, as a picture and as text; a sentence where there is none."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from bench import html, picture, run  # noqa: E402
from bench.report import group_table, groups_of, header, rows_of  # noqa: E402

NONE = "This version comes without a measured result; the command above makes one.\n"


def committed(folder: Path) -> tuple[str, Mapping[str, Any]] | None:
    """The name and content of the result with the most cells."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append((path.name, run.read(path)))
        except (ValueError, json.JSONDecodeError):
            continue  # a study of another kind
    return max(found, key=lambda entry: len(entry[1]["cells"]), default=None)


def literal(field: str) -> str:
    """Text in which reStructuredText finds no markup."""
    return re.sub(r"([*_`|\\-])", r"\\\1", field)


def text(name: str, result: Mapping[str, Any]) -> str:
    """The section of the page."""
    lines = [f"From ``bench/results/{name}``:", "", *(f"| {literal(line)}" for line in header(result)), ""]
    lines += ["Every cell, losses first, in tables that sort: `the whole report <report.html>`__.", ""]
    lines += [".. container:: picture", "", "   .. image:: generated/speed.svg"]
    lines += ["      :alt: The fastest peer over ours, per mode and size.", ""]
    lines += ["Geometric means over all sizes and channel counts, against the aims of the project:", ""]
    lines += [".. list-table::", "   :header-rows: 1", "   :class: dense", ""]
    for row in group_table(groups_of(rows_of(result))):
        lines += [f"   {'* -' if k == 0 else '  -'} {literal(field)}".rstrip() for k, field in enumerate(row)]
    return "\n".join([*lines, ""])


def draw(folder: Path, results: Path = ROOT / "bench" / "results") -> None:
    """``speed.inc``, to be included, its picture, and the whole report as a page."""
    found = committed(results)
    if found is not None and picture.draw(folder / "speed.svg", found[1]):
        (folder / "speed.inc").write_text(text(*found), encoding="utf-8")
        html.write(folder / "report.html", found[1])
    else:
        (folder / "speed.inc").write_text(NONE, encoding="utf-8")
