// The frame of a page; where it is a web page of its own, also its address and theme.

const OWN = ["session", "r2_threshold", "outlier_threshold", "rt_tolerance", "sample_type", "name", "example"];

// Seen from a page: those that are served without a kernel.
const START = "../../";
const HELP = "../../help";

// s; what is no error leaves by itself, unless the visitor points at it or is elsewhere.
const STAYS = 10;

const isOwnPage = () => document.body.dataset.voila === "voila";

function theme() {
  const kept = localStorage.getItem("ganglioside-theme");
  return kept ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

function apply(name) {
  document.body.dataset.ggTheme = name;
}

function render({ model, el }) {
  const own = isOwnPage();
  if (own) {
    apply(theme());
    document.documentElement.lang = "en";
    if (model.get("_title")) document.title = `${model.get("_title")} - Ganglioside`;
  }
  const bar = document.createElement("header");
  bar.className = "gg-bar";
  const mark = document.createElement(own ? "a" : "strong");
  mark.className = "gg-mark";
  mark.textContent = "Ganglioside";
  if (own) mark.href = START;
  bar.append(mark);
  if (own) {
    const nav = document.createElement("nav");
    nav.setAttribute("aria-label", "Pages");
    const here = decodeURIComponent(location.pathname.split("/").pop());
    const links = () => {
      nav.replaceChildren();
      for (const [file, label] of [...model.get("_links"), [HELP, "Help"]]) {
        const link = document.createElement("a");
        link.textContent = label;
        link.href = file;
        if (file === here) link.setAttribute("aria-current", "page");
        nav.append(link);
      }
    };
    model.on("change:_links", links);
    links();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "gg-theme";
    const name = () => (document.body.dataset.ggTheme === "dark" ? "light" : "dark");
    const label = () => {
      button.textContent = name() === "dark" ? "☾ Dark" : "☀ Light";
      button.setAttribute("aria-label", `Use the ${name()} theme`);
    };
    button.onclick = () => {
      const chosen = name();
      localStorage.setItem("ganglioside-theme", chosen);
      apply(chosen);
      label();
    };
    label();
    bar.append(nav, button);
  }
  el.append(bar);

  const toasts = document.createElement("div");
  toasts.className = "gg-toasts";
  toasts.setAttribute("role", "status");
  toasts.setAttribute("aria-live", "polite");
  toasts.setAttribute("aria-relevant", "additions");
  // In JupyterLab notices stay within the notebook that they are about.
  const place = () => el.closest(".jp-NotebookPanel") ?? document.body;
  const unseen = () => {
    if (own && document.hidden) document.title = `● ${model.get("_title")} - Ganglioside`;
  };
  const looked = () => {
    if (own && !document.hidden) document.title = `${model.get("_title")} - Ganglioside`;
  };
  document.addEventListener("visibilitychange", looked);

  function toast(notice) {
    const card = document.createElement("div");
    card.className = `gg-toast ${notice.error ? "gg-toast-error" : ""}`;
    card.dataset.id = notice.id;
    const words = document.createElement("span");
    words.textContent = notice.text;
    card.append(words);
    if (notice.action) {
      const act = document.createElement("button");
      act.type = "button";
      act.textContent = notice.action;
      act.onclick = () => model.send({ acted: notice.id });
      card.append(act);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "×";
    close.className = "gg-toast-close";
    close.setAttribute("aria-label", "Dismiss");
    close.onclick = () => dismiss(notice.id);
    card.append(close);
    if (!notice.error) leaveLater(card, notice.id);
    return card;
  }

  const gone = new Set();
  function dismiss(id) {
    gone.add(id);
    model.send({ dismissed: id });
    notify();
  }

  function leaveLater(card, id) {
    let left = STAYS;
    const isRead = () => card.matches(":hover, :focus-within");
    const isSeen = () => !document.hidden && card.getClientRects().length > 0;
    const clock = setInterval(() => {
      if (!card.isConnected) return clearInterval(clock);
      if (isSeen() && !isRead()) left -= 1;
      if (left <= 0) dismiss(id);
    }, 1000);
  }

  function notify() {
    const notices = model.get("_notices").filter((notice) => !gone.has(notice.id));
    const wanted = new Set(notices.map((notice) => String(notice.id)));
    for (const card of [...toasts.children]) if (!wanted.has(card.dataset.id)) card.remove();
    const there = new Set([...toasts.children].map((card) => card.dataset.id));
    const fresh = notices.filter((notice) => !there.has(String(notice.id)));
    toasts.append(...fresh.map(toast));
    if (fresh.length) unseen();
  }
  model.on("change:_notices", notify);
  notify();
  requestAnimationFrame(() => el.isConnected && place().append(toasts)); // once this is on the page

  // The key for help, where nothing is typed.
  function helped(event) {
    if (event.key !== "?" || event.target.closest?.("input, textarea, select, [contenteditable=true]")) return;
    event.preventDefault();
    open(HELP, "ganglioside-help");
  }
  if (own) document.addEventListener("keydown", helped);

  function write() {
    if (!own) return;
    const words = model.get("_address");
    const address = new URL(location.href);
    for (const key of OWN) address.searchParams.delete(key);
    for (const [key, value] of Object.entries(words)) address.searchParams.set(key, value);
    history.replaceState(null, "", address);
  }
  model.on("change:_address", write);
  model.on("msg:custom", (message, buffers) => {
    if (!("download" in message)) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([buffers[0]]));
    link.download = message.download;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  });
  const asked = own ? [...new URL(location.href).searchParams].filter(([key]) => OWN.includes(key)) : [];
  model.send({ zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "" });
  model.send({ opened: Object.fromEntries(asked) });
  return () => {
    toasts.remove();
    document.removeEventListener("visibilitychange", looked);
    document.removeEventListener("keydown", helped);
  };
}

export default { render };
