"""The benchmark's lower limit: what the loop reads and writes that only moves bytes, and what reports make of it."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import markdown, memory, oracle, report, run
from bench.__main__ import main
from bench.cases import Case, Cell
from bench.contest import Contestant, Selection, Trial, Verdict, families
from bench.peers import Task

STEEP = Case(90, 300, 7, 11)
MILD = Case(13, 20, 21, 34)
LINE = memory.LINE


@pytest.fixture(scope="module")
def touching():
    pytest.importorskip("Cython")
    return memory.touching()


def needed(axis):
    """Source indices with a weight, of each output."""
    return [set(index[weight != 0]) for index, weight in zip(axis.index, axis.weight, strict=True)]


@pytest.mark.parametrize("case", [STEEP, MILD])
@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic", "area", "lanczos4"])
def test_reach_is_from_the_first_to_the_last_that_has_a_weight(mode, case):
    for axis in oracle.axes(case, mode, False):
        first, last = memory.reach(axis)
        assert [(min(found), max(found)) for found in needed(axis)] == list(zip(first, last, strict=True))


@pytest.mark.parametrize("pixel", [1, 3, 12, 16, 100])
@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic", "area"])
@pytest.mark.parametrize("case", [STEEP, MILD])
def test_places_lie_in_columns_that_are_needed_one_to_a_line(case, mode, pixel):
    columns = oracle.axes(case, mode, False)[1]
    where = memory.places(columns, pixel)
    assert (np.diff(where) >= LINE).all()
    reached = np.zeros(case.width * pixel, bool)
    for first, last in zip(*memory.reach(columns), strict=True):
        reached[first * pixel : (last + 1) * pixel] = True
    assert reached[where].all()
    # No stretch of a line's length that is needed is left out.
    for begin in range(len(reached) - LINE + 1):
        if reached[begin : begin + LINE].all():
            assert ((where >= begin) & (where < begin + LINE)).any()


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("mode", ["nearest", "linear", "area"])
@pytest.mark.parametrize("case", [STEEP, MILD])
def test_the_loop_reads_each_place_of_the_rows_that_are_needed_and_no_other(touching, case, mode, threads):
    rows, columns = oracle.axes(case, mode, False)
    first, last = memory.reach(rows)
    where = memory.places(columns, 7)
    wanted = np.zeros((case.height, case.width * 7), bool)
    for top, bottom in zip(first, last, strict=True):
        wanted[top : bottom + 1, where] = True
    out = np.zeros((case.out_height, case.out_width * 7), np.uint8)
    rng = np.random.default_rng(5)
    for _ in range(60):
        source = np.zeros(wanted.shape, np.uint8)
        y, x = rng.integers(case.height), rng.choice(where) + rng.integers(2)
        source[y, x] = 4
        assert (touching.Touch(source, first, last, where, threads)(out) != 0) == wanted[y, x]
    everything = touching.Touch(wanted.astype(np.uint8), first, last, where, 1)
    assert everything(out) == 1
    assert touching.Touch((~wanted).astype(np.uint8), first, last, where, threads)(out) == 0
    assert (out == 1).all()


@pytest.mark.parametrize("dst", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_limit_has_the_result_of_its_task(touching, channels, dst):
    source = np.zeros((900, 1000, channels)[: 2 if channels == 1 else 3], np.float32)
    case = Case(900, 1000, 300, 400)
    found = memory.limit(Task(source, (300, 400), "linear", False, 1, dst), case)
    first, second = found.call(), found.call()
    assert first.shape == (300, 400, *source.shape[2:])
    assert first.dtype == np.float32
    assert (first is second) == dst
    assert first.view(np.uint8).min() == 1


def test_little_work_has_no_limit():
    assert memory.limit(Task(np.zeros((64, 64), np.uint8), (32, 32), "linear", False, 1, False), STEEP) is None


def test_families_of_resizing_have_a_limit(touching):
    for name in ("resize", "antialias", "types"):
        cell = next(Selection().cells(families()[name]))
        assert families()[name].prepare(cell, ()).limit().name == memory.NAME
    other = families()["preprocess"]
    assert other.prepare(next(Selection().cells(other)), ()).limit() is None


def test_a_limit_takes_its_turns_and_no_part_in_the_race():
    log = []
    ours = Contestant("cyresize", lambda: np.zeros(3))
    right = {"cyresize": Verdict("it", True)}
    trial = Trial(Cell("resize", MILD, "linear", "uint8", 3, 1), [ours], lambda _: right, 64)
    found = run.measure(trial, (), 0.001, [Contestant(memory.NAME, lambda: log.append("moved"))])
    assert len(found["memory"]["samples"]) == len(found["copy"]["samples"])
    assert log
    assert memory.NAME not in found["contestants"]


def cell(ours, peer, limit, **changes):
    """A record with a limit, unless that is None."""
    times = {"cyresize": ours, "cv2": peer}
    entries = {name: {"expected": "it", "met": True, "median": time} for name, time in times.items()}
    found = {"family": "resize", "case": "1080x1920-540x960", "mode": "linear", "dtype": "uint8", "channels": 4}
    found |= {"threads": 1, "dst": False, "copy": {"median": 0.1}, "moved_bytes": 10**6, "contestants": entries}
    return found | ({"memory": {"median": limit}} if limit else {}) | changes


def rows_of(*cells):
    return report.rows_of({"cells": list(cells)})


def test_a_row_knows_what_memory_leaves_room_for():
    (row,) = rows_of(cell(0.4, 0.44, 0.39))
    assert row.most == pytest.approx(0.44 / 0.39)
    assert (row.below, row.out_of_reach) == (True, True)
    (row,) = rows_of(cell(0.4, 0.44, 0.3))
    assert (row.below, row.out_of_reach) == (True, False)
    (row,) = rows_of(cell(0.4, 0.8, 0.79))
    assert (row.below, row.out_of_reach) == (False, False)
    (row,) = rows_of(cell(0.4, 0.44, None))
    assert (row.most, row.out_of_reach) == (None, False)


def test_the_report_counts_cells_that_nobody_could_win():
    rows = rows_of(cell(0.4, 0.44, 0.39), cell(0.4, 0.44, 0.2), cell(0.4, 0.8, 0.2))
    text = report.shortfall(rows)
    assert text.startswith("2 of 3 cells that have a bar are below it. In 1 of them nobody could meet it:")
    assert report.shortfall(rows_of(cell(0.4, 0.44, None))) == "1 of 1 cells that have a bar are below it."
    lines = markdown.below_bars(rows)
    assert len(lines) == 5
    assert "| 1080x1920-540x960 | linear | uint8 | 4 | 1 | 0.400 | 0.390 | 1.10 | 1.30 | 1.13 |" in lines
    assert markdown.below_bars(rows_of(cell(0.4, 0.8, 0.2))) == []


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        ([cell(0.1, 0.4, 0.05)], "met"),
        ([cell(0.1, 0.4, 0.05), cell(0.4, 0.44, 0.39)], "at the limit"),
        ([cell(0.1, 0.4, 0.05), cell(0.4, 0.44, 0.3)], "MISSED"),
        ([cell(0.1, 0.4, 0.05), cell(0.4, 0.44, None)], "MISSED"),
        ([cell(0.4, 0.44, 0.39)], "MISSED"),
        ([cell(0.1, 0.4, 0.05, dtype="uint16", mode="nearest")], ""),
    ],
)
def test_a_group_is_at_its_limit_if_all_that_it_lacks_is_memory(cells, verdict):
    (group,) = report.groups_of(rows_of(*cells))
    assert group.verdict == verdict
    assert report.group_table([group])[1][-1] == verdict


def test_gains_say_where_memory_is_what_threads_wait_for():
    def pair(limit):
        return cell(0.3, 1.0, limit, threads=2, one_thread={"median": 0.4})

    (gains,) = report.gains_of(rows_of(pair(0.28), pair(0.1)))
    assert gains.text.endswith(" In 1 of these, moving the bytes with as many threads takes too long for more.")
    assert gains.below[0].most_gain == pytest.approx(0.4 / 0.28)
    assert "at most" in "\n".join(markdown.gains(rows_of(pair(0.28))))
    (gains,) = report.gains_of(rows_of(pair(None)))
    assert gains.text.endswith("the least at 1.33.")
    assert gains.below[0].most_gain is None


def test_without_cython_there_is_no_loop(monkeypatch, capsys):
    monkeypatch.setattr("bench.__main__.find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        main(["--memory", "--peers", "cv2"])
    assert 'pip install -e ".[bench]"' in capsys.readouterr().err
