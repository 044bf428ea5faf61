"""What a user sees first: names, documentation, examples, and what an import costs."""

import doctest
import inspect
import os
import subprocess
import sys

import numpy as np
import pytest

import cyresize
from cyresize.engine import dispatch, parallel

FUNCTIONS = [name for name in cyresize.__all__ if callable(getattr(cyresize, name)) and name != "Interpolation"]


@pytest.mark.parametrize("name", cyresize.__all__)
def test_public_names_exist(name):
    assert hasattr(cyresize, name)


def test_public_names_are_sorted_and_unique():
    assert sorted(set(cyresize.__all__)) == sorted(cyresize.__all__)
    assert "resize" in FUNCTIONS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_documented_with_an_example(name):
    function = getattr(cyresize, name)
    text = inspect.getdoc(function)
    sections = ["Examples"] + ["Parameters"] * bool(inspect.signature(function).parameters)
    for section in sections:
        assert f"{section}\n---" in text, f"{name}: no section {section}"
    assert ">>> " in text


@pytest.mark.parametrize("name", ["__doc__", *FUNCTIONS, "Interpolation"])
def test_examples_of_the_documentation_run(name):
    text = cyresize.__doc__ if name == "__doc__" else getattr(cyresize, name).__doc__
    test = doctest.DocTestParser().get_doctest(text, {"cyresize": cyresize, "np": np}, name, None, 0)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    report = []
    runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)
    assert runner.tries == len(test.examples)
    assert test.examples or name == "Interpolation"


@pytest.mark.parametrize("parameter", ["src", "dsize", "dst", "fx", "fy", "interpolation", "antialias", "n_threads"])
def test_every_parameter_is_documented(parameter):
    text = inspect.getdoc(cyresize.resize)
    assert parameter in text.partition("Returns\n---")[0]
    assert "Raises\n---" in text
    assert parameter in inspect.signature(cyresize.resize).parameters


def test_signature():
    parameters = inspect.signature(cyresize.resize).parameters
    assert list(parameters) == ["src", "dsize", "dst", "fx", "fy", "interpolation", "antialias", "n_threads"]
    assert [p.name for p in parameters.values() if p.kind is p.KEYWORD_ONLY] == ["antialias", "n_threads"]


def test_modes():
    assert {mode.name: mode.value for mode in cyresize.Interpolation} == {
        "NEAREST": 0, "LINEAR": 1, "CUBIC": 2, "AREA": 3, "LANCZOS4": 4, "LINEAR_EXACT": 5, "NEAREST_EXACT": 6,
    }  # fmt: skip


def test_version_and_level():
    assert cyresize.__version__.count(".") == 2
    assert cyresize.isa in dispatch.built_levels()
    assert parallel.max_threads() >= 1


def test_an_import_brings_no_heavy_library():
    code = "import sys, cyresize; print(*sorted(m for m in sys.modules if '.' not in m))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "cyresize" in loaded
    assert not loaded & {"cv2", "scipy", "torch", "PIL", "dask", "ray", "tqdm", "onnx", "tensorflow", "matplotlib"}


def test_an_import_is_quick(tmp_path):
    """At most 50 ms of processor time beyond NumPy once compiled; the best of several, as others may be busy."""
    code = "import numpy, time; t = time.process_time(); import cyresize; print(time.process_time() - t)"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path)}
    times = []
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        times.append(float(done.stdout))
    assert min(times) < 0.05


def test_the_result_is_a_new_array_of_the_usual_layout():
    image = np.zeros((4, 6, 3), np.uint8)
    result = cyresize.resize(image, (3, 2))
    assert type(result) is np.ndarray
    assert result.flags.c_contiguous
    assert result.flags.writeable
    assert result.flags.owndata


def test_resizing_leaves_no_memory_behind():
    """Repeated calls, and repeated plans beyond the cache, keep to the memory they have."""
    tracemalloc = pytest.importorskip("tracemalloc")
    image = np.zeros((40, 40, 3), np.uint8)

    def work():
        for ow in range(1, 300):
            cyresize.resize(image, (ow, 20), interpolation="lanczos4")

    work()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(3):
        work()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 100_000


def test_references_are_given_back():
    image, dst = np.zeros((40, 40, 3), np.uint8), np.zeros((20, 30, 3), np.uint8)
    cyresize.resize(image, (30, 20), dst)
    before = sys.getrefcount(image), sys.getrefcount(dst)
    for _ in range(100):
        cyresize.resize(image, (30, 20), dst)
        with pytest.raises(ValueError, match="positive"):
            cyresize.resize(image, (0, 3), dst)
        with pytest.raises(ValueError, match="shape"):
            cyresize.resize(image, (3, 3), dst)
    assert (sys.getrefcount(image), sys.getrefcount(dst)) == before


def test_subclasses_and_masks_are_plain_pixels():
    """A subclass is read as the array it is."""

    class Tagged(np.ndarray):
        pass

    image = np.arange(24, dtype=np.uint8).reshape(4, 6)
    np.testing.assert_array_equal(cyresize.resize(image.view(Tagged), (3, 2)), cyresize.resize(image, (3, 2)))
