"""The command line on a folder of photographs against the loop that everybody writes."""

from __future__ import annotations

import atexit
import contextlib
import io
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from bench.apart import Apart
from bench.cases import OURS, Case, Cell
from bench.contest import Contestant, Family, Trial, Verdict
from bench.peers import load, set_threads

CASES = (Case.parse("480x640-224x224"), Case.parse("1080x1920-600x600"))
FILES = 16


@lru_cache(maxsize=4)
def folder(case: Case, mode: str) -> Path:
    """A temporary folder with smooth pictures that compress as photographs do; it goes when the process ends."""
    cv2 = load("cv2")
    top = Path(tempfile.mkdtemp(prefix="cyresize-bench-"))
    atexit.register(shutil.rmtree, top, ignore_errors=True)
    (top / "in").mkdir()
    (top / "loop").mkdir()
    rng = np.random.default_rng(1)
    for i in range(FILES):
        coarse = rng.integers(0, 256, (case.height // 16, case.width // 16, 3), np.uint8)
        cv2.imwrite(str(top / "in" / f"{i:02}.{mode}"), cv2.resize(coarse, (case.width, case.height)))
    return top


def results_of(top: Path) -> np.ndarray:
    """Every file's pixels."""
    cv2 = load("cv2")
    return np.stack([cv2.imread(str(path)) for path in sorted(top.iterdir())])


def command(top: Path, size: tuple[int, int], threads: int) -> Callable[[], Path]:
    """What the command line does, called without a new interpreter."""
    cli = load("cyresize.cli")
    set_threads(("cv2",), threads)
    arguments = ["resize", str(top / "in"), "-o", str(top / "ours"), "--size", f"{size[0]}x{size[1]}", "--again"]

    def call() -> Path:
        with contextlib.redirect_stdout(io.StringIO()):
            if cli.main([*arguments, "-j", str(threads)]) != 0:
                raise RuntimeError("the command failed")
        return top / "ours"

    return call


def loop(top: Path, size: tuple[int, int], threads: int) -> Callable[[], Path]:
    """The loop over the same files."""
    cv2 = load("cv2")
    set_threads(("cv2",), threads)

    def call() -> Path:
        for path in (top / "in").iterdir():
            image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
            cv2.imwrite(str(top / "loop" / path.name), cv2.resize(image, size))
        return top / "loop"

    return call


def prepare(cell: Cell, peers: Collection[str]) -> Trial:
    """``cyresize resize FOLDER`` against imread, resize and imwrite, each in its own process.

    The command tells the C library to keep freed memory, which a loop in the same process would gain from.
    """
    case = cell.case
    top = folder(case, cell.mode)
    size = (case.out_width, case.out_height)

    def judge(results: Mapping[str, np.ndarray]) -> dict[str, Verdict]:
        verdicts = {name: Verdict("files", True) for name in results}
        if OURS in results and "cv2 loop" in results:
            same = np.array_equal(results[OURS], results["cv2 loop"])
            verdicts[OURS] = Verdict("the loop's pixels", same, note="" if same else "other pixels")
        return verdicts

    entrants = {OURS: command, "cv2 loop": loop} if "cv2" in peers else {OURS: command}
    processes = {name: Apart(make, top, size, cell.threads) for name, make in entrants.items()}

    def wait_for_all() -> None:
        for process in processes.values():
            process.wait_for_quiet()

    contestants = [Contestant(name, call, results_of, wait_for_all) for name, call in processes.items()]
    moved = 3 * FILES * (case.height * case.width + case.out_height * case.out_width)
    return Trial(cell, contestants, judge, moved)


FAMILY = Family(
    "folder",
    "A folder of files",
    CASES,
    ("jpg", "png"),
    ("uint8",),
    (3,),
    prepare,
    any_case=False,
    one_thread=False,  # it runs in processes of its own
    has=lambda cell: not cell.dst,  # files are always new
)
