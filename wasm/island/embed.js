// The page inside another page, as embed.html: which parts are shown, when it
// starts, and what it and the page around say to each other.
//
// The page around says {layerlab: 1, type, …}:
//   load      {text, view}      shows a workspace; view as in a link: "step=3"
//   view      {view}            shows another step, tab or line
//   look      {theme, language} changes either
//   digests   {id}              is answered with {type: "digests", id, …}
// and hears: hello (to whoever it is, with nothing in it), ready {pages},
// built {ok, image, problems}, view {view}, fault {text}.
//
// Only the window around is heard, and only the origin that it loaded the first
// workspace from is answered. Nothing of this browser's own is on this page.
import { post } from "./post.js";

const root = document.documentElement;

export const embedded = root.dataset.embed !== undefined;

const asked = new URLSearchParams(location.search);
const flag = (name) => asked.has(name) && asked.get(name) !== "false";

// options are what the page's program wants to know; null where the page is
// not inside another.
export const options = embedded ? { views: root.dataset.embed.split(" "), readOnly: flag("readonly") } : null;

// awaited tells whether the page around is to bring the workspace.
export const awaited = embedded && flag("load");

// gate waits until the page is to start: when it is asked to, or when it is
// first seen. The script of the page around has waited for that already, and
// hides the frame until it is built: Firefox takes it for never seen.
export function gate() {
  if (awaited) return Promise.resolve();
  if (asked.get("run") === "click") {
    return new Promise((go) => {
      const button = document.createElement("button");
      button.className = "button embed-run";
      button.textContent = root.lang === "ko" ? "Layerlab에서 실행" : "Run in Layerlab";
      button.onclick = () => {
        button.remove();
        go();
      };
      document.body.append(button);
    });
  }
  return new Promise((go) => {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((e) => e.isIntersecting)) return;
      seen.disconnect();
      go();
    });
    seen.observe(document.body);
  });
}

let around = ""; // origin of the page around, once it has spoken
let built = null; // what the last build gave
let pages = 1;

function say(type, more) {
  if (around && parent !== window) parent.postMessage({ layerlab: 1, type, ...more }, around);
}

// connect begins to hear the page around; lang changes the language.
export function connect(lang) {
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== parent || source === window || data?.layerlab !== 1) return;
    if (around && origin !== around) return;
    const view = String(data.view ?? "").replace(/(^|&)[sw]=[^&]*/g, "");
    if (data.type === "load" && typeof data.text === "string") {
      around = origin;
      built = null;
      say("ready", { pages });
      post("link", JSON.stringify({ fragment: view, text: data.text }));
    } else if (!around) {
      return;
    } else if (data.type === "view") {
      post("link", JSON.stringify({ fragment: view, alone: true }));
    } else if (data.type === "look") {
      if (data.theme !== undefined) look(data.theme);
      if (data.language === "ko" || data.language === "en") lang(data.language);
    } else if (data.type === "digests") {
      if (built) say("digests", { id: data.id, ...built }); // else built will follow
    }
  });
  if (parent !== window) parent.postMessage({ layerlab: 1, type: "hello" }, "*");
}

export function look(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
}

export const shared = (n) => (pages = n);

// heard looks at what the engine says, and passes on what builds gave.
export function heard(json) {
  if (!json.startsWith('{"event":"built"')) return;
  const { data } = JSON.parse(json);
  const image = data.ok ? data.images[data.shown] : null;
  built = {
    ok: data.ok,
    image: image && {
      id: image.id,
      manifest: image.manifestDigest,
      size: image.size,
      layers: image.stages[image.final].steps
        .filter((s) => s.diffId)
        .map((s) => ({ text: s.text, line: s.startLine, diffId: s.diffId, chainId: s.chainId, digest: s.digest ?? "", size: s.size })),
    },
    problems: data.diagnostics.map((d) => ({ severity: d.severity, file: d.file, line: d.startLine, text: d.text })),
  };
  say("built", built);
}

export const viewed = (fragment) => say("view", { view: fragment });

export const fault = (text) => say("fault", { text });
