"""Upscaling with a kernel of its own for every output pixel."""

import numpy as np
import pytest
import reference_ops as reference
from layouts import LAYOUTS

from cyresize import functional as F


def case(rng, scale=1.5, kernel=(3, 3), dtype=np.float64, outputs=3):
    x = rng.standard_normal((2, 5, 8, 9)).astype(dtype)
    oh, ow = int(8 * scale), int(9 * scale)
    return x, rng.standard_normal((oh, ow, outputs, 5, *kernel)).astype(dtype)


@pytest.mark.parametrize("scale", [1, 1.1, 1.5, 2, 2.7, 4, 0.6])
@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (3, 5), (7, 1)])
def test_by_definition(rng, scale, kernel):
    x, weight = case(rng, scale, kernel)
    np.testing.assert_allclose(
        F.meta_upscale(x, weight, scale), reference.meta_upscale(x, weight, scale), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize(("dtype", "atol"), [("float32", 2e-5), ("float16", 0.05)])
def test_dtypes(rng, dtype, atol):
    x, weight = case(rng, dtype=dtype)
    got = F.meta_upscale(x, weight, 1.5)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, reference.meta_upscale(x, weight, 1.5), rtol=0, atol=atol)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda f: f.__name__)
def test_layouts_and_threads_change_nothing(rng, layout):
    x, weight = case(rng, 3)
    wanted = F.meta_upscale(x, weight, 3, n_threads=1)
    for threads in (1, 2, 5):
        np.testing.assert_array_equal(F.meta_upscale(layout(x), layout(weight), 3, n_threads=threads), wanted)
    if layout.__name__ not in ("read_only", "unaligned"):
        out = layout(np.zeros_like(wanted))
        assert F.meta_upscale(x, weight, 3, out=out) is out
        np.testing.assert_array_equal(out, wanted)


def test_an_image_alone(rng):
    x, weight = case(rng)
    np.testing.assert_array_equal(F.meta_upscale(x[0], weight, 1.5), F.meta_upscale(x, weight, 1.5)[0])


def test_equal_kernels_are_a_convolution_of_the_repeated_image(rng):
    x, weight = case(rng, 2)
    weight = np.broadcast_to(weight[0, 0], weight.shape)
    once = F.conv2d(x, np.ascontiguousarray(weight[0, 0]), padding=1)
    np.testing.assert_allclose(
        F.meta_upscale(x, weight, 2), once.repeat(2, axis=2).repeat(2, axis=3), rtol=0, atol=1e-12
    )


def test_positions_say_where_the_kernels_lie():
    positions = F.meta_positions((2, 3), (1.5, 2))
    assert positions.shape == (3, 6, 3)
    assert positions.dtype == np.float32
    np.testing.assert_allclose(positions[:, 0, 0], [0, 2 / 3, 1 / 3], atol=1e-7)
    np.testing.assert_allclose(positions[0, :, 1], [0, 0.5, 0, 0.5, 0, 0.5], atol=1e-7)
    np.testing.assert_allclose(positions[..., 2], 1 / 1.5, atol=1e-7)


X, W = np.zeros((1, 4, 8, 8)), np.zeros((12, 12, 3, 4, 3, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.meta_upscale(X.astype(int), W, 1.5), TypeError, "input has dtype int64"),
        (lambda: F.meta_upscale(X, W.astype("f4"), 1.5), TypeError, "weight has dtype float32"),
        (lambda: F.meta_upscale(X[0, 0], W, 1.5), ValueError, "input must be C x H x W"),
        (lambda: F.meta_upscale(X, W[0], 1.5), ValueError, "weight must be OH x OW x O x C x KH x KW"),
        (lambda: F.meta_upscale(X, W, 2), ValueError, r"each of \(16, 16\) output pixels"),
        (lambda: F.meta_upscale(X[:, :3], W, 1.5), ValueError, "takes 4 channels; input has 3"),
        (lambda: F.meta_upscale(X, W[..., :2, :], 1.5), ValueError, "must be odd"),
        (lambda: F.meta_upscale(X, W, 0), ValueError, "positive and finite"),
        (lambda: F.meta_upscale(X, W, float("inf")), ValueError, "positive and finite"),
        (lambda: F.meta_upscale(X, W, (1.5, 1.5, 1.5)), ValueError, r"a number or \(height, width\)"),
        (lambda: F.meta_upscale(X, W, "x"), TypeError, "scale_factor must be a number"),
        (lambda: F.meta_upscale(X, W, 0.1), ValueError, "empty output"),
        (lambda: F.meta_upscale(X, W, 1.5, out=np.zeros((1, 3, 12, 11))), ValueError, "out has shape"),
        (lambda: F.meta_positions((0, 1), 2), ValueError, "size must be at least 1"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
