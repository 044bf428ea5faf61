"""Pooling and unpooling: against the plain definition, against PyTorch, from every memory layout, with every error."""

import itertools

import numpy as np
import pytest
import reference_ops as reference
from layouts import LAYOUTS

import cyresize
from cyresize import functional as F

DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64"]
FLOATS = ["float16", "float32", "float64"]
SIZES = {1: (13,), 2: (7, 11), 3: (4, 5, 6)}


def pool(name, axes):
    return getattr(F, f"{name}{axes}d")


def noise(rng, shape, dtype):
    """Few different values, so that there are ties; NaN and both infinities among floats."""
    dtype = np.dtype(dtype)
    if dtype.kind != "f":
        return rng.integers(0, 5, shape).astype(dtype)
    x = rng.integers(-3, 4, shape).astype(dtype)
    x[rng.random(shape) < 0.1] = np.nan
    x[rng.random(shape) < 0.2] = -np.inf
    x[rng.random(shape) < 0.05] = np.inf
    return x


def channels_last(x):
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1)


OPTIONS = [
    # kernel, stride, padding, dilation, ceil_mode
    (2, 2, 0, 1, False),
    (2, 2, 0, 1, True),
    (3, 2, 1, 1, False),
    (3, 2, 1, 1, True),
    (3, 1, 1, 1, False),
    (2, 1, 0, 2, False),
    (2, 3, 1, 3, True),
    (4, 4, 2, 1, True),
    (1, 1, 0, 1, False),
    (1, 3, 0, 1, True),
]


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("dtype", DTYPES)
def test_max_pool_by_definition(rng, axes, dtype):
    for k, s, p, d, ceil_mode in OPTIONS:
        x = noise(rng, (2, 3, *SIZES[axes]), dtype)
        wanted, wanted_index = reference.max_pool(x, (k,) * axes, (s,) * axes, (p,) * axes, (d,) * axes, ceil_mode)
        values, index = pool("max_pool", axes)(x, k, s, p, d, ceil_mode, return_indices=True)
        np.testing.assert_array_equal(values, wanted)
        np.testing.assert_array_equal(index, wanted_index)
        assert (values.dtype, index.dtype) == (x.dtype, np.int64)
        np.testing.assert_array_equal(pool("max_pool", axes)(x, k, s, p, d, ceil_mode), wanted)


@pytest.mark.parametrize("width", [1, 2, 3, 15, 16, 17, 31, 33, 63, 64, 65, 66, 67, 130, 131, 257])
@pytest.mark.parametrize(("k", "s", "p"), [(2, 2, 0), (3, 2, 1), (3, 3, 0), (3, 1, 1), (5, 4, 2)])
def test_max_pool_at_every_tail(rng, width, k, s, p):
    x = noise(rng, (1, 2, 9, width), "float32")
    if width + 2 * p < k:
        with pytest.raises(ValueError, match="larger than the padded input"):
            F.max_pool2d(x, k, s, p)
        return
    wanted, wanted_index = reference.max_pool(x, (k, k), (s, s), (p, p), (1, 1))
    values, index = F.max_pool2d(x, k, s, p, return_indices=True)
    np.testing.assert_array_equal(values, wanted)
    np.testing.assert_array_equal(index, wanted_index)
    np.testing.assert_array_equal(F.max_pool2d(x, k, s, p), wanted)


@pytest.mark.parametrize("dtype", [d for d in DTYPES if d != "uint64"])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_avg_pool_by_definition(rng, axes, dtype):
    for k, s, p, _, ceil_mode in OPTIONS:
        if p == 2:
            continue
        for include in (True, False):
            x = rng.integers(0, 100, (2, 3, *SIZES[axes])).astype(dtype)
            wanted = reference.mean_pool(x, (k,) * axes, (s,) * axes, (p,) * axes, ceil_mode, include)
            got = pool("avg_pool", axes)(x, k, s, p, ceil_mode, include)
            assert got.dtype == x.dtype
            # Sums of these integers are exact in every type: only the quotient is rounded, once.
            np.testing.assert_array_equal(got, wanted.astype(dtype))


def test_divisor_override(rng):
    x = rng.integers(-9, 9, (1, 2, 6, 6)).astype(np.float32)
    wanted = reference.mean_pool(x, (2, 2), (2, 2), (0, 0), divisor=8)
    np.testing.assert_array_equal(F.avg_pool2d(x, 2, divisor_override=8), wanted)
    np.testing.assert_array_equal(F.avg_pool2d(x, 2, divisor_override=-8), -wanted)


def test_integer_means_round_towards_zero():
    x = np.array([[-1, -2, 1, 2]], np.int32)
    assert F.avg_pool1d(x, 2).tolist() == [[-1, 1]]


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_lp_pool_by_definition(rng, axes):
    x = np.abs(rng.standard_normal((2, 3, *SIZES[axes])))
    for p in (1, 2, 3, 0.5):
        wanted = (reference.mean_pool(x**p, (2,) * axes, (2,) * axes, (0,) * axes) * 2**axes) ** (1 / p)
        np.testing.assert_allclose(pool("lp_pool", axes)(x, p, 2), wanted, rtol=1e-13)
    largest = reference.max_pool(x, (2,) * axes, (2,) * axes, (0,) * axes, (1,) * axes)[0]
    np.testing.assert_array_equal(pool("lp_pool", axes)(-x, float("inf"), 2), largest)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_adaptive_pooling_by_definition(rng, axes):
    x = rng.integers(-50, 50, (2, 3, *SIZES[axes])).astype(np.float64)
    for sizes in itertools.product((1, 2, 4), repeat=axes):
        np.testing.assert_array_equal(
            pool("adaptive_max_pool", axes)(x, sizes), reference.adaptive(x, sizes, lambda part: part.max())
        )
        np.testing.assert_allclose(
            pool("adaptive_avg_pool", axes)(x, sizes),
            reference.adaptive(x, sizes, lambda part: part.mean()),
            rtol=1e-14,
        )


def test_adaptive_none_keeps_a_side(rng):
    x = rng.random((1, 2, 6, 9))
    assert F.adaptive_avg_pool2d(x, (None, 3)).shape == (1, 2, 6, 3)


def test_adaptive_mean_of_a_large_plane_is_exact():
    """Added up in float32 this would be off by hundreds."""
    x = np.full((1, 2048, 2048), 16777217 / 4, np.float32)
    assert F.adaptive_avg_pool2d(x, 1)[0, 0, 0] == x[0, 0, 0]


def test_fractional_pooling_with_equal_distances(rng):
    """Where the windows cannot move they are those of plain pooling."""
    x = rng.random((2, 3, 9, 9))
    samples = rng.random((2, 3, 2))
    values, index = F.fractional_max_pool2d(x, 3, output_size=7, return_indices=True, _random_samples=samples)
    wanted, wanted_index = F.max_pool2d(x, 3, 1, return_indices=True)
    np.testing.assert_array_equal(values, wanted)
    np.testing.assert_array_equal(index, wanted_index)


def test_fractional_windows_by_definition(rng):
    x = rng.random((2, 3, 17, 13))
    samples = rng.random((2, 3, 2))
    got = F.fractional_max_pool2d(x, (2, 3), output_ratio=(0.6, 0.5), _random_samples=samples)
    assert got.shape == (2, 3, 10, 6)

    def starts(sample, n_in, n_out, k):
        alpha = (n_in - k) / (n_out - 1)
        return [int((i + sample) * alpha) - int(sample * alpha) for i in range(n_out - 1)] + [n_in - k]

    for n, c in np.ndindex(2, 3):
        columns, rows = starts(samples[n, c, 0], 13, 6, 3), starts(samples[n, c, 1], 17, 10, 2)
        for i, j in np.ndindex(10, 6):
            assert got[n, c, i, j] == x[n, c, rows[i] : rows[i] + 2, columns[j] : columns[j] + 3].max()


@pytest.mark.parametrize("layout", [*LAYOUTS, channels_last], ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
def test_layouts_change_nothing(rng, layout, dtype):
    x = noise(rng, (2, 3, 40, 37), dtype)
    given = layout(x)
    for threads in (1, 3):
        for k, s, p in ((2, 2, 0), (3, 2, 1)):
            for result, wanted in zip(
                F.max_pool2d(given, k, s, p, return_indices=True, n_threads=threads),
                F.max_pool2d(x, k, s, p, return_indices=True),
                strict=True,
            ):
                np.testing.assert_array_equal(result, wanted)
            np.testing.assert_array_equal(
                F.avg_pool2d(given, k, s, p, n_threads=threads), F.avg_pool2d(x, k, s, p), strict=True
            )
        np.testing.assert_array_equal(
            F.adaptive_avg_pool2d(given, (7, 5), n_threads=threads), F.adaptive_avg_pool2d(x, (7, 5)), strict=True
        )


def test_channels_last_input_gives_channels_last_output(rng):
    x = channels_last(rng.random((2, 5, 8, 8)))
    values, index = F.max_pool2d(x, 2, return_indices=True)
    assert values.strides[1] == values.itemsize
    assert index.strides[1] == index.itemsize


@pytest.mark.parametrize("layout", [*LAYOUTS[:5], channels_last], ids=lambda f: f.__name__)
def test_out_of_any_layout(rng, layout):
    x = rng.random((2, 3, 12, 14))
    wanted, wanted_index = F.max_pool2d(x, 2, return_indices=True)
    out = layout(np.zeros_like(wanted)), layout(np.zeros_like(wanted_index))
    values, index = F.max_pool2d(x, 2, return_indices=True, out=out)
    assert values is out[0]
    assert index is out[1]
    np.testing.assert_array_equal(values, wanted)
    np.testing.assert_array_equal(index, wanted_index)
    back = layout(np.full_like(x, 9))
    assert F.max_unpool2d(values, index, 2, out=back) is back
    np.testing.assert_array_equal(back, F.max_unpool2d(wanted, wanted_index, 2))


def test_foreign_byte_order(rng):
    x = rng.random((1, 2, 6, 6))
    np.testing.assert_array_equal(F.max_pool2d(x.astype(">f8"), 2), F.max_pool2d(x, 2))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_an_image_alone_is_a_batch_of_one(rng, axes):
    x = rng.random((3, *SIZES[axes]))
    np.testing.assert_array_equal(pool("max_pool", axes)(x, 2), pool("max_pool", axes)(x[None], 2)[0])
    np.testing.assert_array_equal(pool("avg_pool", axes)(x, 2), pool("avg_pool", axes)(x[None], 2)[0])


# ---- unpooling


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_unpooling_keeps_the_maxima_and_nothing_else(rng, axes, dtype):
    sizes = (8,) * axes
    x = (rng.permutation(2 * 3 * 8**axes) % 120 + 1).reshape(2, 3, *sizes).astype(dtype)
    values, index = pool("max_pool", axes)(x, 2, return_indices=True)
    back = pool("max_unpool", axes)(values, index, 2)
    np.testing.assert_array_equal(back, reference.max_unpool(values, index, sizes))
    kept = back != 0
    assert kept.sum() == values.size
    np.testing.assert_array_equal(back[kept], x[kept])


@pytest.mark.parametrize("planes", [1, 2, 5])
@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_the_later_of_equal_indices_wins(rng, planes, threads):
    values = rng.random((1, planes, 150, 150)).astype(np.float32)
    index = rng.integers(0, 400, values.shape)
    got = F.max_unpool2d(values, index, 2, n_threads=threads)
    np.testing.assert_array_equal(got, reference.max_unpool(values, index, (300, 300)))


@pytest.mark.parametrize("planes", [1, 3, 9])
@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("order", ["pooled", "reversed", "anywhere", "one far ahead", "all at the end"])
def test_targets_in_any_order(rng, planes, threads, order):
    """A plane is cleared piece by piece while it is filled: wherever an index leads, nothing is lost or left over."""
    values = rng.random((1, planes, 70, 90)).astype(np.float32)
    n, total = 70 * 90, 140 * 180
    index = 4 * np.arange(n) + rng.integers(0, 4, (planes, n))
    if order == "reversed":
        index = index[:, ::-1]
    elif order == "anywhere":
        index = rng.permuted(np.tile(np.arange(total), (planes, 1)), axis=1)[:, :n]
    elif order == "one far ahead":
        index[:, 5] = total - 3
    elif order == "all at the end":
        index = rng.integers(total - 50, total, (planes, n))
    index = np.ascontiguousarray(index).reshape(values.shape)
    expected = reference.max_unpool(values, index, (140, 180))
    np.testing.assert_array_equal(F.max_unpool2d(values, index, 2, n_threads=threads), expected)
    out = np.full(expected.shape, np.float32(7))
    F.max_unpool2d(values, index, 2, out=out, n_threads=threads)
    np.testing.assert_array_equal(out, expected)


def test_overlapping_windows_unpool(rng):
    x = rng.random((1, 2, 9, 9))
    values, index = F.max_pool2d(x, 3, 1, return_indices=True)
    np.testing.assert_array_equal(F.max_unpool2d(values, index, 3, 1), reference.max_unpool(values, index, (9, 9)))


@pytest.mark.parametrize("bad", [-1, 16, 2**40, -(2**63), 2**63 - 1])
@pytest.mark.parametrize("threads", [1, 4])
def test_a_bad_index_is_named_before_anything_is_written(bad, threads):
    values, index = np.ones((2, 2, 2, 2)), np.zeros((2, 2, 2, 2), np.int64)
    index[1, 0, 1, 1] = bad
    out = np.full((2, 2, 4, 4), 7.0)
    with pytest.raises(ValueError, match=rf"index {bad} \(plane 2\) is outside the output of 4 x 4 = 16"):
        F.max_unpool2d(values, index, 2, out=out, n_threads=threads)
    assert (out == 7).all()
    with pytest.raises(ValueError, match=f"index {bad} "):
        F.max_unpool2d(values, index, 2)


@pytest.mark.parametrize("order", ["pooled", "anywhere"])
@pytest.mark.parametrize("planes", [1, 3])
@pytest.mark.parametrize("place", [0, 11_000, 22_499])
def test_a_bad_index_in_a_large_plane(rng, planes, place, order):
    index = rng.integers(0, 90000, (1, planes, 22500)) if order == "anywhere" else np.tile(4 * np.arange(22500), planes)
    index = index.reshape(1, planes, 150, 150)
    index.reshape(planes, -1)[-1, place] = 90000
    for threads in (1, 2, 5):
        with pytest.raises(ValueError, match=rf"index 90000 \(plane {planes - 1}\) "):
            F.max_unpool2d(np.ones(index.shape), index, 2, n_threads=threads)


# ---- errors

IMAGE = np.zeros((1, 2, 8, 8), np.float32)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.max_pool2d([[1.0]], 2), TypeError, "input must be a numpy.ndarray, not list"),
        (lambda: F.max_pool2d(IMAGE.astype(complex), 2), TypeError, "dtype complex128"),
        (lambda: F.max_pool2d(IMAGE.astype(bool), 2), TypeError, "dtype bool"),
        (lambda: F.max_pool2d(IMAGE.astype(np.longdouble), 2), TypeError, "float16, float32 and float64"),
        (lambda: F.max_pool2d(IMAGE[0, 0], 2), ValueError, "C x H x W or N x C x H x W"),
        (lambda: F.max_pool1d(IMAGE, 2), ValueError, "C x W or N x C x W"),
        (lambda: F.max_pool3d(IMAGE[0], 2), ValueError, "C x D x H x W or N x C x D x H x W"),
        (lambda: F.max_pool2d(IMAGE[:, :0], 2), ValueError, "axis of size 0"),
        (lambda: F.max_pool2d(IMAGE, 0), ValueError, "kernel_size must be at least 1"),
        (lambda: F.max_pool2d(IMAGE, 2.0), TypeError, "kernel_size must be an integer"),
        (lambda: F.max_pool2d(IMAGE, True), TypeError, "kernel_size must be an integer"),
        (lambda: F.max_pool2d(IMAGE, (2, 2, 2)), ValueError, "an integer or 2 integers"),
        (lambda: F.max_pool2d(IMAGE, 2, 0), ValueError, "stride must be at least 1"),
        (lambda: F.max_pool2d(IMAGE, 2, padding=2), ValueError, "at most half of kernel_size"),
        (lambda: F.max_pool2d(IMAGE, 2, padding=-1), ValueError, "padding must be at least 0"),
        (lambda: F.max_pool2d(IMAGE, 2, dilation=0), ValueError, "dilation must be at least 1"),
        (lambda: F.max_pool2d(IMAGE, 9), ValueError, "larger than the padded input"),
        (lambda: F.max_pool2d(IMAGE, 2**62), ValueError, "larger than the padded input"),
        (lambda: F.max_pool2d(IMAGE, 2, ceil_mode=1), TypeError, "ceil_mode must be True or False"),
        (lambda: F.max_pool2d(IMAGE, 2, return_indices="yes"), TypeError, "return_indices must be True or False"),
        (lambda: F.max_pool2d(IMAGE, 2, n_threads=0), ValueError, "n_threads must be at least 1"),
        (lambda: F.max_pool2d(IMAGE, 2, return_indices=True, out=IMAGE), TypeError, "out must be a pair"),
        (lambda: F.avg_pool2d(IMAGE, 2, divisor_override=0), ValueError, "must not be zero"),
        (lambda: F.avg_pool2d(IMAGE.astype(np.uint64), 2), TypeError, "uint64"),
        (lambda: F.avg_pool3d(IMAGE, 3, padding=1), ValueError, r"kernel_size \(3, 3, 3\) is larger than the input"),
        (lambda: F.lp_pool2d(IMAGE, 0, 2), ValueError, "norm_type must be a number other than zero"),
        (lambda: F.lp_pool2d(IMAGE.astype(int), 2, 2), TypeError, "dtype int64"),
        (lambda: F.adaptive_avg_pool2d(IMAGE, 0), ValueError, "output_size must be positive"),
        (lambda: F.adaptive_max_pool2d(IMAGE, (2, 2, 2)), ValueError, "an integer or 2 integers"),
        (lambda: F.fractional_max_pool2d(IMAGE, 2), ValueError, "exactly one of output_size and output_ratio"),
        (lambda: F.fractional_max_pool2d(IMAGE, 2, 4, 0.5), ValueError, "exactly one of"),
        (lambda: F.fractional_max_pool2d(IMAGE, 2, 8), ValueError, "does not fit an input side of 8"),
        (lambda: F.fractional_max_pool2d(IMAGE, 2, output_ratio=1.0), ValueError, "between 0 and 1"),
        (lambda: F.fractional_max_pool2d(IMAGE, 2, 4), ValueError, "_random_samples must be given"),
        (
            lambda: F.fractional_max_pool2d(IMAGE, 2, 4, _random_samples=np.ones((1, 2, 2), np.float32)),
            ValueError,
            r"must lie in \[0, 1\)",
        ),
        (
            lambda: F.fractional_max_pool2d(IMAGE, 2, 4, _random_samples=np.zeros((1, 2, 3), np.float32)),
            ValueError,
            r"must have shape \(1, 2, 2\)",
        ),
        (lambda: F.max_unpool2d(IMAGE, np.zeros(IMAGE.shape, np.int32), 2), TypeError, "int64, got int32"),
        (lambda: F.max_unpool2d(IMAGE, np.zeros((1, 2, 8, 7), np.int64), 2), ValueError, "shape of input"),
        (lambda: F.max_unpool2d(IMAGE, None, 2), TypeError, "indices must be a numpy.ndarray"),
        (
            lambda: F.max_unpool2d(IMAGE, np.zeros(IMAGE.shape, np.int64), 2, output_size=(18, 16)),
            ValueError,
            "must lie between 14 and 18, exclusive",
        ),
        (
            lambda: F.max_unpool2d(IMAGE, np.zeros(IMAGE.shape, np.int64), 2, output_size=(16,)),
            ValueError,
            "must have 2 or 4 values",
        ),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("out", "error", "message"),
    [
        ([1], TypeError, "out must be a numpy.ndarray or None, not list"),
        (np.zeros((1, 2, 4, 4)), ValueError, "dtype float64, the result has float32"),
        (np.zeros((1, 2, 4, 5), np.float32), ValueError, "has shape"),
        (np.broadcast_to(np.float32(0), (1, 2, 4, 4)), ValueError, "read-only"),
        (IMAGE[:, :, ::2, ::2], ValueError, "shares memory"),
        (np.zeros(1 + 128, np.uint8)[1:].view(np.float32).reshape(1, 2, 4, 4), ValueError, "not aligned"),
    ],
)
def test_unfit_out(out, error, message):
    for function in (F.max_pool2d, F.avg_pool2d):
        with pytest.raises(error, match=message):
            function(IMAGE, 2, out=out)


def test_the_two_outputs_may_not_overlap():
    shared = np.zeros((1, 2, 4, 4), np.int64)
    with pytest.raises(ValueError, match=r"out\[1\] shares memory"):
        F.max_pool2d(np.zeros((1, 2, 8, 8), np.int64), 2, return_indices=True, out=(shared, shared))


# ---- PyTorch


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="conformance is measured against PyTorch (extra `peers`)")


def random_case(rng):
    axes = int(rng.integers(1, 4))
    sizes = tuple(int(n) for n in rng.integers(1, 15, axes))
    lead = (int(rng.integers(1, 4)),) if rng.random() < 0.8 else ()
    return axes, (*lead, int(rng.integers(1, 6)), *sizes)


def pick(rng, low, high, axes):
    if rng.random() < 0.5:
        return int(rng.integers(low, high + 1))
    return tuple(int(n) for n in rng.integers(low, high + 1, axes))


def either(torch, name, x, *options, **keywords):
    """Our result and PyTorch's, or None if both refuse; one refusal alone fails."""

    def tensor(value):
        return torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value

    given = [tensor(v) for v in options], {k: tensor(v) for k, v in keywords.items()}
    try:
        expected = getattr(torch.nn.functional, name)(tensor(x), *given[0], **given[1])
    except (RuntimeError, ValueError, TypeError):
        with pytest.raises((ValueError, TypeError)):
            getattr(F, name)(x, *options, **keywords)
        return None
    result = getattr(F, name)(x, *options, **keywords)
    return (result, expected) if isinstance(result, tuple) else ((result,), (expected,))


def same(result, expected):
    expected = expected.numpy()
    assert (result.shape, result.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_array_equal(result, expected)


@pytest.mark.peers
@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "int64", *FLOATS])
def test_max_pool_is_torch(rng, torch, dtype):
    compared = 0
    for number in range(150):
        axes, shape = random_case(rng)
        x = noise(rng, shape, dtype)
        if number % 3 == 0 and len(shape) == axes + 2:
            x = channels_last(x)
        k, p, d = pick(rng, 1, 4, axes), pick(rng, 0, 2, axes), pick(rng, 1, 3, axes)
        s = None if number % 4 == 0 else pick(rng, 1, 4, axes)
        options = {"stride": s, "padding": p, "dilation": d, "ceil_mode": bool(rng.random() < 0.5)}
        both = either(torch, f"max_pool{axes}d", x, k, return_indices=True, **options)
        if both is not None:
            compared += 1
            same(both[0][0], both[1][0])
            same(both[0][1], both[1][1])
            same(pool("max_pool", axes)(x, k, **options), both[1][0])
    assert compared > 50


@pytest.mark.peers
@pytest.mark.parametrize("dtype", ["int64", "float32", "float64"])
def test_avg_pool_is_torch(rng, torch, dtype):
    compared = 0
    for _ in range(150):
        axes, shape = random_case(rng)
        x = noise(rng, shape, dtype) if dtype == "int64" else rng.standard_normal(shape).astype(dtype)
        k, p = pick(rng, 1, 4, axes), pick(rng, 0, 2, axes)
        s = None if rng.random() < 0.3 else pick(rng, 1, 4, axes)
        options = [k, s, p, bool(rng.random() < 0.5), bool(rng.random() < 0.5)]
        if axes > 1:
            options.append(None if rng.random() < 0.6 else int(rng.integers(1, 9)))
        both = either(torch, f"avg_pool{axes}d", x, *options)
        if both is not None:
            compared += 1
            same(both[0][0], both[1][0])
    assert compared > 40


@pytest.mark.peers
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_lp_and_adaptive_means_are_torch(rng, torch, dtype):
    close = {"rtol": 1e-5, "atol": 1e-5}
    for _ in range(100):
        axes, shape = random_case(rng)
        x = rng.standard_normal(shape).astype(dtype)
        p, k = [1, 2, 3, 0.5, 2.5, float("inf")][rng.integers(6)], int(rng.integers(1, 4))
        both = either(torch, f"lp_pool{axes}d", x, p, k, None, bool(rng.random() < 0.5))
        if both is not None:
            np.testing.assert_allclose(both[0][0], both[1][0].numpy(), **close)
        sizes = tuple(int(n) for n in rng.integers(1, 8, axes))
        both = either(torch, f"adaptive_avg_pool{axes}d", x, sizes)
        np.testing.assert_allclose(both[0][0], both[1][0].numpy(), **close)


@pytest.mark.peers
@pytest.mark.parametrize("dtype", FLOATS)
def test_adaptive_and_fractional_maxima_are_torch(rng, torch, dtype):
    for _ in range(100):
        axes, shape = random_case(rng)
        x = noise(rng, shape, dtype)
        sizes = tuple(int(n) for n in rng.integers(1, 8, axes))
        both = either(torch, f"adaptive_max_pool{axes}d", x, sizes, return_indices=True)
        same(both[0][0], both[1][0])
        same(both[0][1], both[1][1])
        if axes == 1:
            continue
        images = shape[0] if len(shape) == axes + 2 else 1
        samples = (rng.integers(0, 1000, (images, shape[-axes - 1], axes)) / 1000).astype(dtype)
        options = {"output_size": sizes, "return_indices": True, "_random_samples": samples}
        both = either(torch, f"fractional_max_pool{axes}d", x, pick(rng, 1, 3, axes), **options)
        if both is not None:
            same(both[0][0], both[1][0])
            same(both[0][1], both[1][1])


@pytest.mark.peers
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_max_unpool_is_torch(rng, torch, dtype):
    compared = 0
    for _ in range(100):
        axes, shape = random_case(rng)
        x = rng.standard_normal(shape).astype(dtype)
        k, s, p = pick(rng, 1, 3, axes), pick(rng, 1, 3, axes), pick(rng, 0, 1, axes)
        pooled = either(torch, f"max_pool{axes}d", x, k, s, p, return_indices=True)
        if pooled is None or 0 in reference.unpooled_sizes(pooled[0][0].shape[-axes:], k, s, p):
            continue
        for size in (None, shape[-axes:]):
            both = either(torch, f"max_unpool{axes}d", *pooled[0], k, s, p, size)
            if both is not None:
                compared += 1
                same(both[0][0], both[1][0])
    assert compared > 40


def test_the_default_number_of_threads_is_used(rng):
    """A limit set for a block holds here too, and changes nothing in the result."""
    x = rng.random((4, 8, 64, 64))
    with cyresize.threads(1):
        alone = F.max_pool2d(x, 2)
    np.testing.assert_array_equal(F.max_pool2d(x, 2, n_threads=3), alone)
