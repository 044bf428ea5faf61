"""Results as one HTML page that needs nothing else: no network, no library, no file beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from bench.cases import OURS, Case
from bench.report import Row, by_size, excluded, group_table, groups_of, header, images_of, rows_of
from bench.run import wrong
from bench.timing import geometric_mean

PAGE = Path(__file__).parent / "page"
# Nothing may be fetched, whatever a result file contains.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def megapixels(record: Mapping[str, Any]) -> float:
    """Output pixels of a cell, in millions."""
    case = Case.parse(record["case"])
    return images_of(record) * case.out_height * case.out_width / 1e6


def contestant(entry: Mapping[str, Any]) -> list[float | None]:
    """What the page shows of a contestant: milliseconds, their quartiles, the largest and the mean error."""
    return [entry.get(name) for name in ("median", "low", "high", "max_error", "mean_error")]


def cell(row: Row) -> dict[str, Any]:
    """A row of the page."""
    record = row.record
    timed = {name: contestant(entry) for name, entry in record["contestants"].items() if "median" in entry}
    name, best = row.best or (None, None)
    found = {key: record[key] for key in ("family", "case", "mode", "dtype", "channels", "threads", "dst")}
    return found | {
        "ours": row.ours,
        "best": best,
        "who": name,
        "ratio": row.ratio,
        "copy": row.copy,
        "floor": row.ours / row.copy,
        "mps": 1e3 * megapixels(record) / row.ours,
        "error": timed[OURS][3],
        "mean": timed[OURS][4],
        "peer_error": timed[name][3] if name else None,
        "lost": row.lost,
        "below": row.bar.each if row.below else None,
        "timed": timed,
    }


def tiles(rows: list[Row]) -> list[tuple[str, str]]:
    """The few figures that stand on top."""
    ratios = [row.ratio for row in rows if row.ratio is not None]
    lost = sum(row.lost for row in rows)
    found = [(f"{len(rows)}", "cells measured"), (f"{lost}", "lost to some peer")]
    if ratios:
        found.insert(1, (f"{geometric_mean(ratios):.2f}", "the fastest peer's time over ours, geometric mean"))
    if rows:
        floor = geometric_mean([row.ours / row.copy for row in rows])
        found.append((f"{floor:.1f}", "our time over that of one copy, geometric mean"))
    return found


def content(result: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the page's script needs."""
    rows = rows_of(result)
    return {
        "header": header(result),
        "tiles": tiles(rows),
        "wrong": wrong(result["cells"]),
        "excluded": excluded(result),
        "groups": group_table(groups_of(rows)),
        "cases": by_size(row.record["case"] for row in rows),
        "ours": OURS,
        "cells": [cell(row) for row in rows],
    }


def short(value: Any) -> Any:
    """Floats with four significant digits, wherever they stand."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: short(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [short(entry) for entry in value]
    return value


def packed(everything: dict[str, Any]) -> dict[str, Any]:
    """The content with cells as rows: thousands of them would repeat every name."""
    cells = everything["cells"]
    columns = list(cells[0]) if cells else []
    rows = [[entry[name] for name in columns] for entry in cells]
    return dict(short(everything | {"columns": columns, "cells": rows}))


def embedded(value: Any) -> str:
    """JSON that cannot end the script element in which it stands."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def page(result: Mapping[str, Any]) -> str:
    """The whole page."""
    style, body, script = ((PAGE / name).read_text(encoding="utf-8") for name in ("style.css", "body.xml", "script.js"))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>cyresize: benchmark on {escape(result["environment"]["cpu"])}</title>
<style>
{style}</style>
</head>
<body>
{body}<script type="application/json" id="result">{embedded(packed(content(result)))}</script>
<script>
{script}</script>
</body>
</html>
"""


def write(path: Path, result: Mapping[str, Any]) -> None:
    """Write the page."""
    path.write_text(page(result), encoding="utf-8")
