"""What is timed against what: every contest is one row job, its plain loop, the kernel in use and its rivals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from cyresize.engine import rules

SLACK = 1024  # bytes behind a row that kernels may touch; at least table.pxd's SLACK and a moving window's way
SHAPES = ((1920, 600), (1920, 1280), (960, 1920))
STEEP = ((3840, 480), (3840, 96))
CHANNELS = (1, 3, 4)
ROW = 5760
# Rows of 11.5 kB, 96 MB together: no cache holds them.
LARGE_ROWS, LARGE_WIDTH = 8192, 3840
LINEAR_WEIGHTS = np.array([700, 1348], np.int16)
USED = "in use"
OTHER_WAY = "the other way"
# Lanes per block, on average, below which choices.pyx goes pixel by pixel: by whether the level is vbmi, and channels.
FEWEST = {(False, 3): 6, (False, 4): 9, (True, 3): 12, (True, 4): 16}


@dataclass
class Contest:
    """Jobs by name; the first is the plain loop that all others must equal, one is called USED.

    All write ``rows`` rows of ``size`` bytes to the same place: where a buffer lies in its page can be seen in the
    times.
    """

    family: str
    case: str
    channels: int
    size: int
    rows: int = 1
    settled: bool = False  # each has run before it is timed: what another left in the caches is not its fault
    jobs: dict[str, Any] = field(default_factory=dict)
    out: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.out = aligned(self.rows * self.pitch)

    @property
    def pitch(self) -> int:
        """Bytes from row to row: kernels may write a little behind each."""
        return self.size if self.rows == 1 else -(-(self.size + SLACK) // 64) * 64

    @property
    def result(self) -> np.ndarray:
        """What the last job wrote."""
        return self.out[: self.rows * self.pitch].reshape(self.rows, -1)[:, : self.size]

    def row(self, y: int) -> np.ndarray:
        """Where row y of the result goes, with slack behind."""
        return self.out[y * self.pitch :]


def aligned(size: int) -> np.ndarray:
    """Zeroed bytes that start on a cache line, with slack behind."""
    whole = np.zeros(size + SLACK + 64, np.uint8)
    start = -whole.ctypes.data % 64
    return whole[start : start + size + SLACK]


def noise(rng: np.random.Generator, size: int, low: int = 0, high: int = 256, dtype: str = "uint8") -> np.ndarray:
    """A row of random integers, as bytes."""
    values = rng.integers(low, high, size).astype(dtype)
    row = aligned(values.nbytes)
    row[: values.nbytes] = values.view(np.uint8)
    return row


def bytes_of(values: np.ndarray) -> np.ndarray:
    """Weights as the kernels read them."""
    return np.frombuffer(bytearray(np.ascontiguousarray(values).tobytes()), np.uint8)


class Lab:
    """Builds contests out of a compiled module and the library's level ``isa``."""

    def __init__(self, module: ModuleType, isa: str) -> None:
        self.module = module
        self.isa = isa
        self.kernels = module.kernels_of(isa)
        # What this processor would run without permutes across registers.
        self.narrow_kernels = module.kernels_of("v4" if isa == "vbmi" else isa)
        self.rng = np.random.default_rng(5)

    def table(self, plan: Any, channels: int, layout: dict[str, int], encoding: str, **changes: bool) -> Any:
        """A lane table with its flags changed, or None if the plan does not suit the layout."""
        table = self.module.Table(plan, channels, layout, encoding)
        if not table.fits:
            return None
        for name, value in changes.items():
            setattr(table, name, value)
        return table

    def layout(self, kind: str, lanes: int, window: int) -> dict[str, int]:
        """A table layout of our own."""
        return {"kind": self.module.KINDS[kind], "lanes": lanes, "window": window}

    def contests(self) -> Iterator[Contest]:
        """Those on single rows, one after the other."""
        for n_in, n_out in (*SHAPES, *STEEP):
            for channels in CHANNELS:
                yield self.linear_columns(n_in, n_out, channels)
        for n_in, n_out in SHAPES:
            for channels in CHANNELS:
                yield self.lanczos_columns(n_in, n_out, channels)
        for channels in CHANNELS:
            yield self.area_columns(1920, 600, channels)
            yield self.area_columns(1920, 1280, channels)
        yield self.linear_blend()
        yield self.fixed_blend(4)
        yield self.fixed_blend(8)
        yield self.pillow_blend(5)
        yield self.pillow_blend(11)
        for n_in, n_out in SHAPES:
            yield self.nearest(n_in, n_out, 3)
            yield self.nearest(n_in, n_out, 4)

    def memory_contests(self) -> Iterator[Contest]:
        """Those on whole images, which hardly depend on the level."""
        for fresh in (False, True):
            for megabytes in (6, 12, 25, 50):
                yield self.result_rows(megabytes, fresh)
        yield self.prefetch(2)
        yield self.prefetch(4)

    def linear_columns(self, n_in: int, n_out: int, channels: int) -> Contest:
        """uint8 LINEAR, horizontal: bytes to int16."""
        plan = rules.opencv_linear_u8(n_in, n_out, n_in / n_out, True)
        weights = np.rint(plan.weights).astype(np.int16)
        row = noise(self.rng, n_in * channels)
        kernel, layout = self.kernels["linear"]
        functions = self.module.FUNCTIONS
        family = "linear columns, steep" if n_in > 4 * n_out else "linear columns"
        found = Contest(family, f"{n_in} -> {n_out}", channels, 2 * n_out * channels)

        def add(name: str, kernel: int, weights: np.ndarray = weights, table: Any = None) -> None:
            job = self.module.ColumnsJob(kernel, plan, channels, bytes_of(weights), row, found.out, table)
            found.jobs[name] = job

        add("plain loop", functions["plain linear"])
        used = self.table(plan, channels, layout, "near and far")
        pixels, _ = self.kernels["linear pixels"]
        if pixels and channels > 1:
            sparse = used is None or used.lanes_per_block < FEWEST[self.isa == "vbmi", channels]
            add(USED if sparse else "pixel pairs", pixels)
            if used is not None:
                add("lanes" if sparse else USED, kernel, table=used)
        else:
            add(USED, kernel, table=used)
        add("pixel loads, madd", functions["pixel loads"])
        add("hardware gathers", functions["hardware gathers"], gather_table(plan, channels, weights))
        if self.isa == "vbmi":
            if used is not None and used.narrow:
                add("both registers", kernel, table=self.table(plan, channels, layout, "near and far", narrow=False))
            half = self.table(plan, channels, self.layout("pairs", 32, 64), "near and far", narrow=True)
            if half is not None and not (used is not None and used.narrow):
                add("one register", kernel, table=half)
            narrow, layout = self.narrow_kernels["linear"]
            table = self.table(plan, channels, layout, "near and far")
            if table is not None:
                add("16-byte shuffles", narrow, table=table)
        return found

    def lanczos_columns(self, n_in: int, n_out: int, channels: int) -> Contest:
        """uint8 LANCZOS4, horizontal: bytes to int32, eight taps of 11 bits."""
        plan = rules.opencv_lanczos4_u8(n_in, n_out, n_in / n_out)
        weights = np.rint(plan.weights).astype(np.int16)
        row = noise(self.rng, n_in * channels)
        kernel, layout = self.kernels["fixed"]
        found = Contest("lanczos columns", f"{n_in} -> {n_out}", channels, 4 * n_out * channels)

        def add(name: str, kernel: int, table: Any = None) -> None:
            job = self.module.ColumnsJob(kernel, plan, channels, bytes_of(weights), row, found.out, table)
            found.jobs[name] = job

        add("plain loop", self.module.FUNCTIONS["plain fixed"])
        add(USED, kernel, self.table(plan, channels, layout, "digits"))
        if self.isa == "vbmi":
            pairs = self.table(plan, channels, self.layout("words", 16, 128), "digits")
            if pairs is not None and pairs.inside:
                add("int16 pairs, pmaddwd", self.module.FUNCTIONS["word pairs"], pairs)
                add("int16 pairs, vpdpwssd", self.module.FUNCTIONS["fused word pairs"], pairs)
            narrow, layout = self.narrow_kernels["fixed"]
            table = self.table(plan, channels, layout, "digits")
            if table is not None:
                add("16-byte shuffles", narrow, table)
        return found

    def area_columns(self, n_in: int, n_out: int, channels: int) -> Contest:
        """uint8 AREA, horizontal: bytes to float32, additions in OpenCV's order."""
        plan = rules.opencv_area_shrink(n_in, n_out, n_in / n_out)
        weights = plan.weights.astype(np.float32)
        row = noise(self.rng, n_in * channels)
        found = Contest("area columns", f"{n_in} -> {n_out}", channels, 4 * n_out * channels)
        middle = aligned(4 * n_in * channels)

        def widened(name: str, kernel: int, table: Any = None) -> None:
            job = self.module.WidenedColumnsJob(kernel, plan, channels, bytes_of(weights), row, found.out, table)
            found.jobs[name] = job.set_widening(self.kernels["widen"][0], middle)

        def add(name: str, kernel: int, table: Any) -> None:
            found.jobs[name] = self.module.ColumnsJob(kernel, plan, channels, bytes_of(weights), row, found.out, table)

        widened("plain loop", self.module.FUNCTIONS["plain float"])
        kernel, layout = self.kernels["bytes to float"]
        floats, float_layout = self.kernels["float"]
        float_table = self.table(plan, channels, float_layout, "single floats")
        used = self.table(plan, channels, layout, "single floats") if kernel else None
        if used is None:
            widened(USED, floats, float_table)
            return found
        add(USED, kernel, used)
        if self.isa == "vbmi" and used.inside:
            add("moving window", kernel, self.table(plan, channels, layout, "single floats", inside=False))
        if float_table is not None:
            widened("widened first", floats, float_table)
        return found

    def blends(self, found: Contest, rows: list[np.ndarray], weights: np.ndarray, kernels: dict[str, int]) -> Contest:
        """A contest of vertical kernels."""
        for name, kernel in kernels.items():
            found.jobs[name] = self.module.BlendJob(kernel, rows, bytes_of(weights), found.out, found.size)
        return found

    def linear_blend(self) -> Contest:
        """uint8 LINEAR, vertical: two int16 rows to bytes."""
        functions = self.module.FUNCTIONS
        kernels = {
            "plain loop": functions["plain linear blend"],
            USED: self.kernels["linear blend"][0],
            "int32 loop": functions["linear blend 32"],
        }
        wide = [noise(self.rng, ROW, 0, 255 * 2048 + 1, "int32") for _ in range(2)]
        rows = [aligned(2 * ROW) for _ in range(2)]
        for row, full in zip(rows, wide, strict=True):
            row[: 2 * ROW].view(np.int16)[:] = full[: 4 * ROW].view(np.int32) >> 4
        found = Contest("linear blend", f"{ROW} elements", 0, ROW)
        self.blends(found, rows, LINEAR_WEIGHTS, kernels)
        return self.blends(found, wide, LINEAR_WEIGHTS, {"int32 rows": functions["linear blend rows 32"]})

    def fixed_blend(self, taps: int) -> Contest:
        """uint8 CUBIC and LANCZOS4, vertical: int32 rows to bytes."""
        plan = (rules.opencv_cubic_u8 if taps == 4 else rules.opencv_lanczos4_u8)(64, 40, 1.6)
        weights = np.rint(plan.weights[20]).astype(np.int16)
        functions = self.module.FUNCTIONS
        kernels = {
            "plain loop": functions["plain fixed blend"],
            USED: self.kernels["fixed blend"][0],
            "row pointers in the loop": functions["fixed blend pointers"],
        }
        rows = [noise(self.rng, ROW, 0, 255 * 2048 + 1, "int32") for _ in range(taps)]
        return self.blends(Contest("fixed-point blend", f"{ROW} elements, {taps} rows", 0, ROW), rows, weights, kernels)

    def pillow_blend(self, taps: int) -> Contest:
        """Pillow's vertical pass: rows of bytes, weights of 22 bits."""
        triangle = np.bartlett(taps + 2)[1:-1]
        weights = np.rint(triangle / triangle.sum() * (1 << 22)).astype(np.int32)
        kernels = {
            "widening multiply": self.module.FUNCTIONS["plain pillow blend"], USED: self.kernels["pillow blend"][0],
            "weights of two words": self.module.FUNCTIONS["pillow word blend"],
        }  # fmt: skip
        rows = [noise(self.rng, ROW) for _ in range(taps)]
        return self.blends(Contest("Pillow's blend", f"{ROW} elements, {taps} rows", 0, ROW), rows, weights, kernels)

    def nearest(self, n_in: int, n_out: int, size: int) -> Contest:
        """NEAREST of pixels of three bytes, or of four."""
        plan = rules.nearest(n_in, n_out, n_in / n_out)
        row = noise(self.rng, size * n_in + SLACK)
        found = Contest("nearest" if size == 3 else "nearest, 4 bytes", f"{n_in} -> {n_out}", size, size * n_out)

        def add(name: str, kernel: int, table: Any = None) -> None:
            found.jobs[name] = self.module.GatherJob(kernel, plan, size, row, found.out, table)

        add("memcpy per pixel", self.module.FUNCTIONS["plain gather"])
        kernel, layout = self.kernels["gather"]
        if size == 4:
            _, floats = self.kernels["gather floats"]
            add(USED, kernel, self.table(plan, 1, floats, "no weights"))
            add("hardware gathers", self.module.FUNCTIONS["gathered pixels"])
            add("permutes of bytes", kernel, self.table(plan, size, layout, "no weights"))
            return found
        add(USED, kernel, self.table(plan, size, layout, "no weights"))
        add("overlapping 4-byte copies", self.module.FUNCTIONS["overlapping copies"])
        if self.isa == "vbmi":
            narrow, layout = self.narrow_kernels["gather"]
            table = self.table(plan, size, layout, "no weights")
            if table is not None:
                add("16-byte shuffles", narrow, table)
        return found

    def result_rows(self, megabytes: int, fresh: bool) -> Contest:
        """LINEAR to twice the width and height; result rows go to memory through the caches or past them."""
        n_in, n_out, channels = 960, 1920, 3
        rows = megabytes * 1_000_000 // (n_out * channels) & ~1
        plan = rules.opencv_linear_u8(n_in, n_out, n_in / n_out, True)
        weights = bytes_of(np.rint(plan.weights).astype(np.int16))
        source = np.resize(noise(self.rng, 1 << 16), rows // 2 * n_in * channels + SLACK)
        kernel, layout = self.kernels["linear"]
        table = self.table(plan, channels, layout, "near and far")
        found = Contest(
            "result rows, " + ("new pages" if fresh else "known pages"), f"{megabytes} MB", channels,
            rows * n_out * channels, settled=True,
        )  # fmt: skip
        ring = [aligned(2 * n_out * channels) for _ in range(2)]
        streams = self.module.goes_past_caches(found.size, fresh)
        for stream in (0, self.kernels["stream"][0]):
            blend = self.module.BlendJob(
                self.kernels["linear blend"][0], ring, bytes_of(LINEAR_WEIGHTS), found.out, n_out * channels,
                stream, aligned(n_out * channels) if stream else None,
            )  # fmt: skip
            job = self.module.DoublingJob(
                kernel, plan, channels, weights, source, ring[0], table, pitch=n_in * channels
            )
            job.set_blend(blend, ring[1], rows, found.out if fresh else None)
            found.jobs[USED if bool(stream) == streams else OTHER_WAY] = job
        return found

    def prefetch(self, step: int) -> Contest:
        """Horizontal LINEAR over two of every ``step`` rows of a source that no cache holds."""
        n_in, n_out, channels = LARGE_WIDTH, LARGE_WIDTH * 4 // (3 * step), 3
        plan = rules.opencv_linear_u8(n_in, n_out, n_in / n_out, True)
        weights = bytes_of(np.rint(plan.weights).astype(np.int16))
        pitch, rows = n_in * channels, LARGE_ROWS * 2 // step
        source = np.resize(noise(self.rng, 1 << 16), LARGE_ROWS * pitch + SLACK)
        kernel, layout = self.kernels["linear"]
        table = self.table(plan, channels, layout, "near and far")
        found = Contest("prefetch", f"{n_in} -> {n_out}, 2 of {step} rows", channels, 2 * n_out * channels)
        distances = {"no prefetch": 0, "2 kB along the row": 2048, USED: pitch}
        if step > 2:
            distances |= {"the row below": pitch, USED: step * pitch}
        for name, ahead in distances.items():
            found.jobs[name] = self.module.ColumnsJob(
                kernel, plan, channels, weights, source, found.out, table, rows, pitch, step, ahead
            )
        return found


def gather_table(plan: Any, channels: int, weights: np.ndarray) -> np.ndarray:
    """Blocks of 8 source offsets and 8 pairs of weights, for hardware gathers."""
    offsets = (plan.start[:, None] * channels + np.arange(channels)).astype(np.int32).ravel()
    pairs = np.repeat(np.ascontiguousarray(weights).view(np.int32).ravel(), channels)
    both = np.zeros((2, -len(offsets) // 8 * -8), np.int32)
    both[:, : len(offsets)] = offsets, pairs
    return both.reshape(2, -1, 8).transpose(1, 0, 2)
