"""Results as rows and groups, and as text for a terminal, losses first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.bars import EFFICIENCY, NOISE, Bar, bar_of
from bench.cases import OURS, Case
from bench.families.folder import FILES
from bench.run import wrong
from bench.timing import geometric_mean

LABELS = ("case", "mode", "dtype", "C", "thr")
LARGE = 1080 * 1920  # pixels
TEXT_COLUMNS = frozenset({0, 1, 2, 7, 13})
HEADINGS = (*LABELS, "ours ms", "best peer ms", "who", "ratio", "copy ms", "x copy", "error", "peer's", "below bar")


def images_of(record: Mapping[str, Any]) -> int:
    """How many images a cell works through: a folder's files, or what ``x32`` at the end of a mode says."""
    if record["family"] == "folder":
        return FILES
    match = re.search(r" x(\d+)$", record["mode"])
    return int(match[1]) if match else 1


@dataclass(frozen=True)
class Row:
    """A cell in which our result was right: its times in milliseconds."""

    record: Mapping[str, Any]
    bar: Bar
    ours: float
    rivals: Mapping[str, float]

    @property
    def best(self) -> tuple[str, float] | None:
        """The fastest other contestant."""
        return min(self.rivals.items(), key=lambda entry: entry[1], default=None)

    @property
    def ratio(self) -> float | None:
        """The fastest other contestant's time over ours."""
        return self.best[1] / self.ours if self.best else None

    @property
    def bar_ratio(self) -> float | None:
        """The ratio that the bar is about: to the fastest of its peers."""
        times = [time for name, time in self.rivals.items() if not self.bar.peers or name in self.bar.peers]
        return min(times) / self.ours if times else None

    @property
    def lost(self) -> bool:
        """Whether some other contestant is faster."""
        return self.ratio is not None and self.ratio < 1

    @property
    def below(self) -> bool:
        """Whether the cell is under what its bar asks of each, with some room for noise."""
        asked, got = self.bar.each, self.bar_ratio
        return not self.record["dst"] and asked is not None and got is not None and got < asked * (1 - NOISE)

    @property
    def copy(self) -> float:
        """Milliseconds that moving the bytes alone takes."""
        return float(self.record["copy"]["median"])

    @property
    def memory(self) -> float | None:
        """Milliseconds that a loop takes which reads and writes as much and does nothing else; None if not timed."""
        limit = self.record.get("memory")
        return float(limit["median"]) if limit else None

    @property
    def most(self) -> float | None:
        """The largest ratio that memory leaves room for, as the bar counts it."""
        got = self.bar_ratio
        return None if got is None or self.memory is None else got * self.ours / self.memory

    @property
    def out_of_reach(self) -> bool:
        """Whether memory alone takes so long that nobody could do what the bar asks."""
        return self.below and self.most is not None and self.most < (self.bar.each or 0) * (1 - NOISE)

    @property
    def gain(self) -> float | None:
        """How many times as fast ours is with its threads as with one."""
        alone = self.record.get("one_thread")
        return float(alone["median"]) / self.ours if alone else None

    @property
    def most_gain(self) -> float | None:
        """The largest gain from threads that memory leaves room for."""
        alone = self.record.get("one_thread")
        return None if alone is None or self.memory is None else float(alone["median"]) / self.memory

    @property
    def large(self) -> bool:
        """Whether an image has as many pixels as one of 1080p."""
        case = Case.parse(self.record["case"])
        return max(case.height * case.width, case.out_height * case.out_width) >= LARGE

    @property
    def label(self) -> tuple[str, ...]:
        """Case, mode, dtype, channels and threads as text."""
        r = self.record
        mode = r["mode"] if r["family"] == "resize" else f"{r['family']} {r['mode']}"
        return r["case"], mode + (" dst" if r["dst"] else ""), r["dtype"], str(r["channels"]), str(r["threads"])


def rows_of(result: Mapping[str, Any]) -> list[Row]:
    """The rows of a result: lost cells first, then by ratio, those without a rival last."""
    rows = []
    for record in result["cells"]:
        times = {name: entry["median"] for name, entry in record["contestants"].items() if "median" in entry}
        ours = times.pop(OURS, None)
        if ours is not None:
            rows.append(Row(record, bar_of(record), ours, times))
    return sorted(rows, key=lambda row: (row.ratio is None, row.ratio or 0))


def area_of(case: str) -> int:
    """Pixels of a case, source and output, to sort by."""
    sizes = Case.parse(case)
    return sizes.height * sizes.width + sizes.out_height * sizes.out_width


def by_size(cases: Iterable[str]) -> list[str]:
    """Each case once, the smallest first; a shrink before its reverse, so that pages do not depend on the run."""
    return sorted(set(cases), key=lambda case: (area_of(case), -Case.parse(case).height * Case.parse(case).width))


def figure(value: float | None) -> str:
    """Three significant digits, without an exponent."""
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}".rstrip(".") if value >= 1e-3 else f"{value:.5f}"


def times(value: float | None) -> str:
    """A ratio."""
    return "-" if value is None else f"{value:.2f}"


def cells_of(row: Row) -> tuple[str, ...]:
    """A row of the terminal's table."""
    who, best = row.best or ("-", None)
    entries = row.record["contestants"]
    errors = (entries[name].get("max_error") if name in entries else None for name in (OURS, who))
    measured = (figure(row.ours), figure(best), who, times(row.ratio), figure(row.copy), times(row.ours / row.copy))
    below = f"{times(row.bar_ratio)} < {times(row.bar.each)}" if row.below else ""
    below += f", at most {times(row.most)}" if row.below and row.most else ""
    return (*row.label, *measured, *("-" if error is None else f"{error:.3g}" for error in errors), below)


def aligned(table: Sequence[Sequence[str]], text_columns: frozenset[int] = TEXT_COLUMNS) -> Iterator[str]:
    """Lines of a table with columns of equal width, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        yield "  ".join(
            text.ljust(width) if k in text_columns else text.rjust(width)
            for k, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()


@dataclass(frozen=True)
class Group:
    """The cells of a bar with one thread count."""

    bar: Bar
    threads: int
    rows: tuple[Row, ...]

    @property
    def ratios(self) -> list[float]:
        """The ratios that count, as far as there is a peer."""
        return [row.bar_ratio for row in self.rows if row.bar_ratio is not None]

    @property
    def verdict(self) -> str:
        """Whether the mean and every cell are where the bar asks, or could not be."""
        if self.bar.mean is None:
            return ""
        below = [row for row in self.rows if row.below]
        if geometric_mean(self.ratios) < self.bar.mean or not all(row.out_of_reach for row in below):
            return "MISSED"
        return "at the limit" if below else "met"


def groups_of(rows: Iterable[Row]) -> list[Group]:
    """Cells by bar and threads, without those that reuse their output: bars are about fresh ones."""
    found: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        if not row.record["dst"] and row.bar_ratio is not None:
            found.setdefault((row.bar.name, row.record["threads"]), []).append(row)
    groups = [Group(members[0].bar, threads, tuple(members)) for (_, threads), members in found.items()]
    return sorted(groups, key=lambda group: (group.bar.mean is None, group.bar.name, group.threads))


def shortfall(rows: Iterable[Row]) -> str:
    """How many cells are below their bar, and in how many of them nobody could meet it."""
    barred = [row for group in groups_of(rows) for row in group.rows if row.bar.each is not None]
    below = [row for row in barred if row.below]
    text = f"{len(below)} of {len(barred)} cells that have a bar are below it."
    if any(row.memory for row in below):
        beyond = sum(row.out_of_reach for row in below)
        text += (
            f" In {beyond} of them nobody could meet it: a loop that reads what has to be read and writes as much as "
            "the result, and calculates nothing, takes too long for that."
        )
    return text


def group_table(groups: Iterable[Group]) -> list[tuple[str, ...]]:
    """Groups as rows of text, with a heading."""
    table: list[tuple[str, ...]] = [("group", "thr", "cells", "mean", "bar", "least", "bar", "below", "lost", "aim")]
    for group in groups:
        bar = group.bar
        below, lost = sum(row.below for row in group.rows), sum(row.lost for row in group.rows)
        table.append(
            (
                bar.name,
                str(group.threads),
                str(len(group.rows)),
                times(geometric_mean(group.ratios)),
                times(bar.mean),
                times(min(group.ratios)),
                times(bar.each),
                str(below),
                str(lost),
                group.verdict,
            )
        )
    return table


@dataclass(frozen=True)
class Gains:
    """What threads gain over one where images are large."""

    threads: int
    rows: tuple[Row, ...]

    @property
    def ratios(self) -> list[float]:
        """The gain of each cell."""
        return [row.gain for row in self.rows if row.gain is not None]

    @property
    def mean(self) -> float:
        """The geometric mean of all."""
        return geometric_mean(self.ratios)

    @property
    def least(self) -> float:
        """The smallest one."""
        return min(self.ratios)

    @property
    def bar(self) -> float:
        """What is asked of each."""
        return EFFICIENCY * self.threads

    @property
    def below(self) -> list[Row]:
        """Cells under what is asked of each, with room for noise, the worst first."""
        limit = self.bar * (1 - NOISE)
        return sorted((row for row in self.rows if (row.gain or 0) < limit), key=lambda row: row.gain or 0)

    @property
    def text(self) -> str:
        """A sentence."""
        return (
            f"On images of 1080p and more {self.threads} threads are {times(self.mean)} times as fast as one: the "
            f"geometric mean of {len(self.rows)} cells, of which {len(self.below)} are below "
            f"{self.bar * (1 - NOISE):.2f}, the least at {times(self.least)}.{self.reason}"
        )

    @property
    def reason(self) -> str:
        """How many of those below could not be above."""
        if not any(row.memory for row in self.below):
            return ""
        bound = sum((row.most_gain or self.bar) < self.bar * (1 - NOISE) for row in self.below)
        return f" In {bound} of these, moving the bytes with as many threads takes too long for more."


def gains_of(rows: Iterable[Row]) -> list[Gains]:
    """Gains of two threads and of each larger count that was measured; 0.9 of the count is asked."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        if row.gain is not None and row.large:
            found.setdefault(row.record["threads"], []).append(row)
    return [Gains(threads, tuple(members)) for threads, members in sorted(found.items())]


def header(result: Mapping[str, Any]) -> list[str]:
    """Where and with what this was measured."""
    e = result["environment"]
    versions = ", ".join(f"{name} {version}" for name, version in e["versions"].items())
    lines = [
        f"{e['cpu']}, {e['cpus']} CPUs, {', '.join(e['caches'])}; instruction level {e['isa']}",
        f"{e['system']}; {e['python']}; {e['compiler']}; revision {e['revision']}; load {e['load']}",
        versions,
    ]
    if result.get("missing"):
        lines.append(f"not installed, so not compared: {', '.join(result['missing'])}")
    return lines


def excluded(result: Mapping[str, Any]) -> list[str]:
    """Contestants that were not timed, with the worst or first reason per library, family, mode and dtype."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for record in result["cells"]:
        what = f"{record['family']} {record['mode']} {record['dtype']}"
        for name, entry in record["contestants"].items():
            if name != OURS and not entry.get("met"):
                found.setdefault((name, what), []).append(entry)
    lines = []
    for (name, what), entries in sorted(found.items()):
        worst = max(entries, key=lambda entry: entry.get("max_error", 0))
        lines.append(f"{name}: {what}, {len(entries)} cells: {complaint(worst)}")
    return lines


def complaint(entry: Mapping[str, Any]) -> str:
    """Why a contestant was not timed."""
    if "refused" in entry:
        return str(entry["refused"])
    detail = entry.get("note") or f"error up to {entry['max_error']:.4g}"
    return f"{detail}, not {entry['expected']}"


def terminal(result: Mapping[str, Any], limit: int | None = None) -> str:
    """The whole report for a terminal; ``limit`` cuts the table after that many cells, but never one lost or below."""
    rows = rows_of(result)
    lost = sum(row.lost for row in rows)
    shown = [row for k, row in enumerate(rows) if limit is None or k < limit or row.lost or row.below]
    lines = [*header(result), ""]
    mistakes = wrong(result["cells"])
    if mistakes:
        lines += ["WRONG RESULTS OF OURS:", *mistakes, ""]
    lines += aligned([HEADINGS, *map(cells_of, shown)])
    if len(shown) < len(rows):
        lines.append(f"... and {len(rows) - len(shown)} cells that are neither lost nor below their bar")
    groups = groups_of(rows)
    if groups:
        lines += ["", "Geometric means of (fastest peer of the bar) / ours:"]
        lines += aligned(group_table(groups), frozenset({0, 9}))
        lines += ["", shortfall(rows)]
    for gains in gains_of(rows):
        lines += ["", gains.text]
    out = excluded(result)
    if out:
        lines += ["", "Not timed, as the result was refused or not right:", *out]
    lines += ["", f"{len(rows)} cells, {lost} of them lost to the fastest of all peers."]
    return "\n".join(lines)
