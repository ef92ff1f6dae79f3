// A workspace that a link brought. It has the face of the store, but keeps to
// this tab: the person's own workspace in the database is not touched.
import { address, forget, keep } from "./link.js";

const PAUSE = 300; // ms without a change before it is kept

export class Guest {
  files;
  meta;
  former = null;
  #store;
  #blobs = new Map();
  #timer = 0;
  #link = address(); // the address bar may be elsewhere when the last of it is kept
  #keeps;
  #over = new AbortController();

  // With keeps, changes stay through a reload.
  constructor(store, meta, files, keeps) {
    this.#store = store;
    this.#keeps = keeps;
    this.meta = meta;
    this.files = new Map(files.map((f) => [f.path, f]));
    addEventListener("pagehide", () => this.#timer && this.#keep(), { signal: this.#over.signal });
  }

  workspace() {
    const { name, dockerfile, settings } = this.meta;
    return { revision: 0, name, dockerfile, settings, files: [...this.files.values()] };
  }

  setText(path, text) {
    const { mode, mtime } = this.files.get(path) ?? { mode: 0o644 };
    this.save({ path, kind: "file", mode, mtime, text });
  }

  save(file) {
    this.files.set(file.path, file);
    this.#changed();
  }

  remove(path) {
    this.files.delete(path);
    this.#changed();
  }

  saveMeta(meta) {
    this.meta = meta;
    this.#changed();
  }

  replace(meta, files, former) {
    this.meta = meta;
    this.former = former;
    this.files = new Map(files.map((f) => [f.path, f]));
    this.#changed();
  }

  putBlob(key, blob) {
    this.#blobs.set(key, blob);
  }

  async bytes(key) {
    return (await this.#blobs.get(key)?.arrayBuffer()) ?? this.#store.bytes(key);
  }

  // handOver gives the contents that files name to the store.
  handOver(files) {
    for (const { key } of files) if (this.#blobs.has(key)) this.#store.putBlob(key, this.#blobs.get(key));
  }

  // end keeps nothing any more; what was kept stays for the way back, unless
  // all is forgotten.
  end(all) {
    this.#over.abort();
    if (this.#timer) this.#keep();
    if (all) forget();
  }

  #changed() {
    clearTimeout(this.#timer);
    if (this.#keeps) this.#timer = setTimeout(() => this.#keep(), PAUSE);
  }

  #keep() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    // Contents under a key are in memory alone and would be missed.
    if (![...this.files.values()].some((f) => f.key)) keep(this.#link, this.workspace(), this.meta.open);
  }
}
