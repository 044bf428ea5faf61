"""The command line, by what it does to files, streams and the exit status."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import cyresize
from cyresize import cli, images

PHOTOGRAPH = Path(__file__).parents[1] / "examples" / "astronaut.jpg"


def run(*arguments, **options):
    """``python -m cyresize`` in a process of its own."""
    command = [sys.executable, "-m", "cyresize", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def resize(source, target, *options):
    """``cyresize resize`` in this process; returns the pixels it wrote, as stored."""
    assert cli.main(["resize", str(source), str(target), *map(str, options)]) == 0
    return cv2.imread(str(target), cv2.IMREAD_UNCHANGED)


def refusal(capfd, source, target, *options, status=1):
    """The one line on stderr of a call that must fail."""
    try:
        assert cli.main(["resize", str(source), str(target), *map(str, options)]) == status
    except SystemExit as stop:
        assert stop.code == status
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.endswith("\n")
    return err


@pytest.fixture
def picture(rng):
    return rng.integers(0, 256, (30, 40, 3), np.uint8)


@pytest.fixture
def source(tmp_path, picture):
    path = tmp_path / "source.png"
    cv2.imwrite(str(path), picture)
    return path


# What is written


def test_the_readme_command_gives_opencv_pixels(tmp_path):
    target = tmp_path / "out.png"
    done = run("resize", PHOTOGRAPH, target, "--size", "600x600", "--interpolation", "linear")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    wanted = cv2.resize(cv2.imread(str(PHOTOGRAPH)), (600, 600), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_array_equal(cv2.imread(str(target), cv2.IMREAD_UNCHANGED), wanted)


def test_installed_script():
    script = Path(sys.executable).with_name("cyresize")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, timeout=60)
    assert done.stdout == f"cyresize {cyresize.__version__}\n"


@pytest.mark.parametrize("mode", cyresize.Interpolation)
def test_every_interpolation_by_any_spelling(tmp_path, source, picture, mode):
    wanted = cyresize.resize(picture, (50, 20), interpolation=mode)
    for name in (mode.name, mode.name.lower(), mode.name.replace("_", "-").title(), f"inter_{mode.name}"):
        got = resize(source, tmp_path / "out.png", "--size", "50x20", "--interpolation", name)
        np.testing.assert_array_equal(got, wanted)


def test_default_is_linear(tmp_path, source, picture):
    got = resize(source, tmp_path / "out.png", "--size", "17x19")
    np.testing.assert_array_equal(got, cv2.resize(picture, (17, 19), interpolation=cv2.INTER_LINEAR))


def test_antialias_and_threads(tmp_path, source, picture):
    for threads in (1, 2):
        got = resize(source, tmp_path / "out.png", "--size", "13x9", "--antialias", "-j", threads)
        np.testing.assert_array_equal(got, cyresize.resize(picture, (13, 9), antialias=True))


@pytest.mark.parametrize(
    ("option", "value", "size"),
    [
        ("--size", "7x9", (7, 9)),
        ("--size", "7X9", (7, 9)),
        ("--size", "7\u00d79", (7, 9)),
        ("--scale", "50%", (20, 15)),
        ("--scale", "0.5", (20, 15)),
        ("--scale", "250%", (100, 75)),
        ("--longest", "20", (20, 15)),
        ("--shortest", "20", (27, 20)),
        ("--longest", "1", (1, 1)),
    ],
)
def test_sizes(tmp_path, source, option, value, size):
    height, width, _ = resize(source, tmp_path / "out.png", option, value).shape
    assert (width, height) == size


def test_proportion_never_rounds_a_side_away(tmp_path):
    cv2.imwrite(str(tmp_path / "thin.png"), np.zeros((300, 2), np.uint8))
    assert resize(tmp_path / "thin.png", tmp_path / "out.png", "--longest", 30).shape == (30, 1)
    assert resize(tmp_path / "thin.png", tmp_path / "out.png", "--shortest", 1).shape == (150, 1)


def test_scale_maps_as_fx_and_fy_do(tmp_path, source, picture):
    got = resize(source, tmp_path / "out.png", "--scale", "0.37")
    np.testing.assert_array_equal(got, cv2.resize(picture, None, fx=0.37, fy=0.37))


# What is kept


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [(), (3,), (4,)])
@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_depth_grey_and_alpha_are_kept(tmp_path, rng, dtype, channels, suffix):
    image = rng.integers(0, np.iinfo(dtype).max + 1, (30, 40, *channels), dtype)
    cv2.imwrite(str(tmp_path / f"in{suffix}"), image)
    got = resize(tmp_path / f"in{suffix}", tmp_path / f"out{suffix}", "--size", "21x23")
    assert (got.dtype, got.shape) == (image.dtype, (23, 21, *channels))
    np.testing.assert_array_equal(got, cyresize.resize(image, (21, 23)))


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.uint32, np.float32, np.float64])
def test_other_sample_types_of_tiff_are_kept(tmp_path, rng, dtype):
    image = (rng.random((30, 40, 3)) * 100).astype(dtype)
    cv2.imwrite(str(tmp_path / "in.tiff"), image)
    got = resize(tmp_path / "in.tiff", tmp_path / "out.tiff", "--size", "21x23")
    assert got.dtype == image.dtype
    np.testing.assert_array_equal(got, cyresize.resize(image, (21, 23)))


def test_palette_with_transparency(tmp_path, rng):
    colours = Image.fromarray(rng.integers(0, 256, (30, 40, 3), np.uint8)).convert("P")
    colours.save(tmp_path / "in.png", transparency=3)
    with Image.open(tmp_path / "in.png") as reread:
        wanted = cyresize.resize(np.asarray(reread.convert("RGBA"))[..., [2, 1, 0, 3]], (20, 10))
    np.testing.assert_array_equal(resize(tmp_path / "in.png", tmp_path / "out.png", "--size", "20x10"), wanted)


TURNED = {
    1: lambda image: image,
    2: np.fliplr,
    3: lambda image: np.rot90(image, 2),
    4: np.flipud,
    5: lambda image: np.fliplr(np.rot90(image, -1)),
    6: lambda image: np.rot90(image, -1),  # the camera's top is on the right: turn clockwise
    7: lambda image: np.flipud(np.rot90(image, -1)),
    8: np.rot90,
}


def photograph(rng, mode):
    """A picture of Pillow's, with smooth areas that survive JPEG and no symmetry."""
    ramp = np.linspace(0, 200, 48 * 32).reshape(32, 48)
    bands = {"L": ramp, "RGB": np.dstack([ramp, ramp[::-1], ramp[:, ::-1]])}
    if mode == "RGBA":
        return Image.fromarray(rng.integers(0, 256, (32, 48, 4), np.uint8))
    if mode == "I;16":
        return Image.fromarray((ramp * 300).astype(np.uint16))
    return Image.fromarray(bands[mode].astype(np.uint8))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("suffix", "mode"),
    [(".jpg", "RGB"), (".jpg", "L"), (".png", "RGBA"), (".webp", "RGB")]
    + [(".tiff", mode) for mode in ("L", "RGB", "RGBA", "I;16")],
)
def test_orientation_is_applied_to_the_pixels(tmp_path, rng, suffix, mode, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = photograph(rng, mode)
    picture.save(tmp_path / f"plain{suffix}")
    picture.save(tmp_path / f"in{suffix}", exif=exif)
    with Image.open(tmp_path / f"plain{suffix}") as opened:
        upright = TURNED[orientation](np.asarray(opened))
    wanted = upright[..., [2, 1, 0, 3][: upright.shape[2]]] if upright.ndim == 3 else upright
    read = images.read(tmp_path / f"in{suffix}")
    assert read.shape == wanted.shape
    # Two JPEG and WebP decoders need not round alike; a wrong turn of this ramp is off by far more.
    assert np.abs(read.astype(int) - wanted).max() <= (0 if suffix in (".png", ".tiff") else 4)
    got = resize(tmp_path / f"in{suffix}", tmp_path / "out.png", "--size", "20x30")
    np.testing.assert_array_equal(got, cyresize.resize(read, (20, 30)))
    with Image.open(tmp_path / "out.png") as written:
        assert written.getexif().get(0x0112, 1) == 1


def test_exif_that_is_cut_short_is_not_an_error():
    assert images.exif_orientation(b"") == 1
    whole = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    assert images.exif_orientation(whole) == 6
    assert images.exif_orientation(b"Exif\0\0" + whole) == 6
    for length in range(19):
        assert images.exif_orientation(whole[:length]) == 1
    assert images.exif_orientation(b"MM\0*\xff\xff\xff\xff" + whole[8:]) == 1
    np.testing.assert_array_equal(images.upright(np.eye(2), 77), np.eye(2))


# What a format cannot hold


def test_16_bits_are_rounded_to_8_for_jpeg(tmp_path):
    levels = np.repeat(np.arange(256, dtype=np.uint16) * 257, 64).reshape(128, 128)
    np.testing.assert_array_equal(images.storable(levels, ".jpg"), levels // 257)
    every = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    np.testing.assert_array_equal(images.storable(every, ".jpg"), np.round(every / 257).astype(np.uint8))
    cv2.imwrite(str(tmp_path / "in.png"), levels)
    assert np.abs(resize(tmp_path / "in.png", tmp_path / "out.jpg", "--size", "128x128") - levels / 257).max() < 10


def test_opaque_alpha_is_dropped_for_jpeg_and_other_alpha_refused(tmp_path, capfd, picture):
    opaque = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    cv2.imwrite(str(tmp_path / "in.png"), opaque)
    assert resize(tmp_path / "in.png", tmp_path / "out.jpg", "--size", "9x9").shape == (9, 9, 3)
    opaque[0, 0, 3] = 254
    cv2.imwrite(str(tmp_path / "in.png"), opaque)
    line = refusal(capfd, tmp_path / "in.png", tmp_path / "new.jpg", "--size", "40x30")
    assert "new.jpg: .jpg cannot store alpha; .png and .tiff can" in line
    assert not (tmp_path / "new.jpg").exists()


@pytest.mark.parametrize("suffix", sorted(images.FORMATS))
def test_every_listed_format_holds_what_the_table_says(tmp_path, rng, suffix):
    for dtype in images.FORMATS[suffix].dtypes:
        for channels in images.FORMATS[suffix].channels:
            image = (rng.random((64, 64, channels)) * 100).astype(dtype)
            images.write(tmp_path / f"out{suffix}", image if channels > 1 else image[..., 0])
            got = images.read(tmp_path / f"out{suffix}")
            assert (got.dtype, got.size) == (image.dtype, image.size)


@pytest.mark.parametrize("suffix", [".webp", ".gif"])
def test_grey_is_written_as_colour_where_there_is_no_grey(tmp_path, rng, suffix):
    grey = rng.integers(0, 256, (30, 40), np.uint8)
    images.write(tmp_path / f"out{suffix}", grey)
    assert images.read(tmp_path / f"out{suffix}").shape == (30, 40, 3)


@pytest.mark.parametrize(
    ("shape", "dtype", "suffix", "reason"),
    [
        ((8, 8, 3), np.uint8, ".pgm", r"\.pgm cannot store colour; \.png and \.tiff can"),
        ((8, 8, 4), np.float32, ".jpg", r"\.jpg cannot store alpha"),
        ((8, 8), np.float32, ".png", r"\.png stores uint8 and uint16, not float32; \.tiff can"),
        ((8, 8, 3), np.uint16, ".hdr", r"\.hdr stores float32, not uint16"),
        ((8, 17000), np.uint8, ".webp", r"OpenCV cannot store 17000 x 8 uint8 pixels as \.webp"),
    ],
)
def test_what_does_not_fit_the_format_is_refused(tmp_path, shape, dtype, suffix, reason):
    with images.quiet(), pytest.raises(images.ImageError, match=reason):
        images.write(tmp_path / f"out{suffix}", np.zeros(shape, dtype))
    assert list(tmp_path.iterdir()) == []


# What goes wrong


def damaged(path, kind):
    """A file of ``kind`` that no decoder takes."""
    noise = np.random.default_rng(3).integers(0, 256, (60, 60, 3), np.uint8)
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("This is not an image.\n")
    else:
        whole = cv2.imencode("." + kind, noise)[1].tobytes()
        path.write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("empty", "the file is empty"),
        ("text", "not an image in a format that OpenCV reads"),
        ("jpg", "the image is damaged or cut short"),
        ("png", "the image is damaged or cut short"),
        ("tiff", "the image is damaged or cut short"),
        ("bmp", "the image is damaged or cut short"),
        ("webp", "the image is damaged or cut short"),
    ],
)
def test_unreadable_input(tmp_path, capfd, kind, reason):
    damaged(tmp_path / "broken.img", kind)
    line = refusal(capfd, tmp_path / "broken.img", tmp_path / "out.png", "--size", "9x9")
    assert line == f"cyresize: {tmp_path / 'broken.img'}: {reason}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["broken.img"]


def test_one_line_also_in_a_process_of_its_own(tmp_path):
    damaged(tmp_path / "broken.png", "png")
    done = run("resize", tmp_path / "broken.png", tmp_path / "out.png", "--scale", "50%")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"cyresize: {tmp_path / 'broken.png'}: the image is damaged or cut short\n"


def test_missing_input(tmp_path, capfd):
    line = refusal(capfd, tmp_path / "nothing.jpg", tmp_path / "out.png", "--size", "9x9")
    assert line == f"cyresize: {tmp_path / 'nothing.jpg'}: No such file or directory\n"
    line = refusal(capfd, tmp_path, tmp_path / "out.png", "--size", "9x9", status=2)
    assert "several images go into a folder" in line


def test_more_pixels_than_opencv_decodes(tmp_path, capfd):
    bomb = bytearray(cv2.imencode(".bmp", np.zeros((4, 4, 3), np.uint8))[1].tobytes())
    bomb[18:26] = (60_000).to_bytes(4, "little") * 2
    (tmp_path / "bomb.bmp").write_bytes(bomb)
    line = refusal(capfd, tmp_path / "bomb.bmp", tmp_path / "out.png", "--size", "9x9")
    assert "bomb.bmp: the image has more than 268435456 pixels, the limit that --max-pixels sets" in line
    line = refusal(capfd, tmp_path / "bomb.bmp", tmp_path / "out.png", "--size", "9x9", "--max-pixels", 1 << 30)
    assert "bomb.bmp: the image has more than 1073741824 pixels, OpenCV's limit" in line


@pytest.mark.parametrize("name", ["out.xyz", "out", "out.exr"])
def test_unknown_extension(tmp_path, capfd, source, name):
    line = refusal(capfd, source, tmp_path / name, "--size", "9x9")
    assert f"{name}: {'unknown' if '.' in name else 'no'} extension" in line
    assert ".jpg" in line
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--size", "0x5", "the output would be 0 x 5 pixels"),
        ("--size=-5x5", None, "the output would be -5 x 5 pixels"),
        ("--scale", "0", "the output would be 0 x 0 pixels"),
        ("--scale=-1", None, "the output would be -40 x -30 pixels"),
        ("--scale", "0.1%", "the output would be 0 x 0 pixels"),
        ("--longest", "0", "the output would be 0 x 0 pixels"),
        ("--size", "40000x40000", "the output of 40000 x 40000 is more than 1073741824 pixels"),
        ("--scale", "1e300", "is more than 1073741824 pixels"),
        ("--longest", "99999999999999999999", "is more than 1073741824 pixels"),
    ],
)
def test_size_that_cannot_be(tmp_path, capfd, source, option, value, reason):
    line = refusal(capfd, source, tmp_path / "out.png", *([option] if value is None else [option, value]))
    assert line.startswith(f"cyresize: {source}: ")
    assert reason in line
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "one of the arguments --size --scale --longest --shortest is required"),
        (["--size", "600"], "must be WIDTHxHEIGHT in pixels, such as 640x480, not '600'"),
        (["--size", "6.5x7"], "must be WIDTHxHEIGHT"),
        (["--size", "6x7", "--scale", "2"], "not allowed with argument --size"),
        (["--scale", "half"], "must be a percentage or a factor, such as 50% or 0.5, not 'half'"),
        (["--scale", "nan"], "must be a percentage or a factor"),
        (["--longest", "x"], "invalid int value: 'x'"),
        (
            ["--size", "6x7", "--interpolation", "cubist"],
            "unknown interpolation 'cubist'; the modes are NEAREST, LINEAR",
        ),
        (["--size", "6x7", "-j", "0"], "must be a whole number of at least 1, not '0'"),
        (["--size", "6x7", "-j", "two"], "must be a whole number of at least 1, not 'two'"),
        (["--size", "6x7", "--colour"], "unrecognized arguments: --colour"),
    ],
)
def test_usage(tmp_path, capfd, source, options, reason):
    line = refusal(capfd, source, tmp_path / "out.png", *options, status=2)
    assert reason in line
    assert not (tmp_path / "out.png").exists()


def test_no_command_is_a_usage_error(capfd):
    with pytest.raises(SystemExit) as stop:
        cli.main([])
    assert stop.value.code == 2
    assert "required: COMMAND" in capfd.readouterr().err


def test_antialias_with_a_mode_that_has_none(tmp_path, capfd, source):
    line = refusal(capfd, source, tmp_path / "o.png", "--size", "9x9", "--antialias", "--interpolation", "area")
    assert "antialias=True works with LINEAR, CUBIC and LANCZOS4, not with AREA" in line


def test_memory_that_is_not_there(tmp_path, capfd, source, monkeypatch):
    def refuse(*_, **__):
        raise MemoryError

    monkeypatch.setattr(cyresize, "resize", refuse)
    assert refusal(capfd, source, tmp_path / "o.png", "--size", "9x9") == f"cyresize: {source}: not enough memory\n"


@pytest.mark.parametrize("blocked", ["cv2", "cv2.missing_part"])
def test_without_opencv(tmp_path, source, blocked):
    code = "import sys; sys.modules['cv2'] = None; from cyresize.cli import main; sys.exit(main(sys.argv[1:]))"
    if blocked != "cv2":
        (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open shared object file')\n")
        code = code.replace("sys.modules['cv2'] = None", f"sys.path.insert(0, {str(tmp_path)!r})")
    command = [sys.executable, "-c", code, "resize", source, tmp_path / "out.png", "--size", "9x9"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    reason = {
        "cv2": 'image files need opencv-python: pip install "cyresize[cli]"',
        "cv2.missing_part": "opencv-python does not load: libGL.so.1: cannot open shared object file",
    }[blocked]
    assert (done.returncode, done.stderr) == (1, f"cyresize: {reason}\n")
    assert not (tmp_path / "out.png").exists()


# Whole files or none


def test_same_file_in_and_out(tmp_path, source, picture):
    np.testing.assert_array_equal(resize(source, source, "--size", "20x15"), cyresize.resize(picture, (20, 15)))
    assert [path.name for path in tmp_path.iterdir()] == ["source.png"]


def test_names_outside_ascii_with_spaces(tmp_path, source, picture):
    folder = tmp_path / "Фото 写真"
    folder.mkdir()
    renamed = source.rename(folder / "été ß.png")
    assert cli.main(["resize", str(renamed), str(folder / "größer 大.PNG"), "--scale", "2"]) == 0
    np.testing.assert_array_equal(images.read(folder / "größer 大.PNG"), cyresize.resize(picture, (80, 60)))


def test_symbolic_link_is_followed_and_permissions_kept(tmp_path, source):
    real = tmp_path / "real.png"
    real.write_bytes(b"old")
    real.chmod(0o640)
    (tmp_path / "link.png").symlink_to(real)
    resize(source, tmp_path / "link.png", "--size", "9x9")
    assert (tmp_path / "link.png").is_symlink()
    assert images.read(real).shape == (9, 9, 3)
    assert real.stat().st_mode & 0o777 == 0o640


def test_new_files_obey_the_umask(tmp_path, source):
    before = os.umask(0o027)
    try:
        resize(source, tmp_path / "out.png", "--size", "9x9")
    finally:
        os.umask(before)
    assert (tmp_path / "out.png").stat().st_mode & 0o777 == 0o640


def test_folders_that_cannot_take_the_output(tmp_path, capfd, source):
    line = refusal(capfd, source, tmp_path / "nowhere" / "out.png", "--size", "9x9")
    assert line.endswith(f"out.png: there is no folder {str(tmp_path / 'nowhere')!r}\n")
    line = refusal(capfd, source, source / "out.png", "--size", "9x9")
    assert "there is no folder" in line
    (tmp_path / "out" / "source.png").mkdir(parents=True)
    assert cli.main(["resize", str(source), str(tmp_path / "out"), "--size", "9x9"]) == 1
    assert capfd.readouterr().err.endswith("source.png: is a folder\n")


def test_folder_without_write_permission():
    # As root every folder is writable: the command first runs once, which loads all modules, then gives up its rights.
    code = (
        "import os, sys, cyresize.cli\n"
        "assert cyresize.cli.main(['resize', sys.argv[2], sys.argv[2], '--scale', '1']) == 0\n"
        "os.chmod(os.path.dirname(sys.argv[2]), 0o555)\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "sys.exit(cyresize.cli.main(sys.argv[1:]))"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cv2.imwrite(str(folder / "in.png"), np.zeros((9, 9), np.uint8))
        command = [sys.executable, "-c", code, "resize", folder / "in.png", folder / "out.png", "--size", "5x5"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert [path.name for path in folder.iterdir()] == ["in.png"]
        folder.chmod(0o755)
    assert (done.returncode, done.stderr) == (1, f"cyresize: {folder / 'out.png'}: Permission denied\n")


def test_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, source):
    code = (
        "import resource, sys, cyresize.cli\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "sys.exit(cyresize.cli.main(sys.argv[1:]))"
    )
    target = tmp_path / "out.png"
    target.write_bytes(b"old")
    command = [sys.executable, "-c", code, "resize", source, target, "--scale", "5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, f"cyresize: {target}: File too large\n")
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.png", "source.png"]


@pytest.mark.parametrize("step", ["copymode", "replace"])
def test_interrupt_while_writing_leaves_nothing(tmp_path, capfd, source, monkeypatch, step):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    target = tmp_path / "out.png"
    target.write_bytes(b"old")
    owner, name = (images.shutil, "copymode") if step == "copymode" else (Path, "replace")
    monkeypatch.setattr(owner, name, interrupt)
    assert cli.main(["resize", str(source), str(target), "--size", "9x9"]) == 130
    assert capfd.readouterr().err == "cyresize: interrupted\n"
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.png", "source.png"]


def test_ctrl_c_in_a_process_of_its_own(tmp_path, source):
    code = (
        "import os, signal, sys, cyresize.cli, cyresize.images as images\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "token = images.secrets.token_hex\n"
        "images.secrets.token_hex = lambda n: (os.kill(os.getpid(), signal.SIGINT), token(n))[1]\n"
        "sys.exit(cyresize.cli.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "resize", source, tmp_path / "out.png", "--size", "9x9"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, "cyresize: interrupted\n")
    assert [path.name for path in tmp_path.iterdir()] == ["source.png"]


def test_quiet_gives_stderr_back(capfd):
    with images.quiet():
        os.write(2, b"unseen\n")
    os.write(2, b"seen\n")
    assert capfd.readouterr().err == "seen\n"


def test_closed_stderr(tmp_path, source):
    command = f'"{sys.executable}" -m cyresize resize "{source}" "{tmp_path / "out.png"}" --size 9x9 2>&-'
    assert subprocess.run(["sh", "-c", command], timeout=60).returncode == 0


# Facts


def test_info():
    done = run("info", env={**os.environ, "CYRESIZE_ISA": "baseline", "OMP_NUM_THREADS": "1"})
    assert (done.returncode, done.stderr) == (0, "")
    facts = dict(line.split(None, 1) for line in done.stdout.splitlines())
    assert facts["cyresize"] == cyresize.__version__
    assert facts["NumPy"] == np.__version__
    assert facts["OpenCV"] == cv2.__version__ or facts["OpenCV"].startswith(cv2.__version__)
    assert re.fullmatch(r"baseline \(available: (\w+, )*baseline(, \w+)*\)", facts["instructions"])
    assert facts["threads"] == "1"
    assert re.fullmatch(r"\d\.\d \(20\d{4}\), .+|none, a serial build", facts["OpenMP"])


HEAVY = {"cv2", "scipy", "torch", "dask", "PIL", "tqdm", "argparse", "unittest", "multiprocessing.pool"}


def test_import_brings_in_nothing_heavy():
    code = (
        "import json, sys, numpy; before = set(sys.modules); import cyresize; "
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    command = [sys.executable, "-c", code]
    loaded = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)
    assert not HEAVY.intersection(loaded)
    assert {name.split(".")[0] for name in loaded if "cyresize" not in name}.issubset(
        {"cython_runtime", "numpy", *sys.stdlib_module_names} | {name for name in loaded if name.startswith("_cython_")}
    )
    assert len(loaded) < 40
