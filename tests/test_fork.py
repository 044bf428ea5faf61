"""After a fork cyresize works, in the child and in the parent: every program of forks.py ends in time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
