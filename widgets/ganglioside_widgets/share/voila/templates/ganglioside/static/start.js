// Start page and help: the theme that was chosen, parts that come later, times as clocks here show them.

const root = document.documentElement;
const KEPT = "ganglioside-theme";
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.ggTheme ? root.dataset.ggTheme === "dark" : prefersDark.matches);

// Before anything is painted.
const kept = localStorage.getItem(KEPT);
if (kept === "dark" || kept === "light") root.dataset.ggTheme = kept;

function themes() {
  const button = document.getElementById("theme");
  const label = () => {
    button.textContent = isDark() ? "☀ Light" : "☾ Dark";
    button.setAttribute("aria-label", `Use the ${isDark() ? "light" : "dark"} theme`);
  };
  button.onclick = () => {
    root.dataset.ggTheme = isDark() ? "light" : "dark";
    localStorage.setItem(KEPT, root.dataset.ggTheme);
    label();
  };
  prefersDark.addEventListener("change", label);
  label();
}

// As the other pages write it: year first.
const clock = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "short" });

function localTimes(part) {
  for (const time of part.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    time.title = `${time.dateTime.slice(0, 16).replace("T", " ")} UTC`;
    time.textContent = clock.format(moment);
  }
}

// The server escapes what it writes into a part.
async function fill(part) {
  const summary = part.querySelector("summary");
  let words;
  try {
    const answer = await fetch(part.dataset.from);
    words = answer.ok ? await answer.text() : null;
  } catch {
    words = null;
  }
  const made = document.createElement("div");
  if (words === null) made.textContent = "The server does not answer. Reload the page.";
  else made.innerHTML = words;
  localTimes(made);
  part.replaceChildren(...(summary ? [summary] : []), made);
}

document.addEventListener("DOMContentLoaded", () => {
  themes();
  for (const part of document.querySelectorAll("[data-from]")) {
    if (part.tagName === "DETAILS") part.addEventListener("toggle", () => fill(part), { once: true });
    else fill(part);
  }
  const links = [...document.querySelectorAll("header.bar a")];
  links.find((link) => link.pathname === location.pathname)?.setAttribute("aria-current", "page");
});
