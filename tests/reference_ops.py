"""Slow, plain definitions of the operations of cyresize.functional: loops and dense matrices, none of its code."""

import itertools
import math

import numpy as np


def pooled_size(size, kernel, stride, before, after, dilation, ceil_mode):
    """Windows of an axis; with ceil_mode the last one must begin inside the input or its left padding."""
    reach = dilation * (kernel - 1) + 1
    if not ceil_mode:
        return (size + before + after - reach) // stride + 1
    count = math.ceil((size + before + after - reach) / stride) + 1
    return count - 1 if (count - 1) * stride >= size + before else count


def windows(sizes, kernel, stride, padding, dilation, ceil_mode=False):
    """For each output position: (position, [source positions inside], taps inside the input or its padding)."""
    axes = range(len(sizes))
    outputs = [
        pooled_size(sizes[a], kernel[a], stride[a], padding[a], padding[a], dilation[a], ceil_mode) for a in axes
    ]
    for position in np.ndindex(*outputs):
        first = [position[a] * stride[a] - padding[a] for a in axes]
        taps = [[first[a] + k * dilation[a] for k in range(kernel[a])] for a in axes]
        inside = [p for p in itertools.product(*taps) if all(0 <= p[a] < sizes[a] for a in axes)]
        padded = math.prod(sum(t < sizes[a] + padding[a] for t in taps[a]) for a in axes)
        yield position, inside, padded


def max_pool(x, kernel, stride, padding, dilation, ceil_mode=False):
    """Values and flat plane indices: the first maximum, or the last NaN."""
    sizes = x.shape[2:]
    found = list(windows(sizes, kernel, stride, padding, dilation, ceil_mode))
    shape = (*x.shape[:2], *(n + 1 for n in found[-1][0]))
    values, index = np.zeros(shape, x.dtype), np.zeros(shape, np.int64)
    for n, c in np.ndindex(*x.shape[:2]):
        for position, inside, _ in found:
            best = inside[0]
            for p in inside[1:]:
                v = x[(n, c, *p)]
                if v > x[(n, c, *best)] or v != v:
                    best = p
            values[(n, c, *position)] = x[(n, c, *best)]
            index[(n, c, *position)] = np.ravel_multi_index(best, sizes)
    return values, index


def mean_pool(x, kernel, stride, padding, ceil_mode=False, count_include_pad=True, divisor=None):
    """Means in float64, or integer quotients rounded towards zero."""
    found = list(windows(x.shape[2:], kernel, stride, padding, (1,) * len(kernel), ceil_mode))
    out = np.zeros((*x.shape[:2], *(n + 1 for n in found[-1][0])), np.float64)
    for n, c in np.ndindex(*x.shape[:2]):
        for position, inside, padded in found:
            total = math.fsum(float(x[(n, c, *p)]) for p in inside)
            out[(n, c, *position)] = total / (divisor or (padded if count_include_pad else len(inside)))
    return np.trunc(out).astype(x.dtype) if x.dtype.kind in "iu" else out


def adaptive_parts(n_in, n_out):
    """Begin and end of each window."""
    return [(o * n_in // n_out, -(-(o + 1) * n_in // n_out)) for o in range(n_out)]


def adaptive(x, sizes, reduce):
    """``reduce`` (of a one-dimensional array) over each part."""
    parts = [adaptive_parts(n, out) for n, out in zip(x.shape[2:], sizes, strict=True)]
    out = np.zeros((*x.shape[:2], *sizes), np.float64)
    for n, c in np.ndindex(*x.shape[:2]):
        for position in np.ndindex(*sizes):
            part = tuple(slice(*parts[a][position[a]]) for a in range(len(sizes)))
            out[(n, c, *position)] = reduce(x[(n, c, *part)].ravel())
    return out


def max_unpool(x, index, sizes):
    """Each value at its index, in order."""
    out = np.zeros((*x.shape[:2], math.prod(sizes)), x.dtype)
    for n, c in np.ndindex(*x.shape[:2]):
        for value, at in zip(x[n, c].ravel(), index[n, c].ravel(), strict=True):
            out[n, c, at] = value
    return out.reshape(*x.shape[:2], *sizes)


def unpooled_sizes(sizes, kernel, stride, padding):
    """The sizes that an unpooling fills when it is not told."""
    axes = len(sizes)
    k, s, p = ((v,) * axes if isinstance(v, int) else v for v in (kernel, stride, padding))
    return [(sizes[a] - 1) * s[a] + k[a] - 2 * p[a] for a in range(axes)]


def pixel_shuffle(x, r, axes):
    """out[..., c, x*r + j] = x[..., c*r + j, x], axis by axis."""
    lead, pixels = x.shape[: -axes - 1], x.shape[-axes:]
    channels = x.shape[-axes - 1] // r**axes
    out = np.zeros((*lead, channels, *(n * r for n in pixels)), x.dtype)
    for c in range(channels):
        for phase in np.ndindex(*(r,) * axes):
            source = c * r**axes + int(np.ravel_multi_index(phase, (r,) * axes))
            out[(..., c, *(slice(p, None, r) for p in phase))] = x[(..., source, *(slice(None),) * axes)]
    return out


def conv_matrix(weight, sizes, stride, padding, dilation):
    """The matrix that takes a flattened C x ... input to a flattened O x ... output."""
    kernel, axes = weight.shape[2:], range(len(sizes))
    outputs = [pooled_size(sizes[a], kernel[a], stride[a], padding[a], padding[a], dilation[a], False) for a in axes]
    matrix = np.zeros((weight.shape[0], *outputs, weight.shape[1], *sizes))
    for position in np.ndindex(*outputs):
        for tap in np.ndindex(*kernel):
            at = tuple(position[a] * stride[a] - padding[a] + tap[a] * dilation[a] for a in axes)
            if all(0 <= at[a] < sizes[a] for a in axes):
                matrix[(slice(None), *position, slice(None), *at)] += weight[(slice(None), slice(None), *tap)]
    return matrix.reshape(weight.shape[0] * math.prod(outputs), -1), tuple(outputs)


def conv(x, weight, bias, stride, padding, dilation, groups):
    """Convolution by one dense matrix per group, in float64."""
    per_in, per_out = weight.shape[1], weight.shape[0] // groups
    parts = []
    for g in range(groups):
        matrix, outputs = conv_matrix(weight[g * per_out : (g + 1) * per_out], x.shape[2:], stride, padding, dilation)
        image = x[:, g * per_in : (g + 1) * per_in].reshape(len(x), -1).astype(float)
        parts.append((image @ matrix.T).reshape(len(x), per_out, *outputs))
    out = np.concatenate(parts, axis=1)
    return out if bias is None else out + bias.reshape(-1, *(1,) * (x.ndim - 2))


def conv_transpose(x, weight, bias, stride, padding, output_padding, groups, dilation):
    """Transposed convolution by the transpose of the matrix of the convolution it belongs to."""
    axes = range(x.ndim - 2)
    sizes = tuple(
        (x.shape[2 + a] - 1) * stride[a]
        - 2 * padding[a]
        + dilation[a] * (weight.shape[2 + a] - 1)
        + output_padding[a]
        + 1
        for a in axes
    )
    per_in, per_out = weight.shape[0] // groups, weight.shape[1]
    parts = []
    for g in range(groups):
        matrix, outputs = conv_matrix(weight[g * per_in : (g + 1) * per_in], sizes, stride, padding, dilation)
        # An output padding of a stride or more leaves room for further windows: not ours.
        used = (slice(None), *(slice(n) for n in x.shape[2:]))
        matrix = matrix.reshape(per_in, *outputs, -1)[used].reshape(per_in * math.prod(x.shape[2:]), -1)
        image = x[:, g * per_in : (g + 1) * per_in].reshape(len(x), -1).astype(float)
        parts.append((image @ matrix).reshape(len(x), per_out, *sizes))
    out = np.concatenate(parts, axis=1)
    return out if bias is None else out + bias.reshape(-1, *(1,) * (x.ndim - 2))


def meta_upscale(x, weight, scale):
    """A kernel of its own for each output pixel."""
    n, channels, h, w = x.shape
    oh, ow, outputs, _, kh, kw = weight.shape
    padded = np.zeros((n, channels, h + kh - 1, w + kw - 1))
    padded[:, :, kh // 2 : kh // 2 + h, kw // 2 : kw // 2 + w] = x
    out = np.zeros((n, outputs, oh, ow))
    for i, j in np.ndindex(oh, ow):
        y, z = math.floor(i / scale), math.floor(j / scale)
        patch = padded[:, :, y : y + kh, z : z + kw].reshape(n, -1)
        out[:, :, i, j] = patch @ weight[i, j].reshape(outputs, -1).T.astype(float)
    return out
