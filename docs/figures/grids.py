"""Pooling, unpooling, unsampling and the pixel shuffles on grids small enough to follow each number."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cyresize import channels_last, functional

COLOURS = ("#cfe3f4", "#f9d9c3", "#d5ecd2", "#ecd6ee")
WHITE = "#ffffff"
VALUES = np.array([[1, 3, 2, 1], [4, 2, 1, 5], [2, 1, 0, 2], [1, 6, 3, 1]], np.float64)


def table(axes: Axes, values: np.ndarray, colours: np.ndarray, title: str, marked: np.ndarray | None = None) -> None:
    """Numbers in coloured boxes; marked ones in bold and framed."""
    height, width = values.shape
    for y, x in np.ndindex(values.shape):
        bold = marked is not None and bool(marked[y, x])
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=colours[y, x], edgecolor="#8a97a3", linewidth=0.8))
        weight = "bold" if bold else "normal"
        axes.text(x + 0.5, y + 0.52, f"{values[y, x]:g}", ha="center", va="center", fontsize=10, fontweight=weight)
        if bold:
            axes.add_patch(Rectangle((x + 0.07, y + 0.07), 0.86, 0.86, fill=False, edgecolor="#b3420a", linewidth=1.5))
    axes.set(xlim=(-0.05, width + 0.05), ylim=(height + 0.05, -0.05), aspect="equal")
    axes.set_title(title, fontsize=9)
    axes.axis("off")


def by_blocks(side: int) -> np.ndarray:
    """A colour for each quarter of a square."""
    quarter = np.arange(side) * 2 // side
    return np.array(COLOURS)[2 * quarter[:, None] + quarter]


def finish(figure: Figure, path: Path) -> None:
    """Save and forget."""
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def pooling(folder: Path) -> None:
    """Max pooling with its indices, and the way back."""
    pooled, indices = functional.max_pool2d(VALUES[None], 2, return_indices=True)
    back = functional.max_unpool2d(pooled, indices, 2)[0]
    chosen = np.zeros(VALUES.size, bool)
    chosen[indices.ravel()] = True
    chosen = chosen.reshape(VALUES.shape)
    figure, axes = plt.subplots(1, 4, figsize=(10, 2.7))
    table(axes[0], VALUES, by_blocks(4), "input", chosen)
    table(axes[1], pooled[0], by_blocks(2), "max_pool2d(x, 2)")
    table(axes[2], indices[0], by_blocks(2), "indices: where they were")
    table(axes[3], back, np.where(chosen, by_blocks(4), WHITE), "max_unpool2d(values, indices, 2)", chosen)
    finish(figure, folder / "pooling.svg")


def unsampling(folder: Path) -> None:
    """Three ways to twice the size, from one pooled grid."""
    pooled, indices = functional.max_pool2d(VALUES[None, None], 2, return_indices=True)
    corners = np.arange(16).reshape(4, 4)[::2, ::2].reshape(indices.shape)
    nails = functional.max_unpool2d(pooled, corners, 2)[0, 0]
    remembered = functional.max_unpool2d(pooled, indices, 2)[0, 0]
    repeated = functional.interpolate(pooled, scale_factor=2, mode="nearest")[0, 0]
    smooth = functional.interpolate(pooled, scale_factor=2, mode="bilinear")[0, 0]
    figure, axes = plt.subplots(1, 5, figsize=(10.5, 2.5))
    table(axes[0], pooled[0, 0], by_blocks(2), "input")
    table(axes[1], repeated, by_blocks(4), "nearest: repeated")
    table(axes[2], nails, np.where(nails > 0, by_blocks(4), WHITE), "corner of each block")
    table(axes[3], remembered, np.where(remembered > 0, by_blocks(4), WHITE), "place remembered by pooling")
    table(axes[4], np.round(smooth, 2), by_blocks(4), "bilinear")
    finish(figure, folder / "unsampling.svg")


def shuffles(folder: Path) -> None:
    """Eight channels of one pixel become two channels of 2 x 2, in three orders."""
    depth = np.arange(8)
    results = {
        "pixel_shuffle\n(PyTorch; CRD)": functional.pixel_shuffle(depth.reshape(8, 1, 1), 2),
        "depth_to_space\n(TensorFlow; DCR)": np.moveaxis(
            channels_last.depth_to_space(depth.reshape(1, 1, 1, 8), 2)[0], -1, 0
        ),
        "phase_shift\n(ESPCN)": np.moveaxis(channels_last.phase_shift(depth.reshape(1, 1, 1, 8), 2)[0], -1, 0),
    }
    figure, axes = plt.subplots(2, 4, figsize=(9, 4.2))
    shades = np.array(COLOURS)[depth % 4]
    table(axes[0, 0], depth[:, None], shades[:, None], "8 channels of one pixel")
    axes[0, 0].set_position([0.05, 0.05, 0.12, 0.82])
    axes[1, 0].axis("off")
    for k, (name, planes) in enumerate(results.items(), 1):
        for c in range(2):
            title = f"{name}\nchannel 0" if c == 0 else "channel 1"
            table(axes[c, k], planes[c], shades[planes[c]], title)
    figure.savefig(folder / "shuffles.svg", bbox_inches="tight")
    plt.close(figure)


def draw(folder: Path) -> None:
    """All grids."""
    pooling(folder)
    unsampling(folder)
    shuffles(folder)
