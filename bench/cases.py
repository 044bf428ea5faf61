"""What can be measured, as data: sizes, modes, dtypes, channel counts, and the quick subset."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

OURS = "cyresize"


@dataclass(frozen=True)
class Case:
    """A change of size, in pixels."""

    height: int
    width: int
    out_height: int
    out_width: int

    @property
    def name(self) -> str:
        """The case as the tables and ``--cases`` spell it, height first."""
        return f"{self.height}x{self.width}-{self.out_height}x{self.out_width}"

    @property
    def shrinks(self) -> bool:
        """Whether no axis grows."""
        return self.out_height <= self.height and self.out_width <= self.width

    @classmethod
    def parse(cls, text: str) -> Case:
        """Read ``HxW-HxW``; ``->`` and spaces are accepted too."""
        match = re.fullmatch(r"(\d+)x(\d+)->?(\d+)x(\d+)", text.replace(" ", ""))
        if match is None or "0" in (sides := match.groups()):
            raise ValueError(f"a case is HEIGHTxWIDTH-HEIGHTxWIDTH, such as 1080x1920-600x600, not {text!r}")
        return cls(*map(int, sides))


@dataclass(frozen=True)
class Cell:
    """One row of the results: everything that is equal for the contestants in it."""

    family: str
    case: Case
    mode: str
    dtype: str
    channels: int
    threads: int
    dst: bool = False


CASES = tuple(
    map(
        Case.parse,
        (
            "1080x1920-600x600",
            "1080x1920-720x1280",
            "1080x1920-540x960",
            "540x960-1080x1920",
            "600x600-1080x1920",
            "480x640-224x224",
            "2160x3840-600x1000",
            "270x268-224x224",
            "64x64-32x32",
            "8x8-4x4",
        ),
    )
)
CALL_OVERHEAD = CASES[-1]

# Of random cases: sides of a square as large as the source, its aspect, and how many times as large a side becomes.
RANDOM_SIDES = (32, 2000)
RANDOM_ASPECTS = (0.5, 2)
RANDOM_FACTORS = (0.2, 3)


def random_cases(count: int, seed: int) -> list[Case]:
    """``count`` sizes that nothing was tuned for, even on a logarithmic scale; every second one keeps its aspect."""
    rng = random.Random(seed)

    def between(limits: tuple[float, float]) -> float:
        low, high = limits
        return low * float((high / low) ** rng.random())

    cases = []
    for k in range(count):
        side, aspect, factor = between(RANDOM_SIDES), between(RANDOM_ASPECTS) ** 0.5, between(RANDOM_FACTORS)
        across = factor if k % 2 else between(RANDOM_FACTORS)
        sides = side / aspect, side * aspect, side / aspect * factor, side * aspect * across
        cases.append(Case(*(max(round(length), 1) for length in sides)))
    return cases


MODES = ("nearest", "nearest_exact", "linear", "linear_exact", "cubic", "area", "lanczos4")
ANTIALIASED_MODES = ("linear", "cubic", "lanczos4")
DTYPES = ("uint8", "uint16", "float32")
CHANNELS = (1, 3, 4)

# Without the folder of files, whose time is that of reading and writing them.
QUICK_FAMILIES = ("resize", "antialias", "preprocess")
QUICK_CASES = tuple(map(Case.parse, ("1080x1920-600x600", "540x960-1080x1920", "480x640-224x224", "8x8-4x4")))
QUICK_DTYPES = ("uint8", "float32")
QUICK_CHANNELS = (3,)
QUICK_THREADS = (1,)
QUICK_SECONDS = 0.1
