"""Where output samples lie in the source: the coordinate rules along one axis, enlarged and shrunk."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

import cyresize

RULES = {
    "half_pixel": lambda i, n, m: (i + 0.5) * n / m - 0.5,
    "align_corners": lambda i, n, m: i * (n - 1) / (m - 1),
    "asymmetric": lambda i, n, m: i * n / m,
}
WHO = {
    "half_pixel": "half_pixel\nOpenCV, Pillow, TensorFlow 2,\nPyTorch (align_corners=False)",
    "align_corners": "align_corners\nPyTorch (align_corners=True)",
    "asymmetric": "asymmetric\nONNX Upsample,\nnearest in OpenCV and PyTorch",
}
INK, SOURCE, OUTPUT = "#1c2024", "#dbe6f0", "#b3420a"


def check(rule: str, n: int, m: int, places: np.ndarray) -> None:
    """The picture is true: a ramp resampled by this rule gives the places, as far as they lie on the ramp."""
    got = cyresize.resample(np.arange(n, dtype=np.float64), m, axes=0, coordinates=rule)
    np.testing.assert_allclose(got, np.clip(places, 0, n - 1), atol=1e-12)


def strip(axes: Axes, rule: str, n: int, m: int) -> None:
    """Source pixels as boxes, output samples as dots at their places."""
    places = RULES[rule](np.arange(m), n, m)
    check(rule, n, m, places)
    for x in range(n):
        axes.add_patch(Rectangle((x - 0.5, 0), 1, 1, facecolor=SOURCE, edgecolor="#8aa0b4"))
        axes.plot(x, 0.5, "o", color="#5b7690", markersize=5)
        axes.text(x, 0.74, str(x), ha="center", fontsize=8, color="#41586d")
    axes.vlines(places, 0.12, 0.5, color=OUTPUT, linewidth=1)
    axes.plot(places, np.full(m, 0.12), "v", color=OUTPUT, markersize=6, clip_on=False)
    for i, place in enumerate(places):
        axes.text(place, -0.32, str(i), ha="center", fontsize=8, color=OUTPUT)
    axes.set(xlim=(-0.95, n - 0.05), ylim=(-0.4, 1.05))
    axes.axis("off")


def draw(folder: Path) -> None:
    """One row per rule, 4 samples to 8 on the left and 8 to 3 on the right."""
    figure, grid = plt.subplots(3, 2, figsize=(9, 4.3), width_ratios=(1, 1.15))
    for rule, (left, right) in zip(RULES, grid, strict=True):
        strip(left, rule, 4, 8)
        strip(right, rule, 8, 3)
        left.text(-0.12, 0.5, WHO[rule], transform=left.transAxes, ha="right", va="center", fontsize=8, color=INK)
    grid[0, 0].set_title("4 pixels to 8", fontsize=10)
    grid[0, 1].set_title("8 pixels to 3", fontsize=10)
    figure.savefig(folder / "coordinates.svg", bbox_inches="tight")
    plt.close(figure)
