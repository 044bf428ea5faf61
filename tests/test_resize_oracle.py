"""``resize`` against the slow oracle: every mode, dtype, number of channels and memory layout."""

import numpy as np
import pytest
import reference
from layouts import LAYOUTS

import cyresize

INTEGERS = ["uint8", "int8", "uint16", "int16", "uint32", "int32"]
FLOATS = ["float16", "float32", "float64"]
ANY = ["bool", "int64", "uint64", "longdouble"]
WEIGHTED = ["LINEAR", "LINEAR_EXACT", "CUBIC", "AREA", "LANCZOS4"]
NEAREST = ["NEAREST", "NEAREST_EXACT"]
ANTIALIASED = ["LINEAR", "CUBIC", "LANCZOS4"]
CHANNELS = [None, 1, 2, 3, 4, 5, 16, 129, 600]

# h, w, oh, ow: enlarge, shrink, one of each, tails of every kind, exact half, whole factors, doubled, sides of 1.
SIZES = [
    (7, 9, 19, 31),
    (33, 41, 12, 7),
    (6, 35, 17, 20),
    (24, 10, 9, 27),
    (12, 34, 6, 17),
    (15, 24, 5, 6),
    (5, 8, 10, 16),
    (1, 1, 3, 2),
    (1, 20, 7, 9),
    (2, 30, 31, 2),
]
WRITEABLE = [layout for layout in LAYOUTS if layout.__name__ != "read_only"]


def noise(rng, shape, dtype):
    """Values over the whole range of integers, 0..255 for floats."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    if dtype.kind == "f":
        return (rng.random(shape) * 255).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)


def as_image(array):
    """H x W as H x W x 1."""
    return array[..., None] if array.ndim == 2 else array


def check(image, result, size, mode, antialias=False):
    """Assert that ``result`` is the oracle's: to the bit where its arithmetic is fixed, else as close as rounding."""
    assert result.dtype == image.dtype
    assert result.shape == (size.oh, size.ow, *image.shape[2:])
    image, result, name = as_image(image), as_image(result), image.dtype.name
    if mode in NEAREST or (not antialias and (mode, name) in reference.OPENCV_EXACT):
        np.testing.assert_array_equal(result, reference.opencv(image, size, mode))
        return
    if antialias and name == "uint8":
        np.testing.assert_array_equal(result, reference.pillow(image, size.oh, size.ow, mode))
        return
    exact = reference.resize_exact(image, size, mode, antialias=antialias)
    difference = np.abs(result - limited(exact, image.dtype))
    np.testing.assert_array_less(difference, tolerance(image, exact, size, mode, antialias))


def limited(exact, dtype):
    return reference.clipped(exact, dtype) if dtype.kind in "iu" else exact


def tolerance(image, exact, size, mode, antialias):
    """Rounding of the calculation, plus the last rounding to the stored type."""
    # AREA's weights for float64 are float32, as in OpenCV: the oracle has the same, but not for whole factors.
    double = image.dtype in (np.int32, np.uint32) or (image.dtype == np.float64 and mode != "AREA")
    # In double the oracle is no better: its coordinates, kernel values and sums are rounded likewise.
    unit = 2.0**-50 if double else 2.0**-24
    largest = float(np.abs(image.astype(float)).max())
    shape = image.shape[:2]
    error = largest * reference.summation_error(shape, size, mode, unit, antialias=antialias) + 1e-300
    if image.dtype.kind in "iu":
        return 0.5 + error
    if image.dtype == np.float16:
        return error + 0.51 * np.spacing(np.abs(exact).astype(np.float16)).astype(float)
    return error


@pytest.mark.parametrize("mode", WEIGHTED)
@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
def test_weighted_modes(rng, mode, dtype):
    for h, w, oh, ow in SIZES:
        for channels in CHANNELS[:6]:
            image = noise(rng, (h, w) if channels is None else (h, w, channels), dtype)
            size = reference.size_from_dsize(image.shape, (ow, oh))
            check(image, cyresize.resize(image, (ow, oh), interpolation=mode), size, mode)


@pytest.mark.parametrize("mode", WEIGHTED)
@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
@pytest.mark.parametrize("channels", CHANNELS[6:])
def test_weighted_modes_with_many_channels(rng, mode, dtype, channels):
    for h, w, oh, ow in [(7, 9, 5, 12), (6, 8, 3, 4)]:
        image = noise(rng, (h, w, channels), dtype)
        size = reference.size_from_dsize(image.shape, (ow, oh))
        check(image, cyresize.resize(image, (ow, oh), interpolation=mode), size, mode)


@pytest.mark.parametrize("mode", NEAREST)
@pytest.mark.parametrize("dtype", INTEGERS + FLOATS + ANY)
def test_nearest_modes(rng, mode, dtype):
    for h, w, oh, ow in SIZES:
        for channels in CHANNELS:
            image = noise(rng, (h, w) if channels is None else (h, w, channels), dtype)
            size = reference.size_from_dsize(image.shape, (ow, oh))
            check(image, cyresize.resize(image, (ow, oh), interpolation=mode), size, mode)


@pytest.mark.parametrize("mode", ANTIALIASED)
@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
def test_antialiased_modes(rng, mode, dtype):
    for h, w, oh, ow in SIZES:
        for channels in (None, 1, 2, 3, 4, 7):
            image = noise(rng, (h, w) if channels is None else (h, w, channels), dtype)
            size = reference.size_from_dsize(image.shape, (ow, oh))
            result = cyresize.resize(image, (ow, oh), interpolation=mode, antialias=True)
            check(image, result, size, mode, antialias=True)


@pytest.mark.parametrize("mode", WEIGHTED + NEAREST)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
def test_factors(rng, mode, dtype):
    for fx, fy in [(0.5, 0.5), (0.3, 1.7), (2.0, 0.25), (1 / 3, 1 / 3), (1.0, 0.9), (2.6, 2.6), (0.5, 1.0)]:
        image = noise(rng, (21, 35, 3), dtype)
        size = reference.size_from_factors(image.shape, fx, fy)
        check(image, cyresize.resize(image, None, fx=fx, fy=fy, interpolation=mode), size, mode)


@pytest.mark.parametrize("mode", ["LINEAR", "CUBIC", "LANCZOS4"])
def test_float32_is_within_a_ten_thousandth(rng, mode):
    """The promise, over photograph-sized axes: cv2's own float32 coordinates are off by a hundred times as much."""
    for h, w, oh, ow in [(50, 1920, 13, 640), (1080, 31, 1440, 50), (600, 800, 224, 224), (40, 3000, 50, 4000)]:
        image = (rng.random((h, w)) * 255).astype(np.float32)
        exact = reference.resize_exact(image[..., None], reference.size_from_dsize(image.shape, (ow, oh)), mode)
        ours = cyresize.resize(image, (ow, oh), interpolation=mode)
        np.testing.assert_allclose(ours, exact[..., 0], rtol=0, atol=1e-4)


@pytest.mark.parametrize("mode", ["LINEAR", "CUBIC"])
@pytest.mark.parametrize("dtype", ["uint16", "int16"])
def test_16_bits_are_within_one_of_the_rounded_reference(rng, mode, dtype):
    for h, w, oh, ow in [(90, 120, 200, 300), (300, 200, 77, 93)]:
        image = noise(rng, (h, w, 3), dtype)
        exact = reference.resize_exact(image, reference.size_from_dsize(image.shape, (ow, oh)), mode)
        ours = cyresize.resize(image, (ow, oh), interpolation=mode).astype(int)
        assert np.abs(ours - reference.rounded(exact, dtype).astype(int)).max() <= 1


# ---- layouts, stacks, destinations: the same bits


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("mode", WEIGHTED + NEAREST)
@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
def test_layout_of_the_source_changes_nothing(rng, mode, dtype, layout):
    for h, w, oh, ow in [(13, 17, 29, 8), (10, 16, 5, 8), (9, 12, 3, 4), (14, 11, 23, 30)]:
        for channels in (1, 3, 4, 5):
            image = noise(rng, (h, w, channels), dtype)
            plain = cyresize.resize(image, (ow, oh), interpolation=mode)
            same = cyresize.resize(layout(image), (ow, oh), interpolation=mode)
            assert same.tobytes() == plain.tobytes(), (h, w, oh, ow, channels)


@pytest.mark.parametrize("layout", WRITEABLE, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("mode", WEIGHTED + NEAREST)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
def test_layout_of_the_destination_changes_nothing(rng, mode, dtype, layout):
    for channels in (1, 3, 4, 5):
        image = noise(rng, (13, 17, channels), dtype)
        plain = cyresize.resize(image, (9, 31), interpolation=mode)
        dst = layout(np.zeros_like(plain))
        assert cyresize.resize(image, (9, 31), dst, interpolation=mode) is dst
        assert dst.tobytes() == plain.tobytes()


def test_a_strided_destination_leaves_its_gaps_alone(rng):
    larger = np.full((12, 20, 4), 7, np.uint8)
    image = rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)
    cyresize.resize(image, (10, 6), larger[3:9, 5:15, :3])
    np.testing.assert_array_equal(larger[3:9, 5:15, :3], cyresize.resize(image, (10, 6)))
    larger[3:9, 5:15, :3] = 7
    assert (larger == 7).all()


@pytest.mark.parametrize("mode", WEIGHTED + NEAREST)
@pytest.mark.parametrize("shape", [(1, 9, 3), (9, 1, 3), (7, 9, 1), (1, 1, 4), (1, 7, 9, 3)])
def test_the_stride_of_an_axis_of_one_sample_changes_nothing(rng, mode, shape):
    image = noise(rng, shape, "float32")
    dsize = (4, 5)
    plain = cyresize.resize(image, dsize, interpolation=mode)
    for odd in (1, -3, 10**9 + 7):
        strides = [odd if side == 1 else step for side, step in zip(image.shape, image.strides, strict=True)]
        view = np.lib.stride_tricks.as_strided(image, image.shape, strides)
        assert cyresize.resize(view, dsize, interpolation=mode).tobytes() == plain.tobytes()
        back = np.zeros_like(image)
        width, height = shape[-2], shape[-3]
        cyresize.resize(plain, (width, height), np.lib.stride_tricks.as_strided(back, back.shape, strides),
                        interpolation=mode)  # fmt: skip
        assert back.tobytes() == cyresize.resize(plain, (width, height), interpolation=mode).tobytes()


@pytest.mark.parametrize("mode", WEIGHTED + NEAREST)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_a_stack_is_each_image_alone(rng, mode, dtype):
    for n, channels in [(1, 3), (4, 1), (3, 2), (2, 5)]:
        stack = noise(rng, (n, 12, 15, channels), dtype)
        for oh, ow in [(6, 7), (20, 33)]:
            each = [cyresize.resize(image, (ow, oh), interpolation=mode) for image in stack]
            for view in (stack, stack[::-1][::-1], np.asfortranarray(stack)):
                result = cyresize.resize(view, (ow, oh), interpolation=mode)
                assert result.tobytes() == np.stack(each).tobytes()


def test_planes_share_the_weights(rng):
    """A channel's result does not depend on its neighbours (uint8 AREA and LINEAR by half excepted, as in OpenCV)."""
    image = noise(rng, (23, 31, 6), "uint8")
    for mode in WEIGHTED + NEAREST:
        together = cyresize.resize(image, (19, 40), interpolation=mode)
        each = [cyresize.resize(np.ascontiguousarray(image[..., c]), (19, 40), interpolation=mode) for c in range(6)]
        np.testing.assert_array_equal(together, np.stack(each, -1))


@pytest.mark.parametrize("width", [4095, 4096, 4097, 4104, 4111, 4112, 8195])
def test_repeated_rows_of_about_whole_pages(rng, width):
    stack = noise(rng, (2, 3, 50, 1), "uint8")
    once = cyresize.resize(stack, (width, 3), interpolation="NEAREST")
    result = cyresize.resize(stack, (width, 9), interpolation="NEAREST")
    np.testing.assert_array_equal(result, np.repeat(once, 3, axis=1))


# ---- laws


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("mode", WEIGHTED + NEAREST)
@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
def test_a_constant_image_stays_constant(mode, dtype, antialias):
    if antialias and mode not in ANTIALIASED:
        return
    top = 255 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    for value in (0, 1, 100, top):
        for h, w, oh, ow in SIZES:
            image = np.full((h, w, 3), value, dtype)
            result = cyresize.resize(image, (ow, oh), interpolation=mode, antialias=antialias)
            if image.dtype.kind == "f":
                # AREA's weights are float32 even for float64.
                coarsest = np.float16 if dtype == "float16" else np.float32
                np.testing.assert_allclose(result, value, rtol=4 * np.finfo(coarsest).eps)
            else:
                assert int(result.min()) == int(result.max()) == value, (h, w, oh, ow)


@pytest.mark.parametrize("mode", WEIGHTED + NEAREST)
@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
def test_the_same_size_is_a_copy(rng, mode, dtype):
    image = noise(rng, (11, 13, 3), dtype)
    for view in (image, image[::-1, ::2], image[..., 1]):
        result = cyresize.resize(view, view.shape[1::-1], interpolation=mode)
        np.testing.assert_array_equal(result, view)
        assert not np.shares_memory(result, view)


def test_the_textbook_formula(rng):
    """src = (dst + 0.5)*scale - 0.5 with four neighbours, edges clamped, rounded."""
    for h, w, oh, ow in [(5, 7, 13, 20), (20, 30, 7, 11), (1, 4, 3, 9), (2, 2, 5, 5)]:
        image = noise(rng, (h, w, 3), "float64")
        loop = reference.bilinear_loop(image, oh, ow)
        np.testing.assert_allclose(cyresize.resize(image, (ow, oh)), loop, rtol=0, atol=1e-10)
        image = noise(rng, (h, w, 3), "uint8")
        loop = reference.bilinear_loop(image, oh, ow)
        assert np.abs(cyresize.resize(image, (ow, oh)) - loop).max() <= 1


def test_edges_of_an_enlarged_image_are_not_black_and_do_not_wrap():
    image = np.full((2, 3), 200, np.uint8)
    image[:, 0] = 100
    enlarged = cyresize.resize(image, (12, 8))
    assert (enlarged[:, -1] == 200).all()
    assert (enlarged[:, 0] == 100).all()
    assert (enlarged[-1] == enlarged[0]).all()


# ---- special values


@pytest.mark.parametrize("mode", WEIGHTED)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_nan_and_inf_reach_their_neighbourhood_only(mode, dtype, special):
    for h, w, oh, ow in [*SIZES, (20, 20, 33, 27), (20, 20, 13, 15), (20, 20, 10, 10), (20, 20, 5, 4)]:
        size = reference.size_from_dsize((h, w), (ow, oh))
        wy, wx = reference.matrices((h, w), size, mode)
        grows = size.scale_x < 1 or size.scale_y < 1
        ny = reference.footprint(mode, h, oh, size.inverse_y, grows)
        nx = reference.footprint(mode, w, ow, size.inverse_x, grows)
        for y, x in [(0, 0), (h - 1, w - 1), (h // 2, w // 3)]:
            image = np.ones((h, w), dtype)
            image[y, x] = special
            finite = np.isfinite(cyresize.resize(image, (ow, oh), interpolation=mode))
            assert not finite[np.abs(np.outer(wy[:, y], wx[:, x])) > 1e-7].any()
            assert finite[~np.outer(ny[:, y], nx[:, x])].all()


@pytest.mark.parametrize("mode", NEAREST)
@pytest.mark.parametrize("dtype", FLOATS)
def test_nearest_keeps_every_bit_pattern(mode, dtype):
    unsigned = np.dtype(f"uint{8 * np.dtype(dtype).itemsize}")
    patterns = np.random.default_rng(0).integers(0, 2**63, (16, 16), dtype=np.uint64).astype(unsigned)
    patterns[0, :4] = [1, np.iinfo(unsigned).max, np.iinfo(unsigned).max // 2 + 1, 0]
    doubled = cyresize.resize(patterns.view(dtype), (32, 32), interpolation=mode)
    np.testing.assert_array_equal(doubled.view(unsigned), patterns.repeat(2, 0).repeat(2, 1))
