"""PyTorch's layers as small callables without state: frozen, picklable, over the functions of cyresize.functional.

A layer is called with arrays, channels first, with or without an axis of images; ``out`` and ``n_threads`` go through
to its function. Layers with weights are given them, as nothing is trained here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from cyresize import checks, functional
from cyresize.functional import columns, windows
from cyresize.functional.arguments import Array, Sizes

__all__ = [
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "MetaUpscale",
    "PixelShuffle",
    "PixelShuffle1d",
    "PixelUnshuffle",
    "UpConv2x2",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
]


@dataclass(frozen=True)
class _MaxPool:
    kernel_size: Sizes
    stride: Sizes | None = None
    padding: Sizes = 0
    dilation: Sizes = 1
    return_indices: bool = False
    ceil_mode: bool = False

    _axes: ClassVar[int]

    def __call__(self, input: Array, *, out: Any = None, n_threads: int | None = None) -> Any:
        """The maxima, and their indices if ``return_indices``."""
        return windows.max_pool(
            input,
            self._axes,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
            out,
            n_threads,
        )


@dataclass(frozen=True)
class MaxPool1d(_MaxPool):
    """`functional.max_pool1d` with its options.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import MaxPool1d
    >>> MaxPool1d(2)(np.zeros((3, 8))).shape
    (3, 4)
    """

    _axes = 1


@dataclass(frozen=True)
class MaxPool2d(_MaxPool):
    """`functional.max_pool2d` with its options.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import MaxPool2d
    >>> MaxPool2d(2)(np.zeros((3, 8, 8))).shape
    (3, 4, 4)
    """

    _axes = 2


@dataclass(frozen=True)
class MaxPool3d(_MaxPool):
    """`functional.max_pool3d` with its options.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import MaxPool3d
    >>> MaxPool3d(2)(np.zeros((3, 8, 8, 8))).shape
    (3, 4, 4, 4)
    """

    _axes = 3


@dataclass(frozen=True)
class _MaxUnpool:
    kernel_size: Sizes
    stride: Sizes | None = None
    padding: Sizes = 0

    _axes: ClassVar[int]

    def __call__(
        self,
        input: Array,
        indices: Array,
        output_size: Any = None,
        *,
        out: Array | None = None,
        n_threads: int | None = None,
    ) -> Array:
        """Every value at its index, zero elsewhere."""
        return windows.max_unpool(
            input, indices, self._axes, self.kernel_size, self.stride, self.padding, output_size, out, n_threads
        )


@dataclass(frozen=True)
class MaxUnpool1d(_MaxUnpool):
    """`functional.max_unpool1d` with its options.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import MaxPool1d, MaxUnpool1d
    >>> values, indices = MaxPool1d(2, return_indices=True)(np.zeros((3, 8)))
    >>> MaxUnpool1d(2)(values, indices).shape
    (3, 8)
    """

    _axes = 1


@dataclass(frozen=True)
class MaxUnpool2d(_MaxUnpool):
    """`functional.max_unpool2d` with its options.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import MaxPool2d, MaxUnpool2d
    >>> values, indices = MaxPool2d(2, return_indices=True)(np.zeros((3, 8, 8)))
    >>> MaxUnpool2d(2)(values, indices).shape
    (3, 8, 8)
    """

    _axes = 2


@dataclass(frozen=True)
class MaxUnpool3d(_MaxUnpool):
    """`functional.max_unpool3d` with its options.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import MaxPool3d, MaxUnpool3d
    >>> values, indices = MaxPool3d(2, return_indices=True)(np.zeros((3, 8, 8, 8)))
    >>> MaxUnpool3d(2)(values, indices).shape
    (3, 8, 8, 8)
    """

    _axes = 3


@dataclass(frozen=True)
class AvgPool1d:
    """`functional.avg_pool1d` with its options.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import AvgPool1d
    >>> AvgPool1d(2)(np.zeros((3, 8))).shape
    (3, 4)
    """

    kernel_size: Sizes
    stride: Sizes | None = None
    padding: Sizes = 0
    ceil_mode: bool = False
    count_include_pad: bool = True

    def __call__(self, input: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
        """The means."""
        return functional.avg_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            out=out,
            n_threads=n_threads,
        )


@dataclass(frozen=True)
class _AvgPool:
    kernel_size: Sizes
    stride: Sizes | None = None
    padding: Sizes = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None

    _axes: ClassVar[int]

    def __call__(self, input: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
        """The means."""
        return windows.avg_pool(
            input,
            self._axes,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
            out,
            n_threads,
        )


@dataclass(frozen=True)
class AvgPool2d(_AvgPool):
    """`functional.avg_pool2d` with its options.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import AvgPool2d
    >>> AvgPool2d(2)(np.zeros((3, 8, 8))).shape
    (3, 4, 4)
    """

    _axes = 2


@dataclass(frozen=True)
class AvgPool3d(_AvgPool):
    """`functional.avg_pool3d` with its options.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import AvgPool3d
    >>> AvgPool3d(2)(np.zeros((3, 8, 8, 8))).shape
    (3, 4, 4, 4)
    """

    _axes = 3


@dataclass(frozen=True)
class PixelShuffle:
    """`functional.pixel_shuffle` with its factor.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import PixelShuffle
    >>> PixelShuffle(2)(np.zeros((4, 3, 3))).shape
    (1, 6, 6)
    """

    upscale_factor: int

    def __call__(self, input: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
        """The rearranged array."""
        return functional.pixel_shuffle(input, self.upscale_factor, out=out, n_threads=n_threads)


@dataclass(frozen=True)
class PixelUnshuffle:
    """`functional.pixel_unshuffle` with its factor.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import PixelUnshuffle
    >>> PixelUnshuffle(2)(np.zeros((1, 6, 6))).shape
    (4, 3, 3)
    """

    downscale_factor: int

    def __call__(self, input: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
        """The rearranged array."""
        return functional.pixel_unshuffle(input, self.downscale_factor, out=out, n_threads=n_threads)


@dataclass(frozen=True)
class PixelShuffle1d:
    """`functional.pixel_shuffle1d` with its factor.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import PixelShuffle1d
    >>> PixelShuffle1d(2)(np.zeros((4, 3))).shape
    (2, 6)
    """

    upscale_factor: int

    def __call__(self, input: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
        """The rearranged array."""
        return functional.pixel_shuffle1d(input, self.upscale_factor, out=out, n_threads=n_threads)


@dataclass(frozen=True, eq=False)
class _ConvTranspose:
    weight: Array
    bias: Array | None = None
    stride: Sizes = 1
    padding: Sizes = 0
    output_padding: Sizes = 0
    groups: int = 1
    dilation: Sizes = 1

    _axes: ClassVar[int]

    def __call__(self, input: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
        """The transposed convolution."""
        return columns.conv_transpose(
            input,
            self._axes,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self.output_padding,
            self.groups,
            self.dilation,
            out,
            n_threads,
        )


@dataclass(frozen=True, eq=False)
class ConvTranspose1d(_ConvTranspose):
    """`functional.conv_transpose1d` with its weights and options.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import ConvTranspose1d
    >>> ConvTranspose1d(np.ones((3, 2, 2)), stride=2)(np.zeros((3, 4))).shape
    (2, 8)
    """

    _axes = 1


@dataclass(frozen=True, eq=False)
class ConvTranspose2d(_ConvTranspose):
    """`functional.conv_transpose2d` with its weights and options.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import ConvTranspose2d
    >>> ConvTranspose2d(np.ones((3, 2, 2, 2)), stride=2)(np.zeros((3, 4, 4))).shape
    (2, 8, 8)
    """

    _axes = 2


@dataclass(frozen=True, eq=False)
class ConvTranspose3d(_ConvTranspose):
    """`functional.conv_transpose3d` with its weights and options.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import ConvTranspose3d
    >>> ConvTranspose3d(np.ones((3, 2, 2, 2, 2)), stride=2)(np.zeros((3, 4, 4, 4))).shape
    (2, 8, 8, 8)
    """

    _axes = 3


@dataclass(frozen=True)
class Upsample:
    """`functional.interpolate` with its options, on batches.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import Upsample
    >>> Upsample(scale_factor=2)(np.array([[[1.0, 2.0]]]))
    array([[[1., 1., 2., 2.]]])
    """

    size: Sizes | None = None
    scale_factor: float | Sequence[float] | None = None
    mode: str = "nearest"
    align_corners: bool | None = None
    recompute_scale_factor: bool | None = None

    def __call__(self, input: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
        """The resized batch."""
        return functional.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            self.recompute_scale_factor,
            out=out,
            n_threads=n_threads,
        )


@dataclass(frozen=True)
class UpsamplingNearest2d:
    """Nearest enlargement of N x C x H x W.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import UpsamplingNearest2d
    >>> UpsamplingNearest2d(scale_factor=2)(np.zeros((1, 3, 4, 4))).shape
    (1, 3, 8, 8)
    """

    size: Sizes | None = None
    scale_factor: float | Sequence[float] | None = None

    def __call__(self, input: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
        """The enlarged batch."""
        checks.rank(checks.array(input, "input", "uf").shape, "input", "N x C x H x W")
        return functional.interpolate(input, self.size, self.scale_factor, out=out, n_threads=n_threads)


@dataclass(frozen=True)
class UpsamplingBilinear2d:
    """Bilinear enlargement of N x C x H x W with aligned corners.

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import UpsamplingBilinear2d
    >>> UpsamplingBilinear2d(size=(1, 3))(np.array([[[[1.0, 2.0]]]]))
    array([[[[1. , 1.5, 2. ]]]])
    """

    size: Sizes | None = None
    scale_factor: float | Sequence[float] | None = None

    def __call__(self, input: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
        """The enlarged batch."""
        return functional.interpolate(
            input, self.size, self.scale_factor, "bilinear", True, out=out, n_threads=n_threads
        )


@dataclass(frozen=True, eq=False)
class UpConv2x2:
    """Doubles height and width with weights, as the decoders of segmentation networks do.

    With ``mode="transpose"`` it is a transposed convolution of kernel 2 and stride 2 (``weight`` C x O x 2 x 2), with
    ``mode="bilinear"`` a bilinear enlargement and a 1 x 1 convolution (``weight`` O x C x 1 x 1).

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import UpConv2x2
    >>> UpConv2x2(np.ones((3, 2, 2, 2)))(np.zeros((3, 4, 4))).shape
    (2, 8, 8)
    """

    weight: Array
    bias: Array | None = None
    mode: str = "transpose"

    def __post_init__(self) -> None:
        """Refuse weights that do not fit the mode."""
        checks.option(self.mode, "mode", ("transpose", "bilinear"))
        side = 2 if self.mode == "transpose" else 1
        checks.kernel_sides(self.weight, "weight", (side, side))

    def __call__(self, input: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
        """An image twice as high and wide, with the channels of ``weight``."""
        if self.mode == "transpose":
            return functional.conv_transpose2d(input, self.weight, self.bias, stride=2, out=out, n_threads=n_threads)
        # A 1 x 1 convolution commutes with the enlargement, and is a quarter of the work before it.
        mixed = functional.conv2d(input, self.weight, self.bias, n_threads=n_threads)
        batch = mixed if mixed.ndim == 4 else mixed[None]
        target = out if out is None or mixed.ndim == 4 else out[None]
        large = functional.interpolate(
            batch, scale_factor=2, mode="bilinear", align_corners=False, out=target, n_threads=n_threads
        )
        if out is not None:
            return out
        return large if mixed.ndim == 4 else large[0]


@dataclass(frozen=True)
class MetaUpscale:
    """Upscaling by any factor with kernels that ``predict`` makes (the upscale module of Meta-SR).

    ``predict`` is called with the positions of `functional.meta_positions` (OH x OW x 3) and returns the weights of
    `functional.meta_upscale` (OH x OW x O x C x K x K).

    Examples
    --------
    >>> import numpy as np
    >>> from cyresize.nn import MetaUpscale
    >>> layer = MetaUpscale(lambda positions: np.ones((*positions.shape[:2], 3, 8, 1, 1), np.float32), 1.5)
    >>> layer(np.zeros((8, 4, 4), np.float32)).shape
    (3, 6, 6)
    """

    predict: Callable[[Array], Array]
    scale_factor: float | tuple[float, float]

    def __call__(self, input: Array, *, out: Array | None = None, n_threads: int | None = None) -> Array:
        """The upscaled image."""
        height, width = input.shape[-2:]
        weight = self.predict(functional.meta_positions((height, width), self.scale_factor))
        return functional.meta_upscale(input, weight, self.scale_factor, out=out, n_threads=n_threads)
