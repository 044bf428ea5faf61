"""Results as Markdown: one page with every table, losses first, and one table for the README."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from bench.cases import ANTIALIASED_MODES, DTYPES, MODES, OURS
from bench.families import types
from bench.files import replace_between
from bench.report import (
    Row,
    by_size,
    cells_of,
    figure,
    gains_of,
    group_table,
    groups_of,
    header,
    images_of,
    rows_of,
    shortfall,
    times,
)
from bench.run import wrong
from bench.timing import geometric_mean

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
NOT_PEERS = ("cyresize", "numpy", "cython")
# What a verdict begins with that leaves no room for rounding.
EXACT = ("identical", "exact", "the loop's pixels")
SHUFFLES = ("pixel_shuffle", "pixel_unshuffle")
FUNCTIONS = ("max_pool2d", "max_unpool2d", "conv_transpose2d", "interpolate")
# Rows of the README's table: title, family, and the functions or modes; None stands for all.
KINDS: tuple[tuple[str, str, tuple[str, ...] | None], ...] = (
    *((f"`{mode}`", "resize", (mode,)) for mode in MODES),
    *((f"`{mode}`, antialias", "antialias", (mode,)) for mode in ANTIALIASED_MODES),
    ("`Preprocess`", "preprocess", None),
    ("pixel shuffle and back", "operations", SHUFFLES),
    *((f"`{name}`", "operations", (name,)) for name in FUNCTIONS),
    ("a folder of files", "folder", None),
)
# And of the table for other dtypes.
OTHER_KINDS = tuple((f"`{mode}`", "types", (mode,)) for mode in types.MODES)


def markdown_table(table: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table, the first column to the left."""
    head, *body = table
    rule = ["---"] + ["--:"] * (len(head) - 1)
    return ["| " + " | ".join(line) + " |" for line in (head, rule, *body)]


def section(rows: Sequence[Row]) -> list[str]:
    """Cases down, modes across: our milliseconds and how many times as fast that is."""
    picked = {(row.record["case"], row.record["mode"]): row for row in rows}
    modes = [mode for mode in MODES if any(mode == key[1] for key in picked)]
    cases = by_size(case for case, _ in picked)[::-1]

    def entry(case: str, mode: str) -> str:
        row = picked.get((case, mode))
        if row is None:
            return "-"
        ratio = "" if row.ratio is None else f" ({times(row.ratio)}x)"
        return f"**{figure(row.ours)}{ratio}**" if row.lost else f"{figure(row.ours)}{ratio}"

    table = [("h x w", *modes), *((case.replace("-", " → "), *(entry(case, mode) for mode in modes)) for case in cases)]
    return markdown_table(table)


def sections(rows: Iterable[Row]) -> Iterator[str]:
    """A table for every family, dtype, number of channels and of threads whose modes are OpenCV's, outputs fresh."""
    found: dict[tuple[str, str, int, int], list[Row]] = {}
    for row in rows:
        r = row.record
        if r["mode"] in MODES and not r["dst"]:
            found.setdefault((r["family"], r["dtype"], r["channels"], r["threads"]), []).append(row)
    for family, dtype, channels, threads in sorted(found, key=lambda key: (key[0] != "resize", *key[2:], key[1])):
        widened = ", antialiased" if family == "antialias" else ""
        count = f"{channels} channel{'s' * (channels > 1)}{widened}, {threads} thread{'s' * (threads > 1)}"
        yield from ("", f"### {dtype}, {count}", "", *section(found[family, dtype, channels, threads]))


def throughput(rows: Iterable[Row]) -> list[str]:
    """Images per second of everyone who makes batches, outputs fresh."""
    picked = [row for row in rows if row.record["family"] == "preprocess" and not row.record["dst"]]
    if not picked:
        return []
    names = sorted({name for row in picked for name in row.rivals})

    def rate(row: Row, time: float | None) -> str:
        return "-" if time is None else f"{1000 * images_of(row.record) / time:,.0f}"

    table = [("batch", "threads", OURS, *names)]
    for row in sorted(picked, key=lambda row: (row.record["threads"], row.record["case"], row.record["mode"])):
        r = row.record
        rates = [rate(row, time) for time in (row.ours, *map(row.rivals.get, names))]
        table.append((f"{r['case'].replace('-', ' → ')} {r['mode']}", str(r["threads"]), *rates))
    return ["", "## Images per second", "", "What `Preprocess` does, and others.", "", *markdown_table(table)]


def losses(rows: Sequence[Row]) -> list[str]:
    """Every lost cell."""
    lost = [row for row in rows if row.lost]
    if not lost:
        return [f"No peer was faster in any of the {len(rows)} cells."]
    columns = ("case", "mode", "dtype", "C", "threads", "ours ms", "peer ms", "peer", "ratio")
    table = [columns, *(cells_of(row)[:9] for row in lost)]
    return [f"Some peer was faster in {len(lost)} of {len(rows)} cells.", "", *markdown_table(table)]


def page(result: Mapping[str, Any]) -> str:
    """A page with every table, losses first."""
    rows = rows_of(result)
    lines = ["# Benchmark", "", *(f"{text}  " for text in header(result)), "", "## Losses", "", *losses(rows)]
    groups = groups_of(rows)
    if groups:
        lines += ["", "## Aims", "", "Geometric means and least ratios over all sizes and channels, outputs fresh.", ""]
        lines += markdown_table(group_table(groups))
        lines += ["", shortfall(rows), *below_bars(rows)]
    lines += gains(rows)
    lines += ["", "## Milliseconds", ""]
    lines.append("In brackets how many times as long the fastest other library takes; lost: bold.")
    return "\n".join([*lines, *sections(rows), *throughput(rows), ""])


def below_bars(rows: Iterable[Row]) -> list[str]:
    """Every cell below its bar: what is asked, what it does, and the most that memory leaves room for."""
    columns = ("case", "mode", "dtype", "C", "threads", "ours ms", "memory ms", "ratio", "asked", "at most")
    table = [columns]
    for row in rows:
        if row.below:
            fields = (figure(row.ours), figure(row.memory), *map(times, (row.bar_ratio, row.bar.each, row.most)))
            table.append((*row.label, *fields))
    return ["", *markdown_table(table)] if len(table) > 1 else []


def gains(rows: Sequence[Row]) -> list[str]:
    """What threads gain over one, measured in the same rounds, and where that is less than asked."""
    found = gains_of(rows)
    if not found:
        return []
    lines = ["", "## Threads", ""]
    columns = ("case", "mode", "dtype", "C", "1 thread ms", "ms", "memory ms", "gain", "at most", "GB/s")
    for entry in found:
        lines += [entry.text, ""]
        table = [columns]
        for row in entry.below:
            alone, moved = row.record["one_thread"]["median"], row.record["moved_bytes"]
            milliseconds = map(figure, (alone, row.ours, row.memory))
            rate = f"{moved / row.ours / 1e6:.1f}"
            table.append((*row.label[:4], *milliseconds, times(row.gain), times(row.most_gain), rate))
        if len(table) > 1:
            lines += [*markdown_table(table), ""]
    return [*lines, "GB/s: bytes of the source and the result over the time. Memory: a loop that only moves them."]


def kind_ratios(rows: Iterable[Row], family: str, names: Collection[str] | None) -> dict[tuple[str, int], list[float]]:
    """Ratios to the fastest of all peers by dtype and threads, for one row of the README's table."""
    found: dict[tuple[str, int], list[float]] = {}
    for row in rows:
        r = row.record
        if r["family"] == family and (names is None or r["mode"].split()[0] in names) and row.ratio is not None:
            found.setdefault((r["dtype"], r["threads"]), []).append(row.ratio)
    return found


def summary_table(
    rows: Sequence[Row], of: Sequence[tuple[str, str, tuple[str, ...] | None]] = KINDS
) -> list[tuple[str, ...]]:
    """Kinds of work down; geometric mean and least ratio across, and how many cells are lost."""
    kinds = {title: kind_ratios(rows, family, names) for title, family, names in of}
    measured = {key for found in kinds.values() for key in found}
    columns = sorted(measured, key=lambda key: ((*DTYPES, *types.DTYPES).index(key[0]), key[1]))
    heads = [f"{dtype}, {threads} thread{'s' * (threads > 1)}" for dtype, threads in columns]
    table: list[tuple[str, ...]] = [("", *heads, "lost")]
    for title, found in kinds.items():
        if found:
            ratios = [ratio for group in found.values() for ratio in group]
            lost = f"{sum(ratio < 1 for ratio in ratios)} of {len(ratios)}"
            table.append((title, *(mean_and_least(found.get(key)) for key in columns), lost))
    return table


def mean_and_least(ratios: Sequence[float] | None) -> str:
    """A field of the README's table."""
    return f"**{times(geometric_mean(ratios))}** ({times(min(ratios))})" if ratios else ""


def wrapped(text: str) -> str:
    """A paragraph in lines."""
    return fill(text, 120, break_long_words=False, break_on_hyphens=False)


def summary(result: Mapping[str, Any], result_path: str) -> str:
    """The README's section, without its markers; the whole report stands beside ``result_path``."""
    rows = rows_of(result)
    contested = [row for row in rows if row.ratio is not None]
    lost = sum(row.lost for row in contested)
    same = sum(row.record["contestants"][OURS]["expected"].startswith(EXACT) for row in rows)
    mistakes = len(wrong(result["cells"]))
    right = f"{same} of them to the bit, the others within their rounding of exact arithmetic"
    verdict = f"{mistakes} RESULTS OF OURS WERE WRONG" if mistakes else f"All results of cyresize were right, {right}"
    stem = result_path.removesuffix(".json")
    e = result["environment"]
    peers = ", ".join(f"{name} {version}" for name, version in e["versions"].items() if name not in NOT_PEERS)
    paragraphs = (
        f"{len(rows)} cells on {e['cpu']} ({e['cpus']} CPUs, instruction level {e['isa']}) against {peers}. {verdict}.",
        "How many times as long the fastest other library takes: geometric mean over all sizes and channel counts, and "
        "in brackets the least.",
        f"Some library was faster in {lost} of {len(contested)} cells: they stand first in the [report]({stem}.html), "
        f"a page to open in a browser ([as text]({stem}.md), [as JSON]({result_path})).",
    )
    first, second, last = (wrapped(text) for text in paragraphs)
    lines = [first, "", second, ""]
    for heading, kinds in ((), KINDS), (("Other dtypes, against OpenCV:", ""), OTHER_KINDS):
        table = summary_table(rows, kinds)
        if len(table) > 1:
            lines += [*heading, *markdown_table(table), ""]
    for entry in gains_of(rows):
        lines += [wrapped(entry.text), ""]
    return "\n".join([*lines, last])


def write_readme(path: Path, text: str) -> None:
    """Replace what stands between the markers of ``path``; ValueError unless both stand there once, in order."""
    replace_between(path, BEGIN, END, text)
