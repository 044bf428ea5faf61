"""What a figure depends on besides the code: processor, system, compiler, versions, threads."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Collection, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from bench.peers import LIBRARIES, load

ROOT = Path(__file__).parents[1]
# Not RAYON_: who has a pool of that size takes part only where the cell asks for as many threads.
VARIABLES = ("OMP_", "GOMP_", "KMP_", "OPENCV_", "MKL_", "CYRESIZE_")
MEASURED = ("cyresize", "setup.py")


def processor() -> str:
    """The CPU's own name."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        match = re.search(r"^model name\s*:\s*(.+)$", info.read_text(encoding="utf-8"), re.MULTILINE)
        if match:
            return match[1].strip()
    return platform.processor() or platform.machine()


def usable_cpus() -> int:
    """CPUs this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def caches() -> list[str]:
    """Caches of the first CPU, as the kernel tells them."""
    found = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            level, kind, size = ((index / name).read_text().strip() for name in ("level", "type", "size"))
        except OSError:
            continue
        if kind != "Instruction":
            found.append(f"L{level} {size}")
    return found


def compiler() -> str:
    """What built the extension, from the mark that compilers leave in the file."""
    binary = Path(load("cyresize.opencv").__file__ or "").read_bytes()
    match = re.search(rb"(?:GCC: \([^)]*\)|clang version) \d[\d.]*", binary)
    return match[0].decode() if match else "unknown"


def git(checkout: Path, *arguments: str) -> str:
    """What git says about a checkout."""
    command = ["git", "-C", str(checkout), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()


def revision(checkout: Path = ROOT) -> str:
    """The last commit that changed what is measured, marked where files differ from it."""
    try:
        commit = git(checkout, "log", "-1", "--format=%h", "--abbrev=12", "--", *MEASURED)
        changed = git(checkout, "status", "--porcelain", "--untracked-files=no", "--", *MEASURED)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return (commit or "unknown") + ("-dirty" if changed else "")


def load_average() -> float | None:
    """Runnable processes over the last minute: the quieter the machine, the better the figures."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def busy() -> bool:
    """Whether so much else runs that a figure means little."""
    return (load_average() or 0) > 0.5


def system() -> str:
    """Operating system and kernel."""
    release = f"{platform.system()} {platform.release()} {platform.machine()}"
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {release}"
    except (OSError, KeyError):
        return release


def versions(names: Collection[str]) -> dict[str, str]:
    """Versions of ours, NumPy and the given libraries."""
    found = {name: metadata.version(name) for name in ("numpy", "cython") if has(name)}
    return {"cyresize": load("cyresize").__version__} | found | {name: LIBRARIES[name].version for name in names}


def has(distribution: str) -> bool:
    """Whether a distribution is installed."""
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def environment(names: Collection[str]) -> Mapping[str, Any]:
    """Everything for the head of a result file. No host name, no path."""
    found: dict[str, Any] = {
        "cpu": processor(),
        "cpus": usable_cpus(),
        "caches": caches(),
        "isa": load("cyresize").isa,
        "system": system(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "compiler": compiler(),
        "revision": revision(),
        "versions": versions(names),
        "variables": {key: value for key, value in sorted(os.environ.items()) if key.startswith(VARIABLES)},
        "load": load_average(),
    }
    if "cv2" in names:
        cv2 = load("cv2")
        found["ipp"] = cv2.ipp.getIppVersion() if cv2.ipp.useIPP() else "none"
        found["cv2_parallel"] = cv2.currentParallelFramework() if hasattr(cv2, "currentParallelFramework") else ""
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What differs between two environments, load apart, with the earlier value."""
    return [(name, value) for name, value in before.items() if name != "load" and value != after.get(name)]
