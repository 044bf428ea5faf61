"""The accuracy study: what it counts, whom it leaves out, and that what it says of us is true."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench import accuracy, oracle  # noqa: E402
from bench.__main__ import main  # noqa: E402
from bench.cases import OURS, Case  # noqa: E402
from bench.contest import Contestant  # noqa: E402

SMALL = Case(31, 40, 17, 23)


def rounded(image, case, mode="linear"):
    exact = oracle.resized_rows(image, case, mode, False, np.arange(case.out_height))
    return exact, np.rint(exact).astype(np.uint8)


def image_of(rng):
    return rng.integers(0, 256, (SMALL.height, SMALL.width, 3), np.uint8)


def test_rounded_is_right_and_cut_is_half_a_step_low(rng):
    exact, right = rounded(image_of(rng), SMALL)
    tally = accuracy.Tally()
    tally.add(right, exact)
    assert tally.entry()["misrounded"] == 0
    assert tally.entry()["largest"] <= 0.5
    assert abs(tally.entry()["bias"]) < 0.05
    cut = accuracy.Tally()
    cut.add(np.floor(exact).astype(np.uint8), exact)
    assert 0.4 < cut.entry()["misrounded"] < 0.6
    assert cut.entry()["bias"] == pytest.approx(-0.5, abs=0.05)
    assert 0.9 < cut.largest < 1  # exact values are fractions, and floor() leaves less than a step


def test_a_tie_may_be_rounded_either_way():
    exact = np.array([0.5, 1.5, 2.5])
    for result in ([0, 1, 2], [1, 2, 3]):
        tally = accuracy.Tally()
        tally.add(np.array(result, np.uint8), exact)
        assert tally.misrounded == 0


def test_images_add_up(rng):
    exact, right = rounded(image_of(rng), SMALL)
    tally = accuracy.Tally()
    tally.add(right, exact)
    tally.add(right + np.uint8(3), exact + 2)
    assert tally.samples == 2 * right.size
    assert tally.entry()["bias"] == pytest.approx(0.5, abs=0.05)


@pytest.fixture
def contest(monkeypatch):
    """Three contestants: one rounds, one cuts, one is shifted by a pixel."""

    def contestants(task, names):
        case = Case(*task.source.shape[:2], *task.size)
        exact, right = rounded(task.source, case, task.mode)
        yield Contestant("rounds", lambda: right)
        yield Contestant("cuts", lambda: np.floor(exact).astype(np.uint8))
        yield Contestant("shifts", lambda: np.roll(right, 1, axis=1))

    monkeypatch.setattr(accuracy, "resize_contestants", lambda task, names: list(contestants(task, names)))
    monkeypatch.setattr(accuracy, "STUDIES", (("linear", False, (Case(512, 512, 100, 90),)),))


def test_study_leaves_out_other_definitions_and_sorts_by_share(contest):
    pytest.importorskip("PIL")
    entries = list(accuracy.study(()))
    assert {entry["library"] for entry in entries if "other" in entry} == {"shifts"}
    assert [row[1] for row in accuracy.table(entries)[1:]] == ["rounds", "cuts", "shifts"]
    assert accuracy.table(entries)[1][2] == "0.00 %"


def test_command_writes_what_it_shows(monkeypatch, tmp_path, capsys):
    pytest.importorskip("PIL")
    monkeypatch.setattr(accuracy, "STUDIES", (("linear", True, (Case(512, 512, 100, 90),)),))
    path = tmp_path / "accuracy.json"
    assert main(["accuracy", "--peers", "pillow", "--output", str(path)]) == 0
    found = accuracy.read(path)
    assert {entry["library"] for entry in found["entries"]} == {OURS, "Pillow"}
    ours, pillow = ({k: e[k] for k in ("noise", "photograph")} for e in found["entries"])
    assert ours == pillow  # the same bytes have the same errors
    shown = capsys.readouterr().out
    assert OURS in shown
    assert "Pillow" in shown
    path.write_text(json.dumps({"format": 1}))
    with pytest.raises(ValueError, match="bench accuracy"):
        accuracy.read(path)


def test_command_refuses_unknown_peers(capsys):
    with pytest.raises(SystemExit):
        main(["accuracy", "--peers", "nobody"])
    assert "unknown nobody" in capsys.readouterr().err


def test_committed_study_says_what_we_promise():
    """Ours has OpenCV's errors in linear and area, Pillow's where antialiased: it has their pixels."""
    entries = {
        (e["mode"], e["antialias"], e["library"]): e
        for e in accuracy.read(ROOT / "bench" / "results" / "accuracy.json")["entries"]
    }
    for mode, antialias, twin in (
        ("linear", False, "cv2"),
        ("linear_exact", False, "cv2"),
        ("area", False, "cv2"),
        ("linear", True, "Pillow"),
        ("cubic", True, "Pillow"),
        ("lanczos4", True, "Pillow"),
    ):
        ours, theirs = entries[mode, antialias, OURS], entries[mode, antialias, twin]
        for kind in ("noise", "photograph"):
            assert ours[kind] == theirs[kind]
