"""What a second thread costs and saves, by the size of the work and by the pause since it last had some.

A thread that has just worked waits for more in a loop and joins at once; after a pause it sleeps, and the system has to
wake it. The library's own cut-off is off here, so that both sides of it are seen.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench import files
from bench.cases import OURS
from bench.peers import load
from bench.report import aligned, header

FORMAT = "waking 1"
SIDES = (32, 48, 64, 96, 128, 192, 256, 512)
PAUSES = (0.0, 1.0, 10.0, 50.0)  # milliseconds
ROUNDS = 8
CALLS = 10
CHANNELS = 3

Entry = dict[str, Any]


def multiplications(side: int) -> int:
    """Of LINEAR from ``side`` to twice that, as the library counts them: two taps along each axis."""
    return (2 * side) ** 2 * CHANNELS * 4


def set_cutoff(work: float) -> float:
    """Set the library's cut-off; returns what it was."""
    return float(load(f"{OURS}.engine.parallel").set_least_work(work))


def cutoff() -> float:
    """The library's cut-off."""
    kept = set_cutoff(0)
    set_cutoff(kept)
    return kept


def calls(image: np.ndarray, out: np.ndarray, threads: int, pause: float) -> list[float]:
    """Seconds of some calls one after the other, or with pauses before them."""
    call = partial(load(OURS).resize, image, (out.shape[1], out.shape[0]), out, n_threads=threads)
    call()
    samples = []
    for _ in range(CALLS):
        if pause:
            time.sleep(pause / 1000)
        begin = time.perf_counter()
        call()
        samples.append(time.perf_counter() - begin)
    return samples


def microseconds(image: np.ndarray, out: np.ndarray, pause: float) -> list[float]:
    """Median times of a call with one thread and with two, in turns."""
    samples: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for threads, found in enumerate(samples, 1):
            found += calls(image, out, threads, pause)
    return [float(f"{1e6 * median(found):.4g}") for found in samples]


def study() -> Iterator[Entry]:
    """One entry per size and pause."""
    before = set_cutoff(0)
    try:
        for side in SIDES:
            image = np.random.default_rng(0).random((side, side, CHANNELS), np.float32)
            out = np.empty((2 * side, 2 * side, CHANNELS), np.float32)
            for pause in PAUSES:
                one, two = microseconds(image, out, pause)
                yield {"multiplications": multiplications(side), "pause": pause, "one": one, "two": two}
    finally:
        set_cutoff(before)


def table(result: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row per size with a heading: one thread's time, then what two of them gain after each pause."""
    entries = result["entries"]
    pauses = sorted({entry["pause"] for entry in entries})
    cells = {(entry["multiplications"], entry["pause"]): entry for entry in entries}
    rows: list[tuple[str, ...]] = [("multiplications", "one, \N{MICRO SIGN}s", *(f"{pause:g} ms" for pause in pauses))]
    for size in sorted({entry["multiplications"] for entry in entries}):
        found = [cells[size, pause] for pause in pauses]
        gains = (f"{entry['one'] / entry['two']:.2f}" for entry in found)
        rows.append((f"{size}", f"{found[0]['one']:.3g}", *gains))
    return rows


def terminal(result: Mapping[str, Any]) -> str:
    """The study as text."""
    cutoff = f"A call uses several threads from {result['least_work']:.0f} multiplications on."
    return "\n".join([*header(result), "", cutoff, "", *aligned(table(result), frozenset())])


def save(path: Path, result: Mapping[str, Any]) -> None:
    """Write a study, one entry per line."""
    files.save(path, result, "entries")


def read(path: Path) -> dict[str, Any]:
    """Read a study back; ValueError if it is something else."""
    return files.read(path, FORMAT, "python -m bench waking")
