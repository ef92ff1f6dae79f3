// The store keeps the workspace in this browser: every file on its own, so
// that a keystroke saves one file. What was typed is also written to
// localStorage, which is synchronous, until the database has confirmed it: a
// page that is closed between the two loses nothing.

const DB = "layerlab";
const PENDING = "layerlab.pending";
const PENDING_MOST = 1 << 20;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DB, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("files", { keyPath: "path" });
      request.result.createObjectStore("blobs");
      request.result.createObjectStore("meta");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new DOMException("the database is in use by an older page", "InUseError"));
  });
}

export class Store {
  files = new Map();
  meta = null;
  former = null;
  #db = null;
  #blobs = new Map(); // those that the database does not hold
  #failed;
  #behind = false; // the database is not as the workspace is
  #touched = false;

  // failed is told why nothing can be kept, once until it can again: "full",
  // "denied", "busy" or the browser's words; and "" when it is again.
  constructor(failed) {
    this.#failed = failed;
  }

  // unsafe tells whether something was changed that would be gone with the page.
  get unsafe() {
    return this.#behind && this.#touched;
  }

  // load reads what is kept; first is the workspace to begin with else.
  async load(first) {
    try {
      this.#db = await open();
      this.#db.onversionchange = () => this.#db.close();
      const tx = this.#db.transaction(["files", "meta"]);
      const [files, meta, former] = await Promise.all([
        done(tx.objectStore("files").getAll()),
        done(tx.objectStore("meta").get("workspace")),
        done(tx.objectStore("meta").get("former")),
      ]);
      if (meta) {
        this.meta = meta;
        this.former = former ?? null;
        for (const f of files) this.files.set(f.path, f);
      }
    } catch (err) {
      this.#fail(err);
    }
    this.#touched = false;
    if (!this.meta) {
      const { name, dockerfile, settings, lesson } = first;
      this.meta = { name, dockerfile, open: dockerfile, settings, lesson };
      for (const f of first.files) this.files.set(f.path, f);
      this.replace(this.meta, first.files, null);
    }
    this.#recover();
    this.#sweep();
  }

  // workspace is everything in the form that the programs exchange.
  workspace() {
    return {
      revision: 0,
      name: this.meta.name,
      dockerfile: this.meta.dockerfile,
      settings: this.meta.settings,
      files: [...this.files.values()],
    };
  }

  setText(path, text) {
    const old = this.files.get(path) ?? { path, kind: "file", mode: 0o644 };
    const file = { ...old, text };
    for (const name of ["base64", "generated", "key", "buffer", "size"]) delete file[name];
    this.#keepPending(path, text);
    this.#put(file, () => this.#dropPending((p) => p.path === path && p.text === text));
  }

  save(file) {
    this.#dropPending((p) => p.path === file.path);
    this.#put(file);
  }

  #put(file, saved) {
    this.#touched = true;
    this.files.set(file.path, file);
    this.#write(["files"], (tx) => tx.objectStore("files").put(file), saved);
  }

  remove(path) {
    this.#dropPending((p) => p.path === path);
    this.#touched = true;
    this.files.delete(path);
    this.#write(["files"], (tx) => tx.objectStore("files").delete(path));
  }

  saveMeta(meta) {
    this.meta = meta;
    this.#write(["meta"], (tx) => tx.objectStore("meta").put(meta, "workspace"));
  }

  replace(meta, files, former) {
    this.#dropPending(() => true);
    this.meta = meta;
    this.former = former;
    this.files = new Map(files.map((f) => [f.path, f]));
    this.#write(["files", "meta"], this.#all);
  }

  #all = (tx) => {
    tx.objectStore("files").clear();
    for (const f of this.files.values()) tx.objectStore("files").put(f);
    tx.objectStore("meta").put(this.meta, "workspace");
    if (this.former) tx.objectStore("meta").put(this.former, "former");
    else tx.objectStore("meta").delete("former");
  };

  putBlob(key, blob) {
    this.#blobs.set(key, blob);
    this.#write(["blobs"], (tx) => tx.objectStore("blobs").put(blob, key), () => this.#blobs.delete(key));
  }

  async bytes(key) {
    let blob = this.#blobs.get(key);
    if (!blob && this.#db) blob = await done(this.#db.transaction("blobs").objectStore("blobs").get(key));
    if (!blob) throw new Error(`the content ${key} is not kept in this browser`);
    return blob.arrayBuffer();
  }

  #write(stores, change, saved) {
    if (!this.#db) return;
    let tx;
    try {
      // What could not be written before is written with it.
      const late = this.#behind && !stores.includes("blobs");
      tx = this.#db.transaction(late ? ["files", "meta"] : stores, "readwrite");
      tx.oncomplete = () => {
        saved?.();
        if (late) this.#caughtUp();
      };
      tx.onabort = () => this.#fail(tx.error);
      (late ? this.#all : change)(tx);
      tx.commit?.();
    } catch (err) {
      this.#fail(err);
      tx?.abort(); // or half of it would be written
    }
  }

  #fail(err) {
    const why = { QuotaExceededError: "full", SecurityError: "denied", InvalidStateError: "denied", TypeError: "denied", ReferenceError: "denied", InUseError: "busy" };
    if (!this.#behind) this.#failed(why[err?.name] ?? String(err?.message ?? err));
    this.#behind = true;
  }

  #caughtUp() {
    if (this.#behind) this.#failed("");
    this.#behind = false;
  }

  #keepPending(path, text) {
    if (text.length > PENDING_MOST) return;
    try {
      localStorage.setItem(PENDING, JSON.stringify({ path, text }));
    } catch {
      // Only a second net under the database.
    }
  }

  #pending() {
    try {
      return JSON.parse(localStorage.getItem(PENDING) ?? "null");
    } catch {
      return null;
    }
  }

  #dropPending(which) {
    const pending = this.#pending();
    if (pending && which(pending)) localStorage.removeItem(PENDING);
  }

  #recover() {
    const pending = this.#pending();
    if (pending && this.files.has(pending.path)) this.setText(pending.path, pending.text);
  }

  // sweep drops contents that no file names any more.
  async #sweep() {
    if (!this.#db) return;
    const used = new Set([...this.files.values(), ...(this.former?.files ?? [])].map((f) => f.key));
    const keys = await done(this.#db.transaction("blobs").objectStore("blobs").getAllKeys());
    for (const key of keys) {
      if (!used.has(key)) this.#write(["blobs"], (tx) => tx.objectStore("blobs").delete(key));
    }
  }
}
