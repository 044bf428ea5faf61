"""Worked examples with known answers: every one of worked_examples.json comes out."""

import json
from pathlib import Path

import numpy as np
import pytest
import reference_ops as reference

import cyresize
from cyresize import channels_last, nn
from cyresize import functional as F

CASES = {case["id"]: case for case in json.loads(Path(__file__).with_name("worked_examples.json").read_text())["cases"]}


def interpolate(x, **options):
    options.pop("cubic_a", None)  # -0.75, PyTorch's only one
    return F.interpolate(x, **options)


def layer(name, x, **options):
    return getattr(nn, name)(**options)(x)


def with_argmax(x, **options):
    return channels_last.max_pool_with_argmax(x, **options)[0]


def unpool_after_pooling(x, ksize, **options):
    pooled = with_argmax(np.zeros((x.shape[0], x.shape[1] * 2, x.shape[2] * 2, x.shape[3])), ksize=ksize, **options)
    return channels_last.unpool_with_argmax(x, np.zeros(pooled.shape, np.int64), ksize)


OPERATIONS = {
    "interpolate": interpolate,
    "Upsample": lambda x, **options: layer("Upsample", x, **options),
    "UpsamplingNearest2d": lambda x, **options: layer("UpsamplingNearest2d", x, **options),
    "UpsamplingBilinear2d": lambda x, **options: layer("UpsamplingBilinear2d", x, **options),
    "MaxPool2d": lambda x, **options: nn.MaxPool2d(**options)(x),
    "MaxUnpool2d": lambda x, indices, **options: nn.MaxUnpool2d(**options)(x, indices),
    "PixelShuffle": lambda x, **options: nn.PixelShuffle(**options)(x),
    "PixelShuffle1D": lambda x, upscale_factor, order: nn.PixelShuffle1d(upscale_factor)(x),
    "max_pool_with_argmax": with_argmax,
    "max_pool": with_argmax,
    "unpool_with_argmax": lambda x, ksize: channels_last.unpool_with_argmax(x, np.zeros(x.shape, np.int64), ksize),
    "unpool(max_pool_grad)": unpool_after_pooling,
    "pixel_shuffle(_phase_shift)": lambda x, r, **options: channels_last.phase_shift(x, r),
    "subpixel1d(batch_to_space)": lambda x, r, **options: channels_last.subpixel1d(x, r),
}


def options_of(case):
    return {k: tuple(v) if isinstance(v, list) else v for k, v in case["params"].items()}


def of_kind(kind):
    return [name for name, case in CASES.items() if case.get("kind", "value") == kind]


@pytest.mark.parametrize("name", of_kind("value"))
def test_value(name):
    case = CASES[name]
    options = options_of(case)
    if "indices" in case:
        options["indices"] = np.array(case["indices"])
    result = OPERATIONS[case["op"]](np.array(case["input"]), **options)
    if "expected_indices" in case:
        result, indices = result
        np.testing.assert_array_equal(indices, case["expected_indices"])
    expected = np.array(case["expected"])
    assert result.shape == expected.shape
    np.testing.assert_allclose(result, expected, rtol=0, atol=case["atol"])


@pytest.mark.parametrize("name", of_kind("shape"))
def test_shape(name):
    case = CASES[name]
    x = np.arange(np.prod(case["input_shape"]), dtype=np.float32).reshape(case["input_shape"])
    result = OPERATIONS[case["op"]](x, **options_of(case))
    assert list(result.shape) == case["expected_shape"]


def length_of_transposed(case):
    for e in case["examples"]:
        options = {k: e[k] for k in ("stride", "padding", "dilation", "output_padding")}
        got = F.conv_transpose1d(np.ones((1, 1, e["Lin"])), np.ones((1, 1, e["kernel"])), **options)
        assert got.shape[-1] == e["Lout"]


def size_of_transposed(case):
    assert "stride[0]-2*padding[0]" in case["formula"]
    for k, s, p, d, extra in (((3, 2), (2, 3), (1, 0), (1, 2), (1, 0)), ((4, 5), (3, 1), (2, 1), (2, 1), (1, 0))):
        got = F.conv_transpose2d(np.ones((1, 1, 5, 6)), np.ones((1, 1, *k)), None, s, p, extra, dilation=d)
        wanted = [(n - 1) * s[a] - 2 * p[a] + d[a] * (k[a] - 1) + extra[a] + 1 for a, n in enumerate((5, 6))]
        assert list(got.shape[2:]) == wanted


def up_conv(case):
    layer = nn.UpConv2x2(np.ones((1, 1, 2, 2)))
    for e in case["examples"]:
        assert layer(np.ones((1, e["Hin"], e["Hin"]))).shape == (1, e["Hout"], e["Hout"])


def whole_multiples(case):
    for text, (length, outcome) in case["proof_L5"].items():
        s = int(text)
        arguments = (np.ones((1, 1, 5)), np.ones((1, 1, 2 * s)), None, s, s // 2 + s % 2, s % 2)
        if isinstance(outcome, str):
            with pytest.raises(ValueError, match="output_padding must be smaller"):
                F.conv_transpose1d(*arguments)
        else:
            assert F.conv_transpose1d(*arguments).shape[-1] == length == outcome


def upsampled_shapes(case):
    for e in case["examples"]:
        assert interpolate(np.ones((1, 1, e["inp"])), scale_factor=e["scale"]).shape[-1] == e["out"]


def corners(case):
    """(2n + 1) -> (4n + 1) keeps every sample, and what lies between two is their mean."""
    x = np.array(case["input"])
    x = x.reshape(1, 1, *x.shape[-2:])
    sizes = [2 * n - 1 for n in x.shape[2:]]
    got = interpolate(x, size=tuple(sizes), mode="bilinear", align_corners=True)
    np.testing.assert_allclose(got.reshape(np.shape(case["expected"])), case["expected"], atol=1e-6)
    np.testing.assert_allclose(got[..., ::2, ::2], x, atol=1e-6)
    np.testing.assert_allclose(got[..., ::2, 1::2], (x[..., 1:] + x[..., :-1]) / 2, atol=1e-6)


def half_pixels(case):
    """A ramp keeps its slope: value and coordinate are one."""
    assert case["formula"] == "src=(dst+0.5)*src_size/dst_size-0.5"
    ramp = np.arange(12.0).reshape(1, 12)
    for size in (5, 7, 24, 31):
        source = (np.arange(size) + 0.5) * 12 / size - 0.5
        got = cyresize.resize(ramp, (size, 1), interpolation="linear")[0]
        np.testing.assert_allclose(got, source.clip(0, 11), atol=1e-12)


def matrix(case):
    kernel, x = np.array(case["kernel"]), np.array(case["input"])
    forward = F.conv2d(x, kernel)
    np.testing.assert_array_equal(forward, case["conv"])
    back = F.conv_transpose2d(forward, kernel)
    np.testing.assert_array_equal(back, case["convtranspose"])
    dense, _ = reference.conv_matrix(kernel, (4, 4), (1, 1), (0, 0), (1, 1))
    assert dense.shape == (4, 16)
    np.testing.assert_array_equal(dense @ x.ravel(), forward.ravel())
    np.testing.assert_array_equal(dense.T @ forward.ravel(), back.ravel())


def subpixels(case):
    x, kernel = np.array(case["input"]), np.array(case["kernel"])
    np.testing.assert_array_equal(F.conv_transpose2d(x, kernel, stride=2), case["expected_full_10x10"])
    np.testing.assert_array_equal(F.conv_transpose2d(x, kernel, stride=2, padding=1), case["expected_padding1_8x8"])
    apart = np.stack([F.conv_transpose2d(x, kernel[:, :, i::2, j::2])[0, 0] for i in (0, 1) for j in (0, 1)])
    np.testing.assert_array_equal(F.pixel_shuffle(apart[None], 2), case["expected_full_10x10"])


def overlap(case):
    assert "kernel_size % stride == 0" in case["formula"]
    for k, s in ((2, 2), (4, 2), (6, 3), (3, 2), (5, 3), (7, 2)):
        inside = F.conv_transpose1d(np.ones((1, 12)), np.ones((1, 1, k)), stride=s)[0, k:-k]
        assert (len(np.unique(inside)) == 1) == (k % s == 0)


def unsampling(case):
    assert "2x2 block" in case["formula"]
    x = np.array([[1, 2], [3, 4]], np.uint8)
    np.testing.assert_array_equal(cyresize.resize(x, (4, 4), interpolation="nearest"), x.repeat(2, 0).repeat(2, 1))


LAWS = {
    "convtranspose1d_length": length_of_transposed,
    "convtranspose2d_size": size_of_transposed,
    "upconv2x2_transpose": up_conv,
    "convtranspose1d_xS_recipe": whole_multiples,
    "upsample_shape_floor": upsampled_shapes,
    "align_corners_2x+1": corners,
    "halfpixel_formula": half_pixels,
    "conv_as_matrix": matrix,
    "subpixel_equals_convtranspose": subpixels,
    "uneven_overlap": overlap,
    "unsampling_copy": unsampling,
}


@pytest.mark.parametrize("name", of_kind("formula") + of_kind("property"))
def test_law(name):
    LAWS[name](CASES[name])
