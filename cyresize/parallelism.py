"""How many threads cyresize uses: for one block of code, for the process, and when nobody says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from pathlib import Path

from cyresize import checks
from cyresize.engine import parallel

ROOT = Path("/")


@contextmanager
def threads(n: int) -> Iterator[None]:
    """Use at most ``n`` threads in calls without ``n_threads`` inside a ``with`` block.

    The number belongs to the context (see :mod:`contextvars`): other threads and asynchronous tasks do not see it.

    Parameters
    ----------
    n : int
        At least 1.

    Examples
    --------
    >>> import cyresize
    >>> with cyresize.threads(1):
    ...     cyresize.get_num_threads()
    1
    """
    token = parallel.enter_scope(checks.thread_count(n))
    try:
        yield
    finally:
        parallel.scope.reset(token)


def set_num_threads(n: int | None) -> None:
    """Use at most ``n`` threads in this process's calls without ``n_threads``; None takes the setting back.

    Parameters
    ----------
    n : int or None
        At least 1.

    Notes
    -----
    A forked child starts without its parent's settings, on one thread.

    Examples
    --------
    >>> import cyresize
    >>> cyresize.set_num_threads(2)
    >>> cyresize.get_num_threads()
    2
    >>> cyresize.set_num_threads(None)
    """
    parallel.choose(0 if n is None else checks.thread_count(n))


def get_num_threads() -> int:
    """Return how many threads a call without ``n_threads`` may use here and now.

    The first of these that is set: :func:`threads`, :func:`set_num_threads`, and as they were when cyresize was
    imported CYRESIZE_NUM_THREADS, OMP_NUM_THREADS, the processors this process may run on or the container's share of
    processor time, if that is less. A limit that was set on OpenMP at run time (threadpoolctl) lowers the number. In
    a forked child it is 1 until the child sets another.

    Examples
    --------
    >>> import cyresize
    >>> cyresize.get_num_threads() >= 1
    True
    """
    return parallel.max_threads()


def affinity() -> int:
    """Processors that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def first_line(path: Path) -> list[str]:
    """The words of a control file's first line; none if there is no such file."""
    try:
        return path.read_text().split("\n", 1)[0].split()
    except (OSError, UnicodeDecodeError):
        return []


def share(folder: Path) -> float:
    """Processors' worth of time that the control group in ``folder`` gets; infinite without a limit."""
    words = first_line(folder / "cpu.max")
    if not words:
        words = first_line(folder / "cpu.cfs_quota_us") + first_line(folder / "cpu.cfs_period_us")
    try:
        quota, period = (float(word) for word in words)
    except ValueError:  # "max", or no limits of this kind
        return float("inf")
    return quota / period if quota > 0 and period > 0 else float("inf")


def quota(root: Path = ROOT) -> float:
    """Processors' worth of time that this process's control groups allow, of either version, at any height."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return float("inf")
    least = float("inf")
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if number != "0" and "cpu" not in controllers.split(","):
            continue
        base = root / "sys/fs/cgroup" / controllers
        # Inside a container the path may be the host's, of which only the root is mounted.
        parts = [part for part in group.split("/") if part not in ("", "..")]
        folders = [base.joinpath(*parts[:depth]) for depth in range(len(parts) + 1)]
        least = min(least, *(share(folder) for folder in folders))
    return least


def leading_count(text: str) -> int:
    """The number in OMP_NUM_THREADS, the first of a list; 0 if there is none."""
    first = text.split(",")[0].strip()
    return int(first) if first.isascii() and first.isdigit() and len(first) < 6 else 0


def default_count(environment: Mapping[str, str], cpus: int) -> int:
    """Threads without any setting in the program: the environment's wish, else what the machine gives."""
    own = environment.get("CYRESIZE_NUM_THREADS", "").strip()
    if own:
        return checks.thread_variable("CYRESIZE_NUM_THREADS", own)
    omp = leading_count(environment.get("OMP_NUM_THREADS", ""))
    return omp or max(1, ceil(min(quota(), cpus)))


def read_environment(environment: Mapping[str, str] = os.environ) -> None:
    """Hand over what holds without any setting, and what OpenMP will say as long as nobody limits it."""
    cpus = affinity()
    omp = leading_count(environment.get("OMP_NUM_THREADS", ""))
    parallel.configure(default_count(environment, cpus), omp or cpus)


read_environment()
