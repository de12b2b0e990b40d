// A range and a number field in step; the value is sent once it stops changing. `tellValue` is defined
// before this.

const REST = 60; // ms

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "gg-slider";
  const id = `gg-${Math.random().toString(36).slice(2)}`;
  const unit = model.get("_unit");
  root.innerHTML = `
    <label for="${id}"></label><output class="gg-unit"></output>
    <input type="range" id="${id}"><input type="number">
    <small id="${id}-help"></small>`;
  const label = root.querySelector("label");
  label.textContent = model.get("_label");
  root.querySelector(".gg-unit").textContent = unit;
  root.querySelector("small").textContent = model.get("_help");
  const inputs = [...root.querySelectorAll("input")];
  const [range, number] = inputs;
  number.setAttribute("aria-label", `${model.get("_label")}${unit ? `, ${unit}` : ""}`);
  for (const input of inputs) {
    input.min = model.get("_low");
    input.max = model.get("_high");
    input.step = input === range ? model.get("_step") : "any";
    input.setAttribute("aria-describedby", `${id}-help`);
  }
  el.append(root);

  const digits = Math.max(0, -Math.floor(Math.log10(model.get("_step"))));
  function show() {
    const value = model.get("value");
    range.value = value;
    range.setAttribute("aria-valuetext", `${value} ${unit}`.trim());
    if (document.activeElement !== number) number.value = Number(value.toFixed(digits + 2));
    root.classList.toggle("gg-moved", value !== model.get("_default"));
  }
  let timer = null;
  let moved = null; // the value that is on its way to rest
  function settle() {
    clearTimeout(timer);
    if (moved !== null && moved !== model.get("value")) tellValue(model, "value", moved, { moved });
    moved = null;
  }
  range.addEventListener("input", () => {
    number.value = Number(Number(range.value).toFixed(digits + 2));
    moved = Number(range.value);
    clearTimeout(timer);
    timer = setTimeout(settle, REST);
  });
  range.addEventListener("blur", settle);
  number.addEventListener("change", () => {
    const value = Number(number.value);
    if (number.value === "" || !Number.isFinite(value)) return show();
    moved = Math.min(Math.max(value, model.get("_low")), model.get("_high"));
    number.value = moved;
    settle();
  });
  model.on("change:value", show);
  show();
}

export default { render };
