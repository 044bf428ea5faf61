"""The other libraries: which are installed, how their threads are set, and how each resizes a NumPy image.

Every adapter binds its inputs beforehand, in the library's own container and layout, so that only its resizing and the
allocation of its result are timed.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib import metadata
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np

from bench.cases import OURS
from bench.contest import Contestant


@dataclass(frozen=True)
class Task:
    """A resize to do: H x W or H x W x C, to (height, width)."""

    source: np.ndarray
    size: tuple[int, int]
    mode: str
    antialias: bool
    threads: int
    dst: bool

    @property
    def dsize(self) -> tuple[int, int]:
        """The size as (width, height)."""
        return self.size[1], self.size[0]

    @property
    def channels(self) -> int:
        """How many channels the source has."""
        return self.source.shape[2] if self.source.ndim == 3 else 1

    def output(self) -> np.ndarray:
        """A fresh array for the result."""
        return np.empty(self.size + self.source.shape[2:], self.source.dtype)


@dataclass(frozen=True)
class Library:
    """A library that may be installed, and its adapter for resizing."""

    name: str
    module: str
    distribution: str
    resize: Callable[[Task], Iterator[Contestant]]
    set_threads: Callable[[int], object] | None = None

    @property
    def installed(self) -> bool:
        """Whether it can be imported."""
        return find_spec(self.module) is not None

    @property
    def version(self) -> str:
        """The installed version."""
        return metadata.version(self.distribution)


def load(name: str) -> ModuleType:
    """Import a contestant when it is needed: selecting peers and levels must come before."""
    return importlib.import_module(name)


def resize_with(cyresize: ModuleType, name: str, task: Task) -> Contestant:
    """``cyresize.resize`` of one build.

    Called as a user's line does it, as is OpenCV: keywords that ``partial`` holds are put together for every call,
    which takes as long as resizing a few pixels.
    """
    resize, source, dsize, antialias, threads = cyresize.resize, task.source, task.dsize, task.antialias, task.threads
    mode = int(cyresize.Interpolation[task.mode.upper()])
    output = task.output() if task.dst else None

    def call() -> Any:
        return resize(source, dsize, output, interpolation=mode, antialias=antialias, n_threads=threads)

    return Contestant(name, call)


def resize_ours(task: Task) -> Contestant:
    """``cyresize.resize`` of this checkout."""
    return resize_with(load("cyresize"), OURS, task)


def resize_cv2(task: Task) -> Iterator[Contestant]:
    """OpenCV without and with Intel's IPP, which is a switch of the process."""
    if task.antialias:
        return
    cv2 = load("cv2")
    for name, ipp in (("cv2", False), ("cv2 ipp", True)):
        yield Contestant(name, cv2_call(cv2, task), before=partial(cv2.ipp.setUseIPP, ipp))


def cv2_call(cv2: ModuleType, task: Task) -> Callable[[], Any]:
    """A call of ``cv2.resize`` with an output of its own."""
    resize, source, dsize = cv2.resize, task.source, task.dsize
    mode = getattr(cv2, f"INTER_{task.mode.upper()}")
    output = task.output() if task.dst else None

    def call() -> Any:
        return resize(source, dsize, output, interpolation=mode)

    return call


PILLOW_FILTERS = {"linear": "BILINEAR", "cubic": "BICUBIC", "lanczos4": "LANCZOS"}
PILLOW_MODES = {1: "L", 3: "RGB", 4: "RGBX"}


def resize_pillow(task: Task) -> Iterator[Contestant]:
    """Pillow, whose filters always widen. RGBX for four channels: RGBA would be multiplied by its alpha and divided."""
    image = load("PIL.Image")
    if task.dst or task.source.dtype != np.uint8 or task.channels not in PILLOW_MODES:
        return
    if task.antialias:
        resample = image.Resampling[PILLOW_FILTERS[task.mode]]
    elif task.mode == "nearest_exact":
        resample = image.Resampling.NEAREST
    else:
        return
    height, width = task.source.shape[:2]
    picture = image.frombytes(PILLOW_MODES[task.channels], (width, height), task.source.tobytes())
    yield Contestant("Pillow", partial(picture.resize, task.dsize, resample))


TORCH_MODES = {
    False: {"nearest": "nearest", "nearest_exact": "nearest-exact", "linear": "bilinear", "cubic": "bicubic"},
    True: {"linear": "bilinear", "cubic": "bicubic", "lanczos4": "lanczos"},
}


def resize_torch(task: Task) -> Iterator[Contestant]:
    """PyTorch's interpolate on one image in channels-last layout, which its byte kernels want."""
    mode = TORCH_MODES[task.antialias].get(task.mode)
    if task.dst or mode is None or task.source.dtype == np.uint16:
        return
    torch = load("torch")
    functional = load("torch.nn.functional")
    # The batch axis is made in NumPy: its stride tells PyTorch that this is channels-last, also for a batch of one.
    batch = task.source.reshape(1, *task.source.shape[:2], task.channels).copy()
    tensor = torch.from_numpy(batch).permute(0, 3, 1, 2)
    options = {"size": task.size, "mode": mode, "antialias": task.antialias}
    shape = task.size + task.source.shape[2:]

    def to_array(result: Any) -> np.ndarray:
        return np.asarray(result.permute(0, 2, 3, 1).reshape(shape))

    yield Contestant("torch", partial(functional.interpolate, tensor, **options), to_array)


CYKOOZ_FILTERS = {"linear": "bilinear", "cubic": "catmull_rom", "lanczos4": "lanczos3"}
CYKOOZ_PIXELS = {"uint8": "U8", "uint16": "U16", "float32": "F32"}


@cache
def cykooz_pool(threads: int) -> object:
    """One thread pool per count, kept."""
    return load("cykooz_resizer").ResizerThreadPool(threads)


def cykooz_algorithm(module: ModuleType, task: Task) -> Any:
    """The library's name for the mode, None where it has none."""
    if task.mode == "nearest_exact":
        return module.ResizeAlg.nearest()
    if task.antialias:
        return module.ResizeAlg.convolution(module.FilterType[CYKOOZ_FILTERS[task.mode]])
    if task.mode == "linear":
        # The kernel without widening is in the library's enumeration, but has no constructor of its own.
        algorithm = module.ResizeAlg.convolution(module.FilterType.bilinear)
        algorithm._algorithm = module.Algorithm.interpolation
        return algorithm
    return None


def resize_cykooz(task: Task) -> Iterator[Contestant]:
    """cykooz.resizer, the Python face of fast_image_resize."""
    module = load("cykooz_resizer")
    algorithm = cykooz_algorithm(module, task)
    if algorithm is None or task.channels > 4:
        return
    suffix = f"x{task.channels}" if task.channels > 1 else ""
    pixel = module.PixelType[CYKOOZ_PIXELS[task.source.dtype.name] + suffix]
    pool = cykooz_pool(task.threads) if task.threads > 1 else None
    options = module.ResizeOptions(resize_alg=algorithm, use_alpha=False, thread_pool=pool)
    height, width = task.source.shape[:2]
    source = module.ImageData(width, height, pixel, task.source.tobytes())
    resize = module.Resizer().resize
    target = module.ImageData(*task.dsize, pixel)

    def fresh() -> object:
        result = module.ImageData(*task.dsize, pixel)
        resize(source, result, options)
        return result

    def reused() -> object:
        resize(source, target, options)
        return target

    def to_array(result: Any) -> np.ndarray:
        flat = np.frombuffer(result.get_buffer(), task.source.dtype)
        return flat.reshape(task.size + task.source.shape[2:])

    yield Contestant("cykooz", reused if task.dst else fresh, to_array)


KORNIA_MODES = {
    False: {"nearest_exact": "nearest", "linear": "bilinear", "cubic": "bicubic"},
    True: {"cubic": "bicubic", "lanczos4": "lanczos"},
}


def resize_kornia(task: Task) -> Iterator[Contestant]:
    """kornia-rs. Its pool is sized once per process, so it takes part only where that size is the cell's."""
    mode = KORNIA_MODES[task.antialias].get(task.mode)
    if mode is None or task.dst or task.threads != rayon_threads():
        return
    if task.source.dtype != np.uint8 or task.channels != 3:
        return
    resize = load("kornia_rs").imgproc.resize
    yield Contestant("kornia", partial(resize, task.source, task.size, mode, task.antialias))


VIPS_KERNELS = {"linear": "linear", "cubic": "cubic", "lanczos4": "lanczos3"}


def resize_vips(task: Task) -> Iterator[Contestant]:
    """libvips, which widens its kernels where it shrinks, and keeps them at 64 places in a pixel.

    Where it enlarges, its pixels align by their corners.
    """
    if task.dst or not task.antialias or task.size[0] > task.source.shape[0] or task.size[1] > task.source.shape[1]:
        return
    vips = load("pyvips")
    vips.cache_set_max(0)  # or a second call would find the result of the first
    height, width = task.source.shape[:2]
    formats = {"uint8": "uchar", "uint16": "ushort", "float32": "float"}
    kind = formats[task.source.dtype.name]
    picture = vips.Image.new_from_memory(task.source.tobytes(), width, height, task.channels, kind)
    across, down = task.size[1] / width, task.size[0] / height
    kernel = VIPS_KERNELS[task.mode]

    def call() -> Any:
        return picture.resize(across, vscale=down, kernel=kernel, gap=0).write_to_memory()

    def to_array(result: Any) -> np.ndarray:
        return np.frombuffer(result, task.source.dtype).reshape(task.size + task.source.shape[2:])

    yield Contestant("pyvips", call, to_array, repeats_edges=True, step=1 / 64)


def resize_scipy(task: Task) -> Iterator[Contestant]:
    """``scipy.ndimage.zoom`` with pixels as areas. Its cubic is a spline through the pixels, which nobody else has."""
    orders = {"nearest_exact": 0, "linear": 1}
    if task.dst or task.antialias or task.threads > 1 or task.mode not in orders:
        return
    ndimage = load("scipy.ndimage")
    factors = tuple(new / old for new, old in zip(task.size, task.source.shape[:2], strict=True))
    factors += (1.0,) * (task.source.ndim - 2)
    options = {"order": orders[task.mode], "mode": "nearest", "grid_mode": True, "prefilter": False}
    yield Contestant("scipy", partial(ndimage.zoom, task.source, factors, **options))


def resize_skimage(task: Task) -> Iterator[Contestant]:
    """``skimage.transform``, whose floats are rounded to the dtype as its users do."""
    if task.dst or task.antialias or task.threads > 1 or task.mode not in ("nearest_exact", "linear", "area"):
        return
    transform, dtype = load("skimage.transform"), task.source.dtype
    if task.mode == "area":
        if task.size[0] > task.source.shape[0] or task.size[1] > task.source.shape[1]:
            return
        axis = -1 if task.source.ndim == 3 else None
        method = partial(transform.resize_local_mean, preserve_range=True, channel_axis=axis)
    else:
        order = int(task.mode == "linear")
        method = partial(transform.resize, order=order, mode="edge", preserve_range=True, anti_aliasing=False)

    def call() -> np.ndarray:
        result = method(task.source, task.size)
        return result if result.dtype == dtype else np.rint(result).astype(dtype)

    yield Contestant("skimage", call)


def rayon_threads() -> int:
    """The size of the process-wide pool of Rust libraries."""
    return int(os.environ.get("RAYON_NUM_THREADS") or os.cpu_count() or 1)


def set_cv2_threads(count: int) -> None:
    """Threads of OpenCV's next calls."""
    load("cv2").setNumThreads(count)


def set_vips_threads(count: int) -> None:
    """Threads of libvips's next calls."""
    load("pyvips").concurrency_set(count)


def set_torch_threads(count: int) -> None:
    """Threads of PyTorch's next calls."""
    load("torch").set_num_threads(count)


LIBRARIES = {
    library.name: library
    for library in (
        Library("cv2", "cv2", "opencv-python", resize_cv2, set_cv2_threads),
        Library("pillow", "PIL", "Pillow", resize_pillow),
        Library("torch", "torch", "torch", resize_torch, set_torch_threads),
        Library("cykooz", "cykooz_resizer", "cykooz.resizer", resize_cykooz),
        Library("kornia", "kornia_rs", "kornia-rs", resize_kornia),
        Library("pyvips", "pyvips", "pyvips", resize_vips, set_vips_threads),
        Library("scipy", "scipy", "scipy", resize_scipy),
        Library("skimage", "skimage", "scikit-image", resize_skimage),
    )
}


def installed(wanted: Collection[str] | None = None) -> tuple[str, ...]:
    """The wanted libraries that are there."""
    return tuple(name for name in wanted or LIBRARIES if LIBRARIES[name].installed)


def missing(wanted: Collection[str] | None = None) -> tuple[str, ...]:
    """The wanted libraries that are not."""
    return tuple(name for name in wanted or LIBRARIES if not LIBRARIES[name].installed)


def set_threads(names: Collection[str], count: int) -> None:
    """Give every library the same number of threads, where it has a switch for that."""
    for name in names:
        if (setter := LIBRARIES[name].set_threads) is not None:
            setter(count)


def resize_contestants(task: Task, names: Collection[str]) -> list[Contestant]:
    """Ours and every library of ``names`` that has this mode, dtype and channel count."""
    return [resize_ours(task)] + [rival for name in names for rival in LIBRARIES[name].resize(task)]
