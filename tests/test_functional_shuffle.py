"""Pixel shuffles: against the plain definition, their inverses, every layout, dtype and element size."""

import numpy as np
import pytest
import reference_ops as reference
from layouts import LAYOUTS

from cyresize import functional as F

NAMES = {1: "1d", 2: "", 3: "3d"}
SIZES = {1: (37,), 2: (6, 33), 3: (3, 4, 19)}
# Elements of 1, 2, 4, 8 and 16 bytes, and one in foreign byte order.
DTYPES = ["bool", "uint8", "float16", "uint16", "float32", "int64", "complex64", "complex128", "longdouble", ">f4"]


def shuffle(axes):
    return getattr(F, f"pixel_shuffle{NAMES[axes]}")


def unshuffle(axes):
    return getattr(F, f"pixel_unshuffle{NAMES[axes]}")


def channels_last(x):
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("r", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("dtype", DTYPES)
def test_by_definition_and_back(rng, axes, r, dtype):
    x = rng.integers(0, 120, (2, 2 * r**axes, *SIZES[axes])).astype(dtype)
    large = shuffle(axes)(x, r)
    np.testing.assert_array_equal(large, reference.pixel_shuffle(x, r, axes))
    assert large.dtype == x.dtype
    np.testing.assert_array_equal(unshuffle(axes)(large, r), x)


@pytest.mark.parametrize("r", [2, 3, 4, 7, 16, 17, 40])
@pytest.mark.parametrize("width", [1, 2, 3, 15, 16, 17, 31, 33, 65])
def test_every_tail(rng, r, width):
    x = rng.random((r, width)).astype(np.float32)
    large = F.pixel_shuffle1d(x, r)
    np.testing.assert_array_equal(large, x.T.reshape(1, -1))
    np.testing.assert_array_equal(F.pixel_unshuffle1d(large, r), x)


@pytest.mark.parametrize("layout", [*LAYOUTS, channels_last, np.asfortranarray], ids=lambda f: f.__name__)
@pytest.mark.parametrize("r", [2, 3])
def test_layouts_and_threads_change_nothing(rng, layout, r):
    x = rng.random((2, 3 * r * r, 70, 65))
    wanted = F.pixel_shuffle(x, r, n_threads=1)
    for threads in (1, 2, 5):
        np.testing.assert_array_equal(F.pixel_shuffle(layout(x), r, n_threads=threads), wanted)
        np.testing.assert_array_equal(F.pixel_unshuffle(layout(wanted), r, n_threads=threads), x)


@pytest.mark.parametrize("layout", [*LAYOUTS[:5], channels_last], ids=lambda f: f.__name__)
def test_out_of_any_layout(rng, layout):
    x = rng.random((2, 12, 5, 6))
    out = layout(np.zeros((2, 3, 10, 12)))
    assert F.pixel_shuffle(x, 2, out=out) is out
    np.testing.assert_array_equal(out, reference.pixel_shuffle(x, 2, 2))


def test_any_number_of_leading_axes(rng):
    x = rng.random((2, 3, 1, 2, 4, 5, 6))
    np.testing.assert_array_equal(F.pixel_shuffle(x, 2), reference.pixel_shuffle(x, 2, 2))
    np.testing.assert_array_equal(F.pixel_shuffle(x[0, 0, 0, 0], 2), reference.pixel_shuffle(x[0, 0, 0, 0], 2, 2))


def test_repeated_elements(rng):
    x = np.broadcast_to(rng.random((4, 1, 6)), (4, 5, 6))
    np.testing.assert_array_equal(F.pixel_shuffle(x, 2), reference.pixel_shuffle(x, 2, 2))


def test_a_transposed_convolution_is_four_convolutions_and_a_shuffle(rng):
    """Kernel 4, stride 2, padding 1: each phase of the output is a convolution with every second tap."""
    x = rng.integers(-9, 9, (2, 3, 8, 9)).astype(float)
    weight = rng.integers(-9, 9, (3, 5, 4, 4)).astype(float)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    phases = []
    for i in (0, 1):
        for j in (0, 1):
            # Mirrored, because the kernel of a transposed convolution is not.
            taps = weight[:, :, (1 - i) :: 2, (1 - j) :: 2][:, :, ::-1, ::-1].swapaxes(0, 1)
            phases.append(F.conv2d(padded, np.ascontiguousarray(taps))[:, :, i : i + 8, j : j + 9])
    stacked = np.stack(phases, axis=2).reshape(2, 20, 8, 9)
    np.testing.assert_array_equal(F.pixel_shuffle(stacked, 2), F.conv_transpose2d(x, weight, stride=2, padding=1))


@pytest.mark.peers
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64", "int64"])
def test_torch(rng, dtype):
    torch = pytest.importorskip("torch", reason="conformance is measured against PyTorch (extra `peers`)")
    for r in (1, 2, 3, 4):
        x = rng.integers(0, 99, (2, 3 * r * r, 7, 9)).astype(dtype)
        large = torch.nn.functional.pixel_shuffle(torch.from_numpy(x), r)
        np.testing.assert_array_equal(F.pixel_shuffle(x, r), large.numpy(), strict=True)
        small = torch.nn.functional.pixel_unshuffle(large, r)
        np.testing.assert_array_equal(F.pixel_unshuffle(large.numpy(), r), small.numpy(), strict=True)


X = np.zeros((1, 4, 6, 6))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.pixel_shuffle(X.tolist(), 2), TypeError, "input must be a numpy.ndarray, not list"),
        (lambda: F.pixel_shuffle(X.astype(object), 2), TypeError, "dtype object"),
        (lambda: F.pixel_shuffle(X, 3), ValueError, r"number of channels is 4.*upscale_factor\*\*2 = 9"),
        (lambda: F.pixel_shuffle(X, 0), ValueError, "upscale_factor must be at least 1"),
        (lambda: F.pixel_shuffle(X, 2.0), TypeError, "upscale_factor must be an integer"),
        (lambda: F.pixel_shuffle(X[0, 0], 2), ValueError, "... x C x H x W"),
        (lambda: F.pixel_shuffle(X[:0], 2), ValueError, "axis of size 0"),
        (lambda: F.pixel_shuffle3d(X[0], 2), ValueError, "... x C x D x H x W"),
        (lambda: F.pixel_unshuffle(X, 4), ValueError, "height is 6"),
        (lambda: F.pixel_unshuffle(X[..., :5], 2), ValueError, "width is 5"),
        (lambda: F.pixel_unshuffle3d(X[:, :3], 2), ValueError, "depth is 3"),
        (lambda: F.pixel_unshuffle(X, 0), ValueError, "downscale_factor must be at least 1"),
        (lambda: F.pixel_shuffle(X, 2, out=np.zeros((1, 1, 12, 11))), ValueError, "out has shape"),
        (lambda: F.pixel_shuffle(X, 1, out=X), ValueError, "shares memory"),
        (lambda: F.pixel_shuffle(X, 2, n_threads=0), ValueError, "n_threads"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
