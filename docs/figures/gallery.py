"""Photographs and a test pattern, enlarged and shrunk by every mode, side by side."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

import cyresize

DOCS = Path(__file__).parents[1]
PHOTOGRAPHS = {
    "astronaut": DOCS.parent / "examples" / "astronaut.jpg",
    "chelsea": DOCS / "photos" / "chelsea.jpg",
    "hubble": DOCS / "photos" / "hubble.jpg",
}
MODES = ("nearest", "nearest_exact", "linear", "linear_exact", "cubic", "area", "lanczos4")
SMOOTHED = ("linear", "cubic", "lanczos4")
# Top, left and side of the part that is enlarged.
DETAILS = {"astronaut": (88, 196, 36), "chelsea": (85, 165, 44)}
SHRUNK = ("astronaut", "hubble", "rings")
SIDE = 256
SMALL = 72


def photograph(name: str) -> np.ndarray:
    """An image in red, green, blue; ``rings`` is a pattern of ever finer rings."""
    if name == "rings":
        y, x = np.mgrid[:480, :480] - 239.5
        rings = 127.5 + 127.5 * np.cos(np.pi * (x * x + y * y) / 480 * 0.9)
        return np.repeat(np.rint(rings).astype(np.uint8)[:, :, None], 3, axis=2)
    with Image.open(PHOTOGRAPHS[name]) as picture:
        return np.asarray(picture.convert("RGB"))


def sheet(path: Path, images: dict[str, np.ndarray], columns: int) -> None:
    """Images with titles on a grid; pixels are shown as squares."""
    rows = -(-len(images) // columns)
    figure, grid = plt.subplots(rows, columns, figsize=(2.3 * columns, 2.45 * rows), squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, (name, image) in zip(grid.flat, images.items(), strict=False):
        axes.imshow(image, interpolation="nearest")
        axes.set_title(name, fontsize=12, pad=3)
    figure.subplots_adjust(0.005, 0.005, 0.995, 0.945, 0.02, 0.13)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def enlarged(name: str) -> dict[str, np.ndarray]:
    """A detail in every mode."""
    top, left, side = DETAILS[name]
    detail = photograph(name)[top : top + side, left : left + side]
    found = {f"source, {side} x {side}": detail}
    return found | {mode: cyresize.resize(detail, (SIDE, SIDE), interpolation=mode) for mode in MODES}


def shrunk(name: str) -> dict[str, np.ndarray]:
    """The whole image in every mode, then with antialiasing."""
    image = photograph(name)
    side = min(image.shape[:2])
    square = image[:side, (image.shape[1] - side) // 2 :][:, :side]
    size = (SMALL, SMALL)
    found = {mode: cyresize.resize(square, size, interpolation=mode) for mode in MODES}
    for mode in SMOOTHED:
        found[f"{mode}, antialias"] = cyresize.resize(square, size, interpolation=mode, antialias=True)
    return found


def draw(folder: Path) -> None:
    """A sheet for each."""
    for name in DETAILS:
        sheet(folder / f"enlarged_{name}.png", enlarged(name), 4)
    for name in SHRUNK:
        sheet(folder / f"shrunk_{name}.png", shrunk(name), 5)
