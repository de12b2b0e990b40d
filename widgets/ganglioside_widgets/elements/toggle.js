// A button that stays pressed until it is pressed again. `tellValue` is defined before this.

function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  el.append(button);
  function show() {
    button.setAttribute("aria-pressed", model.get("value"));
    el.classList.toggle("mod-active", model.get("value"));
  }
  function name() {
    button.textContent = model.get("description");
    button.title = model.get("tooltip") ?? "";
  }
  const able = () => (button.disabled = model.get("disabled"));
  button.addEventListener("click", () => {
    const switched = !model.get("value");
    tellValue(model, "value", switched, { switched });
    show();
  });
  model.on("change:value", show);
  for (const trait of ["description", "tooltip"]) model.on(`change:${trait}`, name);
  model.on("change:disabled", able);
  show();
  name();
  able();
}

export default { render };
