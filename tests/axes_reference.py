"""The slow oracle of `resample`: one weight at a time, from the words of the rules, in float64.

``matrix`` gives the dense weights of one axis; ``apply`` multiplies them onto axes.
"""

import math

import numpy as np


def linear(x):
    return max(1 - abs(x), 0.0)


def cubic(a):
    def kernel(x):
        x = abs(x)
        if x < 1:
            return (a + 2) * x**3 - (a + 3) * x**2 + 1
        return a * (x**3 - 5 * x**2 + 8 * x - 4) if x < 2 else 0.0

    return kernel


def lanczos(lobes):
    return lambda x: float(np.sinc(x) * np.sinc(x / lobes)) if abs(x) < lobes else 0.0


def hamming(x):
    return float(np.sinc(x)) * (0.54 + 0.46 * math.cos(math.pi * x)) if abs(x) < 1 else 0.0


def gaussian(x):
    return math.exp(-2 * x * x) if abs(x) < 1.5 else 0.0


def mitchell(x):
    x = abs(x)
    if x < 1:
        return (7 * x**3 - 12 * x**2 + 16 / 3) / 6
    return (-7 / 3 * x**3 + 12 * x**2 - 20 * x + 32 / 3) / 6 if x < 2 else 0.0


def coordinate(rule, i, n_in, n_out, scale, width, start=0.0, end=1.0):
    """Where output i lies; ``width`` is the output's length before rounding."""
    if rule == "half_pixel":
        return (i + 0.5) / scale - 0.5
    if rule == "half_pixel_symmetric":
        return n_in / 2 * (1 - n_out / width) + (i + 0.5) / scale - 0.5
    if rule == "pytorch_half_pixel":
        return (i + 0.5) / scale - 0.5 if n_out > 1 else 0.0
    if rule == "align_corners":
        return i * (n_in - 1) / (width - 1) if n_out > 1 else 0.0
    if rule == "asymmetric":
        return i / scale
    if n_out == 1:
        return 0.5 * (start + end) * (n_in - 1)
    return start * (n_in - 1) + i * (end - start) * (n_in - 1) / (width - 1)


ROUND = {
    "floor": math.floor,
    "ceil": math.ceil,
    "round_prefer_floor": lambda v: math.ceil(v - 0.5),
    "round_prefer_ceil": lambda v: math.floor(v + 0.5),
}


def nearest_matrix(n_in, at, rounding):
    w = np.zeros((len(at), n_in))
    for i, c in enumerate(at):
        w[i, min(max(ROUND[rounding](c), 0), n_in - 1)] = 1
    return w


def matrix(n_in, at, kernel, support, border="replicate", stretch=1.0):
    """Weights of a kernel around each of the coordinates ``at``."""
    w = np.zeros((len(at), n_in))
    for i, c in enumerate(at):
        reach = support * stretch
        taps = range(math.floor(c - reach), math.ceil(c + reach) + 1)
        values = {j: kernel((j - c) / stretch) for j in taps}
        if border == "renormalise":
            values = {j: v for j, v in values.items() if 0 <= j < n_in}
        total = sum(values.values())
        for j, v in values.items():
            if 0 <= j < n_in or border == "replicate":
                w[i, min(max(j, 0), n_in - 1)] += v / total
    return w


def area_matrix(n_in, n_out):
    """The mean of what each output covers."""
    w = np.zeros((n_out, n_in))
    for i in range(n_out):
        low, high = i * n_in / n_out, (i + 1) * n_in / n_out
        for j in range(n_in):
            w[i, j] = max(min(j + 1, high) - max(j, low), 0) / (high - low)
    return w


def apply(x, matrices):
    """``x`` in float64 with matrices {axis: w} applied."""
    out = x.astype(np.float64)
    for axis, w in matrices.items():
        out = np.moveaxis(np.tensordot(w, out, (1, axis)), 0, axis)
    return out
