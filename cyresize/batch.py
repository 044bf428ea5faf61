"""Many files: what is to be done, found before anything is; done in threads; one failure does not stop the rest."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cyresize import images


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


class Task(NamedTuple):
    """One file to make from another."""

    source: Path
    target: Path


@dataclass
class Summary:
    """What became of every file."""

    tasks: list[Task] = field(default_factory=list)  # to do
    skipped: list[Task] = field(default_factory=list)  # done before
    done: list[Task] = field(default_factory=list)
    failed: list[FileError] = field(default_factory=list)
    interrupted: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The counts, and every failure with its reason, for JSON."""
        return {
            "files": len(self.tasks) + len(self.skipped),
            "resized": len(self.done),
            "skipped": len(self.skipped),
            "failed": [{"file": os.fspath(error.path), "reason": error.reason} for error in self.failed],
            "interrupted": self.interrupted,
        }

    def __str__(self) -> str:
        """One line for people."""
        return f"{len(self.done)} resized, {len(self.skipped)} up to date, {len(self.failed)} failed"


def find(sources: Sequence[str], folder: Path, again: bool = False) -> Summary:
    """All files that ``sources`` (files, folders and patterns) stand for, with their names in ``folder``.

    Files in a folder, and those that match a pattern, keep their place below it. A file whose output is newer is
    skipped, unless ``again``.
    """
    summary = Summary()
    claimed: dict[Path, Path] = {}
    for text in sources:
        try:
            for source, name in expand(text, folder):
                target = folder / name
                first = claimed.setdefault(target, source)
                if first is not source:
                    if not same(first, source):
                        raise_later(summary, source, f"has the same output as {os.fspath(first)}")
                elif same(source, target):
                    raise_later(summary, source, "is its own output")
                else:
                    kind = summary.skipped if not again and newer(target, source) else summary.tasks
                    kind.append(Task(source, target))
        except FileError as error:
            summary.failed.append(error)
    return summary


def raise_later(summary: Summary, path: Path, reason: str) -> None:
    """Note a failure that does not stop the search."""
    summary.failed.append(FileError(path, reason))


def expand(text: str, folder: Path) -> Iterator[tuple[Path, Path]]:
    """The files behind one argument, each with its name below the output folder."""
    path = Path(text)
    if path.is_dir():
        if same(path, folder):
            raise FileError(path, "is also the output folder")
        found = walk(path, folder)
        problem = "there are no image files in this folder"
    elif is_pattern(text):
        found = matches(text, folder)
        problem = "no image file matches this pattern"
    else:
        yield path, Path(path.name)
        return
    empty = True
    for pair in found:
        empty = False
        yield pair
    if empty:
        raise FileError(path, problem)


def is_pattern(text: str) -> bool:
    """Whether an argument stands for the files that match it, rather than for the file of that name."""
    return glob.has_magic(text) and not Path(text).exists()


def walk(top: Path, output: Path) -> Iterator[tuple[Path, Path]]:
    """Image files below ``top`` in order of their names; not hidden ones, not those of the output folder."""

    def fail(error: OSError) -> None:
        raise FileError(Path(error.filename), error.strerror or str(error))

    for folder, below, names in os.walk(top, onerror=fail):
        below[:] = sorted(name for name in below if name[0] != "." and not same(Path(folder, name), output))
        for name in sorted(names):
            path = Path(folder, name)
            if is_image(path):
                yield path, path.relative_to(top)


def matches(pattern: str, output: Path) -> Iterator[tuple[Path, Path]]:
    """Image files that match, named from the first folder of the pattern that is one."""
    parts = Path(pattern).parts
    fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    base = Path(*parts[:fixed])
    inside = output.resolve()
    with blame(Path(pattern)):
        found = sorted(base.glob(str(Path(*parts[fixed:]))))
    for path in found:
        name = path.relative_to(base)
        hidden = any(part.startswith(".") for part in name.parts)
        if not hidden and is_image(path) and path.is_file() and not path.resolve().is_relative_to(inside):
            yield path, name


def is_image(path: Path) -> bool:
    """Whether a file found by its place, not named by the user, is one to take."""
    return not path.name.startswith(".") and path.suffix.lower() in images.FORMATS


def same(a: Path, b: Path) -> bool:
    """Whether both exist and are one file or folder."""
    try:
        return a.samefile(b)
    except OSError:
        return False


def newer(target: Path, source: Path) -> bool:
    """Whether ``target`` exists and was written after ``source``; it is never half a file."""
    try:
        return target.is_file() and target.stat().st_mtime_ns > source.stat().st_mtime_ns
    except OSError:  # the attempt to read it will tell
        return False


Work = Callable[[Task], None]
After = Callable[[FileError | None], None]


def run(summary: Summary, work: Work, workers: int, after: After) -> None:
    """Do all tasks of ``summary`` and note in it what became of them, in their order; ``after`` is told of each.

    An interrupt is noted too. With several workers the files they are at are finished and no more are begun; one
    worker, which is the main thread, stops at once. Neither leaves half a file.
    """
    ended: dict[Task, FileError | None] = {}

    def note(task: Task, error: BaseException | None) -> None:
        ended[task] = as_file_error(error, task)
        after(ended[task])

    try:
        if workers == 1:
            run_here(summary.tasks, work, note)
        else:
            run_in_threads(summary.tasks, work, workers, note)
    except KeyboardInterrupt:
        summary.interrupted = True
    for task in summary.tasks:
        error = ended.get(task)
        if error is not None:
            summary.failed.append(error)
        elif task in ended:
            summary.done.append(task)


def run_here(tasks: Sequence[Task], work: Work, note: Callable[[Task, BaseException | None], None]) -> None:
    """One task after the other."""
    for task in tasks:
        try:
            work(task)
        except Exception as error:
            note(task, error)
        else:
            note(task, None)


def run_in_threads(
    tasks: Sequence[Task], work: Work, workers: int, note: Callable[[Task, BaseException | None], None]
) -> None:
    """Several tasks at a time."""
    with ThreadPoolExecutor(workers) as pool:
        futures = {pool.submit(work, task): task for task in tasks}
        told = set()
        try:
            for future in as_completed(futures):
                told.add(future)
                note(futures[future], future.exception())
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            for future in futures.keys() - told:
                if not future.cancelled():
                    note(futures[future], future.exception())
            raise


def as_file_error(error: BaseException | None, task: Task) -> FileError | None:
    """What went wrong, as a sentence about a file; what concerns all files is raised."""
    if error is None or isinstance(error, FileError):
        return error
    if isinstance(error, images.OpenCVError) or not isinstance(error, Exception):
        raise error
    return FileError(task.source, f"{type(error).__name__}: {' '.join(str(error).split())}")


def make_folders(targets: Collection[Path]) -> None:
    """The folders of all targets; what cannot be made shows when the file is written."""
    for folder in {target.parent for target in targets}:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
