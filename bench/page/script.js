"use strict";

const data = JSON.parse(document.getElementById("result").textContent);
data.cells = data.cells.map((row) => Object.fromEntries(data.columns.map((name, k) => [name, row[k]])));
const section = (id, part) => document.querySelector(`#${id} ${part}`);

// An element with properties and children; text becomes text nodes, so that nothing in the data is markup.
function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

// Three significant digits without an exponent.
function figure(value) {
  if (value === null || value === undefined) return "-";
  if (value >= 100) return value.toFixed(0);
  return value >= 0.001 ? value.toPrecision(3) : value.toFixed(5);
}

// Two decimals, or two digits of what is smaller than that.
function times(value) {
  if (value === null || value === undefined) return "-";
  return value < 0.1 ? value.toPrecision(2) : value.toFixed(2);
}

// An error: floats have tiny ones.
function short(value) {
  if (value === null || value === undefined) return "-";
  return value !== 0 && value < 0.001 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

// The break, if there must be one, comes before the arrow.
const arrow = (name) => name.replace("-", " →\u00a0").replaceAll("x", "×");
const unique = (values) => [...new Set(values)];
// Operations have names that say what they are.
const modeName = (cell) => (["resize", "operations"].includes(cell.family) ? cell.mode : `${cell.family} ${cell.mode}`);

// Tables that sort

const COLUMNS = [
  { key: "ratio", label: "ratio", show: times, style: "ratio" },
  { key: "case", label: "h × w", text: true, show: arrow },
  { key: "name", label: "mode", text: true },
  { key: "dtype", label: "dtype", text: true },
  { key: "channels", label: "C" },
  { key: "threads", label: "threads" },
  { key: "ours", label: "ours ms", show: figure },
  { key: "best", label: "peer ms", show: figure },
  { key: "who", label: "fastest peer", text: true },
  { key: "mps", label: "MP/s", show: figure },
  { key: "copy", label: "copy ms", show: figure },
  { key: "floor", label: "× copy", show: figure },
  { key: "error", label: "error", show: short },
  { key: "mean", label: "mean error", show: short },
  { key: "peer_error", label: "peer's error", show: short },
];

// What is missing goes last, whichever way the rest is sorted.
function byKey(key, down) {
  const sign = down ? -1 : 1;
  return (a, b) => {
    const [x, y] = [a[key] ?? null, b[key] ?? null];
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (typeof x === "string" ? x.localeCompare(y, "en", { numeric: true }) : x - y);
  };
}

class SortedTable {
  constructor(place, rows, limit) {
    Object.assign(this, { place, rows, limit, key: "ratio", down: false, accepts: () => true });
    this.body = element("tbody");
    this.heads = COLUMNS.map((column) => this.heading(column));
    place.append(element("table", {}, element("thead", {}, element("tr", {}, ...this.heads)), this.body));
    this.button = element("button", { className: "more", type: "button" });
    this.button.onclick = () => this.draw((this.limit = Infinity));
    place.after(this.button);
    this.draw();
  }

  heading(column) {
    const button = element("button", { type: "button", textContent: column.label });
    button.onclick = () => {
      this.down = this.key === column.key ? !this.down : false;
      this.key = column.key;
      this.draw();
    };
    return element("th", { className: column.text ? "text" : "", scope: "col" }, button);
  }

  draw() {
    const found = this.rows.filter(this.accepts).sort(byKey(this.key, this.down));
    this.heads.forEach((head, k) => {
      const chosen = COLUMNS[k].key === this.key;
      head.ariaSort = chosen ? (this.down ? "descending" : "ascending") : null;
    });
    this.body.replaceChildren(...found.slice(0, this.limit).map(tableRow));
    this.button.hidden = found.length <= this.limit;
    this.button.textContent = `Show all ${found.length} cells`;
  }
}

function tableRow(cell) {
  const fields = COLUMNS.map(({ key, text, show, style }) => {
    const value = show ? show(cell[key]) : (cell[key] ?? "-");
    return element("td", { className: [text && "text", style].filter(Boolean).join(" "), textContent: value });
  });
  return element("tr", { className: cell.lost ? "lost" : "" }, ...fields);
}

// Controls

function choice(label, values, value, change) {
  const options = values.map((entry) => element("option", { value: entry, textContent: arrowIfCase(entry) }));
  const select = element("select", {}, ...options);
  select.value = value;
  select.onchange = () => change(select.value);
  return element("label", {}, label, select);
}

const arrowIfCase = (value) => (data.cases.includes(value) ? arrow(value) : value);
const numeric = (values) => unique(values).sort((a, b) => a - b);

// Heat map

const STEPS = [
  [0.5, "#8a2d04", "#fff"], [0.8, "#c9581a", "#fff"], [1, "#f6bf97", "#1c2024"], [1.3, "#eef1f3", "#1c2024"],
  [2, "#c6ddf0", "#1c2024"], [4, "#7db4dd", "#1c2024"], [8, "#2f7fbd", "#fff"], [Infinity, "#084a80", "#fff"],
];

function shade(ratio) {
  const [, background, color] = STEPS.find(([limit]) => ratio < limit) ?? STEPS.at(-1);
  return { background, color };
}

const chosen = { view: null, channels: 3, threads: 1, output: "fresh", case: null, kind: null };
const RESIZING = "resizing";
const viewOf = (cell) => (cell.family === "resize" || cell.family === "antialias" ? RESIZING : cell.family);
const outputOf = (cell) => (cell.dst ? "given" : "fresh");

// Operations have channels of their own for each size, so there is nothing to choose.
function inView(cell) {
  return viewOf(cell) === chosen.view && cell.threads === chosen.threads && outputOf(cell) === chosen.output
    && (chosen.view !== RESIZING || cell.channels === chosen.channels);
}

function sizeHeading(name) {
  const [from, to] = name.split("-").map((part) => part.replace("x", "×"));
  return element("th", { scope: "col" }, element("span", { textContent: from }), element("span", { textContent: `→ ${to}` }));
}

function drawHeat() {
  const cells = data.cells.filter(inView);
  const cases = data.cases.filter((name) => cells.some((cell) => cell.case === name));
  const names = unique(cells.map((cell) => cell.row)).sort(byRow);
  const head = element("tr", {}, element("th"), ...cases.map(sizeHeading));
  const rows = names.map((name) => {
    const fields = cases.map((size) => heatField(cells.find((cell) => cell.row === name && cell.case === size)));
    return element("tr", {}, element("th", { scope: "row", textContent: name }), ...fields);
  });
  section("heat", ".table").replaceChildren(
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
}

const FAMILIES = unique(["resize", "antialias", ...data.cells.map((cell) => cell.family).sort()]);
const ROWS = FAMILIES.flatMap((family) => {
  const cells = data.cells.filter((cell) => cell.family === family);
  const order = ["nearest", "nearest_exact", "linear", "linear_exact", "cubic", "area", "lanczos4"];
  const place = (mode) => (order.includes(mode) ? order.indexOf(mode) : order.length);
  const modes = unique(cells.map((cell) => cell.mode)).sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  return ["uint8", "uint16", "float32"].flatMap((dtype) => modes.map((mode) => `${modeName({ family, mode })} ${dtype}`));
});
const byRow = (a, b) => ROWS.indexOf(a) - ROWS.indexOf(b);

function heatField(cell) {
  if (!cell || cell.ratio === null) return element("td");
  const button = element("button", { type: "button", textContent: times(cell.ratio) });
  button.title = `${cell.row}, ${arrow(cell.case)}: ${figure(cell.ours)} ms, ${cell.who} ${figure(cell.best)} ms`;
  button.ariaPressed = String(chosen.case === cell.case && chosen.kind === kindOf(cell));
  Object.assign(button.style, shade(cell.ratio));
  button.onclick = () => {
    select({ case: cell.case, kind: kindOf(cell) });
    document.getElementById("bars").scrollIntoView();
  };
  return element("td", {}, button);
}

function drawLegend() {
  const labels = STEPS.map(([limit], k) =>
    (k === 0 ? `< ${limit}` : limit === Infinity ? `≥ ${STEPS[k - 1][0]}` : `${STEPS[k - 1][0]} – ${limit}`));
  const keys = STEPS.map(([, background, color], k) => {
    const key = element("i", { textContent: labels[k] });
    Object.assign(key.style, { background, color });
    return key;
  });
  section("heat", ".legend").append(...keys);
}

// Bars

const kindOf = (cell) => `${cell.family === "resize" ? "" : `${cell.family} `}${cell.dtype}`;

// Ticks at 1, 2 and 5 of each decade between the ends.
function ticks(low, high) {
  const found = [];
  for (let decade = Math.floor(Math.log10(low)); decade <= Math.log10(high); decade++) {
    found.push(...[1, 2, 5].map((step) => step * 10 ** decade).filter((value) => value >= low && value <= high));
  }
  return found;
}

function drawBars() {
  const cells = data.cells
    .filter((cell) => inView(cell) && cell.case === chosen.case && kindOf(cell) === chosen.kind)
    .sort((a, b) => byRow(a.row, b.row));
  const plot = section("bars", ".plot");
  plot.replaceChildren();
  if (!cells.length) {
    plot.append(element("p", { textContent: "There are no cells for this choice." }));
    return;
  }
  const values = cells.flatMap((cell) => [cell.copy, ...Object.values(cell.timed).flatMap(([, low, high]) => [low, high])]);
  const [low, high] = [Math.min(...values) / 1.5, Math.max(...values) * 1.1];
  const place = (value) => `${(100 * Math.log(value / low)) / Math.log(high / low)}%`;
  const marks = ticks(low, high);
  plot.append(axis(marks, place, high / low), ...cells.map((cell) => modeBars(cell, marks, place)));
}

function axis(marks, place, span) {
  const narrow = plotIsNarrow() || span > 2000;
  const named = marks.filter((value) => !narrow || Math.abs(Math.log10(value) % 1) < 1e-9);
  const labels = (named.length > 1 ? named : marks).map((value) => {
    const label = element("span", { textContent: String(Number(value.toPrecision(1))) });
    label.style.left = place(value);
    return label;
  });
  return element("div", { className: "bar axis" }, element("span", { textContent: "ms" }),
    element("div", { className: "track" }, ...labels), element("span"));
}

const plotIsNarrow = () => section("bars", ".plot").clientWidth < 600;

function mark(className, left, right) {
  const node = element("i", { className });
  node.style.left = left;
  if (right) node.style.width = `calc(${right} - ${left})`;
  return node;
}

function modeBars(cell, marks, place) {
  const entries = Object.entries(cell.timed).sort(([, a], [, b]) => a[0] - b[0]);
  const bars = entries.map(([name, [ms, low, high, largest, mean]]) => {
    const track = element("div", { className: "track" }, ...marks.map((value) => mark("tick", place(value))),
      mark("fill", "0%", place(ms)), mark("range", place(low), place(high)), mark("copy", place(cell.copy)));
    const error = largest === null ? "" : `, largest error ${short(largest)}, mean ${short(mean)}`;
    return element("div", { className: name === data.ours ? "bar ours" : "bar", title: `${name}: ${figure(ms)} ms${error}` },
      element("span", { textContent: name }), track, element("span", { textContent: `${figure(ms)} ms` }));
  });
  return element("div", { className: "mode" }, element("h3", { textContent: modeName(cell) }), ...bars);
}

// The choice that the heat map and the bars share

function firstCell() {
  const cells = data.cells.filter(inView);
  const bytes = cells.filter((cell) => cell.family === "resize" && cell.dtype === "uint8");
  return bytes.find((cell) => cell.case === "1080x1920-600x600") ?? bytes[0] ?? cells[0] ?? null;
}

const inFamily = () => data.cells.filter((cell) => viewOf(cell) === chosen.view);

// Another view may lack the channels, threads or output that were chosen in the one before.
function settle() {
  const cells = inFamily();
  const options = { channels: numeric(cells.map((cell) => cell.channels)), threads: numeric(cells.map((cell) => cell.threads)),
    output: unique(cells.map(outputOf)) };
  for (const [key, values] of Object.entries(options)) {
    if (!values.includes(chosen[key])) chosen[key] = values[0];
  }
  return options;
}

function select(change) {
  Object.assign(chosen, change);
  const options = settle();
  const cells = data.cells.filter(inView);
  if (!cells.some((cell) => cell.case === chosen.case && kindOf(cell) === chosen.kind)) {
    const cell = firstCell();
    Object.assign(chosen, { case: cell?.case ?? null, kind: cell ? kindOf(cell) : null });
  }
  drawControls(cells, options);
  drawHeat();
  drawBars();
}

function drawControls(cells, options) {
  const controls = [choice("family", unique(data.cells.map(viewOf)).sort(byView), chosen.view, (value) => select({ view: value }))];
  if (chosen.view === RESIZING) {
    controls.push(choice("channels", options.channels, chosen.channels, (value) => select({ channels: Number(value) })));
  }
  controls.push(
    choice("threads", options.threads, chosen.threads, (value) => select({ threads: Number(value) })),
    choice("output array", options.output, chosen.output, (value) => select({ output: value })));
  section("heat", ".controls").replaceChildren(...controls);
  const kinds = unique(cells.map(kindOf));
  const cases = data.cases.filter((name) => cells.some((cell) => cell.case === name && kindOf(cell) === chosen.kind));
  section("bars", ".controls").replaceChildren(
    choice("h × w", cases, chosen.case, (value) => select({ case: value })),
    choice("kind", kinds, chosen.kind, (value) => select({ kind: value, case: caseFor(value) })));
}

const byView = (a, b) => (b === RESIZING) - (a === RESIZING) || a.localeCompare(b);

// The case at hand if a kind has it, else the kind's first.
function caseFor(kind) {
  const cells = data.cells.filter((cell) => inView(cell) && kindOf(cell) === kind);
  return (cells.find((cell) => cell.case === chosen.case) ?? cells[0])?.case ?? null;
}

// The page

function drawHead() {
  document.getElementById("tiles").append(...data.tiles.map(([value, label]) =>
    element("div", { className: "tile" }, element("b", { textContent: value }), element("span", { textContent: label }))));
  document.getElementById("environment").append(...data.header.map((line) => element("div", { textContent: line })));
  if (data.wrong.length) {
    document.getElementById("wrong").append(element("div", { className: "warning" },
      element("b", { textContent: "Results of cyresize that are not as they should be" }),
      element("ul", {}, ...data.wrong.map((line) => element("li", { textContent: line })))));
  }
}

function drawLosses() {
  const lost = data.cells.filter((cell) => cell.lost);
  if (lost.length) {
    new SortedTable(section("losses", ".table"), lost, 25);
  } else {
    section("losses", "p").textContent = `No peer is faster in any of the ${data.cells.length} cells.`;
  }
}

// A small table of text: a heading sorts by its column, and what is missing goes last.
function drawAims() {
  const [head, ...rows] = data.groups;
  const order = { column: null, down: false };
  const field = (text, k) => {
    const node = element("td", { textContent: text, className: k === 0 ? "text" : "" });
    if (text === "MISSED") node.className = "missed";
    return node;
  };
  const last = head.length - 1;
  const value = (text, k) => (k === 0 || k === last ? text || null : text === "-" ? null : Number(text));
  const body = element("tbody");
  const draw = () => {
    const entries = rows.map((row) => ({ row, values: row.map(value) }));
    const compare = byKey(order.column, order.down);
    if (order.column !== null) entries.sort((a, b) => compare(a.values, b.values));
    body.replaceChildren(...entries.map(({ row }) => element("tr", {}, ...row.map(field))));
    heads.forEach((node, k) => { node.ariaSort = k === order.column ? (order.down ? "descending" : "ascending") : null; });
  };
  const heads = head.map((label, k) => {
    const button = element("button", { type: "button", textContent: label });
    button.onclick = () => {
      Object.assign(order, { column: k, down: order.column === k && !order.down });
      draw();
    };
    return element("th", { className: k === 0 ? "text" : "", scope: "col" }, button);
  });
  section("aims", ".table").append(element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body));
  draw();
}

function drawCells() {
  const table = new SortedTable(section("cells", ".table"), data.cells, 100);
  const search = element("input", { type: "search", placeholder: "linear uint8 600×600", autocomplete: "off" });
  const lost = element("input", { type: "checkbox" });
  const filter = () => {
    const words = search.value.toLowerCase().replaceAll("×", "x").split(/\s+/).filter(Boolean);
    table.accepts = (cell) => (!lost.checked || cell.lost) && words.every((word) => cell.text.includes(word));
    table.draw();
  };
  search.oninput = filter;
  lost.onchange = filter;
  section("cells", ".controls").append(element("label", {}, "words in case, mode, dtype or peer", search),
    element("label", { className: "check" }, lost, "only losses"));
}

for (const cell of data.cells) {
  cell.name = modeName(cell) + (cell.dst ? " dst" : "");
  cell.row = `${modeName(cell)} ${cell.dtype}`;
  cell.text = `${cell.case} ${cell.name} ${cell.dtype} c${cell.channels} ${cell.who ?? ""}`.toLowerCase();
}
chosen.view = unique(data.cells.map(viewOf)).sort(byView)[0] ?? null;
drawHead();
drawLosses();
drawLegend();
drawAims();
drawCells();
section("untimed", "ul").append(...data.excluded.map((line) => element("li", { textContent: line })));
if (!data.excluded.length) document.getElementById("untimed").hidden = true;
if (data.cells.length) select({});
else ["heat", "bars", "aims", "cells"].forEach((id) => (document.getElementById(id).hidden = true));
matchMedia("(max-width: 640px)").addEventListener("change", () => data.cells.length && drawBars());
