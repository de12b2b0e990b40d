// The functions that Voila's page calls while it fills; in a file, as the page has no inline script.

window.voila_heartbeat = () => {};

window.update_loading_text = () => {};

window.voila_process = () => {};

window.display_cells = () => {
  if (!window.themeLoaded) {
    window.cellLoaded = true; // the theme calls again
    return;
  }
  document.getElementById("loading")?.remove();
  const cells = document.getElementById("rendered_cells");
  if (cells) cells.style.display = "";
};

window.voila_finish = window.display_cells;

document.addEventListener("DOMContentLoaded", () => window.display_cells());

// Anywidget gives an element up that has not begun after 2 s, and drops all that the kernel says to it
// from then on. On a busy machine 40 elements may take longer, so nothing here gives up so soon.
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (milliseconds) => timeout(Math.max(milliseconds, 600_000));
