"""The command line: ``cyresize resize`` for image files and ``cyresize info``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from math import isfinite
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

import cyresize
from cyresize import batch, checks, images, preprocessing
from cyresize.batch import FileError, Summary, Task, blame
from cyresize.engine import dispatch, parallel
from cyresize.interpolation import Interpolation

# By the date of the standard that the compiler's _OPENMP gives.
OPENMP = {201107: "3.1", 201307: "4.0", 201511: "4.5", 201811: "5.0", 202011: "5.1", 202111: "5.2", 202411: "6.0"}
FAILED, USAGE, INTERRUPTED = 1, 2, 130


@dataclass(frozen=True)
class Resizing:
    """How an image is resized: the rule for its new size, then ``cyresize.resize``'s options.

    ``rule`` and ``value`` are "size" and (width, height), "scale" and a factor, or "longest" or "shortest" and the
    pixels of that side. ``fit`` says how a size is reached, as in Preprocess; ``pad`` is the colour around "contain",
    None for transparent black where there is an alpha channel.
    """

    rule: str
    value: tuple[int, int] | float
    interpolation: Interpolation = Interpolation.LINEAR
    antialias: bool = False
    n_threads: int | None = None
    fit: str = "stretch"
    pad: tuple[int, int, int] | None = None

    def __call__(self, image: images.Image) -> images.Image:
        """Return the resized image."""
        height, width = image.shape[:2]
        size, factor = self.target(width, height)
        if isinstance(self.value, tuple) and self.fit != "stretch":
            return self.fitted(image, self.value)
        return self.resized(image, size, factor)

    def resized(self, image: images.Image, size: tuple[int, int] | None, factor: float = 0.0) -> images.Image:
        """``cyresize.resize`` with the options."""
        return cyresize.resize(
            image,
            size,
            fx=factor,
            fy=factor,
            interpolation=self.interpolation,
            antialias=self.antialias,
            n_threads=self.n_threads,
        )

    def fitted(self, image: images.Image, canvas: tuple[int, int]) -> images.Image:
        """The image resized, then cut or padded to the canvas."""
        height, width = image.shape[:2]
        place = preprocessing.Placing(self.fit, canvas, min(canvas))
        oh, ow, top, left = place(height, width)
        resized = self.resized(image, (ow, oh))
        part = resized[max(-top, 0) :, max(-left, 0) :][: canvas[1], : canvas[0]]
        if part.shape[:2] == canvas[::-1]:
            return part
        result = np.empty((canvas[1], canvas[0], *image.shape[2:]), image.dtype)
        result[...] = padding(self.pad, image)
        top, left = max(top, 0), max(left, 0)
        result[top : top + part.shape[0], left : left + part.shape[1]] = part
        return result

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


def padding(colour: tuple[int, int, int] | None, image: images.Image) -> NDArray[Any]:
    """A colour of 8 bits per channel, in red, green, blue, as a pixel like those of ``image``."""
    channels = image.shape[2] if image.ndim == 3 else 1
    red, green, blue = colour or (0, 0, 0)
    pixel = [blue, green, red, 255 if colour else 0]
    if channels == 1:
        pixel = [round(0.299 * red + 0.587 * green + 0.114 * blue)]
    peak = np.iinfo(image.dtype).max if image.dtype.kind in "iu" else 1.0
    values = np.array(pixel[:channels]) / 255 * peak
    return values.round() if image.dtype.kind in "iu" else values


def resize_file(task: Task, resizing: Resizing, max_pixels: int) -> None:
    """Resize one image file into another, or raise FileError and leave the target as it was."""
    with blame(task.target):
        images.check_target(task.target)
    with blame(task.source):
        result = resizing(images.read(task.source, max_pixels))
    with blame(task.target):
        images.write(task.target, result)


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


def pad_option(text: str) -> tuple[int, int, int]:
    """(red, green, blue) from #rrggbb or one number for all."""
    match = re.fullmatch(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", text.strip(), re.ASCII | re.IGNORECASE)
    if match:
        return int(match[1], 16), int(match[2], 16), int(match[3], 16)
    if text.strip().isascii() and text.strip().isdigit() and int(text) < 256:
        return int(text), int(text), int(text)
    raise argparse.ArgumentTypeError(f"must be #rrggbb or a grey of 0 to 255, not {text!r}")


def pixels_option(text: str) -> int:
    """A positive number of pixels, at most what OpenCV decodes."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= images.MAX_PIXELS):
        raise argparse.ArgumentTypeError(f"must be a whole number of 1 to {images.MAX_PIXELS}, not {text!r}")
    return int(text)


def add_resize(commands: argparse._SubParsersAction[Parser]) -> None:
    """Declare ``cyresize resize``."""
    parser = commands.add_parser(
        "resize",
        help="resize image files",
        usage="%(prog)s (--size WxH | --scale FACTOR | --longest N | --shortest N) [options] SRC... OUT",
        description="Resize an image file, or many into a folder. Orientation is applied; bit depth, grey and "
        "transparency are kept.",
    )
    parser.add_argument(
        "paths",
        metavar="SRC... OUT",
        nargs="+",
        help="image files, folders and patterns such as 'photos/**/*.jpg', then the folder to write to; or one image "
        "file, then the file to write, whose extension is the format",
    )
    rules = parser.add_mutually_exclusive_group(required=True)
    rules.add_argument("--size", metavar="WxH", type=size_option, help="width x height in pixels")
    rules.add_argument("--scale", metavar="FACTOR", type=scale_option, help="both sides by a factor: 50%% or 0.5")
    rules.add_argument("--longest", metavar="N", type=int, help="the longer side in pixels, the other in proportion")
    rules.add_argument("--shortest", metavar="N", type=int, help="the shorter side in pixels, the other in proportion")
    add_look(parser)
    add_many(parser)
    parser.set_defaults(run=run_resize, complain=parser.error)


def add_look(parser: Parser) -> None:
    """Declare the options that decide what an output looks like."""
    parser.add_argument(
        "--fit",
        choices=tuple(preprocessing.FITS),
        default="stretch",
        help="how --size is reached: stretch (default), contain (all of it, padded), cover (cut off what stands over) "
        "or shortest (the shorter side to the smaller of the size, then the centre)",
    )
    parser.add_argument(
        "--pad", metavar="COLOUR", type=pad_option, help="around --fit contain: #rrggbb or 0 to 255 (default: black)"
    )
    parser.add_argument(
        "--interpolation",
        metavar="NAME",
        type=interpolation_option,
        default=Interpolation.LINEAR,
        help=", ".join(mode.name.lower() for mode in Interpolation) + " (default: linear)",
    )
    parser.add_argument("--antialias", action="store_true", help="widen the kernel on shrinking, as Pillow does")


def add_many(parser: Parser) -> None:
    """Declare the options about files."""
    parser.add_argument("-o", "--output", metavar="FOLDER", help="write to this folder; all of SRC are then sources")
    parser.add_argument(
        "-j",
        "--threads",
        metavar="N",
        type=threads_option,
        help="threads: files at a time, or for one file parts of it (default: all processors)",
    )
    parser.add_argument("--again", action="store_true", help="do files of a folder again whose output is newer")
    parser.add_argument("--dry-run", action="store_true", help="show what would be written, write nothing")
    parser.add_argument("--json", action="store_true", help="print a summary as JSON")
    parser.add_argument(
        "--max-pixels",
        metavar="N",
        type=pixels_option,
        default=images.PIXEL_LIMIT,
        help=f"refuse to read larger images (default: {images.PIXEL_LIMIT})",
    )


def run_resize(args: argparse.Namespace) -> int:
    """``cyresize resize``: find the files, do the work, report in one line each what failed."""
    rule = next(name for name in ("size", "scale", "longest", "shortest") if getattr(args, name) is not None)
    if args.fit != "stretch" and rule != "size":
        args.complain(f"--fit {args.fit} goes with --size, not with --{rule}")
    images.limit_pixels(args.max_pixels)
    images.keep_memory()
    summary, folder = tasks_of(args)
    threads = args.threads or cyresize.get_num_threads()
    workers = max(1, min(threads, len(summary.tasks)))
    resizing = Resizing(
        rule, getattr(args, rule), args.interpolation, args.antialias, max(1, threads // workers), args.fit, args.pad
    )
    if args.dry_run:
        return show_plan(summary, args.json)
    try:
        with images.quiet() as terminal:
            if folder is not None:
                batch.make_folders([task.target for task in summary.tasks])
            for error in summary.failed:
                print(f"cyresize: {error}", file=terminal)
            with progress(terminal, summary, folder is not None) as after:
                batch.run(summary, lambda task: resize_file(task, resizing, args.max_pixels), workers, after)
    except images.OpenCVError as error:
        print(f"cyresize: {error}", file=sys.stderr)
        return FAILED
    if args.json:
        print(json.dumps(summary.as_dict(), indent=2))
    elif folder is not None:
        print(summary)
    if summary.interrupted:
        raise KeyboardInterrupt
    return FAILED if summary.failed else 0


def tasks_of(args: argparse.Namespace) -> tuple[Summary, Path | None]:
    """What the paths on the command line ask for, and the output folder; None for one file into another."""
    sources, output = args.paths, args.output
    if output is None:
        if len(sources) < 2:
            args.complain("an output is missing: SRC... OUT, or -o FOLDER")
        *sources, output = sources
        path = Path(output)
        many = len(sources) > 1 or Path(sources[0]).is_dir() or batch.is_pattern(sources[0])
        if not (many or path.is_dir() or output.endswith(("/", os.sep))):
            return Summary([Task(Path(sources[0]), path)]), None
    folder = Path(output)
    if not folder.is_dir() and (folder.exists() or folder.suffix.lower() in images.FORMATS):
        args.complain(f"several images go into a folder, and {output!r} is a file or named like one")
    return batch.find(sources, folder, args.again), folder


def show_plan(summary: Summary, as_json: bool) -> int:
    """What ``--dry-run`` prints."""
    if as_json:
        plan = [{"source": os.fspath(task.source), "target": os.fspath(task.target)} for task in summary.tasks]
        print(json.dumps({**summary.as_dict(), "dry_run": plan}, indent=2))
    else:
        for task in summary.tasks:
            print(f"{os.fspath(task.source)} -> {os.fspath(task.target)}")
        print(f"{len(summary.tasks)} to resize, {len(summary.skipped)} up to date, {len(summary.failed)} failed")
    for error in summary.failed:
        print(f"cyresize: {error}", file=sys.stderr)
    return FAILED if summary.failed else 0


@contextmanager
def progress(terminal: IO[str], summary: Summary, many: bool) -> Iterator[batch.After]:
    """Say of each file that failed why; on a terminal, with tqdm installed, show how far the work is."""
    bar = None
    if many and terminal.isatty() and find_spec("tqdm") is not None:
        from tqdm import tqdm  # type: ignore[import-untyped]

        bar = tqdm(total=len(summary.tasks), unit="file", file=terminal, dynamic_ncols=True)

    def after(error: FileError | None) -> None:
        if error is not None and bar is not None:
            bar.write(f"cyresize: {error}", file=terminal)
        elif error is not None:
            print(f"cyresize: {error}", file=terminal, flush=True)
        if bar is not None:
            bar.update()

    try:
        yield after
    finally:
        if bar is not None:
            bar.close()


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
