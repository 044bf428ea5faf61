"""Results on disk: JSON with one entry of a list per line, and pages with a generated part."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TAIL = "\n ]\n}\n"


def line(entry: Any) -> str:
    """An entry as it stands in the file."""
    return json.dumps(entry, separators=(",", ":"))


def save(path: Path, result: Mapping[str, Any], entries: str) -> None:
    """Write a result, those of its list ``entries`` one per line, so that two files can be read side by side."""
    head = json.dumps({key: value for key, value in result.items() if key != entries}, indent=1)[:-2]
    lines = ",\n".join(map(line, result[entries]))
    path.write_text(f'{head},\n "{entries}": [\n{lines}{TAIL}', encoding="utf-8")


def append(path: Path, entry: Any, first: bool) -> None:
    """Add an entry to a file that ``save`` wrote: one write, after which the file is whole again."""
    text = ("" if first else ",\n") + line(entry) + TAIL
    with path.open("r+b") as file:
        file.seek(-len(TAIL), os.SEEK_END)
        file.write(text.encode())


def read(path: Path, form: int | str, command: str) -> dict[str, Any]:
    """Read a result back; ValueError if it is not of the format ``form``, which ``command`` writes."""
    result = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(result, dict) or result.get("format") != form:
        raise ValueError(f"{path.name} is not a result of {command} (format {form})")
    return result


def replace_between(path: Path, begin: str, end: str, text: str) -> None:
    """Replace what stands between two markers of a page; ValueError unless both stand there once, in order."""
    page = path.read_text(encoding="utf-8")
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        raise ValueError(f"{path.name} needs the lines {begin} and {end}, once each and in this order")
    pattern = re.compile(re.escape(begin) + ".*" + re.escape(end), re.DOTALL)
    path.write_text(pattern.sub(lambda _: f"{begin}\n{text}\n{end}", page), encoding="utf-8")
