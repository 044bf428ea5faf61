"""Every rule as a builder of plans, for the tests of plans and rules."""

import numpy as np

from cyresize.engine import rules

# Plans whose taps all lie inside the source: horizontal kernels read them without a check.
FOLDED = {
    "nearest": rules.nearest,
    "nearest_exact": lambda n_in, n_out, scale: rules.nearest_exact(n_in, n_out),
    "linear": rules.linear,
    "cubic": lambda n_in, n_out, scale: rules.cubic(n_in, n_out, scale, -0.75),
    "cubic_half": lambda n_in, n_out, scale: rules.cubic(n_in, n_out, scale, -0.5),
    "lanczos4": rules.lanczos4,
    "linear_u8_columns": lambda n_in, n_out, scale: rules.opencv_linear_u8(n_in, n_out, scale, True),
    "linear_exact_u8": lambda n_in, n_out, scale: rules.opencv_linear_exact(n_in, n_out, scale, 256.0),
    "linear_exact_u16": lambda n_in, n_out, scale: rules.opencv_linear_exact(n_in, n_out, scale, 65536.0),
    "cubic_u8": rules.opencv_cubic_u8,
    "lanczos4_u8": rules.opencv_lanczos4_u8,
    "aa_box": lambda n_in, n_out, scale: rules.antialiased(n_in, n_out, "box"),
    "aa_linear": lambda n_in, n_out, scale: rules.antialiased(n_in, n_out, "linear"),
    "aa_cubic": lambda n_in, n_out, scale: rules.antialiased(n_in, n_out, "cubic"),
    "aa_lanczos3": lambda n_in, n_out, scale: rules.antialiased(n_in, n_out, "lanczos3"),
    "aa_hamming": lambda n_in, n_out, scale: rules.antialiased(n_in, n_out, "hamming"),
    "aa_linear_u8": lambda n_in, n_out, scale: rules.antialiased(n_in, n_out, "linear", fixed22=True),
    "aa_cubic_u8": lambda n_in, n_out, scale: rules.antialiased(n_in, n_out, "cubic", fixed22=True),
    "aa_lanczos3_u8": lambda n_in, n_out, scale: rules.antialiased(n_in, n_out, "lanczos3", fixed22=True),
}
# AREA has one rule where the axes shrink and one where they grow.
SHRINKING = {
    "area": rules.opencv_area_shrink,
    "area_exact": lambda n_in, n_out, scale: rules.opencv_area_shrink(n_in, n_out, scale, single=False),
}
GROWING = {
    "area_grows": lambda n_in, n_out, scale: rules.opencv_area_enlarge(n_in, n_out, scale, True),
    "area_grows_exact": lambda n_in, n_out, scale: rules.opencv_area_enlarge(n_in, n_out, scale, True, single=False),
    "area_grows_u8": lambda n_in, n_out, scale: rules.opencv_area_enlarge_u8(n_in, n_out, scale, True),
}
# Row plans may point outside: the drivers clamp row numbers.
ROWS = {
    "linear_u8_rows": lambda n_in, n_out, scale: rules.opencv_linear_u8(n_in, n_out, scale, False),
    "area_grows_u8_rows": lambda n_in, n_out, scale: rules.opencv_area_enlarge_u8(n_in, n_out, scale, False),
    "area_grows_rows": lambda n_in, n_out, scale: rules.opencv_area_enlarge(n_in, n_out, scale, False),
}
# What a plan's weights add up to, where that is not one.
TOTALS = {
    "linear_u8_columns": 2048, "linear_u8_rows": 2048, "area_grows_u8": 2048, "area_grows_u8_rows": 2048,
    "cubic_u8": 2048, "lanczos4_u8": 2048, "linear_exact_u8": 256, "linear_exact_u16": 65536,
    "aa_linear_u8": 1 << 22, "aa_cubic_u8": 1 << 22, "aa_lanczos3_u8": 1 << 22,
}  # fmt: skip

LENGTHS = [(1, 1), (1, 7), (2, 5), (3, 2), (5, 5), (8, 3), (8, 16), (12, 4), (17, 9), (9, 17), (100, 7), (33, 32)]


def applicable(n_in, n_out):
    """The rules that make sense from ``n_in`` to ``n_out`` samples."""
    return {**FOLDED, **ROWS, **(SHRINKING if n_in >= n_out else {}), **(GROWING if n_in <= n_out else {})}


def opencv_scale(n_in, n_out):
    return 1.0 / (n_out / n_in)


def all_plans():
    """(name, n_in, n_out) of every rule over every pair of lengths."""
    return [(name, *lengths) for lengths in LENGTHS for name in applicable(*lengths)]


def build(name, n_in, n_out):
    return applicable(n_in, n_out)[name](n_in, n_out, opencv_scale(n_in, n_out))


def dense(plan):
    """The plan as a matrix n_out x n_in; taps outside count for the edge."""
    w = np.zeros((plan.n_out, plan.n_in))
    for i, (first, count, weights) in enumerate(zip(plan.start, plan.lengths, plan.weights, strict=True)):
        for k in range(count):
            w[i, min(max(first + k, 0), plan.n_in - 1)] += weights[k]
    return w
