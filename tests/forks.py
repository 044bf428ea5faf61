"""Programs that fork, for test_fork.py to run in a process of their own. Each prints "done" if all went well."""

import ctypes
import os
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import threaded

import cyresize
from cyresize.engine import parallel

SIZE = (320, 240)
DEADLINE = 30.0  # seconds that a child gets; half as many for a child of its own, so that none is left over
image = np.random.default_rng(7).integers(0, 256, (480, 640, 3), np.uint8)
expected = cyresize.resize(image, SIZE, n_threads=1)


def threads_alive():
    return len(list(Path("/proc/self/task").iterdir())) if sys.platform == "linux" else None


def child(n_threads=(None, 2)):
    """What a forked child does: the default without a second thread, then two on request; 0 if that worked."""
    for n in n_threads:
        if cyresize.get_num_threads() != 1 or not np.array_equal(cyresize.resize(image, SIZE, n_threads=n), expected):
            return 1
        if n is None and threads_alive() not in (1, None):
            return 2
    return 0


def forked(work=child, fork=os.fork):
    """Run ``work`` in a forked child and return its result; -1 and no child left if it does not end in time."""
    global DEADLINE
    pid = fork()
    if pid == 0:
        DEADLINE /= 2
        status = 99
        try:
            status = work()
        finally:
            os._exit(status)
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return -1


def after_use(n_threads):
    for _ in range(3):
        assert np.array_equal(cyresize.resize(image, SIZE, n_threads=n_threads), expected)
        assert forked() == 0


def before_use():
    assert forked() == 0
    after_use(2)


DRIVERS = {
    "resample": "cyresize.resize LINEAR",
    "gather": "cyresize.resize NEAREST",
    "passes": "functional.interpolate 2 bilinear",
    "fused": "cyresize.Preprocess many",
    "pool": "functional.max_pool2d",
    "unpool": "functional.max_unpool2d",
    "shuffle": "functional.pixel_shuffle",
    "convolve": "functional.conv2d",
    "convolve_back": "functional.conv_transpose2d",
    "upscale": "functional.meta_upscale",
}


def every_driver():
    """Children of every driver get their results, forked between its calls or while other threads are inside them."""
    known = threaded.calls()
    for name, call in ((name, known[key]) for name, key in DRIVERS.items()):
        right = call(n_threads=1)
        stop = threading.Event()

        def fails(call=call, right=right):
            return not all(threaded.equal(call(n_threads=n), right) for n in (None, 2))

        def repeat(call=call, stop=stop):
            while not stop.is_set():
                call(n_threads=2)

        repeated = [threading.Thread(target=repeat) for _ in range(2)]
        try:
            assert threaded.equal(call(n_threads=2), right), name
            assert forked(fails) == 0, name
            for thread in repeated:
                thread.start()
            assert [forked(fails) for _ in range(4)] == [0] * 4, name
        finally:
            stop.set()
            for thread in repeated:
                if thread.ident:
                    thread.join()


def takes(threads, call, right):
    """Whether a call that may use two threads is right and, where that can be seen, has started as many as it should.

    They stay, so there must have been one before.
    """
    return threaded.equal(call(n_threads=2), right) and threads_alive() in (threads, None)


def operations_of(module):
    return [(name, call) for name, call in threaded.calls().items() if name.startswith(f"{module}.")]


def every_operation(module):
    """Whatever has used two threads can use two again in a child: each operation after itself alone."""
    two = 2 if parallel.openmp_version() else 1

    def fails(call, right, after=None):
        if threads_alive() not in (1, None):
            return 1
        if not takes(two, call, right):
            return 2
        return 3 if after is not None and after() != 0 else 0

    for name, call in operations_of(module):
        right = call(n_threads=1)
        child_of_child = partial(forked, partial(fails, call, right))
        assert forked(partial(fails, call, right, child_of_child)) == 0, name


def every_operation_alone(module):
    """A child whose parent could not give back its threads uses none of its own, in whatever operation."""
    known = [(name, call, call(n_threads=1)) for name, call in operations_of(module)]
    large = np.random.default_rng(8).random((1200, 1600, 3), np.float32)

    def work():
        if not takes(1, partial(cyresize.resize, image, SIZE), expected):
            return 1  # the other thread was between two calls: once more
        for name, call, right in known:
            print(name, file=sys.stderr)
            if not takes(1, call, right):
                return 2
        return 0

    stop = threading.Event()
    results = []

    def repeat():
        while not stop.is_set():
            cyresize.resize(large, (1500, 1100), interpolation="lanczos4", n_threads=2)

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        while len(results) < 10 and results[-1:] in ([], [1]):
            time.sleep(0.02)
            results.append(forked(work))
    finally:
        stop.set()
        thread.join()
    assert results[-1] == 0, results


def of_a_child():
    cyresize.resize(image, SIZE, n_threads=2)
    assert forked(lambda: child() or forked(lambda: child() or forked())) == 0


def settings_stay_behind():
    """The parent's settings are not the child's, the child's own are."""

    def work():
        if cyresize.get_num_threads() != 1 or child():
            return 1
        cyresize.set_num_threads(2)
        if cyresize.get_num_threads() != 2 or not np.array_equal(cyresize.resize(image, SIZE), expected):
            return 2
        with cyresize.threads(3):
            if cyresize.get_num_threads() != 3:
                return 3
        return 0

    cyresize.set_num_threads(5)
    with cyresize.threads(4):
        cyresize.resize(image, SIZE)
        assert forked(work) == 0
        assert cyresize.get_num_threads() == 4


def from_another_thread():
    results = []

    def work():
        cyresize.resize(image, SIZE, n_threads=2)
        results.append(forked())

    cyresize.resize(image, SIZE, n_threads=2)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert results == [0]
    assert forked() == 0


def past_python():
    """A fork in C, of which Python's own handlers hear nothing."""
    cyresize.resize(image, SIZE, n_threads=2)
    assert forked(fork=ctypes.PyDLL(None).fork) == 0


def during_calls(n_threads=2):
    """Other threads are inside calls at most forks: their children do without parallel regions."""
    stop = threading.Event()
    wrong = []
    large = np.random.default_rng(8).integers(0, 256, (1200, 1600, 3), np.uint8)
    right = cyresize.resize(large, (800, 600), n_threads=1)

    def work():
        while not stop.is_set():
            if not np.array_equal(cyresize.resize(large, (800, 600), n_threads=n_threads), right):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        results = []
        for _ in range(10):
            cyresize.resize(image, SIZE, n_threads=2)
            results.append(forked())
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert results == [0] * 10, results
    assert not wrong
    assert np.array_equal(cyresize.resize(image, SIZE, n_threads=2), expected)


def pooled(n_threads):
    """In a worker of a pool, of any start method."""
    return bool(np.array_equal(cyresize.resize(image, SIZE, n_threads=n_threads), expected)), cyresize.get_num_threads()


def processes(method):
    import multiprocessing

    cyresize.resize(image, SIZE, n_threads=2)
    own = cyresize.get_num_threads()
    with multiprocessing.get_context(method).Pool(2) as pool:
        results = pool.map_async(pooled, [None, 2, 1, None, 2]).get(DEADLINE)
    assert [right for right, _ in results] == [True] * 5
    counts = {count for _, count in results}
    # forkserver's workers are forked from a server, which may or may not have imported this program.
    assert counts == ({1} if method == "fork" else {own}) or (method == "forkserver" and counts == {1})


class Photographs:
    """Images of different sizes, preprocessed in the worker that fetches them."""

    def __init__(self, pre):
        self.pre = pre

    def __len__(self):
        return 24

    def image(self, i):
        return image[i:, : 300 + 10 * i]

    def __getitem__(self, i):
        return self.pre(self.image(i))[0]


def collated(images):
    """A batch straight from images, for a data set that does not preprocess."""
    return preprocess(images)


preprocess = cyresize.Preprocess(224, "cover", mean=(0.5, 0.4, 0.3), std=0.2)


def data_loader(n_threads):
    """PyTorch's workers, with the method of its choice, after this process has used its threads."""
    import torch

    cyresize.resize(image, SIZE, n_threads=2)
    photographs = Photographs(cyresize.Preprocess(224, "cover", mean=(0.5, 0.4, 0.3), std=0.2, n_threads=n_threads))
    right = np.stack([photographs[i] for i in range(len(photographs))])
    loader = torch.utils.data.DataLoader(photographs, batch_size=8, num_workers=2, timeout=DEADLINE)
    for _ in range(2):
        assert np.array_equal(np.concatenate([batch.numpy() for batch in loader]), right)
    images = [photographs.image(i) for i in range(len(photographs))]
    loader = torch.utils.data.DataLoader(images, 8, num_workers=2, collate_fn=collated, timeout=DEADLINE)
    assert np.array_equal(np.concatenate(list(loader)), right)
    assert np.array_equal(preprocess(images), right)


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    known = {"default": None, "1": 1, "2": 2}
    globals()[name](*(known.get(word, word) for word in arguments))
    print("done")
