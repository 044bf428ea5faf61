"""tf.image.resize and Keras's UpSampling2D on NumPy arrays, against the rule written out (TensorFlow is not needed)."""

import numpy as np
import pytest
from axes_reference import apply, area_matrix, coordinate, cubic, gaussian, lanczos, linear, matrix, mitchell

import cyresize
from cyresize.channels_last import resize, upsampling2d

KERNELS = {
    "bilinear": (linear, 1),
    "bicubic": (cubic(-0.5), 2),
    "lanczos3": (lanczos(3), 3),
    "lanczos5": (lanczos(5), 5),
    "gaussian": (gaussian, 1.5),
    "mitchellcubic": (mitchell, 2),
}
SIZES = [(7, 5), (14, 10), (3, 20), (20, 3), (1, 1), (7, 9)]


def weights(method, n_in, n_out, antialias):
    if method == "area":
        return area_matrix(n_in, n_out)
    if method == "nearest":
        index = np.minimum(np.floor((np.arange(n_out) + 0.5) * n_in / n_out), n_in - 1).astype(int)
        return np.eye(n_in)[index]
    at = [coordinate("half_pixel", i, n_in, n_out, n_out / n_in, n_out) for i in range(n_out)]
    stretch = max(n_in / n_out, 1) if antialias else 1
    return matrix(n_in, at, *KERNELS[method], "renormalise", stretch)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("method", [*KERNELS, "area", "nearest"])
def test_rule(rng, method, antialias, size):
    images = rng.standard_normal((2, 7, 5, 3)).astype(np.float32)
    out = resize(images, size, method, antialias=antialias)
    wanted = apply(images, {1: weights(method, 7, size[0], antialias), 2: weights(method, 5, size[1], antialias)})
    assert out.dtype == np.float32 and out.shape == (2, *size, 3)
    np.testing.assert_allclose(out, wanted, rtol=2e-6, atol=2e-6)
    np.testing.assert_array_equal(resize(images[1], size, method, antialias=antialias), out[1])


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "int64", "float16", "float64"]
)
def test_results_are_float32(rng, dtype):
    images = (rng.random((1, 6, 8, 2)) * 100).astype(dtype)
    for method in ("bilinear", "bicubic"):
        out = resize(images, (9, 5), method, antialias=True)
        assert out.dtype == np.float32
        np.testing.assert_allclose(out, resize(images.astype(np.float32), (9, 5), method, antialias=True), rtol=2e-6)
    assert resize(images, (6, 8)).dtype == np.float32
    nearest = resize(images, (9, 5), "nearest")
    assert nearest.dtype == images.dtype
    np.testing.assert_array_equal(nearest, images[:, [0, 1, 1, 2, 3, 3, 4, 5, 5]][:, :, [0, 2, 4, 5, 7]])


def test_aspect_ratio_is_kept():
    images = np.zeros((10, 20, 3), np.uint8)
    assert resize(images, (50, 50), preserve_aspect_ratio=True).shape == (25, 50, 3)
    assert resize(images, (1, 50), preserve_aspect_ratio=True).shape == (1, 2, 3)


def test_upsampling2d(rng):
    x = rng.standard_normal((2, 3, 4, 5)).astype(np.float32)
    np.testing.assert_array_equal(upsampling2d(x, (2, 3)), x.repeat(2, 1).repeat(3, 2))
    np.testing.assert_array_equal(upsampling2d(x, 2, "channels_first"), x.repeat(2, 2).repeat(2, 3))
    for method in ("bilinear", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"):
        wanted = resize(x, (6, 12), method)
        np.testing.assert_array_equal(upsampling2d(x, (2, 3), interpolation=method), wanted)
        first = upsampling2d(np.moveaxis(x, -1, 1), (2, 3), "channels_first", method)
        np.testing.assert_array_equal(np.moveaxis(first, 1, -1), wanted)
    np.testing.assert_array_equal(upsampling2d(x, 2, interpolation="lanczos"), resize(x, (6, 8), "lanczos3"))


def test_upsampling2d_of_integers_is_exact():
    x = np.arange(4, dtype=np.int64).reshape(1, 2, 2, 1) + 2**62
    np.testing.assert_array_equal(upsampling2d(x), x.repeat(2, 1).repeat(2, 2))


def test_resample_is_the_same(rng):
    x = rng.random((6, 7, 3)).astype(np.float32)
    np.testing.assert_array_equal(
        cyresize.resample(x, (9, 4), mode="cubic", like="tensorflow"), resize(x, (9, 4), "bicubic")
    )


@pytest.mark.parametrize("call, error, message", [
    (lambda x: resize(x[0, 0], (2, 2)), ValueError, "H x W x C"),
    (lambda x: resize(x, (2, 2), "cubic"), ValueError, "'bicubic'"),
    (lambda x: resize(x, (0, 2)), ValueError, "size"),
    (lambda x: resize(x, (2, 2, 2)), ValueError, "size"),
    (lambda x: resize(x > 0, (2, 2)), TypeError, "bool"),
    (lambda x: resize(x, (2, 2), antialias=1), TypeError, "antialias"),
    (lambda x: resize(x.astype(np.uint8), (2, 2), out=np.zeros((1, 2, 2, 3), np.uint8)), ValueError, "float32"),
    (lambda x: upsampling2d(x, 0), ValueError, "size"),
    (lambda x: upsampling2d(x, 2, "NHWC"), ValueError, "channels_first"),
    (lambda x: upsampling2d(x, 2, interpolation="linear"), ValueError, "interpolation"),
    (lambda x: upsampling2d(x[0]), ValueError, "N x H x W x C"),
])  # fmt: skip
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call(np.zeros((1, 4, 5, 3), np.float32))
