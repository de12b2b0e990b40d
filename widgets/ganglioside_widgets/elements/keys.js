// Keys that act wherever the visitor is on the page.

const TYPED = "input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable=true]";

function render({ model, el }) {
  el.style.display = "none";
  const own = document.body.dataset.voila === "voila";
  const root = () => el.closest(".gg-root") ?? el;
  // JupyterLab has keys of its own for cells; within the panel they must not act too.
  if (!own) requestAnimationFrame(() => (root().dataset.lmSuppressShortcuts = "true"));

  function pressed(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPED)) return;
    if (!own && !root().contains(event.target)) return;
    const focused = model.get("_focused")[event.key];
    if (focused) {
      const field = root().querySelector(`.${focused} :is(input, textarea)`);
      if (!field) return;
      event.preventDefault();
      field.focus();
      field.select();
    } else if (model.get("_keys").includes(event.key)) {
      event.preventDefault();
      model.send({ pressed: event.key });
    }
  }
  // Fields keep their keys from the page, so these are heard before them. What was typed is on its
  // way before Enter; the page's own keys work again at once.
  function typed(event) {
    if (!root().contains(event.target) || !event.target.closest(TYPED)) return;
    if (event.key === "Escape") return event.target.blur();
    const field = model.get("_fields").find((name) => event.target.closest(`.${name}`));
    if (event.key !== "Enter" || !field) return;
    event.preventDefault();
    event.target.blur();
    model.send({ entered: field });
  }
  document.addEventListener("keydown", typed, true);
  document.addEventListener("keydown", pressed);
  return () => {
    document.removeEventListener("keydown", typed, true);
    document.removeEventListener("keydown", pressed);
  };
}

export default { render };
