// A table of rows of equal height: the page contains only those in sight. `SYMBOLS` of the verdicts
// are defined before this.

const ROW = 28; // px, as in panels.css
const HEAD = 40;
const SPARE = 8;

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

function text(value, form) {
  if (value === undefined || value === "") return "";
  if (typeof value === "string") return value;
  if (Number.isNaN(value)) return "";
  if (form === "tick") return value ? "✓" : "";
  if (form === "percent") return percent(value);
  if (form === "short") return value === 0 ? "0" : value.toPrecision(3).replace("e+", "e");
  return form === "text" ? String(value) : value.toFixed(Number(form));
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
  root.append(head, body, empty);
  el.append(root);
  const prefix = `gg-${Math.random().toString(36).slice(2)}-`;

  let cells = {};
  let order = new Int32Array();
  let layout = [];
  let selected = -1; // row

  function columns() {
    layout = model.get("_layout_columns");
    cells = Object.fromEntries(
      Object.entries(model.get("_columns")).map(([key, column]) => [key, decode(column)]),
    );
    const template = layout.map((c) => `minmax(${c.width}px, ${c.width}fr)`).join(" ");
    root.style.setProperty("--gg-columns", template);
    root.style.setProperty("--gg-width", `${layout.reduce((sum, c) => sum + c.width, 0)}px`);
    root.setAttribute("aria-colcount", layout.length);
    header();
  }

  function header() {
    const sort = model.get("_sort");
    head.replaceChildren(
      ...layout.map((column) => {
        const sorted = sort.by === column.key;
        const cell = document.createElement("button");
        cell.type = "button";
        cell.setAttribute("role", "columnheader");
        cell.setAttribute(
          "aria-sort",
          sorted ? (sort.descending ? "descending" : "ascending") : "none",
        );
        cell.className = `gg-head gg-${kind(column)}`;
        cell.title = column.help || `Sort by ${column.label}`;
        cell.textContent = column.label + (sorted ? (sort.descending ? " ↓" : " ↑") : "");
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
    const lines = Math.min(model.get("_lines"), Math.max(order.length, 3));
    root.style.height = `${lines * ROW + HEAD + 18}px`;
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
      if (value.length > 18) cell.title = value;
      element.append(cell);
    }
    return element;
  }

  const keyOf = (row) => cells[model.get("_key")].at(row);

  function select(key) {
    model.set("selected", key);
    model.save_changes();
  }

  function reveal() {
    const at = order.indexOf(selected);
    if (at < 0) return;
    const top = at * ROW;
    const space = root.clientHeight - head.offsetHeight - ROW;
    if (top < root.scrollTop) root.scrollTop = top;
    else if (top > root.scrollTop + space) root.scrollTop = top - space / 2;
  }

  root.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  // Rows may be drawn anew between press and release, and there is no click then: what was pressed
  // counts. A click of an assistive program comes without a press.
  let pressed;
  const keyUnder = (event) => {
    const row = event.target.closest(".gg-row");
    return row ? keyOf(Number(row.dataset.row)) : undefined;
  };
  body.addEventListener("pointerdown", (event) => {
    pressed = event.button === 0 ? keyUnder(event) : undefined;
  });
  body.addEventListener("pointerup", () => {
    if (pressed !== undefined) select(pressed);
    pressed = undefined;
  });
  body.addEventListener("pointercancel", () => {
    pressed = undefined;
  });
  body.addEventListener("click", (event) => {
    const key = event.detail === 0 ? keyUnder(event) : undefined;
    if (key !== undefined) select(key);
  });
  root.addEventListener("keydown", (event) => {
    if (event.target !== root) return;
    const at = order.indexOf(selected);
    const page = Math.floor(root.clientHeight / ROW) - 2;
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page,
                    Home: 0, End: order.length - 1 };
    if (!(event.key in moves) || !order.length) return;
    event.preventDefault();
    event.stopPropagation();
    select(keyOf(order[Math.min(Math.max(moves[event.key], 0), order.length - 1)]));
  });

  function all() {
    columns();
    findSelected();
    rows();
    draw();
  }
  let due = false;
  const later = () => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      all();
    });
  };
  for (const name of ["_columns", "_layout_columns", "_order", "_sort", "_total"])
    model.on(`change:${name}`, later);
  model.on("change:selected", () => {
    findSelected();
    reveal();
    draw();
  });
  new ResizeObserver(draw).observe(root);
  all();
}

export default { render };
