"""After a fork cyresize works, in the child and in the parent: every program of forks.py ends in time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import threaded

from cyresize.engine import parallel

PROGRAM = Path(__file__).with_name("forks.py")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def run(*arguments):
    environment = {k: v for k, v in os.environ.items() if k not in ("CYRESIZE_NUM_THREADS", "OMP_NUM_THREADS")}
    process = subprocess.run(
        [sys.executable, PROGRAM, *arguments], env=environment, capture_output=True, text=True, timeout=120
    )
    assert process.stdout == "done\n", process.stderr
    assert process.returncode == 0


@needs_fork
@pytest.mark.parametrize("n_threads", ["1", "2"])
def test_fork_after_use(n_threads):
    run("after_use", n_threads)


@needs_fork
@pytest.mark.parametrize(
    "program",
    ["before_use", "every_driver", "of_a_child", "settings_stay_behind", "from_another_thread", "past_python"],
)
def test_fork(program):
    run(program)


@pytest.fixture(scope="module")
def known():
    return threaded.calls()


def test_no_operation_is_forgotten(known):
    assert {name.partition(" ")[0] for name in known} == threaded.public()


@needs_fork
@pytest.mark.parametrize("module", threaded.MODULES)
def test_every_operation_gives_its_threads_back(module):
    """Whichever of enter_team and leave_team a driver forgets, its child hangs or has another number of threads."""
    run("every_operation", module)


@needs_fork
@pytest.mark.skipif("libgomp" not in parallel.openmp_runtime(), reason="only libgomp's threads are lost in a fork")
@pytest.mark.parametrize("module", threaded.MODULES)
def test_every_operation_heeds_a_fork_during_a_call(module):
    """A driver that forgets enter_team starts a thread in a child that must not have one."""
    run("every_operation_alone", module)


@needs_fork
@pytest.mark.parametrize("n_threads", ["1", "2"])
def test_fork_while_other_threads_are_inside_calls(n_threads):
    run("during_calls", n_threads)


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_worker_processes(method):
    if method != "spawn" and not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    run("processes", method)


@pytest.mark.peers
@pytest.mark.parametrize("n_threads", ["1", "2", "default"])
def test_data_loader(n_threads):
    pytest.importorskip("torch")
    run("data_loader", n_threads)
