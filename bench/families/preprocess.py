"""From byte images to a normalised batch of floats: one pass against several."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

from bench import oracle
from bench.cases import OURS, Case, Cell
from bench.contest import Contestant, Family, Trial, Verdict
from bench.peers import load, rayon_threads

CASES = (Case.parse("480x640-224x224"), Case.parse("1080x1920-640x640"))
FITS = {"stretch": "stretch", "letterbox": "contain"}
BATCH = 32
MODES = tuple(f"{fit}{suffix}" for suffix in ("", f" x{BATCH}") for fit in FITS)
MEAN = (0.485, 0.456, 0.406)  # of red, green and blue, in units of 255
PAD = 114
DIFFERENT = 8  # images that a batch repeats: more than a cache holds, less than a memory


@dataclass(frozen=True)
class Task:
    """Images in OpenCV's order of channels, and what is to become of them."""

    images: Sequence[np.ndarray]
    case: Case
    letterbox: bool
    threads: int
    dst: bool

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the result."""
        return self.case.out_width, self.case.out_height

    @property
    def inner(self) -> tuple[int, int, int, int]:
        """Top, left, height and width of the resized image in the result."""
        case = self.case
        if not self.letterbox:
            return 0, 0, case.out_height, case.out_width
        ratio = min(case.out_height / case.height, case.out_width / case.width)
        height, width = round(case.height * ratio), round(case.width * ratio)
        return (case.out_height - height) // 2, (case.out_width - width) // 2, height, width


@lru_cache(maxsize=2)
def photographs(height: int, width: int) -> tuple[np.ndarray, ...]:
    """Noise for a batch."""
    rng = np.random.default_rng(height * 65536 + width)
    images = tuple(rng.integers(0, 256, (height, width, 3), np.uint8) for _ in range(DIFFERENT))
    for image in images:
        image.setflags(write=False)
    return images


def task_of(cell: Cell) -> Task:
    """The work that a cell stands for."""
    fit, _, count = cell.mode.partition(" x")
    images = photographs(cell.case.height, cell.case.width)
    batch = [images[i % DIFFERENT] for i in range(int(count or 1))]
    return Task(batch, cell.case, fit == "letterbox", cell.threads, cell.dst)


def ours(task: Task) -> Contestant:
    """``cyresize.Preprocess``."""
    fit = FITS["letterbox" if task.letterbox else "stretch"]
    options = {"swap_rb": True, "mean": MEAN, "pad_value": PAD, "n_threads": task.threads}
    pre = load("cyresize").Preprocess(task.size, fit, **options)
    out = np.empty((len(task.images), 3, *task.size[::-1]), np.float32) if task.dst else None
    return Contestant(OURS, partial(pre, task.images, out=out))


def opencv_blob(task: Task) -> Contestant:
    """OpenCV's own way into a network."""
    dnn = load("cv2").dnn
    mean = tuple(255 * value for value in MEAN)
    if not task.letterbox:
        return Contestant("cv2 blob", partial(dnn.blobFromImages, task.images, 1 / 255, task.size, mean, swapRB=True))
    params = dnn.Image2BlobParams()
    params.scalefactor = (1 / 255,) * 4
    params.size = task.size
    params.mean = (*mean, 0.0)
    params.swapRB = True
    params.paddingmode = dnn.DNN_PMODE_LETTERBOX
    params.borderValue = (PAD,) * 4
    return Contestant("cv2 blob", partial(dnn.blobFromImagesWithParams, task.images, params))


def opencv_chain(task: Task) -> Contestant:
    """What most programs do: OpenCV for the pixels, NumPy for the arithmetic, one image after the other."""
    cv2 = load("cv2")
    top, left, height, width = task.inner
    below, right = task.size[1] - top - height, task.size[0] - left - width
    mean = np.array(MEAN, np.float32)

    def call() -> np.ndarray:
        batch = np.empty((len(task.images), 3, *task.size[::-1]), np.float32)
        for i, image in enumerate(task.images):
            small = cv2.resize(image, (width, height))
            if task.letterbox:
                small = cv2.copyMakeBorder(small, top, below, left, right, cv2.BORDER_CONSTANT, value=(PAD,) * 3)
            real = cv2.cvtColor(small, cv2.COLOR_BGR2RGB).astype(np.float32) * np.float32(1 / 255)
            batch[i] = (real - mean).transpose(2, 0, 1)
        return batch

    return Contestant("cv2 + NumPy", call)


def torch_chain(task: Task) -> Contestant:
    """The same steps as torchvision takes them on tensors, on the whole batch, from images in channels-last memory."""
    torch, functional = load("torch"), load("torch.nn.functional")
    top, left, height, width = task.inner
    edges = (left, task.size[0] - left - width, top, task.size[1] - top - height)
    mean = torch.tensor(MEAN).reshape(1, 3, 1, 1)

    def call() -> Any:
        batch = torch.from_numpy(np.stack(task.images)).permute(0, 3, 1, 2).float()
        small = functional.interpolate(batch, size=(height, width), mode="bilinear")
        if task.letterbox:
            small = functional.pad(small, edges, value=PAD)
        return small.flip(1).div_(255).sub_(mean).contiguous()

    return Contestant("torch", call)


def kornia_fused(task: Task) -> Iterator[Contestant]:
    """kornia-rs in one pass, where its pool has the cell's size; its images are red, green, blue already."""
    module = load("kornia_rs")
    if task.threads != rayon_threads():
        return
    mean, std, shape = list(MEAN), [1.0] * 3, task.size[::-1]
    images = [np.ascontiguousarray(image[..., ::-1]) for image in task.images]
    if not task.letterbox:
        fused = module.pipeline.resize_normalize_to_tensor_batch
        yield Contestant("kornia", lambda: np.stack(fused(images, shape, mean, std)))
        return
    pre = module.Preprocessor("letterbox", "rgb", mean=mean, std=std, pad_value=PAD)
    frames, (height, width) = [image.reshape(-1) for image in images], images[0].shape[:2]

    def call() -> np.ndarray:
        return np.concatenate([np.asarray(pre.run(frame, width, height, *shape).numpy()) for frame in frames])

    yield Contestant("kornia", call)


def rivals(task: Task, peers: Collection[str]) -> Iterator[Contestant]:
    """Whoever of ``peers`` can do it. None of them fills a given array."""
    if task.dst:
        return
    if "cv2" in peers:
        yield opencv_blob(task)
        yield opencv_chain(task)
    if "torch" in peers:
        yield torch_chain(task)
    if "kornia" in peers:
        yield from kornia_fused(task)


@lru_cache(maxsize=8)
def exact_rows(case: Case, image: int) -> np.ndarray:
    """The oracle's rows of an image of the batch, in its order of channels, 0 to 255."""
    return oracle.resized_rows(photographs(case.height, case.width)[image].astype(np.float64), case, "linear", False)


def largest_error(task: Task, result: np.ndarray) -> float:
    """How far the first and the last image are from exact arithmetic, in units of 255, and their padding from PAD."""
    top, left, height, width = task.inner
    inner = Case(task.case.height, task.case.width, height, width)
    mean = np.array(MEAN)[:, None, None]
    worst = 0.0
    for i in {0, len(task.images) - 1}:
        seen = result[i, :, top : top + height, left : left + width][:, oracle.sampled_rows(inner)] + mean
        exact = exact_rows(inner, i % DIFFERENT)[..., ::-1].transpose(2, 0, 1) / 255
        around = result[i] + mean
        around[:, top : top + height, left : left + width] = PAD / 255
        worst = max(worst, float(np.abs(seen - exact).max()), float(np.abs(around - PAD / 255).max()))
    return worst


def judge(task: Task) -> Callable[[Mapping[str, np.ndarray]], dict[str, Verdict]]:
    """Everyone against exact arithmetic: who resizes bytes may round as bytes do, ours may not."""
    _, _, height, width = task.inner
    inner = Case(task.case.height, task.case.width, height, width)

    def verdict(name: str, result: np.ndarray) -> Verdict:
        shape = (len(task.images), 3, *task.size[::-1])
        if result.shape != shape or result.dtype != np.float32:
            return Verdict(f"float32 of shape {shape}", False, note=f"it is {result.dtype} of shape {result.shape}")
        dtype = "float32" if name == OURS else "uint8"
        allowed = oracle.tolerance(inner, "linear", dtype, truncates=name != OURS) / 255 + 2.0**-22
        error = largest_error(task, result)
        return Verdict(f"within {allowed:.4g} of exact", error <= allowed, error)

    return lambda results: {name: verdict(name, result) for name, result in results.items()}


def prepare(cell: Cell, peers: Collection[str]) -> Trial:
    """``cyresize.Preprocess`` against OpenCV's blobs, chains of OpenCV and NumPy or of PyTorch, and kornia-rs."""
    task = task_of(cell)
    moved = sum(image.nbytes for image in task.images) + 12 * len(task.images) * task.size[0] * task.size[1]
    return Trial(cell, [ours(task), *rivals(task, peers)], judge(task), moved)


FAMILY = Family("preprocess", "Images to a batch", CASES, MODES, ("uint8",), (3,), prepare, any_case=False)
