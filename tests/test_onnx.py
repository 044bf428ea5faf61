"""ONNX operators by their specification, where the standard's own cases do not reach."""

import numpy as np
import pytest

from cyresize import functional as F
from cyresize import onnx

X = np.random.default_rng(0).random((2, 3, 7, 9))


def test_indices_count_through_the_whole_tensor():
    y, indices = onnx.max_pool(X, kernel_shape=[3, 2], strides=[2, 2])
    np.testing.assert_array_equal(X.ravel()[indices.ravel()], y.ravel())


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_storage_order_by_column(rng, axes):
    x = rng.random((2, 3, *(4, 5, 6)[:axes]))
    y, indices = onnx.max_pool(x, kernel_shape=[2] * axes, storage_order=1)
    by_column = np.concatenate([plane.ravel(order="F") for plane in x.reshape(6, *x.shape[2:])])
    np.testing.assert_array_equal(by_column[indices.ravel()], y.ravel())


def test_asymmetric_pads_are_those_of_a_padded_input(rng):
    x = rng.integers(-9, 9, (1, 2, 6, 7)).astype(float)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 0), (0, 2)), constant_values=-np.inf)
    y, _ = onnx.max_pool(x, kernel_shape=[2, 3], pads=[1, 0, 0, 2])
    np.testing.assert_array_equal(y, F.max_pool2d(padded, (2, 3), 1))
    padded[np.isinf(padded)] = 0
    y = onnx.average_pool(x, kernel_shape=[2, 3], pads=[1, 0, 0, 2], count_include_pad=1)
    np.testing.assert_array_equal(y, F.avg_pool2d(padded, (2, 3), 1))
    w = rng.integers(-9, 9, (4, 2, 2, 3)).astype(float)
    np.testing.assert_array_equal(onnx.conv(x, w, pads=[1, 0, 0, 2]), F.conv2d(padded, w))


def test_pads_may_be_wider_than_half_of_the_kernel():
    y, indices = onnx.max_pool(np.array([[[1.0, 3.0, 2.0]]]), kernel_shape=[2], pads=[1, 1])
    assert y.tolist() == [[[1, 3, 3, 2]]]
    assert indices.tolist() == [[[0, 1, 1, 2]]]


@pytest.mark.parametrize(("auto_pad", "first"), [("SAME_UPPER", 2), ("SAME_LOWER", 1)])
def test_the_odd_pixel_of_same_padding(auto_pad, first):
    x = np.array([[[1.0, 2.0, 3.0, 4.0]]])
    assert onnx.max_pool(x, kernel_shape=[2], auto_pad=auto_pad)[0][0, 0, 0] == first


def test_means_and_norms_without_padding():
    x = np.array([[[3.0, -4.0]]])
    assert onnx.average_pool(x, kernel_shape=[2], pads=[1, 1]).tolist() == [[[3.0, -0.5, -4.0]]]
    assert onnx.lp_pool(x, kernel_shape=[2], pads=[1, 1]).tolist() == [[[3.0, 5.0, 4.0]]]
    assert onnx.lp_pool(x, kernel_shape=[2], p=1).tolist() == [[[7.0]]]
    np.testing.assert_allclose(onnx.lp_pool(x, kernel_shape=[2], p=3), (27 + 64) ** (1 / 3))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_global_pooling(rng, dtype):
    x = rng.standard_normal((2, 3, 40, 50)).astype(dtype)
    exact = x.astype(float)
    rtol = 4 * np.finfo(dtype).eps
    average = onnx.global_average_pool(x)
    assert average.dtype == dtype
    assert average.shape == (2, 3, 1, 1)
    # The terms of a mean cancel, so its error is measured by theirs.
    np.testing.assert_allclose(average, exact.mean((2, 3), keepdims=True), rtol=0, atol=rtol)
    np.testing.assert_array_equal(onnx.global_max_pool(x), x.max((2, 3), keepdims=True))
    norm = np.sqrt((exact**2).sum((2, 3), keepdims=True))
    np.testing.assert_allclose(onnx.global_lp_pool(x), norm, rtol=rtol)
    norm = np.abs(exact).sum((2, 3), keepdims=True)
    np.testing.assert_allclose(onnx.global_lp_pool(x, p=1), norm, rtol=rtol)


def test_max_unpool_pads_with_zeros_behind():
    x, i = np.array([[[[5.0, 6.0]]]]), np.array([[[[1, 6]]]])
    small = onnx.max_unpool(x, i, kernel_shape=[2, 2], strides=[2, 2])
    assert small.ravel().tolist() == [0, 5, 0, 0, 0, 0, 6, 0]
    large = onnx.max_unpool(x, i, np.array([1, 1, 3, 5]), kernel_shape=[2, 2], strides=[2, 2])
    assert large.shape == (1, 1, 3, 5)
    np.testing.assert_array_equal(large[:, :, :2, :4], small)
    assert large.sum() == small.sum()


def test_max_unpool_reads_indices_of_the_whole_tensor(rng):
    x = rng.random((2, 3, 6, 8))
    y, i = onnx.max_pool(x, kernel_shape=[2, 2], strides=[2, 2])
    back = onnx.max_unpool(y, i, kernel_shape=[2, 2], strides=[2, 2])
    wanted, index = F.max_pool2d(x, 2, return_indices=True)
    np.testing.assert_array_equal(back, F.max_unpool2d(wanted, index, 2))


def test_conv_transpose_to_a_given_shape(rng):
    x, w = rng.integers(-9, 9, (1, 2, 4, 5)).astype(float), rng.integers(-9, 9, (2, 3, 3, 3)).astype(float)
    whole = onnx.conv_transpose(x, w, strides=[2, 2])
    assert whole.shape == (1, 3, 9, 11)
    # Two rows and one column too many: one row off each end, the column off the beginning unless SAME_UPPER.
    np.testing.assert_array_equal(
        onnx.conv_transpose(x, w, strides=[2, 2], output_shape=[7, 10]), whole[:, :, 1:-1, 1:]
    )
    np.testing.assert_array_equal(
        onnx.conv_transpose(x, w, strides=[2, 2], output_shape=[1, 3, 7, 10], auto_pad="SAME_UPPER"),
        whole[:, :, 1:-1, :-1],
    )
    np.testing.assert_array_equal(onnx.conv_transpose(x, w, strides=[2, 2], auto_pad="SAME_LOWER"), whole[:, :, 1:, 1:])
    np.testing.assert_array_equal(onnx.conv_transpose(x, w, strides=[2, 2], pads=[1, 0, 0, 2]), whole[:, :, 1:, :-2])


def test_shuffles_have_both_orders(rng):
    x = rng.random((2, 12, 3, 4))
    np.testing.assert_array_equal(onnx.depth_to_space(x, blocksize=2, mode="CRD"), F.pixel_shuffle(x, 2))
    for mode in ("DCR", "CRD"):
        back = onnx.space_to_depth(onnx.depth_to_space(x, blocksize=2, mode=mode), blocksize=2, mode=mode)
        np.testing.assert_array_equal(back, x)


def test_inputs_are_positional_and_attributes_keywords():
    with pytest.raises(TypeError):
        onnx.max_pool(X, [2, 2])
    with pytest.raises(TypeError):
        onnx.max_pool(X)


W, V = np.zeros((4, 3, 3, 3)), np.zeros((3, 4, 3, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: onnx.max_pool(X, kernel_shape=2), TypeError, "kernel_shape must be a sequence of 2 integers"),
        (lambda: onnx.max_pool(X, kernel_shape=[2]), ValueError, "kernel_shape must have 2 values"),
        (lambda: onnx.max_pool(X, kernel_shape=[2, 0]), ValueError, "kernel_shape must be at least 1"),
        (lambda: onnx.max_pool(X, kernel_shape=[2, 2], pads=[1, 1]), ValueError, "pads must have 4 values"),
        (lambda: onnx.max_pool(X, kernel_shape=[2, 2], pads=[-1, 0, 0, 0]), ValueError, "pads must be at least 0"),
        (lambda: onnx.max_pool(X, kernel_shape=[2, 2], auto_pad="SAME"), ValueError, "'NOTSET', 'SAME_UPPER'"),
        (lambda: onnx.max_pool(X, kernel_shape=[2, 2], ceil_mode=2), ValueError, "ceil_mode must be 0 or 1"),
        (lambda: onnx.max_pool(X, kernel_shape=[2, 2], storage_order=2), ValueError, "storage_order must be 0 or 1"),
        (lambda: onnx.max_pool(X, kernel_shape=[8, 8]), ValueError, "larger than the padded input"),
        (lambda: onnx.max_pool(X[0, 0], kernel_shape=[2, 2]), ValueError, "N x C x W or N x C x H x W"),
        (lambda: onnx.average_pool(X.astype(int), kernel_shape=[2, 2]), TypeError, "dtype int64"),
        (lambda: onnx.lp_pool(X, kernel_shape=[2, 2], p=0), ValueError, "p must be at least 1"),
        (lambda: onnx.lp_pool(X, kernel_shape=[2, 2], p=2.5), TypeError, "p must be an integer"),
        (
            lambda: onnx.max_unpool(X, np.full(X.shape, 10**6), kernel_shape=[1, 1]),
            ValueError,
            "index 1000000 .* is outside the output of 2 x 3 x 7 x 9",
        ),
        (
            lambda: onnx.max_unpool(X, np.zeros(X.shape, int), [2, 3, 7, 8], kernel_shape=[1, 1]),
            ValueError,
            "does not hold the inferred shape",
        ),
        (lambda: onnx.conv(X, W, kernel_shape=[2, 2]), ValueError, "the weights have"),
        (lambda: onnx.conv(X, V), ValueError, "takes 4 channels; input has 3"),
        (lambda: onnx.conv(X, W, group=0), ValueError, "group must be at least 1"),
        (lambda: onnx.conv_transpose(X, W), ValueError, "takes 4 channels; input has 3"),
        (lambda: onnx.conv_transpose(X, V, output_shape=[1]), ValueError, "output_shape must have 2 values"),
        (lambda: onnx.conv_transpose(X, V, auto_pad="UPPER"), ValueError, "auto_pad must be one of"),
        (lambda: onnx.depth_to_space(X, blocksize=2), ValueError, "number of channels is 3"),
        (lambda: onnx.space_to_depth(X, blocksize=2), ValueError, "height is 7"),
        (lambda: onnx.depth_to_space(X, blocksize=1, mode="RCD"), ValueError, "one of 'DCR', 'CRD'"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
