"""`resample`: whose pixels it gives, what its options mean, and laws that hold for all of them."""

import itertools

import numpy as np
import pytest
from axes_reference import (
    ROUND,
    apply,
    area_matrix,
    coordinate,
    cubic,
    hamming,
    lanczos,
    linear,
    matrix,
    nearest_matrix,
)
from PIL import Image

import cyresize
from cyresize import resample
from cyresize.functional import interpolate

KERNELS = {
    "linear": (linear, 1),
    "hamming": (hamming, 1),
    "lanczos3": (lanczos(3), 3),
    "lanczos4": (lanczos(4), 4),
}
WHERE = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"]
BORDERS = ["replicate", "renormalise", "constant"]
DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64"]


def data(rng, shape, dtype):
    if np.dtype(dtype).kind == "f":
        return rng.standard_normal(shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def places(where, n_in, n_out):
    return [coordinate(where, i, n_in, n_out, n_out / n_in, n_out) for i in range(n_out)]


# ---- the rules, against dense matrices


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("mode", [*KERNELS, "cubic"])
def test_options_are_what_they_say(rng, mode, antialias, border, where):
    x = rng.standard_normal((11, 3, 8))
    kernel, support = KERNELS.get(mode) or (cubic(-0.6), 2)
    for rows, columns in [(17, 5), (4, 13), (1, 8), (11, 3)]:
        weights = {
            axis: matrix(n, places(where, n, m), kernel, support, border, max(n / m, 1) if antialias else 1.0)
            for axis, n, m in ((0, 11, rows), (2, 8, columns))
            if n != m
        }
        out = resample(
            x,
            (rows, columns),
            axes=(0, 2),
            mode=mode,
            like="onnx",
            antialias=antialias,
            coordinates=where,
            cubic_a=-0.6,
            border=border,
        )
        np.testing.assert_allclose(out, apply(x, weights), atol=1e-12)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("rounding", ROUND)
def test_nearest_copies_the_rounded_sample(rng, where, rounding):
    x = rng.integers(0, 2**63, (9, 4))
    for n_out in (4, 5, 8, 13, 16, 31):
        at = places(where, 9, n_out)
        index = nearest_matrix(9, at, rounding).argmax(1)
        options = {"coordinates": where, "nearest_rounding": rounding}
        out = resample(x, n_out, axes=0, mode="nearest", like="onnx", **options)
        np.testing.assert_array_equal(out, x[index])


@pytest.mark.parametrize("like", ["onnx", "tensorflow"])
def test_area_is_what_an_output_covers(rng, like):
    x = rng.standard_normal((7, 10)).astype(np.float32)
    for size in [(3, 4), (14, 15), (7, 1), (20, 3)]:
        out = resample(x, size, axes=(0, 1), mode="area", like=like)
        weights = {0: area_matrix(7, size[0]), 1: area_matrix(10, size[1])}
        np.testing.assert_allclose(out, apply(x, weights), atol=2e-6)


def test_constant_border_adds_the_value_that_is_missing(rng):
    x = rng.standard_normal((6, 5))
    value = 3.5
    padded = np.pad(x, 4, constant_values=value)
    out = resample(x, (13, 9), mode="cubic", like="onnx", border="constant", extrapolation_value=value, axes=(0, 1))
    weights = {
        axis: matrix(n + 8, [v + 4 for v in places("half_pixel", n, m)], cubic(-0.75), 2)
        for axis, n, m in ((0, 6, 13), (1, 5, 9))
    }
    np.testing.assert_allclose(out, apply(padded, weights), atol=1e-12)
    bytes_ = np.full((4, 4), 100, np.uint8)
    out = resample(bytes_, (8, 8), like="onnx", border="constant", extrapolation_value=1000, axes=(0, 1))
    assert out[0, 0] == 255 and (out[1:-1, 1:-1] == 100).all()
    out = resample(bytes_, 8, axes=0, mode="nearest", like="onnx", border="constant", nearest_rounding="floor",
                   extrapolation_value=7)  # fmt: skip
    np.testing.assert_array_equal(out[:, 0], [7, 100, 100, 100, 100, 100, 100, 100])


def test_callable_kernels(rng):
    class Tent:
        support = 1.0
        calls = 0

        def __call__(self, distance):
            Tent.calls += 1
            return np.clip(1 - np.abs(distance), 0, None)

    x = rng.standard_normal((9, 7))
    tent = Tent()
    for antialias in (False, True):
        wanted = resample(x, (4, 12), like="onnx", antialias=antialias, axes=(0, 1))
        np.testing.assert_array_equal(
            resample(x, (4, 12), mode=tent, like="onnx", antialias=antialias, axes=(0, 1)), wanted
        )
    calls = Tent.calls
    resample(x, (4, 12), mode=tent, like="onnx", antialias=True, axes=(0, 1))
    assert Tent.calls == calls, "a hashable kernel's plan is not made twice"

    class Wider(Tent):
        __hash__ = None
        support = 3

        def __call__(self, distance):
            return super().__call__(distance / 3)

    wider = Wider()
    first = resample(x, (4, 12), mode=wider)
    calls = Tent.calls
    np.testing.assert_array_equal(resample(x, (4, 12), mode=wider), first)
    assert Tent.calls > calls


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_is_rounded_from_the_exact_result(rng, dtype):
    x = data(rng, (12, 9), dtype)
    weights = {
        axis: matrix(n, places("align_corners", n, m), cubic(-0.75), 2) for axis, n, m in ((0, 12, 25), (1, 9, 5))
    }
    out = resample(x, (25, 5), mode="cubic", coordinates="align_corners")
    exact = apply(x, weights)
    assert out.dtype == dtype
    if np.dtype(dtype).kind == "f":
        np.testing.assert_allclose(out, exact, rtol=2e-3 if dtype == "float16" else 1e-5, atol=1e-2)
        return
    limits = np.iinfo(dtype)
    exact = np.clip(exact, limits.min, limits.max)
    # float32 sums of up to 16 products of values below 2**16 are off by less than 0.1.
    assert np.abs(out - exact).max() <= 0.6


# ---- whose pixels


@pytest.mark.parametrize("mode", ["nearest", "nearest_exact", "linear", "cubic", "area", "lanczos4"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_opencv_is_resize(rng, mode, dtype):
    for shape, axes in [((20, 31), None), ((20, 31, 3), None), ((2, 20, 31, 3), None), ((20, 31, 3), (-2, -3))]:
        x = data(rng, shape, dtype)
        flipped = axes is not None
        for h, w in [(10, 17), (40, 62), (7, 90)]:
            wanted = cyresize.resize(x, (w, h), interpolation=mode)
            out = resample(x, (w, h) if flipped else (h, w), mode=mode, axes=axes)
            np.testing.assert_array_equal(out, wanted)
        wanted = cyresize.resize(x, None, fx=0.7, fy=1.9, interpolation=mode)
        np.testing.assert_array_equal(
            resample(x, scale=(0.7, 1.9) if flipped else (1.9, 0.7), mode=mode, axes=axes), wanted
        )


@pytest.mark.parametrize("mode, name", [("linear", "linear"), ("cubic", "cubic"), ("lanczos3", "lanczos4")])
def test_opencv_antialiased_is_resize(rng, mode, name):
    x = data(rng, (40, 31, 3), "uint8")
    wanted = cyresize.resize(x, (13, 17), interpolation=name, antialias=True)
    np.testing.assert_array_equal(resample(x, (17, 13), mode=mode, antialias=True), wanted)


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic", "area", "lanczos4"])
def test_opencv_on_planes_is_resize_of_each(rng, mode):
    x = data(rng, (2, 3, 20, 30), "uint8")
    out = resample(x, (10, 45), axes=(2, 3), mode=mode)
    planes = [[cyresize.resize(p, (45, 10), interpolation=mode) for p in image] for image in x]
    np.testing.assert_array_equal(out, planes)
    last = np.ascontiguousarray(np.moveaxis(x, 1, -1))
    np.testing.assert_array_equal(resample(np.moveaxis(last, -1, 1), (10, 45), axes=(2, 3), mode=mode), planes)
    taken = np.zeros((2, 3, 10, 45), np.uint8)
    assert resample(x, (10, 45), axes=(2, 3), mode=mode, out=taken) is taken
    np.testing.assert_array_equal(taken, planes)


FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "area": Image.Resampling.BOX,
    "linear": Image.Resampling.BILINEAR,
    "hamming": Image.Resampling.HAMMING,
    "cubic": Image.Resampling.BICUBIC,
    "lanczos3": Image.Resampling.LANCZOS,
}


def random_box(rng, h, w):
    kind = rng.integers(4)
    if kind == 0:
        return None
    left, right = sorted(rng.uniform(0, w, 2))
    top, bottom = sorted(rng.uniform(0, h, 2))
    if kind == 1:
        left, top, right, bottom = int(left), int(top), int(left) + 1 + int(right - left), int(top) + 1
    elif kind == 2:
        top, bottom = 0, h
    return (left, top, min(right, w), min(bottom, h)) if right - left > 0.5 and bottom - top > 0.5 else None


@pytest.mark.parametrize("mode", FILTERS)
def test_pillow_to_the_byte(rng, mode):
    for _ in range(250):
        h, w, oh, ow = (int(v) for v in rng.integers(1, 90, 4))
        x = data(rng, (h, w, 3), "uint8")
        box = random_box(rng, h, w)
        wanted = np.asarray(Image.fromarray(x).resize((ow, oh), FILTERS[mode], box))
        out = resample(x, (oh, ow), mode=mode, like="pillow", box=box)
        np.testing.assert_array_equal(out, wanted, err_msg=f"{x.shape} {oh} x {ow} {box}")


@pytest.mark.parametrize("mode", ["area", "linear", "hamming", "cubic", "lanczos3"])
def test_pillow_in_floats(rng, mode):
    x = rng.random((33, 47)).astype(np.float32)
    for size, box in [((20, 90), None), ((50, 11), (3.25, 1.5, 40.0, 30.75))]:
        wanted = np.asarray(Image.fromarray(x).resize(size[::-1], FILTERS[mode], box))
        np.testing.assert_allclose(resample(x, size, mode=mode, like="pillow", box=box), wanted, atol=2e-6)


@pytest.mark.parametrize("mode, name", [("nearest", "nearest"), ("linear", "bilinear"), ("cubic", "bicubic"),
                                        ("area", "area"), ("nearest_exact", "nearest-exact")])  # fmt: skip
def test_torch_is_interpolate(rng, mode, name):
    x = rng.standard_normal((2, 3, 20, 17)).astype(np.float32)
    np.testing.assert_array_equal(resample(x, (9, 40), mode=mode, like="torch"), interpolate(x, (9, 40), mode=name))
    np.testing.assert_array_equal(
        resample(x, scale=(1.7, 0.6), mode=mode, like="torch"), interpolate(x, None, (1.7, 0.6), mode=name)
    )
    if mode in ("linear", "cubic"):
        aligned = resample(x, (9, 40), mode=mode, like="torch", coordinates="align_corners")
        np.testing.assert_array_equal(aligned, interpolate(x, (9, 40), mode=name, align_corners=True))
        wide = resample(x, (9, 40), mode=mode, like="torch", antialias=True)
        np.testing.assert_array_equal(wide, interpolate(x, (9, 40), mode=name, antialias=True))


@pytest.mark.parametrize("shape, mode", [((2, 3, 9), "linear"), ((2, 3, 5, 6, 7), "trilinear")])
def test_torch_in_one_and_three_axes(rng, shape, mode):
    x = rng.standard_normal(shape).astype(np.float32)
    np.testing.assert_array_equal(resample(x, scale=1.6, like="torch"), interpolate(x, None, 1.6, mode))
    last = np.moveaxis(x, 1, -1)
    out = resample(last, scale=1.6, like="torch", axes=tuple(range(1, x.ndim - 1)))
    np.testing.assert_array_equal(np.moveaxis(out, -1, 1), interpolate(x, None, 1.6, mode))


@pytest.mark.parametrize("shape", [(40, 50, 1), (40, 50, 3), (40, 50, 4), (40, 50, 5)])
def test_sums_beyond_32_bits_saturate(rng, shape):
    most = 65535
    for size in [(30, 37), (13, 15), (70, 90)]:
        image = rng.integers(0, most + 1, shape).astype(np.uint16)
        exact = cyresize.resample(image.astype(np.float64), size, axes=(0, 1), mode="cubic", cubic_a=-1e9)
        result = cyresize.resample(image, size, axes=(0, 1), mode="cubic", cubic_a=-1e9)
        clear = np.abs(exact) > 1e6
        assert clear.mean() > 0.9
        assert np.abs(exact).max() > 2**32
        np.testing.assert_array_equal(result[clear], np.where(exact[clear] > 0, most, 0))


def test_presets_differ_where_their_libraries_do():
    x = np.array([0.0, 0.0, 1.0, 0.0])
    results = {like: resample(x, 9, axes=0, mode="cubic", like=like) for like in ("opencv", "pillow", "tensorflow")}
    assert not np.allclose(results["opencv"], results["pillow"])
    np.testing.assert_allclose(results["pillow"], results["tensorflow"], atol=1e-6)
    nearest = {like: resample(np.arange(4), 3, axes=0, mode="nearest", like=like).tolist()
               for like in ("opencv", "torch", "pillow", "onnx", "tensorflow")}  # fmt: skip
    assert nearest == {
        "opencv": [0, 1, 2],
        "torch": [0, 1, 2],
        "pillow": [0, 2, 3],
        "onnx": [0, 1, 3],
        "tensorflow": [0, 2, 3],
    }


# ---- laws


@pytest.mark.parametrize("n_axes", [1, 2, 3])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("mode", ["nearest", "linear", "lanczos3"])
def test_memory_layout_and_threads_do_not_show(rng, any_work, mode, dtype, n_axes):
    shape = (6, 5, 9, 7)
    x = data(rng, shape, dtype)
    for axes in itertools.combinations(range(4), n_axes):
        size = [(11, 3, 5, 16)[axis] for axis in axes]
        options = {"axes": axes, "mode": mode, "like": "onnx", "antialias": mode == "lanczos3"}
        wanted = resample(x, size, n_threads=1, **options)
        for order in [(3, 2, 1, 0), (0, 2, 3, 1), (2, 0, 3, 1), (1, 3, 0, 2)]:
            y = np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order))
            np.testing.assert_array_equal(resample(y, size, n_threads=3, **options), wanted)
            out = np.zeros([wanted.shape[k] for k in order[::-1]], dtype).transpose(np.argsort(order[::-1]))
            np.testing.assert_array_equal(resample(y, size, out=out, **options), wanted)
        every_second = np.repeat(np.repeat(x, 2, 0), 2, 3)[::2, :, :, ::2]
        np.testing.assert_array_equal(resample(every_second, size, n_threads=2, **options), wanted)
        flipped = x[::-1, :, ::-1]
        np.testing.assert_array_equal(resample(flipped, size, **options), resample(flipped.copy(), size, **options))


def test_work_in_threads_is_the_serial_result(rng, any_work):
    x = rng.standard_normal((3, 4, 120, 90)).astype(np.float32)
    for options in ({"axes": (2, 3)}, {"axes": (1, 3)}, {"axes": 2}, {"axes": 3}, {"axes": 0}, {"axes": (1, 2, 3)}):
        for mode in ("nearest", "linear", "cubic"):
            wanted = resample(x, scale=1.7, mode=mode, like="onnx", n_threads=1, **options)
            for n_threads in (2, 3, 7):
                out = resample(x, scale=1.7, mode=mode, like="onnx", n_threads=n_threads, **options)
                np.testing.assert_array_equal(out, wanted)


def test_axes_one_by_one_are_axes_together(rng):
    x = rng.standard_normal((5, 6, 7, 8))
    together = resample(x, (9, 4, 10, 3), axes=(0, 1, 2, 3), mode="cubic", like="onnx")
    apart = x
    for axis, n in enumerate((9, 4, 10, 3)):
        apart = resample(apart, n, axes=axis, mode="cubic", like="onnx")
    np.testing.assert_allclose(together, apart, atol=1e-13)


@pytest.mark.parametrize("mode", ["linear", "cubic", "lanczos4", "area"])
def test_a_constant_stays_constant(mode):
    for dtype, value in (("uint8", 255), ("uint16", 65535), ("float32", 1.0), ("int32", 2**31 - 1)):
        x = np.full((9, 13), value, dtype)
        for like in ("opencv", "onnx", "pillow"):
            out = resample(x, (21, 5), mode=mode, like=like)
            np.testing.assert_allclose(out, value, rtol=1e-6 if dtype == "float32" else 0)


def test_box_on_whole_pixels_is_a_crop_where_kernels_stay_inside(rng):
    x = data(rng, (20, 30, 3), "uint8")
    crop = x[4:16, 7:27]
    for like in ("opencv", "pillow", "onnx"):
        # Sizes without ties, where the last bit of a coordinate would decide.
        options = {"mode": "nearest", "like": like, "axes": (0, 1)}
        np.testing.assert_array_equal(
            resample(x, (8, 32), box=(7, 4, 27, 16), **options), resample(crop, (8, 32), **options)
        )
    area = {"mode": "area", "like": "pillow"}
    np.testing.assert_array_equal(resample(x, (4, 5), box=(7, 4, 27, 16), **area), resample(crop, (4, 5), **area))
    # Where a kernel reaches over the edge of the box, it reads the image there.
    inner = resample(x, (8, 40), box=(5, 4, 25, 8), like="onnx", axes=(0, 1))
    whole = resample(x, (40, 60), like="onnx", axes=(0, 1))
    np.testing.assert_array_equal(inner, whole[8:16, 10:50])


def test_tiles_join_without_a_seam(rng):
    from cyresize import sampling
    from cyresize.separable import FLOATS, apply_plans

    x = rng.standard_normal((40, 50)).astype(np.float32)
    rows = sampling.kernel_plan("half_pixel", sampling.whole_grid(40, 63), sampling.cubic(-0.5), "replicate", False)
    columns = sampling.kernel_plan("half_pixel", sampling.whole_grid(50, 21), sampling.LANCZOS3, "renormalise", True)
    whole = apply_plans(x, {0: rows, 1: columns}, np.zeros((63, 21), np.float32), FLOATS, 1)
    for top, bottom in itertools.pairwise((0, 7, 30, 63)):
        low, high, part = rows.region(top, bottom)
        for left, right in itertools.pairwise((0, 2, 3, 15, 21)):
            begin, end, piece = columns.region(left, right)
            tile = np.zeros((bottom - top, right - left), np.float32)
            apply_plans(x[low:high, begin:end], {0: part, 1: piece}, tile, FLOATS, 1)
            # A tile's passes may go in the other order, which rounds differently.
            np.testing.assert_allclose(tile, whole[top:bottom, left:right], atol=2e-6)


@pytest.mark.parametrize("like, shape, wanted", [
    ("opencv", (6, 5), (12, 10)),
    ("opencv", (6, 5, 3), (12, 10, 3)),
    ("pillow", (6,), (12,)),
    ("tensorflow", (2, 6, 5, 3), (2, 12, 10, 3)),
    ("torch", (2, 3, 6), (2, 3, 12)),
    ("torch", (2, 3, 6, 5, 4), (2, 3, 12, 10, 8)),
    ("onnx", (2, 3, 6), (4, 6, 12)),
])  # fmt: skip
def test_default_axes(like, shape, wanted):
    assert resample(np.zeros(shape, np.float32), scale=2, like=like).shape == wanted


def test_aspect():
    x = np.zeros((10, 20, 3))
    assert resample(x, (50, 50), aspect="not_larger").shape == (25, 50, 3)
    assert resample(x, (50, 50), aspect="not_smaller").shape == (50, 100, 3)
    assert resample(x, (50, 50)).shape == (50, 50, 3)


def test_nan_stays_where_it_is_read():
    x = np.zeros(9)
    x[4] = np.nan
    out = resample(x, 17, axes=0, coordinates="align_corners")
    np.testing.assert_array_equal(np.isnan(out), [k in (7, 8, 9) for k in range(17)])


def test_same_size_copies(rng):
    x = data(rng, (5, 6, 3), "uint8")
    for like in ("opencv", "torch", "pillow", "onnx"):
        for mode in ("nearest", "linear", "cubic"):
            out = resample(x, (5, 6), axes=(0, 1), mode=mode, like=like)
            np.testing.assert_array_equal(out, x)
            assert not np.shares_memory(out, x)


def test_byte_order_and_alignment(rng):
    x = data(rng, (7, 9), "float32")
    swapped = x.astype(">f4")
    odd = np.zeros(x.nbytes + 1, np.uint8)[1:].view(np.float32).reshape(x.shape)
    odd[...] = x
    for mode in ("nearest", "linear"):
        wanted = resample(x, (11, 4), mode=mode, like="onnx")
        out = resample(swapped, (11, 4), mode=mode, like="onnx")
        assert out.dtype == swapped.dtype
        np.testing.assert_array_equal(out, wanted)
        np.testing.assert_array_equal(resample(odd, (11, 4), mode=mode, like="onnx"), wanted)


# ---- refusals

X = np.zeros((4, 5, 3), np.float32)


class NoSupport:
    def __call__(self, x):
        return x


class Kernel:
    support = 1.0

    def __init__(self, value):
        self.value = value

    def __call__(self, x):
        return self.value(x)


@pytest.mark.parametrize("args, options, error, message", [
    ((X,), {}, ValueError, "neither is"),
    ((X, 4), {"scale": 2.0}, ValueError, "both are"),
    ((X, (4, 4, 4)), {}, ValueError, "one value or 2"),
    ((X, (4, 0)), {}, ValueError, "positive"),
    ((X, (4, "4")), {}, TypeError, "integer"),
    ((X, (1 << 62, 1 << 62)), {"like": "onnx", "axes": (0, 1)}, ValueError, "overflows"),
    ((X,), {"scale": (1.0, -1.0)}, ValueError, "positive"),
    ((X,), {"scale": 1e300}, ValueError, "overflow"),
    ((X,), {"scale": 1e-9, "like": "onnx"}, ValueError, "empty"),
    ((X, 4), {"mode": "sinc"}, ValueError, "unknown mode"),
    ((X, 4), {"mode": 3}, TypeError, "callable"),
    ((X, 4), {"mode": NoSupport()}, TypeError, "support"),
    ((X, 4), {"mode": Kernel(lambda x: x.sum())}, ValueError, "one value per distance"),
    ((X, 4), {"mode": Kernel(lambda x: x * np.nan)}, ValueError, "NaN"),
    ((X, 4), {"like": "scipy"}, ValueError, "'tensorflow'"),
    ((X, 4), {"coordinates": "centre"}, ValueError, "'align_corners'"),
    ((X, 4), {"border": "wrap"}, ValueError, "'renormalise'"),
    ((X, 4), {"nearest_rounding": "round"}, ValueError, "'round_prefer_ceil'"),
    ((X, 4), {"border": "constant", "exclude_outside": True}, ValueError, "border='constant' is given"),
    ((X, 4), {"antialias": 1}, TypeError, "True or False"),
    ((X, 4), {"antialias": True, "mode": "nearest"}, ValueError, "antialias"),
    ((X, 4), {"cubic_a": "x", "mode": "cubic"}, TypeError, "cubic_a"),
    ((X, 4), {"cubic_a": float("inf"), "mode": "cubic"}, ValueError, "finite"),
    ((X, 4), {"axes": 3}, ValueError, "axes"),
    ((X, 4), {"axes": (0, -3)}, ValueError, "different"),
    ((X, 4), {"axes": ()}, ValueError, "axes"),
    ((X, 4), {"box": (0, 0, 5)}, ValueError, "4 numbers"),
    ((X, 4), {"box": (0, 0, 6, 4)}, ValueError, "inside"),
    ((X, 4), {"box": (2, 0, 2, 4)}, ValueError, "not be empty"),
    ((X, 4), {"roi": (0, 0, 1)}, ValueError, "roi"),
    ((X, 4), {"aspect": "fit"}, ValueError, "'not_larger'"),
    ((X,), {"aspect": "not_larger", "scale": 2}, ValueError, "needs size"),
    ((X, 4), {"out": np.zeros((4, 4, 3))}, ValueError, "float64"),
    ((X, 4), {"out": np.zeros((4, 5, 3), np.float32)}, ValueError, "shape"),
    ((X, 4), {"out": X[:, :4]}, ValueError, "shares memory"),
    ((X, 4), {"n_threads": 0}, ValueError, "n_threads"),
    ((X[:0], 4), {}, ValueError, "size 0"),
    ((X.astype(complex), 4), {}, TypeError, "complex"),
    ((X > 0, 4), {}, TypeError, "bool"),
    ((X.astype(np.int64), 4), {}, TypeError, "int64"),
    (([1.0, 2.0], 4), {}, TypeError, "numpy.ndarray"),
])  # fmt: skip
def test_refusals_say_why(args, options, error, message):
    with pytest.raises(error, match=message):
        resample(*args, **options)


def test_a_refused_call_leaves_out_alone():
    out = np.full((4, 4, 3), 5, np.float32)
    for options, message in (
        ({"n_threads": 0}, "n_threads"),
        ({"mode": Kernel(lambda x: x * np.nan)}, "NaN"),
        ({"box": (0, 0, 9, 9)}, "inside"),
    ):
        with pytest.raises(ValueError, match=message):
            resample(X, 4, out=out, **options)
        assert (out == 5).all()
