"""How many threads: who wins, what the machine gives, what OpenMP says at run time."""

import asyncio
import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import cyresize
from cyresize import parallelism
from cyresize.engine import parallel

pytestmark = pytest.mark.skipif(not parallel.openmp_version(), reason="a serial build has one thread")


@pytest.fixture(autouse=True)
def no_setting_stays():
    yield
    cyresize.set_num_threads(None)
    parallelism.read_environment()


def number_in_new_process(**variables):
    environment = {k: v for k, v in os.environ.items() if k not in ("CYRESIZE_NUM_THREADS", "OMP_NUM_THREADS")}
    return subprocess.run(
        [sys.executable, "-c", "import cyresize; print(cyresize.get_num_threads())"],
        env={**environment, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_environment_in_order():
    assert number_in_new_process(OMP_NUM_THREADS="5").stdout == "5\n"
    assert number_in_new_process(OMP_NUM_THREADS="6,2").stdout == "6\n"
    assert number_in_new_process(OMP_NUM_THREADS="5", CYRESIZE_NUM_THREADS="7").stdout == "7\n"
    plain = int(number_in_new_process().stdout)
    assert plain == max(1, min(parallelism.affinity(), math.ceil(min(parallelism.quota(), 1 << 15))))


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5"])
def test_bad_variable_is_named(text):
    process = number_in_new_process(CYRESIZE_NUM_THREADS=text)
    assert process.returncode == 1
    assert f"CYRESIZE_NUM_THREADS={text!r} must be a whole number of at least 1" in process.stderr


def test_settings_in_order():
    parallelism.read_environment({"CYRESIZE_NUM_THREADS": "9"})
    assert cyresize.get_num_threads() == 9
    cyresize.set_num_threads(8)
    assert cyresize.get_num_threads() == 8
    with cyresize.threads(11):
        assert cyresize.get_num_threads() == 11
        cyresize.set_num_threads(7)
        with cyresize.threads(3):
            assert cyresize.get_num_threads() == 3
        assert cyresize.get_num_threads() == 11
    assert cyresize.get_num_threads() == 7
    cyresize.set_num_threads(None)
    assert cyresize.get_num_threads() == 9


def test_scope_ends_with_an_error():
    before = cyresize.get_num_threads()
    with pytest.raises(ZeroDivisionError), cyresize.threads(before + 1):
        raise ZeroDivisionError
    assert cyresize.get_num_threads() == before


def test_scope_is_of_one_context():
    before = cyresize.get_num_threads()

    async def task(n):
        with cyresize.threads(n):
            await asyncio.sleep(0.01)
            return cyresize.get_num_threads()

    async def tasks():
        return await asyncio.gather(*(task(n) for n in (3, 4, 5)))

    with cyresize.threads(before + 1), ThreadPoolExecutor(1) as pool:
        assert pool.submit(cyresize.get_num_threads).result() == before
    assert asyncio.run(tasks()) == [3, 4, 5]
    assert cyresize.get_num_threads() == before


@pytest.mark.parametrize(("n", "error"), [(0, ValueError), (-2, ValueError), (1.5, TypeError), (True, TypeError)])
def test_bad_numbers(n, error):
    with pytest.raises(error, match="n_threads must be"):
        cyresize.set_num_threads(n)
    with pytest.raises(error, match="n_threads must be"), cyresize.threads(n):
        pass


LOWERED = """
import cyresize
from threadpoolctl import threadpool_limits
cyresize.set_num_threads(4)
with threadpool_limits(1):
    print(cyresize.get_num_threads())
    with cyresize.threads(3):
        print(cyresize.get_num_threads())
print(cyresize.get_num_threads())
"""


def test_limit_at_run_time_lowers():
    """In an interpreter whose OpenMP starts with two threads, also where there is one processor."""
    environment = os.environ | {"OMP_NUM_THREADS": "2"}
    process = subprocess.run(
        [sys.executable, "-c", LOWERED], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert process.stdout.split() == ["1", "1", "4"]


def test_openmp_state_is_left_alone():
    process = subprocess.run(
        [sys.executable, "-c", SAME_OPENMP_STATE], capture_output=True, text=True, timeout=60, check=True
    )
    assert process.stdout == "same\n"


SAME_OPENMP_STATE = """
import numpy as np, threadpoolctl, cyresize
def state():
    return [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "openmp"]
before = state()
image = np.zeros((1000, 1000, 3), np.uint8)
cyresize.set_num_threads(3)
with cyresize.threads(2):
    cyresize.resize(image, (500, 500))
cyresize.resize(image, (500, 500), n_threads=5)
assert before
print("same" if state() == before else (before, state()))
"""


def test_more_threads_than_rows_or_processors(rng):
    image = rng.integers(0, 256, (3, 20000, 3), np.uint8)
    expected = cyresize.resize(image, (15000, 2), n_threads=1)
    assert np.array_equal(cyresize.resize(image, (15000, 2), n_threads=64), expected)


def control_group(root, lines, files):
    """A file tree as the kernel shows it."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(lines)
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("lines", "files", "expected"),
    [
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 1.5),
        ("0::/\n", {"cpu.max": "max 100000\n"}, math.inf),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "300000 100000\n"}, 3.0),
        ("0::/a/b\n", {"a/b/cpu.max": "50000 100000\n", "a/cpu.max": "300000 100000\n"}, 0.5),
        ("0::/not/mounted/here\n", {"cpu.max": "200000 100000\n"}, 2.0),
        ("0::/../other\n", {"cpu.max": "200000 100000\n"}, 2.0),
        (
            "5:memory:/\n4:cpu,cpuacct:/docker/x\n",
            {"cpu,cpuacct/docker/x/cpu.cfs_quota_us": "400000\n", "cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000\n"},
            4.0,
        ),
        ("2:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, math.inf),
        ("2:cpuset:/\n", {"cpuset/cpu.max": "100000 100000\n"}, math.inf),
        ("0::/\n", {"cpu.max": "nonsense\n"}, math.inf),
        ("", {}, math.inf),
    ],
)
def test_share_of_a_container(tmp_path, lines, files, expected):
    control_group(tmp_path, lines, files)
    assert parallelism.quota(tmp_path) == expected


def test_machine_without_control_groups(tmp_path):
    assert parallelism.quota(tmp_path) == math.inf


@pytest.mark.parametrize(("share", "cpus", "expected"), [(1.5, 8, 2), (0.1, 8, 1), (9.0, 4, 4), (math.inf, 4, 4)])
def test_the_lesser_of_processors_and_share(monkeypatch, share, cpus, expected):
    monkeypatch.setattr(parallelism, "quota", lambda: share)
    assert parallelism.default_count({}, cpus) == expected
    assert parallelism.default_count({"OMP_NUM_THREADS": "6"}, cpus) == 6
    assert parallelism.default_count({"OMP_NUM_THREADS": "many"}, cpus) == expected
