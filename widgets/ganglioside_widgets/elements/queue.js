// A list of features in groups. `SYMBOLS` of the verdicts and `lead` are defined before this.

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "gg-queue";
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", model.get("_label"));
  el.append(root);
  let last = null; // the line from which Shift marks

  const marked = () => new Set(model.get("_marked"));

  function mark(item, isMarked, isSpan) {
    const ids = model.get("_items").map((other) => other.id);
    const all = marked();
    const [from, to] = [ids.indexOf(isSpan && last !== null ? last : item.id), ids.indexOf(item.id)];
    for (const id of ids.slice(Math.min(from, to), Math.max(from, to) + 1))
      if (isMarked) all.add(id);
      else all.delete(id);
    last = item.id;
    model.send({ mark: [...all] });
  }

  function line(item) {
    const row = document.createElement("div");
    row.className = "gg-queue-line";
    row.dataset.id = item.id;
    const box = document.createElement("input");
    box.type = "checkbox";
    const called = [item.name, item.place].filter(Boolean).join(", ");
    box.setAttribute("aria-label", `Mark ${called}`);
    box.onclick = (event) => mark(item, box.checked, event.shiftKey);
    const open = document.createElement("button");
    open.type = "button";
    open.title = [item.place, item.text].filter(Boolean).join(": ");
    const name = document.createElement("b");
    name.append(...item.name.split(/(?=\()/).flatMap((part, k) => (k ? [document.createElement("wbr"), part] : [part])));
    const verdict = document.createElement("span");
    verdict.className = `gg-is-${item.verdict}`;
    verdict.textContent = SYMBOLS[item.verdict] ?? "";
    verdict.title = item.verdict;
    const text = document.createElement("small");
    text.textContent = item.text;
    const sign = document.createElement("i");
    sign.textContent = item.decision ? model.get("_decision_marks")[item.decision] ?? "" : "";
    sign.title = item.decision;
    open.append(verdict, name, sign, text);
    open.setAttribute("aria-label", [called, item.verdict, item.text, item.decision].filter(Boolean).join(", "));
    open.onclick = () => {
      model.send({ open: item.id });
      lead(root);
    };
    row.append(box, open);
    row.classList.toggle("gg-decided", Boolean(item.decision) && item.decision !== "later");
    return row;
  }

  function draw() {
    const groups = new Map();
    for (const item of model.get("_items"))
      groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
    const parts = [];
    for (const [title, items] of groups) {
      const heading = document.createElement("h4");
      const open = items.filter((item) => !item.decision || item.decision === "later").length;
      heading.textContent = title;
      heading.title = model.get("_helps")[title] ?? "";
      const count = document.createElement("small");
      count.textContent = open ? ` ${open} open` : " done";
      heading.append(count);
      const group = document.createElement("section"); // the next one pushes its heading away
      group.append(heading, ...items.map(line));
      parts.push(group);
    }
    const box = scroller();
    const [top, focused] = [box.scrollTop, document.activeElement?.closest?.(".gg-queue-line")?.dataset.id];
    root.replaceChildren(...parts);
    box.scrollTop = top;
    if (focused !== undefined) root.querySelector(`[data-id="${focused}"] button`)?.focus({ preventScroll: true });
    choose(false);
    check();
  }

  // Tab stops at one line, the selected or else the first; arrows go to the others.
  function choose(reveals = true) {
    const lines = [...root.querySelectorAll(".gg-queue-line")];
    const current = lines.find(isOpen) ?? lines[0];
    for (const row of lines) {
      const isSelected = isOpen(row);
      row.classList.toggle("gg-selected", isSelected);
      const button = row.querySelector("button");
      for (const part of [button, row.querySelector("input")]) part.tabIndex = row === current ? 0 : -1;
      if (isSelected) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      if (!isSelected || !reveals) continue;
      if (root.contains(document.activeElement)) button.focus({ preventScroll: true });
      reveal(row);
    }
  }

  // The nearest box around the list that scrolls; the page itself is never scrolled from here.
  function scroller() {
    for (let box = root.parentElement; box && box !== document.body; box = box.parentElement)
      if (/auto|scroll/.test(getComputedStyle(box).overflowY)) return box;
    return root;
  }

  // Scroll to a line that the heading of its group covers, or that the box or the window cuts off.
  function reveal(row) {
    const box = scroller();
    const [line, view] = [row.getBoundingClientRect(), box.getBoundingClientRect()];
    const covered = row.parentElement.querySelector("h4").getBoundingClientRect().height;
    const [top, bottom] = [Math.max(view.top, 0), Math.min(view.bottom, innerHeight)];
    if (line.top >= top + covered && line.bottom <= bottom) return;
    box.scrollTop += line.top - top - (bottom - top) / 3;
  }

  const isOpen = (row) => Number(row.dataset.id) === model.get("selected");

  root.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = event.target.closest(".gg-queue-line");
    if (!step || !from) return;
    event.preventDefault();
    event.stopPropagation();
    const lines = [...root.querySelectorAll(".gg-queue-line")];
    const next = lines[lines.indexOf(from) + step];
    if (next) model.send({ open: Number(next.dataset.id) });
  });

  function check() {
    const all = marked();
    for (const row of root.querySelectorAll(".gg-queue-line"))
      row.querySelector("input").checked = all.has(Number(row.dataset.id));
  }

  model.on("change:_items", draw);
  model.on("change:_marked", check);
  model.on("change:selected", () => choose());
  draw();
}

export default { render };
