"""The parts of a contest: who takes part, what each result is checked against, and the registry of families."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from bench.cases import Case, Cell


@dataclass(frozen=True)
class Contestant:
    """One way to compute a cell.

    ``call`` takes nothing and includes the allocation of its result, unless the cell says ``dst``. ``before`` runs
    ahead of every sample, outside the timed region. ``to_array`` brings a result into the judge's layout. Who repeats
    the edge pixel under widened kernels, or keeps them at steps of a pixel, says so, as it is held to that.
    """

    name: str
    call: Callable[[], Any]
    to_array: Callable[[Any], np.ndarray] = np.asarray
    before: Callable[[], object] | None = None
    repeats_edges: bool = False
    step: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """What a result was expected to be, whether it is, and how far it lies from exact arithmetic."""

    expected: str
    met: bool
    max_error: float | None = None
    mean_error: float | None = None
    note: str = ""


Judge = Callable[[Mapping[str, np.ndarray]], Mapping[str, Verdict]]


@dataclass
class Trial:
    """A cell made ready: contestants with their inputs bound, the judge of their results, the bytes that must move.

    ``limit`` makes the loop that only moves them, or gives None where that says nothing.
    """

    cell: Cell
    contestants: Sequence[Contestant]
    judge: Judge
    moved_bytes: int
    limit: Callable[[], Contestant | None] = lambda: None


@dataclass(frozen=True)
class Family:
    """Cells of one kind. A new kind is a new module in ``bench.families`` with a constant ``FAMILY``.

    Cells are the product of its lists, less those that it does not have.
    """

    name: str
    title: str
    cases: Sequence[Case]
    modes: Sequence[str]
    dtypes: Sequence[str]
    channels: Sequence[int]
    prepare: Callable[[Cell, Collection[str]], Trial]
    any_case: bool = True
    one_thread: bool = True  # whether ours with one thread stands beside ours with several
    has: Callable[[Cell], bool] = lambda cell: True


@dataclass
class Selection:
    """The cells that somebody wants. None means all that a family has."""

    families: Collection[str] | None = None
    cases: Sequence[Case] | None = None
    modes: Collection[str] | None = None
    dtypes: Collection[str] | None = None
    channels: Sequence[int] | None = None
    threads: Sequence[int] = (1,)
    dst: bool = False
    memory: bool = False  # whether the loop that only moves bytes is timed too
    peers: Collection[str] = field(default_factory=tuple)

    def cells(self, family: Family) -> Iterator[Cell]:
        """The family's cells: of one input one mode after the other, of one expected result the thread counts."""
        if self.families is not None and family.name not in self.families:
            return
        cases = family.cases if self.cases is None else self.cases
        if not family.any_case:
            cases = [case for case in cases if case in family.cases]
        modes = [mode for mode in family.modes if self.modes is None or mode in self.modes]
        dtypes = [dtype for dtype in family.dtypes if self.dtypes is None or dtype in self.dtypes]
        channels = family.channels if self.channels is None else self.channels
        outputs = (False, True) if self.dst else (False,)
        for case, dtype, depth, mode in product(cases, dtypes, channels, modes):
            for threads, dst in product(self.threads, outputs):
                cell = Cell(family.name, case, mode, dtype, depth, threads, dst)
                if family.has(cell):
                    yield cell


def families() -> dict[str, Family]:
    """Every family by name, in the order of their modules' names."""
    package = importlib.import_module("bench.families")
    found = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
        family = getattr(importlib.import_module(f"bench.families.{module}"), "FAMILY", None)
        if family is not None:
            found[family.name] = family
    return found
