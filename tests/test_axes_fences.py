"""Passes over any axes touch nothing outside their arrays and give the same bits at every level."""

import sys
from pathlib import Path

import pytest
from test_determinism import LEVELS, python

SCRIPT = str(Path(__file__).with_name("axes_fences.py"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs mprotect")


def test_nothing_outside_is_touched_and_levels_agree():
    digests = set()
    for level in LEVELS:
        done = python(SCRIPT, isa=level)
        assert done.returncode == 0, done.stderr.splitlines()[-1]
        name, calls, digest = done.stdout.split()
        assert name == level
        assert int(calls) > 2_000
        digests.add(digest)
    assert len(digests) == 1
