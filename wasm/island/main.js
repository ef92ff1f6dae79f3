// The page's first program: shows the editor with what this browser keeps,
// then starts the page's Go program and the engine's Worker beside it. Nothing
// here waits for them, so that typing works, and is kept, without them.
import { assets, compile, script } from "./assets.js";
import { Editor } from "./editor.js";
import { watchDrag } from "./drag.js";
import { Engine } from "./engine.js";
import { listen, measure } from "./events.js";
import { Offline } from "./offline.js";
import { attach, detach, post } from "./post.js";
import { Store } from "./store.js";
import { fill, mount } from "./text.js";
import { Upload } from "./upload.js";

const root = document.documentElement;
const remember = (key, value) => {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    // Not remembered, then.
  }
};
const remembered = (key) => {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
};

const store = new Store((why) => post("unkept", why));
const offline = new Offline((state) => post("offline", JSON.stringify(state)));

// When the first message of the engine has come, the page is at work.
let atWork = () => {
  atWork = () => {};
  setTimeout(() => offline.start(), 1000);
};

const engine = new Engine(store, {
  message(json) {
    post("engine", json);
    atWork();
  },
  died: (why) => post("died", why),
});
const editor = new Editor({
  edit(path, text) {
    store.setText(path, text);
    post("edit", path, text);
  },
  caret: (path, line) => post("caret", JSON.stringify({ path, line })),
  hover: (line) => post("hover", String(line)),
});
const upload = new Upload(store, {
  reading: (n) => post("reading", String(n)),
  added: (files) => post("added", JSON.stringify(files)),
  tooBig: (path) => post("toobig", path),
});

// What is to be done when the page's program has drawn.
let after = [];
// The elements of the long lists that were measured.
const seen = new Map();

globalThis.layerlab = {
  // attach begins: the program gets the state of this moment, and every
  // message from then on.
  attach(receive) {
    receive(
      "start",
      JSON.stringify({
        workspace: store.workspace(),
        open: store.meta.open ?? "",
        lesson: store.meta.lesson ?? "",
        former: store.former,
        lang: remembered("layerlab.lang"),
        langs: navigator.languages ?? [],
        theme: root.dataset.theme ?? "",
      }),
      null,
    );
    attach(receive);
  },

  send: (json, buffers) => engine.send(json, JSON.parse(buffers)),
  restart: () => engine.start(),
  save: (file) => store.save(JSON.parse(file)),
  remove: (path) => store.remove(path),
  saveMeta: (meta) => store.saveMeta(JSON.parse(meta)),
  replace(json) {
    const { meta, files, former } = JSON.parse(json);
    store.replace(meta, files, former);
  },

  show: (path, text) => editor.show(path, text),
  hide: () => editor.hide(),
  forget: (paths) => editor.forget(JSON.parse(paths)),
  renamed: (from, to) => editor.renamed(from, to),
  marks: (path, list) => editor.marks(path, JSON.parse(list) ?? []),
  light: (from, to, litFrom, litTo) => editor.light({ from, to }, { from: litFrom, to: litTo }),
  goto: (line, column) => after.push(() => editor.goto(line, column)),
  label: (text) => editor.label(text),

  fill,
  mount(el, island) {
    if (island === "editor") editor.mount(el);
    else mount(el, island);
  },
  list(el, name) {
    if (seen.get(name) === el) return;
    seen.set(name, el);
    after.push(() => measure(name, el));
  },
  pick: (folder) => upload.pick(folder),
  update: () => offline.update(),
  download(request, name) {
    const [bytes] = engine.take(request);
    if (!bytes) return;
    const url = URL.createObjectURL(new Blob([bytes], { type: "application/x-tar" }));
    const a = document.createElement("a");
    a.href = url;
    a.download = name;
    a.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  },

  focus(id) {
    after.push(() => {
      const el = document.getElementById(id);
      el?.focus();
      el?.select?.();
    });
  },
  reveal: (id) => after.push(() => document.getElementById(id)?.scrollIntoView({ block: "nearest" })),
  drawn() {
    // Fields show the state's value, but for the one being typed in.
    for (const el of document.querySelectorAll("[data-value]")) {
      if (el.value !== el.dataset.value && (el !== document.activeElement || el.tagName === "SELECT")) {
        el.value = el.dataset.value;
      }
    }
    const todo = after;
    after = [];
    for (const f of todo) f();
  },

  theme(name) {
    if (name) root.dataset.theme = name;
    else delete root.dataset.theme;
    remember("layerlab.theme", name);
  },
  lang(name) {
    root.lang = name;
    remember("layerlab.lang", name);
  },
};

// stopped shows that the page's program has ended. The editor and the store go
// on without it.
function stopped(why) {
  detach();
  console.error("the page's program stopped:", why);
  const notice = document.getElementById("stopped");
  notice.hidden = false;
  notice.querySelector("button").onclick = () => location.reload();
}

async function page() {
  await Promise.all([script(assets.wasmExec), script(assets.renderer)]);
  // Vugu brings its renderer in by eval, which the page's policy forbids. The
  // renderer is here already, where its script would do nothing; so eval, for
  // which the page has no other use, does nothing as well.
  globalThis.eval = () => undefined;
  const go = new Go();
  const module = await compiling;
  await go.run(await WebAssembly.instantiate(module, go.importObject));
  throw new Error("it ended");
}

const compiling = compile(assets.ui);
compiling.catch(() => {}); // page reports it

listen(document.getElementById("app"));
watchDrag(document.getElementById("app"));
upload.watch(document.body);
engine.start();

const first = JSON.parse(document.getElementById("workspace").textContent);
store.load(first).then(() => {
  const open = store.files.get(store.meta.open) ?? store.files.get(store.meta.dockerfile);
  if (open?.text !== undefined) editor.show(open.path, open.text);
  editor.mount(document.getElementById("editor"));
  page().catch(stopped);
});
