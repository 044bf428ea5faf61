"""TensorFlow's words: their own definitions as loops, and what they have in common with the channels-first ones."""

import numpy as np
import pytest
from layouts import LAYOUTS

from cyresize import channels_last as T
from cyresize import functional as F


def same_windows(size, kernel, stride, padding):
    """First and last source index of each window."""
    if padding == "VALID":
        return [(i, i + kernel) for i in range(0, size - kernel + 1, stride)]
    count = -(-size // stride)
    before = max((count - 1) * stride + kernel - size, 0) // 2
    return [(max(i * stride - before, 0), min(i * stride - before + kernel, size)) for i in range(count)]


def pool_by_loops(x, kernel, stride, padding, batch):
    n, h, w, c = x.shape
    rows, columns = (same_windows(*a, padding) for a in zip((h, w), kernel, stride, strict=True))
    values = np.zeros((n, len(rows), len(columns), c), x.dtype)
    index = np.zeros(values.shape, np.int64)
    for b, i, j, k in np.ndindex(values.shape):
        window = [(y, z) for y in range(*rows[i]) for z in range(*columns[j])]
        y, z = max(window, key=lambda p: x[b, p[0], p[1], k])
        values[b, i, j, k] = x[b, y, z, k]
        index[b, i, j, k] = (((b if batch else 0) * h + y) * w + z) * c + k
    return values, index


@pytest.mark.parametrize("padding", ["VALID", "SAME"])
@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "int64"])
@pytest.mark.parametrize("channels", [1, 2, 3, 16])
def test_max_pool_with_argmax(rng, padding, batch, dtype, channels):
    x = rng.integers(0, 9, (2, 7, 10, channels)).astype(dtype)
    for kernel, stride in (((2, 2), (2, 2)), ((3, 3), (2, 2)), ((3, 2), (1, 3)), ((1, 4), (4, 1))):
        wanted, wanted_index = pool_by_loops(x, kernel, stride, padding, batch)
        values, index = T.max_pool_with_argmax(x, kernel, stride, padding, batch)
        np.testing.assert_array_equal(values, wanted, strict=True)
        np.testing.assert_array_equal(index, wanted_index, strict=True)


def test_windows_in_every_spelling(rng):
    x = rng.random((1, 6, 6, 2))
    wanted = T.max_pool_with_argmax(x, (2, 2), (2, 2), "VALID")
    for spelling in (2, [2], (2, 2), [1, 2, 2, 1]):
        for result, want in zip(T.max_pool_with_argmax(x, spelling, spelling, "VALID"), wanted, strict=True):
            np.testing.assert_array_equal(result, want)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda f: f.__name__)
def test_layouts_and_threads_change_nothing(rng, layout):
    x = rng.random((2, 64, 50, 5))
    wanted = T.max_pool_with_argmax(x, 3, 2, "SAME", n_threads=1)
    shuffled = rng.random((2, 20, 30, 36))
    for threads in (1, 2, 3):
        for result, want in zip(
            T.max_pool_with_argmax(layout(x), 3, 2, "SAME", n_threads=threads), wanted, strict=True
        ):
            np.testing.assert_array_equal(result, want)
        for function in (T.depth_to_space, T.phase_shift, T.space_to_depth):
            np.testing.assert_array_equal(
                function(layout(shuffled), 2, n_threads=threads), function(shuffled, 2, n_threads=1)
            )


@pytest.mark.parametrize("batch", [False, True])
def test_unpooling_keeps_the_maxima_in_place(rng, batch):
    x = rng.random((2, 8, 6, 3)) + 1
    values, argmax = T.max_pool_with_argmax(x, 2, 2, "VALID", batch)
    back = T.unpool_with_argmax(values, argmax, include_batch_in_index=batch)
    assert back.shape == x.shape
    kept = back != 0
    assert kept.sum() == values.size
    np.testing.assert_array_equal(back[kept], x[kept])


def test_unpooling_to_a_given_size(rng):
    x = rng.random((1, 7, 5, 2))
    values, argmax = T.max_pool_with_argmax(x, 2, 2, "SAME")
    back = T.unpool_with_argmax(values, argmax, output_size=(7, 5))
    assert back.shape == x.shape
    np.testing.assert_array_equal(back.ravel()[argmax.ravel()], values.ravel())


def test_the_later_of_equal_indices_wins():
    values = np.arange(1.0, 5).reshape(1, 2, 2, 1)
    for threads in (1, 3):
        back = T.unpool_with_argmax(values, np.full(values.shape, 5), 2, n_threads=threads)
        assert back.ravel()[5] == 4
        assert (back != 0).sum() == 1


def phases(x, r, order):
    """out[n, y*r + i, x*r + j, c] from the channel that ``order`` gives."""
    n, h, w, depth = x.shape
    c = depth // (r * r)
    out = np.zeros((n, h * r, w * r, c), x.dtype)
    for i, j, k in np.ndindex(r, r, c):
        out[:, i::r, j::r, k] = x[..., order(i, j, k, c)]
    return out


@pytest.mark.parametrize("r", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "complex128"])
def test_shuffles_by_definition(rng, r, dtype):
    x = rng.integers(0, 99, (2, 3, 5, 3 * r * r)).astype(dtype)
    dcr = T.depth_to_space(x, r)
    np.testing.assert_array_equal(dcr, phases(x, r, lambda i, j, k, c: (i * r + j) * c + k), strict=True)
    np.testing.assert_array_equal(T.space_to_depth(dcr, r), x)
    crd = T.depth_to_space(x, r, mode="CRD")
    np.testing.assert_array_equal(crd, phases(x, r, lambda i, j, k, c: (k * r + i) * r + j))
    np.testing.assert_array_equal(T.space_to_depth(crd, r, mode="CRD"), x)
    np.testing.assert_array_equal(T.phase_shift(x, r), phases(x, r, lambda i, j, k, c: (k * r + j) * r + i))
    line = rng.integers(0, 99, (2, 7, 3 * r)).astype(dtype)
    wanted = np.stack([line[:, x, :].reshape(2, r, 3) for x in range(7)], 1).reshape(2, 7 * r, 3)
    np.testing.assert_array_equal(T.subpixel1d(line, r), wanted)


def test_crd_is_pixel_shuffle(rng):
    x = rng.random((2, 4, 5, 12))
    wanted = np.moveaxis(F.pixel_shuffle(np.moveaxis(x, -1, 1), 2), 1, -1)
    np.testing.assert_array_equal(T.depth_to_space(x, 2, mode="CRD"), wanted)


def test_out(rng):
    x = rng.random((1, 4, 4, 8))
    out = np.zeros((1, 8, 8, 2))
    assert T.depth_to_space(x, 2, out=out) is out
    np.testing.assert_array_equal(out, T.depth_to_space(x, 2))
    pair = np.zeros((1, 2, 2, 8)), np.zeros((1, 2, 2, 8), np.int64)
    values, argmax = T.max_pool_with_argmax(x, 2, 2, "SAME", out=pair)
    assert values is pair[0]
    assert argmax is pair[1]


X = np.zeros((1, 6, 6, 4))
I = np.zeros((1, 6, 6, 4), np.int64)  # noqa: E741


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: T.max_pool_with_argmax(X[0], 2, 2, "VALID"), ValueError, "N x H x W x C"),
        (lambda: T.max_pool_with_argmax(X, 2, 2, "valid"), ValueError, "one of 'VALID', 'SAME'"),
        (lambda: T.max_pool_with_argmax(X, [2, 2, 2, 1], 2, "VALID"), ValueError, "1 for the batch and the channels"),
        (lambda: T.max_pool_with_argmax(X, (1, 2, 3), 2, "VALID"), ValueError, "1, 2 or 4 values"),
        (lambda: T.max_pool_with_argmax(X, 0, 2, "VALID"), ValueError, "ksize must be positive"),
        (lambda: T.max_pool_with_argmax(X, 7, 2, "VALID"), ValueError, "larger than the padded input"),
        (lambda: T.max_pool_with_argmax(X, 2, 2.0, "VALID"), TypeError, "strides must be an integer"),
        (lambda: T.max_pool_with_argmax(X.astype(bool), 2, 2, "VALID"), TypeError, "dtype bool"),
        (lambda: T.unpool_with_argmax(X, I.astype("i4")), TypeError, "int64, got int32"),
        (
            lambda: T.unpool_with_argmax(X, I + 12 * 12 * 4),
            ValueError,
            "index 576 .* outside the output of 12 x 12 x 4",
        ),
        (lambda: T.unpool_with_argmax(X, I - 1), ValueError, "index -1 "),
        (lambda: T.depth_to_space(X, 3), ValueError, r"number of channels is 4.*block_size\*\*2 = 9"),
        (lambda: T.depth_to_space(X, 2, mode="RCD"), ValueError, "one of 'DCR', 'CRD'"),
        (lambda: T.space_to_depth(X, 4), ValueError, "height is 6"),
        (lambda: T.phase_shift(X, 0), ValueError, "r must be at least 1"),
        (lambda: T.subpixel1d(X, 2), ValueError, "N x W x C"),
        (lambda: T.subpixel1d(X[0], 3), ValueError, "number of channels is 4"),
        (lambda: T.depth_to_space(X, 2, out=np.zeros((1, 12, 12, 2))), ValueError, "out has shape"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
