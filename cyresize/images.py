"""Image files through opencv-python, imported on first use: read upright and unreduced, written whole or not at all."""

from __future__ import annotations

import ctypes
import io
import os
import secrets
import shutil
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Image = NDArray[Any]

MAX_PIXELS = 1 << 30  # OpenCV refuses to decode more; what is written stays readable
PIXEL_LIMIT = 1 << 28  # of the command line: a small file can unfold to more memory than there is
KEPT_MEMORY = 1 << 28  # bytes that are not given back between images
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
ORIENTATION, EXTRA_SAMPLES = 274, 338  # TIFF tags; EXIF is a TIFF directory too
UNASSOCIATED, ASSOCIATED = 2, 1  # values of EXTRA_SAMPLES
CHANNELS = {1: "grey", 3: "colour", 4: "alpha"}


class Format(NamedTuple):
    """What a file format stores without loss of kind: dtypes and channel counts."""

    dtypes: tuple[str, ...]
    channels: tuple[int, ...]


TIFF = Format(("uint8", "uint16", "int8", "int16", "int32", "uint32", "float32", "float64"), (1, 3, 4))
FORMATS = {
    ".avif": Format(("uint8",), (1, 3, 4)),
    ".bmp": Format(("uint8",), (1, 3, 4)),
    ".dib": Format(("uint8",), (1, 3, 4)),
    ".gif": Format(("uint8",), (3,)),
    ".hdr": Format(("float32",), (3,)),
    ".jp2": Format(("uint8", "uint16"), (1, 3, 4)),
    ".jpe": Format(("uint8",), (1, 3)),
    ".jpeg": Format(("uint8",), (1, 3)),
    ".jpg": Format(("uint8",), (1, 3)),
    ".pfm": Format(("float32",), (1, 3)),
    ".pgm": Format(("uint8", "uint16"), (1,)),
    ".png": Format(("uint8", "uint16"), (1, 3, 4)),
    ".pnm": Format(("uint8", "uint16"), (1, 3)),
    ".ppm": Format(("uint8", "uint16"), (3,)),
    ".tif": TIFF,
    ".tiff": TIFF,
    ".webp": Format(("uint8",), (3, 4)),
}


class ImageError(ValueError):
    """A file's content cannot be read, or an image cannot be stored in the wanted format."""


class TooManyPixels(ImageError):
    """An image is larger than the limit."""

    def __init__(self, limit: int) -> None:
        """Say what the limit is, and whose."""
        whose = "OpenCV's limit" if limit >= MAX_PIXELS else "the limit that --max-pixels sets"
        super().__init__(f"the image has more than {limit} pixels, {whose}")


class OpenCVError(ImportError):
    """opencv-python is missing or does not load."""


def opencv() -> Any:
    """Return the module ``cv2``; raise OpenCVError with the way out if there is none."""
    try:
        return import_module("cv2")
    except ModuleNotFoundError as error:
        if error.name != "cv2":
            raise OpenCVError(f"opencv-python does not load: {error}") from error
        raise OpenCVError('image files need opencv-python: pip install "cyresize[cli]"') from error
    except ImportError as error:
        raise OpenCVError(f"opencv-python does not load: {error}") from error


def limit_pixels(count: int) -> None:
    """Make OpenCV's decoders refuse more pixels before they take memory. It reads this when it is first imported."""
    os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(min(count, MAX_PIXELS))


def keep_memory() -> None:
    """Make the C library keep freed memory for the next image, where it is glibc.

    It would give the pages back after each image and take them again, emptied by the kernel, for the next: 2000 page
    faults for a JPEG of 1920 x 1080 pixels.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):  # another system or C library
        return
    mallopt(M_TRIM_THRESHOLD, KEPT_MEMORY)
    mallopt(M_MMAP_THRESHOLD, KEPT_MEMORY)


@contextmanager
def quiet() -> Iterator[IO[str]]:
    """Keep the codecs' own messages, which go to file descriptor 2, off the terminal; yields the way to it."""
    log = opencv().utils.logging
    level = log.getLogLevel()
    try:
        kept = os.dup(2)
    except OSError:  # closed by whoever started us: nothing can be printed
        yield io.StringIO()
        return
    terminal = os.fdopen(os.dup(kept), "w", encoding=sys.stderr.encoding, errors="backslashreplace")
    sink = os.open(os.devnull, os.O_WRONLY)
    log.setLogLevel(log.LOG_LEVEL_SILENT)
    os.dup2(sink, 2)
    try:
        yield terminal
    finally:
        terminal.close()
        os.dup2(kept, 2)
        os.close(kept)
        os.close(sink)
        log.setLogLevel(level)


def read(path: Path, max_pixels: int = MAX_PIXELS) -> Image:
    """Return the image in file ``path``: H x W or H x W x C in OpenCV's channel order, upright, depth and alpha kept.

    Raises
    ------
    OSError
        If the file cannot be read.
    ImageError
        If its content cannot be decoded, or has more than ``max_pixels``. Whether that is found before or after
        decoding: see ``limit_pixels``.
    """
    data = path.read_bytes()
    if not data:
        raise ImageError("the file is empty")
    data, turn = neutral_tiff(data)
    image, exif = decode(path, data, max_pixels)
    if image.shape[0] * image.shape[1] > max_pixels:
        raise TooManyPixels(max_pixels)
    return upright(image, turn or exif_orientation(exif))


def decode(path: Path, data: bytes, max_pixels: int) -> tuple[Image, bytes]:
    """Return the pixels as stored, and the EXIF block."""
    cv2 = opencv()
    try:
        image, kinds, blocks = cv2.imdecodeWithMetadata(np.frombuffer(data, np.uint8), flags=cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        if "CV_IO_MAX_IMAGE" in str(error):
            raise TooManyPixels(max_pixels) from None
        raise ImageError(one_line(error)) from None
    if image is None:
        if not cv2.haveImageReader(os.fspath(path)):
            raise ImageError("not an image in a format that OpenCV reads")
        raise ImageError("the image is damaged or cut short")
    exif = [bytes(block) for kind, block in zip(kinds, blocks, strict=True) if kind == cv2.IMAGE_METADATA_EXIF]
    return image, exif[0] if exif else b""


def one_line(error: Exception) -> str:
    """The gist of an OpenCV error, which spans lines and names its own source files."""
    return " ".join((getattr(error, "err", "") or str(error)).split())


def neutral_tiff(data: bytes) -> tuple[bytes, int]:
    """Return a TIFF file changed so that OpenCV leaves the samples alone, and its orientation; other files as they are.

    Left as they are, an orientation is applied by OpenCV for some sample types, and colours are multiplied by alpha.
    The orientation of other files is 0.
    """
    turn = directory_short(data, ORIENTATION)
    extra = directory_short(data, EXTRA_SAMPLES)
    if turn is not None:
        data = turn.replaced(data, 1)
    if extra is not None and extra.value == UNASSOCIATED:
        data = extra.replaced(data, ASSOCIATED)
    return data, turn.value if turn is not None else 0


def exif_orientation(exif: bytes) -> int:
    """The orientation in an EXIF block, 1 (upright) if there is none."""
    found = directory_short(exif.removeprefix(b"Exif\0\0"), ORIENTATION)
    return found.value if found is not None else 1


class Short(NamedTuple):
    """A 16-bit value in a TIFF directory, and where it stands."""

    value: int
    form: str
    offset: int

    def replaced(self, data: bytes, value: int) -> bytes:
        """A copy of ``data`` with another value there."""
        return data[: self.offset] + struct.pack(self.form, value) + data[self.offset + 2 :]


def directory_short(data: bytes, tag: int) -> Short | None:
    """The single 16-bit value of ``tag`` in the first directory of TIFF data, or None."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        return None
    try:
        (start,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            name, kind, length, value = struct.unpack_from(order + "HHIH", data, entry)
            if (name, kind, length) == (tag, 3, 1):
                return Short(value, order + "H", entry + 8)
    except struct.error:  # cut short: the decoder says so
        pass
    return None


def upright(image: Image, orientation: int) -> Image:
    """Return a view of ``image`` as EXIF ``orientation`` (1 to 8) wants it shown; other values change nothing."""
    if 5 <= orientation <= 8:
        image = image.swapaxes(0, 1)
    rows = -1 if orientation in (3, 4, 7, 8) else 1
    columns = -1 if orientation in (2, 3, 6, 7) else 1
    return image[::rows, ::columns]


def check_target(path: Path) -> None:
    """Raise if no image could be written to ``path``, before any work is done for it."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS or not opencv().haveImageWriter("image" + suffix):
        given = f"unknown extension {path.suffix!r}" if path.suffix else "no extension"
        raise ImageError(f"{given}: the output can be {' '.join(FORMATS)}")
    if path.is_dir():
        raise IsADirectoryError("is a folder")
    if not path.parent.is_dir():
        raise NotADirectoryError(f"there is no folder {os.fspath(path.parent)!r}")


def write(path: Path, image: Image) -> None:
    """Store ``image`` in file ``path``, in the format of its extension; the file appears complete or not at all.

    Raises
    ------
    OSError
        If the file cannot be written.
    ImageError
        If the format cannot hold the image.
    """
    cv2 = opencv()
    suffix = path.suffix.lower()
    stored = storable(image, suffix)
    try:
        done, data = cv2.imencode(suffix, stored)
    except cv2.error as error:
        raise ImageError(one_line(error)) from None
    if not done:
        height, width = image.shape[:2]
        raise ImageError(f"OpenCV cannot store {width} x {height} {image.dtype} pixels as {suffix}")
    replace_file(path, data)


def storable(image: Image, suffix: str) -> Image:
    """Return ``image`` as the format stores it: 16 bits rounded to 8, an opaque alpha dropped, grey as colour."""
    dtypes, channels = FORMATS[suffix]
    count = image.shape[2] if image.ndim == 3 else 1
    if count == 4 and 4 not in channels and opaque(image):
        image, count = image[..., :3], 3
    if count == 1 and 1 not in channels:
        image, count = np.repeat(image.reshape(*image.shape[:2], 1), 3, axis=2), 3
    if count not in channels:
        raise ImageError(f"{suffix} cannot store {CHANNELS.get(count, f'{count} channels')}; .png and .tiff can")
    if image.dtype == np.uint16 and "uint16" not in dtypes and "uint8" in dtypes:
        image = ((image.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if image.dtype.name not in dtypes:
        raise ImageError(f"{suffix} stores {' and '.join(dtypes)}, not {image.dtype}; .tiff can")
    return np.ascontiguousarray(image)


def opaque(image: Image) -> bool:
    """Whether the fourth channel is at its largest value everywhere."""
    return image.dtype.kind == "u" and bool((image[..., 3] == np.iinfo(image.dtype).max).all())


def replace_file(path: Path, data: NDArray[np.uint8]) -> None:
    """Write ``data`` beside ``path`` under a temporary name, then rename it; links are followed, permissions kept."""
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    part = target.with_name(f".cyresize-{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            file.write(data.data)
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except BaseException:  # an interrupt too must leave nothing behind
        part.unlink(missing_ok=True)
        raise
