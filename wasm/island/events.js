// Listeners of the page's own, for what would be costly or unsafe as handlers
// of Vugu's (its event carries every property of the target, and a handler
// must not run while a render removes the focused element): keys, pointer,
// typing, scrolling, losing focus. Each posts one small message and returns.
import { post } from "./post.js";
import { textOf } from "./text.js";

const arrows = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"];

// The keys that mean something in a zone, marked by data-zone.
const zones = {
  tree: [...arrows, "Enter", " ", "F2", "Delete"],
  stack: ["Alt+ArrowUp", "Alt+ArrowDown", ...arrows, "PageUp", "PageDown", "Enter", " "],
  tabs: ["ArrowLeft", "ArrowRight", "Home", "End"],
  "dock-tabs": ["ArrowLeft", "ArrowRight", "Home", "End"],
  "open-files": ["ArrowLeft", "ArrowRight", "Home", "End", "Delete"],
  name: ["Enter", "Escape"],
  "image-name": ["Enter", "Escape"],
  images: ["Escape"],
  rows: [...arrows, "PageUp", "PageDown", "Enter", " "],
  fields: ["ArrowUp", "ArrowDown", "Home", "End"],
  drawer: ["Escape"],
};

// The zones that are fields.
const fields = ["name", "image-name"];

export function listen(root) {
  // What is meant for the whole page, wherever the focus is but in a text.
  document.addEventListener("keydown", (e) => {
    const at = e.composedPath()[0];
    if (e.defaultPrevented || e.isComposing || at.matches?.("input, textarea, select") || at.isContentEditable) return;
    if ((e.ctrlKey || e.metaKey) && !e.altKey && ["z", "y"].includes(e.key.toLowerCase())) {
      e.preventDefault();
      post(e.shiftKey || e.key.toLowerCase() === "y" ? "redo" : "undo");
    } else if (e.key === "?" && !e.ctrlKey && !e.metaKey && !e.altKey) {
      document.getElementById("keys")?.togglePopover?.();
    }
  });

  root.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.isComposing) return;
    const key = e.altKey ? `Alt+${e.key}` : e.key;
    for (let el = e.target.closest?.("[data-zone]"); el; el = el.parentElement?.closest("[data-zone]")) {
      const zone = el.dataset.zone;
      if (!zones[zone]?.includes(key)) continue;
      // A button inside a zone keeps its own Enter and Space.
      if ((e.key === "Enter" || e.key === " ") && !fields.includes(zone) && e.target !== el) return;
      if (!fields.includes(zone) && e.target.matches("input, select, textarea")) return;
      e.preventDefault();
      post("key", JSON.stringify({ zone, key, value: e.target.value ?? el.dataset.list ?? "" }));
      return;
    }
  });

  let lit = "";
  root.addEventListener("mouseover", (e) => {
    // A render would lose the selection that is being made.
    if (e.buttons || !document.getSelection().isCollapsed) return;
    const id = e.target.closest?.("[data-step]")?.dataset.step ?? "";
    if (id !== lit) post("lit", (lit = id));
  });
  root.addEventListener("mouseleave", () => lit && post("lit", (lit = "")));
  // The keyboard looks with its focus as the pointer does.
  root.addEventListener("focusin", (e) => {
    const id = e.target.closest?.("[data-step]")?.dataset.step ?? "";
    if (id !== lit) post("lit", (lit = id));
  });

  root.addEventListener("click", (e) => {
    const to = e.target.closest?.("[data-choose], [data-line]");
    if (to?.dataset.choose) post("choose", to.dataset.choose);
    else if (to) post("line", to.dataset.line);
  });

  root.addEventListener("click", (e) => {
    const row = e.target.closest?.("[data-row]");
    if (row) post("row", JSON.stringify({ list: row.closest("[data-list]").dataset.list, line: Number(row.dataset.row) }));
  });

  let field = "";
  root.addEventListener("mouseover", (e) => {
    const at = e.target.closest?.("[data-field]")?.dataset.field ?? "";
    // Leaving the fields keeps the last one lit.
    if (at && at !== field && document.getSelection().isCollapsed) post("field", (field = at));
  });

  for (const type of ["input", "change"]) {
    root.addEventListener(type, (e) => {
      const name = e.target.dataset?.[type];
      if (name) post(type, JSON.stringify({ name, value: e.target.type === "checkbox" ? String(e.target.checked) : e.target.value }));
    });
  }

  root.addEventListener("focusout", (e) => {
    if (e.target.dataset?.zone === "name") post("blur", JSON.stringify({ zone: "name", value: e.target.value }));
  });

  const scrolled = new Map();
  root.addEventListener(
    "scroll",
    (e) => {
      const list = e.target.dataset?.list;
      if (!list) return;
      if (!scrolled.size) requestAnimationFrame(() => {
        for (const [name, el] of scrolled) measure(name, el);
        scrolled.clear();
      });
      scrolled.set(list, e.target);
    },
    { capture: true, passive: true },
  );

  // The event of a popover does not bubble.
  root.addEventListener(
    "toggle",
    (e) => {
      const name = e.target.dataset?.toggle;
      if (name) post("toggle", JSON.stringify({ name, value: e.newState }));
    },
    { capture: true },
  );

  root.addEventListener("click", (e) => {
    const link = e.target.closest?.("[data-follow]");
    if (link) return post("follow", link.dataset.follow);
    const button = e.target.closest?.("[data-copy], [data-copy-of]");
    if (!button) return;
    const text = button.dataset.copy ?? textOf(button.dataset.copyOf);
    navigator.clipboard?.writeText(text).then(() => post("copied", text));
  });
}

// measure tells how far a list is scrolled and how much of it is in sight.
export function measure(list, el) {
  post("scroll", JSON.stringify({ list, top: el.scrollTop, height: el.clientHeight }));
}
