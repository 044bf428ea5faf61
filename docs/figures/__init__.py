"""The pictures of the documentation: every module has a function ``draw`` that writes its own into a folder."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path


def draw_all(folder: Path) -> None:
    """Draw every picture."""
    import matplotlib

    matplotlib.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    for info in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{info.name}").draw(folder)
