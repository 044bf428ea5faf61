"""The accuracy study: bytes resized by each library against exact arithmetic, every output sample of several sizes.

Only who computes the same thing is compared: a library whose result lies further from exact than sound rounding
explains follows another definition, and is named with its distance instead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import files, oracle, peers
from bench.cases import Case, Cell
from bench.contest import Trial, Verdict
from bench.peers import Task, load, resize_contestants
from bench.report import aligned, header
from bench.resizing import noise
from bench.run import results

FORMAT = "accuracy 1"
PHOTOGRAPH = Path(__file__).parents[1] / "examples" / "astronaut.jpg"
SIDE = 512
CASES = tuple(Case(SIDE, SIDE, height, width) for height, width in ((224, 224), (300, 400), (256, 256), (100, 150)))
ENLARGED = tuple(Case(SIDE, SIDE, height, width) for height, width in ((1024, 1024), (700, 900)))
# Mode, antialias, sizes: enlarged, an antialiased kernel is not widened and AREA is not an area.
STUDIES = (
    ("linear", False, CASES + ENLARGED),
    ("linear_exact", False, CASES + ENLARGED),
    ("cubic", False, CASES + ENLARGED),
    ("area", False, CASES),
    ("linear", True, CASES),
    ("cubic", True, CASES),
    ("lanczos4", True, CASES),
)
# Room for float64's own rounding where the exact value lies half-way between two bytes.
HALF = 0.5 + 1e-9

Entry = dict[str, Any]


def photograph() -> np.ndarray:
    """The example photograph in red, green, blue."""
    with load("PIL.Image").open(PHOTOGRAPH) as picture:
        image = np.asarray(picture.convert("RGB"))
    if image.shape != (SIDE, SIDE, 3):
        raise ValueError(f"{PHOTOGRAPH.name} should be {SIDE} x {SIDE} with 3 channels, and is {image.shape}")
    return image


def inputs() -> dict[str, np.ndarray]:
    """Uniform noise over all bytes, on which mistakes show most, and a photograph."""
    bytes_of_all_values = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    return {"noise": bytes_of_all_values, "photograph": photograph()}


@dataclass
class Tally:
    """Errors of one library, in units of one byte step, summed over images."""

    samples: int = 0
    misrounded: int = 0
    largest: float = 0.0
    total: float = 0.0

    def add(self, result: np.ndarray, exact: np.ndarray) -> None:
        """Count one result."""
        error = result.astype(np.float64) - exact
        self.samples += error.size
        self.misrounded += int(np.count_nonzero(np.abs(error) > HALF))
        self.largest = max(self.largest, float(np.abs(error).max()))
        self.total += float(error.sum())

    def entry(self) -> Entry:
        """Share of samples that are not correctly rounded, largest error, mean signed error."""
        return {
            "samples": self.samples,
            "misrounded": float(f"{self.misrounded / self.samples:.4g}"),
            "largest": float(f"{self.largest:.4g}"),
            "bias": float(f"{self.total / self.samples:.3g}"),
        }


def resized(
    source: np.ndarray, case: Case, mode: str, antialias: bool, names: Collection[str]
) -> dict[str, np.ndarray]:
    """Every contestant's result; who refuses is left out."""
    task = Task(source, (case.out_height, case.out_width), mode, antialias, 1, False)
    peers.set_threads(names, 1)
    trial = Trial(Cell("accuracy", case, mode, "uint8", 3, 1), resize_contestants(task, names), no_verdict, 0)
    return results(trial).arrays


def no_verdict(_: Mapping[str, np.ndarray]) -> Mapping[str, Verdict]:
    """For a trial that nobody judges."""
    return {}


def distances(mode: str, antialias: bool, cases: Sequence[Case], names: Collection[str]) -> dict[str, float]:
    """The largest error of each library over what sound rounding allows: above 1 it computes something else.

    On noise of middling values, as clipping between the passes is no other definition.
    """
    found: dict[str, float] = {}
    for case in cases:
        source = noise(case.height, case.width, 3, "uint8")
        exact = oracle.resized_rows(source, case, mode, antialias)
        allowed = oracle.tolerance(case, mode, "uint8", antialias, truncates=True)
        for name, result in resized(source, case, mode, antialias, names).items():
            error = float(np.abs(result[oracle.sampled_rows(case)] - exact).max())
            found[name] = max(found.get(name, 0.0), error / allowed)
    return found


def tallies(
    source: np.ndarray, mode: str, antialias: bool, cases: Sequence[Case], names: Collection[str]
) -> dict[str, Tally]:
    """Errors of every contestant on one image."""
    found: dict[str, Tally] = {}
    for case in cases:
        exact = oracle.resized_rows(source, case, mode, antialias, np.arange(case.out_height))
        for name, result in resized(source, case, mode, antialias, names).items():
            found.setdefault(name, Tally()).add(result, exact)
    return found


def study(names: Collection[str]) -> Iterator[Entry]:
    """One entry per mode and library."""
    images = inputs()
    for mode, antialias, cases in STUDIES:
        away = distances(mode, antialias, cases, names)
        errors = {kind: tallies(image, mode, antialias, cases, names) for kind, image in images.items()}
        for name, distance in away.items():
            entry: Entry = {"mode": mode, "antialias": antialias, "library": name}
            if distance > 1:
                entry["other"] = max(errors[kind][name].entry()["largest"] for kind in images)
            else:
                entry |= {kind: errors[kind][name].entry() for kind in images}
            yield entry


def title(entry: Mapping[str, Any]) -> str:
    """A mode's name in tables."""
    return f"{entry['mode']}{', antialiased' if entry['antialias'] else ''}"


def table(entries: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Rows of text with a heading: in each mode the most accurate first, other definitions last."""
    rows: list[tuple[str, ...]] = [("mode", "library", *("misrounded", "largest", "bias") * 2)]
    order = {(mode, antialias): k for k, (mode, antialias, _) in enumerate(STUDIES)}

    def key(entry: Mapping[str, Any]) -> tuple[float, ...]:
        place = order[entry["mode"], entry["antialias"]]
        return (place, 1, entry["other"]) if "other" in entry else (place, 0, entry["noise"]["misrounded"])

    for entry in sorted(entries, key=key):
        if "other" in entry:
            figures = ("-", f"{entry['other']:.1f}", "-", "-", "-", "other definition")
        else:
            found = (entry["noise"], entry["photograph"])
            figures = tuple(
                text
                for e in found
                for text in (f"{100 * e['misrounded']:.2f} %", f"{e['largest']:.3f}", f"{e['bias']:+.4f}")
            )
        rows.append((title(entry), entry["library"], *figures))
    return rows


def terminal(result: Mapping[str, Any]) -> str:
    """The study as text."""
    lines = [*header(result), "", "Left: uniform noise. Right: a photograph. Errors in steps of a byte.", ""]
    return "\n".join([*lines, *aligned(table(result["entries"]), frozenset({0, 1}))])


def save(path: Path, result: Mapping[str, Any]) -> None:
    """Write a study, one entry per line."""
    files.save(path, result, "entries")


def read(path: Path) -> dict[str, Any]:
    """Read a study back; ValueError if it is something else."""
    return files.read(path, FORMAT, "python -m bench accuracy")
