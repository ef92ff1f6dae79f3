// The lines between the panes: dragged, moved with the keyboard, folding their
// pane away. Sizes are custom properties in a style sheet of their own, which
// boot.js fills before the first paint of the next visit; moving a line asks
// nothing of the page's program, which is told when it is done.
import { post } from "./post.js";

const KEY = "layerlab.panes";

// The panes by name: the element whose size it is, along which axis, on which
// side of the line it lies (1: before it), and its least size in CSS pixels.
const panes = {
  files: { element: "files", axis: "y", side: 1, least: 96, leave: 160 },
  left: { element: "left", axis: "x", side: 1, least: 240, leave: 360 },
  right: { element: "inspector", axis: "x", side: -1, least: 280, leave: 360 },
  bottom: { element: "dock", axis: "y", side: -1, least: 96, leave: 240 },
};

const root = document.documentElement;
let state = { closed: [], sizes: {} };
try {
  const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
  if (Array.isArray(kept?.closed) && typeof kept.sizes === "object") state = kept;
} catch {
  // Begin with what the style sheet says.
}

const folded = (name) => state.closed.includes(name);
const place = (name) => document.getElementById(panes[name].element);
const extent = (name, box) => (panes[name].axis === "x" ? box.width : box.height);

// whole is the room that a pane shares with its neighbours.
function whole(name) {
  return extent(name, place(name === "files" ? "left" : "bottom").closest(name === "files" ? ".left" : ".bench").getBoundingClientRect());
}

// most is how large a pane may get: the pane beside it keeps its own least.
function most(name) {
  const other = { left: "right", right: "left" }[name];
  const taken = other && !folded(other) && getComputedStyle(place(other)).position !== "fixed" ? extent(other, place(other).getBoundingClientRect()) : 0;
  return Math.max(whole(name) - taken - panes[name].leave, panes[name].least);
}

function apply(name) {
  const size = state.sizes[name];
  if (size) document.sizes.setProperty(`--${name}`, `${size}px`);
  else document.sizes.removeProperty(`--${name}`);
}

function shares() {
  const at = {};
  for (const name of Object.keys(panes)) {
    at[name] = folded(name) ? 0 : Math.round((100 * extent(name, place(name).getBoundingClientRect())) / Math.max(whole(name), 1));
  }
  return at;
}

// told gives the page's program the state, and keeps it for the next visit.
function told() {
  try {
    localStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // Not remembered, then.
  }
  post("panes", JSON.stringify({ closed: state.closed, at: shares() }));
}

function resize(name, size) {
  state.sizes[name] = Math.round(Math.min(Math.max(size, panes[name].least), most(name)));
  apply(name);
}

// fold hides a pane or brings it back. That of the files has no room to give:
// it does not fold.
export function fold(name, away = !folded(name)) {
  if (name === "files" || away === folded(name)) return;
  state.closed = away ? [...state.closed, name] : state.closed.filter((n) => n !== name);
  root.dataset.closed = state.closed.join(" ");
  told();
}

export const unfold = (name) => fold(name, false);

// present is the state for the page's program when it begins.
export const present = () => ({ closed: state.closed, at: shares() });

function key(event, name) {
  const { axis, side, least } = panes[name];
  const size = () => extent(name, place(name).getBoundingClientRect());
  const step = event.shiftKey ? 64 : 16;
  const by = { x: { ArrowLeft: -step, ArrowRight: step }, y: { ArrowUp: -step, ArrowDown: step } }[axis][event.key];
  if (event.key === "Enter") return fold(name), true;
  if (by === undefined && event.key !== "Home" && event.key !== "End") return false;
  if (folded(name)) unfold(name);
  if (event.key === "Home") resize(name, least);
  else if (event.key === "End") resize(name, most(name));
  else resize(name, size() + side * by);
  told();
  return true;
}

function drag(event, line) {
  const name = line.dataset.split;
  const { axis, side } = panes[name];
  const at = (e) => (axis === "x" ? e.clientX : e.clientY);
  const before = state.sizes[name];
  const start = at(event);
  const size = folded(name) ? 0 : extent(name, place(name).getBoundingClientRect());
  let last = null;
  let waiting = 0;
  const draw = () => {
    waiting = 0;
    const now = size + side * (at(last) - start);
    // Dragged to less than half of its least, a pane folds; dragged out, it is back.
    if (now < panes[name].least / 2) return fold(name, true);
    unfold(name);
    resize(name, now);
  };
  const move = (e) => {
    last = e;
    waiting ||= requestAnimationFrame(draw);
  };
  const end = (e) => {
    cancelAnimationFrame(waiting);
    if (last && e.type !== "keydown") draw();
    if (e.type === "keydown") {
      if (e.key !== "Escape") return;
      state.sizes[name] = before;
      apply(name);
    }
    for (const type of ["pointermove", "pointerup", "pointercancel"]) line.removeEventListener(type, type === "pointermove" ? move : end);
    line.removeEventListener("keydown", end);
    delete root.dataset.dragging;
    told();
  };
  line.setPointerCapture(event.pointerId);
  root.dataset.dragging = axis;
  line.addEventListener("pointermove", move);
  line.addEventListener("pointerup", end);
  line.addEventListener("pointercancel", end);
  line.addEventListener("keydown", end);
  line.focus();
  event.preventDefault();
}

export function listen(app) {
  app.addEventListener("keydown", (e) => {
    const line = e.target.closest?.("[data-split]");
    if (line && !e.altKey && !e.ctrlKey && !e.metaKey && key(e, line.dataset.split)) e.preventDefault();
  });
  app.addEventListener("pointerdown", (e) => {
    const line = e.target.closest?.("[data-split]");
    if (line && e.button === 0) drag(e, line);
  });
  app.addEventListener("dblclick", (e) => {
    const name = e.target.closest?.("[data-split]")?.dataset.split;
    if (!name) return;
    delete state.sizes[name];
    apply(name);
    told();
  });
  app.addEventListener("click", (e) => {
    const name = e.target.closest?.("[data-fold]")?.dataset.fold;
    if (name) fold(name);
  });
  for (const name of Object.keys(panes)) apply(name);
  root.dataset.closed = state.closed.join(" ");
}
