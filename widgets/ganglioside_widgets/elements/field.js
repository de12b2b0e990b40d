// A labelled field for text. `tellValue` and `whenTyped` are defined before this.

function render({ model, el }) {
  const rows = model.get("_rows");
  const label = document.createElement("label");
  const field = document.createElement(rows > 1 ? "textarea" : "input");
  label.className = "widget-label";
  label.textContent = label.title = model.get("description");
  label.htmlFor = field.id = `gg-${Math.random().toString(36).slice(2)}`;
  if (rows > 1) field.rows = rows;
  else field.type = "text";
  field.placeholder = model.get("placeholder");
  el.classList.add("widget-inline-hbox", rows > 1 ? "widget-textarea" : "widget-text");
  el.append(label, field);
  let known = ""; // the text of the kernel, or on its way to it

  // What comes from the kernel while somebody types is an answer to what was before: the text stays.
  function show() {
    const isTyped = field === document.activeElement && field.value !== known;
    known = model.get("value");
    if (!isTyped) field.value = known;
  }
  const able = () => (field.disabled = model.get("disabled"));
  whenTyped(
    field,
    () => {
      if (field.value === known) return;
      known = field.value;
      tellValue(model, "value", known, { typed: known });
    },
    model.get("_is_live"),
  );
  model.on("change:value", show);
  model.on("change:disabled", able);
  show();
  able();
}

export default { render };
