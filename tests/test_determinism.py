"""The same bits at every instruction level, with every number of threads, from every memory layout, in every run."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import cyresize
from cyresize.engine import cpu, dispatch

LEVELS = dispatch.built_levels()
DIGESTS = Path(__file__).with_name("digests.py")


def python(*args, isa=None):
    """Run a new interpreter at an instruction level; threads that wait in loops would take processors from others."""
    environment = {name: value for name, value in os.environ.items() if name != "CYRESIZE_ISA"}
    environment["OMP_WAIT_POLICY"] = "passive"
    if isa is not None:
        environment["CYRESIZE_ISA"] = isa
    return subprocess.run([sys.executable, *args], env=environment, capture_output=True, text=True, check=False)


def measure(level):
    done = python(str(DIGESTS), "1", "2", "3", isa=level)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def digests():
    """Hashes of all cases at each level."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(LEVELS, pool.map(measure, LEVELS), strict=True))


def test_the_large_cases_run_on_several_threads(digests):
    lengths = {len(hashes) for hashes in digests[LEVELS[0]]["results"].values()}
    assert lengths == {1, 2, 3, 4}


@pytest.mark.parametrize("level", LEVELS)
def test_the_level_asked_for_really_ran(digests, level):
    assert digests[level]["isa"] == level


@pytest.mark.parametrize("level", LEVELS)
def test_threads_and_layouts_change_nothing(digests, level):
    different = [name for name, hashes in digests[level]["results"].items() if len(set(hashes)) != 1]
    assert not different


@pytest.mark.parametrize("level", LEVELS[1:])
def test_levels_agree(digests, level):
    plain, fast = digests[LEVELS[0]]["results"], digests[level]["results"]
    assert plain.keys() == fast.keys()
    assert len(plain) > 3500
    assert not [name for name in plain if plain[name] != fast[name]]


def test_the_cases_are_not_all_alike(digests):
    """Otherwise the comparisons above would prove nothing."""
    first = {hashes[0] for hashes in digests[LEVELS[0]]["results"].values()}
    assert len(first) == len(digests[LEVELS[0]]["results"])


def test_levels_grow_from_the_plain_loops():
    """ "plain" has no intrinsics: the reference for the other levels, and the only one on other processors."""
    assert LEVELS[0] == "plain"
    assert cpu.levels()[: len(LEVELS)] == LEVELS
    assert cyresize.isa == (os.environ.get("CYRESIZE_ISA") or LEVELS[-1])


def test_each_level_has_a_module_of_its_own():
    code = "import sys, cyresize; print(*sorted(m.rpartition('.')[2] for m in sys.modules if '.engine.rows.' in m))"
    for level in LEVELS:
        assert python("-c", code, isa=level).stdout.split() == [level]


def test_the_default_is_the_fastest_level():
    assert python("-c", "import cyresize; print(cyresize.isa)").stdout.strip() == LEVELS[-1]


@pytest.mark.parametrize("name", [" V3 ", "Baseline"])
def test_a_level_is_named_in_any_case(name):
    if name.strip().lower() not in LEVELS:
        pytest.skip(f"no {name} here")
    assert python("-c", "import cyresize; print(cyresize.isa)", isa=name).stdout.strip() == name.strip().lower()


def test_an_unknown_level_is_an_error_that_lists_the_levels():
    done = python("-c", "import cyresize", isa="avx9000")
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ValueError: CYRESIZE_ISA='avx9000' is unknown")
    assert last.endswith(", ".join(LEVELS))


def test_a_level_that_does_not_run_here_is_an_error():
    code = """
import os, sys
from cyresize.engine import cpu
cpu.levels = lambda: ("baseline",)
from cyresize.engine import dispatch
"""
    # The package asks the processor on import, so its answer has to be replaced first.
    code = (
        "import importlib.util, types, sys\n"
        + (
            "spec = importlib.util.find_spec('cyresize')\n"
            "sys.modules['cyresize'] = package = types.ModuleType('cyresize')\n"
            "package.__path__ = spec.submodule_search_locations\n"
        )
        + code
    )
    done = python("-c", code, isa="v3")
    assert done.returncode != 0
    message = "ValueError: CYRESIZE_ISA='v3' is not built, or not supported by this processor; available here: baseline"
    assert done.stderr.strip().splitlines()[-1] == message


@pytest.mark.parametrize("mode", list(cyresize.Interpolation))
def test_every_number_of_threads(rng, any_work, mode):
    """More threads than rows, or than processors, included."""
    image = rng.integers(0, 256, (211, 190, 3), dtype=np.uint8)
    for dsize in [(200, 100), (5000, 5), (100, 1), (95, 211)]:
        serial = cyresize.resize(image, dsize, interpolation=mode, n_threads=1)
        for n in (None, 2, 3, 4, 7, 64):
            np.testing.assert_array_equal(cyresize.resize(image, dsize, interpolation=mode, n_threads=n), serial)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("mode", ["linear", "cubic", "area", "lanczos4"])
def test_long_work_that_free_threads_take_over(rng, mode, dtype):
    """Of a stack, so that some bands go over from one image to the next."""
    images = (rng.random((2, 120, 300, 3)) * 255).astype(dtype)
    serial = cyresize.resize(images, (1000, 700), interpolation=mode, n_threads=1)
    dst = np.empty_like(serial)
    for n in (2, 3, 5):
        dst[...] = 1
        cyresize.resize(images, (1000, 700), dst, interpolation=mode, n_threads=n)
        np.testing.assert_array_equal(dst, serial)


@pytest.mark.parametrize("mode", list(cyresize.Interpolation))
def test_a_destination_gets_the_same_bits(rng, any_work, mode):
    image = rng.random((100, 120, 3), dtype=np.float32)
    expected = cyresize.resize(image, (77, 133), interpolation=mode)
    dst = np.empty_like(expected)
    for n in (1, 2, 3):
        dst.fill(np.nan)
        cyresize.resize(image, (77, 133), dst, interpolation=mode, n_threads=n)
        assert dst.tobytes() == expected.tobytes()


@pytest.fixture(params=[0, 1 << 40], ids=["past the caches", "through the caches"])
def caches(request):
    """Whatever the processor's caches keep: nothing, or everything."""
    before = cpu.set_kept_results(request.param)
    yield
    cpu.set_kept_results(before)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("mode", list(cyresize.Interpolation))
def test_large_results_have_the_same_bits_past_the_caches(rng, caches, mode, dtype):
    """Of a stack of two, so that each alone is small; with a row that does not begin at a cache line."""
    scale = 255 if dtype is np.float32 else np.iinfo(dtype).max
    images = (rng.random((2, 60, 700, 3)) * scale).astype(dtype)
    width = 3335
    height = 24 * 2**20 // (2 * 3 * width * images.itemsize)
    expected = np.stack([cyresize.resize(image, (width, height), interpolation=mode) for image in images])
    assert 20 * 2**20 < expected.nbytes < 24 * 2**20
    dst = np.empty((2, height + 1, width, 3), dtype)
    for n in (1, 2):
        fresh = cyresize.resize(images, (width, height), interpolation=mode, n_threads=n)
        np.testing.assert_array_equal(fresh, expected)
        dst.fill(77)
        cyresize.resize(images, (width, height), dst[:, :height], interpolation=mode, n_threads=n)
        np.testing.assert_array_equal(dst[:, :height], expected)
        assert (dst[:, height:] == 77).all()
