// Dragging a stratum to another place in the stack. The keyboard has Alt with
// an arrow key for the same.
import { post } from "./post.js";

const stratum = (e) => e.target.closest?.('[role="option"][draggable]');

export function watchDrag(root) {
  let from = null;
  let over = null;
  const mark = (el) => {
    if (over === el) return;
    over?.removeAttribute("data-drop");
    over = el;
    // What is dropped lands on the far side, seen from where it came.
    if (over) over.dataset.drop = place(over) < place(from) ? "above" : "below";
  };
  // Strata that can move, in the order of the page: the newest first.
  const all = () => [...from.parentElement.querySelectorAll('[role="option"][draggable="true"]')];
  const place = (el) => all().indexOf(el);

  root.addEventListener("dragstart", (e) => {
    const el = stratum(e);
    if (el?.draggable !== true) return;
    from = el;
    e.dataTransfer.effectAllowed = "move";
    e.dataTransfer.setData("text/plain", el.textContent.trim());
  });
  root.addEventListener("dragover", (e) => {
    if (!from) return;
    from.dataset.lifted = ""; // not before: the picture that is dragged shows it whole
    const el = stratum(e);
    const fits = el && el !== from && el.draggable && el.parentElement === from.parentElement;
    mark(fits ? el : null);
    if (fits) e.preventDefault();
  });
  root.addEventListener("drop", (e) => {
    if (!from || !over) return;
    e.preventDefault();
    e.stopPropagation(); // it is no file for the workspace
    post("move", JSON.stringify({ name: from.id, value: String(place(from) - place(over)) }));
  });
  root.addEventListener("dragend", () => {
    mark(null);
    from?.removeAttribute("data-lifted");
    from = null;
  });
}
