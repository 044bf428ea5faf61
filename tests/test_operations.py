"""The operations of neural networks: the same bits everywhere, and nothing read or written outside their arrays."""

import json
import sys
import threading
from pathlib import Path

import numpy as np
import operations
import pytest
from test_determinism import LEVELS, python

OPERATIONS = str(Path(__file__).with_name("operations.py"))


@pytest.fixture(scope="module")
def digests():
    """Hashes of all cases at each level."""
    found = {}
    for level in LEVELS:
        done = python(OPERATIONS, "digests", "1", "2", "3", isa=level)
        assert done.returncode == 0, done.stderr
        found[level] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("level", LEVELS)
def test_threads_and_layouts_change_nothing(digests, level):
    assert digests[level]["isa"] == level
    different = [name for name, hashes in digests[level]["results"].items() if len(set(hashes)) != 1]
    assert not different


@pytest.mark.parametrize("level", LEVELS[1:])
def test_levels_agree(digests, level):
    plain, fast = digests["baseline"]["results"], digests[level]["results"]
    assert plain.keys() == fast.keys()
    assert [name for name in plain if plain[name] != fast[name]] == []
    assert len(plain) > 3000


@pytest.mark.skipif(sys.platform == "win32", reason="needs mprotect")
@pytest.mark.parametrize("level", LEVELS)
def test_nothing_outside_is_touched(level):
    done = python(OPERATIONS, "fences", isa=level)
    assert done.returncode == 0, done.stderr[-500:]
    name, calls = done.stdout.split()
    assert name == level
    assert int(calls) > 6000


def test_many_threads_at_once():
    """Different and equal operations on shared inputs, from several Python threads."""
    cases = list(operations.large_cases())
    wanted = [operations.outcome(function(*arrays, **options)) for _, function, arrays, options in cases]
    failures = []

    def work(start):
        order = np.random.default_rng(start).permutation(len(cases))
        for k in order:
            name, function, arrays, options = cases[k]
            if operations.outcome(function(*arrays, **options, n_threads=1 + start % 3)) != wanted[k]:
                failures.append(name)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
