"""Every parallel region of the sources lies between enter_team and leave_team, which keep it and a fork apart."""

import re
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[1] / "cyresize" / "engine"
DRIVERS = sorted(path for path in ENGINE.glob("*.pyx") if " in prange(" in path.read_text())
DEFINITION = re.compile(r" *(?:cdef|cpdef|def) [^=(]*?(\w+)\(")


def functions(source):
    """The lines of each function or method of a Cython source, up to the next one, by its name."""
    bodies = {}
    name = ""
    for line in source.splitlines():
        if start := DEFINITION.match(line):
            name = start[1]
        elif not line.lstrip().startswith("#"):
            bodies.setdefault(name, []).append(line)
    return bodies


def walk(body, regions):
    """Whether a pattern of ``regions`` is found outside every team, and whether a team is left open."""
    teams, outside, open_at_return = 0, False, False
    for line in body:
        teams += line.count("enter_team(") - line.count("leave_team(")
        outside = outside or (teams < 1 and any(re.search(region, line) for region in regions))
        open_at_return = open_at_return or (teams > 0 and re.match(r" *(return|raise)\b", line) is not None)
    return outside, open_at_return or teams != 0


def problems(source):
    """Functions that leave a team open, and those that have a region outside a team and are not called inside one."""
    bodies = functions(source)
    parallel, before = set(), None
    while parallel != before:
        before = parallel
        regions = [r"\bin prange\(", *(rf"\b{name}\(" for name in before)]
        parallel = {name for name, body in bodies.items() if walk(body, regions)[0]}
    lines = [line for body in bodies.values() for line in body]
    uncalled = {name for name in parallel if not any(re.search(rf"\b{name}\(", line) for line in lines)}
    return sorted(uncalled) + [name for name, body in bodies.items() if walk(body, [])[1]]


def test_the_drivers_are_found():
    assert {path.stem for path in DRIVERS} >= {"resample", "gather", "fused", "pool", "unpool", "shuffle", "convolve"}


@pytest.mark.parametrize("path", DRIVERS, ids=lambda path: path.stem)
def test_every_region_has_a_team(path):
    source = path.read_text()
    assert problems(source) == []
    # And without one of the calls, or without all, this would have been noticed.
    lines = source.splitlines(keepends=True)
    calls = [k for k, line in enumerate(lines) if re.search(r"\b(enter|leave)_team\(", line)]
    assert len(calls) >= 2
    for missing in [*([k] for k in calls), calls]:
        assert problems("".join(line for k, line in enumerate(lines) if k not in missing)), missing
