"""What is kept of arguments that came before: nothing that a check would have refused, and nothing that differs."""

import math

import numpy as np
import pytest

import cyresize
from cyresize import functional as F
from cyresize.engine.remembering import remembered

PLAIN = (1, True, 1.0, (1, 2), (1, None), (1.0, 2), (True, 2), "1", None, (), [1, 2], [1.0, None], [])
OTHERS = (np.int64(1), np.array([1, 2]), (1, (2,)), (1, [2]), [1, (2,)], [[1], [2]], -0.0, (-0.0, 1), [-0.0], 1j, b"1")


def counted():
    """A remembered function that gives its arguments back, and the list of its calls."""
    calls = []

    def told(*given):
        calls.append(given)
        return given

    return remembered(told), calls


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_arguments_are_looked_up(value):
    function, calls = counted()
    assert function(value, 3) is function(value, 3)
    assert len(calls) == 1


@pytest.mark.parametrize("value", OTHERS, ids=repr)
def test_other_arguments_are_not_kept(value):
    function, calls = counted()
    function(value, 3)
    function(value, 3)
    assert len(calls) == 2


EQUAL = [
    (1, True, 1.0),
    ((1, 2), (True, 2), (1.0, 2), (1, 2.0), (1.0, 2.0)),
    (0, False, 0.0, -0.0),
    ((0,), (-0.0,)),
    ((1, 2), [1, 2], [True, 2], [1.0, 2]),
]


@pytest.mark.parametrize("values", EQUAL, ids=repr)
def test_equal_arguments_of_other_types_are_others(values):
    function, _ = counted()
    for _ in range(2):
        for value in values:
            found = function(value)[0]
            assert repr(found) == repr(value), "that is what another argument gave"


def test_a_list_that_changes_is_another_argument():
    function, calls = counted()
    sizes = [1, 2]
    assert function(sizes) is function([1, 2])
    sizes[0] = 3
    function(sizes)
    assert len(calls) == 2


def test_many_arguments_work_and_old_ones_leave():
    function, calls = counted()
    long = tuple(range(100))
    assert function(long) == (long,)
    for i in range(1000):
        assert function(i) == (i,)
    function(999)
    assert len(calls) == 1001
    function(0)
    assert len(calls) == 1002


def test_errors_are_not_kept():
    calls = []

    @remembered
    def refusing(value):
        """Says no."""
        calls.append(value)
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            refusing(1)
    assert len(calls) == 2
    assert (refusing.__name__, refusing.__doc__) == ("refusing", "Says no.")


X = np.arange(32, dtype=np.float32).reshape(1, 2, 4, 4)

# A call that works, and the same with an equal argument that is refused.
REFUSED = {
    "kernel 2.0": (lambda k: F.max_pool2d(X, k), 2, 2.0),
    "kernels 2.0": (lambda k: F.max_pool2d(X, k), (2, 2), (2.0, 2.0)),
    "kernel True": (lambda k: F.avg_pool2d(X, k), 1, True),
    "kernels True": (lambda k: F.avg_pool2d(X, k), (1, 1), (1, True)),
    "kernels as a list": (lambda k: F.max_pool2d(X, k), [2, 2], [2, 2.0]),
    "output 2.0": (lambda n: F.adaptive_avg_pool2d(X, n), 2, 2.0),
    "factor 1.0": (lambda r: F.pixel_shuffle(X, r), 1, 1.0),
    "factor True": (lambda r: F.pixel_unshuffle(X, r), 1, True),
    "size 3.0": (lambda n: F.interpolate(X, size=n), 3, 3.0),
    "sizes 3.0": (lambda n: F.interpolate(X, size=n), (3, 3), (3.0, 3)),
    "scale True": (lambda s: F.interpolate(X, scale_factor=s), 1, True),
    "antialias 0": (lambda a: F.interpolate(X, size=3, mode="bilinear", antialias=a), False, 0),
    "stride 1.0": (lambda s: F.conv_transpose2d(X, X.reshape(2, 1, 4, 4), stride=s), 1, 1.0),
    "padding True": (lambda p: F.conv2d(X, X, padding=p), 1, True),
    "resample 3.0": (lambda n: cyresize.resample(X[0, 0], n), 3, 3.0),
    "resample axes": (lambda a: cyresize.resample(X[0, 0], 3, axes=a), (0, 1), (False, True)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_worked_with_one_argument_refuses_an_equal_one(name):
    call, good, bad = REFUSED[name]
    expected = call(good)
    with pytest.raises(TypeError):
        call(bad)
    np.testing.assert_array_equal(call(good), expected)


def test_a_zero_with_a_sign_fills_with_that():
    def filled(value):
        out = cyresize.resample(
            np.ones(4),
            3,
            axes=0,
            like="onnx",
            coordinates="tf_crop_and_resize",
            roi=(2.0, 3.0),
            extrapolation_value=value,
        )
        return [math.copysign(1, v) for v in out]

    assert filled(0.0) == [1.0, 1.0, 1.0]
    assert filled(-0.0) == [-1.0, -1.0, -1.0]
    assert filled(0.0) == [1.0, 1.0, 1.0]


def test_other_shapes_and_dtypes_are_other_calls():
    for dtype in (np.float32, np.float64, np.dtype(">f4"), np.float32):
        for side in (4, 6, 4):
            x = np.arange(side * side, dtype=np.float64).reshape(1, 1, side, side).astype(dtype)
            for found in (F.interpolate(x, scale_factor=2), F.max_pool2d(x, 2), F.pixel_unshuffle(x, 2)):
                assert found.dtype.newbyteorder("=") == x.dtype.newbyteorder("=")
            assert F.max_pool2d(x, 2)[0, 0, -1, -1] == side * side - 1
            assert F.interpolate(x, scale_factor=2).shape == (1, 1, 2 * side, 2 * side)


def test_without_a_batch_and_with_strides():
    x = np.arange(2 * 3 * 8 * 8, dtype=np.float32).reshape(2, 3, 8, 8)
    for given in (x, x[0], np.asfortranarray(x), x[:, :, ::2, ::-2], x[1, :, 1:7:3, ::2]):
        plain = np.ascontiguousarray(given)
        values, index = F.max_pool2d(given, 2, return_indices=True)
        expected, places = F.max_pool2d(plain, 2, return_indices=True)
        np.testing.assert_array_equal(values, expected)
        np.testing.assert_array_equal(index, places)
        np.testing.assert_array_equal(F.max_unpool2d(values, index, 2), F.max_unpool2d(expected, places, 2))
        r = F.pixel_unshuffle(given, 2)
        np.testing.assert_array_equal(r, F.pixel_unshuffle(plain, 2))
        np.testing.assert_array_equal(F.pixel_shuffle(r, 2), given)


def test_an_index_outside_is_named_without_a_batch_too():
    values, index = F.max_pool2d(X[0], 2, return_indices=True)
    index[1, 1, 0] = 99
    with pytest.raises(ValueError, match=r"index 99 \(plane 1\) is outside the output of 4 x 4 = 16 elements"):
        F.max_unpool2d(values, index, 2)


def test_foreign_byte_orders_do_not_matter():
    x, w = np.arange(18.0).reshape(2, 3, 3), np.arange(16.0).reshape(2, 2, 2, 2)
    expected = F.conv_transpose2d(x, w, w[0, :, 0, 0], stride=2)
    swapped = [a.astype(a.dtype.newbyteorder()) for a in (x, w, w[0, :, 0, 0])]
    np.testing.assert_array_equal(F.conv_transpose2d(*swapped, stride=2), expected)
    np.testing.assert_array_equal(F.max_pool2d(swapped[0], 2), F.max_pool2d(x, 2))
    np.testing.assert_array_equal(F.interpolate(swapped[0], size=5), F.interpolate(x, size=5))


@pytest.mark.parametrize("name", ["input", "weight", "bias"])
def test_one_foreign_byte_order_among_three_arrays_is_refused(name):
    given = {"input": np.ones((2, 3, 3)), "weight": np.ones((2, 2, 2, 2)), "bias": np.ones(2)}
    given[name] = given[name].astype(">f8" if given[name].dtype.str[0] == "<" else "<f8")
    for function in (F.conv2d, F.conv_transpose2d):
        with pytest.raises(TypeError, match="they must be the same"):
            function(**given)
