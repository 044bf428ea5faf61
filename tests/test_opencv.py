"""Parity with the real OpenCV: to the bit where arithmetic.md says so, and a test for every deliberate difference."""

import itertools
import zlib

import cv2
import numpy as np
import pytest
from parity import EXACT, WITHIN, compare, ipp

import cyresize


def seed(*words):
    return zlib.crc32(" ".join(words).encode())


@pytest.mark.parametrize("use_ipp", [True, False], ids=["ipp", "plain"])
@pytest.mark.parametrize(("mode", "dtype"), EXACT)
def test_identical(mode, dtype, use_ipp):
    count = compare(mode, dtype, 300, seed(mode, dtype), use_ipp=use_ipp)
    assert count.differing == 0, count


@pytest.mark.parametrize("use_ipp", [True, False], ids=["ipp", "plain"])
@pytest.mark.parametrize(("mode", "dtype"), WITHIN)
def test_within_tolerance(mode, dtype, use_ipp):
    count = compare(mode, dtype, 300, seed(mode, dtype), use_ipp=use_ipp)
    assert count.largest <= WITHIN[mode, dtype], count


@pytest.mark.slow
@pytest.mark.parametrize("use_ipp", [True, False], ids=["ipp", "plain"])
@pytest.mark.parametrize(("mode", "dtype"), EXACT)
def test_identical_over_many_pairs(mode, dtype, use_ipp):
    count = compare(mode, dtype, 2500, seed("many", mode, dtype), use_ipp=use_ipp)
    assert count.differing == 0, count


# Photographs and batches have sizes that random small pairs do not reach.
LARGE = [
    ((1080, 1920, 3), (600, 600)),
    ((720, 1280, 3), (1920, 1080)),
    ((480, 640, 1), (320, 240)),
    ((1024, 1024, 4), (256, 256)),
    ((300, 500, 3), (501, 299)),
    ((37, 4001, 1), (1333, 111)),
]


@pytest.mark.parametrize(("shape", "dsize"), LARGE)
@pytest.mark.parametrize(("mode", "dtype"), [pair for pair in EXACT if pair[1] in ("uint8", "uint16", "float32")])
def test_identical_on_large_images(rng, mode, dtype, shape, dsize):
    image = (rng.random(shape) * (65535 if dtype == "uint16" else 255)).astype(dtype)
    theirs = cv2.resize(image, dsize, interpolation=getattr(cv2, f"INTER_{mode}"))
    ours = cyresize.resize(image, dsize, interpolation=mode)
    np.testing.assert_array_equal(ours, theirs.reshape(ours.shape))


@pytest.mark.parametrize(("h", "w", "oh", "ow"), [(66, 133, 129, 125), (14, 34, 43, 116)])
def test_area_multiplies_by_the_factor_itself(rng, h, w, oh, ow):
    """The inverse of the inverse is another number here: weights of 1e-15 that show where the other sample is 0."""
    image = rng.choice(np.float32([0, 255]), (h, w))
    theirs = cv2.resize(image, (ow, oh), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(cyresize.resize(image, (ow, oh), interpolation="area"), theirs)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
@pytest.mark.parametrize(
    ("across", "down"),
    [
        *itertools.product((1, 2, 3, 4, 5, 6, 7, 8, 12, 17, 70), (1, 2, 3, 4, 5, 7, 12, 70, 300)),
        *((33, 33), (255, 5), (256, 5), (270, 3)),
    ],
)
def test_area_by_whole_factors(rng, dtype, across, down):
    """Windows of every size that has code of its own, also larger than any of those; few output columns and many."""
    for channels in (1, 2, 3, 4):
        for width in (1, 3, 5, 20, 37):
            shape = (2 * down, width * across) if channels == 1 else (2 * down, width * across, channels)
            low, high = {"uint16": (0, 65535), "int16": (-32768, 32767)}.get(dtype, (0, 255))
            image = rng.uniform(low, high, shape).astype(dtype)
            theirs = cv2.resize(image, (width, 2), interpolation=cv2.INTER_AREA)
            np.testing.assert_array_equal(cyresize.resize(image, (width, 2), interpolation="area"), theirs)


@pytest.mark.parametrize("mode", [mode.name for mode in cyresize.Interpolation])
def test_every_small_size_pair(rng, mode):
    """All sides 1..5 to all sides 1..5."""
    tolerance = 1 if mode == "CUBIC" else 0
    grid = np.stack(np.meshgrid(*[range(1, 6)] * 4), -1).reshape(-1, 4).tolist()
    assert len(grid) == 625
    for h, w, oh, ow in grid:
        image = rng.integers(0, 256, (h, w, 3), dtype=np.uint8)
        theirs = cv2.resize(image, (ow, oh), interpolation=getattr(cv2, f"INTER_{mode}"))
        ours = cyresize.resize(image, (ow, oh), interpolation=mode)
        difference = np.abs(ours.astype(int) - theirs).max()
        assert difference <= tolerance, f"{mode} {(h, w)} -> {(oh, ow)}: {difference}"


@pytest.mark.parametrize("fx", [0.1, 0.25, 1 / 3, 0.5, 0.7, 1.0, 1.5, 2.0, 2.5, 3.7])
def test_sizes_from_factors_are_opencvs(fx):
    for side in range(1, 60):
        image = np.zeros((side, side), np.uint8)
        if round(side * fx) == 0:
            continue
        assert cyresize.resize(image, None, None, fx, fx).shape == cv2.resize(image, None, None, fx, fx).shape


@pytest.mark.parametrize("mode", cyresize.Interpolation)
def test_constants_are_opencvs(mode):
    assert mode == getattr(cv2, f"INTER_{mode.name}") == getattr(cyresize, f"INTER_{mode.name}")


def test_positional_order_is_opencvs(rng):
    image = rng.integers(0, 256, (40, 30, 3), dtype=np.uint8)
    args = (image, (0, 0), None, 0.5, 0.75, cv2.INTER_AREA)
    np.testing.assert_array_equal(cyresize.resize(*args), cv2.resize(*args))


def test_area_of_more_than_four_channels_is_each_channel_alone(rng):
    """OpenCV stops at four."""
    image = rng.integers(0, 256, (50, 70, 7), dtype=np.uint8)
    ours = cyresize.resize(image, (30, 21), interpolation="area")
    each = [cv2.resize(np.ascontiguousarray(image[..., c]), (30, 21), interpolation=cv2.INTER_AREA) for c in range(7)]
    np.testing.assert_array_equal(ours, np.stack(each, -1))


def test_exact_half_of_many_channels_rounds_half_to_even(rng):
    """OpenCV's rule for LINEAR with C = 2 or C >= 5, continued beyond the 128 channels at which it stops."""
    image = rng.integers(0, 256, (8, 12, 600), dtype=np.uint8)
    wide = image.astype(np.float64)
    mean = (wide[0::2, 0::2] + wide[0::2, 1::2] + wide[1::2, 0::2] + wide[1::2, 1::2]) / 4
    np.testing.assert_array_equal(cyresize.resize(image, (6, 4)), np.rint(mean))
    np.testing.assert_array_equal(cyresize.resize(image[..., :5], (6, 4)), cv2.resize(image[..., :5].copy(), (6, 4)))


# ---- deliberate differences


def test_many_sizes_in_turn(rng):
    """More tasks than are remembered, again and again, each with its own answer."""
    images = {c: rng.integers(0, 256, (12, 14, c), dtype=np.uint8) for c in (2, 3, 4)}
    tasks = [(c, w, h, mode) for c in images for w in range(3, 12) for h in range(3, 9) for mode in (0, 1, 4)]
    assert len(tasks) > 400
    rng.shuffle(tasks)
    for c, w, h, mode in [*tasks, *tasks[:20] * 3, *tasks[::-1]]:
        ours = cyresize.resize(images[c], (w, h), interpolation=mode)
        np.testing.assert_array_equal(ours, cv2.resize(images[c], (w, h), interpolation=mode))


def test_the_axis_of_one_channel_is_kept():
    image = np.zeros((4, 6, 1), np.uint8)
    assert cv2.resize(image, (3, 2)).shape == (2, 3)
    assert cyresize.resize(image, (3, 2)).shape == (2, 3, 1)


def test_a_destination_that_does_not_fit_is_an_error():
    image, dst = np.full((4, 4), 9, np.uint8), np.zeros((3, 3), np.uint8)
    assert cv2.resize(image, (2, 2), dst=dst).shape == (2, 2)  # another array; dst is ignored
    with pytest.raises(ValueError, match="dst has shape"):
        cyresize.resize(image, (2, 2), dst=dst)


@pytest.mark.parametrize("mode", ["NEAREST", "NEAREST_EXACT"])
@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
def test_64_bit_integers_are_kept_whole(mode, dtype):
    image = np.array([[2**40 + 3, 2**33 + 5]], dtype)
    assert cv2.resize(image, (4, 1), interpolation=getattr(cv2, f"INTER_{mode}")).dtype == np.int32
    ours = cyresize.resize(image, (4, 1), interpolation=mode)
    assert ours.dtype == dtype
    assert ours.tolist() == [[2**40 + 3, 2**40 + 3, 2**33 + 5, 2**33 + 5]]


@pytest.mark.parametrize("dtype", [np.int8, np.uint32, np.int32, np.float16])
def test_dtypes_beyond_opencvs(dtype):
    image = np.array([[0, 100]], dtype)
    with pytest.raises(cv2.error):
        cv2.resize(image, (4, 1), interpolation=cv2.INTER_LINEAR)
    ours = cyresize.resize(image, (4, 1))
    assert ours.dtype == dtype
    assert ours.tolist() == [[0, 25, 75, 100]]


def test_a_stack_is_each_image_alone(rng):
    """OpenCV takes four axes for something else."""
    stack = rng.integers(0, 256, (5, 20, 30, 3), dtype=np.uint8)
    ours = cyresize.resize(stack, (17, 11))
    for image, result in zip(stack, ours, strict=True):
        np.testing.assert_array_equal(result, cv2.resize(image, (17, 11)))


def test_lanczos4_of_bytes_wraps_where_opencv_wraps():
    """OpenCV's int32 sums; the largest overshoot stays below 2**31, so a checkerboard of extremes must agree."""
    image = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)
    for dsize in [(97, 131), (33, 20), (640, 3)]:
        with ipp(False):
            theirs = cv2.resize(image, dsize, interpolation=cv2.INTER_LANCZOS4)
        np.testing.assert_array_equal(cyresize.resize(image, dsize, interpolation="lanczos4"), theirs)
