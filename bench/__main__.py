"""Command line of the benchmarks.

python -m bench [options]                 measure
python -m bench report RESULT [--readme] [--html FILE]  show a result, or write it as a page or into the README
python -m bench compare BEFORE AFTER      what moved beyond the noise
python -m bench accuracy [--output FILE]  bytes of each library against exact arithmetic
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import accuracy, cases, compare, environment, html, peers, report, run
from bench.cases import Case
from bench.contest import Selection, families

ROOT = Path(__file__).parents[1]
SECONDS = 0.25
SHOWN = 40


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
        epilog="Also: report RESULT, compare BEFORE AFTER, accuracy; each has its own --help.",
    )
    parser.add_argument("--quick", action="store_true", help="a small selection, under a minute")
    parser.add_argument("--list", action="store_true", help="show what can be selected, and how many cells are")
    parser.add_argument("--families", type=words, metavar="NAMES")
    parser.add_argument("--modes", type=words, metavar="NAMES")
    parser.add_argument("--dtypes", type=words, metavar="NAMES")
    parser.add_argument("--channels", type=numbers, metavar="COUNTS")
    parser.add_argument("--cases", type=sizes, metavar="HxW-HxW", help="any sizes, height first")
    parser.add_argument("--peers", type=words, metavar="NAMES", help="default: all that are installed")
    parser.add_argument("--threads", type=numbers, metavar="COUNTS", help='such as "1,2" or "1,all"; default 1')
    parser.add_argument("--dst", action="store_true", help="a second row per cell, with the output given")
    parser.add_argument("--seconds", type=positive, help=f"time to spend on a cell's rounds, default {SECONDS}")
    parser.add_argument("--isa", metavar="LEVEL", help="instruction level of ours, as CYRESIZE_ISA does it")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the result as JSON")
    parser.add_argument("--rows", type=int, default=SHOWN, help=f"rows to show beside the lost ones, default {SHOWN}")
    return parser


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
    return Selection(
        families=options.families or (cases.QUICK_FAMILIES if quick else None),
        cases=options.cases or (cases.QUICK_CASES if quick else None),
        modes=options.modes,
        dtypes=options.dtypes or (cases.QUICK_DTYPES if quick else None),
        channels=options.channels or (cases.QUICK_CHANNELS if quick else None),
        threads=options.threads or cases.QUICK_THREADS,
        dst=options.dst,
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
    minutes = count * (seconds + 0.15) / 60
    lines.append(f"selected: {count} cells, about {minutes:.1f} minutes, more where peers are slow")
    return "\n".join(lines)


def early_settings(options: argparse.Namespace, threads: Sequence[int]) -> None:
    """What libraries read once, when they start: the instruction level and the size of Rust's thread pool."""
    if options.isa:
        os.environ["CYRESIZE_ISA"] = options.isa
    os.environ.setdefault("RAYON_NUM_THREADS", str(max(threads)))


def measure(arguments: Sequence[str]) -> int:
    """Measure, print the table, write the file. Status 1 if a result of ours is wrong."""
    parser = measuring_parser()
    options = parser.parse_args(arguments)
    check_names(parser, options)
    selection = selection_of(options)
    seconds = options.seconds or (cases.QUICK_SECONDS if options.quick else SECONDS)
    if options.list:
        print(listing(selection, seconds))
        return 0
    early_settings(options, selection.threads)
    missing = peers.missing(options.peers)
    if missing:
        print(f"not installed, so not compared: {', '.join(missing)}", file=sys.stderr)
    if environment.busy():
        print("other work runs on this machine: the figures, with threads above all, will not hold", file=sys.stderr)
    start = time.perf_counter()
    result: dict[str, Any] = {
        "format": run.FORMAT,
        "environment": environment.environment(selection.peers),
        "settings": {"arguments": recorded(options), "seconds": seconds},
        "missing": list(missing),
        "cells": [],
    }
    try:
        result["cells"].extend(run.run(selection, seconds))
    except KeyboardInterrupt:
        print("interrupted: what is measured so far follows", file=sys.stderr)
    result["settings"]["took"] = round(time.perf_counter() - start, 1)
    if options.output:
        run.save(options.output, result)
    print(report.terminal(result, options.rows))
    return 1 if run.wrong(result["cells"]) else 0


def recorded(options: argparse.Namespace) -> dict[str, Any]:
    """The options that were given, fit for JSON, without the name of the file."""
    found = {name: value for name, value in vars(options).items() if value and name not in ("output", "rows")}
    if options.cases:
        found["cases"] = [case.name for case in options.cases]
    return found


def show(arguments: Sequence[str]) -> int:
    """``report``."""
    parser = argparse.ArgumentParser(prog="python -m bench report")
    parser.add_argument("result", type=Path)
    parser.add_argument("--readme", action="store_true", help="write the Markdown table between the README's markers")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page that needs no network")
    parser.add_argument("--rows", type=int, default=None, help="cut the table after so many rows")
    options = parser.parse_args(arguments)
    try:
        result = run.read(options.result)
        if options.html:
            html.write(options.html, result)
        if options.readme:
            report.write_readme(ROOT / "README.md", report.markdown(result))
        if not options.html and not options.readme:
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Dispatch on the first word."""
    words_given = list(sys.argv[1:] if arguments is None else arguments)
    commands = {"report": show, "compare": contrast, "accuracy": investigate}
    if words_given and words_given[0] in commands:
        return commands[words_given[0]](words_given[1:])
    return measure(words_given)


if __name__ == "__main__":
    sys.exit(main())
