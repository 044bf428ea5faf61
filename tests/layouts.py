"""The same image in every kind of memory that NumPy knows."""

import numpy as np


def reversed_axes(image):
    """Negative strides on every axis."""
    return np.ascontiguousarray(image[tuple([slice(None, None, -1)] * image.ndim)])[
        tuple([slice(None, None, -1)] * image.ndim)
    ]


def sliced(image):
    """Every second element along every axis of a larger array."""
    larger = np.full([2 * n + 1 for n in image.shape], 77, image.dtype)
    view = larger[tuple([slice(1, None, 2)] * image.ndim)]
    view[...] = image
    return view


def padded_rows(image):
    """Contiguous rows with a gap behind each."""
    h, w = image.shape[:2]
    larger = np.full((h, w + 3, *image.shape[2:]), 77, image.dtype)
    larger[:, :w] = image
    return larger[:, :w]


def transposed(image):
    """Height runs fastest."""
    return np.ascontiguousarray(image.swapaxes(0, 1)).swapaxes(0, 1)


def planes(image):
    """Channels outermost in memory, as in a CHW tensor."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(image, -1, 0)), 0, -1)


def read_only(image):
    """Not writeable."""
    copy = image.copy()
    copy.flags.writeable = False
    return copy


def unaligned(image):
    """Elements at odd addresses."""
    raw = np.zeros(image.nbytes + 1, np.uint8)[1:]
    view = raw.view(image.dtype).reshape(image.shape)
    view[...] = image
    return view


LAYOUTS = (reversed_axes, sliced, padded_rows, transposed, planes, read_only, unaligned)
