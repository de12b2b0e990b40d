// A labelled choice of one among several. `tellValue` and `follow` are defined before this.

function render({ model, el }) {
  const label = document.createElement("label");
  const field = document.createElement("select");
  label.className = "widget-label";
  label.htmlFor = field.id = `gg-${Math.random().toString(36).slice(2)}`;
  el.classList.add("jupyter-widgets", "widget-inline-hbox", "widget-dropdown");
  el.append(label, field);

  function name() {
    const description = model.get("description");
    label.textContent = label.title = description;
    label.style.display = description ? "" : "none";
    field.title = model.get("tooltip") ?? "";
    if (description) field.removeAttribute("aria-label");
    else field.setAttribute("aria-label", field.title);
  }
  function offer() {
    field.replaceChildren(...model.get("_options_labels").map((text) => new Option(text)));
    show();
  }
  const show = () => (field.selectedIndex = model.get("index") ?? -1);
  const able = () => (field.disabled = model.get("disabled"));
  field.addEventListener("change", () => {
    const { selectedIndex: chosen } = field;
    // With its words: another list may be on its way here.
    tellValue(model, "index", chosen, { chosen, words: model.get("_options_labels")[chosen] });
  });
  follow(model, ["description", "tooltip"], name);
  follow(model, ["_options_labels"], offer);
  follow(model, ["index"], show);
  follow(model, ["disabled"], able);
}

export default { render };
