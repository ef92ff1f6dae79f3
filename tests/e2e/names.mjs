// Elements by role and accessible name, computed inside the page.
//
// Chromium is asked for its own accessibility tree. Firefox answers the same
// question 30 times as slowly, because it redraws the page twice for every
// element that is not in its tree; there the names come from this script. So
// the two browsers are looked at by two means, and page.test.mjs holds this one
// against Firefox's tree.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

// library gives the CommonJS modules of a package as one expression, whose
// value is what the package exports.
async function library(name) {
  const modules = new Map();
  async function add(path) {
    if (modules.has(path)) return;
    modules.set(path, ""); // modules may need each other
    const { resolve } = createRequire(path);
    let text = await readFile(path, "utf8");
    for (const [call, needed] of text.matchAll(/\brequire\("(.+?)"\)/g)) {
      const at = resolve(needed);
      text = text.replace(call, `require(${JSON.stringify(at)})`);
      await add(at);
    }
    modules.set(path, text);
  }
  const entry = createRequire(import.meta.url).resolve(name);
  await add(entry);
  const bodies = [...modules].map(([path, text]) => `${JSON.stringify(path)}(exports, require) {${text}\n}`);
  return `(() => {
    const bodies = {${bodies.join()}}, made = {};
    const require = (path) => made[path] ?? (bodies[path]((made[path] = {}), require), made[path]);
    return require(${JSON.stringify(entry)});
  })()`;
}

// finder makes byRole(role, name): every element, in the order of the document
// and through open shadow roots, that has a role, and a name where one is given,
// and that is there for a screen reader. byRole.nameOf gives an element's name.
function finder({ computeAccessibleName: nameOf, getRole }) {
  function* elements(root) {
    for (const e of root.querySelectorAll("*")) {
      yield e;
      if (e.shadowRoot) yield* elements(e.shadowRoot);
    }
  }

  // A section without a name is no region; an image has two words for its role.
  const plays = (e, role) => getRole(e) === (role === "image" ? "img" : role) && (role !== "region" || nameOf(e) !== "");

  function heard(e) {
    if (!e.checkVisibility({ visibilityProperty: true })) return false;
    for (; e; e = e.getRootNode().host) if (e.closest('[aria-hidden="true"], [inert]')) return false;
    return true;
  }

  const byRole = (role, name) =>
    [...elements(document)].filter((e) => plays(e, role) && heard(e) && (name === undefined || nameOf(e) === name));
  return Object.assign(byRole, { nameOf });
}

// The script that makes globalThis.byRole.
export const names = `globalThis.byRole = (${finder})(${await library("dom-accessibility-api")});`;
