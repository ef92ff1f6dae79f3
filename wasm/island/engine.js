// The engine's Worker: started, fed, and started again.
import { assets, compile, sharedWorker, worker as startWorker } from "./assets.js";

export class Engine {
  #worker = null;
  #module = null;
  #tail = null; // the sending that waits for bytes, so that order is kept
  #buffers = new Map(); // of answers, by request
  #store;
  #on;
  #shares;
  #alone = false; // the shared Worker did not come about

  // on is {message(json), died(why), pages(n)}. With shares the Worker is one
  // that the embedded pages of this origin have together, where the browser has
  // such; pages tells how many of them there are.
  constructor(store, on, shares = false) {
    this.#store = store;
    this.#on = on;
    this.#shares = shares;
    if (shares) addEventListener("pagehide", (e) => e.persisted || this.#end());
  }

  start() {
    this.#end();
    const shared = this.#shares && !this.#alone && sharedWorker("embedded");
    let heard = false;
    const [worker, wasmExec] = shared || startWorker({ name: this.#shares ? "embedded" : "engine" });
    this.#worker = worker;
    const died = (why) => {
      if (this.#worker !== worker) return;
      // A browser that keeps nothing for this frame may refuse it only now.
      if (shared && !heard) this.#alone = true;
      this.#end();
      this.#on.died(why);
    };
    worker.onerror = (e) => {
      e.preventDefault();
      died(e.message || "the Worker did not load");
    };
    worker.onmessageerror = () => died("a message could not be read");
    worker.onmessage = ({ data }) => {
      heard = true;
      if (data.died !== undefined) return died(data.died);
      if (data.pages !== undefined) return this.#on.pages?.(data.pages);
      if (data.buffers?.length) this.#buffers.set(JSON.parse(data.json).id, data.buffers);
      this.#on.message(data.json);
    };
    const site = /^https?:$/.test(location.protocol) ? new URL("./", document.baseURI).href : "";
    if (shared) {
      worker.postMessage({ program: new URL(assets.engine, document.baseURI).href, wasmExec, site });
      return;
    }
    this.#module ??= compile(assets.engine);
    this.#module.then(
      (module) => worker.postMessage({ module, wasmExec, site }),
      (err) => {
        this.#module = null;
        died(String(err.message ?? err));
      },
    );
  }

  // send posts a message with bytes transferred beside it: texts, or contents
  // that the store keeps.
  send(json, buffers) {
    const worker = this.#worker;
    if (!worker) return;
    if (!buffers.length && !this.#tail) {
      worker.postMessage({ json, buffers: [] });
      return;
    }
    const bytes = Promise.all(
      buffers.map((b) => (b.text === undefined ? this.#store.bytes(b.key) : new TextEncoder().encode(b.text).buffer)),
    );
    const tail = Promise.all([this.#tail, bytes.catch((err) => err)]).then(([, list]) => {
      if (this.#tail === tail) this.#tail = null;
      if (this.#worker !== worker) return;
      if (list instanceof Error) {
        this.#on.message(JSON.stringify({ id: JSON.parse(json).id, error: list.message }));
        return;
      }
      worker.postMessage({ json, buffers: list }, list);
    });
    this.#tail = tail;
  }

  // give hands a file to the Worker, where it is found under the key.
  give(key, file) {
    this.#worker?.postMessage({ key, file });
  }

  // take gives the bytes that came with an answer, once.
  take(request) {
    const list = this.#buffers.get(request) ?? [];
    this.#buffers.delete(request);
    return list;
  }

  #end() {
    if (this.#worker?.terminate) this.#worker.terminate();
    else this.#worker?.postMessage({ end: true });
    this.#worker = null;
    this.#tail = null;
    this.#buffers.clear();
  }
}
