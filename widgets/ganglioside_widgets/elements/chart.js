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

function render({ model, el }) {
  const figure = document.createElement("div");
  figure.className = "gg-chart";
  figure.setAttribute("role", "figure");
  el.append(figure);
  let view = null;
  let finalize = null;
  let drawn = 0;
  let width = 0;

  async function draw() {
    const turn = ++drawn;
    const spec = model.get("_spec");
    figure.setAttribute("aria-label", model.get("_label"));
    if (!spec || !Object.keys(spec).length) return figure.replaceChildren();
    const data = model.get("_data");
    const whole = structuredClone(isDark(figure) ? coloured(spec) : spec);
    whole.config = {
      ...whole.config,
      background: "transparent",
      axis: { ...whole.config?.axis, labelSeparation: 6 },
    };
    whole.datasets = Object.fromEntries(Object.keys(data).map((name) => [name, rowsOf(data[name])]));
    const fresh = document.createElement("div");
    fresh.className = "gg-chart-canvas";
    width = figure.clientWidth;
    if (figure.firstChild) figure.style.minHeight = `${figure.offsetHeight}px`;
    figure.append(fresh);
    const result = await vegaEmbed(fresh, whole, {
      actions: { export: true, source: false, compiled: false, editor: false },
      renderer: "canvas",
    });
    if (turn !== drawn) {
      result.finalize();
      fresh.remove();
      return;
    }
    fresh.querySelector("summary")?.setAttribute("aria-label", "Save the chart");
    finalize?.();
    for (const old of [...figure.children]) if (old !== fresh) old.remove();
    figure.style.minHeight = "";
    view = result.view;
    finalize = () => result.finalize();
    view.addEventListener("click", (_, item) => {
      const id = item?.datum?.feature_id;
      if (typeof id !== "number") return;
      model.set("selected", id);
      model.save_changes();
    });
    pick();
    fit(); // the width may have changed meanwhile
  }

  // The domains of both axes, which decide the space for their labels; null for several charts.
  function domains() {
    try {
      return JSON.stringify(["x", "y"].map((name) => view.scale(name).domain()));
    } catch {
      return null;
    }
  }

  async function exchange() {
    if (!view) return;
    const data = model.get("_data");
    const before = domains();
    for (const name of Object.keys(data)) view.data(name, rowsOf(data[name]));
    await view.runAsync();
    if (before === null || domains() !== before) await view.resize().runAsync(); // the axis labels need another space
    figure.dataset.drawn = String(performance.now());
  }

  async function pick() {
    if (!view) return;
    await view.signal(model.get("_picked"), model.get("selected")).runAsync();
  }

  // A pane can change its width without the window, and Vega follows only the window.
  async function fit() {
    const now = figure.clientWidth;
    if (!view || !now || now === width || model.get("_spec").width !== "container") return;
    width = now;
    await view.width(now).runAsync();
  }
  const resized = new ResizeObserver(() => requestAnimationFrame(fit));
  resized.observe(figure);

  // The specification and the data may change together: draw once.
  let due = null;
  const change = (all) => {
    if (due === null) queueMicrotask(() => {
      const whole = due;
      due = null;
      (whole ? draw() : exchange()).catch((error) => {
        figure.textContent = `The chart cannot be drawn: ${error.message}`;
      });
    });
    due = due || all;
  };
  model.on("change:_spec", () => change(true));
  model.on("change:_data", () => change(false));
  model.on("change:selected", pick);
  const themed = new MutationObserver(() => change(true));
  for (const root of [document.body, document.documentElement])
    themed.observe(root, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-gg-theme"] });
  change(true);
  return () => {
    themed.disconnect();
    resized.disconnect();
    finalize?.();
  };
}

export default { render };
