// Sends files in pieces, each after the one before was received.

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
  kinds.textContent = `CSV, TSV, XLSX or Parquet, up to ${Math.round(model.get("_max_bytes") / 1e6)} MB`;
  const bar = document.createElement("progress");
  bar.hidden = true;
  bar.setAttribute("aria-label", "Upload");
  zone.append(input, words, kinds, bar);
  el.append(zone);

  const waiting = [];
  let sending = null;
  let received = null;

  const answer = () => new Promise((resolve) => (received = resolve));

  async function send(file) {
    if (file.size > model.get("_max_bytes")) {
      model.send({ what: "too-large", name: file.name, size: file.size });
      return;
    }
    bar.max = Math.max(file.size, 1);
    bar.value = 0;
    bar.hidden = false;
    kinds.textContent = `Sending ${file.name} ...`;
    let heard = answer();
    model.send({ what: "begin", name: file.name, size: file.size });
    if ((await heard).refused) return;
    for (let at = 0; at < file.size; at += model.get("_piece")) {
      const piece = await file.slice(at, at + model.get("_piece")).arrayBuffer();
      heard = answer();
      model.send({ what: "piece", from: at }, undefined, [piece]);
      const said = await heard;
      if (said.refused) return;
      bar.value = said.got;
    }
  }

  async function next() {
    if (sending || !waiting.length) return;
    sending = waiting.shift();
    try {
      await send(sending);
    } catch (error) {
      model.send({ what: "failed", name: sending.name, why: String(error.message ?? error) });
    } finally {
      sending = null;
      bar.hidden = true;
      kinds.textContent = `CSV, TSV, XLSX or Parquet, up to ${Math.round(model.get("_max_bytes") / 1e6)} MB`;
    }
    next();
  }

  model.on("msg:custom", (message) => {
    if ("got" in message && received) {
      const resolve = received;
      received = null;
      resolve(message);
    }
  });
  const take = (files) => {
    waiting.push(...files);
    next();
  };
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  for (const [event, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]])
    zone.addEventListener(event, (e) => {
      e.preventDefault();
      e.stopPropagation();
      zone.classList.toggle("gg-over", over);
      if (event === "drop") take([...e.dataTransfer.files]);
    });
}

export default { render };
