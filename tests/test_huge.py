"""Sides beyond 16 bits, arrays beyond 31 bits, and element types with a byte order or an exponent of their own."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import reference

import cyresize

MODES = [mode.name for mode in cyresize.Interpolation]
GIB = 1 << 30


def free_memory():
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return 0


needs_memory = pytest.mark.skipif(free_memory() < 8 * GIB, reason="needs 8 GiB of free memory")


# ---- long sides: OpenCV's own nearest and remap stop at 32767


@pytest.mark.parametrize("mode", ["NEAREST", "NEAREST_EXACT", "LINEAR", "LINEAR_EXACT", "LANCZOS4", "AREA"])
@pytest.mark.parametrize(("shape", "dsize"), [((2, 40_000), (70_001, 3)), ((70_001, 3), (2, 33_333))])
def test_long_sides_are_opencvs(rng, mode, shape, dsize):
    image = rng.integers(0, 256, shape, dtype=np.uint8)
    theirs = cv2.resize(image, dsize, interpolation=getattr(cv2, f"INTER_{mode}"))
    np.testing.assert_array_equal(cyresize.resize(image, dsize, interpolation=mode), theirs)


@pytest.mark.parametrize("mode", ["NEAREST_EXACT", "LINEAR_EXACT", "LINEAR", "AREA", "LANCZOS4", "CUBIC"])
def test_a_million_columns(rng, mode):
    image = rng.integers(0, 256, (1, 1_000_000, 1), dtype=np.uint8)
    size = reference.size_from_dsize(image.shape, (60_007, 2))
    ours = cyresize.resize(image, (60_007, 2), interpolation=mode)
    expected = reference.opencv(image, size, mode)
    np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize("mode", ["LINEAR", "CUBIC", "LANCZOS4"])
@pytest.mark.parametrize("side", [100_000, 10_000_000])
def test_float_coordinates_far_from_zero(mode, side):
    """A ramp stays a ramp, but for a ripple of the kernel that is the same in every period of 10 to 3 samples."""
    image = np.arange(side, dtype=np.float64)[None]
    out = side // 10 * 3
    ours = cyresize.resize(image, (out, 1), interpolation=mode)[0]
    ripple = (ours - reference.centres(out, side / out))[30:-30].reshape(-1, 3)
    assert np.abs(ripple).max() < (1e-6 if mode == "LINEAR" else 0.1)
    # With float32 coordinates the fractions far from zero would be off by up to whole samples.
    np.testing.assert_allclose(ripple, np.broadcast_to(ripple[0], ripple.shape), rtol=0, atol=1e-6)


# ---- more than 2**31 bytes, more than 2**31 elements


@pytest.mark.slow
@needs_memory
@pytest.mark.parametrize("mode", ["NEAREST", "NEAREST_EXACT", "LINEAR", "LINEAR_EXACT", "AREA", "LANCZOS4"])
def test_a_source_of_more_than_2_gib(mode):
    image = np.zeros((48_000, 50_000), np.uint8)
    image[-64:, -64:] = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)
    ours = cyresize.resize(image, (25_000, 100), interpolation=mode)
    assert image.nbytes > 2**31
    # Rows are far apart in the source; the last output rows come from its last rows.
    tail = cyresize.resize(image, (50_000, 24_000), interpolation=mode)[-40:]
    small = np.zeros((128, 50_000), np.uint8)
    small[-64:] = image[-64:]
    np.testing.assert_array_equal(tail, cyresize.resize(small, (50_000, 64), interpolation=mode)[-40:])
    assert ours.shape == (100, 25_000)


@pytest.mark.slow
@needs_memory
@pytest.mark.parametrize("mode", ["NEAREST", "LINEAR", "AREA"])
def test_a_result_of_more_than_2_gib(rng, mode):
    image = rng.integers(0, 256, (24_000, 250), dtype=np.uint8)
    large = cyresize.resize(image, (100_000, 24_000), interpolation=mode)
    assert large.nbytes > 2**31
    for y in (0, 12_345, 21_474, 21_475, 23_999):
        row = cyresize.resize(image[y : y + 1], (100_000, 1), interpolation=mode)
        np.testing.assert_array_equal(large[y], row[0])


@pytest.mark.slow
@needs_memory
def test_a_stack_of_more_than_2_gib():
    stack = np.zeros((500, 1200, 1200, 3), np.uint8)
    assert stack.nbytes > 2**31
    stack[497] = 9
    stack[499] = np.random.default_rng(0).integers(0, 256, (1200, 1200, 3), dtype=np.uint8)
    small = cyresize.resize(stack, (40, 30), interpolation="area")
    np.testing.assert_array_equal(small[499], cyresize.resize(stack[499], (40, 30), interpolation="area"))
    assert small[:497].max() == 0
    assert (small[497] == 9).all()
    assert small[498].max() == 0


def test_strides_beyond_2_gib():
    """Few pixels, far apart, in memory that is reserved but never touched otherwise."""
    try:
        memory = np.zeros(5 * GIB // 2, np.uint8)
    except MemoryError:
        pytest.skip("no address space")
    image = memory[:: GIB // 2][:4].reshape(2, 2)
    image = np.lib.stride_tricks.as_strided(memory, (2, 2), (GIB, GIB // 2))
    image[...] = [[10, 20], [30, 40]]
    expected = cyresize.resize(np.array([[10, 20], [30, 40]], np.uint8), (5, 3))
    np.testing.assert_array_equal(cyresize.resize(image, (5, 3)), expected)
    dst = np.lib.stride_tricks.as_strided(memory[1:], (2, 2), (GIB, GIB // 2))
    cyresize.resize(np.arange(16, dtype=np.uint8).reshape(4, 4), (2, 2), dst)
    np.testing.assert_array_equal(dst, cyresize.resize(np.arange(16, dtype=np.uint8).reshape(4, 4), (2, 2)))


# ---- byte order


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", ["u2", "i2", "u4", "i4", "f2", "f4", "f8"])
@pytest.mark.parametrize("order", [">", "<"])
def test_byte_order_is_kept_and_changes_nothing_else(rng, mode, dtype, order):
    native = (rng.random((9, 13, 3)) * 200).astype(dtype)
    image = native.astype(order + dtype)
    for view, plain in ((image, native), (image[::-1, ::2], native[::-1, ::2])):
        result = cyresize.resize(view, (17, 6), interpolation=mode)
        assert result.dtype == image.dtype
        np.testing.assert_array_equal(result, cyresize.resize(plain, (17, 6), interpolation=mode))
        dst = np.zeros_like(result)
        assert cyresize.resize(view, (17, 6), dst, interpolation=mode, n_threads=2) is dst
        np.testing.assert_array_equal(dst, result)


@pytest.mark.parametrize("dtype", [">i8", ">u8", ">f8", "longdouble"])
def test_nearest_takes_any_byte_order(dtype):
    image = np.arange(6).reshape(2, 3).astype(dtype)
    result = cyresize.resize(image, (6, 4), interpolation="nearest")
    assert result.dtype == image.dtype
    np.testing.assert_array_equal(result, image.repeat(2, 0).repeat(2, 1))


# ---- float16: stored only; calculated with in float32


HALVES = np.arange(1 << 16, dtype=np.uint16).view(np.float16)


@pytest.mark.parametrize("mode", ["LINEAR", "CUBIC", "LANCZOS4", "AREA"])
def test_every_half_survives_widening_and_narrowing(mode):
    """One row, repeated: the vertical pass blends equal rows, the horizontal one keeps the length."""
    finite = HALVES[np.isfinite(HALVES)]
    image = np.stack([finite, finite])
    result = cyresize.resize(image, (len(finite), 3), interpolation=mode)
    # Weights of equal rows add up to one within float32's rounding, far below half a step of float16.
    np.testing.assert_array_equal(result, np.stack([finite] * 3))


def test_special_halves():
    """One column: nothing beside an infinity or a NaN that could mix with it."""
    special = HALVES[~np.isfinite(HALVES)]
    for value in special:
        result = cyresize.resize(np.full((2, 1), value), (4, 3))
        assert np.isnan(result).all() == np.isnan(value)
        assert np.isnan(value) or (result == value).all()


def test_narrowing_is_numpys_cast(rng):
    """Midpoints of random pairs fall between halves: ties, subnormals, overflow to infinity included."""
    finite = HALVES[np.isfinite(HALVES)]
    low, high = rng.choice(finite, (2, 60_000))
    neighbours = np.sort(finite.astype(np.float32)).astype(np.float16)
    low[:30_000] = neighbours[rng.integers(0, len(neighbours) - 1, 30_000)]
    high[:30_000] = np.nextafter(low[:30_000], np.float16(np.inf))
    inside = np.isfinite(low) & np.isfinite(high)
    low, high = low[inside], high[inside]
    # Two rows to one, halved: an exact float32 mean.
    image = np.stack([low, high])
    ours = cyresize.resize(image, (len(low), 1), interpolation="linear")[0]
    mean = low.astype(np.float32) * np.float32(0.5) + high.astype(np.float32) * np.float32(0.5)
    np.testing.assert_array_equal(ours, mean.astype(np.float16))


def test_narrowing_overflows_to_infinity():
    """Cubic overshoot beyond the largest half."""
    image = np.array([[0, 0, 65504, 65504, 0, 0]], np.float16)
    size = reference.size_from_dsize((1, 6), (23, 1))
    exact = reference.resize_exact(image[..., None], size, "CUBIC")[0, :, 0]
    ours = cyresize.resize(image, (23, 1), interpolation="cubic")[0]
    assert np.isinf(ours).any()
    np.testing.assert_array_equal(np.isinf(ours), exact >= 65520)


# ---- saturation of integers


@pytest.mark.parametrize("mode", ["CUBIC", "LANCZOS4"])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32"])
def test_overshoot_saturates(mode, dtype):
    limits = np.iinfo(dtype)
    image = np.where(np.arange(40) // 5 % 2, limits.max, limits.min).astype(dtype)[None].repeat(3, 0)
    for antialias in (False, True):
        result = cyresize.resize(image, (133, 4), interpolation=mode, antialias=antialias)
        assert result.min() == limits.min
        assert result.max() == limits.max
        # Without saturation an overshoot would wrap to the other end.
        middle = result[:, 133 * 7 // 40 : 133 * 8 // 40].astype(float)
        assert (middle > (limits.max + limits.min) / 2).all() or (middle < (limits.max + limits.min) / 2).all()
