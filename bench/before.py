"""Another build of cyresize in the same process, such as the one before a change: a contestant like any library."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from types import ModuleType

from bench.cases import OURS
from bench.contest import Contestant
from bench.environment import revision
from bench.peers import Library, Task, load, resize_with

NAME = "before"


class Build(Library):
    """A checkout that was built in place; its version is its revision."""

    @property
    def version(self) -> str:
        """Its revision."""
        return revision(Path(self.distribution))


@cache
def module_of(checkout: str) -> ModuleType:
    """That checkout's package, imported beside ours: the two share a name, but neither modules nor compiled code."""

    def ours() -> list[str]:
        return [name for name in sys.modules if name.split(".")[0] == OURS]

    load(OURS)
    kept = {name: sys.modules.pop(name) for name in ours()}
    sys.path.insert(0, checkout)
    try:
        return importlib.import_module(OURS)
    finally:
        sys.path.remove(checkout)
        for name in ours():
            del sys.modules[name]
        sys.modules.update(kept)


def resize(checkout: str, task: Task) -> Iterator[Contestant]:
    """Its ``resize``."""
    yield resize_with(module_of(checkout), NAME, task)


def build(checkout: Path) -> Library:
    """The checkout as a library; ValueError if there is no cyresize in it."""
    folder = checkout.resolve()
    if not (folder / OURS / "__init__.py").is_file():
        raise ValueError(f"there is no cyresize in {checkout}")
    return Build(NAME, OURS, str(folder), partial(resize, str(folder)))
