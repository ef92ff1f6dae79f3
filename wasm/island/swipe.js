// On a phone the panes stand side by side and are swiped; the bar below says
// which one is in sight, and the two keep in step.
import { post } from "./post.js";

const phone = matchMedia("(max-width: 760px)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

let shown = "sample"; // the pane that is in sight, or is being gone to
let going = false; // by itself, not under a finger
let idle = 0;

const bench = () => document.getElementById("bench");
const names = ["sample", "editor", "inspector", "dock", "files"];
const pane = (name) => document.querySelector(`.bench .${name}`);

// nearest is the pane whose middle is closest to that of the window.
function nearest() {
  const middle = innerWidth / 2;
  let best = shown;
  let least = Infinity;
  for (const name of names) {
    const box = pane(name).getBoundingClientRect();
    const far = Math.abs((box.left + box.right) / 2 - middle);
    if (far < least) [best, least] = [name, far];
  }
  return best;
}

function go(name, behavior) {
  const box = pane(name).getBoundingClientRect();
  if (Math.abs(box.left) < 1) return;
  going = true;
  bench().scrollTo({ left: bench().scrollLeft + box.left, behavior });
  settle(1000); // or it never sets out
}

// settle waits until nothing moves any more, and says where that is.
function settle(ms) {
  clearTimeout(idle);
  idle = setTimeout(() => {
    going = false;
    tell();
  }, ms);
}

// drawn follows the page's program to the pane that it shows: at once, where
// something is to be done there. To show a caret also scrolls, which would cut
// the way short.
export function drawn(name, atOnce) {
  if (name === shown || !names.includes(name)) return;
  shown = name;
  if (phone.matches) go(name, atOnce || still.matches ? "instant" : "smooth");
}

export function listen(app) {
  app.addEventListener(
    "scroll",
    (e) => {
      if (e.target.id !== "bench" || !phone.matches) return;
      settle(120);
      if (!going) tell();
    },
    { capture: true, passive: true },
  );
  app.addEventListener("touchstart", () => (going = false), { passive: true });
  // Turning the phone keeps the pane.
  addEventListener("resize", () => phone.matches && go(shown, "instant"));
  phone.addEventListener("change", () => {
    if (phone.matches) go(shown, "instant");
    else bench().scrollTo({ left: 0, behavior: "instant" });
  });
}

function tell() {
  const name = nearest();
  if (name === shown) return;
  shown = name;
  post("pane", name);
}

// reveal scrolls an element into sight within its own list only: its pane stays
// where it is.
export function reveal(el) {
  let box = el?.parentElement;
  while (box && !(box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY))) box = box.parentElement;
  if (!box) return;
  const [inner, outer] = [el.getBoundingClientRect(), box.getBoundingClientRect()];
  const margin = Math.min(24, outer.height / 4);
  if (inner.top < outer.top + margin) box.scrollTop += inner.top - outer.top - margin;
  else if (inner.bottom > outer.bottom - margin) box.scrollTop += inner.bottom - outer.bottom + margin;
}
