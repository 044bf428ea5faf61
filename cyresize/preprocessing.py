"""From images to a network's input in one pass: resize, channel order, normalisation and layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from cyresize import checks
from cyresize.engine.fused import Fused
from cyresize.interpolation import Interpolation

if TYPE_CHECKING:  # numpy.typing costs a millisecond
    from numpy.typing import DTypeLike, NDArray

    Images: TypeAlias = NDArray[Any] | Sequence[NDArray[Any]]

Fit = Literal["stretch", "contain", "cover", "shortest"]


def stretch(h: int, w: int, canvas: tuple[int, int], _: int) -> tuple[int, int, int, int]:
    """Fill the canvas, whatever happens to the proportions."""
    return canvas[1], canvas[0], 0, 0


def contain(h: int, w: int, canvas: tuple[int, int], _: int) -> tuple[int, int, int, int]:
    """All of the image, centred; an odd pixel of padding goes to the right or the bottom."""
    width, height = canvas
    ratio = min(width / w, height / h)
    ow, oh = max(1, min(width, round(w * ratio))), max(1, min(height, round(h * ratio)))
    return oh, ow, (height - oh) // 2, (width - ow) // 2


def cover(h: int, w: int, canvas: tuple[int, int], _: int) -> tuple[int, int, int, int]:
    """The whole canvas, centred; an odd pixel is cut from the right or the bottom."""
    width, height = canvas
    ratio = max(width / w, height / h)
    ow, oh = max(width, round(w * ratio)), max(height, round(h * ratio))
    return oh, ow, -((oh - height) // 2), -((ow - width) // 2)


def shortest(h: int, w: int, canvas: tuple[int, int], side: int) -> tuple[int, int, int, int]:
    """The short side to ``side``, then the centre: sizes and offsets are those of torchvision."""
    width, height = canvas
    oh, ow = (side, int(side * w / h)) if h <= w else (int(side * h / w), side)
    return oh, ow, -centre(oh, height), -centre(ow, width)


def centre(length: int, canvas: int) -> int:
    """Where the canvas begins in a longer axis (half to even, as round does); negative: the padding before it."""
    return round((length - canvas) / 2) if length >= canvas else -((canvas - length) // 2)


LAYOUTS = ("NCHW", "NHWC")
FITS = {"stretch": stretch, "contain": contain, "cover": cover, "shortest": shortest}


class Placing:
    """A fit on one canvas: from the size of an image to where its pixels go. Callable as ``place(h, w)``."""

    def __init__(self, fit: str, canvas: tuple[int, int], short_side: int) -> None:
        """Keep the rule and its canvas, (width, height)."""
        self.rule = FITS[fit]
        self.canvas = canvas
        self.short_side = short_side

    def __call__(self, h: int, w: int) -> tuple[int, int, int, int]:
        """(height, width) of the resized image, and top and left of it on the canvas, negative where it is cut."""
        return self.rule(h, w, self.canvas, self.short_side)


@dataclass(frozen=True, init=False, repr=False)
class Preprocess:
    """Images of any sizes to one tensor: resized, normalised and laid out in one pass.

    Parameters
    ----------
    size : int or (int, int)
        Of the result in pixels: (width, height), or the side of a square.
    fit : {"stretch", "contain", "cover", "shortest"}
        How an image of other proportions comes to that size. "stretch" ignores proportions. "contain" shows all of
        the image in the middle, with ``pad_value`` around it (letterbox). "cover" fills the size and cuts off what
        stands over, evenly. "shortest" resizes the image's shorter side to ``short_side`` and takes the centre, as
        torchvision's Resize and CenterCrop do; what is then too small is padded.
    interpolation : Interpolation, int or str
        As in :func:`cyresize.resize`.
    antialias : bool
        As in :func:`cyresize.resize`: LINEAR, CUBIC and LANCZOS4 with a kernel that is widened on shrinking.
    swap_rb : bool
        Exchange channels 0 and 2 (BGR to RGB and back).
    scale : float, optional
        Factor of the samples. Default: 1/255, and 1 for the dtype uint8.
    mean, std : float or sequence of float
        result = (sample*scale - mean)/std. One number, or one for each channel of the result (after ``swap_rb``).
    layout : {"NCHW", "NHWC"}
        Axes of the result.
    dtype : {"float32", "float16", "uint8"}
        Of the result. uint8 is rounded half to even and saturated.
    pad_value : float or sequence of float
        What stands around an image, in the same units and channels as ``mean`` before ``scale``: it is normalised
        like a sample of an image. 114 is the grey of most letterboxes.
    n_threads : int, optional
        At most this many threads; default as in :func:`cyresize.get_num_threads`. The result does not depend on it.
    short_side : int, optional
        For the fit "shortest". Default: the smaller of ``size``.

    Notes
    -----
    The result is that of ``cyresize.resize`` on the images as float32, then the formula above, within 1e-6 of the
    largest value: samples are not rounded between resizing and normalising. With ``fit="stretch"`` and linear
    interpolation it is that of ``cv2.dnn.blobFromImages`` but for the rounding to uint8 there.

    Instances do not change; they can be shared by threads, hashed, compared and pickled. A forked worker (such as a
    PyTorch DataLoader's) uses one thread unless ``n_threads`` says otherwise.

    Examples
    --------
    >>> import numpy as np, cyresize
    >>> pre = cyresize.Preprocess(224, fit="cover", mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    >>> pre
    Preprocess((224, 224), fit='cover', mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    >>> pre([np.zeros((480, 640, 3), np.uint8), np.zeros((100, 90, 3), np.uint8)]).shape
    (2, 3, 224, 224)
    """

    size: tuple[int, int]
    fit: str
    interpolation: Interpolation
    antialias: bool
    swap_rb: bool
    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    layout: str
    dtype: str
    pad_value: tuple[float, ...]
    n_threads: int | None
    short_side: int

    def __init__(
        self,
        size: int | tuple[int, int],
        fit: Fit = "stretch",
        interpolation: Interpolation | int | str = Interpolation.LINEAR,
        antialias: bool = False,
        swap_rb: bool = False,
        scale: float | None = None,
        mean: float | Sequence[float] = 0.0,
        std: float | Sequence[float] = 1.0,
        layout: Literal["NCHW", "NHWC"] = "NCHW",
        dtype: DTypeLike = "float32",
        pad_value: float | Sequence[float] = 0.0,
        n_threads: int | None = None,
        short_side: int | None = None,
    ) -> None:
        """Check and keep the options."""
        checks.option(fit, "fit", tuple(FITS))
        checks.option(layout, "layout", LAYOUTS)
        canvas = checks.canvas_size(size)
        name = checks.tensor_dtype(dtype)
        options = {
            "size": canvas,
            "fit": fit,
            "interpolation": Interpolation(checks.mode_number(interpolation)),
            "antialias": checks.truth(antialias, "antialias"),
            "swap_rb": checks.truth(swap_rb, "swap_rb"),
            "scale": (1.0 if name == "uint8" else 1 / 255) if scale is None else checks.finite(scale, "scale"),
            "mean": checks.per_channel(mean, "mean"),
            "std": checks.nonzero(checks.per_channel(std, "std"), "std"),
            "layout": layout,
            "dtype": name,
            "pad_value": checks.per_channel(pad_value, "pad_value"),
            "n_threads": None if n_threads is None else checks.thread_count(n_threads),
            "short_side": min(canvas) if short_side is None else checks.positive_side(short_side, "short_side"),
        }
        for key, value in options.items():
            object.__setattr__(self, key, value)
        if self.antialias:
            checks.can_antialias(self.interpolation)
        object.__setattr__(self, "_fused", self._compile())

    def _compile(self) -> Fused:
        count = max(len(self.mean), len(self.std))
        mean, std = (values * (count if len(values) == 1 else 1) for values in (self.mean, self.std))
        checks.same_count(mean, std)
        return Fused(
            Placing(self.fit, self.size, self.short_side),
            self.size,
            self.interpolation,
            self.antialias,
            self.swap_rb,
            self.layout == "NCHW",
            self.dtype,
            tuple(self.scale / s for s in std),
            tuple(-m / s for m, s in zip(mean, std, strict=True)),
            self.pad_value,
        )

    def __call__(self, images: Images, out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the tensor of one or several images.

        Parameters
        ----------
        images : numpy.ndarray or list of numpy.ndarray
            One image, H x W or H x W x C; a stack, N x H x W x C; or a list of images of different sizes with the
            same number of channels: 1, 3 or 4. uint8, uint16, float16, float32 or float64, any strides.
        out : numpy.ndarray, optional
            Array that receives the result, such as a slice of a larger batch: its shape (for one image also without
            the first axis) and dtype exactly, writeable, not sharing memory with an image.

        Returns
        -------
        numpy.ndarray
            ``out`` or a new array, N x C x height x width or N x height x width x C; N is 1 for one image.

        Raises
        ------
        TypeError
            Something is not an array, or has a dtype that is not listed above.
        ValueError
            A bad shape or number of channels, or an ``out`` that does not fit. Nothing has been written then.
        """
        result: NDArray[Any] = self._fused.run(images, out, self.n_threads)  # type: ignore[attr-defined]
        return result

    def transform(self, image: NDArray[Any] | tuple[int, int], *, corners: bool = False) -> NDArray[np.float64]:
        """Return where the points of an image lie in the result, as an affine map.

        Parameters
        ----------
        image : numpy.ndarray or (int, int)
            An image, or its (height, width) in pixels.
        corners : bool
            What whole numbers mean: False, centres of pixels (key points, ``cv2.warpAffine``); True, corners of
            pixels, the image spans 0 to its width (most formats of boxes).

        Returns
        -------
        numpy.ndarray
            2 x 3, float64: ``m @ (x, y, 1)`` is the point (x, y) of the image in pixels of the result. Exact for
            every interpolation but NEAREST, which takes the sample under an output pixel's corner, not its centre.

        Examples
        --------
        >>> import cyresize
        >>> letterbox = cyresize.Preprocess((640, 640), fit="contain", pad_value=114)
        >>> letterbox.transform((1080, 1920), corners=True) @ (1920, 1080, 1)
        array([640., 500.])
        """
        height, width = checks.image_size(image)
        oh, ow, top, left = Placing(self.fit, self.size, self.short_side)(height, width)
        x, y = ow / width, oh / height
        shift = 0.0 if corners else 0.5
        return np.array([[x, 0.0, left + shift * x - shift], [0.0, y, top + shift * y - shift]])

    def __repr__(self) -> str:
        """The call that makes an equal one, without what is default."""
        default = Preprocess(self.size, dtype=self.dtype)
        parts = [repr(self.size)]
        for field in fields(self)[1:]:
            value = getattr(self, field.name)
            if value != getattr(default, field.name) or (field.name == "dtype" and value != "float32"):
                parts.append(f"{field.name}={shown(value)}")
        return f"Preprocess({', '.join(parts)})"

    def __reduce__(self) -> tuple[type[Preprocess], tuple[Any, ...]]:
        """Pickle the options alone; what is compiled from them is made again."""
        return type(self), tuple(getattr(self, field.name) for field in fields(self))


def shown(value: object) -> str:
    """An option as one would type it."""
    if isinstance(value, Interpolation):
        return repr(value.name.lower())
    if isinstance(value, tuple) and len(value) == 1:
        return repr(value[0])
    return repr(value)
