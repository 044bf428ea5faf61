"""Calls of every public function that takes ``n_threads``, on data large enough that it uses two, for forks.py."""

import inspect
from functools import partial

import numpy as np

import cyresize
from cyresize import channels_last, functional, onnx

MODULES = {"cyresize": cyresize, "functional": functional, "channels_last": channels_last, "onnx": onnx}

rng = np.random.default_rng(9)
image = rng.integers(0, 256, (480, 640, 3), np.uint8)
line = rng.normal(size=(2, 8, 12_288)).astype(np.float32)
plane = rng.normal(size=(2, 9, 96, 102)).astype(np.float32)
block = rng.normal(size=(2, 8, 18, 24, 30)).astype(np.float32)
pixels = np.ascontiguousarray(np.moveaxis(plane, 1, -1))
maps = {1: line, 2: plane, 3: block}
HALVES = {1: (6144,), 2: (48, 51), 3: (9, 12, 15)}
SIZE = (320, 240)


def public():
    """Names, as "module.function", of everything that takes ``n_threads``."""
    names = [(module, name, getattr(MODULES[module], name)) for module in MODULES for name in MODULES[module].__all__]
    return {
        f"{module}.{name}"
        for module, name, value in names
        if callable(value) and "n_threads" in inspect.signature(value).parameters
    }


def calls():
    """The calls, by "module.function" and, where there are several, a word that tells them apart."""
    with cyresize.threads(1):
        return dict([*resizing(), *pooling(), *convolutions(), *rearranging(), *of_channels_last(), *of_onnx()])


def of_axes(name, axes):
    return getattr(functional, f"{name}{axes}d")


def resizing():
    for mode in cyresize.Interpolation:
        yield f"cyresize.resize {mode.name}", partial(cyresize.resize, image, SIZE, interpolation=mode)
    for like in ("opencv", "torch", "pillow", "onnx", "tensorflow"):
        options = {"axes": (0, 1), "mode": "linear", "like": like}
        yield f"cyresize.resample {like}", partial(cyresize.resample, image, SIZE[::-1], **options)
    yield "cyresize.resample nearest", partial(cyresize.resample, image, SIZE[::-1], axes=(0, 1), mode="nearest")
    yield "cyresize.Preprocess one", lambda n_threads: cyresize.Preprocess(224, n_threads=n_threads)(image)
    yield "cyresize.Preprocess many", lambda n_threads: cyresize.Preprocess(224, n_threads=n_threads)([image] * 9)
    modes = {1: ("nearest", "linear"), 2: ("nearest-exact", "bilinear", "bicubic", "area"), 3: ("nearest", "trilinear")}
    for axes, x in maps.items():
        for mode in modes[axes]:
            yield f"functional.interpolate {axes} {mode}", partial(functional.interpolate, x, scale_factor=2, mode=mode)


def pooling():
    for axes, x in maps.items():
        highest, index = of_axes("max_pool", axes)(x, 2, return_indices=True)
        yield f"functional.max_pool{axes}d", partial(of_axes("max_pool", axes), x, 2)
        yield f"functional.max_pool{axes}d index", partial(of_axes("max_pool", axes), x, 3, return_indices=True)
        yield f"functional.max_unpool{axes}d", partial(of_axes("max_unpool", axes), highest, index, 2)
        yield f"functional.avg_pool{axes}d", partial(of_axes("avg_pool", axes), x, 2)
        yield f"functional.lp_pool{axes}d", partial(of_axes("lp_pool", axes), x, 2, 2)
        for kind in ("adaptive_avg_pool", "adaptive_max_pool"):
            yield f"functional.{kind}{axes}d", partial(of_axes(kind, axes), x, HALVES[axes])
        if axes > 1:
            options = {"_random_samples": rng.random((*x.shape[:2], axes), np.float32)}
            pool = partial(of_axes("fractional_max_pool", axes), x, 2, HALVES[axes], **options)
            yield f"functional.fractional_max_pool{axes}d", pool
    highest, index = functional.max_pool2d(rng.normal(size=(1, 1, 320, 256)), 2, return_indices=True)
    yield "functional.max_unpool2d one plane", partial(functional.max_unpool2d, highest, index, 2)


def convolutions():
    for axes, x in maps.items():
        weight = rng.normal(size=(x.shape[1], 4, *[3] * axes)).astype(np.float32)
        yield f"functional.conv{axes}d", partial(of_axes("conv", axes), x, weight.swapaxes(0, 1))
        yield f"functional.conv_transpose{axes}d", partial(of_axes("conv_transpose", axes), x, weight)
    many = rng.normal(size=(8, 9, 40, 40)).astype(np.float32), rng.normal(size=(9, 1, 3, 3)).astype(np.float32)
    yield "functional.conv_transpose2d images", partial(functional.conv_transpose2d, *many)


def rearranging():
    for suffix, x in (("", rng.normal(size=(2, 4, 96, 102))), ("1d", line), ("3d", block)):
        for name in (f"pixel_shuffle{suffix}", f"pixel_unshuffle{suffix}"):
            yield f"functional.{name}", partial(getattr(functional, name), x, 2)
    kernels = rng.normal(size=(144, 153, 4, 9, 1, 1)).astype(np.float32)
    yield "functional.meta_upscale", partial(functional.meta_upscale, plane, kernels, 1.5)


def of_channels_last():
    deep = rng.normal(size=(2, 48, 51, 16)).astype(np.float32)
    highest, argmax = channels_last.max_pool_with_argmax(pixels, 2, 2, "VALID")
    yield "channels_last.max_pool_with_argmax", partial(channels_last.max_pool_with_argmax, pixels, 2, 2, "SAME")
    yield "channels_last.unpool_with_argmax", partial(channels_last.unpool_with_argmax, highest, argmax)
    yield "channels_last.depth_to_space", partial(channels_last.depth_to_space, deep, 2)
    yield "channels_last.space_to_depth", partial(channels_last.space_to_depth, pixels, 2)
    yield "channels_last.phase_shift", partial(channels_last.phase_shift, deep, 4)
    yield "channels_last.subpixel1d", partial(channels_last.subpixel1d, deep.reshape(8, -1, 16), 4)
    yield "channels_last.resize", partial(channels_last.resize, pixels, (150, 160))
    yield "channels_last.upsampling2d", partial(channels_last.upsampling2d, pixels)


def of_onnx():
    highest, index = onnx.max_pool(plane, kernel_shape=[2, 2], strides=[2, 2])
    weight = rng.normal(size=(4, 9, 3, 3)).astype(np.float32)
    deep = rng.normal(size=(2, 12, 96, 102)).astype(np.float32)
    yield "onnx.max_pool", partial(onnx.max_pool, plane, kernel_shape=[2, 2])
    unpool = partial(onnx.max_unpool, highest, index, kernel_shape=[2, 2], strides=[2, 2])
    yield "onnx.max_unpool", unpool
    yield "onnx.average_pool", partial(onnx.average_pool, plane, kernel_shape=[2, 2])
    yield "onnx.lp_pool", partial(onnx.lp_pool, plane, kernel_shape=[2, 2])
    for kind in ("average", "max", "lp"):
        yield f"onnx.global_{kind}_pool", partial(getattr(onnx, f"global_{kind}_pool"), plane)
    yield "onnx.conv", partial(onnx.conv, plane, weight)
    yield "onnx.conv_transpose", partial(onnx.conv_transpose, plane, weight.swapaxes(0, 1))
    yield "onnx.depth_to_space", partial(onnx.depth_to_space, deep, blocksize=2)
    yield "onnx.space_to_depth", partial(onnx.space_to_depth, deep, blocksize=2)
    yield "onnx.resize", partial(onnx.resize, plane, sizes=[2, 9, 150, 160], mode="linear")
    yield "onnx.upsample", partial(onnx.upsample, plane, [1, 1, 2, 2])


def equal(a, b):
    """Whether two results, arrays or tuples of them, are the same to the bit."""
    a, b = (x if isinstance(x, tuple) else (x,) for x in (a, b))
    return len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
