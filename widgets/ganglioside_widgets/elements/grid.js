// A table of rows of equal height: the page contains only those in sight. `SYMBOLS` of the verdicts,
// `lead` and `whenTyped` are defined before this.

const ROW = 28; // px, as in panels.css
const HEAD = 40;
const FILTERS = 30;
const SPARE = 8;
const HELD = 100; // ms between two selections while a key is held
const WIDEST = 320; // px, of a frozen column
const MINUS = "\u2212";

// Value of a column at a row, and the row of a value, -1 where there is none.
function decode(column) {
  const view = column.values;
  const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  if (column.kind === "number") {
    const numbers = new Float64Array(bytes);
    return { at: (row) => numbers[row], row: (value) => numbers.indexOf(value) };
  }
  const codes = new Int32Array(bytes);
  return {
    at: (row) => (codes[row] < 0 ? "" : column.labels[codes[row]]),
    row: (value) => {
      const code = column.labels.indexOf(value);
      return code < 0 ? -1 : codes.indexOf(code);
    },
  };
}

// As `ganglioside.support.formatting.percent` writes it.
function percent(value) {
  if (value >= 0.9995) return "> 99.9 %";
  if (value > 0 && value < 0.001) return "< 0.1 %";
  return `${(100 * value).toFixed(1)} %`;
}

// As `formatting.confidence` writes it.
function confidence(value) {
  return value > 0 ? percent(value) : "–";
}

function text(value, form) {
  if (value === undefined || value === "") return "";
  if (typeof value === "string") return value;
  if (Number.isNaN(value)) return "";
  if (form === "tick") return value ? "✓" : "";
  if (form === "confidence") return confidence(value);
  if (form === "count") return value.toLocaleString("en");
  if (form === "short") return value === 0 ? "0" : value.toPrecision(3).replace("e+", "e");
  const digits = form === "text" ? String(value) : value.toFixed(Number(form));
  return digits.replace(/^-(?=[0.]+$)/, "").replace("-", MINUS);
}

// Value of a cell as other programs read it from the clipboard.
function copied(value, form) {
  if (typeof value !== "number") return String(value ?? "").replace(/[\t\n]/g, " ");
  if (Number.isNaN(value)) return "";
  return /^\d+$/.test(form) ? value.toFixed(Number(form)) : String(value);
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement("textarea"); // an address without TLS has no clipboard
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "gg-grid";
  root.tabIndex = 0;
  root.setAttribute("role", "grid");
  root.setAttribute("aria-label", model.get("_label"));
  const head = document.createElement("div");
  head.className = "gg-grid-head";
  head.setAttribute("role", "row");
  head.setAttribute("aria-rowindex", "1");
  const body = document.createElement("div");
  body.className = "gg-grid-body";
  body.setAttribute("role", "rowgroup");
  const empty = document.createElement("p");
  empty.className = "gg-empty";
  const filters = document.createElement("div");
  filters.className = "gg-grid-filters";
  filters.setAttribute("role", "row");
  root.append(head, body, empty);
  const tools = document.createElement("div");
  tools.className = "gg-grid-tools";
  el.append(root);
  const prefix = `gg-${Math.random().toString(36).slice(2)}-`;

  const pen = document.createElement("canvas").getContext("2d");
  let cells = {};
  let order = new Int32Array();
  let layout = [];
  let selected = -1; // row

  const place = `ganglioside-columns-${model.get("_label")}`;
  const kept = () => JSON.parse(localStorage.getItem(place) ?? "{}");
  const isShown = (column) => kept()[column.key] ?? !column.hidden;

  // Frozen columns are as wide as their longest text: names are never cut.
  function width(column) {
    const labels = column.frozen ? model.get("_columns")[column.key]?.labels ?? [] : [];
    const longest = labels.reduce((long, label) => (label.length > long.length ? label : long), "");
    if (!longest) return column.width;
    pen.font = getComputedStyle(root).font;
    return Math.min(Math.max(column.width, Math.ceil(pen.measureText(longest).width) + 18), WIDEST);
  }

  function columns() {
    layout = model.get("_layout_columns").filter(isShown).map((c) => ({ ...c, width: width(c) }));
    cells = Object.fromEntries(
      Object.entries(model.get("_columns")).map(([key, column]) => [key, decode(column)]),
    );
    const template = layout.map((c) => `minmax(${c.width}px, ${c.width}fr)`).join(" ");
    root.style.setProperty("--gg-columns", template);
    root.style.setProperty("--gg-width", `${layout.reduce((sum, c) => sum + c.width, 0)}px`);
    root.setAttribute("aria-colcount", layout.length);
    let left = 0;
    for (const column of layout) {
      column.left = column.frozen ? left : null;
      left += column.width;
    }
    header();
    filterFields();
    chooser();
  }

  function freeze(cell, column) {
    if (column.left === null) return;
    cell.classList.add("gg-frozen");
    cell.style.left = `${column.left}px`;
  }

  // Fields below the headers, kept while somebody types in one of them.
  function filterFields() {
    if (!model.get("_has_filters") || !layout.length) return filters.remove();
    head.after(filters);
    const wanted = layout.map((column) => column.key).join();
    if (filters.dataset.columns !== wanted) {
      filters.dataset.columns = wanted;
      filters.replaceChildren(...layout.map(filterField));
    }
    const [texts, unreadable] = [model.get("_filters"), model.get("_unreadable")];
    for (const field of filters.querySelectorAll("input")) {
      const { column } = field.dataset;
      if (field !== document.activeElement) field.value = texts[column] ?? "";
      field.setAttribute("aria-invalid", unreadable.includes(column));
    }
  }

  function filterField(column) {
    const cell = document.createElement("div");
    cell.setAttribute("role", "gridcell");
    const field = document.createElement("input");
    field.dataset.column = column.key;
    field.setAttribute("aria-label", `Filter ${column.label}`);
    const isNumber = model.get("_columns")[column.key]?.kind === "number";
    field.placeholder = isNumber ? "> 5" : "contains";
    field.title = isNumber ? "For example > 5, <= 5, 5..7; a number finds what is written so" : "Words that it contains";
    whenTyped(field, () => model.send({ request: "filter", column: column.key, text: field.value }));
    cell.append(field);
    freeze(cell, column);
    return cell;
  }

  function chooser() {
    const known = model.get("_layout_columns");
    if (!model.get("_has_filters") || !known.length) return tools.remove();
    root.after(tools);
    const wanted = known.map((column) => column.key).join();
    if (tools.dataset.columns === wanted) return;
    tools.dataset.columns = wanted;
    const copy = document.createElement("button");
    copy.type = "button";
    copy.textContent = "Copy these rows";
    copy.onclick = async () => {
      await toClipboard(shownTexts());
      const rows = order.length === 1 ? "row" : "rows";
      copy.textContent = `Copied ${order.length.toLocaleString("en")} ${rows}`;
      setTimeout(() => (copy.textContent = "Copy these rows"), 2500);
    };
    const fold = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = "Columns";
    const list = document.createElement("div");
    list.append(...known.map(columnSwitch));
    fold.append(summary, list);
    tools.replaceChildren(fold, copy);
  }

  function columnSwitch(column) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.setAttribute("aria-label", `Show the column ${column.label}`);
    box.checked = isShown(column);
    box.disabled = column.frozen;
    box.onchange = () => {
      localStorage.setItem(place, JSON.stringify({ ...kept(), [column.key]: box.checked }));
      all();
    };
    label.append(box, ` ${column.label}`);
    return label;
  }

  function shownTexts() {
    const row = (at) => layout.map((c) => copied(cells[c.key].at(at), c.form)).join("\t");
    return [layout.map((c) => c.label).join("\t"), ...Array.from(order, row)].join("\n");
  }

  function header() {
    const sort = model.get("_sort");
    const canSort = model.get("_can_sort");
    head.replaceChildren(
      ...layout.map((column) => {
        const sorted = sort.by === column.key;
        const cell = document.createElement(canSort ? "button" : "div");
        cell.setAttribute("role", "columnheader");
        cell.className = `gg-head gg-${kind(column)}`;
        cell.title = column.help || (canSort ? `Sort by ${column.label}` : "");
        cell.textContent = column.label + (sorted ? (sort.descending ? " ↓" : " ↑") : "");
        freeze(cell, column);
        if (!canSort) return cell;
        cell.type = "button";
        cell.setAttribute(
          "aria-sort",
          sorted ? (sort.descending ? "descending" : "ascending") : "none",
        );
        cell.onclick = () =>
          model.send({
            request: "sort",
            by: sorted && sort.descending ? "" : column.key,
            descending: sorted && !sort.descending,
          });
        return cell;
      }),
    );
  }

  function findSelected() {
    selected = cells[model.get("_key")]?.row(model.get("selected")) ?? -1;
  }

  const kind = (column) => (["text", "verdict"].includes(column.form) ? "left" : "right");

  function rows() {
    const view = model.get("_order");
    const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
    order = new Int32Array(bytes);
    body.style.height = `${order.length * ROW}px`;
    root.setAttribute("aria-rowcount", order.length + 1);
    const least = order.length ? 3 : 2; // a list of nothing is no empty box
    const lines = Math.min(model.get("_lines"), Math.max(order.length, least));
    const top = (layout.length ? HEAD : 0) + (model.get("_has_filters") ? FILTERS : 0);
    root.style.height = lines ? `${lines * ROW + top + 18}px` : "";
    root.classList.toggle("gg-fills", !lines);
    empty.textContent = model.get("_total") ? "No row matches the search and filters." : model.get("_empty");
    empty.hidden = order.length > 0;
    head.hidden = !layout.length;
  }

  function draw() {
    const first = Math.max(0, Math.floor(root.scrollTop / ROW) - SPARE);
    const last = Math.min(order.length, Math.ceil((root.scrollTop + root.clientHeight) / ROW) + SPARE);
    const shown = [];
    for (let position = first; position < last; position++) shown.push(line(position));
    body.replaceChildren(...shown);
    const at = order.indexOf(selected);
    if (at >= first && at < last) root.setAttribute("aria-activedescendant", prefix + at);
    else root.removeAttribute("aria-activedescendant");
  }

  function line(position) {
    const row = order[position];
    const element = document.createElement("div");
    element.id = prefix + position;
    element.className = "gg-row";
    element.setAttribute("role", "row");
    element.setAttribute("aria-rowindex", position + 2);
    element.setAttribute("aria-selected", row === selected);
    element.dataset.row = row;
    element.style.transform = `translateY(${position * ROW}px)`;
    for (const column of layout) {
      const cell = document.createElement("div");
      cell.setAttribute("role", "gridcell");
      cell.className = `gg-cell gg-${kind(column)}`;
      const value = text(cells[column.key].at(row), column.form);
      if (column.form === "verdict" && value) {
        const mark = document.createElement("span");
        mark.className = `gg-verdict gg-is-${value}`;
        mark.textContent = `${SYMBOLS[value] ?? ""} ${value}`;
        cell.append(mark);
      } else cell.textContent = value;
      if (value.length > 12) cell.title = value;
      freeze(cell, column);
      element.append(cell);
    }
    return element;
  }

  const keyOf = (row) => cells[model.get("_key")].at(row);

  // A selection is a message, so that no key or button overtakes it: it would act on another row.
  let held;
  function tell() {
    clearTimeout(held);
    if (held !== undefined) model.send({ request: "select", key: model.get("selected") });
    held = undefined;
  }
  function select(key, isHeld = false) {
    model.set("selected", key);
    held ??= setTimeout(tell, HELD);
    if (!isHeld) tell();
  }

  function click(key) {
    select(key);
    lead(root);
  }

  function reveal() {
    const at = order.indexOf(selected);
    if (at < 0) return;
    const top = at * ROW;
    const space = root.clientHeight - head.offsetHeight - filters.offsetHeight - ROW;
    if (top < root.scrollTop) root.scrollTop = top;
    else if (top > root.scrollTop + space) root.scrollTop = top - space / 2;
  }

  root.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  // Rows may be drawn anew between press and release, or a search leave fewer of them: there is no
  // click then, and what was pressed counts. A click of an assistive program comes without a press.
  let pressed;
  const keyUnder = (event) => {
    const row = event.target.closest(".gg-row");
    return row ? keyOf(Number(row.dataset.row)) : undefined;
  };
  body.addEventListener("pointerdown", (event) => {
    pressed = event.button === 0 ? keyUnder(event) : undefined;
  });
  root.addEventListener("pointerup", () => {
    if (pressed !== undefined) click(pressed);
    pressed = undefined;
  });
  root.addEventListener("pointercancel", () => {
    pressed = undefined;
  });
  body.addEventListener("click", (event) => {
    const key = event.detail === 0 ? keyUnder(event) : undefined;
    if (key !== undefined) click(key);
  });
  root.addEventListener("keydown", (event) => {
    if (event.target !== root) return;
    if (!event.repeat) tell();
    if (event.key === "c" && (event.ctrlKey || event.metaKey) && !String(getSelection())) {
      const row = order.indexOf(selected) < 0 ? null : selected;
      if (row !== null) toClipboard(layout.map((c) => copied(cells[c.key].at(row), c.form)).join("\t"));
      return;
    }
    const at = order.indexOf(selected);
    const page = Math.floor(root.clientHeight / ROW) - 2;
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page,
                    Home: 0, End: order.length - 1 };
    if (!(event.key in moves) || !order.length) return;
    event.preventDefault();
    event.stopPropagation();
    select(keyOf(order[Math.min(Math.max(moves[event.key], 0), order.length - 1)]), event.repeat);
  });
  for (const name of ["keyup", "blur"]) root.addEventListener(name, tell);

  function all() {
    const before = order.length;
    columns();
    findSelected();
    rows();
    if (hasBegun && order.length > before) reveal(); // whoever undoes a filter looks for the selected row
    hasBegun = false;
    draw();
  }
  let hasBegun = false;
  let due = false;
  const later = () => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      all();
    });
  };
  for (const name of ["_columns", "_layout_columns", "_order", "_sort", "_total", "_filters", "_unreadable"])
    model.on(`change:${name}`, later);
  for (const name of ["_begun", "_sort"]) // whoever sorts or filters looks for the first
    model.on(`change:${name}`, () => {
      root.scrollTop = 0;
      hasBegun ||= name === "_begun";
    });
  model.on("change:selected", () => {
    findSelected();
    reveal();
    draw();
  });
  new ResizeObserver(draw).observe(root);
  all();
}

export default { render };
