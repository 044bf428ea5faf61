"""The documentation says what is so: its examples run, its tables hold, and its links are checked by something."""

import doctest
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import cyresize
from cyresize import cli
from cyresize.engine import cpu

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.rst") if "_build" not in path.parts)
sys.path.insert(0, str(DOCS))

import check_links  # noqa: E402


def text(name):
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_run(page):
    assert doctest.testfile(str(page), module_relative=False).failed == 0


def test_some_pages_have_examples():
    assert sum(">>> " in page.read_text(encoding="utf-8") for page in PAGES) >= 4


CALLS = [line.strip() for page in PAGES for line in page.read_text(encoding="utf-8").splitlines()]
CALLS = [line for line in CALLS if re.match(r"cyresize (resize|info)\b", line)]


@pytest.mark.parametrize("line", CALLS)
def test_command_lines_parse(line):
    cli.build_parser().parse_args(shlex.split(line)[1:])


def test_command_lines_are_read():
    assert len(CALLS) >= 6


def test_options_that_the_page_of_the_command_line_names_exist():
    """``cyresize resize --help`` has them."""
    named = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text("cli.rst")))
    done = subprocess.run(
        [sys.executable, "-m", "cyresize", "resize", "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    known = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", done.stdout)) | {"-m"}
    assert len(named) > 10
    assert named <= known, named - known


PILLOW = re.findall(r"^   \* - ``(image\.resize.*?)``\n     - ``(.*?)``$", text("migrating.rst"), re.MULTILINE)


@pytest.mark.parametrize(("theirs", "ours"), PILLOW)
def test_table_of_pillow_is_true(rng, theirs, ours):
    image_module = pytest.importorskip("PIL.Image")
    a = rng.integers(0, 256, (53, 71, 3), np.uint8)
    for w, h in ((30, 20), (100, 90)):
        known = {"w": w, "h": h, "box": (3, 4.5, 60.25, 40), "a": a, "cyresize": cyresize, "Image": image_module}
        known["image"] = image_module.fromarray(a)
        np.testing.assert_array_equal(eval(ours, known), np.asarray(eval(theirs, known)))


def test_table_of_pillow_is_read():
    assert len(PILLOW) == 6


def test_every_level_is_explained():
    page = text("internals.rst")
    for level in cpu.levels():
        assert f"   * - {level}\n" in page


def test_files_that_internals_name_exist():
    package = DOCS.parent / "cyresize"
    named = set(re.findall(r"``((?:engine/)?\w+\.(?:pyx?|pxi|pxd)|engine/\w+/)``", text("internals.rst")))
    assert len(named) > 8
    for name in named:
        assert any((folder / name).exists() for folder in (package, package / "engine", package / "engine" / "rows")), (
            name
        )


def test_links_are_followed(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.html").write_text('<h1 id="top">a</h1><a href="sub/b.html#there">b</a><a href="#top">a</a>')
    (tmp_path / "sub" / "b.html").write_text(
        '<p id="there"></p><img src="../a.html"><a href="https://x.invalid/">x</a>'
    )
    assert check_links.broken(tmp_path) == []
    (tmp_path / "a.html").write_text('<a href="sub/b.html#nowhere">b</a><img src="none.png"><a href="#top">a</a>')
    assert check_links.broken(tmp_path) == ["a.html: #top", "a.html: none.png", "a.html: sub/b.html#nowhere"]


def test_every_public_name_is_on_some_page():
    """By autodoc directives: the dialects' modules as wholes, the package's names one by one."""
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for module in ("functional", "nn", "channels_last", "onnx"):
        assert f".. automodule:: cyresize.{module}" in pages
    for name in cyresize.__all__:
        assert name == "__version__" or re.search(rf"\b{name}\b", pages), name


def speed():
    sys.path.insert(0, str(DOCS))
    from figures import speed

    return speed


def committed_result(cells):
    entry = {"met": True, "median": 1.0, "low": 1.0, "high": 1.0, "samples": [1.0]}
    head = {"family": "resize", "dtype": "uint8", "channels": 3, "threads": 1, "dst": False, "copy": entry}
    environment = {"cpu": "CPU", "cpus": 2, "caches": [], "isa": "v3", "system": "S", "python": "P", "compiler": "cc"}
    environment |= {"revision": "abc", "versions": {"cyresize": "0"}, "load": 0.0}
    return {
        "format": 1,
        "environment": environment,
        "cells": [
            head | {"case": case, "mode": mode} | {"contestants": {"cyresize": entry, "cv2": entry | {"median": ratio}}}
            for case, mode, ratio in cells
        ],
    }


def test_page_of_speed_takes_the_result_with_the_most_cells(tmp_path):
    small = [("480x640-224x224", "linear", 2.0)]
    large = [*small, ("64x64-32x32", "nearest", 0.5)]
    for name, cells in (("b.json", large), ("a.json", small)):
        (tmp_path / name).write_text(json.dumps(committed_result(cells)))
    (tmp_path / "c.json").write_text(json.dumps({"format": "accuracy 1", "entries": []}))
    name, result = speed().committed(tmp_path)
    assert name == "b.json"
    modes, cases, values = speed().picture.ratios(speed().rows_of(result))
    assert (modes, cases) == (["nearest", "linear"], ["64x64-32x32", "480x640-224x224"])
    np.testing.assert_array_equal(values, [[0.5, np.nan], [np.nan, 2.0]])
    page = speed().text(name, result)
    assert "``bench/results/b.json``" in page
    assert re.search(r"\* - uint8 linear\n     - 1\n     - 1\n     - 2\.00\n", page)


def test_page_of_speed_without_a_result_says_so(tmp_path):
    speed().draw(tmp_path, results=tmp_path)
    assert (tmp_path / "speed.inc").read_text() == speed().NONE
