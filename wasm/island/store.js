// The store keeps the workspace in this browser: every file on its own, so
// that a keystroke saves one file. What was typed is also written to
// localStorage, which is synchronous, until the database has confirmed it: a
// page that is closed between the two loses nothing.
//
// Several tabs may have the same workspace. The database is where they meet:
// every record carries a stamp, and a tab writes only over the one that it
// knows. Over any other it writes both sides' changes, merged (merge.js). After
// that it tells the others, who take over what is new in the same way; a tab
// that slept through it looks when it is seen again.
import { merge } from "./merge.js";
import { Pending } from "./pending.js";

const DB = "layerlab";
const CHANNEL = "layerlab.workspace";

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

const tab = Math.random().toString(36).slice(2);
let stamps = 0;
const stamp = () => `${tab}.${++stamps}`;

const bare = (record) => {
  if (!record) return undefined;
  const { stamp, ...file } = record;
  return file;
};
const equal = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

// What a file is beside its path and its content, and what is its content.
const FACTS = ["kind", "mode", "mtime", "target"];
const CONTENT = ["text", "base64", "generated", "key", "size"];
const alike = (a, b, names) => names.every((name) => equal(a?.[name], b?.[name]));
const same = (a, b) => a === b || (Boolean(a) === Boolean(b) && alike(a, b, FACTS) && alike(a, b, CONTENT));

// What of the workspace beside its files is the same in all tabs. The others
// are of the tab that wrote last.
const SHARED = ["name", "dockerfile", "settings", "lesson"];

export class Store {
  files = new Map();
  meta = null;
  former = null;
  #db = null;
  #blobs = new Map(); // those that the database does not hold
  // What the database held when this tab looked last: files with their stamps,
  // the rest of the workspace, the stamp of everything, and that of the
  // workspace as such, which is another one after replace.
  #base = new Map();
  #baseMeta = null;
  #seen = "";
  #whole = "";
  // What this tab has changed and the database does not hold yet.
  #dirty = new Set();
  #dirtyMeta = false;
  #replacing = false;
  #work = null; // under way with the database
  #again = false;
  #failed;
  #other;
  #channel = null;
  #pending = new Pending(tab);
  #behind = false; // the database is not as the workspace is
  #touched = false;
  #holding = false; // other tabs do not sweep

  // failed is told why nothing can be kept, once until it can again: "full",
  // "denied", "busy" or the browser's words; and "" when it is again. other is
  // told what another tab has changed, when it is in files and meta already:
  // {files, removed, meta, former, replaced, clash}.
  constructor(failed, other) {
    this.#failed = failed;
    this.#other = other;
  }

  // unsafe tells whether something was changed that would be gone with the page.
  get unsafe() {
    return this.#behind && this.#touched;
  }

  // load reads what is kept; first is the workspace to begin with else.
  async load(first) {
    while (this.#work) await this.#work;
    try {
      if (!this.#db) {
        this.#db = await open();
        this.#db.onversionchange = () => this.#db.close();
        this.#listen();
      }
      const now = await this.#read(this.#db.transaction(["files", "meta"]));
      // What could not be kept is newer than what is.
      if (now.meta && !this.#changed) this.#take(now);
    } catch (err) {
      this.#fail(err);
    }
    this.#touched = false;
    if (!this.meta) {
      const { name, dockerfile, settings, lesson } = first;
      this.meta = { name, dockerfile, open: dockerfile, settings, lesson };
      this.replace(this.meta, first.files, null);
    }
    this.#recover();
    this.#sweep();
  }

  // changed tells whether something is to be written.
  get #changed() {
    return this.#dirty.size > 0 || this.#dirtyMeta || this.#replacing;
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
    if (old.text === text) return;
    const file = { ...old, text };
    for (const name of ["base64", "generated", "key", "buffer", "size"]) delete file[name];
    this.#pending.keep(path, text, this.#base.get(path)?.text);
    this.#put(file);
  }

  save(file) {
    this.#pending.drop((p) => p.path === file.path);
    this.#put(file);
  }

  #put(file) {
    this.#touched = true;
    this.files.set(file.path, file);
    this.#change(() => this.#dirty.add(file.path));
  }

  remove(path) {
    this.#pending.drop((p) => p.path === path);
    this.#touched = true;
    this.files.delete(path);
    this.#change(() => this.#dirty.add(path));
  }

  saveMeta(meta) {
    this.meta = meta;
    this.#change(() => (this.#dirtyMeta = true));
  }

  replace(meta, files, former) {
    this.#pending.drop(() => true);
    this.meta = meta;
    this.former = former;
    this.files = new Map(files.map((f) => [f.path, f]));
    this.#change(() => (this.#replacing = true));
  }

  putBlob(key, blob) {
    this.#blobs.set(key, blob);
    if (!this.#db) return;
    let tx;
    try {
      tx = this.#db.transaction(["blobs"], "readwrite");
      tx.oncomplete = () => this.#blobs.delete(key);
      tx.onabort = () => this.#fail(tx.error);
      tx.objectStore("blobs").put(blob, key);
    } catch (err) {
      this.#fail(err);
      tx?.abort();
    }
  }

  async bytes(key) {
    let blob = this.#blobs.get(key);
    if (!blob && this.#db) blob = await done(this.#db.transaction("blobs").objectStore("blobs").get(key));
    if (!blob) throw new Error(`the content ${key} is not kept in this browser`);
    return blob.arrayBuffer();
  }

  // change notes what is to be written, and writes it at once unless something
  // is being written.
  #change(note) {
    note();
    if (this.#db) this.#run(() => this.#write());
  }

  // run does one thing with the database after the other.
  #run(what) {
    if (this.#work) {
      this.#again = true;
      return;
    }
    this.#work = what().catch((err) => this.#fail(err)).then(() => {
      this.#work = null;
      if (!this.#again) return;
      this.#again = false;
      this.#run(() => this.#catchUp());
    });
  }

  // catchUp writes what was changed since, and reads what others have changed.
  async #catchUp() {
    if (this.#changed) await this.#write();
    else await this.#look();
  }

  // read gives all that a transaction sees.
  async #read(tx) {
    const [files, meta] = [tx.objectStore("files"), tx.objectStore("meta")];
    const [list, ...rest] = await Promise.all([
      done(files.getAll()),
      ...["workspace", "former", "stamp", "whole"].map((key) => done(meta.get(key))),
    ]);
    const [workspace, former, seen, whole] = rest;
    return { files: new Map(list.map((f) => [f.path, f])), meta: workspace, former: former ?? null, seen: seen ?? "", whole: whole ?? "" };
  }

  // take has the workspace be what was read.
  #take({ files, meta, former, seen, whole }) {
    this.#base = files;
    this.files = new Map([...files].map(([path, record]) => [path, bare(record)]));
    this.meta = meta;
    this.#baseMeta = meta;
    this.former = former;
    this.#seen = seen;
    this.#whole = whole;
    this.#dirty.clear();
    this.#dirtyMeta = this.#replacing = false;
  }

  // write brings what this tab has changed to the database.
  async #write() {
    const replacing = this.#replacing;
    const paths = [...this.#dirty];
    const meta = this.#dirtyMeta;
    const mine = { files: new Map(paths.map((p) => [p, this.files.get(p)])), meta: this.meta };
    const all = replacing && { files: [...this.files.values()], former: this.former };
    this.#dirty.clear();
    this.#dirtyMeta = this.#replacing = false;
    let tx;
    let result;
    try {
      tx = this.#db.transaction(["files", "meta"], "readwrite");
      const ended = new Promise((resolve, reject) => {
        tx.oncomplete = resolve;
        tx.onabort = () => reject(tx.error ?? new DOMException("the browser did not keep it", "AbortError"));
      });
      ended.catch(() => {}); // awaited below, unless something fails before
      result = replacing ? await this.#writeAll(tx, mine, all) : await this.#writeSome(tx, mine, paths, meta);
      tx.commit?.();
      await ended;
    } catch (err) {
      for (const path of paths) this.#dirty.add(path);
      this.#dirtyMeta ||= meta;
      this.#replacing ||= replacing;
      try {
        tx?.abort();
      } catch {
        // It has ended.
      }
      this.#fail(err);
      return;
    }
    this.#caughtUp();
    for (const path of paths) this.#pending.drop((p) => p.path === path && p.text === mine.files.get(path)?.text);
    this.#written(mine, result);
    if (result.late) return this.#look(true);
    // What other tabs wrote in the meantime comes by their word.
    if (this.#changed) this.#again = true;
  }

  // writeSome writes files and the rest of the workspace over what this tab
  // knows, and merges with what it does not know. Into a workspace that another
  // tab has replaced nothing is written but into what was put aside.
  async #writeSome(tx, mine, paths, meta) {
    const [files, rest] = [tx.objectStore("files"), tx.objectStore("meta")];
    const [seen, whole, former, now, ...records] = await Promise.all([
      done(rest.get("stamp")), done(rest.get("whole")), done(rest.get("former")), done(rest.get("workspace")),
      ...paths.map((path) => done(files.get(path))),
    ]);
    const next = stamp();
    if ((whole ?? "") !== this.#whole) {
      if (former && paths.length) {
        const list = new Map(former.files.map((f) => [f.path, f]));
        for (const path of paths) {
          const { file } = join(bare(this.#base.get(path)), mine.files.get(path), list.get(path));
          if (file) list.set(path, file);
          else list.delete(path);
        }
        rest.put({ ...former, files: [...list.values()] }, "former");
        rest.put(next, "stamp");
      }
      return { late: true, prev: seen ?? "", next, paths: [] };
    }
    const result = { prev: seen ?? "", next, paths, records: new Map(), clash: [] };
    paths.forEach((path, i) => {
      const base = this.#base.get(path);
      let file = mine.files.get(path);
      if (records[i]?.stamp !== base?.stamp || (records[i] && !base) || (!records[i] && base)) {
        const joined = join(bare(base), file, bare(records[i]));
        file = joined.file;
        if (joined.clash) result.clash.push(path);
        if (joined.beside) {
          const other = { ...joined.beside, path: free(path, this.files) };
          result.records.set(other.path, { ...other, stamp: next });
          files.put(result.records.get(other.path));
        }
      }
      if (file) {
        const record = { ...file, stamp: next };
        files.put(record);
        result.records.set(path, record);
      } else {
        if (records[i]) files.delete(path);
        result.records.set(path, undefined);
      }
    });
    if (meta) {
      result.meta = { ...mine.meta };
      for (const name of SHARED) {
        if (now && this.#baseMeta && equal(mine.meta[name], this.#baseMeta[name])) result.meta[name] = now[name];
      }
      rest.put(result.meta, "workspace");
    }
    rest.put(next, "stamp");
    return result;
  }

  // writeAll puts another workspace in the place of the kept one, which is put
  // aside as it is in the database by now.
  async #writeAll(tx, mine, all) {
    const [files, rest] = [tx.objectStore("files"), tx.objectStore("meta")];
    const now = await this.#read(tx);
    const next = stamp();
    // Two tabs that are the first ones begin with the same.
    if (!this.#whole && now.whole && !all.former) return { late: true, prev: now.seen, next: now.seen, paths: [] };
    if (all.former && now.whole === this.#whole) {
      const list = new Map(all.former.files.map((f) => [f.path, f]));
      for (const path of new Set([...now.files.keys(), ...this.#base.keys()])) {
        const [base, current] = [this.#base.get(path), now.files.get(path)];
        if (base?.stamp === current?.stamp && !base === !current) continue;
        const { file } = join(bare(base), list.get(path), bare(current));
        if (file) list.set(path, file);
        else list.delete(path);
      }
      all.former = { ...all.former, files: [...list.values()] };
    }
    files.clear();
    const records = new Map(all.files.map((f) => [f.path, { ...f, stamp: next }]));
    for (const record of records.values()) files.put(record);
    rest.put(mine.meta, "workspace");
    if (all.former) rest.put(all.former, "former");
    else rest.delete("former");
    rest.put(next, "stamp");
    rest.put(next, "whole");
    return { prev: now.seen, next, whole: next, records, meta: mine.meta, former: all.former };
  }

  // written takes over what the database holds now, and tells the other tabs.
  #written(mine, result) {
    const told = { files: [], removed: [], clash: result.clash ?? [] };
    if (result.whole) {
      this.#base = result.records;
      this.#baseMeta = result.meta;
      this.#whole = result.whole;
      if (this.former) this.former = result.former;
    } else if (result.records) {
      for (const [path, record] of result.records) this.#settle(path, mine.files.get(path), record, told);
      if (result.meta) this.#settleMeta(mine.meta, result.meta, told);
    }
    // A stamp that this tab has not seen is of a tab whose word is on its way.
    if (this.#seen === result.prev) this.#seen = result.next;
    this.#say({ prev: result.prev, next: result.next, paths: result.paths ?? null });
    this.#tell(told);
  }

  // settle makes a record the base of a file: it came of known, what this tab had
  // then, which may have changed since.
  #settle(path, known, record, told) {
    const current = this.files.get(path);
    const { file, clash } = join(known, current, bare(record));
    if (record) this.#base.set(path, record);
    else this.#base.delete(path);
    if (clash) told.clash.push(path);
    if (!same(file, bare(record))) this.#dirty.add(path);
    if (same(file, current)) return;
    if (file) {
      this.files.set(path, file);
      told.files.push(file);
    } else {
      this.files.delete(path);
      told.removed.push(path);
    }
  }

  #settleMeta(known, now, told) {
    this.#baseMeta = now;
    const meta = { ...this.meta };
    for (const name of SHARED) if (equal(meta[name], known?.[name])) meta[name] = now[name];
    if (!SHARED.some((name) => !equal(meta[name], this.meta[name]))) return;
    this.meta = told.meta = meta;
  }

  // look reads what other tabs have changed: the files of these paths, or all.
  // Late says that the workspace is another one, whatever the stamps say.
  async #look(late = false, paths = null) {
    const tx = this.#db.transaction(["files", "meta"]);
    const told = { files: [], removed: [], clash: [] };
    if (paths) {
      const [files, rest] = [tx.objectStore("files"), tx.objectStore("meta")];
      const [now, ...records] = await Promise.all([done(rest.get("workspace")), ...paths.map((path) => done(files.get(path)))]);
      if (!now) return;
      paths.forEach((path, i) => this.#news(path, records[i], told));
      this.#settleMeta(this.#baseMeta, now, told);
      this.#tell(told);
    } else {
      const seen = await done(tx.objectStore("meta").get("stamp"));
      if (!late && (seen ?? "") === this.#seen) return;
      const now = await this.#read(this.#db.transaction(["files", "meta"]));
      if (!now.meta) return;
      if (now.whole !== this.#whole) {
        if (this.#dirty.size) return this.#write(); // into what was put aside
        const { meta, files } = this;
        this.#take(now);
        this.#pending.drop(() => true);
        if (this.files.has(meta.open)) this.meta = { ...this.meta, open: meta.open, tabs: meta.tabs };
        const other = this.files.size !== files.size || [...this.files].some(([path, file]) => !same(file, files.get(path)));
        if (other || !alike(meta, this.meta, SHARED)) this.#other({ ...told, replaced: true, former: this.former });
        return;
      }
      for (const path of new Set([...now.files.keys(), ...this.#base.keys()])) this.#news(path, now.files.get(path), told);
      this.#settleMeta(this.#baseMeta, now.meta, told);
      if (!equal(this.former, now.former)) this.former = told.former = now.former;
      this.#seen = now.seen;
      this.#tell(told);
    }
    if (this.#dirty.size) this.#again = true;
  }

  // news takes over what a path holds now, where that is new.
  #news(path, record, told) {
    const base = this.#base.get(path);
    if (base?.stamp === record?.stamp && !base === !record) return;
    this.#settle(path, bare(base), record, told);
  }

  #tell(told) {
    if (told.files.length || told.removed.length || told.meta || told.former || told.clash.length) this.#other(told);
  }

  // listen hears the other tabs, and looks by itself when this one is seen
  // again: one that slept has heard nothing.
  #listen() {
    if (globalThis.BroadcastChannel) {
      this.#channel = new BroadcastChannel(CHANNEL);
      this.#channel.onmessage = ({ data }) => this.#hear(data);
    }
    const look = () => this.#run(() => this.#catchUp());
    addEventListener("focus", look);
    addEventListener("pageshow", look);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  }

  #hear({ prev, next, paths }) {
    if (!this.meta || !this.#db) return;
    // In an unbroken row only what has changed need be read.
    const row = paths && prev === this.#seen && !this.#work;
    if (row) this.#seen = next;
    this.#run(() => (row ? this.#look(false, paths) : this.#catchUp()));
  }

  #say(message) {
    try {
      this.#channel?.postMessage(message);
    } catch {
      // They look when they are seen.
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

  // recover takes over what tabs had typed that were closed before it was kept.
  #recover() {
    for (const { path, text, base } of this.#pending.left()) {
      const file = this.files.get(path);
      if (file?.text === undefined) continue;
      this.setText(path, base === undefined ? text : merge(base, text, file.text).text);
    }
  }

  // sweep drops contents that no file names any more, while no other tab may be
  // about to name one.
  async #sweep() {
    if (!this.#db) return;
    const sweep = async () => {
      const used = new Set([...this.files.values(), ...(this.former?.files ?? [])].map((f) => f.key));
      const keys = await done(this.#db.transaction("blobs").objectStore("blobs").getAllKeys());
      const gone = keys.filter((key) => !used.has(key) && !this.#blobs.has(key));
      if (!gone.length) return;
      const blobs = this.#db.transaction(["blobs"], "readwrite").objectStore("blobs");
      for (const key of gone) blobs.delete(key);
    };
    if (!navigator.locks || this.#holding) return;
    this.#holding = true;
    await navigator.locks.request(DB, { ifAvailable: true }, (lock) => lock && sweep().catch(() => {}));
    navigator.locks.request(DB, { mode: "shared" }, () => new Promise(() => {})); // as long as this tab is there
  }
}

// join makes one file of what two sides made of a base; each may be undefined,
// where there is none. What one side has changed is kept against a side that has
// not, and against one that removed it. beside is a content that has no place.
function join(base, mine, theirs) {
  if (same(mine, theirs) || same(mine, base)) return { file: theirs };
  if (same(theirs, base)) return { file: mine };
  if (!mine || !theirs) return { file: mine ?? theirs, clash: true };
  const file = { ...mine };
  for (const name of FACTS) if (equal(mine[name], base?.[name])) file[name] = theirs[name];
  if (alike(mine, theirs, CONTENT) || alike(theirs, base, CONTENT)) return { file };
  if (alike(mine, base, CONTENT)) {
    for (const name of CONTENT) file[name] = theirs[name];
    return { file };
  }
  if (mine.text === undefined || theirs.text === undefined) return { file, beside: theirs, clash: true };
  const { text, clash } = merge(base?.text ?? "", mine.text, theirs.text);
  return { file: { ...file, text }, clash };
}

// free is a path for a content whose own place is taken.
function free(path, files) {
  let n = 2;
  while (files.has(`${path}.${n}`)) n++;
  return `${path}.${n}`;
}
