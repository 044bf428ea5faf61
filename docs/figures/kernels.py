"""The kernels as the library applies them: the weight that a single bright sample gets at each distance."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import cyresize

FINE = 64
N = 33
KERNELS = (
    ("linear", {"mode": "linear"}),
    ("cubic, a = -0.75", {"mode": "cubic", "cubic_a": -0.75}),
    ("cubic, a = -0.5", {"mode": "cubic", "cubic_a": -0.5}),
    ("area (box)", {"mode": "area", "like": "pillow"}),
    ("hamming", {"mode": "hamming", "like": "pillow"}),
    ("lanczos3", {"mode": "lanczos3"}),
    ("lanczos4", {"mode": "lanczos4"}),
)


def response(signal: np.ndarray, options: dict[str, object]) -> tuple[np.ndarray, np.ndarray]:
    """Places around the middle of the signal, in samples, and what the signal becomes there."""
    values = cyresize.resample(signal, FINE * N, axes=0, **options)
    places = (np.arange(FINE * N) + 0.5) / FINE - 0.5 - N // 2
    near = np.abs(places) <= 4.5
    return places[near], values[near]


def draw(folder: Path) -> None:
    """Impulses and steps."""
    impulse, step = np.zeros(N), np.zeros(N)
    impulse[N // 2] = 1
    step[N // 2 :] = 1
    figure, grid = plt.subplots(2, len(KERNELS), figsize=(9.5, 3.6), sharex=True, sharey="row")
    for column, (name, options) in zip(grid.T, KERNELS, strict=True):
        for axes, signal in zip(column, (impulse, step), strict=True):
            axes.axhline(0, color="#c5ccd2", linewidth=0.7)
            axes.plot(*response(signal, options), color="#0b63a5", linewidth=1.4)
            axes.spines[["top", "right"]].set_visible(False)
            axes.tick_params(labelsize=8)
            axes.set_xticks((-4, 0, 4))
        column[0].set_title(name, fontsize=9)
    grid[0, 0].set_ylabel("one bright sample", fontsize=9)
    grid[1, 0].set_ylabel("an edge", fontsize=9)
    figure.tight_layout()
    figure.savefig(folder / "kernels.svg")
    plt.close(figure)
