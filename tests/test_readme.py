"""The README does what it says: its commands parse, its example runs, its facts are those of the code."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import cyresize
from cyresize import checks, cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines()]


EXAMPLES = [block for language, block in BLOCKS if language == "python"]


@pytest.mark.parametrize("code", EXAMPLES)
def test_python_examples_run(code):
    """In a process of its own: the last of them starts workers, which may be forked and must end."""
    assert len(code.splitlines()) <= 12
    for name in re.findall(r"\b(cv2|torch)\b", code):
        pytest.importorskip(name)
    # Scripts that start processes otherwise need a guard, which is not the example's subject.
    code = "import multiprocessing\nmultiprocessing.set_start_method('fork')\n" + code
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_batch_example_is_eight_lines():
    (code,) = (code for code in EXAMPLES if "DataLoader" in code)
    assert len(code.splitlines()) == 8


def test_there_is_an_example_and_two_commands_to_paste():
    assert "python" in dict(BLOCKS)
    assert COMMANDS[0].startswith('pip install ".[cli]" && cyresize resize examples/astronaut.jpg ')
    assert COMMANDS[1] == 'pip install -e ".[test]" && python -m pytest'


@pytest.mark.parametrize(
    "line", [line for command in COMMANDS for line in command.split(" && ") if "cyresize " in line]
)
def test_command_lines_parse(line):
    words = shlex.split(line)
    assert words[0] == "cyresize"
    cli.build_parser().parse_args(words[1:])


def test_extras_exist():
    named = {name for names in re.findall(r"\.\[([\w,]+)\]", README) for name in names.split(",")}
    assert named <= set(PROJECT["optional-dependencies"])


def test_linked_files_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("https://"):
            assert (ROOT / target).is_file(), target


def test_every_mode_and_dtype_is_named():
    for mode in cyresize.Interpolation:
        assert f"`{mode.name.lower()}`" in README
    text = " ".join(README.split())
    assert checks.WEIGHTED.replace(", float64", " and float64") in text


def test_switches_exist():
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "cyresize").rglob("*.py*") if path.suffix != ".pyc"
    )
    sources += (ROOT / "setup.py").read_text(encoding="utf-8")
    for name in set(re.findall(r"CYRESIZE_\w+", README)):
        assert name in sources


def test_bench_table_has_its_place():
    assert README.count("<!-- bench:begin -->") == README.count("<!-- bench:end -->") == 1
    assert README.index("<!-- bench:begin -->") < README.index("<!-- bench:end -->")


def test_one_version_everywhere():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert PROJECT["version"] == cyresize.__version__
    assert re.search(r"^## (\S+)", changes, re.MULTILINE)[1] == cyresize.__version__


def test_pinned_peers_are_those_the_contract_names():
    assert f"opencv-python {pin('opencv-python')}" in README
    assert f"Pillow {pin('Pillow').split('.')[0]}" in README


def pin(package):
    """The exact version that the tests ask for."""
    (version,) = (line.split("==")[1] for line in PROJECT["optional-dependencies"]["test"] if line.startswith(package))
    return version


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "pyproject.toml", "setup.py", "examples/README.md"])
def test_no_path_of_one_machine(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.:/])/(home|root|Users|opt|tmp|mnt)/", text)
