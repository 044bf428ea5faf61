"""`functional.interpolate` and the layers over it: PyTorch's numbers and refusals, and laws that need no peer."""

import pickle

import numpy as np
import pytest

from cyresize import nn
from cyresize.functional import interpolate

TOLERANCE = {"float16": 4e-3, "float32": 1e-5, "float64": 1e-5}
MODES = {
    1: ["nearest", "nearest-exact", "linear", "area"],
    2: ["nearest", "nearest-exact", "bilinear", "bicubic", "area", "lanczos"],
    3: ["nearest", "nearest-exact", "trilinear", "area"],
}
LONGEST = {1: 400, 2: 60, 3: 12}


def data(rng, shape, dtype):
    if dtype == "uint8":
        return rng.integers(0, 256, shape, np.uint8)
    return rng.standard_normal(shape).astype(dtype)


def channels_last(x):
    """The same array with its channels innermost in memory."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1)


def dense(x, *axes):
    """``x`` with a weight matrix applied to each of its last axes, in float64."""
    out = x.astype(np.float64)
    for axis, w in zip(range(x.ndim - len(axes), x.ndim), axes, strict=True):
        out = np.moveaxis(np.tensordot(w, out, (1, axis)), 0, axis)
    return out


def linear_matrix(n_in, n_out, align_corners):
    """Linear interpolation as a matrix, written from the rule."""
    i = np.arange(n_out)
    if align_corners:
        at = i * (n_in - 1) / (n_out - 1) if n_out > 1 else i * 0.0
    else:
        at = np.clip((i + 0.5) * n_in / n_out - 0.5, 0, None)
    return np.maximum(1 - np.abs(np.minimum(at, n_in - 1)[:, None] - np.arange(n_in)), 0)


# ---- laws


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("mode, shape, size", [
    ("linear", (2, 3, 9), (14,)),
    ("bilinear", (2, 3, 9, 7), (5, 16)),
    ("trilinear", (2, 3, 5, 4, 6), (3, 9, 13)),
])  # fmt: skip
def test_linear_modes_are_matrices(rng, mode, shape, size, align_corners):
    x = rng.standard_normal(shape)
    wanted = dense(x, *(linear_matrix(n, m, align_corners) for n, m in zip(shape[2:], size, strict=True)))
    np.testing.assert_allclose(interpolate(x, size, mode=mode, align_corners=align_corners), wanted, atol=1e-14)


def test_area_is_the_mean_of_the_touched_samples(rng):
    x = rng.standard_normal((1, 2, 7, 10))
    out = interpolate(x, (3, 4), mode="area")
    for i in range(3):
        for j in range(4):
            block = x[:, :, i * 7 // 3 : -((i + 1) * 7 // -3), j * 10 // 4 : -((j + 1) * 10 // -4)]
            np.testing.assert_allclose(out[:, :, i, j], block.mean((2, 3)), atol=1e-14)


@pytest.mark.parametrize("side", [3, 5, 7])
def test_aligned_corners_keep_every_sample(rng, side):
    x = rng.standard_normal((1, 2, side, side))
    out = interpolate(x, 2 * side - 1, mode="bilinear", align_corners=True)
    np.testing.assert_allclose(out[..., ::2, ::2], x, atol=1e-15)
    np.testing.assert_allclose(out[..., 1::2, ::2], (x[..., 1:, :] + x[..., :-1, :]) / 2, atol=1e-15)


@pytest.mark.parametrize("n_axes", [1, 2, 3])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_nearest_by_two_repeats(rng, n_axes, dtype):
    x = data(rng, (2, 3, *(5, 4, 6)[:n_axes]), dtype)
    wanted = x
    for axis in range(2, x.ndim):
        wanted = wanted.repeat(2, axis)
    np.testing.assert_array_equal(interpolate(x, scale_factor=2), wanted)
    np.testing.assert_array_equal(interpolate(x, scale_factor=2, mode="nearest-exact"), wanted)


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
@pytest.mark.parametrize("n_axes", [1, 2, 3])
def test_layout_and_threads_do_not_show(rng, n_axes, dtype):
    shape = (2, 3, *(40, 33, 5)[:n_axes])
    size = (19, 57, 8)[:n_axes]
    x = data(rng, shape, dtype)
    padded = np.zeros([2 * s for s in shape], dtype)
    padded[tuple(slice(0, 2 * s, 2) for s in shape)] = x
    layouts = [
        channels_last(x),
        np.asfortranarray(x),
        padded[tuple(slice(0, 2 * s, 2) for s in shape)],
        np.ascontiguousarray(x[..., ::-1])[..., ::-1],
        x.astype(x.dtype.newbyteorder(">")),
    ]
    for mode in MODES[n_axes]:
        if (dtype == "uint8" and mode in ("area", "linear", "trilinear")) or (mode == "lanczos" and dtype == "float16"):
            continue
        wanted = interpolate(x, size, mode=mode, antialias=mode == "lanczos", n_threads=1)
        for other in layouts:
            for n_threads in (1, 2, 5):
                out = interpolate(other, size, mode=mode, antialias=mode == "lanczos", n_threads=n_threads)
                np.testing.assert_array_equal(out, wanted)
                assert out.dtype == other.dtype


def test_the_result_has_the_layout_of_the_input():
    x = channels_last(np.zeros((2, 5, 4, 6), np.float32))
    out = interpolate(x, scale_factor=2, mode="bilinear")
    assert np.moveaxis(out, 1, -1).flags.c_contiguous


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_out_takes_the_result(rng, mode):
    x = rng.standard_normal((2, 3, 8, 9)).astype(np.float32)
    wanted = interpolate(x, (12, 5), mode=mode)
    large = np.full((2, 3, 24, 10), 7, np.float32)
    out = large[:, :, ::2, ::2]
    assert interpolate(x, (12, 5), mode=mode, out=out) is out
    np.testing.assert_array_equal(out, wanted)
    assert (large[:, :, 1::2] == 7).all() and (large[:, :, :, 1::2] == 7).all()


def test_same_size_is_a_copy(rng):
    x = rng.standard_normal((2, 3, 8, 9)).astype(np.float32)
    for mode in MODES[2]:
        out = interpolate(x, (8, 9), mode=mode, antialias=mode == "lanczos")
        np.testing.assert_array_equal(out, x)
        assert not np.shares_memory(out, x)


def test_layers_are_the_function(rng):
    x = rng.standard_normal((1, 2, 4, 5))
    layer = nn.Upsample(scale_factor=(1.5, 2), mode="bicubic", align_corners=True)
    np.testing.assert_array_equal(layer(x), interpolate(x, None, (1.5, 2), "bicubic", True))
    assert pickle.loads(pickle.dumps(layer)) == layer
    np.testing.assert_array_equal(nn.UpsamplingNearest2d(size=7)(x), interpolate(x, 7))
    np.testing.assert_array_equal(
        nn.UpsamplingBilinear2d(scale_factor=3)(x), interpolate(x, None, 3, "bilinear", align_corners=True)
    )


# ---- refusals

X2 = np.zeros((1, 3, 4, 5), np.float32)

REFUSED = [
    ((X2,), {}, ValueError, "exactly one of size and scale_factor"),
    ((X2, 4, 2.0), {}, ValueError, "both are"),
    ((X2, (4, 4, 4)), {}, ValueError, "one value or 2"),
    ((X2, (4,)), {}, ValueError, "one value or 2"),
    ((X2, (4.5, 4)), {}, TypeError, "integer"),
    ((X2, (0, 4)), {}, ValueError, "positive"),
    ((X2, (1 << 62, 1 << 62)), {}, ValueError, "overflow"),
    ((X2, None, (1.0, 2.0, 3.0)), {}, ValueError, "one value or 2"),
    ((X2, None, -1.0), {}, ValueError, "positive and finite"),
    ((X2, None, float("nan")), {}, ValueError, "positive and finite"),
    ((X2, None, 1e300), {}, ValueError, "overflow"),
    ((X2, None, 0.1), {}, ValueError, "empty output"),
    ((X2, None, "2"), {}, TypeError, "number"),
    ((X2, 4), {"recompute_scale_factor": True}, ValueError, "recompute_scale_factor needs scale_factor"),
    ((X2, 4), {"align_corners": True}, ValueError, "align_corners"),
    ((X2, 4), {"align_corners": False, "mode": "area"}, ValueError, "align_corners"),
    ((X2, 4), {"mode": "linear"}, ValueError, "3 axes; it has 4"),
    ((X2, 4), {"mode": "trilinear"}, ValueError, "5 axes; it has 4"),
    ((X2[0], 4), {"mode": "bilinear"}, ValueError, "4 axes; it has 3"),
    ((X2, 4), {"mode": "cubic"}, ValueError, "'bicubic'"),
    ((X2, 4), {"antialias": True}, ValueError, "antialias works with"),
    ((X2, 4), {"mode": "lanczos"}, ValueError, "needs antialias=True"),
    ((X2, 4), {"mode": "lanczos", "antialias": True, "align_corners": True}, ValueError, "align_corners=True"),
    ((X2[0, 0], 4), {}, ValueError, "N x C x H x W"),
    ((X2[:, :0], 4), {}, ValueError, "size 0"),
    ((X2.astype(np.int32), 4), {}, TypeError, "dtype int32"),
    ((X2.astype(np.uint16), 4), {}, TypeError, "dtype uint16"),
    ((X2.astype(np.uint8), 4), {"mode": "area"}, TypeError, "dtype uint8"),
    ((X2.astype(np.float16), 4), {"mode": "bilinear", "antialias": True}, TypeError, "dtype float16"),
    (([[1.0]], 4), {}, TypeError, "numpy.ndarray"),
    ((X2, 4), {"out": np.zeros((1, 3, 4, 5), np.float32)}, ValueError, "shape"),
    ((X2, 4), {"out": np.zeros((1, 3, 4, 4))}, ValueError, "dtype"),
    ((X2, 4), {"n_threads": 0}, ValueError, "n_threads"),
]


@pytest.mark.parametrize("args, options, error, message", REFUSED, ids=lambda v: str(v)[:40])
def test_refusals_say_why(args, options, error, message):
    with pytest.raises(error, match=message):
        interpolate(*args, **options)


def test_a_refused_call_leaves_out_alone():
    out = np.full((1, 3, 4, 4), 5, np.float32)
    with pytest.raises(ValueError, match="n_threads"):
        interpolate(X2, 4, out=out, n_threads=-1)
    assert (out == 5).all()
    both = np.zeros((1, 3, 8, 8), np.float32)
    with pytest.raises(ValueError, match="shares memory"):
        interpolate(both[:, :, :4, :4], 8, out=both)


# ---- PyTorch


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="PyTorch is in the extra `peers`")


def options(rng, n, mode):
    """Random arguments that PyTorch accepts."""
    chosen = {"mode": mode}
    if rng.random() < 0.5:
        chosen["size"] = tuple(int(v) for v in rng.integers(1, 2 * LONGEST[n], n))
    else:
        common = rng.choice([0.5, 1.0, 1.5, 2.0, 3.0], n).tolist()
        chosen["scale_factor"] = tuple(rng.uniform(0.3, 3.5, n).tolist() if rng.random() < 0.7 else common)
        chosen["recompute_scale_factor"] = [None, True, False][rng.integers(3)]
    if mode in ("linear", "bilinear", "bicubic", "trilinear"):
        chosen["align_corners"] = [None, True, False][rng.integers(3)]
    if mode == "lanczos" or (mode in ("bilinear", "bicubic") and rng.random() < 0.5):
        chosen["antialias"] = True
    return chosen


def sizes(shape, chosen):
    return chosen.get("size") or tuple(int(a * f) for a, f in zip(shape, chosen["scale_factor"], strict=True))


# What PyTorch does not take.
NOT_TORCH = {("uint8", "area"), ("uint8", "linear"), ("uint8", "trilinear"), ("float16", "lanczos")}


@pytest.mark.peers
@pytest.mark.parametrize(
    "n, mode, dtype",
    [
        (n, mode, dtype)
        for dtype in ("uint8", "float16", "float32", "float64")
        for n, modes in MODES.items()
        for mode in modes
        if (dtype, mode) not in NOT_TORCH
    ],
)
def test_torch(torch, rng, n, mode, dtype):
    done = 0
    while done < 60:
        chosen = options(rng, n, mode)
        antialias = chosen.get("antialias", False)
        # PyTorch 2.13 repeats the first row of antialiased images of width 1 with more than four channels.
        least = 2 if antialias else 1
        shape = tuple(int(v) for v in rng.integers(least, LONGEST[n], n))
        if min(sizes(shape, chosen)) < least or (antialias and dtype == "float16"):
            continue
        x = data(rng, (2, int(rng.integers(1, 6)), *shape), dtype)
        wanted = torch.nn.functional.interpolate(torch.from_numpy(x), **chosen).numpy()
        out = interpolate(x, **chosen)
        assert out.shape == wanted.shape and out.dtype == wanted.dtype
        if dtype == "uint8" or mode.startswith("nearest"):
            np.testing.assert_array_equal(out, wanted, err_msg=f"{x.shape} {chosen}")
        else:
            tolerance = TOLERANCE[dtype]
            np.testing.assert_allclose(out, wanted, rtol=tolerance, atol=tolerance, err_msg=f"{x.shape} {chosen}")
        done += 1


@pytest.mark.peers
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("antialias", [False, True])
def test_torch_on_long_rows(torch, rng, mode, antialias):
    # Coordinates far from 0 are where float32 and float64 part.
    x = rng.standard_normal((1, 1, 4, 5000)).astype(np.float32)
    for width in (345, 3777, 12345):
        chosen = {"size": (4, width), "mode": mode, "antialias": antialias}
        wanted = torch.nn.functional.interpolate(torch.from_numpy(x), **chosen).numpy()
        np.testing.assert_allclose(interpolate(x, **chosen), wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.peers
@pytest.mark.parametrize(
    "args, options",
    [
        # The others PyTorch refuses in another way, or takes.
        (args, options)
        for args, options, _, message in REFUSED[:-3]
        if "overflow" not in message and message not in ("dtype uint16", "numpy.ndarray", "size 0")
    ],
    ids=lambda v: str(v)[:40],
)
def test_torch_refuses_the_same(torch, args, options):
    x = torch.from_numpy(args[0])
    with pytest.raises((ValueError, TypeError, RuntimeError)):
        torch.nn.functional.interpolate(x, *args[1:], **options)
