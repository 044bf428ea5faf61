"""What the resizing families share: inputs, and the judge of results."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache, partial

import numpy as np

from bench import memory, oracle
from bench.cases import OURS, Case, Cell
from bench.contest import Trial, Verdict
from bench.peers import Task, resize_contestants

NEAREST = ("nearest", "nearest_exact")


@lru_cache(maxsize=2)
def noise(height: int, width: int, channels: int, dtype: str) -> np.ndarray:
    """Uniform noise, the input on which mistakes show most.

    Integers keep to the middle third of their range. Some libraries clip between the passes and some do not; here no
    kernel overshoots so far that it matters, and all can be held to the same exact arithmetic. Floats are 0 to 255.
    """
    rng = np.random.default_rng(height * 65536 + width)
    shape = (height, width) if channels == 1 else (height, width, channels)
    if np.dtype(dtype).kind == "f":
        image = rng.random(shape, dtype=np.dtype(dtype)) * np.dtype(dtype).type(255)
    else:
        third = np.iinfo(dtype).max // 3
        image = rng.integers(third + 1, 2 * third, shape, dtype=dtype)
    image.setflags(write=False)
    return image


@lru_cache(maxsize=4)
def exact_rows(case: Case, mode: str, dtype: str, channels: int, antialias: bool, repeated: bool) -> np.ndarray:
    """The oracle's rows, kept while thread counts change."""
    source = noise(case.height, case.width, channels, dtype)
    return oracle.resized_rows(source, case, mode, antialias, repeated=repeated)


def neighbours(source: np.ndarray, case: Case, mode: str, result: np.ndarray) -> bool:
    """Whether every sampled output pixel is the expected source pixel or one that touches it.

    Libraries round the coordinate differently where it falls on a border between pixels.
    """
    rows, columns = (part.index[:, 0] for part in oracle.axes(case, mode, False))
    picked = oracle.sampled_rows(case)
    found = np.zeros((len(picked), case.out_width), bool)
    for down in (-1, 0, 1):
        y = np.clip(rows[picked] + down, 0, case.height - 1)
        for right in (-1, 0, 1):
            x = np.clip(columns + right, 0, case.width - 1)
            same = result[picked] == source[y[:, None], x]
            found |= same if same.ndim == 2 else same.all(axis=2)
    return bool(found.all())


def verdict(
    cell: Cell,
    antialias: bool,
    name: str,
    result: np.ndarray,
    twin: tuple[str, np.ndarray] | None,
    repeated: bool = False,
    step: float = 0.0,
) -> Verdict:
    """Judge one contestant's result, against its twin's bits if it has one, else against exact arithmetic."""
    case = cell.case
    source = noise(case.height, case.width, cell.channels, cell.dtype)
    shape = (case.out_height, case.out_width, *source.shape[2:])
    if result.shape != shape or result.dtype != source.dtype:
        return Verdict(f"{cell.dtype} of shape {shape}", False, note=f"it is {result.dtype} of shape {result.shape}")
    largest = mean = None
    if cell.mode not in NEAREST:
        exact = exact_rows(case, cell.mode, cell.dtype, cell.channels, antialias, repeated)
        error = np.abs(result[oracle.sampled_rows(case)].astype(np.float64) - exact)
        largest, mean = float(error.max()), float(error.mean())
    if twin is not None:
        differing = np.count_nonzero(result != twin[1])
        note = f"{differing} of {result.size} samples differ" if differing else ""
        return Verdict(f"identical to {twin[0]}", not differing, largest, mean, note)
    if largest is None:
        touching = neighbours(source, case, cell.mode, result)
        return Verdict("the nearest pixel or its neighbour", touching, note="" if touching else "pixels from elsewhere")
    # A peer that cuts instead of rounding does the same work; its error stands beside its time.
    allowed = oracle.tolerance(case, cell.mode, cell.dtype, antialias, truncates=name != OURS, step=step)
    kind = "exact with edges repeated" if repeated else "exact"
    return Verdict(f"within {allowed:.4g} of {kind}", largest <= allowed, largest, mean)


def resize_trial(cell: Cell, peers: Collection[str], *, antialias: bool, twin: str | None) -> Trial:
    """Bind the contestants of a cell. ``twin`` is the one whose bits ours must have, where it takes part."""
    case = cell.case
    source = noise(case.height, case.width, cell.channels, cell.dtype)
    size = (case.out_height, case.out_width)
    task = Task(source, size, cell.mode, antialias, cell.threads, cell.dst)

    contestants = resize_contestants(task, peers)

    def judge(results: Mapping[str, np.ndarray]) -> dict[str, Verdict]:
        pair = (twin, results[twin]) if twin is not None and twin in results else None
        return {
            entry.name: verdict(
                cell,
                antialias,
                entry.name,
                results[entry.name],
                pair if entry.name == OURS else None,
                repeated=entry.repeats_edges,
                step=entry.step,
            )
            for entry in contestants
            if entry.name in results
        }

    moved = source.nbytes + task.output().nbytes
    return Trial(cell, contestants, judge, moved, partial(memory.limit, task, case))
