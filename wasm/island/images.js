// The Worker's shelf: images from outside, kept in this browser. Blobs lie in
// a database of their own by digest, as Blobs, which the browser keeps on disk;
// where there is no database they last as long as the page.
const DB = "layerlab-images";

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DB, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("records");
      request.result.createObjectStore("blobs");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// Kept is a store of the database by key, or a map where there is none.
class Kept {
  #db;
  #name;
  #map = new Map();

  constructor(db, name) {
    this.#db = db;
    this.#name = name;
  }

  async #ask(question) {
    const db = await this.#db;
    return done(question(db.transaction(this.#name).objectStore(this.#name)));
  }

  async #change(change) {
    const db = await this.#db;
    const tx = db.transaction(this.#name, "readwrite");
    const ended = new Promise((resolve, reject) => {
      tx.oncomplete = () => resolve();
      tx.onabort = () => reject(tx.error ?? new Error("the browser did not keep it"));
    });
    change(tx.objectStore(this.#name));
    return ended;
  }

  async get(key) {
    return (await this.#db) ? this.#ask((s) => s.get(key)) : this.#map.get(key);
  }

  async keys() {
    return (await this.#db) ? this.#ask((s) => s.getAllKeys()) : [...this.#map.keys()];
  }

  async values() {
    return (await this.#db) ? this.#ask((s) => s.getAll()) : [...this.#map.values()];
  }

  async put(key, value) {
    if (await this.#db) return this.#change((s) => s.put(value, key));
    this.#map.set(key, value);
  }

  async remove(...keys) {
    if (!keys.length) return;
    if (await this.#db) return this.#change((s) => keys.forEach((key) => s.delete(key)));
    keys.forEach((key) => this.#map.delete(key));
  }
}

const reader = new FileReaderSync();

export class Images {
  #records;
  #blobs;
  #db;
  #given = new Map();

  // Without keeps nothing of this browser is looked at, nor kept in it.
  constructor(keeps) {
    this.#db = keeps ? open().catch(() => null) : Promise.resolve(null);
    this.#records = new Kept(this.#db, "records");
    this.#blobs = new Kept(this.#db, "blobs");
  }

  // site is the address that the page comes from; "" where that is a file.
  site = "";

  give(key, file) {
    this.#given.set(key, file);
  }

  // given gives a file that the page has handed over, once.
  given(key) {
    const file = this.#given.get(key);
    this.#given.delete(key);
    return file;
  }

  lasting = async () => (await this.#db) !== null;
  records = () => this.#records.values();
  record = (name, text) => this.#records.put(name, text);
  remove = (name) => this.#records.remove(name);
  blob = (digest) => this.#blobs.get(digest);
  has = async (digest) => (await this.#blobs.keys()).includes(digest);
  put = (digest, blob) => this.#blobs.put(digest, blob);

  // hold keeps other pages from sweeping until what it gives is called: what is
  // on its way has no record yet.
  hold = () =>
    new Promise((resolve) => {
      if (!navigator.locks) return resolve(() => {});
      navigator.locks.request(DB, { mode: "shared" }, () => new Promise((release) => resolve(release)));
    });

  // sweep drops all blobs but those that keep() names, unless a page holds.
  async sweep(keep) {
    const sweep = async () => {
      const used = await keep();
      await this.#blobs.remove(...(await this.#blobs.keys()).filter((digest) => !used.includes(digest)));
    };
    if (!navigator.locks) return sweep();
    return navigator.locks.request(DB, { ifAvailable: true }, (lock) => lock && sweep());
  }

  // read reads a part of a Blob at once, which only Workers can.
  read(blob, from, to) {
    return new Uint8Array(reader.readAsArrayBuffer(blob.slice(from, to)));
  }

  // gunzip gives what a Blob of gzip holds, outside of any program's memory. It
  // fails where that is more than so many bytes.
  gunzip(blob, most) {
    let bytes = 0;
    const bounded = new TransformStream({
      transform(chunk, controller) {
        if ((bytes += chunk.byteLength) > most) throw new Error(`more than ${most} bytes`);
        controller.enqueue(chunk);
      },
    });
    return new Response(blob.stream().pipeThrough(new DecompressionStream("gzip")).pipeThrough(bounded)).blob();
  }

  // get asks the site. The answer is {status, reader}.
  async get(address, accept, signal) {
    const headers = accept ? { accept } : {};
    const response = await fetch(new URL(address, this.site), { headers, signal, cache: "no-store", credentials: "same-origin" });
    return { status: response.status, reader: response.body?.getReader() ?? null };
  }
}
