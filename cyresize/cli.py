"""The command line: ``cyresize resize`` for image files and ``cyresize info``."""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from pathlib import Path
from typing import NoReturn

import numpy as np

import cyresize
from cyresize import checks, images
from cyresize.engine import dispatch, parallel
from cyresize.interpolation import Interpolation

# By the date of the standard that the compiler's _OPENMP gives.
OPENMP = {201107: "3.1", 201307: "4.0", 201511: "4.5", 201811: "5.0", 202011: "5.1", 202111: "5.2", 202411: "6.0"}
FAILED, USAGE, INTERRUPTED = 1, 2, 130


class FileError(Exception):
    """One file could not be done: which, and why in one line."""

    def __init__(self, path: Path, reason: str) -> None:
        """Keep both parts for a summary of many files."""
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        """``file: reason``."""
        return f"{os.fspath(self.path)}: {self.reason}"


@contextmanager
def blame(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong inside into a FileError about ``path``."""
    try:
        yield
    except images.OpenCVError:
        raise
    except MemoryError as error:
        raise FileError(path, f"not enough memory: {error}" if str(error) else "not enough memory") from error
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from error
    except (ValueError, TypeError) as error:
        raise FileError(path, " ".join(str(error).split())) from error


@dataclass(frozen=True)
class Resizing:
    """How an image is resized: the rule for its new size, then ``cyresize.resize``'s options.

    ``rule`` and ``value`` are "size" and (width, height), "scale" and a factor, or "longest" or "shortest" and the
    pixels of that side.
    """

    rule: str
    value: tuple[int, int] | float
    interpolation: Interpolation = Interpolation.LINEAR
    antialias: bool = False
    n_threads: int | None = None

    def __call__(self, image: images.Image) -> images.Image:
        """Return the resized image."""
        height, width = image.shape[:2]
        size, factor = self.target(width, height)
        return cyresize.resize(
            image,
            size,
            fx=factor,
            fy=factor,
            interpolation=self.interpolation,
            antialias=self.antialias,
            n_threads=self.n_threads,
        )

    def target(self, width: int, height: int) -> tuple[tuple[int, int] | None, float]:
        """The (width, height) to resize to and 0.0, or None and the factor for both."""
        if isinstance(self.value, tuple):
            size, factor = self.value, 0.0
        elif self.rule == "scale":
            factor = self.value
            size = round(width * factor), round(height * factor)
        else:
            factor = 0.0
            known = max(width, height) if self.rule == "longest" else min(width, height)
            size = keep_aspect(width, height, int(self.value), known)
        if min(size) < 1:
            raise ValueError(f"the output would be {size[0]} x {size[1]} pixels (width x height)")
        if size[0] * size[1] > images.MAX_PIXELS:
            raise ValueError(f"the output of {size[0]} x {size[1]} is more than {images.MAX_PIXELS} pixels")
        return (None, factor) if self.rule == "scale" else (size, 0.0)


def keep_aspect(width: int, height: int, wanted: int, known: int) -> tuple[int, int]:
    """(width, height) scaled so that a side of ``known`` pixels gets ``wanted``; no side is rounded away."""
    if wanted < 1:
        return wanted, wanted
    return max(1, round(width * wanted / known)), max(1, round(height * wanted / known))


def resize_file(source: Path, target: Path, resizing: Resizing) -> None:
    """Resize one image file into another, or raise FileError and leave ``target`` as it was."""
    with blame(target):
        images.check_target(target)
    with blame(source):
        result = resizing(images.read(source))
    with blame(target):
        images.write(target, result)


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """Print ``message`` and exit with status 2."""
        self.exit(USAGE, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def size_option(text: str) -> tuple[int, int]:
    """(width, height) from WxH."""
    match = re.fullmatch(r"(-?\d{1,18})[xX\u00d7](-?\d{1,18})", text.strip(), re.ASCII)
    if match is None:
        raise argparse.ArgumentTypeError(f"must be WIDTHxHEIGHT in pixels, such as 640x480, not {text!r}")
    return int(match[1]), int(match[2])


def scale_option(text: str) -> float:
    """A factor from 0.5 or 50%."""
    try:
        number = float(text.strip().removesuffix("%"))
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise argparse.ArgumentTypeError(f"must be a percentage or a factor, such as 50% or 0.5, not {text!r}")
    return number / 100 if text.strip().endswith("%") else number


def interpolation_option(text: str) -> Interpolation:
    """A mode from its name, as ``cyresize.resize`` takes it."""
    try:
        return Interpolation(checks.mode_number(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def threads_option(text: str) -> int:
    """A positive number of threads."""
    try:
        return checks.thread_count(int(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, not {text!r}") from None


def add_resize(commands: argparse._SubParsersAction[Parser]) -> None:
    """Declare ``cyresize resize``."""
    parser = commands.add_parser(
        "resize",
        help="resize an image file",
        description="Resize an image file. Orientation is applied; bit depth, grey and transparency are kept.",
    )
    parser.add_argument("source", metavar="SRC", type=Path, help="the image to read")
    parser.add_argument("output", metavar="OUT", type=Path, help="the image to write; its extension is the format")
    rules = parser.add_mutually_exclusive_group(required=True)
    rules.add_argument("--size", metavar="WxH", type=size_option, help="width x height in pixels")
    rules.add_argument("--scale", metavar="FACTOR", type=scale_option, help="both sides by a factor: 50%% or 0.5")
    rules.add_argument("--longest", metavar="N", type=int, help="the longer side in pixels, the other in proportion")
    rules.add_argument("--shortest", metavar="N", type=int, help="the shorter side in pixels, the other in proportion")
    parser.add_argument(
        "--interpolation",
        metavar="NAME",
        type=interpolation_option,
        default=Interpolation.LINEAR,
        help=", ".join(mode.name.lower() for mode in Interpolation) + " (default: linear)",
    )
    parser.add_argument("--antialias", action="store_true", help="widen the kernel on shrinking, as Pillow does")
    parser.add_argument("-j", "--threads", metavar="N", type=threads_option, help="threads (default: all processors)")
    parser.set_defaults(run=run_resize)


def run_resize(args: argparse.Namespace) -> int:
    """``cyresize resize``: do the work, report in one line what failed."""
    rule = next(name for name in ("size", "scale", "longest", "shortest") if getattr(args, name) is not None)
    resizing = Resizing(rule, getattr(args, rule), args.interpolation, args.antialias, args.threads)
    try:
        with images.quiet():
            resize_file(args.source, args.output, resizing)
    except (FileError, images.OpenCVError) as error:
        print(f"cyresize: {error}", file=sys.stderr)
        return FAILED
    return 0


def run_info(_: argparse.Namespace) -> int:
    """``cyresize info``: what is installed and what it will use."""
    for name, value in facts().items():
        print(f"{name:<14}{value}")
    return 0


def facts() -> dict[str, str]:
    """What a bug report needs to name."""
    date = parallel.openmp_version()
    return {
        "cyresize": cyresize.__version__,
        "Python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "NumPy": np.__version__,
        "OpenCV": installed("opencv-python") or installed("opencv-python-headless") or "not installed",
        "instructions": f"{cyresize.isa} (available: {', '.join(dispatch.built_levels())})",
        "threads": str(parallel.max_threads()),
        "OpenMP": (
            f"{OPENMP.get(date, 'of')} ({date}), {Path(parallel.openmp_runtime()).name}"
            if date
            else "none, a serial build"
        ),
    }


def installed(package: str) -> str | None:
    """The version of a package, found without importing it."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def build_parser() -> Parser:
    """The whole command line."""
    parser = Parser(prog="cyresize", description="Resize images with OpenCV's pixels, sooner.")
    parser.add_argument("--version", action="version", version=f"cyresize {cyresize.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    add_resize(commands)
    info = commands.add_parser(
        "info",
        help="show the version, instruction level and threads",
        description="Show version, instruction level, threads.",
    )
    info.set_defaults(run=run_info)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status: 0, 1 if a file failed, 2 for a wrong call, 130 on Ctrl-C."""
    args = build_parser().parse_args(argv)
    try:
        status: int = args.run(args)
    except KeyboardInterrupt:
        print("cyresize: interrupted", file=sys.stderr)
        return INTERRUPTED
    return status
