"""The study of what a second thread costs and saves: its table, its command, and that it leaves the cut-off alone."""

import json

import pytest

pytest.importorskip("tqdm")

from bench import waking
from bench.__main__ import main


@pytest.fixture
def brief(monkeypatch):
    monkeypatch.setattr(waking, "SIDES", (8, 16))
    monkeypatch.setattr(waking, "PAUSES", (0.0, 0.5))
    monkeypatch.setattr(waking, "ROUNDS", 2)
    monkeypatch.setattr(waking, "CALLS", 3)


def test_table_has_a_row_per_size_and_a_gain_per_pause():
    entries = [
        {"multiplications": 200, "pause": 0.0, "one": 10.0, "two": 5.0},
        {"multiplications": 200, "pause": 10.0, "one": 20.0, "two": 40.0},
        {"multiplications": 100, "pause": 10.0, "one": 9.0, "two": 9.0},
        {"multiplications": 100, "pause": 0.0, "one": 6.0, "two": 8.0},
    ]
    heading, small, large = waking.table({"entries": entries})
    assert heading[2:] == ("0 ms", "10 ms")
    assert small == ("100", "6", "0.75", "1.00")
    assert large == ("200", "10", "2.00", "0.50")


def test_command_measures_and_keeps_the_cutoff(brief, tmp_path, capsys):
    before = waking.cutoff()
    assert before > 0
    path = tmp_path / "waking.json"
    assert main(["waking", "--output", str(path)]) == 0
    assert waking.cutoff() == before
    found = waking.read(path)
    assert found["least_work"] == before
    assert len(found["entries"]) == 4
    assert all(entry["one"] > 0 and entry["two"] > 0 for entry in found["entries"])
    assert f"from {before:.0f} multiplications" in capsys.readouterr().out
    path.write_text(json.dumps({"format": 1}))
    with pytest.raises(ValueError, match="bench waking"):
        waking.read(path)


def test_multiplications_are_those_of_two_passes():
    # Of 4 x 4 output pixels, each of two taps of two rows that were filtered by two taps.
    assert waking.multiplications(2) == 4 * 4 * 3 * (2 + 2)


def test_the_cutoff_returns_after_an_error(monkeypatch):
    before = waking.cutoff()
    monkeypatch.setattr(waking, "calls", None)
    with pytest.raises(TypeError):
        list(waking.study())
    assert waking.cutoff() == before
