"""The operations of neural networks: the same bits everywhere, and nothing read or written outside their arrays."""

import itertools
import json
import sys
import threading
from pathlib import Path

import numpy as np
import operations
import pytest
from test_determinism import LEVELS, python

from cyresize import functional as F

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


def with_stride(array, step):
    """The same elements; axes of length 1 have stride ``step``, which NumPy allows."""
    strides = [step if side == 1 else stride for side, stride in zip(array.shape, array.strides, strict=True)]
    return np.lib.stride_tricks.as_strided(array, array.shape, strides)


@pytest.mark.parametrize("shape", list(itertools.product((1, 2), (1, 4), (1, 6), (1, 6))))
def test_the_stride_of_an_axis_of_one_changes_nothing(shape):
    rng = np.random.default_rng(1)
    x = rng.standard_normal(shape, np.float32)
    weight = rng.standard_normal((3, shape[1], 1, 1), np.float32)
    back = rng.standard_normal((shape[1], 3, 2, 2), np.float32)
    operations = [
        lambda x: F.conv2d(x, weight),
        lambda x: F.conv_transpose2d(x, back, stride=2),
        lambda x: F.interpolate(x, size=(5, 7), mode="bilinear"),
        lambda x: F.interpolate(x, size=(5, 7), mode="nearest"),
        lambda x: F.avg_pool2d(x, 1),
        lambda x: F.max_pool2d(x, (min(2, shape[2]), min(2, shape[3]))),
        lambda x: F.max_unpool2d(x, np.broadcast_to(np.arange(x[0, 0].size).reshape(x[0, 0].shape), x.shape), 1),
    ]
    if shape[1] == 4:
        operations.append(lambda x: F.pixel_shuffle(x, 2))
    for operation in operations:
        plain = operation(x).tobytes()
        for step in (1, -4, 4, 12345):
            assert operation(with_stride(x, step)).tobytes() == plain
