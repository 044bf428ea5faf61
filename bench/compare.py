"""Two results side by side: which cells became faster or slower by more than the noise.

The peers did not change between the runs, so what they moved is the machine's doing and is divided out, cell by cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.cases import OURS
from bench.environment import differences
from bench.report import aligned, figure, times
from bench.run import key_of
from bench.timing import geometric_mean, resampled_medians

THRESHOLD = 0.03

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Move:
    """A cell in two runs: our time after over before, corrected by the peers, with a 95 % interval."""

    cell: tuple[Any, ...]
    before: float
    after: float
    ratio: float
    low: float
    high: float
    drift: float

    def beyond(self, threshold: float) -> bool:
        """Whether the interval lies outside of the threshold on either side."""
        return self.low > 1 + threshold or self.high < 1 / (1 + threshold)


def samples_of(record: Record) -> dict[str, Sequence[float]]:
    """Every timed contestant's samples; the copy counts as a peer."""
    found = {name: entry["samples"] for name, entry in record["contestants"].items() if entry.get("samples")}
    return found | {"copy": record["copy"]["samples"]}


def move(before: Record, after: Record, rng: np.random.Generator) -> Move | None:
    """Compare one cell; None where ours was not timed in both."""
    old, new = samples_of(before), samples_of(after)
    if OURS not in old or OURS not in new:
        return None
    logs = {
        name: np.log(resampled_medians(new[name], rng)) - np.log(resampled_medians(old[name], rng))
        for name in old
        if name in new
    }
    centres = {name: float(np.log(np.median(new[name]) / np.median(old[name]))) for name in logs}
    own, own_centre = logs.pop(OURS), centres.pop(OURS)
    drift = float(np.median(list(centres.values())))
    spread = np.median(np.stack(list(logs.values())), axis=0)
    low, high = np.exp(np.percentile(own - spread, (2.5, 97.5)))
    medians = float(np.median(old[OURS])), float(np.median(new[OURS]))
    ratio = float(np.exp(own_centre - drift))
    return Move(key_of(before), *medians, ratio, float(low), float(high), float(np.exp(drift)))


def moves(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Move]:
    """Every cell that both runs have, the largest slowdown first."""
    rng = np.random.default_rng(0)
    later = {key_of(record): record for record in after["cells"]}
    pairs = [(record, later[key_of(record)]) for record in before["cells"] if key_of(record) in later]
    found = [entry for entry in (move(old, new, rng) for old, new in pairs) if entry is not None]
    return sorted(found, key=lambda entry: -entry.ratio)


def text(before: Mapping[str, Any], after: Mapping[str, Any], threshold: float = THRESHOLD) -> str:
    """The comparison for a terminal."""
    found = moves(before, after)
    if not found:
        return "The two results have no cell in common in which ours was timed."
    earlier, later = before["environment"], after["environment"]
    lines = [f"{name}: {old!r} -> {later.get(name)!r}" for name, old in differences(earlier, later)]
    moved = [entry for entry in found if entry.beyond(threshold)]
    table = [("case", "mode", "dtype", "C", "thr", "before ms", "after ms", "after/before", "95 % interval", "peers")]
    for entry in moved:
        family, case, mode, dtype, channels, threads, dst = entry.cell
        kind = (mode if family == "resize" else f"{family} {mode}") + (" dst" if dst else "")
        interval = f"{entry.low:.3f} to {entry.high:.3f}"
        numbers = (figure(entry.before), figure(entry.after), f"{entry.ratio:.3f}", interval, f"{entry.drift:.3f}")
        table.append((case, kind, dtype, str(channels), str(threads), *numbers))
    if moved:
        lines += aligned(table, frozenset({0, 1, 2}))
    slower = sum(entry.ratio > 1 for entry in moved)
    lines.append(
        f"{len(found)} cells: {slower} slower and {len(moved) - slower} faster by more than {100 * threshold:g} % and "
        f"the noise; geometric mean after/before {times(geometric_mean([entry.ratio for entry in found]))}."
    )
    return "\n".join(lines)
