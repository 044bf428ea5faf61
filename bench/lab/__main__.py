"""``python -m bench.lab``: compile the rivals, check their bits, time them against the kernels in use."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import cyresize
from bench.environment import environment
from bench.lab import passes, report
from bench.lab.build import build, source_for
from bench.lab.contests import Contest, Lab

HERE = Path(__file__).parent
RESULT = HERE.parent / "results" / "lab.json"
SAMPLE = 25e-6  # seconds: short, so that most samples fall between two interruptions
SECONDS = 6.0  # for a contest of long jobs, which get fewer rounds
FILLER = 0xA5  # what a result is full of before a kernel writes it
SHUFFLES = {"vbmi": "v4"}  # levels that permute across registers, and what runs without
NOTE = "measured on a shared machine, hence the least time of many short rounds"


def same_bits(contest: Contest) -> list[str]:
    """Run everyone once; the names of those whose result is not that of the first."""
    expected: np.ndarray | None = None
    wrong = []
    for name, job in contest.jobs.items():
        contest.result.fill(FILLER)
        job.run(1)
        if expected is None:
            expected = contest.result.copy()
        elif not np.array_equal(contest.result, expected):
            wrong.append(f"{contest.family}, {contest.case}, C = {contest.channels}: {name}")
    return wrong


def sample(job: Any, repeats: int) -> float:
    """Seconds per run."""
    start = time.perf_counter()
    job.run(repeats)
    return (time.perf_counter() - start) / repeats


def timed(contest: Contest, rounds: int) -> dict[str, Any]:
    """Least and median of ``rounds`` samples of each, in microseconds, everyone once a round."""
    repeats = {name: max(1, int(SAMPLE / min(sample(job, 1) for _ in range(5)))) for name, job in contest.jobs.items()}
    samples: dict[str, list[float]] = {name: [] for name in contest.jobs}
    round_seconds = sum(sample(job, repeats[name]) * repeats[name] for name, job in contest.jobs.items())
    round_seconds *= 2 if contest.settled else 1
    order = list(contest.jobs)
    for _ in range(max(20, min(rounds, int(SECONDS / round_seconds)))):
        order.append(order.pop(0))
        for name in order:
            if contest.settled:
                contest.jobs[name].run(1)
            samples[name].append(sample(contest.jobs[name], repeats[name]))
    entrants = {
        name: {"least": round(min(s) * 1e6, 4), "median": round(float(np.median(s)) * 1e6, 4)}
        for name, s in samples.items()
    }
    return {
        "family": contest.family, "case": contest.case, "channels": contest.channels, "rounds": len(samples[order[0]]),
        "entrants": entrants,
    }  # fmt: skip


def judged(contests: Iterable[Contest], rounds: int) -> list[dict[str, Any]]:
    """Every contest timed, or SystemExit if a kernel's bits are wrong."""
    found = []
    for contest in contests:
        wrong = same_bits(contest)
        if wrong:
            raise SystemExit("not the bits of the plain loop: " + "; ".join(wrong))
        found.append(timed(contest, rounds))
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


def measure(rounds: int, keep: Path | None) -> dict[str, Any]:
    """All contests at the level in use; those on rows also at the best level with 16-byte shuffles."""
    levels = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary)
        for isa in dict.fromkeys((cyresize.isa, SHUFFLES.get(cyresize.isa, cyresize.isa))):
            lab = Lab(build(isa, folder), isa)
            levels[isa] = judged((*lab.contests(), *passes.contests(lab)), rounds)
            if isa == cyresize.isa:
                levels[isa] += judged(lab.memory_contests(), rounds)
    return {"note": NOTE, "environment": environment(()), "levels": levels}


def save(path: Path, result: dict[str, Any]) -> None:
    """One line per contest, so that differences can be read."""
    levels = ",\n".join(
        f'"{isa}": [\n' + ",\n".join(map(json.dumps, contests)) + "\n]" for isa, contests in result["levels"].items()
    )
    head = json.dumps({**result, "levels": {}}, indent=1).removesuffix("{}\n}")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{head}{{\n{levels}\n}}\n}}\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or with ``--report`` only print what was measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.lab", description=__doc__)
    parser.add_argument("--rounds", type=int, default=400, help="samples of each kernel (default: 400)")
    parser.add_argument("--report", action="store_true", help="print the saved result instead of measuring")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name} and the table in the lab's README")
    parser.add_argument("--keep", type=Path, help="an existing folder to compile in, to look at the assembly")
    options = parser.parse_args(arguments)
    if not options.report:
        try:
            source_for(cyresize.isa)
        except ValueError as error:
            parser.error(str(error))
    result = json.loads(RESULT.read_text(encoding="utf-8")) if options.report else measure(options.rounds, options.keep)
    print(report.terminal(result))
    if options.save:
        if not options.report:
            save(RESULT, result)
        report.write_readme(HERE / "README.md", report.markdown(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
