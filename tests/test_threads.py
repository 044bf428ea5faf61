"""Many Python threads at once, on shared inputs, with the cache of plans contended."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import cyresize
from cyresize.engine import parallel

MODES = list(cyresize.Interpolation)


@pytest.fixture(autouse=True)
def frequent_switches():
    """Switch threads a thousand times as often as usual."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


def jobs(rng):
    """Calls with shared sources: small and large, every mode, many different sizes."""
    images = [
        rng.integers(0, 256, (60, 80, 3), dtype=np.uint8),
        rng.random((50, 40), dtype=np.float32),
        rng.integers(0, 65536, (33, 47, 4), dtype=np.uint16),
        rng.integers(0, 256, (240, 320, 3), dtype=np.uint8),
    ]
    return [
        (image, (ow, oh), mode)
        for image in images
        for mode in MODES
        for ow, oh in [(30, 20), (91, 70), (40, 30), (17, 63), (160, 120), (131, 229)]
    ]


def run(job, n_threads=None):
    image, dsize, mode = job
    return cyresize.resize(image, dsize, interpolation=mode, n_threads=n_threads)


@pytest.mark.parametrize("n_threads", [None, 1, 2, 3])
def test_results_are_the_serial_ones(rng, any_work, n_threads):
    work = jobs(rng)
    serial = [run(job, 1) for job in work]
    order = rng.permutation(np.repeat(np.arange(len(work)), 4))
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda k: run(work[k], n_threads), order)
        for k, result in zip(order, results, strict=True):
            np.testing.assert_array_equal(result, serial[k])


def test_a_first_call_from_many_threads_at_once(rng, any_work):
    """All ask for the same new plan in the same moment."""
    image = rng.integers(0, 256, (211, 97, 3), dtype=np.uint8)
    for trial in range(20):
        dsize = (100 + trial, 55 + 3 * trial)
        barrier = threading.Barrier(8)

        def call(size=dsize, gate=barrier):
            gate.wait()
            return cyresize.resize(image, size, interpolation="lanczos4")

        with ThreadPoolExecutor(8) as pool:
            results = [future.result() for future in [pool.submit(call) for _ in range(8)]]
        assert len({result.tobytes() for result in results}) == 1


def test_more_plans_than_the_cache_keeps(rng):
    """Entries are dropped while other threads use them."""
    image = rng.integers(0, 256, (40, 50), dtype=np.uint8)
    sizes = [(ow, oh) for ow in range(20, 60) for oh in (11, 29, 41, 53)]
    serial = {size: cyresize.resize(image, size) for size in sizes}
    orders = [rng.permutation(len(sizes)) for _ in range(8)]

    def call(order):
        return all(np.array_equal(cyresize.resize(image, sizes[k]), serial[sizes[k]]) for k in order)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(call, orders))


def test_parts_of_one_destination(rng):
    """Threads that fill disjoint views of one array do not disturb each other: no store passes a row's end."""
    image = rng.integers(0, 256, (120, 160, 3), dtype=np.uint8)
    for mode in MODES:
        canvas = np.zeros((4 * 53, 4 * 47, 3), np.uint8)
        tile = cyresize.resize(image, (47, 53), interpolation=mode)
        views = [canvas[53 * y : 53 * y + 53, 47 * x : 47 * x + 47] for y in range(4) for x in range(4)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda view, mode=mode: cyresize.resize(image, (47, 53), view, interpolation=mode), views))
        np.testing.assert_array_equal(canvas, np.tile(tile, (4, 4, 1)))


def test_errors_in_one_thread_leave_the_others_alone(rng):
    image = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    expected = cyresize.resize(image, (100, 90))

    def call(k):
        if k % 3 == 0:
            with pytest.raises(ValueError, match="positive"):
                cyresize.resize(image, (0, 90))
            return True
        return np.array_equal(cyresize.resize(image, (100, 90)), expected)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(call, range(300)))


def test_the_interpreter_goes_on_while_pixels_are_computed(rng):
    """The GIL is released: a counting thread advances during one long call."""
    image = rng.random((1500, 1500, 3), dtype=np.float32)
    count, done = 0, threading.Event()

    def work():
        cyresize.resize(image, (2500, 2500), interpolation="lanczos4", n_threads=1)
        done.set()

    sys.setswitchinterval(60.0)  # without a release, the counter would have to wait for the end
    thread = threading.Thread(target=work)
    thread.start()
    while not done.wait(0.001):
        count += 1
    thread.join()
    assert count >= 5


TEAMS = """
import os
import numpy as np
import cyresize

def threads():
    return len(os.listdir("/proc/self/task"))

small, large = np.zeros((40, 40, 3), np.float32), np.zeros((300, 300, 3), np.float32)
alone = threads()
for mode in cyresize.Interpolation:
    cyresize.resize(small, (50, 50), interpolation=mode, n_threads=2)
print(threads() - alone)
cyresize.resize(large, (310, 310), n_threads=2)
print(threads() - alone)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts the threads in /proc")
@pytest.mark.skipif(parallel.openmp_version() == 0, reason="a serial build has one thread")
def test_small_work_wakes_no_thread():
    done = subprocess.run([sys.executable, "-c", TEAMS], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["0", "1"]


def test_limits_set_at_run_time_are_followed():
    threadpoolctl = pytest.importorskip("threadpoolctl")
    if parallel.openmp_version() == 0:
        assert parallel.max_threads() == 1
        return
    with threadpoolctl.threadpool_limits(1, user_api="openmp"):
        assert parallel.max_threads() == 1
