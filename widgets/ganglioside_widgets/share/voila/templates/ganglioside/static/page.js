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
