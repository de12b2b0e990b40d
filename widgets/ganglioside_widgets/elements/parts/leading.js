// Before modules in which a feature is selected.

// Say that somebody selects a feature by a click: `keys.js` brings what it leads to into sight.
function lead(el) {
  el.dispatchEvent(new CustomEvent("gg-led", { bubbles: true }));
}

