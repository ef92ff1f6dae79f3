// The names of the assets that the build gave this page: {ui, engine, worker,
// wasmExec, renderer, offline}. In a page that is one file they name elements
// of the page, as #ID, and there is no service worker (offline).
export const assets = JSON.parse(document.getElementById("assets").textContent);

const inPage = (name) => name.startsWith("#");
const content = (name) => document.getElementById(name.slice(1)).textContent;

// script loads a classic script of our own origin, so that the page needs no
// inline script and no eval. One of the page has run already.
export function script(url) {
  if (inPage(url)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const el = document.createElement("script");
    el.src = url;
    el.onload = resolve;
    el.onerror = () => reject(new Error(`${url} did not load`));
    document.head.append(el);
  });
}

// compile compiles a program while it arrives. Servers that do not know the
// media type application/wasm make streaming fail; the bytes still compile.
export async function compile(url) {
  if (inPage(url)) return WebAssembly.compileStreaming(unpacked(content(url)));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  if (response.headers.get("content-type")?.startsWith("application/wasm")) {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}

// unpacked is the program that a text holds as base64 of its gzip.
function unpacked(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream, { headers: { "content-type": "application/wasm" } });
}

// worker starts the engine's Worker and gives it with what it must load first:
// nothing where the script of a page that is one file brings it along.
export function worker(options) {
  if (!inPage(assets.worker)) {
    return [new Worker(assets.worker, options), new URL(assets.wasmExec, document.baseURI).href];
  }
  const url = URL.createObjectURL(new Blob([content(assets.wasmExec), "\n", content(assets.worker)], { type: "text/javascript" }));
  const started = new Worker(url, options);
  URL.revokeObjectURL(url);
  return [started, null];
}

// sharedWorker is the Worker of that name which pages of this origin share, with
// what it must load first; null where the browser has none, or gives none to a
// frame of another site.
export function sharedWorker(name) {
  try {
    const worker = new SharedWorker(assets.worker, { name });
    worker.onerror = (e) => worker.port.onerror?.(e);
    return [worker.port, new URL(assets.wasmExec, document.baseURI).href];
  } catch {
    return null;
  }
}
