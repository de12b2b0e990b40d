// What Voila's page calls while it is filled; in a file, as no script may stand in the page itself.

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
