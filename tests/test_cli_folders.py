"""The command line with many files: what is found, done, skipped, refused and reported."""

import json
import os
import platform
import pty
import shutil
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

import cyresize
from cyresize import batch, cli, images

TOP = Path(__file__).parents[1]
PHOTOGRAPHS = [TOP / "examples/astronaut.jpg", TOP / "docs/photos/chelsea.jpg", TOP / "docs/photos/hubble.jpg"]


def call(*arguments):
    """``cyresize resize`` in this process; its exit status."""
    try:
        return cli.main(["resize", *map(str, arguments)])
    except SystemExit as stop:
        return stop.code


def files(folder):
    """Every file below, by its name from there."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def make(path, shape=(12, 16, 3), value=100):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full(shape, value, np.uint8))
    return path


@pytest.fixture
def photos(tmp_path):
    """A small tree: images of several kinds, other files, hidden ones."""
    top = tmp_path / "photos"
    for name in ("b.png", "a.jpg", "deep/er/c.PNG", "deep/d.bmp", ".hidden.png", ".cache/e.png"):
        make(top / name)
    (top / "notes.txt").write_text("not an image")
    return top


BROKEN = cv2.imencode(".png", np.zeros((9, 9), np.uint8))[1].tobytes()[:60]
WANTED = ["a.jpg", "b.png", "deep/d.bmp", "deep/er/c.PNG"]


def test_a_folder(photos, tmp_path, capfd):
    assert call(photos, tmp_path / "out", "--size", "8x5") == 0
    assert files(tmp_path / "out") == WANTED
    for name in WANTED:
        assert cv2.imread(str(tmp_path / "out" / name)).shape == (5, 8, 3)
    assert capfd.readouterr() == ("4 resized, 0 up to date, 0 failed\n", "")


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_pixels_are_those_of_single_files(tmp_path, rng, workers):
    for i in range(12):
        (tmp_path / "in").mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / "in" / f"{i}.png"), rng.integers(0, 256, (90 + i, 130 - i, 3), np.uint8))
    assert call(tmp_path / "in", "-o", tmp_path / "out", "--longest", 50, "--antialias", "-j", workers) == 0
    for i in range(12):
        assert call(tmp_path / "in" / f"{i}.png", tmp_path / "one.png", "--longest", 50, "--antialias") == 0
        one, many = (cv2.imread(str(path)) for path in (tmp_path / "one.png", tmp_path / "out" / f"{i}.png"))
        assert np.array_equal(one, many)


def test_files_and_a_folder(photos, tmp_path):
    (tmp_path / "out").mkdir()
    assert call(photos / "a.jpg", tmp_path / "out", "--size", "8x5") == 0
    assert call(photos / "b.png", photos / "deep/d.bmp", tmp_path / "new", "--size", "8x5") == 0
    assert call(photos / "b.png", f"{tmp_path / 'slash'}/", "--size", "8x5") == 0
    assert call(photos / "b.png", "--size", "8x5", "-o", tmp_path / "option") == 0
    assert files(tmp_path / "out") == ["a.jpg"]
    assert files(tmp_path / "new") == ["b.png", "d.bmp"]
    assert files(tmp_path / "slash") == files(tmp_path / "option") == ["b.png"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.png", ["b.png"]),
        ("*", ["a.jpg", "b.png"]),
        ("**/*", WANTED),
        ("d??p/*.bmp", ["deep/d.bmp"]),
        ("**/[cd].*", ["deep/d.bmp", "deep/er/c.PNG"]),
    ],
)
def test_patterns(photos, tmp_path, pattern, found):
    assert call(photos / pattern, "-o", tmp_path / "out", "--size", "8x5") == 0
    assert files(tmp_path / "out") == found


def test_a_file_whose_name_is_a_pattern(tmp_path):
    make(tmp_path / "a[1].png")
    assert call(tmp_path / "a[1].png", tmp_path / "out.png", "--size", "8x5") == 0
    assert call(tmp_path / "a[1].png", "-o", tmp_path / "out", "--size", "8x5") == 0
    assert files(tmp_path / "out") == ["a[1].png"]


def test_output_inside_the_source(photos):
    for _ in range(2):
        assert call(photos, photos / "small", "--size", "8x5", "--again") == 0
        assert call(photos / "**/*", "-o", photos / "small", "--size", "8x5", "--again") == 0
        assert files(photos / "small") == WANTED


def test_nothing_found(tmp_path, capfd):
    (tmp_path / "empty").mkdir()
    status = call(
        tmp_path / "empty", tmp_path / "*.png", tmp_path / "nothing.png", "-o", tmp_path / "out", "--scale", 1
    )
    assert status == 1
    out, err = capfd.readouterr()
    assert out == "0 resized, 0 up to date, 3 failed\n"
    assert f"{tmp_path / 'empty'}: there are no image files in this folder\n" in err
    assert f"{tmp_path / '*.png'}: no image file matches this pattern\n" in err
    assert f"{tmp_path / 'nothing.png'}: No such file or directory\n" in err


def test_two_files_for_one_output(photos, tmp_path, capfd):
    make(tmp_path / "other" / "b.png", value=7)
    assert call(photos, tmp_path / "other", "-o", tmp_path / "out", "--size", "8x5") == 1
    assert capfd.readouterr().err.endswith(f"b.png: has the same output as {photos / 'b.png'}\n")
    assert cv2.imread(str(tmp_path / "out/b.png")).max() == 100
    # The same file twice is no conflict.
    assert call(photos, photos / "b.png", photos, "-o", tmp_path / "out", "--size", "8x5", "--again") == 0


def test_sources_are_never_replaced(photos, capfd):
    before = {name: (photos / name).read_bytes() for name in files(photos)}
    assert call(photos, photos, "--size", "8x5") == 1
    assert "is also the output folder" in capfd.readouterr().err
    assert call(photos / "*.png", photos / "a.jpg", "-o", photos, "--size", "8x5") == 1
    assert "a.jpg: is its own output" in capfd.readouterr().err
    assert {name: (photos / name).read_bytes() for name in files(photos)} == before


def test_broken_files_do_not_stop_the_rest(photos, tmp_path, capfd):
    (photos / "broken.png").write_bytes(BROKEN)
    (photos / "empty.jpg").write_bytes(b"")
    assert call(photos, tmp_path / "out", "--size", "8x5", "-j", 3) == 1
    assert files(tmp_path / "out") == WANTED
    out, err = capfd.readouterr()
    assert out == "4 resized, 0 up to date, 2 failed\n"
    assert sorted(err.splitlines()) == [
        f"cyresize: {photos / 'broken.png'}: the image is damaged or cut short",
        f"cyresize: {photos / 'empty.jpg'}: the file is empty",
    ]


def test_what_is_newer_is_skipped(photos, tmp_path, capfd):
    out = tmp_path / "out"
    assert call(photos, out, "--size", "8x5") == 0
    earlier = time.time_ns() - 10**10
    for path in photos.rglob("*.*"):
        os.utime(path, ns=(earlier, earlier))
    stamps = {name: (out / name).stat().st_mtime_ns for name in files(out)}
    capfd.readouterr()
    assert call(photos, out, "--size", "8x5") == 0
    assert capfd.readouterr().out == "0 resized, 4 up to date, 0 failed\n"
    assert {name: (out / name).stat().st_mtime_ns for name in files(out)} == stamps
    os.utime(photos / "b.png")  # changed since
    os.utime(out / "b.png", ns=(earlier, earlier))
    (out / "a.jpg").unlink()  # lost
    assert call(photos, out, "--size", "8x5") == 0
    assert capfd.readouterr().out == "2 resized, 2 up to date, 0 failed\n"
    assert call(photos, out, "--size", "9x6", "--again") == 0
    assert capfd.readouterr().out == "4 resized, 0 up to date, 0 failed\n"
    assert cv2.imread(str(out / "b.png")).shape == (6, 9, 3)


def test_dry_run(photos, tmp_path, capfd):
    assert call(photos, tmp_path / "out", "--size", "8x5", "--dry-run") == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[:-1] == [f"{photos / name} -> {tmp_path / 'out' / name}" for name in WANTED]
    assert lines[-1] == "4 to resize, 0 up to date, 0 failed"
    assert not (tmp_path / "out").exists()
    assert call(photos / "b.png", tmp_path / "one.png", "--size", "8x5", "--dry-run") == 0
    assert not (tmp_path / "one.png").exists()
    assert call(photos, tmp_path / "none*", "-o", tmp_path / "out", "--size", "8x5", "--dry-run", "--json") == 1
    printed = json.loads(capfd.readouterr().out.partition("failed\n")[2])
    assert printed["dry_run"][1] == {"source": str(photos / "b.png"), "target": str(tmp_path / "out/b.png")}
    assert [failed["file"] for failed in printed["failed"]] == [str(tmp_path / "none*")]


def test_json(photos, tmp_path, capfd):
    (photos / "broken.png").write_bytes(BROKEN)
    assert call(photos, tmp_path / "out", "--size", "8x5", "--json") == 1
    assert json.loads(capfd.readouterr().out) == {
        "files": 5,
        "resized": 4,
        "skipped": 0,
        "failed": [{"file": str(photos / "broken.png"), "reason": "the image is damaged or cut short"}],
        "interrupted": False,
    }
    assert call(photos / "b.png", tmp_path / "one.png", "--size", "8x5", "--json") == 0
    assert json.loads(capfd.readouterr().out)["resized"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.png"], "an output is missing: SRC... OUT, or -o FOLDER"),
        (["a.png", "b.png", "c.png"], "several images go into a folder, and 'c.png' is a file or named like one"),
        (["a.png", "-o", "c.png"], "several images go into a folder"),
        (["a.png", "b.png", "--max-pixels", "0"], "must be a whole number of 1 to 1073741824"),
        (["a.png", "b.png", "--fit", "fill"], "invalid choice: 'fill'"),
        (["a.png", "b.png", "--pad", "300"], "must be #rrggbb or a grey of 0 to 255, not '300'"),
        (["a.png", "b.png", "--pad", "red"], "must be #rrggbb or a grey of 0 to 255, not 'red'"),
        (["a.png", "b.png", "-j", "0"], "must be a whole number of at least 1"),
    ],
)
def test_wrong_calls(capfd, arguments, message):
    assert call(*arguments, "--size", "8x5") == 2
    err = capfd.readouterr().err
    assert err.count("\n") == 1
    assert message in err


def test_fit_goes_with_size(capfd):
    assert call("a.png", "b.png", "--longest", "8", "--fit", "cover") == 2
    assert "--fit cover goes with --size, not with --longest" in capfd.readouterr().err


@pytest.mark.parametrize("fit", ["stretch", "contain", "cover", "shortest"])
@pytest.mark.parametrize("shape", [(30, 40, 3), (40, 30, 3), (50, 20), (9, 80, 4)])
def test_fit(tmp_path, rng, fit, shape):
    image = rng.integers(0, 256, shape, np.uint8)
    cv2.imwrite(str(tmp_path / "in.png"), image)
    options = ["--size", "24x18", "--fit", fit, "--pad", "#0a141e"]
    assert call(tmp_path / "in.png", tmp_path / "out.png", *options) == 0
    result = cv2.imread(str(tmp_path / "out.png"), cv2.IMREAD_UNCHANGED)
    channels = 1 if image.ndim == 2 else image.shape[2]
    pad = {1: round(0.299 * 10 + 0.587 * 20 + 0.114 * 30), 3: (30, 20, 10), 4: (30, 20, 10, 255)}[channels]
    pre = cyresize.Preprocess((24, 18), fit, dtype="uint8", layout="NHWC", pad_value=pad)
    expected = pre(image)[0].reshape(result.shape)
    # Preprocess rounds once, OpenCV's uint8 arithmetic in between too.
    assert np.abs(result.astype(int) - expected).max() <= 1


def test_padding_by_kind(tmp_path):
    for name, dtype, channels, wanted in [
        ("grey.png", np.uint8, 1, [0]),
        ("deep.png", np.uint16, 3, [0, 0, 0]),
        ("clear.png", np.uint8, 4, [0, 0, 0, 0]),
    ]:
        cv2.imwrite(str(tmp_path / name), np.full((10, 10, channels), np.iinfo(dtype).max, dtype))
        assert call(tmp_path / name, tmp_path / "out.png", "--size", "30x10", "--fit", "contain") == 0
        result = cv2.imread(str(tmp_path / "out.png"), cv2.IMREAD_UNCHANGED).reshape(10, 30, channels)
        assert result.dtype == dtype
        assert (result[:, 10:20] == np.iinfo(dtype).max).all()
        assert (result[:, :10] == wanted).all()
        assert (result[:, 20:] == wanted).all()
    assert call(tmp_path / "deep.png", tmp_path / "out.png", "--size", "30x10", "--fit", "contain", "--pad", "128") == 0
    assert (cv2.imread(str(tmp_path / "out.png"), cv2.IMREAD_UNCHANGED)[:, :10] == 128 * 257).all()


def command(*arguments):
    return [sys.executable, "-m", "cyresize", "resize", *map(str, arguments)]


def test_bombs_are_refused_before_they_take_memory(tmp_path):
    """A small file that unfolds to 60000 x 4000 pixels, with less address space than that."""
    bomb = bytearray(cv2.imencode(".bmp", np.zeros((4, 4, 3), np.uint8))[1].tobytes())
    bomb[18:26] = (60_000).to_bytes(4, "little") + (4_000).to_bytes(4, "little")
    (tmp_path / "bomb.bmp").write_bytes(bomb)
    make(tmp_path / "good.png")
    arguments = command(tmp_path / "bomb.bmp", tmp_path / "good.png", "-o", tmp_path / "out", "--size", "5x5")
    done = subprocess.run([*arguments, "--max-pixels", "1000000"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stdout == "1 resized, 0 up to date, 1 failed\n"
    assert "bomb.bmp: the image has more than 1000000 pixels, the limit that --max-pixels sets" in done.stderr
    assert files(tmp_path / "out") == ["good.png"]


def on_a_terminal(arguments):
    """Run with stderr on a terminal; (exit status, stdout, what the terminal got)."""
    main, other = pty.openpty()
    termios.tcsetwinsize(other, (24, 80))
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=other, text=True)
    os.close(other)
    out, _ = process.communicate(timeout=60)
    shown = b""
    try:
        while part := os.read(main, 4096):
            shown += part
    except OSError:  # Linux's way to say that the other end is closed
        pass
    os.close(main)
    return process.returncode, out, shown.decode()


def test_progress_on_a_terminal_only(photos, tmp_path):
    pytest.importorskip("tqdm")
    (photos / "broken.png").write_bytes(BROKEN)
    arguments = command(photos, "-o", tmp_path / "out", "--size", "8x5")
    status, out, shown = on_a_terminal(arguments)
    assert (status, out) == (1, "4 resized, 0 up to date, 1 failed\n")
    assert "5/5" in shown
    assert "broken.png: the image is damaged or cut short" in shown
    done = subprocess.run([*arguments, "--again"], capture_output=True, text=True, timeout=60)
    assert done.stderr.count("\n") == 1
    assert "5/5" not in done.stderr


SLOW = """
import sys, time
from cyresize import cli, images
write = images.write
def slow(path, image):
    print(path.name, flush=True)
    time.sleep(0.2)
    write(path, image)
images.write = slow
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_leaves_whole_files_and_can_be_resumed(tmp_path, workers):
    for i in range(30):
        make(tmp_path / "in" / f"{i:02}.png", (40, 50, 3), i)
    options = ["resize", tmp_path / "in", "-o", tmp_path / "out", "--size", "20x10", "-j", workers]
    arguments = [sys.executable, "-c", SLOW, *map(str, options), "--json"]
    # Background jobs of a shell ignore the signal, and so would their children.
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    for _ in range(4):
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "cyresize: interrupted\n"
    done = files(tmp_path / "out")
    assert 3 <= len(done) < 30
    assert all(name.endswith(".png") and "part" not in name for name in done)
    summary = json.loads(out[out.index("{") :])
    assert summary["interrupted"]
    assert summary["failed"] == []
    assert summary["resized"] == len(done)
    for name in done:
        assert cv2.imread(str(tmp_path / "out" / name)).shape == (10, 20, 3)
    assert cli.main([*map(str, options)]) == 0
    assert len(files(tmp_path / "out")) == 30


def test_two_hundred_and_three_photographs(tmp_path, rng, capfd):
    """Two broken files among many good ones: all others done, both reported, a second run only tries those two."""
    top, out = tmp_path / "in", tmp_path / "out"
    top.mkdir()
    for path in PHOTOGRAPHS:
        shutil.copy(path, top)
    for i in range(200):
        h, w = rng.integers(20, 90, 2)
        kind = (".png", ".jpg", ".bmp", ".webp", ".tiff")[i % 5]
        make(top / f"{i // 50}" / f"{i}{kind}", (int(h), int(w), 3), i)
    (top / "0/broken.jpg").write_bytes(PHOTOGRAPHS[0].read_bytes()[:100])
    (top / "3/no.png").write_bytes(b"This is text.")
    options = [top, "-o", out, "--size", "64x64", "--fit", "contain", "-j", 2]
    earlier = time.time_ns() - 10**10
    for path in top.rglob("*.*"):
        os.utime(path, ns=(earlier, earlier))
    assert call(*options) == 1
    printed, complaints = capfd.readouterr()
    assert printed == "203 resized, 0 up to date, 2 failed\n"
    assert sorted(complaints.splitlines()) == [
        f"cyresize: {top / '0/broken.jpg'}: the image is damaged or cut short",
        f"cyresize: {top / '3/no.png'}: not an image in a format that OpenCV reads",
    ]
    assert set(files(out)) == set(files(top)) - {"0/broken.jpg", "3/no.png"}
    for name in files(out):
        assert images.read(out / name).shape == (64, 64, 3)
    for path in PHOTOGRAPHS:
        resizing = cli.Resizing("size", (64, 64), fit="contain")
        expected = cv2.imencode(".jpg", resizing(cv2.imread(str(path))))[1].tobytes()
        assert (out / path.name).read_bytes() == expected
    assert call(*options) == 1
    assert capfd.readouterr().out == "0 resized, 203 up to date, 2 failed\n"


def page_faults(folder, count):
    """Of a run over ``count`` copies of a photograph."""
    resource = pytest.importorskip("resource")
    top = folder / str(count)
    top.mkdir()
    for i in range(count):
        shutil.copy(PHOTOGRAPHS[0], top / f"{i}.jpg")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
    subprocess.run(command(top, "-o", top / "out", "--size", "300x300", "-j", 1), check=True, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt - before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries have no such setting")
def test_memory_is_kept_from_image_to_image(tmp_path):
    """Every further photograph costs far fewer pages than its pixels alone fill."""
    pages = cv2.imread(str(PHOTOGRAPHS[0])).nbytes / 4096
    assert page_faults(tmp_path, 48) - page_faults(tmp_path, 8) < 40 * pages / 4


def test_a_surprise_is_the_failure_of_one_file(tmp_path):
    tasks = [batch.Task(Path(f"{i}"), Path(f"{i}.png")) for i in range(5)]

    def work(task):
        if task.source.name == "2":
            raise ZeroDivisionError("by\nzero")

    for workers in (1, 3):
        summary, told = batch.Summary(list(tasks)), []
        batch.run(summary, work, workers, told.append)
        assert summary.done == [task for task in tasks if task.source.name != "2"]
        assert [str(error) for error in summary.failed] == ["2: ZeroDivisionError: by zero"]
        assert len(told) == 5


@pytest.mark.parametrize("workers", [1, 2])
def test_missing_opencv_is_one_message(tmp_path, workers):
    def work(_):
        raise images.OpenCVError("no OpenCV")

    with pytest.raises(images.OpenCVError):
        batch.run(batch.Summary([batch.Task(tmp_path, tmp_path)] * 3), work, workers, lambda error: None)
