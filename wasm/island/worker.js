// The Worker's first script. It hosts the engine's Go program, which finds
//
//   layerlab.post(json, buffers)  to say something: a JSON text and a list of
//                                 ArrayBuffers, transferred (it may be empty)
//   layerlab.receive              to set, once it is ready to hear: a function
//                                 of the same two arguments
//
// What the page says before that waits. The page's first message is
// {module, wasmExec}: the compiled program and the address of Go's support
// script, which the page knows because the build names it by its content; none
// where that script stands before this one.

const waiting = [];
let receive = null;

globalThis.layerlab = {
  post(json, buffers = []) {
    postMessage({ json, buffers }, buffers);
  },
  set receive(f) {
    receive = f;
    while (waiting.length) receive(...waiting.shift());
  },
};

const died = (why) => postMessage({ died: String(why?.message ?? why) });

async function run({ module, wasmExec }) {
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
  await go.run(await WebAssembly.instantiate(module, go.importObject));
  died(lastLine || "the program ended");
}

onmessage = ({ data }) => {
  if (data.module) run(data).catch(died);
  else if (receive) receive(data.json, data.buffers);
  else waiting.push([data.json, data.buffers]);
};
