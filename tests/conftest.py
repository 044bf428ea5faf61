"""Fixtures shared by all tests, and the rule that slow tests run only when asked for."""

import zlib

import numpy as np
import pytest

from cyresize.engine import parallel


def pytest_collection_modifyitems(config, items):
    """Leave out tests marked slow unless -m names a marker expression."""
    if config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.fixture
def any_work():
    """Several threads for whatever a call that may use them has to do."""
    before = parallel.set_least_work(0)
    yield
    parallel.set_least_work(before)


@pytest.fixture
def rng(request):
    """A generator seeded by the name of the test: the same numbers in every run and in any order of tests."""
    return np.random.default_rng(zlib.crc32(request.node.nodeid.encode()))
