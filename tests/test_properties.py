"""Random shapes, strides, dtypes and options: every outcome is the right result or the documented exception."""

import numpy as np
import pytest
import reference
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from layouts import padded_rows, planes, reversed_axes, sliced, transposed, unaligned
from test_resize_oracle import ANTIALIASED, NEAREST, check, noise

import cyresize

MODES = [mode.name for mode in cyresize.Interpolation]
WEIGHTED = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64"]
DTYPES = [*WEIGHTED, "bool", "int64", "uint64", "longdouble", ">u2", ">f4", "<i4", "complex64", "M8[s]"]
LAYOUTS = [np.ascontiguousarray, reversed_axes, sliced, padded_rows, transposed, planes, unaligned]


def examples(count):
    """The same examples in every run, without a time limit for each."""
    return settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


sides = st.integers(1, 40)
shapes = st.one_of(
    st.tuples(sides, sides),
    st.tuples(sides, sides, st.integers(1, 9)),
    st.tuples(st.integers(1, 3), sides, sides, st.integers(1, 5)),
)
bad_shapes = st.one_of(
    st.just(()), st.tuples(sides), st.tuples(sides, st.just(0)), st.tuples(sides, sides, st.just(0)),
    st.tuples(st.just(0), sides, sides, st.just(3)), st.just((1, 2, 3, 4, 5)),
)  # fmt: skip
sizes = st.one_of(st.tuples(sides, sides), st.tuples(st.integers(1, 200), st.integers(1, 6)))
bad_sizes = st.one_of(
    st.tuples(st.integers(-5, 0), sides), st.tuples(sides, st.integers(-(2**70), 0)), st.just((2**62, 2**62)),
    st.just((2.5, 3)), st.just(7), st.just((1, 2, 3)), st.none(),
)  # fmt: skip
factors = st.floats(0.05, 4.0)
bad_factors = st.sampled_from([0.0, -1.0, float("nan"), float("inf"), 1e-9, 1e300])


def make(rng, shape, dtype):
    """Noise of any dtype in the table above."""
    dtype = np.dtype(dtype)
    if dtype.kind in "cM":
        return np.zeros(shape, dtype)
    return np.asarray(noise(rng, shape, dtype.newbyteorder("=")), dtype)  # not a scalar where the shape is ()


def as_stack(array):
    """Any accepted shape as N x H x W x C."""
    if array.ndim == 2:
        return array[None, ..., None]
    return array[None] if array.ndim == 3 else array


@examples(400)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=shapes,
    dtype=st.sampled_from([*WEIGHTED, ">u2", ">f4", ">i4", ">f8"]),
    layout=st.sampled_from(LAYOUTS),
    mode=st.sampled_from(MODES),
    antialias=st.booleans(),
    size=sizes,
    given_as=st.sampled_from(["dsize", "list", "factors"]),
    n_threads=st.sampled_from([None, 1, 2, 5]),
    with_dst=st.booleans(),
)
@example(0, (7, 5), "uint8", np.ascontiguousarray, "CUBIC", True, (2, 9), "dsize", 2, True)
def test_the_result_is_the_oracles(seed, shape, dtype, layout, mode, antialias, size, given_as, n_threads, with_dst):
    rng = np.random.default_rng(seed)
    image = make(rng, shape, dtype)
    antialias = antialias and mode in ANTIALIASED
    stack = as_stack(image)
    _, h, w, _ = stack.shape
    if given_as == "factors" and not antialias:
        dsize, fx, fy = None, size[0] / w, size[1] / h
        expected = reference.size_from_factors((h, w), fx, fy)
    else:
        dsize, fx, fy = (list(size) if given_as == "list" else size), 0.0, 0.0
        expected = reference.size_from_dsize((h, w), size)
    dst = None
    if with_dst:
        out = (expected.oh, expected.ow)
        out = out if image.ndim == 2 else (*out, shape[2]) if image.ndim == 3 else (shape[0], *out, shape[3])
        dst = layout(np.zeros(out, image.dtype))
    source = layout(image)
    result = cyresize.resize(source, dsize, dst, fx, fy, interpolation=mode, antialias=antialias, n_threads=n_threads)
    assert dst is None or result is dst
    assert result.dtype == image.dtype
    np.testing.assert_array_equal(source, image)
    native = np.dtype(dtype).newbyteorder("=")
    for one, out in zip(stack.astype(native), as_stack(result).astype(native), strict=True):
        check(one, out, expected, mode, antialias)


@examples(500)
@given(
    shape=st.one_of(shapes, bad_shapes),
    dtype=st.sampled_from(DTYPES),
    size=st.one_of(sizes, bad_sizes),
    fx=st.one_of(factors, bad_factors),
    fy=st.one_of(factors, bad_factors),
    mode=st.one_of(st.sampled_from(MODES), st.sampled_from(["linear", "", "bicubic", -1, 7, 1.5, None])),
    antialias=st.booleans(),
    n_threads=st.sampled_from([None, 1, 2, 0, -3, 1.5]),
)
def test_the_outcome_is_a_result_or_the_documented_exception(shape, dtype, size, fx, fy, mode, antialias, n_threads):
    image = make(np.random.default_rng(0), shape, dtype)
    allowed = expected_errors(image, size, fx, fy, mode, antialias, n_threads)
    options = {"interpolation": mode, "antialias": antialias, "n_threads": n_threads}
    try:
        result = cyresize.resize(image, size, None, fx, fy, **options)
    except (TypeError, ValueError, MemoryError) as error:
        assert type(error) in allowed, error
        assert str(error)
    else:
        assert not allowed
        assert result.dtype == image.dtype
        assert result.ndim == image.ndim


def expected_errors(image, size, fx, fy, mode, antialias, n_threads):
    """The classes of exception that these arguments call for; none if they are right."""
    errors = set()
    if image.dtype.kind not in "biuf":
        errors.add(TypeError)
    if image.ndim not in (2, 3, 4) or image.size == 0:
        errors.add(ValueError)
    name = mode.upper() if isinstance(mode, str) else mode
    if name not in MODES:
        errors.add(ValueError if isinstance(mode, str | int) else TypeError)
    elif name not in NEAREST and image.dtype.newbyteorder("=").name not in WEIGHTED:
        errors.add(TypeError)
    if antialias and name in MODES and name not in ANTIALIASED:
        errors.add(ValueError)
    if n_threads is not None and n_threads != int(n_threads):
        errors.add(TypeError)
    elif n_threads is not None and n_threads < 1:
        errors.add(ValueError)
    return errors | size_errors(image, size, fx, fy)


def size_errors(image, size, fx, fy):
    if size == 7 or size == (2.5, 3):
        return {TypeError}
    if size is not None and size != (0, 0):
        return set() if len(size) == 2 and min(size) > 0 and max(size) < 2**62 else {ValueError}
    if not (0 < fx < np.inf and 0 < fy < np.inf):
        return {ValueError}
    if image.ndim in (2, 3, 4):
        h, w = image.shape[image.ndim == 4 :][:2]
        if min(h * fy, w * fx) <= 0.5 or max(h * fy, w * fx) > 2**62:
            return {ValueError}
    return set()


@examples(100)
@given(
    seed=st.integers(0, 2**32 - 1), h=sides, w=sides, oh=sides, ow=sides, mode=st.sampled_from(MODES),
    dtype=st.sampled_from(["uint8", "uint16", "float32"]),
)  # fmt: skip
def test_flipping_commutes_with_symmetric_modes(seed, h, w, oh, ow, mode, dtype):
    """Modes whose weights are symmetric give the flipped result for the flipped image, up to rounding."""
    if mode in NEAREST or mode == "AREA":
        return
    image = noise(np.random.default_rng(seed), (h, w), dtype)
    plain = cyresize.resize(image, (ow, oh), interpolation=mode).astype(float)
    flipped = cyresize.resize(image[::-1, ::-1], (ow, oh), interpolation=mode)[::-1, ::-1]
    assert np.abs(plain - flipped).max() <= (1e-3 if dtype == "float32" else 2)


@examples(100)
@given(seed=st.integers(0, 2**32 - 1), h=sides, w=sides, oh=sides, ow=sides, mode=st.sampled_from(["LINEAR", "AREA"]))
def test_averages_stay_between_the_extremes(seed, h, w, oh, ow, mode):
    image = noise(np.random.default_rng(seed), (h, w), "uint8")
    result = cyresize.resize(image, (ow, oh), interpolation=mode)
    assert image.min() <= result.min()
    assert result.max() <= image.max()


def test_the_generator_reaches_errors_and_results():
    """The expectation itself: some arguments are right, each class of exception occurs."""
    image = np.zeros((4, 5), np.uint8)
    assert expected_errors(image, (3, 2), 0, 0, "LINEAR", False, None) == set()
    assert expected_errors(image, (3, 0), 0, 0, "LINEAR", False, None) == {ValueError}
    assert expected_errors(image.astype(bool), (3, 2), 0, 0, "LINEAR", False, None) == {TypeError}
    with pytest.raises(TypeError):
        cyresize.resize(image.astype(bool), (3, 2))
