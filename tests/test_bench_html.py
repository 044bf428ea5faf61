"""The page of a benchmark result: its figures, that it needs nothing else, and how it behaves in a browser."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_bench import result as saved

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench import html, run  # noqa: E402
from bench.__main__ import main  # noqa: E402
from bench.cases import CASES, MODES, OURS  # noqa: E402
from bench.families.folder import FILES  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
# What the browser does on the page before its DOM is read.
PROBE = """
const texts = (query) => [...document.querySelectorAll(query)].map((node) => node.textContent);
const column = (k) => texts(`#cells tbody td:nth-child(${k})`);
const sort = (label) => [...document.querySelectorAll("#cells th button")].find((b) => b.textContent === label).click();
const found = { width: innerWidth, scroll: document.documentElement.scrollWidth };
found.ratios = column(1);
sort("ours ms");
found.up = column(7);
sort("ours ms");
found.down = column(7);
sort("mode");
found.names = column(3);
const search = document.querySelector("#cells input[type=search]");
search.value = "lanczos4 224x224";
search.oninput();
found.filtered = [...new Set(column(3))];
found.losses = texts("#losses tbody tr").length;
found.aims = [4, 4, 1].map((k) => {
  document.querySelectorAll("#aims th button")[k - 1].click();
  return texts(`#aims tbody td:nth-child(${k})`);
});
found.heat = texts("#heat tbody td button").length;
found.modes = texts("#bars .mode h3");
document.querySelector("#heat tbody tr:last-child td:nth-child(3) button").click();
found.chosen = [...document.querySelectorAll("#bars select")].map((node) => node.value);
found.fills = [...document.querySelectorAll("#bars .fill")].map((node) => node.getBoundingClientRect().width);
found.requests = performance.getEntriesByType("resource").length;
const answer = document.createElement("pre");
document.body.replaceChildren(Object.assign(answer, { id: "found", textContent: JSON.stringify(found) }));
"""


def entry(value, error=0.5):
    spread = {"low": 0.9 * value, "median": value, "high": 1.2 * value, "samples": [value] * 5}
    return {"expected": "it", "met": True, "max_error": error, "mean_error": error / 4} | spread


def record(case, mode, dtype, ours, peers):
    contestants = {OURS: entry(ours)} | {name: entry(value, 0.25) for name, value in peers.items()}
    head = {"family": "resize", "case": case, "mode": mode, "dtype": dtype, "channels": 3, "threads": 1, "dst": False}
    return head | {"copy": entry(ours / 3), "moved_bytes": 1000, "contestants": contestants}


@pytest.fixture(scope="module")
def result():
    """Cells of every case and mode; lanczos4 is lost, and one contestant was refused."""
    cells = []
    for i, case in enumerate(CASES):
        for k, mode in enumerate(MODES):
            ours = 0.01 * (i + 1) * (k + 1)
            ratio = 0.5 if mode == "lanczos4" else 1.5 + i
            cells.append(record(case.name, mode, "uint8", ours, {"cv2": ours * ratio, "</script><b>peer": 99.0}))
    cells[0]["contestants"]["torch"] = {"refused": "TypeError: <i>no</i>"}
    return saved(*cells)


def test_content_is_the_result(result):
    content = html.content(result)
    assert len(content["cells"]) == len(CASES) * len(MODES)
    first = content["cells"][0]
    assert (first["ratio"], first["lost"], first["mode"]) == (0.5, True, "lanczos4")
    lost = sum(cell["lost"] for cell in content["cells"])
    assert [value for value, _ in content["tiles"]][2] == str(lost) == str(len(CASES))
    half = next(cell for cell in content["cells"] if cell["case"] == "1080x1920-540x960")
    assert half["mps"] == pytest.approx(540 * 960 / 1e6 / (half["ours"] / 1e3))
    assert "torch: resize nearest uint8, 1 cells: TypeError: <i>no</i>" in content["excluded"]


def test_packing_keeps_every_field_to_four_digits(result):
    content = html.content(result)
    packed = html.packed(content)
    assert len(packed["cells"]) == len(content["cells"])
    for row, cell in zip(packed["cells"], content["cells"], strict=True):
        found = dict(zip(packed["columns"], row, strict=True))
        assert found.keys() == cell.keys()
        assert found["timed"][OURS] == [pytest.approx(value, rel=1e-3) for value in cell["timed"][OURS]]
        assert found["ratio"] == pytest.approx(cell["ratio"], rel=1e-3)
        assert found["case"] == cell["case"]


def test_pixels_of_a_batch_count_all_its_images():
    for family, mode, images in (("preprocess", "stretch x32", 32), ("resize", "linear", 1), ("folder", "jpg", FILES)):
        record = {"family": family, "mode": mode, "case": "480x640-250x400"}
        assert html.megapixels(record) == pytest.approx(0.1 * images)


def test_page_fetches_nothing_and_keeps_data_out_of_the_markup(result):
    text = html.page(result)
    assert not re.search(r"""\b(src|href)=(?!"data:|"#)""", text)
    assert not re.search(r"https?://|@import|url\(", text)
    assert text.count("</script>") == 2
    assert "Some &lt;CPU>" in text or "Some &lt;CPU&gt;" in text
    data = re.search(r'<script type="application/json" id="result">(.*?)</script>', text, re.DOTALL)[1]
    assert json.loads(data) == json.loads(json.dumps(html.packed(html.content(result))))


def test_command_writes_the_page(result, tmp_path, capsys):
    source, target = tmp_path / "result.json", tmp_path / "result.html"
    run.save(source, result)
    assert main(["report", str(source), "--html", str(target)]) == 0
    assert capsys.readouterr().out == ""
    assert target.read_text(encoding="utf-8") == html.page(result)


def browse(page, width, folder, probe=PROBE):
    """What the probe found in a window of that width, and what the browser logged on its console."""
    if CHROMIUM is None:
        pytest.skip("no chromium: apt-get install chromium")
    path = folder / "page.html"
    path.write_text(page.replace("</body>", f"<script>{probe}</script></body>"), encoding="utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900"]
    command += ["--enable-logging=stderr", "--virtual-time-budget=2000", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    dumped = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    assert dumped, done.stderr
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(dumped[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")), console


@pytest.mark.parametrize("width", [390, 1280])
def test_page_in_a_browser(result, tmp_path, width):
    found, console = browse(html.page(result), width, tmp_path)
    assert console == []
    assert found["requests"] == 0
    assert found["scroll"] <= found["width"] <= max(width, 500)
    ratios = [float(text) for text in found["ratios"]]
    assert ratios == sorted(ratios)
    assert ratios[0] == 0.5
    assert [float(text) for text in found["up"]] == sorted(float(text) for text in found["up"])
    assert found["down"] == found["up"][::-1]
    assert found["names"] == sorted(found["names"])
    assert found["filtered"] == ["lanczos4"]
    assert found["losses"] == len(CASES)
    up, down, names = found["aims"]
    assert len(set(up)) > 2
    assert [float(text) for text in up] == sorted(float(text) for text in up)
    assert down == up[::-1]
    assert names == sorted(names, key=str.lower)
    assert found["heat"] == len(CASES) * len(MODES)
    assert found["modes"] == list(MODES)
    assert found["chosen"][1] == "uint8"
    assert len(found["fills"]) == 3 * len(MODES)
    assert min(found["fills"]) > 0


VIEWS = """
const found = {};
const controls = () => [...document.querySelectorAll("#heat select")];
const choose = (k, value) => Object.assign(controls()[k], { value }).onchange();
const look = () => ({
  controls: controls().map((node) => node.value),
  heat: [...document.querySelectorAll("#heat tbody td button")].map((node) => node.textContent),
  bars: [...document.querySelectorAll("#bars .mode h3")].map((node) => node.textContent),
});
found.families = [...controls()[0].options].map((node) => node.value);
found.first = look();
choose(0, "operations");
found.operations = look();
choose(1, "2");
found.two = look();
choose(0, "resizing");
found.back = look();
const answer = document.createElement("pre");
document.body.replaceChildren(Object.assign(answer, { id: "found", textContent: JSON.stringify(found) }));
"""


def test_families_have_heat_maps_of_their_own(result, tmp_path):
    """Operations show every number of channels; what another family lacks is chosen anew."""

    def cell(ratio, **changes):
        return record("64x64-128x128", "linear", "uint8", 1.0, {"torch": ratio}) | changes

    cells = [cell(2.0), cell(3.0, threads=2), cell(4.0, family="antialias", channels=4)]
    cells += [cell(5.0, family="operations", mode="max_unpool2d", channels=64, threads=2)]
    cells += [cell(6.0, family="operations", mode="interpolate nearest", channels=16)]
    found, console = browse(html.page(result | {"cells": cells}), 1280, tmp_path, VIEWS)
    assert console == []
    assert found["families"] == ["resizing", "operations"]
    assert found["first"] == {"controls": ["resizing", "3", "1", "fresh"], "heat": ["2.00"], "bars": ["linear"]}
    assert found["operations"]["controls"] == ["operations", "1", "fresh"]
    assert (found["operations"]["heat"], found["operations"]["bars"]) == (["6.00"], ["interpolate nearest"])
    assert (found["two"]["heat"], found["two"]["bars"]) == (["5.00"], ["max_unpool2d"])
    assert found["back"]["heat"] == ["3.00"]


def test_page_without_cells_still_opens(result, tmp_path):
    probe = "document.body.append(Object.assign(document.createElement('pre'), {id: 'found', textContent: '{}'}))"
    page = html.page(result | {"cells": []})
    assert browse(page, 800, tmp_path, probe) == ({}, [])
