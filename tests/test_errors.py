"""Bad input: the exception, what its message says, and that the destination is left as it was."""

import re

import numpy as np
import pytest

import cyresize

MODES = [mode.name for mode in cyresize.Interpolation]
NEAREST = ["NEAREST", "NEAREST_EXACT"]
WEIGHTED = [mode for mode in MODES if mode not in NEAREST]
WEIGHTED_DTYPES = "uint8, int8, uint16, int16, uint32, int32, float16, float32, float64"
HUGE = 2**62
BEYOND = 2**70


@pytest.fixture
def image():
    return np.arange(24, dtype=np.uint8).reshape(4, 6)


@pytest.fixture
def fails(image):
    """Call resize with a fitting destination where the test gives none; nothing may be written to it."""

    def call(error, message, *args, src=image, dst=None, **options):
        target = np.full((2, 3), 77, np.uint8) if dst is None else dst
        before = target.copy() if isinstance(target, np.ndarray) else None
        source_before = src.copy() if isinstance(src, np.ndarray) else None
        with pytest.raises(error, match=re.escape(message)):
            cyresize.resize(src, *args, dst=target, **options)
        if before is not None:
            np.testing.assert_array_equal(target, before)
        if source_before is not None:
            np.testing.assert_array_equal(src, source_before)

    return call


# ---- src


@pytest.mark.parametrize("src", [None, 5, "image.png", [[1, 2], [3, 4]], b"1234", (1, 2), memoryview(b"1234")])
def test_source_that_is_no_array(fails, src):
    fails(TypeError, f"src must be a numpy.ndarray, not {type(src).__name__}", (3, 2), src=src)


@pytest.mark.parametrize("shape", [(), (5,), (1, 2, 3, 4, 5)])
def test_source_of_wrong_dimension(fails, shape):
    message = f"src must be H x W, H x W x C or N x H x W x C; it has shape {shape}"
    fails(ValueError, message, (3, 2), src=np.zeros(shape, np.uint8))


@pytest.mark.parametrize("shape", [(0, 6), (4, 0), (0, 0), (4, 6, 0), (0, 6, 3), (0, 4, 6, 3), (2, 4, 0, 3)])
@pytest.mark.parametrize("mode", MODES)
def test_source_with_an_empty_axis(fails, shape, mode):
    message = f"src has an axis of size 0: shape {shape}"
    fails(ValueError, message, (3, 2), src=np.zeros(shape, np.uint8), interpolation=mode)


@pytest.mark.parametrize(
    "dtype",
    ["complex64", "complex128", "object", "S1", "S3", "U2", "M8[s]", "m8[s]", "V1", "V4", [("a", "u1"), ("b", "f4")],
     (np.int32, [("a", "i2"), ("b", "i2")])],
)  # fmt: skip
@pytest.mark.parametrize("mode", MODES)
def test_dtypes_that_no_mode_takes(fails, dtype, mode):
    src = np.zeros((4, 6), np.dtype(dtype))
    fails(TypeError, f"src has dtype {src.dtype}; resize takes bool, integer and float arrays", (3, 2), src=src)
    with pytest.raises(TypeError, match=re.escape(str(src.dtype))):
        cyresize.resize(src, (3, 2), interpolation=mode)


@pytest.mark.parametrize("dtype", ["bool", "int64", "uint64", "longdouble", ">i8", ">u8"])
@pytest.mark.parametrize("mode", WEIGHTED)
def test_dtypes_that_only_nearest_modes_take(fails, dtype, mode):
    src = np.zeros((4, 6), dtype)
    message = f"{mode} does not take dtype {src.dtype}; it takes {WEIGHTED_DTYPES} (nearest modes take every dtype)"
    fails(TypeError, message, (3, 2), src=src, interpolation=mode)
    for nearest in NEAREST:
        assert cyresize.resize(src, (3, 2), interpolation=nearest).dtype == src.dtype


def test_the_dtypes_of_the_message_are_the_ones_that_work():
    for name in WEIGHTED_DTYPES.split(", "):
        for mode in MODES:
            ones = cyresize.resize(np.ones((4, 6), name), (3, 2), interpolation=mode)
            assert ones.dtype == name
            assert np.rint(ones).tolist() == [[1] * 3] * 2


# ---- dsize, fx, fy


@pytest.mark.parametrize(
    ("dsize", "shown"),
    [((0, 2), "(0, 2)"), ((3, 0), "(3, 0)"), ((-3, 2), "(-3, 2)"), ((3, -2), "(3, -2)"), ((-1, -1), "(-1, -1)"),
     ((-BEYOND, 2), f"({-BEYOND}, 2)")],
)  # fmt: skip
def test_sides_below_one(fails, dsize, shown):
    fails(ValueError, f"dsize must be positive (width, height), got {shown}", dsize)
    fails(ValueError, f"dsize must be positive (width, height), got {shown}", list(dsize), fx=0.5, fy=0.5)


@pytest.mark.parametrize("dsize", [(), (3,), (3, 2, 1), [3], np.zeros(3, int)])
def test_dsize_of_wrong_length(fails, dsize):
    fails(ValueError, f"dsize must be (width, height), got {len(dsize)} values", dsize)


@pytest.mark.parametrize("dsize", [3, 2.5, object(), True])
def test_dsize_that_is_no_pair(fails, dsize):
    fails(TypeError, "dsize must be (width, height) or None", dsize)


@pytest.mark.parametrize(
    ("dsize", "name"),
    [((3.0, 2), "width"), ((3, 2.0), "height"), (("3", 2), "width"), ((3, None), "height"), ((True, 2), "width"),
     ((3, False), "height"), ((np.float64(3), 2), "width"), ((3, np.True_), "height"), (np.array([3.0, 2.0]), "width"),
     ("32", "width"), ((1j, 2), "width"), ((float("nan"), 2), "width")],
)  # fmt: skip
def test_sides_that_are_no_integers(fails, dsize, name):
    fails(TypeError, f"dsize {name} must be an integer, got", dsize)


@pytest.mark.parametrize("dsize", [(np.int64(3), np.uint8(2)), [3, 2], np.array([3, 2]), iter([3, 2]), range(3, 1, -1)])
def test_integers_of_every_kind_are_sides(image, dsize):
    np.testing.assert_array_equal(cyresize.resize(image, dsize), cyresize.resize(image, (3, 2)))


def test_neither_dsize_nor_factors(fails):
    message = "either dsize or both fx and fy must be given"
    fails(ValueError, message)
    fails(ValueError, message, None)
    fails(ValueError, message, (0, 0))


@pytest.mark.parametrize(
    ("fx", "fy"),
    [(0.5, 0), (0, 0.5), (-0.5, 0.5), (0.5, -0.5), (float("nan"), 1), (1, float("nan")), (float("inf"), 1),
     (1, float("inf")), (-float("inf"), 1)],
)  # fmt: skip
def test_factors_that_are_not_positive_and_finite(fails, fx, fy):
    fails(ValueError, f"fx and fy must be positive and finite, got fx={float(fx)}, fy={float(fy)}", None, fx=fx, fy=fy)


@pytest.mark.parametrize(("fx", "fy", "size"), [(0.01, 1, "0 x 4"), (1, 0.01, "6 x 0"), (1 / 12, 1, "0 x 4")])
def test_factors_that_leave_nothing(fails, fx, fy, size):
    fails(ValueError, f"gives an empty output: {size} (width x height)", None, fx=fx, fy=fy)


@pytest.mark.parametrize("factor", ["2", None, 1j, [2]])
def test_factors_that_are_no_numbers(image, factor):
    with pytest.raises(TypeError):
        cyresize.resize(image, None, fx=factor, fy=1.0)
    with pytest.raises(TypeError):
        cyresize.resize(image, None, fx=1.0, fy=factor)


@pytest.mark.parametrize("factor", [np.float32(0.5), np.float64(0.5), 0.5])
def test_factors_of_every_kind(image, factor):
    assert cyresize.resize(image, None, fx=factor, fy=factor).shape == (2, 3)


def test_factors_are_not_looked_at_with_dsize(image):
    expected = cyresize.resize(image, (3, 2))
    np.testing.assert_array_equal(cyresize.resize(image, (3, 2), fx=7.0, fy=-1.0), expected)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dsize", [(HUGE, HUGE), (HUGE, 4), (3, HUGE * 2 - 1), (BEYOND, 2), (3, BEYOND)])
def test_sizes_that_overflow(fails, mode, dsize):
    for src in (np.zeros((4, 6, 3)), np.zeros((2, 4, 6, 3), np.float32)):
        with pytest.raises(ValueError, match="overflows"):
            cyresize.resize(src, dsize, interpolation=mode)
    fails(ValueError, "overflows", dsize, interpolation=mode)


@pytest.mark.parametrize(("fx", "fy"), [(1e300, 1), (1, 1e300), (1e18, 1e18), (3e18, 1)])
def test_factors_that_overflow(fails, fx, fy):
    fails(ValueError, "overflow", None, fx=fx, fy=fy)


@pytest.mark.parametrize("mode", MODES)
def test_output_that_no_memory_holds(mode):
    """2**62 bytes can be addressed, but not had."""
    with pytest.raises(MemoryError):
        cyresize.resize(np.zeros((4, 6), np.uint8), (1 << 31, 1 << 31), interpolation=mode)


# ---- interpolation, antialias, n_threads


@pytest.mark.parametrize("mode", ["bilinear", "", "INTER_", "LANCZOS", "linear ", 7, -1, 99, 2**40, 2**80])
def test_unknown_modes_list_the_modes(fails, mode):
    names = "NEAREST, LINEAR, CUBIC, AREA, LANCZOS4, LINEAR_EXACT, NEAREST_EXACT"
    fails(ValueError, f"unknown interpolation {mode!r}; the modes are {names}", (3, 2), interpolation=mode)


@pytest.mark.parametrize("mode", [None, 1.0, True, np.True_, np.float64(1), [1], object()])
def test_modes_of_wrong_type_list_the_modes(fails, mode):
    fails(TypeError, "interpolation must be a mode or its name", (3, 2), interpolation=mode)
    fails(TypeError, "NEAREST, LINEAR, CUBIC, AREA, LANCZOS4, LINEAR_EXACT, NEAREST_EXACT", (3, 2), interpolation=mode)


@pytest.mark.parametrize("mode", cyresize.Interpolation)
def test_a_mode_by_number_member_and_name(image, mode):
    expected = cyresize.resize(image, (4, 3), interpolation=mode)
    for name in (mode.value, np.int32(mode), mode.name, mode.name.lower(), f"INTER_{mode.name}", mode.name.title()):
        np.testing.assert_array_equal(cyresize.resize(image, (4, 3), interpolation=name), expected)
    dashed = mode.name.lower().replace("_", "-")
    np.testing.assert_array_equal(cyresize.resize(image, (4, 3), interpolation=dashed), expected)


@pytest.mark.parametrize("mode", ["NEAREST", "AREA", "LINEAR_EXACT", "NEAREST_EXACT"])
def test_modes_without_antialiasing(fails, mode):
    message = f"antialias=True works with LINEAR, CUBIC and LANCZOS4, not with {mode}"
    fails(ValueError, message, (3, 2), interpolation=mode, antialias=True)


@pytest.mark.parametrize("n", [0, -1, -(2**40)])
def test_too_few_threads(fails, n):
    fails(ValueError, f"n_threads must be at least 1, got {n}", (3, 2), n_threads=n)


@pytest.mark.parametrize("n", [1.0, "2", True, False, [1], np.float32(1)])
def test_threads_that_are_no_integer(fails, n):
    fails(TypeError, "n_threads must be an integer, got", (3, 2), n_threads=n)


@pytest.mark.parametrize("n", [1, 2, np.int16(2), 10**6, 2**80])
def test_any_positive_number_of_threads(image, n):
    np.testing.assert_array_equal(cyresize.resize(image, (3, 2), n_threads=n), cyresize.resize(image, (3, 2)))


@pytest.mark.parametrize("n", [0, 1.5])
def test_threads_are_checked_even_if_nothing_is_resized(fails, image, n):
    with pytest.raises((ValueError, TypeError), match="n_threads"):
        cyresize.resize(image, (6, 4), n_threads=n)


def test_options_are_keywords(image):
    with pytest.raises(TypeError):
        cyresize.resize(image, (3, 2), None, 0.0, 0.0, 1, True)
    with pytest.raises(TypeError):
        cyresize.resize(image, (3, 2), colour="red")
    with pytest.raises(TypeError):
        cyresize.resize()


# ---- dst


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dst", [5, [[0] * 3] * 2, "out.png", memoryview(bytearray(6)), bytearray(6)])
def test_destination_that_is_no_array(image, mode, dst):
    with pytest.raises(TypeError, match=f"dst must be a numpy.ndarray or None, not {type(dst).__name__}"):
        cyresize.resize(image, (3, 2), dst, interpolation=mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "shape", [(3, 2), (2, 4), (2, 3, 1), (1, 2, 3), (6,), (), (0, 3), (2, 0), (4, 6), (1, 2, 3, 1), (2, 3, 0)]
)
def test_destination_of_wrong_shape(fails, mode, shape):
    message = f"dst has shape {shape}, the result has (2, 3)"
    fails(ValueError, message, (3, 2), dst=np.full(shape, 77, np.uint8), interpolation=mode)


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 3), (1, 2, 3, 4), (2, 3, 2, 2), (3, 2, 3, 4), (2, 3, 4, 1)])
def test_destination_of_wrong_shape_for_a_stack(fails, image, shape):
    stack = np.zeros((2, 4, 6, 4), np.uint8)
    fails(ValueError, f"dst has shape {shape}, the result has (2, 2, 3, 4)", (3, 2), src=stack,
          dst=np.full(shape, 77, np.uint8))  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", ["int8", "uint16", "float32", "bool", "float64"])
def test_destination_of_wrong_dtype(fails, mode, dtype):
    message = f"dst has dtype {dtype}, the result has uint8"
    fails(ValueError, message, (3, 2), dst=np.ones((2, 3), dtype), interpolation=mode)


def test_destination_of_other_byte_order(fails):
    src = np.zeros((4, 6), np.float32)
    fails(ValueError, "dst has dtype >f4, the result has float32", (3, 2), src=src, dst=np.ones((2, 3), ">f4"))
    fails(ValueError, "dst has dtype float32, the result has >f4", (3, 2), src=src.astype(">f4"),
          dst=np.ones((2, 3), np.float32))  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_read_only_destination(fails, mode):
    dst = np.full((2, 3), 77, np.uint8)
    dst.flags.writeable = False
    fails(ValueError, "dst is read-only", (3, 2), dst=dst, interpolation=mode)
    fails(ValueError, "dst is read-only", (3, 2), dst=np.broadcast_to(np.uint8(5), (2, 3)), interpolation=mode)


@pytest.mark.parametrize("mode", MODES)
def test_destination_that_overlaps_the_source(fails, mode):
    message = "dst shares memory with src"
    whole = np.arange(10 * 12, dtype=np.uint8).reshape(10, 12)
    for src, dst in [
        (whole[:4, :6], whole[2:4, 3:6]),
        (whole[:4, :6], whole[3:5, 5:8]),  # one element in common
        (whole, whole[:2, :3]),
        (whole[::-1, ::-1], whole[::4, ::4][:2, :3]),
        (whole[::2, ::2], whole[::4, ::6][:2, :2]),
    ]:
        fails(ValueError, message, dst.shape[::-1], src=src, dst=dst, interpolation=mode)
    fails(ValueError, message, (12, 10), src=whole, dst=whole, interpolation=mode)
    fails(ValueError, message, (12, 10), src=whole, dst=whole[::-1], interpolation=mode)


@pytest.mark.parametrize("mode", MODES)
def test_interleaved_arrays_that_share_no_element_are_fine(mode):
    whole = np.arange(10 * 12, dtype=np.uint8).reshape(10, 12)
    src, dst = whole[:, ::2], whole[:5, 1:7:2]
    expected = cyresize.resize(src.copy(), (3, 5), interpolation=mode)
    np.testing.assert_array_equal(cyresize.resize(src, (3, 5), dst, interpolation=mode), expected)


def test_overlap_is_found_through_a_foreign_byte_order_too(fails):
    whole = np.arange(24, dtype=">f4").reshape(4, 6)
    fails(ValueError, "dst shares memory with src", (3, 2), src=whole, dst=whole[:2, :3])


def test_a_failed_call_spoils_nothing(image):
    """Views are released and the next call works."""
    expected = cyresize.resize(image, (3, 2))
    for _ in range(50):
        with pytest.raises(ValueError, match="positive"):
            cyresize.resize(image, (0, 5))
        with pytest.raises(ValueError, match="dst has shape"):
            cyresize.resize(image, (3, 2), np.zeros((9, 9), np.uint8))
    image.resize((24,), refcheck=False)  # would raise if a buffer were still held
    np.testing.assert_array_equal(cyresize.resize(image.reshape(4, 6), (3, 2)), expected)
