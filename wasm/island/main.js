// The page's first program: shows the editor with what this browser keeps,
// then starts the page's Go program and the engine's Worker beside it. Nothing
// here waits for them, so that typing works, and is kept, without them.
import * as strata from "./arrows.js";
import { answer } from "./ask.js";
import "./content.js";
import { assets, compile, script } from "./assets.js";
import { Editor } from "./editor.js";
import * as embed from "./embed.js";
import { watchDrag } from "./drag.js";
import { Engine } from "./engine.js";
import { listen, measure } from "./events.js";
import { Offline } from "./offline.js";
import { Guest } from "./guest.js";
import * as link from "./link.js";
import { light } from "./journal.js";
import { attach, detach, post } from "./post.js";
import * as split from "./split.js";
import { Store } from "./store.js";
import * as swipe from "./swipe.js";
import { fill, mount } from "./text.js";
import { Upload } from "./upload.js";

const root = document.documentElement;
const app = document.getElementById("app");
const remember = (key, value) => {
  if (embed.embedded) return;
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    // Not remembered, then.
  }
};
const remembered = (key) => {
  if (embed.embedded) return root.lang;
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
};

const store = new Store((why) => post("unkept", why), theirs);
// The workspace that is worked on: the person's own, or that of a link.
let desk = store;
const offline = new Offline((state) => post("offline", JSON.stringify(state)));

// When the first message of the engine has come, the page is at work.
let atWork = () => {
  atWork = () => {};
  if (!embed.embedded) setTimeout(() => offline.start(), 1000);
};

const engine = new Engine({ bytes: (key) => desk.bytes(key) }, {
  message(json) {
    post("engine", json);
    if (embed.embedded) embed.heard(json);
    atWork();
  },
  pages: embed.shared,
  died: (why) => post("died", why),
}, embed.embedded);
const editor = new Editor({
  edit(path, text) {
    desk.setText(path, text);
    post("edit", path, text);
  },
  pause: () => post("pause"),
  undo: () => post("undo"),
  redo: () => post("redo"),
  mend: (problem, fix) => post("mend", JSON.stringify({ problem, fix })),
  stage: (path, from, to) => post("stage", JSON.stringify({ path, from, to })),
  keys: () => document.getElementById("keys")?.togglePopover?.(),
  caret: (path, line) => post("caret", JSON.stringify({ path, line })),
  hover: (line) => post("hover", String(line)),
}, embed.options?.readOnly);

// Archives of images that were handed to the engine, and how to add those that
// were dropped as files instead, by key.
let handed = 0;
const dropped = new Map();

const upload = new Upload({ putBlob: (key, blob) => desk.putBlob(key, blob) }, {
  reading: (n) => post("reading", String(n)),
  added: (files) => post("added", JSON.stringify(files)),
  tooBig: (path) => post("toobig", path),
  image(file, again) {
    const key = `image:${Date.now()}:${++handed}`; // several pages may share the Worker
    engine.give(key, file);
    if (again) dropped.set(key, again);
    post(again ? "tookimage" : "image", key, file.name);
  },
});

// What is to be done when the page's program has drawn.
let after = [];
// The turn of each field that has turns.
const turns = new WeakMap();
// The elements of the long lists that were measured.
const seen = new Map();

globalThis.layerlab = {
  // attach begins: the program gets the state of this moment, and every
  // message from then on.
  attach(receive) {
    receive(
      "start",
      JSON.stringify({
        ...(embed.embedded ? {} : mine()),
        linked: embed.embedded || link.linked(),
        embed: embed.options,
        oneFile: link.oneFile,
        panes: split.present(),
        lang: remembered("layerlab.lang"),
        langs: navigator.languages ?? [],
        theme: root.dataset.theme ?? "",
        mac: /Mac|iPhone|iPad/.test(navigator.platform),
      }),
      null,
    );
    attach(receive);
    if (embed.embedded) {
      embed.connect((lang) => post("lang", lang));
      if (embed.awaited) return;
      if (!link.linked()) linked({ kept: first });
    }
    link.read(linked);
    link.watch((same) => {
      if (desk !== store && !link.linked()) toMine();
      else link.read(linked, same);
    });
  },

  send: (json, buffers) => engine.send(json, JSON.parse(buffers)),
  restart: () => engine.start(),
  save: (file) => desk.save(JSON.parse(file)),
  remove: (path) => desk.remove(path),
  saveMeta: (meta) => desk.saveMeta(JSON.parse(meta)),
  replace(json) {
    const { meta, files, former } = JSON.parse(json);
    desk.replace(meta, files, former);
  },

  borrow(json) {
    const { meta, files } = JSON.parse(json);
    desk = new Guest(store, meta, files, !embed.embedded);
  },
  looked: (fragment) => embed.viewed(fragment),
  unread: (why) => embed.fault(why),
  mine() {
    if (embed.embedded) return;
    if (desk !== store) link.left();
    toMine();
  },
  keep(json) {
    const { meta, files } = JSON.parse(json);
    store.load(first).then(() => {
      const former = store.workspace();
      desk.handOver?.(files);
      desk.end?.(true);
      link.left();
      desk = store;
      store.replace(meta, files, former);
      post("kept", JSON.stringify({ former }));
    });
  },
  publish: (text) => link.publish(text, (id, failure) => post("published", id, failure)),

  show: (path, text) => editor.show(path, text),
  hide: () => editor.hide(),
  forget: (paths) => editor.forget(JSON.parse(paths)),
  renamed: (from, to) => editor.renamed(from, to),
  rewrite: (path, text) => editor.rewrite(path, text),
  edits: (path, list) => after.push(() => editor.edit(path, JSON.parse(list))),
  answer,
  speak: (texts, phrases) => editor.speak(JSON.parse(texts), JSON.parse(phrases)),
  marks: (path, list) => editor.marks(path, JSON.parse(list) ?? []),
  light: (from, to, litFrom, litTo) => editor.light({ from, to }, { from: litFrom, to: litTo }),
  goto: (line, column) => after.push(() => editor.goto(line, column, !embed.embedded)),
  label: (text) => editor.label(text),

  fill,
  pick: (folder) => upload.pick(folder),
  pickImage: () => upload.pickImage(),
  addDropped: (key) => dropped.get(key)?.(),
  update: () => offline.update(),
  download(request, name) {
    const [bytes] = engine.take(request);
    if (bytes) saveAs(name, new Blob([bytes], { type: "application/x-tar" }));
  },

  saveText: (name, text) => saveAs(name, new Blob([text], { type: "text/plain" })),
  focus(id) {
    after.push(() => {
      const el = document.getElementById(id);
      el?.focus();
      el?.select?.();
    });
  },
  // move makes room before a render, so that rows of a list that stay are not
  // drawn anew in each other's place.
  move(json) {
    for (const { element, gone, come } of JSON.parse(json)) {
      const box = document.getElementById(element);
      const all = [...box.children];
      for (const at of gone) all[at].remove();
      for (const at of come) box.insertBefore(document.createElement("div"), box.children[at] ?? null);
    }
  },
  // scrollTo brings a stretch of a long list into sight.
  scrollTo(list, top, height) {
    after.push(() => {
      const el = seen.get(list);
      if (!el?.isConnected) return;
      if (top < el.scrollTop) el.scrollTop = top;
      else if (top + height > el.scrollTop + el.clientHeight) el.scrollTop = top + height - el.clientHeight;
    });
  },
  reveal: (id) => after.push(() => swipe.reveal(document.getElementById(id))),
  unfold: split.unfold,
  drawn() {
    delete root.dataset.linked;
    for (const el of app.querySelectorAll("[data-island]")) place(el, el.dataset.island);
    for (const el of app.querySelectorAll("[data-list]")) {
      const { list } = el.dataset;
      if (seen.get(list) === el) continue;
      seen.set(list, el);
      measure(list, el);
    }
    const { pane, chosen, lit } = app.dataset;
    swipe.drawn(pane, after.length > 0);
    strata.arrows();
    light(document.getElementById("dock-panel"), chosen, lit);
    // Fields show the state's value, but for the one being typed in: unless
    // what was typed has been taken, which is another turn.
    for (const el of document.querySelectorAll("[data-value]")) {
      const taken = (turns.get(el) ?? el.dataset.turn) !== el.dataset.turn;
      turns.set(el, el.dataset.turn);
      if (el.value !== el.dataset.value && (taken || el !== document.activeElement || el.tagName === "SELECT")) {
        el.value = el.dataset.value;
      }
    }
    for (const el of document.querySelectorAll("[data-checked]")) el.checked = el.dataset.checked === "true";
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

// place tells an island where it is.
function place(el, island) {
  if (island === "editor") editor.mount(el);
  else if (island === "arrows") strata.mount(el);
  else mount(el, island);
}

function mine() {
  const { open = "", lesson = "", tabs = [] } = store.meta;
  return { workspace: store.workspace(), open, lesson, tabs, former: store.former };
}

const linked = (found) => post("link", JSON.stringify(found));

// theirs takes over what another tab has changed in the person's own workspace.
function theirs(change) {
  if (desk !== store) return; // it is read when that is gone back to
  if (change.replaced) {
    post("theirs", JSON.stringify({ ...mine(), replaced: true }));
    return;
  }
  post("theirs", JSON.stringify(change));
  for (const { path, text } of change.files) {
    if (text !== undefined) editor.merge(path, text);
  }
}

// toMine goes back to the person's own workspace as it is now: another tab may
// have changed it.
async function toMine() {
  await store.load(first);
  desk.end?.(false);
  desk = store;
  post("mine", JSON.stringify(mine()));
}

function saveAs(name, blob) {
  const url = URL.createObjectURL(blob);
  const a = document.createElement("a");
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// stopped shows that the page's program has ended, or never began. The editor
// and the store go on without it.
function stopped(err) {
  detach();
  delete root.dataset.linked;
  console.error("the page's program stopped:", err);
  const unable = !globalThis.WebAssembly || err instanceof WebAssembly.CompileError;
  document.stopped(unable ? "unable" : began ? "stopped" : "unloaded", embed.embedded ? null : !store.unsafe);
}

let began = false;

async function page() {
  await Promise.all([script(assets.wasmExec), script(assets.renderer)]);
  // Vugu brings its renderer in by eval, which the page's policy forbids. The
  // renderer is here already, where its script would do nothing; so eval, for
  // which the page has no other use, does nothing as well.
  globalThis.eval = () => undefined;
  const go = new Go();
  const module = await compiling;
  const program = await WebAssembly.instantiate(module, go.importObject);
  began = true;
  await go.run(program);
  throw new Error("it ended");
}

let compiling;

// start fetches the programs and runs them.
function start() {
  compiling = compile(assets.ui);
  compiling.catch(() => {}); // page reports it
  engine.start();
}

// Nothing is lost without a word.
addEventListener("beforeunload", (e) => desk === store && store.unsafe && e.preventDefault());

listen(app);
watchDrag(app);
split.listen(app);
swipe.listen(app);
if (!embed.embedded) upload.watch(document.body);

const first = JSON.parse(document.getElementById("workspace").textContent);
function kept() {
  const open = store.files.get(store.meta.open) ?? store.files.get(store.meta.dockerfile);
  if (open?.text !== undefined && !link.linked()) editor.show(open.path, open.text);
}

if (!embed.embedded) start();
(embed.embedded ? embed.gate().then(start) : store.load(first).then(kept)).then(() => {
  editor.mount(document.getElementById("editor"));
  page().catch(stopped);
});
