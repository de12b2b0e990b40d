"use strict";

const DARK = {{ dark_colours }};  // what colours of charts become on a dark page
const ERRORS = 1;  // of Vega: panels without a curve are warned of

// On screen each chart is drawn when it comes near, or when there is nothing else to do. Its still
// picture stays for print; one that the page does not bring along is made of the drawn chart.
async function draw(figure) {
  const spec = JSON.parse(figure.querySelector("script").textContent);
  const options = {actions: {export: true, source: false, compiled: false, editor: false},
                   downloadFileName: "chart", logLevel: ERRORS};
  const {view} = await vegaEmbed(figure.querySelector(".live"), onThisPage(spec), options);
  if (!figure.querySelector(".still")) {
    const light = isDark() ? (await vegaEmbed(document.createElement("div"), spec, options)).view : view;
    const still = new Image();
    still.className = "still";
    still.alt = figure.dataset.heading;
    still.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(await light.toSVG());
    figure.prepend(still);
  }
  figure.classList.add("drawn");
}

function isDark() {
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

// A chart on a dark page has the dark colours; its data, which are text, stay as they are.
function onThisPage(spec) {
  return isDark() ? inDark(spec) : spec;
}

function inDark(value) {
  if (typeof value === "string") return DARK[value] ?? value;
  if (Array.isArray(value)) return value.map(inDark);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) =>
    [key, key === "datasets" ? part : inDark(part)]));
}

// The number that a cell tells in words of the page; NaN where it tells none.
function numberIn(text) {
  return parseFloat(text.replace("−", "-").replace(/[<>,\s]/g, ""));
}

const undrawn = new Set(document.querySelectorAll("figure.chart"));

function drawOnce(figure) {
  return undrawn.delete(figure) ? draw(figure) : Promise.resolve();
}

const near = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((e) => e.isIntersecting)) {
    near.unobserve(entry.target);
    drawOnce(entry.target);
  }
}, {rootMargin: "600px"});
undrawn.forEach((figure) => near.observe(figure));

async function drawForPaper() {
  for (const figure of document.querySelectorAll("figure.chart:not(:has(.still))")) {
    await new Promise((idle) => (window.requestIdleCallback || setTimeout)(idle));
    await drawOnce(figure);
  }
}
addEventListener("load", drawForPaper);

function searchable(section) {
  const [body] = section.querySelector(".searched").tBodies;
  const rows = [...body.rows].map((row) => ({row, text: row.textContent.toLowerCase()}));
  const [words, anchors] = section.querySelectorAll("input");
  const verdict = section.querySelector("select");
  const shown = section.querySelector("output");

  function filter() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const {row, text} of rows) {
      const keep = wanted.every((word) => text.includes(word))
        && (!verdict.value || row.dataset.verdict === verdict.value)
        && (!anchors.checked || "anchor" in row.dataset);
      row.hidden = !keep;
      count += keep;
    }
    shown.textContent = `${count} of ${rows.length} rows`;
  }

  function sort(header) {
    const descending = header.getAttribute("aria-sort") === "ascending";
    const number = header.dataset.sort === "number";
    const key = ({row}) => {
      const text = row.cells[header.cellIndex].textContent;
      return number ? numberIn(text) : text;
    };
    const sign = descending ? -1 : 1;
    const keyed = rows.map((entry) => [key(entry), entry.row]);
    keyed.sort(([a], [b]) => number
      ? (isNaN(a) - isNaN(b)) || sign * (a - b)
      : sign * a.localeCompare(b, undefined, {numeric: true}));
    body.append(...keyed.map(([, row]) => row));
    for (const other of header.parentNode.cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  }

  section.addEventListener("input", filter);
  for (const header of section.querySelectorAll("th[data-sort]")) {
    header.addEventListener("click", () => sort(header));
  }
  filter();
}
document.querySelectorAll(".features").forEach(searchable);

// A link to a row of a folded table opens it.
function unfold() {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const folded = target && target.closest("details.folded");
  if (!folded) return;
  folded.open = true;
  for (const field of folded.querySelectorAll(".search input, .search select")) {
    if (field.type === "checkbox") field.checked = false; else field.value = "";
    field.dispatchEvent(new Event("input", {bubbles: true}));
  }
  target.scrollIntoView({block: "center"});
}
addEventListener("hashchange", unfold);
addEventListener("load", unfold);
