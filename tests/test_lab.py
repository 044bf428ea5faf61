"""The lab of rival kernels: its table is that of its figures, every rival has a reason, wrong bits are caught."""

import json

import numpy as np
import pytest

import cyresize
from bench.lab import __main__ as lab
from bench.lab import build, contests, passes, report

README = (lab.HERE / "README.md").read_text(encoding="utf-8")
RESULT = json.loads(lab.RESULT.read_text(encoding="utf-8"))
LEVELS = [isa for isa in ("v3", "v4", "vbmi") if cyresize.isa == isa or (isa, cyresize.isa) == ("v4", "vbmi")]


def test_the_readme_shows_the_saved_figures():
    between = README.split(report.BEGIN)[1].split(report.END)[0]
    assert between == f"\n{report.markdown(RESULT)}\n"


def test_every_rival_has_a_reason_and_every_reason_a_rival():
    measured = {pair for found in RESULT["levels"].values() for pair in report.ratios(found)}
    explained = {(family, rival) for family, (_, rivals) in report.WHY.items() for rival in rivals}
    assert measured == explained


def test_saved_figures_are_complete():
    for found in RESULT["levels"].values():
        for contest in found:
            assert contests.USED in contest["entrants"]
            assert len(contest["entrants"]) > 1
            assert all(0 < entry["least"] <= entry["median"] for entry in contest["entrants"].values())
    assert "shared machine" in RESULT["note"]


def test_ratios_are_to_the_kernel_in_use():
    entrants = {contests.USED: {"least": 2.0}, "slow": {"least": 5.0}, "fast": {"least": 1.0}}
    assert report.ratios([{"family": "f", "entrants": entrants}]) == {("f", "slow"): [2.5], ("f", "fast"): [0.5]}
    assert report.spread([2.0, 8.0]) == "4.00 (2.00..8.00)"
    assert report.spread([0.5]) == "0.50"
    assert report.spread(None) == ""


class Fill:
    """A job that writes one value."""

    def __init__(self, out, value):
        self.out, self.value = out, value

    def run(self, repeats):
        self.out[:5] = self.value


def test_wrong_bits_are_named_and_stop_the_measurement():
    contest = contests.Contest("family", "case", 3, 5)
    contest.jobs = {"plain loop": Fill(contest.out, 7), "good": Fill(contest.out, 7)}
    assert lab.same_bits(contest) == []
    contest.jobs["bad"] = Fill(contest.out, 8)
    assert lab.same_bits(contest) == ["family, case, C = 3: bad"]
    with pytest.raises(SystemExit, match="bad"):
        lab.judged([contest], 20)


def test_every_row_of_a_result_counts_and_what_lies_between_does_not():
    contest = contests.Contest("family", "case", 3, 5, rows=2)
    assert contest.pitch >= 5 + contests.SLACK
    contest.jobs = {"plain loop": Fill(contest.row(1), 7), "good": Fill(contest.row(1), 7)}
    assert lab.same_bits(contest) == []
    assert contest.result.tolist() == [[lab.FILLER] * 5, [7] * 5]
    contest.row(0)[5] = contest.row(1)[5] = 3
    assert contest.result.tolist() == [[lab.FILLER] * 5, [7] * 5]
    contest.jobs["bad"] = Fill(contest.row(1), 8)
    assert lab.same_bits(contest) == ["family, case, C = 3: bad"]


def test_results_survive_the_file(tmp_path):
    path = tmp_path / "lab.json"
    lab.save(path, RESULT)
    assert json.loads(path.read_text(encoding="utf-8")) == RESULT
    assert path.read_bytes() == lab.RESULT.read_bytes()


def test_levels_without_avx2_have_no_rivals():
    with pytest.raises(ValueError, match="AVX2"):
        build.source_for("baseline")
    assert build.source_for("v4").name == "rivals_v3.pyx"
    assert build.source_for("vbmi").exists()


@pytest.mark.slow
@pytest.mark.parametrize("isa", LEVELS)
def test_all_rivals_give_the_plain_loops_bits(isa, tmp_path):
    found = contests.Lab(build.build(isa, tmp_path), isa)
    seen = 0
    for contest in (*found.contests(), *passes.contests(found)):
        assert lab.same_bits(contest) == []
        # Written at all, and not with one value: the filler of before is one of 256 values.
        assert np.count_nonzero(contest.result == lab.FILLER) < contest.size / 10
        assert len(np.unique(contest.result)) > 10
        seen += len(contest.jobs)
    assert seen > (80 if isa == "v3" else 250)


@pytest.mark.slow
def test_what_is_in_use_is_what_the_library_uses(tmp_path):
    found = contests.Lab(build.build(cyresize.isa, tmp_path), cyresize.isa)
    chosen = {"linear columns": found.module.linear_choice, "linear columns, steep": found.module.linear_choice}
    chosen["windows of floats"] = found.module.window_choice
    seen = set()
    for contest in (*found.contests(), *passes.contests(found)):
        if contest.family in chosen:
            job = contest.jobs[contests.USED]
            assert job.choice == chosen[contest.family](job.plan, contest.channels), contest.case
            seen.add(job.choice)
    assert len(seen) > 1
