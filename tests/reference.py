"""The slow oracle: what every mode of ``resize`` means, in NumPy, independent of the package under test.

Three layers, each obvious by itself:

* dense weight matrices W (n_out x n_in) in float64, so that a resize is ``Wy @ image @ Wx.T`` (`resize_exact`);
* the textbook loop over output pixels with four neighbours (`bilinear_loop`);
* the integer and float32 arithmetic of OpenCV 5 and Pillow, step by step (`opencv`, `pillow`).

Letters: H, W, C source; OH, OW output. ``scale`` is source samples per output sample. Images are H x W x C.
"""

from dataclasses import dataclass

import numpy as np

FLOAT32 = np.float32

# ---- sizes and scales


@dataclass(frozen=True)
class Size:
    """An output size with the factor of each axis; OpenCV's scale is the factor's inverse, rounded to double."""

    oh: int
    ow: int
    inverse_y: float
    inverse_x: float

    @property
    def scale_y(self):
        return 1.0 / self.inverse_y

    @property
    def scale_x(self):
        return 1.0 / self.inverse_x


def size_from_dsize(shape, dsize):
    """OpenCV's factors for a wanted (width, height)."""
    ow, oh = dsize
    return Size(oh, ow, oh / shape[0], ow / shape[1])


def size_from_factors(shape, fx, fy):
    """OpenCV's size and scale for given factors: sides are rounded half to even, the scale is 1/factor."""
    return Size(round(shape[0] * fy), round(shape[1] * fx), fy, fx)


def is_whole(scale):
    """OpenCV's test for a whole-number scale."""
    return abs(scale - np.rint(scale)) < np.finfo(float).eps


# ---- kernels: functions of the distance between output sample and source sample


def triangle(x):
    """Linear interpolation; support 1."""
    return np.maximum(1.0 - np.abs(x), 0.0)


def keys(a):
    """Keys' cubic with parameter ``a``; support 2."""

    def kernel(x):
        x = np.abs(x)
        near = (a + 2) * x**3 - (a + 3) * x**2 + 1
        far = a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a
        return np.where(x < 1, near, np.where(x < 2, far, 0.0))

    return kernel


def lanczos(lobes):
    """Windowed sinc; support ``lobes``."""
    return lambda x: np.where((x >= -lobes) & (x < lobes), np.sinc(x) * np.sinc(x / lobes), 0.0)


# ---- dense weight matrices


def centres(n_out, scale):
    """Source coordinate of every output sample's centre (sample i covers i - 0.5 .. i + 0.5)."""
    return (np.arange(n_out) + 0.5) * scale - 0.5


def scatter(n_in, index, values):
    """W[i, clamp(index[i, k])] += values[i, k]: taps outside the source count for the edge sample."""
    w = np.zeros((len(index), n_in))
    rows = np.broadcast_to(np.arange(len(index))[:, None], index.shape)
    np.add.at(w, (rows, np.clip(index, 0, n_in - 1)), values)
    return w


def interpolation_matrix(n_in, n_out, scale, kernel, support):
    """A kernel that keeps its width whatever the scale: 2*support taps around each centre, normalised."""
    at = centres(n_out, scale)
    index = np.floor(at).astype(int)[:, None] + np.arange(1 - support, support + 1)
    values = kernel(at[:, None] - index)
    return scatter(n_in, index, values / values.sum(1, keepdims=True))


def nearest_index(n_in, n_out, scale):
    """OpenCV NEAREST."""
    return np.minimum(np.floor(np.arange(n_out) * scale).astype(int), n_in - 1)


def nearest_exact_index(n_in, n_out):
    """OpenCV 5 NEAREST_EXACT: a running sum in double."""
    step = n_in / n_out
    at, index = step * 0.5, []
    for _ in range(n_out):
        index.append(min(int(at), n_in - 1))
        at += step
    return np.array(index)


def area_shrink_taps(n_in, n_out, scale, single=True):
    """AREA on a shrinking axis: per output the source cells and their shares.

    ``single``: shares are float32 and those below 1e-3 of a source sample are dropped, as OpenCV does.
    """
    share, least = (FLOAT32, 1e-3) if single else (float, 0.0)
    taps = []
    for i in range(n_out):
        left, right = i * scale, i * scale + scale
        cell = min(scale, n_in - left)
        last = min(int(np.floor(right)), n_in - 1)
        first = min(int(np.ceil(left)), last)
        row = []
        if first - left > least:
            row.append((first - 1, share((first - left) / cell)))
        row += [(s, share(1.0 / cell)) for s in range(first, last)]
        if right - last > least:
            row.append((last, share(min(right - last, 1.0, cell) / cell)))
        taps.append(row)
    return taps


def area_fraction(n_out, inverse, single=True):
    """AREA where an axis grows: left neighbour and weight of the right one, float32 in OpenCV."""
    i = np.arange(n_out)
    low = np.floor(i * (1.0 / inverse)).astype(int)
    fraction = ((i + 1) - (low + 1) * inverse).astype(FLOAT32 if single else float)
    return low, np.where(fraction <= 0, np.zeros_like(fraction), fraction - np.floor(fraction))


def area_matrix(n_in, n_out, inverse, grows, single):
    """AREA along one axis; ``grows``: any axis of the image is enlarged, which changes the rule for both."""
    if grows:
        low, fraction = area_fraction(n_out, inverse, single)
        inside = low < n_in - 1
        fraction = np.where(inside, fraction, 0).astype(float)
        return scatter(n_in, np.stack([low, low + 1], 1), np.stack([1 - fraction, fraction], 1))
    w = np.zeros((n_out, n_in))
    scale = 1.0 / inverse
    if is_whole(scale):
        factor = int(np.rint(scale))
        for i in range(n_out):
            w[i, i * factor : (i + 1) * factor] = 1.0
        return w / w.sum(1, keepdims=True)
    for i, row in enumerate(area_shrink_taps(n_in, n_out, scale, single)):
        for s, share in row:
            w[i, s] += share
    return w


def antialiased_matrix(n_in, n_out, kernel, support):
    """Pillow's rule: the kernel is as much wider as the axis shrinks, cut at the image and normalised."""
    scale = n_in / n_out
    stretch = max(scale, 1.0)
    w = np.zeros((n_out, n_in))
    for i in range(n_out):
        centre = (i + 0.5) * scale
        begin = max(int(centre - support * stretch + 0.5), 0)
        end = min(int(centre + support * stretch + 0.5), n_in)
        values = kernel((np.arange(begin, end) - centre + 0.5) * (1.0 / stretch))
        w[i, begin:end] = values / values.sum()
    return w


ANTIALIASED = {"LINEAR": (triangle, 1.0), "CUBIC": (keys(-0.5), 2.0), "LANCZOS4": (lanczos(3.0), 3.0)}


def matrix(mode, n_in, n_out, inverse, *, grows=False, antialias=False, single=True):
    """The dense weights of one axis in mode ``mode`` (OpenCV's name without INTER_).

    ``single``: AREA's weights are float32. OpenCV has them so; it does not take 32-bit integers, for which they are
    exact here.
    """
    scale = 1.0 / inverse
    if antialias:
        return antialiased_matrix(n_in, n_out, *ANTIALIASED[mode])
    if mode == "NEAREST":
        return np.eye(n_in)[nearest_index(n_in, n_out, scale)]
    if mode == "NEAREST_EXACT":
        return np.eye(n_in)[nearest_exact_index(n_in, n_out)]
    if mode == "AREA":
        return area_matrix(n_in, n_out, inverse, grows, single)
    kernel, support = {
        "LINEAR": (triangle, 1),
        "LINEAR_EXACT": (triangle, 1),
        "CUBIC": (keys(-0.75), 2),
        "LANCZOS4": (lanczos(4.0), 4),
    }[mode]
    return interpolation_matrix(n_in, n_out, scale, kernel, support)


def footprint(mode, n_in, n_out, inverse, grows):
    """Which source samples an output reads at all, a weight of zero included: what a NaN can reach."""
    if mode == "AREA" and not grows:
        return area_matrix(n_in, n_out, inverse, grows, True) > 0
    if mode == "AREA":
        low = area_fraction(n_out, inverse)[0]
        index = np.stack([low, low + 1], 1)
    else:
        support = {"LINEAR": 1, "LINEAR_EXACT": 1, "CUBIC": 2, "LANCZOS4": 4}[mode]
        index = np.floor(centres(n_out, 1.0 / inverse)).astype(int)[:, None] + np.arange(1 - support, support + 1)
    return scatter(n_in, index, np.ones(index.shape)) > 0


def matrices(shape, size, mode, *, antialias=False, single=True):
    """(Wy, Wx) of a resize."""
    grows = size.scale_x < 1 or size.scale_y < 1
    options = {"grows": grows, "antialias": antialias, "single": single}
    wy = matrix(mode, shape[0], size.oh, size.inverse_y, **options)
    wx = matrix(mode, shape[1], size.ow, size.inverse_x, **options)
    return wy, wx


def resize_exact(image, size, mode, *, antialias=False):
    """The resized H x W x C image in float64, not rounded; a resize to the same size is a copy."""
    single = image.dtype not in (np.int32, np.uint32)
    image = image.astype(np.float64)
    if image.shape[:2] == (size.oh, size.ow):
        return image
    wy, wx = matrices(image.shape, size, mode, antialias=antialias, single=single)
    across = np.tensordot(wx, image, (1, 1))  # OW x H x C
    return np.tensordot(wy, across, (1, 1))


def summation_error(shape, size, mode, unit, *, antialias=False):
    """Bound on the relative error of a resize whose weights, products and sums are rounded to ``unit`` (2**-24...).

    A sum of n rounded products is off by at most (n + 1)*unit times the sum of their magnitudes; two passes add up.
    Multiply by the largest source magnitude.
    """
    wy, wx = matrices(shape, size, mode, antialias=antialias)
    terms = sum(np.count_nonzero(w, 1).max() + 2 for w in (wy, wx))
    return terms * unit * np.abs(wy).sum(1).max() * np.abs(wx).sum(1).max()


def bilinear_loop(image, oh, ow):
    """The textbook loop: centre-aligned coordinates, four neighbours, indices clamped to the edge."""
    h, w = image.shape[:2]
    out = np.zeros((oh, ow, *image.shape[2:]))
    for y in range(oh):
        for x in range(ow):
            sy, sx = (y + 0.5) * h / oh - 0.5, (x + 0.5) * w / ow - 0.5
            y0, x0 = int(np.floor(sy)), int(np.floor(sx))
            dy, dx = sy - y0, sx - x0
            top, bottom = min(max(y0, 0), h - 1), min(max(y0 + 1, 0), h - 1)
            left, right = min(max(x0, 0), w - 1), min(max(x0 + 1, 0), w - 1)
            out[y, x] = (
                (1 - dy) * (1 - dx) * image[top, left].astype(float)
                + (1 - dy) * dx * image[top, right]
                + dy * (1 - dx) * image[bottom, left]
                + dy * dx * image[bottom, right]
            )
    return out


# ---- rounding to the stored type


def clipped(exact, dtype):
    """Float64 values limited to what an integer dtype can hold."""
    limits = np.iinfo(dtype)
    return np.clip(exact, limits.min, limits.max)


def rounded(exact, dtype):
    """Float64 values as ``dtype``: half to even and saturated for integers, a plain cast for floats."""
    if np.dtype(dtype).kind == "f":
        return exact.astype(dtype)
    return clipped(np.rint(exact), dtype).astype(dtype)


# ---- OpenCV 5: two neighbours per axis in fixed point


def float32_split(n_out, scale):
    """Left neighbour and fraction; OpenCV rounds the coordinate to float32 before it takes it apart."""
    at = centres(n_out, scale).astype(FLOAT32)
    low = np.floor(at)
    return low.astype(int), at - low


def two_taps(low, fraction, n_in, columns):
    """Clamped neighbours and 11-bit weights; a column outside takes the edge alone, a row keeps its fraction."""
    last = n_in - 1
    if columns:
        fraction = np.where((low < 0) | (low >= last), FLOAT32(0), fraction)
        low = np.clip(low, 0, last)
    left = np.rint((FLOAT32(1) - fraction) * FLOAT32(2048)).astype(np.int64)
    right = np.rint(fraction * FLOAT32(2048)).astype(np.int64)
    return np.clip(low, 0, last), np.clip(low + 1, 0, last), left, right


def blend_u8(image, columns, rows):
    """OpenCV's bilinear blend of bytes: the products of the vertical pass are rounded down one by one."""
    x0, x1, a0, a1 = columns
    y0, y1, b0, b1 = rows
    image = image.astype(np.int64)
    across = image[:, x0] * a0[:, None] + image[:, x1] * a1[:, None]
    top = (b0[:, None, None] * (across[y0] >> 4)) >> 16
    bottom = (b1[:, None, None] * (across[y1] >> 4)) >> 16
    return ((top + bottom + 2) >> 2).astype(np.uint8)


def opencv_linear_u8(image, size):
    """LINEAR on uint8."""
    h, w = image.shape[:2]
    columns = two_taps(*float32_split(size.ow, size.scale_x), w, True)
    rows = two_taps(*float32_split(size.oh, size.scale_y), h, False)
    return blend_u8(image, columns, rows)


def exact_taps(n_in, n_out, scale, one):
    """LINEAR_EXACT: weights in 1/one from the double coordinate; the edge sample alone outside."""
    at = scale * (np.arange(n_out) + 0.5) - 0.5
    low = np.floor(at).astype(np.int64)
    right = np.rint((at - low) * one).astype(np.int64)
    right = np.where((low < 0) | (low >= n_in - 1), 0, right)
    low = np.clip(low, 0, n_in - 1)
    return low, np.minimum(low + 1, n_in - 1), one - right, right


def opencv_linear_exact(image, size):
    """LINEAR_EXACT on uint8 and uint16: one rounding, at the end."""
    bits = 8 * image.dtype.itemsize
    x0, x1, a0, a1 = exact_taps(image.shape[1], size.ow, size.scale_x, 1 << bits)
    y0, y1, b0, b1 = exact_taps(image.shape[0], size.oh, size.scale_y, 1 << bits)
    wide = image.astype(np.uint64)
    a0, a1 = a0.astype(np.uint64)[:, None], a1.astype(np.uint64)[:, None]
    b0, b1 = b0.astype(np.uint64)[:, None, None], b1.astype(np.uint64)[:, None, None]
    across = wide[:, x0] * a0 + wide[:, x1] * a1
    total = across[y0] * b0 + across[y1] * b1
    return ((total + np.uint64(1 << (2 * bits - 1))) >> np.uint64(2 * bits)).astype(image.dtype)


# ---- OpenCV 5: four and eight taps in fixed point


def cubic_weights(fraction):
    """Keys' kernel with a = -0.75, in float32 in OpenCV's order of operations."""
    a, one = FLOAT32(-0.75), FLOAT32(1)
    x, far, near = fraction, fraction + one, one - fraction
    w0 = ((a * far - FLOAT32(5) * a) * far + FLOAT32(8) * a) * far - FLOAT32(4) * a
    w1 = ((a + FLOAT32(2)) * x - (a + FLOAT32(3))) * x * x + one
    w2 = ((a + FLOAT32(2)) * near - (a + FLOAT32(3))) * near * near + one
    return np.stack([w0, w1, w2, one - w0 - w1 - w2], 1)


def lanczos4_weights(fraction):
    """OpenCV's eight Lanczos weights: one sine and cosine per pixel, normalised in float32."""
    s = np.sqrt(0.5)
    pairs = [(1, 0), (-s, -s), (0, 1), (s, -s), (-1, 0), (s, s), (0, -1), (-s, s)]
    out = np.zeros((len(fraction), 8), FLOAT32)
    for row, x in zip(out, fraction, strict=True):
        at = x + FLOAT32(3)
        y0 = -float(at) * np.pi * 0.25
        total = FLOAT32(0)
        for k, (c, d) in enumerate(pairs):
            offset = at - FLOAT32(k)
            if abs(offset) >= FLOAT32(1e-6):
                y = -float(offset) * np.pi * 0.25
                row[k] = FLOAT32((c * np.sin(y0) + d * np.cos(y0)) / (y * y))
            else:
                row[k] = FLOAT32(1e30)
            total += row[k]
        row *= FLOAT32(1) / total
    return out


def fixed_axis(n_in, n_out, scale, weights_of, before):
    """Clamped indices and 11-bit weights of one axis, each n_out x taps."""
    low, fraction = float32_split(n_out, scale)
    weights = np.rint(weights_of(fraction) * FLOAT32(2048)).astype(np.int64)
    index = np.clip(low[:, None] - before + np.arange(weights.shape[1]), 0, n_in - 1)
    return index, weights


def fixed_u8(image, size, weights_of, before):
    """Both passes in whole numbers, one rounding at the end; sums wrap at 32 bits as OpenCV's do."""
    columns, a = fixed_axis(image.shape[1], size.ow, size.scale_x, weights_of, before)
    rows, b = fixed_axis(image.shape[0], size.oh, size.scale_y, weights_of, before)
    across = (image.astype(np.int64)[:, columns] * a[None, :, :, None]).sum(2)
    total = (across[rows] * b[:, :, None, None]).sum(1) + (1 << 21)
    return np.clip(total.astype(np.int32) >> 22, 0, 255).astype(np.uint8)


def opencv_cubic_u8(image, size):
    """CUBIC on uint8 in integers throughout (OpenCV uses a float form for most columns: within 1)."""
    return fixed_u8(image, size, cubic_weights, 1)


def opencv_lanczos4_u8(image, size):
    """LANCZOS4 on uint8."""
    return fixed_u8(image, size, lanczos4_weights, 3)


# ---- OpenCV 5: AREA


def area_half(image, oh, ow):
    """Windows of 2 x 2 in whole numbers: (sum + 2) >> 2."""
    s = image[: 2 * oh, : 2 * ow].astype(np.uint32)
    total = s[0::2, 0::2] + s[0::2, 1::2] + s[1::2, 0::2] + s[1::2, 1::2]
    return ((total + 2) >> 2).astype(image.dtype)


def area_window(samples, whole):
    """Sum of one window's samples (n x C, float32) in OpenCV's order: groups of four while the window is whole."""
    total = np.zeros(samples.shape[1], FLOAT32)
    grouped = len(samples) // 4 * 4 if whole else 0
    for k in range(0, grouped, 4):
        total = total + (((samples[k] + samples[k + 1]) + samples[k + 2]) + samples[k + 3])
    for k in range(grouped, len(samples)):
        total = total + samples[k]
    return total


def area_whole(image, size):
    """AREA by whole-number factors."""
    fy, fx = int(np.rint(size.scale_y)), int(np.rint(size.scale_x))
    h, w, c = image.shape
    half = fx == 2 and fy == 2
    inner_h, inner_w = min(size.oh, h // fy), min(size.ow, w // fx)
    out = np.zeros((size.oh, size.ow, c), image.dtype)
    wide = image.astype(FLOAT32)
    inverse = FLOAT32(1) / FLOAT32(fx * fy)
    for y in range(size.oh):
        for x in range(size.ow):
            window = wide[y * fy : (y + 1) * fy, x * fx : (x + 1) * fx].reshape(-1, c)
            if y < inner_h and x < inner_w:
                mean = area_window(window, True) * inverse
            else:
                mean = area_window(window, False) / FLOAT32(len(window))
            out[y, x] = rounded(mean, image.dtype)
    if half and image.dtype.kind == "u" and c in (1, 3, 4):
        out[:inner_h, :inner_w] = area_half(image, inner_h, inner_w)
    if half and image.dtype == FLOAT32 and c in (1, 4):
        paired = inner_w // 4 * 4 if c == 1 else inner_w  # one channel: vectors of four, then the plain loop
        s = image[: 2 * inner_h, : 2 * paired]
        top, bottom = s[0::2, 0::2] + s[0::2, 1::2], s[1::2, 0::2] + s[1::2, 1::2]
        out[:inner_h, :paired] = (top + bottom) * FLOAT32(0.25)
    return out


def area_shrink(image, size):
    """AREA by other factors: float32, horizontal first, taps in order."""
    h, w, c = image.shape
    wide = image.astype(FLOAT32)
    across = np.zeros((h, size.ow, c), FLOAT32)
    for x, taps in enumerate(area_shrink_taps(w, size.ow, size.scale_x)):
        for s, share in taps:
            across[:, x] = across[:, x] + wide[:, s] * share
    out = np.zeros((size.oh, size.ow, c), FLOAT32)
    for y, taps in enumerate(area_shrink_taps(h, size.oh, size.scale_y)):
        for s, share in taps:
            out[y] = out[y] + across[s] * share
    return rounded(out, image.dtype)


def area_enlarge(image, size):
    """AREA where an axis grows: bilinear at area's coordinates."""
    h, w = image.shape[:2]
    low_x, fraction_x = area_fraction(size.ow, size.inverse_x)
    low_y, fraction_y = area_fraction(size.oh, size.inverse_y)
    if image.dtype == np.uint8:
        return blend_u8(image, two_taps(low_x, fraction_x, w, True), two_taps(low_y, fraction_y, h, False))
    one = FLOAT32(1)
    fraction_x = np.where(low_x >= w - 1, FLOAT32(0), fraction_x)[:, None]
    fraction_y = fraction_y[:, None, None]
    x0, x1 = np.minimum(low_x, w - 1), np.minimum(low_x + 1, w - 1)
    y0, y1 = np.minimum(low_y, h - 1), np.minimum(low_y + 1, h - 1)
    wide = image.astype(FLOAT32)
    across = wide[:, x0] * (one - fraction_x) + wide[:, x1] * fraction_x
    return rounded(across[y0] * (one - fraction_y) + across[y1] * fraction_y, image.dtype)


def opencv_area(image, size):
    """AREA on uint8, uint16 and float32."""
    if size.scale_x >= 1 and size.scale_y >= 1:
        if is_whole(size.scale_x) and is_whole(size.scale_y):
            return area_whole(image, size)
        return area_shrink(image, size)
    return area_enlarge(image, size)


def opencv(image, size, mode):
    """What OpenCV 5.0 gives for an H x W x C image, to the bit, for the (mode, dtype) pairs in OPENCV_EXACT."""
    if (mode, image.dtype.name) not in OPENCV_EXACT and not mode.startswith("NEAREST"):
        raise KeyError(f"no exact arithmetic for {mode} on {image.dtype}")
    if image.shape[:2] == (size.oh, size.ow):
        return image.copy()
    if mode == "NEAREST":
        rows = nearest_index(image.shape[0], size.oh, size.scale_y)
        return image[rows][:, nearest_index(image.shape[1], size.ow, size.scale_x)]
    if mode == "NEAREST_EXACT":
        return image[nearest_exact_index(image.shape[0], size.oh)][:, nearest_exact_index(image.shape[1], size.ow)]
    half = all(is_whole(s) and np.rint(s) == 2 for s in (size.scale_x, size.scale_y))
    if half and (mode == "LINEAR" or (mode == "LINEAR_EXACT" and image.shape[2] != 2)):
        return opencv_area(image, size)
    return OPENCV_EXACT[mode, image.dtype.name](image, size)


OPENCV_EXACT = {
    ("LINEAR", "uint8"): opencv_linear_u8,
    ("LINEAR_EXACT", "uint8"): opencv_linear_exact,
    ("LINEAR_EXACT", "uint16"): opencv_linear_exact,
    ("CUBIC", "uint8"): opencv_cubic_u8,
    ("LANCZOS4", "uint8"): opencv_lanczos4_u8,
    ("AREA", "uint8"): opencv_area,
    ("AREA", "uint16"): opencv_area,
    ("AREA", "float32"): opencv_area,
}

# ---- Pillow


def pillow_axis(image, n_out, mode):
    """One pass of Pillow over axis 1 of a uint8 image: 22-bit weights, the result rounded to uint8."""
    if image.shape[1] == n_out:
        return image
    w = antialiased_matrix(image.shape[1], n_out, *ANTIALIASED[mode]) * (1 << 22)
    w = np.trunc(w + np.where(w >= 0, 0.5, -0.5)).astype(np.int64)
    total = np.einsum("ij,hjc->hic", w, image.astype(np.int64)) + (1 << 21)
    return np.clip(total >> 22, 0, 255).astype(np.uint8)


def pillow(image, oh, ow, mode):
    """Pillow 13's Image.resize of a uint8 H x W x C image, channels independent.

    The vertical pass comes first where the height loses more than twice as many samples as the width.
    """
    h, w = image.shape[:2]
    if oh < h and h - oh > 2 * (w - ow):
        down = pillow_axis(image.swapaxes(0, 1), oh, mode).swapaxes(0, 1)
        return pillow_axis(down, ow, mode)
    across = pillow_axis(image, ow, mode)
    return pillow_axis(across.swapaxes(0, 1), oh, mode).swapaxes(0, 1)
