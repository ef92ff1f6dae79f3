// Files from outside: chosen with the file dialog or dropped, single or whole
// folders. Texts go into the workspace as text; anything else is kept by the
// store under a key.

import { isImage } from "./archive.js";

const TEXT_MOST = 1 << 20;
const FILE_MOST = 512 << 20;

// on is {reading(n), added(files), tooBig(path), image(file, again)}; again adds
// the file to the workspace after all.
export class Upload {
  #store;
  #on;

  constructor(store, on) {
    this.#store = store;
    this.#on = on;
  }

  pick(folder) {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.webkitdirectory = folder;
    input.onchange = () =>
      this.#take([...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
    input.click();
  }

  // pickImage chooses an archive of an image.
  pickImage() {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = ".tar,.tgz,.gz,.zst,application/x-tar,application/gzip,application/zstd";
    input.onchange = () => input.files[0] && this.#on.image(input.files[0], null);
    input.click();
  }

  // watch makes an element take drops; it carries data-drop while files hang
  // over it.
  watch(el) {
    const carries = (e) => e.dataTransfer?.types.includes("Files");
    let depth = 0;
    el.addEventListener("dragenter", (e) => {
      if (carries(e) && ++depth === 1) el.ownerDocument.documentElement.dataset.drop = "";
    });
    el.addEventListener("dragleave", (e) => {
      if (carries(e) && --depth <= 0) this.#over(el, (depth = 0));
    });
    el.addEventListener("dragover", (e) => {
      if (carries(e)) e.preventDefault();
    });
    el.addEventListener("drop", (e) => {
      if (!carries(e)) return;
      e.preventDefault();
      this.#over(el, (depth = 0));
      // The entries must be taken before the first await.
      const entries = [...e.dataTransfer.items].map((i) => i.webkitGetAsEntry?.()).filter(Boolean);
      const files = [...e.dataTransfer.files].map((file) => ({ path: file.name, file }));
      if (entries.length) this.#walk(entries).then((list) => this.#take(list));
      else this.#take(files);
    });
  }

  #over(el) {
    delete el.ownerDocument.documentElement.dataset.drop;
  }

  async #walk(entries) {
    const list = [];
    const visit = async (entry, path) => {
      if (entry.isFile) {
        list.push({ path, file: await new Promise((ok, no) => entry.file(ok, no)) });
        return;
      }
      const reader = entry.createReader();
      let any = false;
      // readEntries gives at most a hundred at a time.
      for (;;) {
        const some = await new Promise((ok, no) => reader.readEntries(ok, no));
        if (!some.length) break;
        any = true;
        for (const e of some) await visit(e, `${path}/${e.name}`);
      }
      if (!any) list.push({ path });
    };
    for (const entry of entries) await visit(entry, entry.name);
    return list;
  }

  // take adds files, but for archives of images, which become bases.
  async #take(list, evenImages = false) {
    if (!evenImages) {
      const images = await Promise.all(list.map(({ path, file }) => file && !path.includes("/") && isImage(file)));
      list.filter((_, i) => images[i]).forEach((one) => this.#on.image(one.file, () => this.#take([one], true)));
      list = list.filter((_, i) => !images[i]);
    }
    if (!list.length) return;
    this.#on.reading(list.length);
    const top = list[0].path.split("/")[0] + "/";
    // One folder with a Dockerfile in it is a build context: its content goes
    // to the root. Any other folder keeps its name.
    const context = list.every((e) => e.path.startsWith(top)) && list.some((e) => e.path === top + "Dockerfile");
    const files = [];
    for (const { path, file } of list) {
      const at = context ? path.slice(top.length) : path;
      if (!at) continue;
      if (!file) files.push({ path: at, kind: "dir", mode: 0o755 });
      else if (file.size > FILE_MOST) this.#on.tooBig(at);
      else files.push(await this.#read(at, file));
    }
    this.#on.added(files);
  }

  async #read(path, file) {
    const entry = { path, kind: "file", mode: 0o644 };
    const bytes = await file.arrayBuffer();
    if (file.size <= TEXT_MOST) {
      const text = asText(bytes);
      if (text !== null) return { ...entry, mode: text.startsWith("#!") ? 0o755 : 0o644, text };
    }
    const key = await keyOf(bytes);
    this.#store.putBlob(key, new Blob([bytes]));
    return { ...entry, key, size: file.size };
  }
}

// asText gives the text that the bytes are in UTF-8, or null: no NUL, no byte
// order mark to lose, no carriage returns that the editor would change.
function asText(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[\0\r\ufeff]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

let count = 0;

// keyOf names content by its digest. Pages without a secure context have no
// crypto.subtle; a name that is only unique serves as well.
async function keyOf(bytes) {
  if (!crypto.subtle) return `blob:${Date.now()}:${count++}`;
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return "sha256:" + Array.from(sum, (b) => b.toString(16).padStart(2, "0")).join("");
}
