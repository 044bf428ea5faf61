"""No kernel reads or writes outside its arrays: every mode, dtype, number of channels and tail at protected pages."""

import subprocess
import sys
from pathlib import Path

import pytest
from test_determinism import LEVELS, python

FENCES = str(Path(__file__).with_name("fences.py"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs mprotect")


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_outside_is_touched(level):
    done = python(FENCES, isa=level)
    assert done.returncode == 0, done.stderr.splitlines()[-1]
    name, calls = done.stdout.split()
    assert name == level
    assert int(calls) > 40_000


def test_the_fence_holds():
    done = subprocess.run([sys.executable, FENCES, "probe"], capture_output=True, check=False)
    assert done.returncode < 0
    assert not done.stdout
