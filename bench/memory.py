"""What memory alone takes: a loop that reads what a resize needs and writes as much as its result, and nothing else.

No program that does the work is faster, so where a peer takes little longer than this, nobody can be much faster than
that peer.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np

from bench import oracle
from bench.cases import Case
from bench.compiling import compiled
from bench.contest import Contestant
from bench.oracle import Axis
from bench.peers import Task

LINE = 64
FEWEST_BYTES = 1 << 20  # of source and result: less stays in the nearest caches, where calls and arithmetic count
NAME = "memory"


@cache
def touching() -> ModuleType:
    """The compiled loop."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return compiled(Path(__file__).with_name("touch.pyx"), Path(folder), ["-O3", "-fopenmp"])


def reach(axis: Axis) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last source index that each output of an axis needs."""
    used = axis.weight != 0
    first = np.where(used, axis.index, axis.index.max()).min(axis=1)
    last = np.where(used, axis.index, 0).max(axis=1)
    return first.astype(np.int32), last.astype(np.int32)


def places(columns: Axis, pixel: int) -> np.ndarray:
    """A byte in each cache line of a row, of pixels of ``pixel`` bytes, in which a column lies that is needed."""
    found, at = [], 0
    for first, last in zip(*(ends.tolist() for ends in reach(columns)), strict=True):
        at = max(at, first * pixel)
        while at < (last + 1) * pixel:
            found.append(at)
            at += LINE
    return np.asarray(found, np.int32)


def limit(task: Task, case: Case) -> Contestant | None:
    """The loop for a task, into a fresh result unless the task says otherwise; None where there is little to move."""
    output = task.output()
    if task.source.nbytes + output.nbytes < FEWEST_BYTES:
        return None
    rows, columns = oracle.axes(case, task.mode, task.antialias)
    source = task.source.view(np.uint8).reshape(case.height, -1)
    where = places(columns, task.channels * task.source.itemsize)
    touch = touching().Touch(source, *reach(rows), where, task.threads)

    def call() -> np.ndarray:
        result = output if task.dst else task.output()
        touch(result.view(np.uint8).reshape(case.out_height, -1))
        return result

    return Contestant(NAME, call)
