// What was typed last and is not in the database yet, in localStorage, which is
// synchronous. Each tab has its own.
const NAME = "layerlab.pending";
const MOST = 1 << 20; // characters of a text
const BASE = 1 << 18; // of the one that it came of

export class Pending {
  #name;

  constructor(tab) {
    this.#name = `${NAME}.${tab}`;
  }

  // keep notes a text and, where that is not too long, what it came of.
  keep(path, text, base) {
    if (text.length > MOST) return;
    if (base?.length > BASE) base = undefined;
    try {
      localStorage.setItem(this.#name, JSON.stringify({ path, text, base }));
    } catch {
      // Only a second net under the database.
    }
  }

  drop(which) {
    try {
      const mine = JSON.parse(localStorage.getItem(this.#name) ?? "null");
      if (mine && which(mine)) localStorage.removeItem(this.#name);
    } catch {
      // As above.
    }
  }

  // left gives what other tabs have left, once. One that is still there keeps
  // its own text in the database by itself.
  left() {
    const found = [];
    try {
      for (const key of Object.keys(localStorage)) {
        if (key !== NAME && !key.startsWith(`${NAME}.`)) continue;
        const one = JSON.parse(localStorage.getItem(key) ?? "null");
        localStorage.removeItem(key);
        if (one) found.push(one);
      }
    } catch {
      // There is nothing to be had.
    }
    return found;
  }
}
