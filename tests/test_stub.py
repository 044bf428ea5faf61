"""The type stubs say what the compiled modules are."""

import subprocess
import sys
from pathlib import Path

import pytest

import cyresize

PACKAGE = Path(cyresize.__file__).parent
ROOT = PACKAGE.parent


def test_every_compiled_module_has_a_stub():
    sources = list(PACKAGE.rglob("*.pyx"))
    assert sources
    assert not [str(source) for source in sources if not source.with_suffix(".pyi").exists()]
    assert (PACKAGE / "py.typed").exists()


def mypy(*args):
    pytest.importorskip("mypy")
    return subprocess.run([sys.executable, "-m", *args], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_stubs_agree_with_the_runtime():
    allowlist = ROOT / ".ci" / "stubtest.allow"
    options = ["--allowlist", str(allowlist)] if allowlist.exists() else []
    done = mypy("mypy.stubtest", "cyresize", "--ignore-disjoint-bases", *options)
    assert done.returncode == 0, done.stdout + done.stderr


CALLS = """
import numpy as np
import cyresize

image = np.zeros((4, 6, 3), np.uint8)
cyresize.resize(image, (3, 2))
cyresize.resize(image, (np.int64(3), 2), None, 0.0, 0.0, cyresize.INTER_AREA)
cyresize.resize(image, None, fx=0.5, fy=0.5, interpolation="area", n_threads=2)
cyresize.resize(image, (3, 2), dst=image, interpolation=3, antialias=True)
wrong_size: object = cyresize.resize(image, "3x2")  # error
wrong_mode: object = cyresize.resize(image, (3, 2), interpolation=1.5)  # error
wrong_threads: object = cyresize.resize(image, (3, 2), n_threads="2")  # error
wrong_source: object = cyresize.resize([[1, 2]], (3, 2))  # error
"""


@pytest.mark.slow
def test_a_type_checker_knows_right_calls_from_wrong_ones(tmp_path):
    program = tmp_path / "calls.py"
    program.write_text(CALLS)
    done = mypy("mypy", "--strict", "--no-error-summary", str(program))
    errors = [line for line in done.stdout.splitlines() if "calls.py:" in line and " error: " in line]
    reported = {int(line.partition("calls.py:")[2].partition(":")[0]) for line in errors}
    expected = {number for number, line in enumerate(CALLS.splitlines(), 1) if line.endswith("# error")}
    assert reported == expected, done.stdout
