"""Command line of the benchmarks.

python -m bench [options]                 measure
python -m bench full RESULT [options]     measure everything, then write every page that is made from it
python -m bench report RESULT [--html FILE] [--publish]  show a result, or write it as pages
python -m bench compare BEFORE AFTER      what moved beyond the noise
python -m bench accuracy [--output FILE]  bytes of each library against exact arithmetic
python -m bench waking [--output FILE]    what a second thread costs and saves
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench import accuracy, before, cases, compare, environment, html, peers, publish, report, run, waking
from bench.cases import Case
from bench.contest import Selection, families

ROOT = Path(__file__).parents[1]
SECONDS = 0.25
SHOWN = 40
INTERRUPTED = 130


def words(text: str) -> list[str]:
    """A comma-separated list."""
    found = [word.strip() for word in text.split(",") if word.strip()]
    if not found:
        raise argparse.ArgumentTypeError("the list is empty")
    return found


def numbers(text: str) -> list[int]:
    """A comma-separated list of counts; ``all`` stands for every CPU that the process may use."""
    try:
        found = [environment.usable_cpus() if word == "all" else int(word) for word in words(text)]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of whole numbers") from None
    if min(found) < 1:
        raise argparse.ArgumentTypeError("counts start at 1")
    return list(dict.fromkeys(found))


def one_number(text: str) -> int:
    """A single count."""
    found = numbers(text)
    if len(found) > 1:
        raise argparse.ArgumentTypeError(f"{text!r} is more than one number")
    return found[0]


def sizes(text: str) -> list[Case]:
    """A comma-separated list of cases."""
    try:
        return [Case.parse(word) for word in words(text)]
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def positive(text: str) -> float:
    """A number above zero."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("it must be positive")
    return value


def measuring_parser() -> argparse.ArgumentParser:
    """Options of a measurement."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Time cyresize and other libraries in turns, after checking their results. Lists take commas.",
        epilog="Also: full RESULT, report RESULT, compare BEFORE AFTER, accuracy, waking; each has its own --help.",
    )
    parser.add_argument("--quick", action="store_true", help="a small selection, under a minute")
    parser.add_argument("--list", action="store_true", help="show what can be selected, and how many cells are")
    parser.add_argument("--families", type=words, metavar="NAMES")
    parser.add_argument("--modes", type=words, metavar="NAMES")
    parser.add_argument("--dtypes", type=words, metavar="NAMES")
    parser.add_argument("--channels", type=numbers, metavar="COUNTS")
    parser.add_argument("--cases", type=sizes, metavar="HxW-HxW", help="any sizes, height first")
    parser.add_argument("--random", type=one_number, metavar="N", help="random sizes, so many")
    parser.add_argument("--seed", type=int, default=0, help="which random sizes, default 0")
    parser.add_argument("--peers", type=words, metavar="NAMES", help="default: all that are installed")
    parser.add_argument("--before", type=Path, metavar="FOLDER", help="another checkout of cyresize, built in place")
    parser.add_argument("--threads", type=numbers, metavar="COUNTS", help='such as "1,2" or "1,all"; default 1')
    parser.add_argument("--dst", action="store_true", help="a second row per cell, with the output given")
    parser.add_argument("--memory", action="store_true", help="also time a loop, to be compiled, that only moves bytes")
    parser.add_argument("--seconds", type=positive, help=f"time to spend on a cell's rounds, default {SECONDS}")
    parser.add_argument("--isa", metavar="LEVEL", help="instruction level of ours, as CYRESIZE_ISA does it")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the result as JSON, cell by cell")
    parser.add_argument("--resume", action="store_true", help="keep the cells that the file has, measure the others")
    parser.add_argument("--again", action="store_true", help="with --resume: measure cells again whose times scatter")
    parser.add_argument("--rows", type=int, default=SHOWN, help=f"rows to show beside the lost ones, default {SHOWN}")
    return parser


def add_build(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Let the other build take part that ``--before`` names."""
    if not options.before:
        return
    try:
        peers.LIBRARIES[before.NAME] = before.build(options.before)
    except ValueError as error:
        parser.error(f"--before: {error}")
    if options.peers is not None and before.NAME not in options.peers:
        options.peers.append(before.NAME)


def check_names(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse names that nothing has, with the list of those that exist."""
    known = families()
    tables = {
        "families": list(known),
        "modes": list(dict.fromkeys(mode for family in known.values() for mode in family.modes)),
        "dtypes": list(dict.fromkeys(dtype for family in known.values() for dtype in family.dtypes)),
        "peers": list(peers.LIBRARIES),
    }
    for option, names in tables.items():
        unknown = [name for name in getattr(options, option) or () if name not in names]
        if unknown:
            parser.error(f"--{option}: unknown {', '.join(unknown)}; there are {', '.join(names)}")


def selection_of(options: argparse.Namespace) -> Selection:
    """The selection that the options ask for; what is given wins over what ``--quick`` brings."""
    quick = options.quick
    drawn = cases.random_cases(options.random, options.seed) if options.random else []
    return Selection(
        families=options.families or (cases.QUICK_FAMILIES if quick else None),
        cases=[*(options.cases or ()), *drawn] or (cases.QUICK_CASES if quick else None),
        modes=options.modes,
        dtypes=options.dtypes or (cases.QUICK_DTYPES if quick else None),
        channels=options.channels or (cases.QUICK_CHANNELS if quick else None),
        threads=options.threads or cases.QUICK_THREADS,
        dst=options.dst,
        memory=options.memory,
        peers=peers.installed(options.peers),
    )


def listing(selection: Selection, seconds: float) -> str:
    """What there is to select from, and the size of the selection."""
    lines = []
    for family in families().values():
        lines += [f"{family.name}: {family.title}"]
        lines += [f"  modes     {', '.join(family.modes)}", f"  dtypes    {', '.join(family.dtypes)}"]
        lines += [f"  channels  {', '.join(map(str, family.channels))}"]
        lines += [f"  cases     {', '.join(case.name for case in family.cases)}"]
    for name, library in peers.LIBRARIES.items():
        lines.append(f"peer {name}: {library.version if library.installed else 'not installed'}")
    count = len(run.chosen(selection))
    minutes = count * (2 * seconds + 0.15) / 60
    lines.append(f"selected: {count} cells, about {minutes:.1f} minutes, more where peers are slow")
    return "\n".join(lines)


def early_settings(options: argparse.Namespace, threads: Sequence[int]) -> None:
    """What libraries read once, when they start: the instruction level and the size of Rust's thread pool."""
    if options.isa:
        os.environ["CYRESIZE_ISA"] = options.isa
    os.environ.setdefault("RAYON_NUM_THREADS", str(max(threads)))


def warn(missing: Sequence[str]) -> None:
    """Say what the figures will lack."""
    if missing:
        print(f"not installed, so not compared: {', '.join(missing)}", file=sys.stderr)
    if environment.busy():
        print("other work runs on this machine: the figures, with threads above all, will not hold", file=sys.stderr)


def opened(options: argparse.Namespace, selection: Selection, seconds: float) -> dict[str, Any]:
    """The result to add cells to: an empty one, or that of a run before on the same machine with the same code."""
    result: dict[str, Any] = {
        "format": run.FORMAT,
        "environment": environment.environment(selection.peers),
        "runs": [{"arguments": recorded(options), "seconds": seconds, "rayon_threads": peers.rayon_threads()}],
        "missing": list(peers.missing(options.peers)),
        "cells": [],
    }
    if options.resume and options.output.exists():
        before = run.read(options.output)
        moved = environment.differences(before["environment"], result["environment"])
        if moved:
            names = ", ".join(name for name, _ in moved)
            raise ValueError(f"{options.output.name} cannot be resumed, as these are not what they were: {names}")
        result["environment"] = before["environment"]
        result["runs"] = before["runs"] + result["runs"]
        chosen = {run.key_of(run.described(cell)) for _, cell in run.chosen(selection)} if options.again else set()
        result["cells"] = [cell for cell in before["cells"] if run.settled(cell) or run.key_of(cell) not in chosen]
    return result


def measured(result: dict[str, Any], options: argparse.Namespace, selection: Selection, seconds: float) -> int:
    """Measure what the result lacks; its file is whole after each cell. Status 0, or that of an interruption."""
    status, start, cells = 0, time.perf_counter(), result["cells"]
    if options.output:
        run.save(options.output, result)
    try:
        for record in run.run(selection, seconds, tuple(cells)):
            if options.output:
                run.append(options.output, record, first=not cells)
            cells.append(record)
    except KeyboardInterrupt:
        print("interrupted: what is measured so far follows", file=sys.stderr)
        status = INTERRUPTED
    result["runs"][-1]["took"] = round(time.perf_counter() - start, 1)
    if options.output:
        run.save(options.output, result)
    return status


def measure(arguments: Sequence[str]) -> int:
    """Measure, print the table, write the file. Status 1 if a result of ours is wrong."""
    parser = measuring_parser()
    options = parser.parse_args(arguments)
    add_build(parser, options)
    check_names(parser, options)
    if options.memory and find_spec("Cython") is None:
        parser.error('--memory: the loop is compiled with Cython, which pip install -e ".[bench]" brings')
    if options.again and not options.resume:
        parser.error("--again: of which run? --resume goes on with a file")
    if options.resume and not options.output:
        parser.error("--resume: which file? --output says so")
    selection = selection_of(options)
    seconds = options.seconds or (cases.QUICK_SECONDS if options.quick else SECONDS)
    if options.list:
        print(listing(selection, seconds))
        return 0
    early_settings(options, selection.threads)
    warn(peers.missing(options.peers))
    try:
        result = opened(options, selection, seconds)
    except (OSError, ValueError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")
    interrupted = measured(result, options, selection, seconds)
    print(report.terminal(result, options.rows))
    return interrupted or int(bool(run.wrong(result["cells"])))


def recorded(options: argparse.Namespace) -> dict[str, Any]:
    """The options that were given, fit for JSON, without the name of the file."""
    apart = ("output", "rows", "resume", "again")
    found = {name: value for name, value in vars(options).items() if value and name not in apart}
    found |= {"before": options.before.name} if options.before else {}
    if options.cases:
        found["cases"] = [case.name for case in options.cases]
    return found


def full(arguments: Sequence[str]) -> int:
    """``full``: a process per thread count, as some libraries size their pools once; then the pages."""
    parser = argparse.ArgumentParser(
        prog="python -m bench full",
        description="Measure everything, with outputs fresh and given, then write the pages. Options that choose less "
        "are those of python -m bench.",
    )
    parser.add_argument("result", type=Path, help="the JSON file to write; the page and the tables go beside it")
    parser.add_argument("--threads", default="1,all", metavar="COUNTS", help='default "1,all"')
    parser.add_argument("--resume", action="store_true", help="go on with the file where an interrupted run stopped")
    options, others = parser.parse_known_args(arguments)
    try:
        counts = numbers(options.threads)
    except argparse.ArgumentTypeError as error:
        parser.error(f"--threads: {error}")
    command = [sys.executable, "-m", "bench", "--dst", "--memory", "--output", str(options.result.resolve()), *others]
    worst = 0
    for k, count in enumerate(counts):
        resume = ["--resume"] * (options.resume or k > 0)
        status = finished([*command, "--threads", str(count), *resume])
        if status not in (0, 1):
            hint = "; --resume goes on from there" if status == INTERRUPTED else ""
            print(f"{parser.prog}: stopped at {count} threads, no page was written{hint}", file=sys.stderr)
            return status
        worst = max(worst, status)
    print(*publish.pages(options.result), sep="\n")
    return worst


def finished(command: Sequence[str]) -> int:
    """Run a measurement; an interruption of us is one of it, and it is given time to end."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def show(arguments: Sequence[str]) -> int:
    """``report``."""
    parser = argparse.ArgumentParser(prog="python -m bench report")
    parser.add_argument("result", type=Path)
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page that needs no network")
    parser.add_argument(
        "--publish",
        action="store_true",
        help="write the page and the tables beside the result, and its summary and picture into this checkout",
    )
    parser.add_argument("--rows", type=int, default=None, help="cut the table after so many rows")
    options = parser.parse_args(arguments)
    try:
        result = run.read(options.result)
        if options.html:
            html.write(options.html, result)
        if options.publish:
            print(*publish.pages(options.result), sep="\n")
        if not options.html and not options.publish:
            print(report.terminal(result, options.rows))
    except (OSError, ValueError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")
    return 0


def contrast(arguments: Sequence[str]) -> int:
    """``compare``."""
    parser = argparse.ArgumentParser(prog="python -m bench compare")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--threshold", type=positive, default=compare.THRESHOLD, help="smallest change to show")
    options = parser.parse_args(arguments)
    try:
        print(compare.text(run.read(options.before), run.read(options.after), options.threshold))
    except (OSError, ValueError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")
    return 0


def investigate(arguments: Sequence[str]) -> int:
    """``accuracy``."""
    parser = argparse.ArgumentParser(prog="python -m bench accuracy", description=accuracy.__doc__)
    parser.add_argument("--peers", type=words, metavar="NAMES", help="default: all that are installed")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the result as JSON")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.peers or () if name not in peers.LIBRARIES]
    if unknown:
        parser.error(f"--peers: unknown {', '.join(unknown)}; there are {', '.join(peers.LIBRARIES)}")
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    names = peers.installed(options.peers)
    found = {
        "format": accuracy.FORMAT,
        "environment": environment.environment(names),
        "missing": list(peers.missing(options.peers)),
        "entries": list(accuracy.study(names)),
    }
    if options.output:
        accuracy.save(options.output, found)
    print(accuracy.terminal(found))
    return 0


def wake(arguments: Sequence[str]) -> int:
    """``waking``."""
    parser = argparse.ArgumentParser(prog="python -m bench waking", description=waking.__doc__)
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the result as JSON")
    options = parser.parse_args(arguments)
    found = {
        "format": waking.FORMAT,
        "environment": environment.environment([]),
        "least_work": waking.cutoff(),
        "entries": list(waking.study()),
    }
    if options.output:
        waking.save(options.output, found)
    print(waking.terminal(found))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Dispatch on the first word."""
    words_given = list(sys.argv[1:] if arguments is None else arguments)
    commands = {"full": full, "report": show, "compare": contrast, "accuracy": investigate, "waking": wake}
    if words_given and words_given[0] in commands:
        return commands[words_given[0]](words_given[1:])
    return measure(words_given)


if __name__ == "__main__":
    sys.exit(main())
