// The names of the assets that the build gave this page: {ui, engine, worker,
// wasmExec, renderer}.
export const assets = JSON.parse(document.getElementById("assets").textContent);

// script loads a classic script of our own origin, so that the page needs no
// inline script and no eval.
export function script(url) {
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
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  if (response.headers.get("content-type")?.startsWith("application/wasm")) {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}
