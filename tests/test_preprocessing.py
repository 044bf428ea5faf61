"""Preprocess: resize's floating-point path and NumPy arithmetic in one pass, for every fit, layout and input."""

import copy
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from test_determinism import LEVELS, python

import cyresize
from cyresize import Preprocess

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
FITS = ["stretch", "contain", "cover", "shortest"]
SIZES = [(48, 64), (64, 48), (20, 30), (7, 90), (33, 33), (1, 1), (130, 97)]


def fitted(image, size, fit, pad, short_side=None, **options):
    """The definition of each fit with whole images: resize, then cut out or paste. float32, H x W x C."""
    width, height = size
    image = image.reshape(*image.shape[:2], -1).astype(np.float32)
    h, w, c = image.shape
    ratio = {"contain": min, "cover": max}.get(fit, max)(width / w, height / h)
    oh, ow = {"stretch": (height, width)}.get(fit, (round(h * ratio), round(w * ratio)))
    if fit == "contain":
        oh, ow = max(oh, 1), max(ow, 1)
    if fit == "shortest":
        side = short_side or min(size)
        oh, ow = (side, int(side * w / h)) if h <= w else (int(side * h / w), side)
    resized = cyresize.resize(image, (ow, oh), **options)
    canvas = np.full((height, width, c), np.asarray(pad, np.float32), np.float32)
    half = round if fit == "shortest" else int
    y, x = half(max(oh - height, 0) / 2), half(max(ow - width, 0) / 2)
    part = resized[y : y + height, x : x + width]
    top, left = (height - part.shape[0]) // 2, (width - part.shape[1]) // 2
    canvas[top : top + part.shape[0], left : left + part.shape[1]] = part
    return canvas


def tensor(image, size, fit="stretch", *, swap_rb=False, scale=1 / 255, mean=0.0, std=1.0, pad=0.0, **options):
    """What Preprocess promises, in float64 after the resize; N = 1, NHWC."""
    swaps = swap_rb and image.ndim == 3 and image.shape[2] > 1
    source = image[..., [2, 1, 0, 3][: image.shape[2]]] if swaps else image
    canvas = fitted(source, size, fit, pad, **options)
    return ((canvas.astype(np.float64) * scale - mean) / std)[None]


def close(result, expected):
    """Within 1e-6 of the largest value."""
    assert result.dtype == np.float32
    assert result.shape == expected.shape
    largest = max(np.abs(expected).max(), 1.0)
    assert np.abs(result - expected).max() <= 1e-6 * largest


def picture(rng, h, w, c, dtype="uint8"):
    shape = (h, w) if c is None else (h, w, c)
    if np.dtype(dtype).kind == "f":
        return (rng.random(shape) * 255).astype(dtype)
    return rng.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("size", [(32, 32), (40, 24), (17, 51)])
def test_fits(rng, fit, shape, size):
    image = picture(rng, *shape, 3)
    pre = Preprocess(size, fit, mean=MEAN, std=STD, pad_value=(114, 20, 3), layout="NHWC")
    close(pre(image), tensor(image, size, fit, mean=MEAN, std=STD, pad=(114, 20, 3)))


@pytest.mark.parametrize("short_side", [20, 36, 50, 51])
@pytest.mark.parametrize("shape", SIZES)
def test_short_side(rng, shape, short_side):
    image = picture(rng, *shape, 3)
    pre = Preprocess((40, 30), "shortest", short_side=short_side, pad_value=7, layout="NHWC")
    close(pre(image), tensor(image, (40, 30), "shortest", short_side=short_side, pad=7))


@pytest.mark.parametrize("fit", ["stretch", "cover", "contain"])
@pytest.mark.parametrize(
    ("interpolation", "antialias"),
    [(mode, False) for mode in cyresize.Interpolation] + [("linear", True), ("cubic", True), ("lanczos4", True)],
)
@pytest.mark.parametrize("shape", [(48, 64), (20, 30), (96, 128), (32, 32), (128, 32)])
def test_interpolations(rng, fit, interpolation, antialias, shape):
    image = picture(rng, *shape, 3)
    pre = Preprocess(32, fit, interpolation, antialias, layout="NHWC")
    close(pre(image), tensor(image, (32, 32), fit, interpolation=interpolation, antialias=antialias))


@pytest.mark.parametrize("interpolation", ["linear", "area", "cubic", "nearest"])
@pytest.mark.parametrize("c", [None, 1, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16", "float32", "float64"])
def test_inputs(rng, dtype, c, interpolation):
    image = picture(rng, 50, 70, c, dtype)
    scale = 1 / 65535 if dtype == "uint16" else 1 / 255
    pre = Preprocess((31, 23), "cover", interpolation, scale=scale, layout="NHWC")
    close(pre(image), tensor(image, (31, 23), "cover", interpolation=interpolation, scale=scale))


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 64, 100])
@pytest.mark.parametrize("swap_rb", [False, True])
@pytest.mark.parametrize("c", [None, 1, 3, 4])
def test_layouts_and_channel_order(rng, c, swap_rb, width):
    image = picture(rng, 20, 40, c)
    constants = (0.5, 0.4, 0.3, 0.2)[: c or 1]
    options = {"swap_rb": swap_rb, "mean": constants, "std": constants[::-1]}
    expected = tensor(image, (width, 9), pad=1, **options)
    close(Preprocess((width, 9), layout="NHWC", **options)(image), expected)
    close(Preprocess((width, 9), **options)(image), expected.transpose(0, 3, 1, 2))


@pytest.mark.parametrize("fit", ["contain", "cover"])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("c", [None, 3, 4])
def test_halves_are_the_rounded_floats(rng, layout, c, fit):
    image = picture(rng, 50, 71, c)
    options = {
        "size": (33, 45),
        "fit": fit,
        "swap_rb": True,
        "mean": 0.4,
        "std": 0.3,
        "pad_value": 114,
        "layout": layout,
    }
    single = Preprocess(**options)(image)
    half = Preprocess(**options, dtype="float16")(image)
    assert half.dtype == np.float16
    assert np.array_equal(half, single.astype(np.float16))


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("c", [None, 3, 4])
def test_bytes_are_rounded_and_saturated(rng, layout, c):
    image = picture(rng, 50, 71, c)
    options = {"size": (33, 45), "fit": "contain", "scale": 1.5, "mean": 60, "pad_value": 250, "layout": layout}
    single = Preprocess(**options)(image)
    result = Preprocess(**options, dtype="uint8")(image)
    assert result.dtype == np.uint8
    assert np.array_equal(result, np.clip(np.rint(single), 0, 255))
    assert single.min() < 0
    assert single.max() > 255


def test_default_scale_follows_the_dtype(rng):
    image = picture(rng, 30, 30, 3)
    assert Preprocess(30).scale == 1 / 255
    assert np.array_equal(Preprocess(30, dtype="uint8", layout="NHWC")(image)[0], image)


@pytest.mark.parametrize("shape", [(480, 640), (300, 200), (224, 224), (100, 900)])
def test_follows_blob_from_images(rng, shape):
    images = [picture(rng, *shape, 3) for _ in range(2)]
    blob = cv2.dnn.blobFromImages(images, 1 / 255, (224, 224), (123.0, 117.0, 104.0), swapRB=True)
    result = Preprocess(224, swap_rb=True, mean=np.divide((123.0, 117.0, 104.0), 255))(images)
    # On uint8 OpenCV rounds two products down to quarters (1/2), the sum to the nearest (1/2), and the weights of each
    # axis to 1/2048 (255/4096 each).
    assert np.abs(result - blob).max() * 255 <= 1 + 2 * 255 / 4096 + 1e-4


@pytest.mark.parametrize("n_threads", [1, 2, 3, 8])
def test_ragged_lists_and_threads(rng, n_threads):
    images = [picture(rng, *shape, 3, dtype) for shape in SIZES for dtype in ("uint8", "float32")]
    one = [Preprocess(128, "contain", "area", n_threads=1)(image) for image in images]
    pre = Preprocess(128, "contain", "area", n_threads=n_threads)
    assert np.array_equal(pre(images), np.concatenate(one))
    assert np.array_equal(pre(images[3]), one[3])
    assert np.array_equal(pre(images[:3]), np.concatenate(one[:3]))


LAYOUTS_OF_SOURCES = {
    "reversed": lambda a: a[::-1, ::-1],
    "sliced": lambda a: a[3:-2, ::2],
    "transposed": lambda a: a.swapaxes(0, 1),
    "swapped channels": lambda a: a[..., ::-1],
    "planes": lambda a: np.ascontiguousarray(a.transpose(2, 0, 1)).transpose(1, 2, 0),
    "byte order": lambda a: a.astype(a.dtype.newbyteorder()),
    "odd address": lambda a: np.frombuffer(b"\0" + a.tobytes(), np.uint8)[1:].view(a.dtype).reshape(a.shape),
    "broadcast": lambda a: np.broadcast_to(a[:1], a.shape),
}


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("layout", LAYOUTS_OF_SOURCES)
def test_strides_of_sources(rng, layout, dtype):
    image = LAYOUTS_OF_SOURCES[layout](picture(rng, 60, 80, 3, dtype))
    image.flags.writeable = False
    pre = Preprocess((33, 21), "cover", mean=MEAN, std=STD)
    assert np.array_equal(pre(image), pre(np.ascontiguousarray(image, dtype)))


OUTPUTS = {
    "slice of a batch": lambda shape: np.zeros((shape[0] + 4, *shape[1:]), "f4")[2:-2],
    "rows apart": lambda shape: np.zeros((*shape[:-2], shape[-2] * 2, shape[-1]), "f4")[..., ::2, :],
    "columns apart": lambda shape: np.zeros((*shape[:-1], shape[-1] * 2), "f4")[..., ::2],
    "reversed": lambda shape: np.zeros(shape, "f4")[::-1, ::-1, ::-1, ::-1],
    "fortran": lambda shape: np.zeros(shape[::-1], "f4").T,
    "odd address": lambda shape: np.zeros(int(np.prod(shape)) * 4 + 1, "u1")[1:].view("f4").reshape(shape),
}


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("c", [1, 3, 4])
@pytest.mark.parametrize("kind", OUTPUTS)
def test_out(rng, kind, c, layout):
    images = [picture(rng, 30, 40, c), picture(rng, 50, 20, c)]
    pre = Preprocess((24, 16), "contain", pad_value=5, layout=layout)
    expected = pre(images)
    out = OUTPUTS[kind](expected.shape)
    assert pre(images, out=out) is out
    assert np.array_equal(out, expected)


def test_out_is_all_that_is_written(rng):
    batch = np.full((6, 3, 16, 24), np.nan, np.float32)
    pre = Preprocess((24, 16))
    image = picture(rng, 30, 40, 3)
    pre(image, out=batch[2])
    pre([image, image], out=batch[4:])
    assert np.array_equal(batch[2], pre(image)[0])
    assert np.array_equal(batch[4:], pre([image, image]))
    assert np.isnan(batch[[0, 1, 3]]).all()


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("shape", [(20, 24), (300, 500), (90, 70)])
@pytest.mark.parametrize("fit", FITS)
def test_transform_maps_known_points(fit, shape, corners):
    """Each sample of an image of its own coordinates tells where it was: the map must bring it back."""
    pre = Preprocess((64, 48), fit, scale=1, layout="NHWC", pad_value=-1, short_side=50 if fit == "shortest" else None)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    found = pre(np.stack([x, y, x], axis=2))[0, ..., :2].astype(np.float64)
    rows, columns = np.mgrid[:48, :64]
    # Beyond the centres of the outer samples the edge is repeated (and weights add up to 1 within rounding).
    inside = ((found > 1e-3) & (found < np.subtract(shape[::-1], 1 + 1e-3))).all(axis=2)
    assert inside.sum() > 1000
    half = 0.5 if corners else 0.0
    points = np.column_stack([found[inside] + half, np.ones(inside.sum())])
    expected = np.column_stack([columns[inside], rows[inside]]) + half
    assert np.abs(points @ pre.transform(shape, corners=corners).T - expected).max() < 1e-3


@pytest.mark.parametrize("fit", FITS)
def test_transform_of_corners(fit):
    pre = Preprocess((64, 48), fit)
    corners = pre.transform((30, 50), corners=True) @ np.array([[0, 0, 1], [50, 30, 1]]).T
    expected = {
        "stretch": [(0, 0), (64, 48)],
        "contain": [(0, 5), (64, 43)],
        "cover": [(-8, 0), (72, 48)],
        "shortest": [(-8, 0), (72, 48)],
    }
    assert np.allclose(corners.T, expected[fit])


def test_transform_takes_images_and_sizes():
    pre = Preprocess((64, 48), "contain")
    expected = pre.transform((30, 50))
    assert expected.dtype == np.float64
    assert expected.shape == (2, 3)
    assert np.array_equal(pre.transform(np.zeros((30, 50, 3))), expected)
    assert np.array_equal(pre.transform(np.zeros((30, 50), bool)), expected)
    for bad in (5, (1, 2, 3), "ab"):
        with pytest.raises(TypeError):
            pre.transform(bad)
    with pytest.raises(ValueError, match="height must be a positive number of pixels"):
        pre.transform((0, 3))
    with pytest.raises(ValueError, match="image must be H x W"):
        pre.transform(np.zeros(3))


EXAMPLES = [
    Preprocess(224),
    Preprocess((640, 480), "contain", pad_value=114, swap_rb=True),
    Preprocess((224, 224), "shortest", "cubic", True, mean=MEAN, std=STD, short_side=256, n_threads=2),
    Preprocess((32, 30), layout="NHWC", dtype=np.uint8, mean=3, std=0.5, scale=2),
    Preprocess(64, dtype="float16", scale=1, pad_value=[1, 2, 3]),
]


@pytest.mark.parametrize("pre", EXAMPLES, ids=str)
def test_value_semantics(pre, rng):
    image = picture(rng, 40, 50, 3)
    for twin in (pickle.loads(pickle.dumps(pre)), copy.deepcopy(pre), eval(repr(pre))):
        assert twin is not pre
        assert twin == pre
        assert hash(twin) == hash(pre)
        assert repr(twin) == repr(pre)
        assert np.array_equal(twin(image), pre(image))
    assert len({*EXAMPLES, *EXAMPLES}) == len(EXAMPLES)
    for name in ("size", "mean", "_fused", "new"):
        with pytest.raises(AttributeError):
            setattr(pre, name, 1)


def test_repr_is_short():
    assert repr(Preprocess(224)) == "Preprocess((224, 224))"
    assert repr(EXAMPLES[1]) == "Preprocess((640, 480), fit='contain', swap_rb=True, pad_value=114.0)"


def test_many_threads_share_one(rng):
    pre = Preprocess((96, 64), "contain", pad_value=3)
    images = [picture(rng, 20 + i, 90 - i, 3) for i in range(40)]
    expected = [pre(image) for image in images]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            for result, right in zip(
                pool.map(Preprocess((96, 64), "contain", pad_value=3), images), expected, strict=True
            ):
                assert np.array_equal(result, right)


def test_more_sizes_than_are_kept(rng):
    pre = Preprocess(8)
    image = picture(rng, 400, 30, 3)
    first = pre(image[:20])
    for h in range(1, 400):
        pre(image[:h])
    assert np.array_equal(pre(image[:20]), first)


def test_nan_stays_where_it_is():
    image = np.ones((8, 8), np.float32)
    image[2, 3] = np.nan
    result = Preprocess(16, scale=1)(image)[0, 0]
    assert np.isnan(result[4:6, 6:8]).all()
    assert np.isnan(result).sum() == 16
    assert Preprocess(16, scale=1, dtype="uint8")(image)[0, 0, 4, 6] == 0


OPTION_ERRORS = [
    ({"size": 0}, ValueError, "size width must be a positive number of pixels, got 0"),
    ({"size": (3, -1)}, ValueError, "size height must be a positive number of pixels, got -1"),
    ({"size": (3, 1, 2)}, ValueError, "size must be (width, height) or one side"),
    ({"size": 2.5}, TypeError, "size must be (width, height) or one side"),
    ({"size": (2.5, 3)}, TypeError, "size width must be an integer"),
    ({"size": True}, TypeError, "size must be"),
    ({"fit": "fill"}, ValueError, "fit must be one of 'stretch', 'contain', 'cover', 'shortest'"),
    ({"interpolation": "bicubic"}, ValueError, "unknown interpolation"),
    ({"interpolation": "area", "antialias": True}, ValueError, "antialias=True works with"),
    ({"antialias": 1}, TypeError, "antialias must be True or False"),
    ({"swap_rb": "no"}, TypeError, "swap_rb must be True or False"),
    ({"scale": "1"}, TypeError, "scale must be a number"),
    ({"scale": float("nan")}, ValueError, "scale must be finite"),
    ({"mean": (1, 2)}, ValueError, "mean must be one number, or 3 or 4"),
    ({"mean": []}, ValueError, "mean must be one number, or 3 or 4"),
    ({"std": (1, 0, 1)}, ValueError, "std must not be 0"),
    ({"mean": (1, 2, 3), "std": (1, 2, 3, 4)}, ValueError, "mean has 3 values and std 4"),
    ({"layout": "CHW"}, ValueError, "layout must be one of 'NCHW', 'NHWC'"),
    ({"dtype": "float64"}, TypeError, "dtype must be one of float32, float16, uint8"),
    ({"dtype": None}, TypeError, "dtype must be one of float32, float16, uint8"),
    ({"dtype": ">f4"}, TypeError, "dtype must be one of float32, float16, uint8"),
    ({"pad_value": float("inf")}, ValueError, "pad_value must be finite"),
    ({"n_threads": 0}, ValueError, "n_threads must be at least 1"),
    ({"short_side": 0}, ValueError, "short_side must be a positive number of pixels"),
]


@pytest.mark.parametrize(("options", "error", "message"), OPTION_ERRORS)
def test_bad_options(options, error, message):
    with pytest.raises(error) as caught:
        Preprocess(**{"size": 8, **options})
    assert message in str(caught.value)


GOOD = np.zeros((10, 12, 3), np.uint8)
IMAGE_ERRORS = [
    ("nothing", TypeError, "images must be a numpy.ndarray or a list of them, not str"),
    ([], ValueError, "the list of images is empty"),
    ([GOOD, None], TypeError, "image 1 of the list must be a numpy.ndarray, not NoneType"),
    (GOOD.astype(bool), TypeError, "the image has dtype bool; Preprocess takes uint8"),
    (GOOD.astype(np.int64), TypeError, "the image has dtype int64"),
    (GOOD.astype(object), TypeError, "the image has dtype object"),
    (np.zeros(5, np.uint8), ValueError, "the image must be H x W or H x W x C or N x H x W x C; it has shape (5,)"),
    ([GOOD[None]], ValueError, "image 0 of the list must be H x W or H x W x C; it has shape (1, 10, 12, 3)"),
    (GOOD[:, :0], ValueError, "the image has an axis of size 0"),
    (GOOD[None][:0], ValueError, "the image has an axis of size 0"),
    (GOOD[..., :2], ValueError, "the image must have 1, 3 or 4 channels in its last axis"),
    ([GOOD, GOOD[..., 0]], ValueError, "image 1 of the list has 1 channels, the first has 3"),
]


@pytest.mark.parametrize(("images", "error", "message"), IMAGE_ERRORS)
def test_bad_images(images, error, message):
    with pytest.raises(error) as caught:
        Preprocess(8)(images)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["mean", "std", "pad_value"])
@pytest.mark.parametrize(("given", "channels"), [(3, 4), (3, 1), (4, 3)])
def test_constants_for_other_channels(name, given, channels):
    image = np.zeros((10, 12, channels), np.uint8)
    with pytest.raises(ValueError, match=f"has {given} values, the images have {channels} channels"):
        Preprocess(8, **{name: (1.0, 2.0, 3.0, 4.0)[:given]})(image)


def test_bad_out_and_nothing_written():
    pre = Preprocess((12, 10), scale=1)
    shared = np.zeros((10, 12, 3), np.float32)
    read_only = np.zeros((1, 3, 10, 12), np.float32)
    read_only.flags.writeable = False
    for image, out, error, message in [
        (GOOD, [1], TypeError, "out must be a numpy.ndarray or None, not list"),
        (GOOD, np.ones((1, 3, 10, 12)), ValueError, "out has dtype float64, the result has float32"),
        (
            GOOD,
            np.ones((1, 3, 12, 10), "f4"),
            ValueError,
            "out has shape (1, 3, 12, 10), the result has (1, 3, 10, 12)",
        ),
        ([GOOD, GOOD], np.ones((3, 10, 12), "f4"), ValueError, "out has shape (3, 10, 12)"),
        (GOOD, read_only, ValueError, "out is read-only"),
        (shared, shared.reshape(1, 3, 10, 12), ValueError, "out shares memory with an image"),
        ([GOOD, None], np.ones((2, 3, 10, 12), "f4"), TypeError, "image 1"),
    ]:
        before = np.copy(out)
        with pytest.raises(error) as caught:
            pre(image, out=out)
        assert message in str(caught.value)
        assert np.array_equal(out, before)


def test_sizes_that_overflow():
    with pytest.raises((ValueError, MemoryError)):
        Preprocess((1 << 40, 1 << 40))(GOOD)
    with pytest.raises((ValueError, MemoryError)):
        Preprocess((1 << 20, 1 << 20))(GOOD)


def test_same_bits_at_every_level_and_nothing_outside_is_touched():
    results = {}
    for level in LEVELS:
        done = python(str(Path(__file__).with_name("tensors.py")), "1", "2", "3", isa=level)
        assert done.returncode == 0, done.stderr.splitlines()[-1]
        printed = json.loads(done.stdout)
        assert printed["isa"] == level
        results[level] = printed["results"]
    baseline = results["baseline"]
    assert len(baseline) > 500
    for name, digests in baseline.items():
        assert len(set(digests)) == 1, name
    for level in LEVELS:
        assert [name for name in baseline if results[level][name] != baseline[name]] == []
