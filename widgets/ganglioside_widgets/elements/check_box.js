// A box to tick, before its words. `tellValue` and `follow` are defined before this.

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
  follow(model, ["value"], show);
  follow(model, ["description"], name);
  follow(model, ["disabled"], able);
}

export default { render };
