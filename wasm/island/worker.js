// The first script of the engine's Worker, be it one page's own or one that
// embedded pages share. It hosts the engine's Go program, which sets
//
//   layerlab.converse(say)   to begin a conversation with a page: say(json,
//                            buffers) is called with a JSON text and a list of
//                            ArrayBuffers, transferred. What it returns takes
//                            what the page says, by the same two arguments;
//                            called without any, it ends the conversation.
//
// and finds
//
//   layerlab.images          what keeps images from outside, see images.js
//
// What a page says before that waits. A page's first message is {module,
// wasmExec, site}, or {program, wasmExec, site} to a shared Worker, which no
// compiled module reaches: the engine; the address of Go's support script, which
// the page knows because the build names it by its content, none where that
// script stands before this one; and the address that the page comes from, ""
// for a file.
import { Images } from "./images.js";

// A page inside another one shows what its author sees: an image that the
// reader keeps under the same name must not get in.
const images = new Images(name !== "embedded");
const pages = new Set();
let converse = null;
let running = false;

globalThis.layerlab = {
  images,
  set converse(f) {
    converse = f;
    for (const page of pages) page.begin();
  },
};

const shared = "SharedWorkerGlobalScope" in globalThis;

// died tells every page. A shared Worker goes away for good, so that the next
// page starts a new one.
function died(why) {
  for (const { port } of pages) port.postMessage({ died: String(why?.message ?? why) });
  pages.clear();
  if (shared) close();
}

async function run({ module, program, wasmExec, site }) {
  if (running) return;
  running = true;
  images.site = site;
  if (wasmExec) importScripts(wasmExec);
  const go = new Go();
  let lastLine = "";
  // Go writes a panic to the console and exits; its first line is the reason.
  const log = console.log;
  console.log = (...args) => {
    const text = args.join(" ");
    if (!lastLine && /^(panic|fatal error|runtime):? /.test(text)) lastLine = text.split("\n")[0];
    log(...args);
  };
  module ??= await WebAssembly.compileStreaming(fetch(program));
  await go.run(await WebAssembly.instantiate(module, go.importObject));
  died(lastLine || "the program ended");
}

// Page is the other end of a conversation.
class Page {
  #waiting = [];
  #hear = null;

  constructor(port) {
    this.port = port;
    pages.add(this);
    port.onmessage = ({ data }) => {
      if (data.end) this.#end();
      else if (data.file) images.give(data.key, data.file);
      else if (data.json === undefined) {
        run(data).catch(died);
        if (shared) port.postMessage({ pages: pages.size });
      } else if (this.#hear) this.#hear(data.json, data.buffers);
      else this.#waiting.push([data.json, data.buffers]);
    };
    if (converse) this.begin();
  }

  begin() {
    this.#hear = converse((json, buffers = []) => this.port.postMessage({ json, buffers }, buffers));
    while (this.#waiting.length) this.#hear(...this.#waiting.shift());
  }

  #end() {
    pages.delete(this);
    this.#hear?.();
    this.port.close();
  }
}

if (shared) onconnect = ({ ports }) => new Page(ports[0]);
else new Page(globalThis);
