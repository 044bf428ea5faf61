"""The oracle itself, held against OpenCV and Pillow: whoever is wrong, it is not the tests' common ground."""

import cv2
import numpy as np
import pytest
import reference
from parity import random_pair, resize_opencv
from PIL import Image

# The farthest that OpenCV's integers can lie from exact arithmetic: 0.5 for the last rounding, plus
# taps * 255 * (half a weight unit) per axis, times the sum of absolute weights of the other axis.
FIXED_POINT_ERROR = {
    ("LINEAR", "uint8"): 1.0,  # two products rounded down to quarters, weights in 1/2048
    ("LINEAR_EXACT", "uint8"): 1.5,  # weights in 1/256: 255/512 per axis
    ("LINEAR_EXACT", "uint16"): 1.5,  # weights in 1/65536: 65535/131072 per axis
    ("CUBIC", "uint8"): 0.5 + 2 * 4 * 255 / 4096 * 1.5,
    ("LANCZOS4", "uint8"): 0.5 + 2 * 8 * 255 / 4096 * 1.7,
    ("AREA", "uint8"): 1.0,  # enlarging is LINEAR's arithmetic
    ("AREA", "uint16"): 0.51,
    ("AREA", "float32"): 1e-4,
}


def size_of(pair):
    if pair.dsize is None:
        return reference.size_from_factors(pair.image.shape, pair.fx, pair.fy)
    return reference.size_from_dsize(pair.image.shape, pair.dsize)


@pytest.mark.parametrize(("mode", "dtype"), reference.OPENCV_EXACT)
def test_exact_arithmetic_is_opencvs(rng, mode, dtype):
    for _ in range(40):
        pair = random_pair(rng, dtype, 4 if mode == "AREA" else 5)
        ours, theirs = reference.opencv(pair.image, size_of(pair), mode), resize_opencv(pair, mode)
        difference = np.abs(ours.astype(float) - theirs).max()
        assert difference <= (1 if mode == "CUBIC" else 0), f"{mode} {pair}"


@pytest.mark.parametrize("mode", ["NEAREST", "NEAREST_EXACT"])
def test_nearest_indices_are_opencvs(rng, mode):
    for _ in range(200):
        pair = random_pair(rng, "uint16", 3)
        np.testing.assert_array_equal(reference.opencv(pair.image, size_of(pair), mode), resize_opencv(pair, mode))


@pytest.mark.parametrize(("mode", "dtype"), reference.OPENCV_EXACT)
def test_exact_arithmetic_approximates_the_matrices(rng, mode, dtype):
    for _ in range(40):
        pair = random_pair(rng, dtype, 4)
        fixed = reference.opencv(pair.image, size_of(pair), mode).astype(float)
        exact = reference.resize_exact(pair.image, size_of(pair), mode)
        if dtype != "float32":
            exact = reference.clipped(exact, dtype)
        assert np.abs(fixed - exact).max() <= FIXED_POINT_ERROR[mode, dtype], f"{mode} {pair}"


@pytest.mark.parametrize("mode", ["LINEAR", "CUBIC", "LANCZOS4", "AREA"])
def test_matrices_agree_with_opencv_in_double(rng, mode):
    for _ in range(40):
        pair = random_pair(rng, "float64", 4)
        exact = reference.resize_exact(pair.image, size_of(pair), mode)
        # OpenCV rounds coordinates and weights to float32, whatever the dtype.
        np.testing.assert_allclose(exact, resize_opencv(pair, mode), rtol=0, atol=1e-2, err_msg=str(pair))


@pytest.mark.parametrize(
    ("h", "w", "oh", "ow"), [(5, 7, 11, 4), (1, 1, 3, 3), (2, 2, 7, 1), (9, 4, 9, 13), (6, 6, 3, 3)]
)
def test_textbook_loop_is_the_linear_matrix(rng, h, w, oh, ow):
    image = rng.random((h, w, 3)) * 255
    exact = reference.resize_exact(image, reference.size_from_dsize(image.shape, (ow, oh)), "LINEAR")
    np.testing.assert_allclose(reference.bilinear_loop(image, oh, ow), exact, rtol=0, atol=1e-11)


def test_textbook_loop_on_paper():
    image = np.array([[[0.0], [100.0]]])
    assert reference.bilinear_loop(image, 1, 4).ravel().tolist() == [0, 25, 75, 100]


FILTERS = {
    "LINEAR": Image.Resampling.BILINEAR,
    "CUBIC": Image.Resampling.BICUBIC,
    "LANCZOS4": Image.Resampling.LANCZOS,
}


@pytest.mark.parametrize("mode", FILTERS)
def test_antialiased_arithmetic_is_pillows(rng, mode):
    for _ in range(60):
        h, w, oh, ow = map(int, rng.integers(1, 120, 4))
        image = rng.integers(0, 256, (h, w, 3), dtype=np.uint8)
        theirs = np.asarray(Image.fromarray(image).resize((ow, oh), FILTERS[mode]))
        np.testing.assert_array_equal(reference.pillow(image, oh, ow, mode), theirs, err_msg=f"{(h, w, oh, ow)}")


@pytest.mark.parametrize("mode", FILTERS)
def test_antialiased_matrices_agree_with_pillow_in_float(rng, mode):
    for _ in range(20):
        h, w, oh, ow = map(int, rng.integers(1, 120, 4))
        image = (rng.random((h, w)) * 255).astype(np.float32)
        theirs = np.asarray(Image.fromarray(image).resize((ow, oh), FILTERS[mode]))
        size = reference.size_from_dsize(image.shape, (ow, oh))
        exact = reference.resize_exact(image[..., None], size, mode, antialias=True)[..., 0]
        np.testing.assert_allclose(exact, theirs, rtol=0, atol=1e-4, err_msg=f"{(h, w, oh, ow)}")


def test_opencv_is_the_pinned_version():
    assert cv2.__version__.startswith("5.0."), "the exact arithmetic was taken from OpenCV 5.0"
