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
    request.onblocked = () => reject(new Error("the database is in use by an older page"));
  });
}

export class Store {
  files = new Map();
  meta = null;
  former = null;
  #db = null;
  #blobs = new Map(); // those that the database does not hold
  #failed;

  // failed is told once why nothing can be kept.
  constructor(failed) {
    this.#failed = failed;
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
    this.files.set(file.path, file);
    this.#write(["files"], (tx) => tx.objectStore("files").put(file), saved);
  }

  remove(path) {
    this.#dropPending((p) => p.path === path);
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
    this.#write(["files", "meta"], (tx) => {
      tx.objectStore("files").clear();
      for (const f of files) tx.objectStore("files").put(f);
      tx.objectStore("meta").put(meta, "workspace");
      if (former) tx.objectStore("meta").put(former, "former");
      else tx.objectStore("meta").delete("former");
    });
  }

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
    try {
      const tx = this.#db.transaction(stores, "readwrite");
      if (saved) tx.oncomplete = saved;
      tx.onabort = () => this.#fail(tx.error);
      change(tx);
      tx.commit?.();
    } catch (err) {
      this.#fail(err);
    }
  }

  #fail(err) {
    this.#failed?.(String(err?.message ?? err));
    this.#failed = null;
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
