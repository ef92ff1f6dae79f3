// Arrows between the stages: from the slab whose layer holds what was taken to
// the one that took it, named by data-from.
import { route } from "./route.js";

const NS = "http://www.w3.org/2000/svg";
const svg = document.createElementNS(NS, "svg");
let place = null;
let last = "";

// What lies on a crack that opens moves without a render.
const sizes = new ResizeObserver(() => arrows());
let watched = new WeakSet();

function watch(el) {
  if (watched.has(el)) return;
  watched.add(el);
  sizes.observe(el);
}

// mount puts the drawing over the stages.
export function mount(el) {
  if (place === el) return;
  place = el;
  // What was drawn elsewhere is gone: nothing clears it where no arrow follows.
  svg.replaceChildren();
  el.replaceChildren(svg);
  sizes.disconnect();
  watched = new WeakSet();
  watch(el.parentElement);
  last = "";
}

let stage = "";

// follow brings the chosen stage into sight where another one is chosen.
function follow(box) {
  const shaft = box.querySelector(".shaft:not(.compact)");
  if (!shaft || shaft.dataset.stage === stage) return;
  stage = shaft.dataset.stage;
  const core = box.parentElement;
  const [inner, outer] = [shaft.getBoundingClientRect(), core.getBoundingClientRect()];
  if (inner.right > outer.right || inner.left < outer.left) core.scrollLeft += inner.right - outer.right + 16;
}

// arrows draws them anew where something has moved.
export function arrows() {
  if (!place?.isConnected) return;
  const box = place.parentElement;
  follow(box);
  const list = [...box.querySelectorAll("[data-from]:not([data-from=''])")];
  if (!list.length) {
    if (last) svg.replaceChildren();
    last = "";
    return;
  }
  const origin = box.getBoundingClientRect();
  const shafts = [...box.querySelectorAll(".shaft")];
  const columns = shafts.map((shaft) => {
    const strata = shaft.querySelector(".strata");
    watch(strata);
    const { left, right, top } = strata.getBoundingClientRect();
    const names = shaft.querySelector(".column-names").getBoundingClientRect();
    return { left: left - origin.left, right: right - origin.left, top: (names.height ? names.top : top) - origin.top };
  });
  const slabs = new Map();
  const slab = (el) => {
    if (!slabs.has(el)) {
      const { top, bottom, height } = el.getBoundingClientRect();
      slabs.set(el, { column: shafts.indexOf(el.closest(".shaft")), y: Math.round((top + bottom) / 2 - origin.top), height });
    }
    return slabs.get(el);
  };
  const paths = [];
  for (const el of list) {
    const source = box.querySelector(`[data-step="${CSS.escape(el.dataset.from)}"]`);
    if (!source) continue;
    const [from, to] = [slab(source), slab(el)];
    const lit = [source, el].some((end) => end.matches('.lit, [aria-selected="true"]'));
    if (from.column < to.column) paths.push({ from, to, lit });
  }
  const { width, height } = origin;
  const now = JSON.stringify([columns, paths, width, height]);
  if (now === last) return;
  last = now;
  const nets = route(columns, paths);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const draw = (d, name) => {
    const path = document.createElementNS(NS, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", name);
    return path;
  };
  // What comes from one slab is drawn together, so that its lines meet; what
  // is lit lies on top.
  for (const net of nets) net.sort((p, q) => p.lit - q.lit);
  nets.sort((p, q) => p.at(-1).lit - q.at(-1).lit);
  svg.replaceChildren(...nets.flatMap((net) => [
    ...net.map(({ d }) => draw(d, "halo")),
    ...net.map(({ d, lit }) => draw(d, lit ? "arrow lit" : "arrow")),
  ]));
}
