"""The measurement: verify every contestant of a cell, then time them in turns."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench import files, memory, peers
from bench.cases import OURS, Cell
from bench.contest import Contestant, Family, Selection, Trial, Verdict, families
from bench.timing import SLOW_SECONDS, elapsed, repeats_for, summary, wait_for_quiet

FORMAT = 1
COPY = "copy"
ONE_THREAD = "one thread"
# Timed beside the contestants, but in no race: the name of each and its key in a record.
REFERENCES = {COPY: "copy", ONE_THREAD: "one_thread", memory.NAME: "memory"}
FEWEST_ROUNDS = 5
MOST_ROUNDS = 60
STEADY_ROUNDS = 11
STEADY = 0.01
SETTLED = 0.1
PATIENCE = 3
BEHIND_ROUNDS = 3
BEHIND = 10
BEHIND_SECONDS = 0.005

Record = dict[str, Any]


@dataclass
class Lane:
    """A contestant under the clock: seconds per call, one number per round."""

    contestant: Contestant
    threads: int
    repeats: int
    slow: bool
    samples: list[float]

    def sample(self) -> None:
        """Time it once. One call before is not timed, as it wakes the threads and fills the caches of a short one."""
        if self.threads > 1:
            wait_for_quiet()
        if self.contestant.before is not None:
            self.contestant.before()
        if not self.slow:
            self.contestant.call()
        self.samples.append(elapsed(self.contestant.call, self.repeats) / self.repeats)


def copy_floor(moved_bytes: int) -> Contestant:
    """One ``np.copyto`` that reads and writes as many bytes as the cell must."""
    source = np.ones(max(moved_bytes // 2, 1), np.uint8)
    target = np.ones_like(source)

    def call() -> None:
        np.copyto(target, source)

    return Contestant(COPY, call)


@dataclass
class Outcome:
    """What a first call of every contestant gave: arrays, seconds, and the words of those that refuse."""

    arrays: dict[str, np.ndarray]
    seconds: dict[str, float]
    refusals: dict[str, str]


def results(trial: Trial) -> Outcome:
    """Call every contestant once."""
    found = Outcome({}, {}, {})
    for contestant in trial.contestants:
        if contestant.before is not None:
            contestant.before()
        try:
            start = time.perf_counter()
            result = contestant.call()
            found.seconds[contestant.name] = time.perf_counter() - start
            # A copy, as some hand out memory that the next call reuses.
            found.arrays[contestant.name] = np.array(contestant.to_array(result))
        except Exception as error:
            found.refusals[contestant.name] = f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"[:200]
    return found


def lane(contestant: Contestant, threads: int, first: float = 0.0) -> Lane:
    """Choose the repeats of a sample; ``first`` is what the first call took."""
    if contestant.before is not None:
        contestant.before()
    repeats = repeats_for(contestant.call, first=first)
    return Lane(contestant, threads, repeats, repeats == 1 and first >= SLOW_SECONDS, [])


def known(times: Mapping[str, Sequence[float]], enough: float) -> bool:
    """Whether the samples of ours and of the fastest other say their medians to ``enough``."""
    medians = {name: summary(samples) for name, samples in times.items()}
    watched = [medians.pop(OURS)] if OURS in medians else []
    watched += sorted(medians.values(), key=lambda entry: entry.median)[:1]
    return all(entry.wobble < enough for entry in watched)


def steady(lanes: Sequence[Lane], enough: float = STEADY) -> bool:
    """Whether ours and the fastest other are known well enough."""
    racing = [entry for entry in lanes if entry.contestant.name not in REFERENCES]
    return known({entry.contestant.name: entry.samples for entry in racing}, enough)


def in_the_race(lanes: Sequence[Lane]) -> list[Lane]:
    """All but those far behind that take long: a few samples say enough of them, and the others need the time."""
    medians = [summary(entry.samples).median for entry in lanes]
    measured = list(zip(medians, lanes, strict=True))
    fastest = min((m for m, entry in measured if entry.contestant.name not in REFERENCES), default=0.0)
    limit = max(BEHIND * fastest, BEHIND_SECONDS)
    return [entry for m, entry in measured if m <= limit or entry.contestant.name in REFERENCES]


def time_in_turns(lanes: Sequence[Lane], seconds: float, shuffle: Callable[[list[Lane]], None]) -> None:
    """Rounds in which everyone is timed once, in an order that changes, until the time is used or all is steady.

    Where the machine is so disturbed that little is known by then, it takes up to ``PATIENCE`` times as long again.
    """
    racing = list(lanes)
    deadline = time.perf_counter() + seconds
    for turn in range(1, MOST_ROUNDS + 1):
        order = list(racing)
        shuffle(order)
        for entry in order:
            entry.sample()
        if turn == BEHIND_ROUNDS:
            racing = in_the_race(lanes)
            if len(racing) < len(lanes):
                deadline = time.perf_counter() + seconds
        late = time.perf_counter() - deadline
        if turn >= FEWEST_ROUNDS and late >= 0 and (late >= PATIENCE * seconds or steady(lanes, SETTLED)):
            return
        if turn >= STEADY_ROUNDS and steady(lanes):
            return


def settled(record: Mapping[str, Any]) -> bool:
    """Whether a cell's times, ours and those of the fastest other, do not scatter much."""
    entries = record["contestants"].items()
    return known({name: entry["samples"] for name, entry in entries if "samples" in entry}, SETTLED)


def described(cell: Cell) -> Record:
    """The cell as it stands in the file."""
    return {
        "family": cell.family,
        "case": cell.case.name,
        "mode": cell.mode,
        "dtype": cell.dtype,
        "channels": cell.channels,
        "threads": cell.threads,
        "dst": cell.dst,
    }


def key_of(record: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two cells the same."""
    return tuple(record[key] for key in ("family", "case", "mode", "dtype", "channels", "threads", "dst"))


def judged(verdict: Verdict) -> Record:
    """A verdict as it stands in the file."""
    entry: Record = {"expected": verdict.expected, "met": verdict.met}
    if verdict.max_error is not None:
        entry["max_error"] = float(f"{verdict.max_error:.4g}")
    if verdict.mean_error is not None:
        entry["mean_error"] = float(f"{verdict.mean_error:.4g}")
    if verdict.note:
        entry["note"] = verdict.note
    return entry


def timed(entry: Lane) -> Record:
    """Milliseconds of a lane."""
    found = summary(entry.samples)
    numbers = {"median": found.median, "low": found.low, "high": found.high}
    return {name: float(f"{1e3 * value:.5g}") for name, value in numbers.items()} | {
        "repeats": entry.repeats,
        "samples": [float(f"{1e3 * value:.4g}") for value in entry.samples],
    }


def with_one_thread(family: Family, cell: Cell) -> Contestant | None:
    """Ours with one thread, for cells with several: pairs of other cells were measured at another time."""
    if cell.threads == 1 or not family.one_thread:
        return None
    trial = family.prepare(replace(cell, threads=1), ())
    ours = next(contestant for contestant in trial.contestants if contestant.name == OURS)
    return replace(ours, name=ONE_THREAD)


def measure(trial: Trial, names: Collection[str], seconds: float, others: Iterable[Contestant] = ()) -> Record:
    """One cell: who is right, and how long those who are take, and ``others``, which are for reference."""
    cell = trial.cell
    peers.set_threads(names, cell.threads)
    first = results(trial)
    entries: dict[str, Record] = {name: {"refused": reason} for name, reason in first.refusals.items()}
    entries |= {name: judged(verdict) for name, verdict in trial.judge(first.arrays).items()}
    first.arrays.clear()
    right = [contestant for contestant in trial.contestants if entries[contestant.name].get("met")]
    lanes = [lane(contestant, cell.threads, first.seconds[contestant.name]) for contestant in right]
    lanes.append(lane(copy_floor(trial.moved_bytes), 1))
    # What ran before may still keep the other cores busy: as long a wait as for the contestants.
    lanes += [lane(other, cell.threads) for other in others]
    turns = random.Random(repr(cell))
    time_in_turns(lanes, seconds, turns.shuffle)
    for entry in lanes:
        entries.setdefault(entry.contestant.name, {}).update(timed(entry))
    record = described(cell)
    record |= {key: entries.pop(name) for name, key in REFERENCES.items() if name in entries}
    record["moved_bytes"] = trial.moved_bytes
    record["contestants"] = entries
    return record


def chosen(selection: Selection) -> list[tuple[Family, Cell]]:
    """Every cell of the selection with its family."""
    return [(family, cell) for family in families().values() for cell in selection.cells(family)]


def with_progress(cells: Sequence[tuple[Family, Cell]]) -> Iterable[tuple[Family, Cell]]:
    """The cells behind a progress bar, on a terminal and where tqdm is installed."""
    try:
        from tqdm import tqdm
    except ImportError:
        return cells
    bar: Iterable[tuple[Family, Cell]] = tqdm(cells, unit="cell", disable=not sys.stderr.isatty(), smoothing=0.02)
    return bar


def run(selection: Selection, seconds: float, done: Iterable[Record] = ()) -> Iterator[Record]:
    """Measure the selection, cell by cell, without the cells that are ``done``."""
    known = set(map(key_of, done))
    left = [(family, cell) for family, cell in chosen(selection) if key_of(described(cell)) not in known]
    for family, cell in with_progress(left):
        trial = family.prepare(cell, selection.peers)
        others = with_one_thread(family, cell), trial.limit() if selection.memory else None
        yield measure(trial, selection.peers, seconds, [other for other in others if other is not None])


def wrong(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Where our own result is not what it should be."""
    found = []
    for record in records:
        ours = record["contestants"].get(OURS, {})
        if not ours.get("met"):
            detail = ours.get("note") or f"error up to {ours.get('max_error')}"
            reason = ours.get("refused") or f"{detail}, not {ours.get('expected')}"
            where = " ".join(str(record[key]) for key in ("family", "case", "mode", "dtype", "channels", "threads"))
            found.append(f"{where}: {reason}")
    return found


def save(path: Path, result: Mapping[str, Any]) -> None:
    """Write a result, one cell per line."""
    files.save(path, result, "cells")


def append(path: Path, record: Record, first: bool) -> None:
    """Add a cell to a file that ``save`` wrote, which is whole before and after."""
    files.append(path, record, first)


def read(path: Path) -> dict[str, Any]:
    """Read a result back; ValueError if it is something else."""
    return files.read(path, FORMAT, "python -m bench")
