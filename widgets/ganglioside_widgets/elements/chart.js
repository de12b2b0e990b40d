// Draws a Vega-Lite specification; its data comes separately. `vegaEmbed` and `DARK` (the colours
// that replace those of the specification on a dark page) are defined before this.

function isDark(el) {
  const paper = getComputedStyle(el).getPropertyValue("--gg-paper-is-dark").trim();
  return paper === "1";
}

function coloured(value) {
  if (typeof value === "string") return DARK[value] ?? value;
  if (Array.isArray(value)) return value.map(coloured);
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, coloured(v)]));
  return value;
}

const READERS = {
  number: (text) => (text === "" ? null : Number(text)),
  boolean: (text) => text === "1" || text.toLowerCase() === "true",
  string: (text) => (text === "" ? null : text),
};

// Records of a CSV text (RFC 4180), as pandas writes it.
function records(text) {
  const found = [];
  let record = [];
  for (let at = 0; at < text.length; ) {
    let cell;
    if (text[at] === '"') {
      let end = at + 1;
      for (;;) {
        end = text.indexOf('"', end);
        if (text[end + 1] !== '"') break;
        end += 2;
      }
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      const line = text.indexOf("\n", at);
      const comma = text.indexOf(",", at);
      const end = comma < 0 || (line >= 0 && line < comma) ? line : comma;
      cell = text.slice(at, end < 0 ? text.length : end);
      at = end < 0 ? text.length : end;
    }
    record.push(cell);
    if (text[at] !== ",") {
      found.push(record);
      record = [];
    }
    at += 1;
  }
  return found;
}

function rowsOf(source) {
  const { values, parse } = source;
  if (typeof values !== "string") return structuredClone(values);
  const [names, ...rows] = records(values);
  const readers = names.map((name) => READERS[parse[name]] ?? READERS.string);
  return rows.map((row) => {
    const datum = {};
    for (let k = 0; k < names.length; k++) datum[names[k]] = readers[k](row[k] ?? "");
    return datum;
  });
}

// Whether a row of data is drawn: rows of features that are filtered out are not.
function keeps(model) {
  if (!model.get("filtered")) return () => true;
  const view = model.get("shown");
  const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  const shown = new Set(new Int32Array(bytes));
  return (datum) => typeof datum.feature_id !== "number" || shown.has(datum.feature_id);
}

const PANEL = 202; // px, least width of a small panel with its axis
const PANEL_SPACE = 52; // px beside all panels, for the first axis
const PANEL_GAP = 30; // px between two panels, for an axis
const BESIDE = 150; // px of a card for buttons, caption, legend and axis, before they are there
const LEAST = 110;
const ERRORS = 1; // level of Vega's log: layers without rows are no fault
const ENTRY = 84; // px of an entry of a legend
const WIDTH = (17 / 2.54) * 300; // px, of a saved picture: 17 cm at 300 dpi

// Lines of a text that fit into so many pixels.
function wrapped(context, text, width) {
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (line && context.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line ? [...lines, line] : lines;
}

// A PNG that says that it has 300 dots an inch: chunk pHYs after IHDR (PNG specification, 11.3.5.3).
async function withResolution(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const chunk = new DataView(new ArrayBuffer(21));
  chunk.setUint32(0, 9);
  [0x70, 0x48, 0x59, 0x73].forEach((byte, at) => chunk.setUint8(4 + at, byte)); // pHYs
  const perMetre = Math.round(300 / 0.0254);
  chunk.setUint32(8, perMetre);
  chunk.setUint32(12, perMetre);
  chunk.setUint8(16, 1);
  chunk.setUint32(17, crc(new Uint8Array(chunk.buffer, 4, 13)));
  const after = 33; // signature and IHDR
  return new Blob([bytes.slice(0, after), chunk.buffer, bytes.slice(after)], { type: "image/png" });
}

// CRC-32 as PNG has it (annex D of its specification).
function crc(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

function download(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

// Features that a mark stands for, the one with the largest area first.
function featuresOf(datum) {
  if (typeof datum?.feature_id === "number") return [datum];
  return [...(datum?.members ?? [])].sort((a, b) => (b.volume ?? 0) - (a.volume ?? 0));
}

function render({ model, el }) {
  const figure = document.createElement("div");
  figure.className = "gg-chart";
  figure.setAttribute("role", "figure");
  const tools = document.createElement("div");
  tools.className = "gg-chart-tools";
  if (model.get("_has_tools")) el.append(tools);
  el.append(figure);
  let view = null;
  let finalize = null;
  let drawn = 0;
  let width = 0;
  let height = 0; // px, of a chart that fills its card; 0 where it has its own
  const aside = new Map(); // by source, its rows that are not drawn
  let moves = false; // whether dragging moves the chart, and not draws a box

  async function draw() {
    const turn = ++drawn;
    const spec = model.get("_spec");
    figure.setAttribute("aria-label", model.get("_label"));
    if (!spec || !Object.keys(spec).length) return figure.replaceChildren();
    const whole = specification(isDark(figure), aside);
    whole.config = {
      ...whole.config,
      background: "transparent",
      axis: { ...whole.config?.axis, labelSeparation: 6 },
    };
    width = figure.clientWidth;
    const isZoomed = whole.params?.some((parameter) => parameter.name === "zoom");
    for (const button of zooming) button.hidden = !isZoomed;
    fitPanels(whole, width);
    if (whole.config.legend) whole.config.legend.columns = Math.max(2, Math.floor((width - BESIDE) / ENTRY));
    height = room();
    if (height) whole.height = height;
    const fresh = document.createElement("div");
    fresh.className = "gg-chart-canvas";
    if (figure.firstChild) figure.style.minHeight = `${figure.offsetHeight}px`;
    figure.append(fresh);
    await document.fonts.ready; // texts are measured in the fonts in which they are drawn
    const result = await embedded(fresh, whole);
    if (turn !== drawn) {
      result.finalize();
      fresh.remove();
      return;
    }
    finalize?.();
    for (const old of [...figure.children]) if (old !== fresh) old.remove();
    figure.style.minHeight = "";
    view = result.view;
    finalize = () => result.finalize();
    view.addEventListener("click", (_, item) => {
      const [largest] = featuresOf(item?.datum);
      const id = largest?.feature_id;
      if (id === undefined) return;
      tellValue(model, "selected", id, { selected: id });
      lead(el);
    });
    pick();
    fit(); // the width may have changed meanwhile
  }

  // The chart, with panels narrower by what longer labels than usual need.
  async function embedded(place, whole) {
    const options = { actions: false, renderer: "canvas", logLevel: ERRORS };
    const result = await vegaEmbed(place, whole, options);
    const beyond = place.querySelector("canvas").offsetWidth - width;
    if (!whole.facet || beyond <= 0 || !width) return result;
    result.finalize();
    whole.spec.width -= Math.ceil(beyond / whole.columns);
    return vegaEmbed(place, whole, options);
  }

  // Height that a chart may have which fills its card; 0 where it keeps its own.
  function room() {
    const card = el.closest(".gg-chart-card");
    if (!card || !model.get("_spec").usermeta?.fills || getComputedStyle(card).overflowY !== "auto") return 0;
    return Math.max(card.clientHeight - beside(card), LEAST);
  }

  // Height of all that a card has beside the plot, which wraps in narrow cards.
  function beside(card) {
    if (!view) return BESIDE;
    const { top } = card.firstElementChild.getBoundingClientRect();
    const { bottom } = card.lastElementChild.getBoundingClientRect();
    return Math.ceil(bottom - top - view.height()) + 1; // places are rounded to whole px
  }

  // As many panels in a row as there is room for.
  function fitPanels(whole, room) {
    if (!whole.facet || !room) return;
    whole.columns = Math.max(1, Math.floor(room / PANEL));
    const beside = PANEL_SPACE + (whole.columns - 1) * PANEL_GAP;
    whole.spec.width = Math.floor((room - beside) / whole.columns);
    whole.spec.height = Math.round(whole.spec.width * 0.72);
    whole.spacing = { row: 44, column: PANEL_GAP };
  }

  // Rows to draw of each source; the others go into `hidden`, a map by source.
  function sorted(hidden) {
    const kept = keeps(model);
    hidden.clear();
    return Object.fromEntries(
      Object.entries(model.get("_data")).map(([name, source]) => {
        const rows = rowsOf(source);
        hidden.set(name, rows.filter((row) => !kept(row)));
        return [name, rows.filter(kept)];
      }),
    );
  }

  // Change which rows are drawn: only what differs goes in and out.
  function sift() {
    const kept = keeps(model);
    for (const [name, hidden] of aside) {
      const leaving = view.data(name).filter((row) => !kept(row));
      const coming = hidden.filter(kept);
      if (!leaving.length && !coming.length) continue;
      aside.set(name, [...hidden.filter((row) => !kept(row)), ...leaving]);
      const goes = new Set(leaving);
      view.change(name, view.changeset().remove((row) => goes.has(row)).insert(coming));
    }
  }

  // The specification with the rows of data that are drawn.
  function specification(dark, hidden) {
    const spec = model.get("_spec");
    const whole = structuredClone(dark ? coloured(spec) : spec);
    whole.datasets = sorted(hidden);
    return whole;
  }

  // The domains of both axes, which decide the space for their labels; null for several charts.
  function domains() {
    try {
      return JSON.stringify(["x", "y"].map((name) => view.scale(name).domain()));
    } catch {
      return null;
    }
  }

  // Exchange the data, or only which of them are drawn.
  async function exchange(all) {
    if (!view) return;
    const before = domains();
    if (all) for (const [name, rows] of Object.entries(sorted(aside))) view.data(name, rows);
    else sift();
    await view.runAsync();
    if (domains() !== before) await view.resize().runAsync(); // the axis labels need another space
    figure.dataset.drawn = String(performance.now());
  }

  async function pick() {
    if (!view) return;
    await view.signal(model.get("_picked"), model.get("selected")).runAsync();
    figure.dataset.picked = String(model.get("selected"));
  }

  // A pane can change its width without the window, and Vega follows only the window.
  async function fit() {
    const now = figure.clientWidth;
    if (view && now && Math.abs(now - width) > 4 && model.get("_spec").facet) return draw();
    const high = room();
    if (!view || !now || model.get("_spec").width !== "container") return;
    if (now === width && high === height) return;
    [width, height] = [now, high];
    if (high) view.height(high);
    await view.width(now).runAsync();
  }
  const resized = new ResizeObserver(() => requestAnimationFrame(fit));
  resized.observe(figure);
  requestAnimationFrame(() => {
    const card = el.closest(".gg-chart-card");
    if (card) resized.observe(card);
  });

  // --- the box: marks of features whose middle is inside it ---

  const doesMove = () => moves && !drag.hidden;
  const box = document.createElement("div");
  box.className = "gg-chart-box";
  let start = null;

  function marksIn(rectangle) {
    const found = new Set();
    const visit = (group, dx, dy) => {
      for (const item of group.items ?? []) {
        if (item.marktype) visit(item, dx, dy);
        else if (item.items) {
          const [x, y] = [dx + (item.x ?? 0), dy + (item.y ?? 0)];
          for (const inner of item.items) visit(inner, x, y);
        } else if (item.opacity !== 0) {
          const [x, y] = [dx + item.x, dy + item.y];
          if (x >= rectangle.left && x <= rectangle.right && y >= rectangle.top && y <= rectangle.bottom)
            for (const datum of featuresOf(item.datum)) found.add(datum.feature_id);
        }
      }
    };
    const [left, top] = view.origin();
    visit(view.scenegraph().root, left, top);
    return [...found];
  }

  function rectangle(event) {
    const place = figure.querySelector("canvas").getBoundingClientRect();
    const [x, y] = [event.clientX - place.left, event.clientY - place.top];
    return {
      left: Math.min(x, start.x), right: Math.max(x, start.x),
      top: Math.min(y, start.y), bottom: Math.max(y, start.y),
    };
  }

  figure.addEventListener("pointerdown", (event) => {
    if (!model.get("_has_tools") || doesMove() || event.button !== 0 || event.target.tagName !== "CANVAS") return;
    const place = event.target.getBoundingClientRect();
    start = { x: event.clientX - place.left, y: event.clientY - place.top };
  }, true);
  const dragged = (event) => {
    if (!start) return;
    const { left, right, top, bottom } = rectangle(event);
    if (right - left < 5 && bottom - top < 5) return;
    if (!box.isConnected) figure.append(box);
    const canvas = figure.querySelector("canvas");
    Object.assign(box.style, {
      left: `${left + canvas.offsetLeft}px`, top: `${top + canvas.offsetTop}px`,
      width: `${right - left}px`, height: `${bottom - top}px`,
    });
  };
  const released = (event) => {
    if (!start) return;
    const ids = box.isConnected ? marksIn(rectangle(event)) : [];
    box.remove();
    start = null;
    if (ids.length) model.send({ box: ids });
  };
  window.addEventListener("pointermove", dragged);
  window.addEventListener("pointerup", released);
  // Vega's own moving of the scales begins with a press: not while a box is drawn. The wheel
  // scrolls the page, and zooms with Ctrl.
  for (const kind of ["mousedown", "touchstart"])
    figure.addEventListener(kind, (event) => {
      if (model.get("_has_tools") && !doesMove() && event.target.tagName === "CANVAS") event.stopPropagation();
    }, true);
  figure.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) event.stopPropagation();
  }, { capture: true });

  // --- buttons ---

  // Zoom about the middle, as the wheel does: Vega takes it for what the pointer was last over.
  function zoom(factor) {
    const canvas = figure.querySelector("canvas");
    if (!canvas) return;
    const place = canvas.getBoundingClientRect();
    const middle = { bubbles: true, cancelable: true, clientX: place.left + place.width / 2, clientY: place.top + place.height / 2 };
    canvas.dispatchEvent(new PointerEvent("pointermove", middle));
    canvas.dispatchEvent(new MouseEvent("mousemove", middle));
    canvas.dispatchEvent(new WheelEvent("wheel", { ...middle, deltaY: factor, ctrlKey: true }));
  }

  async function savedSvg() {
    const whole = specification(false, new Map());
    whole.width = whole.width === "container" ? Math.max(figure.clientWidth, 480) : whole.width;
    whole.config = { ...whole.config, background: "white" };
    whole.title = { text: model.get("_title"), subtitle: captionLines(whole.width), anchor: "start" };
    const away = document.createElement("div");
    const { view: other, finalize: end } = await vegaEmbed(away, whole, { actions: false, renderer: "none", logLevel: ERRORS });
    return { svg: await other.toSVG(), view: other, end };
  }

  function captionLines(room) {
    const context = document.createElement("canvas").getContext("2d");
    context.font = "11px sans-serif";
    return wrapped(context, model.get("_caption"), typeof room === "number" ? room : 640);
  }

  async function save(kind) {
    const { svg, view: other, end } = await savedSvg();
    const name = `${model.get("file_name")}.${kind}`;
    if (kind === "svg") {
      const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
      download(url, name);
      URL.revokeObjectURL(url);
    } else {
      const natural = Number(/ width="([\d.]+)"/.exec(svg)?.[1] ?? 640);
      const canvas = await other.toCanvas(WIDTH / natural);
      canvas.toBlob(async (blob) => {
        const url = URL.createObjectURL(await withResolution(blob));
        download(url, name);
        URL.revokeObjectURL(url);
      });
    }
    end();
  }

  const tool = (label, title, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.title = title;
    button.setAttribute("aria-label", title);
    button.onclick = act;
    return button;
  };
  const drag = tool("☐", "Dragging selects features; press to move the chart instead", () => {
    moves = !moves;
    drag.textContent = moves ? "✥" : "☐";
    drag.title = moves ? "Dragging moves the chart; press to select features instead"
                       : "Dragging selects features; press to move the chart instead";
    drag.setAttribute("aria-label", drag.title);
  });
  const zooming = [
    tool("+", "Zoom in (Ctrl and wheel)", () => zoom(-240)),
    tool("−", "Zoom out (Ctrl and wheel)", () => zoom(240)),
    tool("⟲", "Show the whole chart", () => draw()),
    drag,
  ];
  tools.append(
    ...zooming,
    tool("SVG", "Save as SVG, with title and caption", () => save("svg")),
    tool("PNG", "Save as PNG of 17 cm at 300 dpi, with title and caption", () => save("png")),
  );

  // What changes together is done once: drawing includes other data, and these what is shown of them.
  const WORK = [() => exchange(false), () => exchange(true), draw];
  const [SHOWN, DATA, ALL] = WORK.keys();
  let due = -1;
  const change = (work) => {
    if (due < 0) queueMicrotask(() => {
      const most = due;
      due = -1;
      WORK[most]().catch((error) => {
        figure.textContent = `The chart cannot be drawn: ${error.message}`;
      });
    });
    due = Math.max(due, work);
  };
  model.on("change:_spec", () => change(ALL));
  model.on("change:_data", () => change(DATA));
  for (const name of ["filtered", "shown"]) model.on(`change:${name}`, () => change(SHOWN));
  model.on("change:selected", pick);
  const themed = new MutationObserver(() => change(ALL));
  for (const root of [document.body, document.documentElement])
    themed.observe(root, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-gg-theme"] });
  change(ALL);
  return () => {
    themed.disconnect();
    resized.disconnect();
    window.removeEventListener("pointermove", dragged);
    window.removeEventListener("pointerup", released);
    finalize?.();
  };
}

export default { render };
