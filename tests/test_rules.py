"""Each rule against the oracle's weights: the same taps with the same numbers."""

import numpy as np
import pytest
import reference
from plans import LENGTHS, ROWS, build, dense, opencv_scale

from cyresize.engine import rules

SHRINKS = [pair for pair in LENGTHS if pair[0] >= pair[1]]
GROWS = [pair for pair in LENGTHS if pair[0] <= pair[1]]
SCALES = [0.1, 0.4, 0.5, 1 / 3, 0.9, 1.0, 1.1, 1.7, 2.0, 2.5, 3.0, 4.3]


def lengths_from_factors(n_in):
    """(n_out, scale) as OpenCV derives them from a factor: the size is rounded, the scale is not."""
    return [(round(n_in / scale), scale) for scale in SCALES if round(n_in / scale) > 0]


def fixed(taps, n_in):
    """The oracle's (left, right, weight, weight) as a dense matrix."""
    low, high, left, right = taps
    return reference.scatter(n_in, np.stack([low, high], 1), np.stack([left, right], 1).astype(float))


@pytest.mark.parametrize("n_in", [1, 2, 3, 10, 37, 100, 1920])
def test_nearest(n_in):
    pairs = [(n_out, opencv_scale(n_in, n_out)) for n_out in range(1, 200)] + lengths_from_factors(n_in)
    for n_out, scale in pairs:
        index = reference.nearest_index(n_in, n_out, scale)
        np.testing.assert_array_equal(rules.nearest(n_in, n_out, scale).start, index)


@pytest.mark.parametrize("n_in", [1, 2, 3, 10, 37, 100, 1920])
def test_nearest_exact(n_in):
    for n_out in range(1, 300):
        plan = rules.nearest_exact(n_in, n_out)
        np.testing.assert_array_equal(plan.start, reference.nearest_exact_index(n_in, n_out))
        assert (plan.weights == 1).all()


KERNELS = {
    "linear": (rules.linear, reference.triangle, 1),
    "cubic": (lambda *args: rules.cubic(*args, -0.75), reference.keys(-0.75), 2),
    "cubic_half": (lambda *args: rules.cubic(*args, -0.5), reference.keys(-0.5), 2),
    "lanczos4": (rules.lanczos4, reference.lanczos(4.0), 4),
}


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("n_in", [1, 2, 3, 7, 40])
def test_kernels_of_fixed_width(name, n_in):
    build_plan, kernel, support = KERNELS[name]
    for n_out, scale in lengths_from_factors(n_in) + [(n, opencv_scale(n_in, n)) for n in (1, 2, 5, 41, 97)]:
        exact = reference.interpolation_matrix(n_in, n_out, scale, kernel, support)
        np.testing.assert_allclose(dense(build_plan(n_in, n_out, scale)), exact, rtol=0, atol=1e-13)


@pytest.mark.parametrize("n_in", [1, 2, 3, 7, 40, 400])
def test_opencv_linear_u8(n_in):
    for n_out, scale in lengths_from_factors(n_in) + [(n, opencv_scale(n_in, n)) for n in (1, 2, 5, 41, 97)]:
        for columns in (True, False):
            taps = reference.two_taps(*reference.float32_split(n_out, scale), n_in, columns)
            plan = rules.opencv_linear_u8(n_in, n_out, scale, columns)
            np.testing.assert_array_equal(dense(plan), fixed(taps, n_in))


@pytest.mark.parametrize("n_in", [1, 2, 3, 7, 40])
def test_opencv_area_enlarge(n_in):
    factors = [n_out / n_in for n_out in (1, 2, 5, 41, 97)] + [1 / scale for scale in SCALES]
    for inverse in factors:
        n_out, scale = round(n_in * inverse), 1.0 / inverse
        if n_out == 0:
            continue
        low, fraction = reference.area_fraction(n_out, inverse)
        taps = reference.two_taps(low, fraction, n_in, True)
        plan = rules.opencv_area_enlarge_u8(n_in, n_out, scale, True, inverse)
        np.testing.assert_array_equal(dense(plan), fixed(taps, n_in))
        for single, exact in ((True, 2.0**-24), (False, 1e-13)):
            plan = rules.opencv_area_enlarge(n_in, n_out, scale, True, inverse, single)
            matrix = reference.area_matrix(n_in, n_out, inverse, True, single)
            np.testing.assert_allclose(dense(plan), matrix, rtol=0, atol=exact)


@pytest.mark.parametrize("one", [256, 65536])
@pytest.mark.parametrize("n_in", [1, 2, 3, 7, 40, 400])
def test_opencv_linear_exact(n_in, one):
    for n_out, scale in lengths_from_factors(n_in) + [(n, opencv_scale(n_in, n)) for n in (1, 2, 5, 41, 97)]:
        taps = reference.exact_taps(n_in, n_out, scale, one)
        plan = rules.opencv_linear_exact(n_in, n_out, scale, float(one))
        np.testing.assert_array_equal(dense(plan), fixed(taps, n_in))


@pytest.mark.parametrize("n_in", [1, 2, 3, 7, 40, 500])
@pytest.mark.parametrize(
    ("build_plan", "weights", "before"),
    [
        (rules.opencv_cubic_u8, reference.cubic_weights, 1),
        (rules.opencv_lanczos4_u8, reference.lanczos4_weights, 3),
    ],
    ids=["cubic", "lanczos4"],
)
def test_opencv_many_taps(n_in, build_plan, weights, before):
    for n_out, scale in lengths_from_factors(n_in) + [(n, opencv_scale(n_in, n)) for n in (1, 2, 5, 41, 97)]:
        index, values = reference.fixed_axis(n_in, n_out, scale, weights, before)
        np.testing.assert_array_equal(dense(build_plan(n_in, n_out, scale)), reference.scatter(n_in, index, values))


@pytest.mark.parametrize(("n_in", "n_out"), [*SHRINKS, (1920, 600), (1000, 999), (37, 36)])
def test_opencv_area_shrink(n_in, n_out):
    scale = opencv_scale(n_in, n_out)
    for single in (True, False):
        plan = rules.opencv_area_shrink(n_in, n_out, scale, single)
        for i, taps in enumerate(reference.area_shrink_taps(n_in, n_out, scale, single)):
            assert plan.start[i] == taps[0][0]
            assert plan.lengths[i] == len(taps)
            assert plan.weights[i, : len(taps)].tolist() == [float(share) for _, share in taps]


def test_exact_area_weights_are_the_overlaps():
    """[i, i + 1) of five outputs over twelve samples, on paper."""
    w = dense(rules.opencv_area_shrink(12, 5, 2.4, False))
    assert np.allclose(w[0] * 2.4, [1, 1, 0.4, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    assert np.allclose(w[1] * 2.4, [0, 0, 0.6, 1, 0.8, 0, 0, 0, 0, 0, 0, 0])
    assert np.allclose(w[2] * 2.4, [0, 0, 0, 0, 0.2, 1, 1, 0.2, 0, 0, 0, 0])


def hamming(x):
    """Pillow's two constants are float32, so they do not add up to one; at the centre it returns 1 outright."""
    window = float(np.float32(0.54)) + float(np.float32(0.46)) * np.cos(np.pi * x)
    return np.where(x == 0, 1.0, np.where(np.abs(x) < 1, np.sinc(x) * window, 0.0))


PILLOW = {
    "box": (lambda x: ((x > -0.5) & (x <= 0.5)).astype(float), 0.5),
    "linear": (reference.triangle, 1.0),
    "cubic": (reference.keys(-0.5), 2.0),
    "lanczos3": (reference.lanczos(3.0), 3.0),
    "hamming": (hamming, 1.0),
}


@pytest.mark.parametrize("name", PILLOW)
@pytest.mark.parametrize(("n_in", "n_out"), [*LENGTHS, (600, 224), (224, 600)])
def test_antialiased(name, n_in, n_out):
    exact = reference.antialiased_matrix(n_in, n_out, *PILLOW[name])
    np.testing.assert_allclose(dense(rules.antialiased(n_in, n_out, name)), exact, rtol=0, atol=1e-13)
    fixed22 = dense(rules.antialiased(n_in, n_out, name, fixed22=True))
    assert np.abs(fixed22 - exact * 2**22).max() <= 0.5 + 1e-6


@pytest.mark.parametrize(("n_in", "n_out"), [(1920, 600), (100, 37), (37, 100), (7, 3), (1, 1)])
def test_plans_have_the_taps_of_their_longest_output(n_in, n_out):
    plans = [rules.antialiased(n_in, n_out, name) for name in ("linear", "cubic", "lanczos3")]
    for plan in [*plans, rules.opencv_area_shrink(n_in, n_out, n_in / n_out)] if n_in >= n_out else plans:
        assert plan.taps == plan.weights.shape[1] == plan.lengths.max()
        assert all(not weights[length:].any() for weights, length in zip(plan.weights, plan.lengths, strict=True))


def test_antialiased_part_of_the_source():
    """A part that begins and ends at whole samples, away from the kernel's reach, is a shifted plan."""
    part = dense(rules.antialiased(40, 5, "linear", 10.0, 30.0))
    assert not part[:, :5].any()
    np.testing.assert_allclose(part[1:-1, 10:30], dense(rules.antialiased(20, 5, "linear"))[1:-1], atol=1e-13)


@pytest.mark.parametrize(("n_in", "n_out", "factor"), [(12, 4, 3), (12, 3, 4), (7, 4, 2), (5, 5, 1), (10, 1, 10)])
def test_blocks(n_in, n_out, factor):
    w = dense(rules.blocks(n_in, n_out, factor))
    for i in range(n_out):
        inside = list(range(i * factor, min((i + 1) * factor, n_in)))
        assert np.flatnonzero(w[i]).tolist() == inside
        np.testing.assert_allclose(w[i, inside], 1 / len(inside))


def test_identity():
    """For kernels that know their columns: only the starts count."""
    assert rules.identity(5, 5).start.tolist() == [0, 1, 2, 3, 4]
    assert rules.identity(3, 5).start.tolist() == [0, 1, 2, 2, 2]


@pytest.mark.parametrize(("name", "folded"), [(row, row.replace("_rows", "")) for row in ROWS])
def test_rows_keep_what_columns_fold(name, folded):
    """A row outside is the edge row, read twice: the weights of the clamped rows add up to the folded column's."""
    folded = {"linear_u8": "linear_u8_columns"}.get(folded, folded)
    for n_in, n_out in GROWS:
        rows, columns = build(name, n_in, n_out), build(folded, n_in, n_out)
        np.testing.assert_allclose(dense(rows), dense(columns), rtol=0, atol=2.0**-24)
        assert rows.start[-1] == n_in - 1 or n_in == n_out
