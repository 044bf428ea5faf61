"""What is made from a result: the page, the tables, the README's summary and its picture."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from bench import html, markdown, picture, run

ROOT = Path(__file__).parents[1]
PICTURE = Path("docs", "static", "speed.svg")


def pages(path: Path) -> list[str]:
    """Write everything, and return the names of what was written."""
    result = run.read(path)
    page, text, readme = path.with_suffix(".html"), path.with_suffix(".md"), ROOT / "README.md"
    html.write(page, result)
    text.write_text(markdown.page(result), encoding="utf-8")
    markdown.write_readme(readme, markdown.summary(result, relative(path)))
    written = [page, text, readme]
    if find_spec("matplotlib") is None:
        print("matplotlib is not installed, so the picture is still the old one", file=sys.stderr)
    elif picture.draw(ROOT / PICTURE, result):
        written.append(ROOT / PICTURE)
    return [relative(file) for file in written]


def relative(path: Path) -> str:
    """The path as a link in the README spells it."""
    return Path(os.path.relpath(path.resolve(), ROOT.resolve())).as_posix()
