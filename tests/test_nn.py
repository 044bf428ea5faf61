"""Layers: what their functions do, frozen and picklable."""

import dataclasses
import pickle

import numpy as np
import pytest

from cyresize import functional as F
from cyresize import nn

RNG = np.random.default_rng(0)
WEIGHT = {axes: RNG.random((4, 2, *(3,) * axes)) for axes in (1, 2, 3)}
IMAGE = {axes: RNG.random((2, 4, *(8, 6, 10)[:axes])) for axes in (1, 2, 3)}


def predict(positions):
    """A network stand-in that pickles: kernels that depend on the position."""
    return np.broadcast_to(positions[..., :1, None, None, None], (*positions.shape[:2], 3, 4, 1, 1)).astype(float)


CASES = [
    *[
        (getattr(nn, f"{name}Pool{n}d")(*args), getattr(F, f"{short}_pool{n}d"), args, n)
        for name, short, args in (("Max", "max", (3, 2, 1, 1)), ("Avg", "avg", (2, 1, 1, True, False)))
        for n in (1, 2, 3)
    ],
    *[
        (
            getattr(nn, f"ConvTranspose{n}d")(WEIGHT[n], None, 2, 1, 1, 1, 2),
            getattr(F, f"conv_transpose{n}d"),
            (WEIGHT[n], None, 2, 1, 1, 1, 2),
            n,
        )
        for n in (1, 2, 3)
    ],
    (nn.PixelShuffle(2), F.pixel_shuffle, (2,), 2),
    (nn.PixelUnshuffle(2), F.pixel_unshuffle, (2,), 2),
    (nn.PixelShuffle1d(4), F.pixel_shuffle1d, (4,), 1),
    (nn.UpConv2x2(WEIGHT[2][..., :2, :2]), F.conv_transpose2d, (WEIGHT[2][..., :2, :2], None, 2), 2),
]


@pytest.mark.parametrize(("layer", "function", "args", "axes"), CASES, ids=lambda v: type(v).__name__)
def test_layers_are_their_functions(layer, function, args, axes):
    x = IMAGE[axes]
    wanted = function(x, *args)
    np.testing.assert_array_equal(layer(x, n_threads=2), wanted)
    out = np.zeros_like(wanted)
    assert layer(x, out=out) is out
    np.testing.assert_array_equal(out, wanted)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(layer))(x), wanted)
    with pytest.raises(dataclasses.FrozenInstanceError):
        layer.anything = 1


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_pooling_and_unpooling(axes):
    x = IMAGE[axes]
    values, indices = getattr(nn, f"MaxPool{axes}d")(2, return_indices=True)(x)
    back = pickle.loads(pickle.dumps(getattr(nn, f"MaxUnpool{axes}d")(2)))(values, indices)
    np.testing.assert_array_equal(back, getattr(F, f"max_unpool{axes}d")(values, indices, 2))


def test_meta_upscale():
    layer = pickle.loads(pickle.dumps(nn.MetaUpscale(predict, (1.5, 2))))
    weight = predict(F.meta_positions((8, 6), (1.5, 2)))
    np.testing.assert_array_equal(layer(IMAGE[2]), F.meta_upscale(IMAGE[2], weight, (1.5, 2)))


def test_up_conv_bilinear():
    weight = RNG.random((3, 4, 1, 1))
    bias = RNG.random(3)
    layer = nn.UpConv2x2(weight, bias, mode="bilinear")
    large = F.interpolate(IMAGE[2], scale_factor=2, mode="bilinear", align_corners=False)
    np.testing.assert_allclose(layer(IMAGE[2]), F.conv2d(large, weight, bias), rtol=1e-12)
    np.testing.assert_array_equal(layer(IMAGE[2][0]), layer(IMAGE[2])[0])


def test_equal_options_make_equal_layers():
    assert nn.MaxPool2d(2) == nn.MaxPool2d(2)
    assert len({nn.PixelShuffle(2), nn.PixelShuffle(2), nn.PixelShuffle(3)}) == 2


def test_up_conv_refuses_other_weights():
    with pytest.raises(ValueError, match="kernels of 2 x 2"):
        nn.UpConv2x2(WEIGHT[2])
    with pytest.raises(ValueError, match="kernels of 1 x 1"):
        nn.UpConv2x2(WEIGHT[2], mode="bilinear")
    with pytest.raises(ValueError, match="'transpose', 'bilinear'"):
        nn.UpConv2x2(WEIGHT[2], mode="nearest")
