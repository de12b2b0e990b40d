// Sends files in pieces, each once the one before has been received. A server silently drops a
// message that is too large for it: a piece without an answer is sent again in smaller pieces.

const SMALLEST = 64 * 1024; // bytes

function render({ model, el }) {
  const zone = document.createElement("label");
  zone.className = "gg-drop";
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = model.get("_suffixes").join(",");
  input.setAttribute("aria-label", "Choose feature tables");
  const words = document.createElement("span");
  words.innerHTML = "<strong>Drop a table here</strong> or choose a file";
  const kinds = document.createElement("small");
  const usual = `CSV, TSV, XLSX or Parquet, up to ${Math.round(model.get("_max_bytes") / 1e6)} MB`;
  kinds.textContent = usual;
  const bar = document.createElement("progress");
  bar.hidden = true;
  bar.setAttribute("aria-label", "Upload");
  zone.append(input, words, kinds, bar);
  el.append(zone);

  const waiting = [];
  let together = 1; // files given at once
  let sending = null;
  let received = null;
  let number = 0;
  let piece = model.get("_piece");

  // The kernel's answer to a message; null where none comes in time.
  function ask(content, buffers = []) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), model.get("_patience"));
      received = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      model.send({ ...content, file: number }, undefined, buffers);
    });
  }

  async function send(file) {
    if (file.size > model.get("_max_bytes")) {
      model.send({ what: "too-large", name: file.name, size: file.size });
      return;
    }
    number += 1;
    bar.max = Math.max(file.size, 1);
    bar.value = 0;
    bar.hidden = false;
    kinds.textContent = `Sending ${file.name} ...`;
    let state = await ask({ what: "begin", name: file.name, size: file.size, of: together });
    if (state === null) throw new Error(model.get("_silent"));
    while (!state.refused && state.got < file.size) {
      const from = state.got;
      const answer = await ask({ what: "piece", from }, [await file.slice(from, from + piece).arrayBuffer()]);
      if (answer === null && piece <= SMALLEST) throw new Error(model.get("_silent"));
      if (answer === null) {
        piece /= 4;
        kinds.textContent = `Sending ${file.name} in smaller pieces ...`;
        continue;
      }
      state = answer;
      bar.value = state.got;
    }
  }

  async function next() {
    if (sending || !waiting.length) return;
    sending = waiting.shift();
    try {
      await send(sending);
      kinds.textContent = usual;
    } catch (error) {
      const why = String(error.message ?? error);
      kinds.textContent = `${sending.name} did not arrive: ${why}`; // also where the message does not reach the kernel
      model.send({ what: "failed", name: sending.name, why });
    } finally {
      sending = null;
      bar.hidden = true;
    }
    next();
  }

  model.on("msg:custom", (message) => {
    if (message.file === number && received) {
      const resolve = received;
      received = null;
      resolve(message);
    }
  });
  const take = (files) => {
    if (!sending && files.length) model.send({ what: "drop" });
    waiting.push(...files);
    together = waiting.length + (sending ? 1 : 0);
    next();
  };
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  const dragged = (e) => {
    if (![...(e.dataTransfer?.types ?? [])].includes("Files")) return;
    e.preventDefault();
    e.stopPropagation();
    zone.classList.toggle("gg-over", e.type === "dragenter" || e.type === "dragover");
    if (e.type === "drop") take([...e.dataTransfer.files]);
  };
  // On a page of its own, files may be dropped anywhere.
  const target = document.body.dataset.voila === "voila" ? window : zone;
  const events = ["dragenter", "dragover", "dragleave", "drop"];
  for (const event of events) target.addEventListener(event, dragged);
  return () => {
    for (const event of events) target.removeEventListener(event, dragged);
  };
}

export default { render };
