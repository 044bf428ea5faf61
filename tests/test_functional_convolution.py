"""Convolution and its transpose: against dense matrices, PyTorch, the identities that tie them together."""

import subprocess
import sys

import numpy as np
import pytest
import reference_ops as reference
from layouts import LAYOUTS

import cyresize
from cyresize import functional as F

SIZES = {1: (11,), 2: (6, 7), 3: (3, 5, 4)}


def function(name, axes):
    return getattr(F, f"{name}{axes}d")


def integers(rng, shape, dtype=np.float64):
    """Small whole numbers: every sum is exact, so results must be equal to the last bit."""
    return rng.integers(-4, 5, shape).astype(dtype)


CASES = [
    # kernel, stride, padding, dilation, groups, bias
    (1, 1, 0, 1, 1, True),
    (2, 2, 0, 1, 1, False),
    (3, 1, 1, 1, 2, True),
    (3, 2, 1, 1, 1, True),
    (4, 2, 1, 1, 2, False),
    (2, 3, 0, 2, 1, True),
    (3, 1, 2, 2, 3, False),
    (2, 3, 0, 1, 6, True),
]


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "int64"])
def test_conv_by_definition(rng, axes, case, dtype):
    k, s, p, d, groups, has_bias = case
    if min(SIZES[axes]) + 2 * p < d * (k - 1) + 1:
        pytest.skip("the kernel is larger than the padded input")
    x, weight = integers(rng, (2, 6, *SIZES[axes]), dtype), integers(rng, (12, 6 // groups, *(k,) * axes), dtype)
    bias = integers(rng, 12, dtype) if has_bias else None
    wanted = reference.conv(x, weight, bias, (s,) * axes, (p,) * axes, (d,) * axes, groups)
    got = function("conv", axes)(x, weight, bias, s, p, d, groups)
    assert got.dtype == x.dtype
    np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "int64"])
@pytest.mark.parametrize("outputs", [2, 9])
def test_conv_transpose_by_definition(rng, axes, case, dtype, outputs):
    k, s, p, d, groups, has_bias = case
    x, weight = integers(rng, (2, 6, *SIZES[axes]), dtype), integers(rng, (6, outputs, *(k,) * axes), dtype)
    bias = integers(rng, outputs * groups, dtype) if has_bias else None
    for extra in range(min(max(s, d), 2)):
        wanted = reference.conv_transpose(
            x, weight, bias, (s,) * axes, (p,) * axes, (extra,) * axes, groups, (d,) * axes
        )
        got = function("conv_transpose", axes)(x, weight, bias, s, p, extra, groups, d)
        assert got.dtype == x.dtype
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_the_transpose_is_the_transpose(rng, axes):
    """<conv(x), y> = <x, conv_transpose(y)> for whole numbers, exactly."""
    weight = integers(rng, (4, 3, *(3,) * axes))
    x = integers(rng, (1, 3, *SIZES[axes]))
    forward = function("conv", axes)(x, weight, stride=2, padding=1)
    y = integers(rng, forward.shape)
    extra = tuple((n - 1) % 2 for n in SIZES[axes])
    back = function("conv_transpose", axes)(y, weight, stride=2, padding=1, output_padding=extra)
    assert back.shape == x.shape
    assert (forward * y).sum() == (x * back).sum()


@pytest.mark.parametrize(("height", "width"), [(40, 50), (700, 1), (3, 900), (64, 3)])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_bands_join_without_a_seam(rng, height, width, threads):
    """Images of many bands: a row that two bands add to is shifted through all their borders."""
    x = integers(rng, (2, 4, height, width))
    weight, bias = integers(rng, (4, 6, 4, 3)), integers(rng, 6)
    whole = F.conv_transpose2d(x, weight, bias, (2, 2), (1, 1), (1, 0), n_threads=threads)
    wanted = np.zeros((2, 6, 2 * height + 3, 2 * width + 2))
    for i, j in np.ndindex(4, 3):
        wanted[:, :, i : i + 2 * height : 2, j : j + 2 * width : 2] += np.einsum("nchw,co->nohw", x, weight[:, :, i, j])
    wanted += bias.reshape(6, 1, 1)
    np.testing.assert_array_equal(whole, wanted[:, :, 1:-1, 1 : 2 * width])
    back = F.conv2d(whole, weight, None, (2, 2), (1, 1), n_threads=threads)
    padded = np.pad(whole, ((0, 0), (0, 0), (1, 1), (1, 1)))
    taps = [padded[:, :, i : i + 2 * height : 2, j : j + 2 * width - 1 : 2] for i, j in np.ndindex(4, 3)]
    summed = np.einsum("tnohw,cot->nchw", np.stack(taps), weight.reshape(4, 6, 12))
    np.testing.assert_array_equal(back, summed)


@pytest.mark.parametrize("groups", [1, 2, 64])
def test_blocks_of_channels(rng, groups):
    """More channels than are calculated at a time, deeper products than are kept in a cache."""
    x, weight = integers(rng, (1, 320, 5, 7)), integers(rng, (320, 128 // groups, 3, 3))
    got = F.conv_transpose2d(x, weight, stride=2, padding=1, groups=groups)
    wanted = reference.conv_transpose(x, weight, None, (2, 2), (1, 1), (0, 0), groups, (1, 1))
    np.testing.assert_array_equal(got, wanted)
    kernels = integers(rng, (128, 320 // groups, 3, 3))
    wanted = reference.conv(x, kernels, None, (1, 1), (1, 1), (1, 1), groups)
    np.testing.assert_array_equal(F.conv2d(x, kernels, padding=1, groups=groups), wanted)


def summed_by_phases(x, weight, bias, stride, padding, dilation):
    """Every output pixel is one sum, channel by channel and tap by tap, rounded after each step in the dtype of x."""
    (_, n_in, height, width), (_, n_out, k, _) = x.shape, weight.shape
    size = [(n - 1) * stride - 2 * padding + dilation * (k - 1) + 1 for n in (height, width)]
    margin = dilation * k + padding
    padded = np.pad(x, ((0, 0), (0, 0), (margin, margin), (margin, margin)))
    out = np.zeros((len(x), n_out, *size), x.dtype)
    for phase in np.ndindex(stride, stride):
        rows, columns = (len(range(r, n, stride)) for r, n in zip(phase, size, strict=True))
        total = None
        for c, *tap in np.ndindex(n_in, k, k):
            at = [r + padding - t * dilation for r, t in zip(phase, tap, strict=True)]
            if at[0] % stride or at[1] % stride:
                continue
            y, z = (margin + a // stride for a in at)
            pixels = padded[:, c, np.newaxis, y : y + rows, z : z + columns]
            product = pixels * weight[c, :, *tap, np.newaxis, np.newaxis]
            total = product if total is None else total + product
        out[:, :, phase[0] :: stride, phase[1] :: stride] = total
    return out if bias is None else out + bias.reshape(-1, 1, 1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("n_in", "n_out", "height", "width", "k", "stride", "padding", "dilation"),
    [
        (1, 8, 6, 16, 4, 2, 1, 1),  # the fewest channels
        (3, 9, 3, 5, 3, 2, 1, 1),  # a tile with one row, phases of different sizes
        (31, 10, 4, 47, 4, 2, 1, 1),  # depth 124, a pixel less than a tile
        (32, 11, 4, 48, 4, 2, 1, 1),  # depth 128, a tile
        (33, 12, 4, 49, 4, 2, 1, 1),  # depth 132, a pixel more
        (43, 8, 7, 9, 3, 1, 1, 1),  # one phase, a channel on both sides of a panel's border
        (2, 8, 2, 481, 4, 2, 1, 1),  # a box and a pixel along a row
        (2, 8, 31, 33, 2, 2, 0, 1),  # boxes of 14 rows, no margins
        (5, 13, 20, 30, 3, 1, 2, 2),  # dilation
        (4, 8, 9, 20, 5, 3, 4, 1),  # more padding than the kernel needs, a stride of three
        (2, 290, 16, 32, 3, 2, 0, 1),  # more channels than a block
    ],
)
def test_one_sum_in_one_order(rng, dtype, n_in, n_out, height, width, k, stride, padding, dilation):
    x = rng.standard_normal((2, n_in, height, width)).astype(dtype)
    weight = rng.standard_normal((n_in, n_out, k, k)).astype(dtype)
    bias = rng.standard_normal(n_out).astype(dtype)
    wanted = summed_by_phases(x, weight, bias, stride, padding, dilation)
    for threads in (1, 2, 3):
        got = F.conv_transpose2d(x, weight, bias, stride, padding, dilation=dilation, n_threads=threads)
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(
    ("n_in", "n_out", "height", "width"), [(1, 1, 3, 47), (15, 5, 9, 48), (43, 9, 3, 500), (3, 2, 40, 33)]
)
def test_one_sum_in_one_order_forward(rng, dtype, stride, n_in, n_out, height, width):
    x = rng.standard_normal((2, n_in, height, width)).astype(dtype)
    weight, bias = rng.standard_normal((n_out, n_in, 3, 3)).astype(dtype), rng.standard_normal(n_out).astype(dtype)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    total = np.zeros((2, n_out, height, width), dtype)
    for c, i, j in np.ndindex(n_in, 3, 3):
        total += padded[:, c, np.newaxis, i : i + height, j : j + width] * weight[:, c, i, j, np.newaxis, np.newaxis]
    wanted = (total + bias.reshape(-1, 1, 1))[:, :, ::stride, ::stride]
    for given in (x, np.asfortranarray(x)):
        for threads in (1, 2, 3):
            got = F.conv2d(given, weight, bias, stride, 1, n_threads=threads)
            np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("strange", [np.inf, -np.inf, np.nan])
def test_weights_that_are_not_finite_meet_pixels_only(rng, dtype, strange):
    """Beyond the border there is nothing, not zeros: no NaN where no pixel meets such a weight."""
    x, weight = np.abs(integers(rng, (2, 3, 20, 24), dtype)) + 1, integers(rng, (3, 9, 3, 3), dtype)
    for place in ((0, 0, 0, 0), (2, 8, 2, 2), (1, 4, 1, 0)):
        odd = weight.copy()
        odd[place] = strange
        wanted = np.zeros((2, 9, 41, 49), dtype)
        for c, i, j in np.ndindex(3, 3, 3):
            taps = odd[c, :, i, j, np.newaxis, np.newaxis]
            wanted[:, :, i : i + 39 : 2, j : j + 47 : 2] += x[:, c, np.newaxis] * taps
        for threads in (1, 2):
            np.testing.assert_array_equal(F.conv_transpose2d(x, odd, stride=2, n_threads=threads), wanted)
        assert np.isfinite(wanted).any(axis=(2, 3)).all()


@pytest.mark.skipif(sys.platform != "linux", reason="maximum memory is read as Linux counts it")
def test_only_a_band_of_columns_exists():
    """All columns of this layer would be 105 MB; two threads may add a few."""
    program = """
import resource, numpy as np
from cyresize import functional as F
x, w = np.ones((1, 16, 160, 160), np.float32), np.ones((16, 64, 4, 4), np.float32)
out = np.ones((1, 64, 320, 320), np.float32)
F.conv_transpose2d(x[:, :, :9], w, stride=2, padding=1, n_threads=2)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
F.conv_transpose2d(x, w, stride=2, padding=1, out=out, n_threads=2)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 5000  # KiB


def test_strides_larger_than_anything(rng):
    x, weight = integers(rng, (1, 2, 2, 3)), integers(rng, (2, 1, 2, 3))
    wanted = reference.conv_transpose(x, weight, None, (3, 65), (0, 1), (0, 2), 1, (1, 2))
    np.testing.assert_array_equal(F.conv_transpose2d(x, weight, None, (3, 65), (0, 1), (0, 2), 1, (1, 2)), wanted)
    assert F.conv_transpose1d(x[0, :, 0, :1], weight[:, :, 0], stride=2**40).shape == (1, 3)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda f: f.__name__)
def test_layouts_threads_and_out(rng, layout):
    x, weight, bias = integers(rng, (2, 3, 40, 41)), integers(rng, (3, 4, 4, 4)), integers(rng, 4)
    wanted = F.conv_transpose2d(x, weight, bias, 2, 1, n_threads=1)
    forward = F.conv2d(x, weight.swapaxes(0, 1), bias, 2, 1, n_threads=1)
    for threads in (1, 2, 3):
        got = F.conv_transpose2d(layout(x), layout(weight), bias, 2, 1, n_threads=threads)
        np.testing.assert_array_equal(got, wanted)
        got = F.conv2d(layout(x), layout(weight).swapaxes(0, 1), bias, 2, 1, n_threads=threads)
        np.testing.assert_array_equal(got, forward)
    if layout.__name__ not in ("read_only", "unaligned"):
        out = layout(np.full_like(wanted, np.nan))
        assert F.conv_transpose2d(x, weight, bias, 2, 1, out=out) is out
        np.testing.assert_array_equal(out, wanted)


def test_float16_overflows_to_infinity_as_a_cast_does():
    x = np.full((1, 2, 1, 1), 60000, np.float16)
    assert np.isinf(F.conv2d(x, np.ones((1, 2, 1, 1), np.float16))).all()


def test_same_padding_keeps_the_size(rng):
    x = integers(rng, (1, 2, 7, 8))
    for k in (1, 2, 3, 4):
        assert F.conv2d(x, integers(rng, (3, 2, k, k)), padding="same").shape == (1, 3, 7, 8)
    weight = integers(rng, (3, 2, 2, 2))
    np.testing.assert_array_equal(F.conv2d(x, weight, padding="same")[:, :, :6, :7], F.conv2d(x, weight))


def test_equal_overlap_where_the_stride_divides_the_kernel():
    """The checkerboard of transposed convolutions: all inner pixels are reached equally often only if k % s == 0."""
    for k, s in ((4, 2), (6, 3), (3, 2), (5, 2)):
        reached = F.conv_transpose2d(np.ones((1, 9, 9)), np.ones((1, 1, k, k)), stride=s)[0, k:-k, k:-k]
        assert (len(np.unique(reached)) == 1) == (k % s == 0)


@pytest.mark.parametrize("scale", [2, 4])
def test_the_bilinear_kernel_enlarges_bilinearly(rng, scale):
    x = rng.random((3, 20, 22)).astype(np.float32)
    weight = F.bilinear_kernel(3, 3, 2 * scale)
    got = F.conv_transpose2d(x, weight, stride=scale, padding=scale // 2)
    wanted = cyresize.resize(np.moveaxis(x, 0, -1), (22 * scale, 20 * scale), interpolation="linear")
    inside = np.s_[:, scale:-scale, scale:-scale]
    np.testing.assert_allclose(got[inside], np.moveaxis(wanted, -1, 0)[inside], atol=1e-6)


def test_the_bilinear_kernel_by_groups(rng):
    x = rng.random((6, 5, 5))
    whole = F.conv_transpose2d(x, F.bilinear_kernel(6, 6, 4, dtype=np.float64), stride=2, padding=1)
    apart = F.bilinear_kernel(6, 6, 4, groups=6, dtype=np.float64)
    assert apart.shape == (6, 1, 4, 4)
    np.testing.assert_array_equal(F.conv_transpose2d(x, apart, stride=2, padding=1, groups=6), whole)


def test_odd_bilinear_kernels_are_symmetric_and_peak_at_one():
    kernel = F.bilinear_kernel(1, 1, (3, 5), dtype=np.float64)[0, 0]
    assert kernel.max() == kernel[1, 2] == 1
    np.testing.assert_array_equal(kernel, kernel[::-1, ::-1])


# ---- PyTorch


@pytest.mark.peers
@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64"])
def test_torch(rng, transposed, dtype):
    torch = pytest.importorskip("torch", reason="conformance is measured against PyTorch (extra `peers`)")
    compared = 0
    for number in range(120):
        axes = int(rng.integers(1, 3 if dtype == "float16" else 4))
        groups = int(rng.integers(1, 4))
        n_in, n_out = groups * int(rng.integers(1, 4)), groups * int(rng.integers(1, 4)) + (number % 17 == 0)
        lead = (2,) if number % 3 else ()
        x = integers(rng, (*lead, n_in, *rng.integers(1, 10, axes)), dtype)
        kernel = tuple(rng.integers(1, 5, axes))
        weight = integers(rng, ((n_in, n_out // groups) if transposed else (n_out, n_in // groups)) + kernel, dtype)
        bias = integers(rng, n_out // groups * groups if transposed else n_out, dtype) if number % 2 else None
        s, p, d = (tuple(int(v) for v in rng.integers(low, high, axes)) for low, high in ((1, 4), (0, 3), (1, 3)))
        if transposed:
            extra = tuple(int(v) for v in rng.integers(0, 3, axes))
            name, options = f"conv_transpose{axes}d", (s, p, extra, groups, d)
        else:
            p = ("same", "valid", p, p)[number % 4]
            name, options = f"conv{axes}d", (s, p, d, groups)
        given = [None if a is None else torch.from_numpy(a) for a in (x, weight, bias)]
        try:
            expected = getattr(torch.nn.functional, name)(*given, *options).numpy()
        except (RuntimeError, ValueError):
            expected = None
        if expected is None or expected.size == 0:
            with pytest.raises((ValueError, TypeError)):
                getattr(F, name)(x, weight, bias, *options)
            continue
        compared += 1
        np.testing.assert_array_equal(getattr(F, name)(x, weight, bias, *options), expected, strict=True)
    assert compared > 40


@pytest.mark.peers
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_torch_on_real_numbers(rng, dtype):
    torch = pytest.importorskip("torch", reason="conformance is measured against PyTorch (extra `peers`)")
    x, weight = rng.standard_normal((2, 16, 20, 20)).astype(dtype), rng.standard_normal((16, 8, 4, 4)).astype(dtype)
    expected = torch.nn.functional.conv_transpose2d(torch.from_numpy(x), torch.from_numpy(weight), stride=2, padding=1)
    got = F.conv_transpose2d(x, weight, stride=2, padding=1)
    # 64 products of the size of 1 to each sum.
    np.testing.assert_allclose(got, expected.numpy(), rtol=0, atol=64 * 8 * np.finfo(dtype).eps)


# ---- errors

X, W, V = np.zeros((1, 4, 8, 8)), np.zeros((6, 4, 3, 3)), np.zeros((4, 6, 3, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.conv2d(X.tolist(), W), TypeError, "input must be a numpy.ndarray"),
        (lambda: F.conv2d(X, None), TypeError, "weight must be a numpy.ndarray"),
        (lambda: F.conv2d(X, W.astype("f4")), TypeError, "weight has dtype float32, input has float64"),
        (lambda: F.conv2d(X, W, np.zeros(6, "f4")), TypeError, "bias has dtype float32"),
        (lambda: F.conv2d(X.astype(complex), W.astype(complex)), TypeError, "complex128"),
        (lambda: F.conv2d(X[0, 0], W), ValueError, "input must be C x H x W or N x C x H x W"),
        (lambda: F.conv2d(X, W[0]), ValueError, "weight must be O x C x K x K"),
        (lambda: F.conv2d(X, W[:, :3]), ValueError, "takes 3 channels; input has 4"),
        (lambda: F.conv2d(X, W, groups=4), ValueError, "does not divide by groups=4"),
        (lambda: F.conv2d(X, W, groups=0), ValueError, "groups must be at least 1"),
        (lambda: F.conv2d(X, W, np.zeros(4)), ValueError, r"bias must have shape \(6,\)"),
        (lambda: F.conv2d(X, W, stride=0), ValueError, "stride must be at least 1"),
        (lambda: F.conv2d(X, W, padding=-1), ValueError, "padding must be at least 0"),
        (lambda: F.conv2d(X, W, padding="full"), ValueError, "one of 'valid', 'same'"),
        (lambda: F.conv2d(X, W, padding="same", stride=2), ValueError, "works with stride 1 only"),
        (lambda: F.conv2d(X, np.zeros((6, 4, 9, 9))), ValueError, "larger than the padded input"),
        (lambda: F.conv_transpose2d(X, W), ValueError, "takes 6 channels; input has 4"),
        (lambda: F.conv_transpose2d(X, V, groups=3), ValueError, "does not divide by groups=3"),
        (lambda: F.conv_transpose2d(X, V, np.zeros(4)), ValueError, r"bias must have shape \(6,\)"),
        (lambda: F.conv_transpose2d(X, V, stride=2, output_padding=2), ValueError, "output_padding must be smaller"),
        (lambda: F.conv_transpose2d(X, V, padding=9), ValueError, "padding takes away more than there is"),
        (lambda: F.conv_transpose2d(X, V, stride=2**62), ValueError, "overflows"),
        (lambda: F.conv_transpose2d(X, V, out=np.zeros((1, 6, 10, 11))), ValueError, "out has shape"),
        (lambda: F.conv_transpose2d(X, V, out=np.zeros((1, 6, 10, 10), "f4")), ValueError, "out has dtype float32"),
        (lambda: F.conv_transpose2d(X, V, n_threads=0), ValueError, "n_threads must be at least 1"),
        (lambda: F.bilinear_kernel(0, 1, 4), ValueError, "in_channels must be at least 1"),
        (lambda: F.bilinear_kernel(3, 4, 4, groups=2), ValueError, "must divide by groups=2"),
        (lambda: F.bilinear_kernel(1, 1, 4, dtype=int), TypeError, "float16, float32 or float64"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
