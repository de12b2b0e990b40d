// A box to tick, before its words. `tellValue` is defined before this.

function render({ model, el }) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  const words = document.createElement("span");
  box.type = "checkbox";
  label.className = "widget-label-basic";
  label.append(box, words);
  el.classList.add("jupyter-widgets", "widget-inline-hbox", "widget-checkbox");
  el.append(label);
  const show = () => (box.checked = model.get("value"));
  const name = () => (words.textContent = label.title = model.get("description"));
  const able = () => (box.disabled = model.get("disabled"));
  box.addEventListener("change", () => tellValue(model, "value", box.checked, { switched: box.checked }));
  model.on("change:value", show);
  model.on("change:description", name);
  model.on("change:disabled", able);
  show();
  name();
  able();
}

export default { render };
