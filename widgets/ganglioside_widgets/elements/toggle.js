// A button that stays pressed until it is pressed again. `tellValue` and `follow` are defined before this.

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
  follow(model, ["value"], show);
  follow(model, ["description", "tooltip"], name);
  follow(model, ["disabled"], able);
}

export default { render };
