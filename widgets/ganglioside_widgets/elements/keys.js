// Keys that act wherever the visitor is on the page.

const AWAITED = 1000; // ms
const TYPED = "input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable=true]";

function render({ model, el }) {
  el.style.display = "none";
  const own = document.body.dataset.voila === "voila";
  const root = () => el.closest(".gg-root") ?? el;
  let focusing = null; // the key that put the focus into a field: held on, it writes nothing there
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
      focusing = event.key;
      field.focus();
      field.select();
    } else if (model.get("_keys").includes(event.key)) {
      event.preventDefault();
      if (event.repeat && !model.get("_repeated").includes(event.key)) return;
      model.send({ pressed: event.key });
      reveal();
    }
  }
  // Where panels stand one above the other, what a key or click leads to may be below the window: it
  // is brought into sight, and once more when it has its new content.
  const place = () => model.get("_revealed") && root().querySelector(`.${model.get("_revealed")}`);
  function reveal() {
    const shown = place();
    if (!shown) return;
    const scroll = () => shown.scrollIntoView({ block: "nearest" });
    scroll();
    const drawn = new MutationObserver(() => {
      drawn.disconnect();
      scroll();
    });
    drawn.observe(shown, { childList: true, subtree: true });
    setTimeout(() => drawn.disconnect(), AWAITED);
  }
  // A click beside the keys, but not in the panel that shows what it leads to.
  function led(event) {
    const panel = place()?.parentElement;
    if (el.parentElement?.contains(event.target) && !panel?.contains(event.target)) reveal();
  }
  // A held key does no deed again: what it would do then, nobody has looked at.
  function held(event) {
    if (!event.repeat) focusing = null;
    else if (root().contains(event.target)) {
      const isPress = event.key === "Enter" && event.target.closest("button, input");
      if (isPress || event.key === focusing) event.preventDefault();
      if (isPress) event.stopPropagation();
    }
  }
  // Fields keep their keys from the page, so these are heard before them. A field sends its text when
  // it is left (field.js): before Enter, and before the page's own keys work again.
  function typed(event) {
    if (event.defaultPrevented || !root().contains(event.target) || !event.target.closest(TYPED)) return;
    if (event.key === "Escape") return event.target.blur();
    const field = model.get("_fields").find((name) => event.target.closest(`.${name}`));
    if (event.key !== "Enter" || !field) return;
    event.preventDefault();
    event.target.blur();
    model.send({ entered: field });
  }
  document.addEventListener("keydown", held, true);
  document.addEventListener("keydown", typed, true);
  document.addEventListener("keydown", pressed);
  document.addEventListener("gg-led", led);
  return () => {
    document.removeEventListener("keydown", held, true);
    document.removeEventListener("keydown", typed, true);
    document.removeEventListener("keydown", pressed);
    document.removeEventListener("gg-led", led);
  };
}

export default { render };
