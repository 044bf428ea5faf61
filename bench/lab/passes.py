"""Contests of kernels that take more than one source row: two rows by the same tables, both passes at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.lab.contests import CHANNELS, ROW, SHAPES, USED, Contest, Lab, aligned, bytes_of, noise
from cyresize.engine import rules

FULL_LANES = {2: 12, 4: 8}  # by taps: lanes per block, on average, below which choices.pyx takes windows pixel by pixel
SHRINKS = ((1920, 600), (1920, 1280))
PIXELS = (3, 4)  # channels of kernels that go pixel by pixel


@dataclass(frozen=True)
class Arithmetic:
    """A horizontal pass: stored type, weights, encoding in lane tables, bytes of a result; its kernels by name."""

    stored: str
    weights: str
    encoding: str
    out_size: int
    kernel: str
    plain: str
    widen: str = ""  # what the plain loop needs first


HORIZONTAL = {
    "linear": Arithmetic("uint8", "int16", "near and far", 2, "linear", "plain linear"),
    "lanczos": Arithmetic("uint8", "int16", "digits", 4, "fixed", "plain fixed"),
    "Pillow": Arithmetic("uint8", "int32", "three digits", 1, "pillow", "plain pillow"),
    "area": Arithmetic("uint8", "float32", "single floats", 4, "bytes to float", "plain float", "plain widen"),
    "words": Arithmetic("uint16", "float32", "single floats", 4, "words to float", "plain float", "plain widen words"),
    "floats": Arithmetic("float32", "float32", "single floats", 4, "float", "plain float"),
}


def plan_of(name: str, n_in: int, n_out: int) -> Any:
    """A plan that is filtered columns first in this arithmetic."""
    scale = n_in / n_out
    if name == "linear":
        return rules.opencv_linear_u8(n_in, n_out, scale, True)
    if name == "lanczos":
        return rules.opencv_lanczos4_u8(n_in, n_out, scale)
    if name == "Pillow":
        return rules.antialiased(n_in, n_out, "cubic", fixed22=True)
    if name == "area":
        return rules.opencv_area_shrink(n_in, n_out, scale)
    return rules.lanczos4(n_in, n_out, scale)


def random_row(rng: np.random.Generator, size: int, dtype: str) -> np.ndarray:
    """A row of a stored type, as bytes; floats are fractions, whose products round."""
    if dtype != "float32":
        return noise(rng, size, 0, 1 << 8 * np.dtype(dtype).itemsize, dtype)
    row = aligned(4 * size)
    row[: 4 * size].view(np.float32)[:] = rng.random(size, np.float32)
    return row


def contests(lab: Lab) -> Iterator[Contest]:
    """All that the level has kernels for."""
    for name in HORIZONTAL:
        for n_in, n_out in SHRINKS if name == "area" else SHAPES:
            for channels in CHANNELS:
                yield from two_rows(lab, name, n_in, n_out, channels)
                yield from four_rows(lab, name, n_in, n_out, channels)
    for rule in ("lanczos4", "antialiased"):
        for n_in, n_out in SHAPES:
            for channels in PIXELS:
                yield from many_taps(lab, rule, n_in, n_out, channels)
    for n_in, n_out in SHRINKS:
        for taps in (2, 4):
            for channels in CHANNELS:
                yield from windows(lab, taps, n_in, n_out, channels)
                yield from two_windows(lab, taps, n_in, n_out, channels)
    for taps in (2, 4):
        for channels in PIXELS:
            yield from word_windows(lab, taps, 3840, 960, channels)
    for kind in ("bytes", "words"):
        for taps in (2, 4, 8):
            yield whole_blend(lab, kind, taps)
    for taps in (2, 4, 8):
        yield strips(lab, taps)


def two_rows(lab: Lab, name: str, n_in: int, n_out: int, channels: int) -> Iterator[Contest]:
    """The horizontal pass of two source rows, one after the other or both at once by the same lane table."""
    a = HORIZONTAL[name]
    kernel, layout = lab.kernels[a.kernel]
    both, _ = lab.kernels[f"{a.kernel}, two rows"]
    plan = plan_of(name, n_in, n_out)
    table = lab.table(plan, channels, layout, a.encoding) if both else None
    if table is None:
        return
    values = np.rint(plan.weights) if a.weights != "float32" else plan.weights
    weights = bytes_of(values.astype(a.weights))
    found = Contest(f"two rows, {name}", f"{n_in} -> {n_out}", channels, a.out_size * n_out * channels, 2)
    rows = [random_row(lab.rng, n_in * channels, a.stored) for _ in range(2)]
    middle = aligned(4 * n_in * channels)

    def one(y: int, kernel: int, widen: str = "", table: Any = None) -> Any:
        if not widen:
            return lab.module.ColumnsJob(kernel, plan, channels, weights, rows[y], found.row(y), table)
        job = lab.module.WidenedColumnsJob(kernel, plan, channels, weights, rows[y], found.row(y), table)
        return job.set_widening(lab.module.FUNCTIONS[widen], middle)

    plain = lab.module.FUNCTIONS[a.plain]
    found.jobs["plain loop"] = lab.module.InTurn(one(0, plain, a.widen), one(1, plain, a.widen))
    found.jobs["one row at a time"] = lab.module.InTurn(one(0, kernel, table=table), one(1, kernel, table=table))
    job = lab.module.TwoRowsJob(kernel, plan, channels, weights, rows[0], found.row(0), table)
    found.jobs[USED] = job.set_second(both, rows[1], found.row(1))
    yield found


def four_rows(lab: Lab, name: str, n_in: int, n_out: int, channels: int) -> Iterator[Contest]:
    """The horizontal pass of four source rows, two by two or all at once by the same lane table."""
    a = HORIZONTAL[name]
    kernel, layout = lab.kernels[a.kernel]
    two, _ = lab.kernels.get(f"{a.kernel}, two rows", (0, None))
    four, _ = lab.kernels.get(f"{a.kernel}, four rows", (0, None))
    plan = plan_of(name, n_in, n_out)
    table = lab.table(plan, channels, layout, a.encoding) if four else None
    if table is None:
        return
    weights = bytes_of(plan.weights.astype(a.weights))
    found = Contest(f"four rows, {name}", f"{n_in} -> {n_out}", channels, a.out_size * n_out * channels, 4)
    rows = [random_row(lab.rng, n_in * channels, a.stored) for _ in range(4)]

    def pair(y: int) -> Any:
        job = lab.module.TwoRowsJob(kernel, plan, channels, weights, rows[y], found.row(y), table)
        return job.set_second(two, rows[y + 1], found.row(y + 1))

    found.jobs["two rows at a time"] = lab.module.InTurn(pair(0), pair(2))
    job = lab.module.FourRowsJob(kernel, plan, channels, weights, rows[0], found.row(0), table)
    found.jobs[USED] = job.set_rows(four, rows, [found.row(y) for y in range(4)])
    yield found


def many_taps(lab: Lab, rule: str, n_in: int, n_out: int, channels: int) -> Iterator[Contest]:
    """float32, horizontal, 7 taps and more of pixels that fit 16 bytes."""
    plan = rules.antialiased(n_in, n_out, "lanczos3") if rule == "antialiased" else plan_of("floats", n_in, n_out)
    kernel, layout = lab.kernels["float"]
    table = lab.table(plan, channels, layout, "single floats")
    if table is None:
        return
    weights = bytes_of(plan.weights.astype(np.float32))
    row = random_row(lab.rng, n_in * channels, "float32")
    family = "float columns, " + ("antialiased" if rule == "antialiased" else "8 taps")
    found = Contest(family, f"{plan.taps} taps, {n_in} -> {n_out}", channels, 4 * n_out * channels)
    entrants = {
        "plain loop": (lab.module.FUNCTIONS["plain float"], None), USED: (kernel, table),
        "pixel by pixel": (lab.kernels["float pixels"][0], None),
    }  # fmt: skip
    for name, (function, lanes) in entrants.items():
        found.jobs[name] = lab.module.ColumnsJob(function, plan, channels, weights, row, found.out, lanes)
    yield found


class Windows:
    """A contest of the vertical pass and the horizontal one over as many rows as taps."""

    def __init__(
        self, lab: Lab, family: str, stored: str, taps: int, shape: tuple[int, int], channels: int, rows: int = 0
    ) -> None:
        n_in, n_out = shape
        self.lab = lab
        self.channels = channels
        scale = n_in / n_out
        self.plan = rules.linear(n_in, n_out, scale) if taps == 2 else rules.cubic(n_in, n_out, scale, -0.75)
        values = self.plan.weights.astype(np.float32)
        self.weights, self.row_weights = bytes_of(values), bytes_of(values[n_out // 3])
        self.rows = [random_row(lab.rng, n_in * channels, stored) for _ in range(rows or taps)]
        size = np.dtype(stored).itemsize * n_out * channels
        case = f"{taps} x {taps} taps, {n_in} -> {n_out}"
        self.found = Contest(family, case, channels, size, 2 if rows else 1)
        self.middle, self.finished = aligned(4 * n_in * channels), aligned(4 * n_out * channels)
        _, layout = lab.kernels["float"]
        self.table = lab.table(self.plan, channels, layout, "single floats")

    def apart(self, name: str, blend: int, columns: int, table: Any = None, narrow: int = 0) -> None:
        """The two passes one after the other, and what narrows the result if there is that."""
        m, plan, found = self.lab.module, self.plan, self.found
        out = self.finished if narrow else found.out
        first = m.BlendJob(blend, self.rows, self.row_weights, self.middle, plan.n_in * self.channels)
        second = m.ColumnsJob(columns, plan, self.channels, self.weights, self.middle, out, table)
        job = m.InTurn(first, second)
        if narrow:
            job = m.InTurn(job, m.ConvertJob(narrow, out, found.out, plan.n_out * self.channels))
        found.jobs[name] = job

    def at_once(self, name: str, kernel: int, table: Any = None) -> None:
        """Both passes in one kernel."""
        job = self.lab.module.WindowJob(
            0, self.plan, self.channels, self.weights, self.rows[0], self.found.out, table
        )  # fmt: skip
        self.found.jobs[name] = job.set_rows(kernel, self.rows, self.row_weights)


def windows(lab: Lab, taps: int, n_in: int, n_out: int, channels: int) -> Iterator[Contest]:
    """float32 LINEAR and CUBIC to a smaller size."""
    lanes, pixels = lab.kernels["float lane windows"][0], lab.kernels["float pixel windows"][0]
    if not pixels:
        return
    w = Windows(lab, "windows of floats", "float32", taps, (n_in, n_out), channels)
    functions, blend = lab.module.FUNCTIONS, lab.kernels["float blend"][0]
    by_pixels = channels in PIXELS
    fits = w.table is not None and w.table.inside
    w.apart("plain loop", functions["plain float blend"], functions["plain float"])
    # As choices.pyx chooses.
    lanes_used = fits and (not by_pixels or w.table.lanes_per_block >= FULL_LANES[taps])
    if fits:
        w.at_once(USED if lanes_used else "by lanes", lanes, w.table)
    if by_pixels:
        w.at_once("pixel by pixel" if lanes_used else USED, pixels)
    if w.table is not None:
        w.apart("blend, then lanes", blend, lab.kernels["float"][0], w.table)
    if by_pixels and taps == 2:
        w.apart("blend, then pixel pairs", blend, lab.kernels["float pairs"][0])
    if USED in w.found.jobs:
        yield w.found


def two_windows(lab: Lab, taps: int, n_in: int, n_out: int, channels: int) -> Iterator[Contest]:
    """float32, both passes by lanes: output rows one at a time or two, the second of which begins a row later."""
    kernel, both = lab.kernels["float lane windows"][0], lab.kernels["float lane windows, two rows"][0]
    if not both:
        return
    w = Windows(lab, "two output rows", "float32", taps, (n_in, n_out), channels, rows=taps + 1)
    if w.table is None or not w.table.inside:
        return
    m, plan, found = lab.module, w.plan, w.found

    def one(y: int) -> Any:
        job = m.WindowJob(0, plan, channels, w.weights, w.rows[0], found.row(y), w.table)
        return job.set_rows(kernel, w.rows[y : y + taps], w.row_weights)

    found.jobs["one output row at a time"] = m.InTurn(one(0), one(1))
    job = m.TwoWindowsJob(0, plan, channels, w.weights, w.rows[0], found.row(0), w.table)
    found.jobs[USED] = job.set_second(both, w.rows, w.row_weights, found.row(1))
    yield found


def word_windows(lab: Lab, taps: int, n_in: int, n_out: int, channels: int) -> Iterator[Contest]:
    """uint16 LINEAR and CUBIC to a quarter: choices.pyx filters columns first unless a shrink is steep."""
    pixels, _ = lab.kernels["word pixel windows"]
    if not pixels:
        return
    w = Windows(lab, "windows of words", "uint16", taps, (n_in, n_out), channels)
    functions, kernels = lab.module.FUNCTIONS, lab.kernels
    blend, narrow = kernels["blend from words"][0], kernels["narrow words"][0]
    w.apart(
        "plain loop", functions["plain blend from words"], functions["plain float"],
        narrow=functions["plain narrow words"],
    )  # fmt: skip
    w.at_once(USED, pixels)
    if w.table is not None:
        w.apart("blend, then lanes", blend, kernels["float"][0], w.table, narrow)
    if taps == 2:
        w.apart("blend, then pixel pairs", blend, kernels["float pairs"][0], narrow=narrow)
    yield w.found


def strips(lab: Lab, taps: int) -> Contest:
    """The vertical pass of floats from rows that the nearest cache does not hold together, to several result rows."""
    n, n_out = 7680, 4
    fractions = np.linspace(0.1, 0.9, n_out)[:, None]
    weights = np.concatenate([1 - fractions, fractions] * (taps // 2), axis=1) * 2 / taps
    rows = [aligned(4 * n) for _ in range(taps)]
    for row in rows:
        row[: 4 * n].view(np.float32)[:] = lab.rng.uniform(0, 255, n)
    found = Contest("rows of the ring to four output rows", f"{n} floats, {taps} rows", 0, 4 * n, rows=n_out)

    def add(name: str, strip: int) -> None:
        kernel = lab.kernels["blend to floats"][0]
        packed = bytes_of(weights.astype(np.float32))
        job = lab.module.StripsJob(kernel, rows, packed, found.out, n)
        found.jobs[name] = job.set_strips(n_out, found.pitch, strip)

    add("row by row", n)
    add(USED, 4096 // taps)
    add("strips of 128 columns", 128)
    return found


def whole_blend(lab: Lab, kind: str, taps: int) -> Contest:
    """The vertical pass from rows of floats to integers, which saturate."""
    weights = rules.lanczos4(64, 40, 1.6).weights[20] if taps == 8 else rules.cubic(64, 40, 1.6, -0.75).weights[20]
    weights = np.array([0.3, 0.7]) if taps == 2 else weights
    kernels = {
        "plain loop": lab.module.FUNCTIONS[f"plain blend to {kind}"], USED: lab.kernels[f"blend to {kind}"][0],
    }  # fmt: skip
    if lab.isa == "vbmi":
        kernels["16 at a time"] = lab.module.FUNCTIONS[f"{kind}, 16 at a time"]
    most, size = (255, 1) if kind == "bytes" else (65535, 2)
    rows = [aligned(4 * ROW) for _ in range(taps)]
    for row in rows:
        row[: 4 * ROW].view(np.float32)[:] = most * lab.rng.uniform(-0.2, 1.2, ROW)
    found = Contest(f"blend of floats to {kind}", f"{ROW} elements, {taps} rows", 0, size * ROW)
    for name, kernel in kernels.items():
        found.jobs[name] = lab.module.BlendJob(kernel, rows, bytes_of(weights.astype(np.float32)), found.out, ROW)
    return found
