"""``antialias=True`` against the real Pillow: identical bytes, floats to rounding."""

from pathlib import Path

import numpy as np
import PIL
import pytest
import reference
from PIL import Image
from test_determinism import LEVELS, python

import cyresize

FILTERS = {
    "LINEAR": Image.Resampling.BILINEAR,
    "CUBIC": Image.Resampling.BICUBIC,
    "LANCZOS4": Image.Resampling.LANCZOS,
}
SHAPES = [
    ((1, 1), (5, 7)),
    ((7, 1), (1, 3)),
    ((2, 300), (301, 2)),
    ((300, 2), (3, 40)),
    ((600, 800), (224, 224)),
    ((97, 101), (13, 200)),
    ((101, 97), (200, 13)),
    ((64, 64), (32, 32)),
    ((64, 48), (64, 20)),  # one pass only
    ((48, 64), (20, 64)),
    ((1000, 30), (10, 20)),  # vertical pass first
    ((40, 40), (20, 30)),  # the height loses exactly twice as many: horizontal first
    ((40, 40), (19, 30)),
]


def pillow(image, ow, oh, mode):
    """Pillow's result, band by band: it would premultiply the fourth band of an RGBA image."""
    if image.ndim == 2:
        return np.asarray(Image.fromarray(image).resize((ow, oh), FILTERS[mode]))
    return np.stack([pillow(np.ascontiguousarray(image[..., c]), ow, oh, mode) for c in range(image.shape[2])], -1)


def resize(image, ow, oh, mode):
    return cyresize.resize(image, (ow, oh), interpolation=mode, antialias=True)


@pytest.mark.parametrize("mode", FILTERS)
@pytest.mark.parametrize("channels", [None, 1, 2, 3, 4, 5])
@pytest.mark.parametrize(("size", "to"), SHAPES)
def test_bytes_are_identical(rng, mode, channels, size, to):
    image = rng.integers(0, 256, size if channels is None else (*size, channels), dtype=np.uint8)
    np.testing.assert_array_equal(resize(image, to[1], to[0], mode), pillow(image, to[1], to[0], mode))


@pytest.mark.parametrize("level", LEVELS)
def test_bytes_are_identical_at_every_level(level):
    done = python(str(Path(__file__).with_name("pillow_parity.py")), isa=level)
    assert done.returncode == 0, done.stderr
    name, cases, different = done.stdout.split()
    assert name == level
    assert int(cases) > 1500
    assert int(different) == 0


@pytest.mark.parametrize("mode", FILTERS)
def test_rgb_is_identical_over_random_sizes(rng, mode):
    for _ in range(150):
        h, w, oh, ow = map(int, rng.integers(1, 150, 4))
        image = rng.integers(0, 256, (h, w, 3), dtype=np.uint8)
        theirs = np.asarray(Image.fromarray(image).resize((ow, oh), FILTERS[mode]))
        np.testing.assert_array_equal(resize(image, ow, oh, mode), theirs, err_msg=f"{(h, w)} -> {(oh, ow)}")


@pytest.mark.parametrize("mode", FILTERS)
def test_extremes_are_clipped_alike(mode):
    image = (np.indices((50, 40)).sum(0) // 3 % 2 * 255).astype(np.uint8)
    for oh, ow in [(33, 27), (75, 90), (20, 39), (9, 9)]:
        np.testing.assert_array_equal(resize(image, ow, oh, mode), pillow(image, ow, oh, mode))


@pytest.mark.parametrize("mode", FILTERS)
def test_opaque_rgba_is_identical_to_pillows_own(rng, mode):
    """With alpha 255 throughout, premultiplying changes nothing."""
    image = rng.integers(0, 256, (60, 50, 4), dtype=np.uint8)
    image[..., 3] = 255
    theirs = np.asarray(Image.fromarray(image, "RGBA").resize((31, 22), FILTERS[mode]))
    np.testing.assert_array_equal(resize(image, 31, 22, mode), theirs)


@pytest.mark.parametrize("mode", FILTERS)
@pytest.mark.parametrize(("size", "to"), SHAPES)
def test_floats_agree(rng, mode, size, to):
    """Pillow adds in double and stores float32 between the passes; we add in float32."""
    image = (rng.random(size) * 255).astype(np.float32)
    exact_size = reference.size_from_dsize(size, (to[1], to[0]))
    bound = 255 * reference.summation_error(size, exact_size, mode, 2.0**-24, antialias=True)
    np.testing.assert_allclose(resize(image, to[1], to[0], mode), pillow(image, to[1], to[0], mode), rtol=0, atol=bound)


@pytest.mark.parametrize("mode", FILTERS)
@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int16, np.uint32, np.int32])
def test_other_integers_are_the_rounded_matrices(rng, mode, dtype):
    limits = np.iinfo(dtype)
    image = rng.integers(limits.min, limits.max, (61, 43, 3), dtype=np.int64, endpoint=True).astype(dtype)
    for oh, ow in [(20, 91), (90, 17), (61, 20)]:
        size = reference.size_from_dsize(image.shape, (ow, oh))
        exact = reference.resize_exact(image, size, mode, antialias=True)
        ours = resize(image, ow, oh, mode)
        assert ours.dtype == dtype
        unit = 2.0**-53 if limits.bits == 32 else 2.0**-24
        error = float(limits.max) * reference.summation_error(image.shape, size, mode, unit, antialias=True)
        assert error < 0.25
        assert np.abs(ours.astype(float) - reference.clipped(exact, dtype)).max() <= 0.5 + error


def test_pillow_is_the_pinned_version():
    assert PIL.__version__.startswith("13."), "Pillow 13 changed the order of the passes"
