"""Laws that every plan obeys, whatever its rule."""

import numpy as np
import pytest
from plans import FOLDED, GROWING, LENGTHS, ROWS, SHRINKING, TOTALS, all_plans, build, dense

from cyresize.engine import rules

PLANS = all_plans()
SYMMETRIC = ["linear", "cubic", "cubic_half", "lanczos4", "area_exact", "area", "aa_linear", "aa_cubic", "aa_lanczos3"]


@pytest.mark.parametrize(("name", "n_in", "n_out"), PLANS)
def test_shapes(name, n_in, n_out):
    plan = build(name, n_in, n_out)
    assert (plan.n_in, plan.n_out) == (n_in, n_out)
    assert plan.start.shape == plan.lengths.shape == (n_out,)
    assert plan.weights.shape == (n_out, plan.taps)
    assert plan.start.dtype == np.intp
    assert plan.weights.dtype == np.float64
    assert ((plan.lengths >= 1) & (plan.lengths <= plan.taps)).all()


@pytest.mark.parametrize(("name", "n_in", "n_out"), PLANS)
def test_taps_lie_inside_the_source(name, n_in, n_out):
    plan = build(name, n_in, n_out)
    if name in ROWS:
        assert (plan.start >= -1).all()
        assert (plan.start <= n_in - 1).all()
        return
    assert (plan.start >= 0).all()
    if n_in > 1:
        assert (plan.start + plan.lengths <= n_in).all()
    else:
        # A single column has a second tap of weight 0 that drivers read in place (tap_step is 0).
        assert (plan.weights[:, 1:] == 0).all()


@pytest.mark.parametrize(("name", "n_in", "n_out"), PLANS)
def test_weights_sum_to_one(name, n_in, n_out):
    plan = build(name, n_in, n_out)
    total = TOTALS.get(name, 1)
    sums = np.array([w[:n].sum() for w, n in zip(plan.weights, plan.lengths, strict=True)])
    if "linear_exact" in name or name in ("linear_u8_columns", "linear_u8_rows", "area_grows_u8", "area_grows_u8_rows"):
        assert (sums == total).all()
    elif name in TOTALS:
        # Each weight is rounded on its own, before taps outside are folded: off by at most half a unit per tap.
        taps = {"cubic_u8": 4, "lanczos4_u8": 8}.get(name, plan.taps)
        assert np.abs(sums - total).max() <= taps / 2
    elif name == "area":
        # OpenCV drops shares below 1/1000 of a sample and rounds the rest to float32.
        assert np.abs(sums - 1).max() <= 2e-3
    elif name in ("area_grows", "area_grows_rows"):
        assert np.abs(sums - 1).max() <= 2.0**-24
    else:
        np.testing.assert_allclose(sums, 1, rtol=0, atol=1e-14 * plan.taps)


@pytest.mark.parametrize(("name", "n_in", "n_out"), [plan for plan in PLANS if plan[0] in TOTALS])
def test_quantised_weights_are_whole_numbers_of_their_type(name, n_in, n_out):
    weights = build(name, n_in, n_out).weights
    assert (weights == np.rint(weights)).all()
    limit = 2**15 if TOTALS[name] <= 2048 else 2**31
    assert np.abs(weights).max() < limit


@pytest.mark.parametrize(("name", "n_in", "n_out"), [plan for plan in PLANS if plan[0] in SYMMETRIC])
def test_mirrored_source_gives_mirrored_result(name, n_in, n_out):
    w = dense(build(name, n_in, n_out))
    tolerance = 1e-7 if name == "area" else 1e-12
    np.testing.assert_allclose(w[::-1, ::-1], w, rtol=0, atol=tolerance * max(n_in, n_out))


@pytest.mark.parametrize(("name", "n_in", "n_out"), PLANS)
def test_outputs_advance_with_the_source(name, n_in, n_out):
    """Drivers keep a ring of the last rows: a later output never needs an earlier first row."""
    assert (np.diff(build(name, n_in, n_out).start) >= 0).all()


@pytest.mark.parametrize(("name", "n_in", "n_out"), PLANS)
def test_the_same_length_is_the_identity(name, n_in, n_out):
    if n_in == n_out:
        np.testing.assert_allclose(dense(build(name, n_in, n_out)) / TOTALS.get(name, 1), np.eye(n_in), atol=1e-15)


@pytest.mark.parametrize(("name", "n_in", "n_out"), PLANS)
def test_a_region_is_a_slice(name, n_in, n_out):
    plan = build(name, n_in, n_out)
    whole = dense(plan)
    for begin in range(0, n_out, max(n_out // 5, 1)):
        for end in sorted({begin + 1, (begin + n_out + 1) // 2, n_out} - {begin}):
            low, high, part = plan.region(begin, end)
            assert 0 <= low < high <= n_in
            assert (part.n_in, part.n_out) == (high - low, end - begin)
            assert part.weights.tobytes() == plan.weights[begin:end].tobytes()
            np.testing.assert_array_equal(part.start + low, plan.start[begin:end])
            np.testing.assert_array_equal(dense(part), whole[begin:end, low:high])
            # Nothing that the outputs need was left out.
            assert not whole[begin:end, :low].any()
            assert not whole[begin:end, high:].any()


@pytest.mark.parametrize("name", ["nearest", "linear", "lanczos4", "aa_linear"])
def test_a_region_reads_little(name):
    plan = build(name, 1000, 500) if name != "aa_linear" else build(name, 1000, 100)
    low, high, _ = plan.region(40, 45)
    assert high - low <= 5 * 1000 // plan.n_out + plan.taps + 1


def test_regions_of_regions():
    plan = rules.lanczos4(100, 250, 0.4)
    low, _, part = plan.region(50, 150)
    inner_low, inner_high, inner = part.region(20, 40)
    direct_low, direct_high, direct = plan.region(70, 90)
    assert (low + inner_low, low + inner_high) == (direct_low, direct_high)
    np.testing.assert_array_equal(dense(inner), dense(direct))


@pytest.mark.parametrize(("begin", "end"), [(-1, 3), (0, 8), (3, 3), (4, 2), (7, 9), (-5, -1)])
def test_a_region_outside_is_an_error(begin, end):
    with pytest.raises(ValueError, match=f"region {begin}:{end} is not inside 0:7"):
        rules.linear(5, 7, 5 / 7).region(begin, end)


def test_plans_do_not_change():
    plan = rules.linear(5, 7, 5 / 7)
    before = dense(plan)
    for attribute in ("n_in", "n_out", "taps", "start", "lengths", "weights"):
        with pytest.raises(AttributeError):
            setattr(plan, attribute, 0)
    with pytest.raises(AttributeError):
        plan.note = "not even a new attribute"
    plan.weights[...] = 9
    plan.start[...] = 9
    np.testing.assert_array_equal(dense(plan), before)
    plan.region(0, 3)[2].weights[...] = 9
    np.testing.assert_array_equal(dense(plan), before)


@pytest.mark.parametrize("name", ["linear", "nearest"])
@pytest.mark.parametrize(("n_in", "n_out"), [(5, 2**62), (5, 2**59)])
def test_a_plan_that_no_memory_holds(name, n_in, n_out):
    with pytest.raises(MemoryError, match="plan"):
        FOLDED[name](n_in, n_out, n_in / n_out)


@pytest.mark.parametrize(("n_in", "n_out"), [(0, 3), (3, 0), (-1, 3), (3, -1)])
def test_a_plan_of_nothing(n_in, n_out):
    with pytest.raises(MemoryError):
        rules.linear(n_in, n_out, 1.0)


def test_every_rule_is_covered():
    """A new rule joins the tables of these tests."""
    public = {name for name, value in vars(rules).items() if callable(value) and not name.startswith("_")}
    covered = {
        "nearest", "nearest_exact", "linear", "cubic", "lanczos4", "opencv_linear_u8", "opencv_linear_exact",
        "opencv_cubic_u8", "opencv_lanczos4_u8", "opencv_area_shrink", "opencv_area_enlarge", "opencv_area_enlarge_u8",
        "antialiased", "blocks", "identity",
    }  # fmt: skip
    assert public <= covered | {"AxisPlan"}
    assert len(FOLDED) + len(SHRINKING) + len(GROWING) + len(ROWS) >= len(covered)
    assert len(LENGTHS) > 10
