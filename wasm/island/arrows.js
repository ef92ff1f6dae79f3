// Arrows between the stages: from the slab whose layer holds what was taken to
// the one that took it, named by data-from.
const NS = "http://www.w3.org/2000/svg";
const svg = document.createElementNS(NS, "svg");
let place = null;
let last = "";

const sizes = new ResizeObserver(() => arrows());

// mount puts the drawing over the stages.
export function mount(el) {
  if (place === el) return;
  place = el;
  el.replaceChildren(svg);
  sizes.disconnect();
  sizes.observe(el.parentElement);
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
  const edge = (el) => {
    const { left, right, top, bottom } = el.getBoundingClientRect();
    return { left: left - origin.left, right: right - origin.left, y: (top + bottom) / 2 - origin.top };
  };
  const paths = [];
  const meet = new Map(); // arrows that end at one slab
  for (const to of list) {
    const from = box.querySelector(`[data-step="${CSS.escape(to.dataset.from)}"]`);
    if (!from || from.parentElement === to.parentElement) continue;
    const [a, b] = [edge(from), edge(to)];
    const forth = a.left < b.left;
    const n = meet.get(from) ?? 0;
    meet.set(from, n + 1);
    const x1 = forth ? a.right + 2 : a.left;
    const x2 = forth ? b.left : b.right + 2;
    const y1 = a.y + 4 * n;
    const bend = Math.max(24, Math.min(80, Math.abs(x2 - x1) / 2)) * (forth ? 1 : -1);
    const lit = [from, to].some((el) => el.matches('.lit, [aria-selected="true"]'));
    paths.push([`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${b.y} ${x2} ${b.y}`, lit]);
  }
  const { width, height } = origin;
  const now = JSON.stringify([paths, width, height]);
  if (now === last) return;
  last = now;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const draw = (d, name) => {
    const path = document.createElementNS(NS, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", name);
    return path;
  };
  paths.sort((p, q) => p[1] - q[1]);
  svg.replaceChildren(...paths.flatMap(([d, lit]) => [draw(d, "halo"), draw(d, lit ? "arrow lit" : "arrow")]));
}
