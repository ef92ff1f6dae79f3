// The journal of a build, in the pane below the stack: what its commands
// printed, or what was done, from where and why. A block or row carries the ID
// of its step, by which pointer and focus link it with the other pictures.
import { reveal } from "./swipe.js";

const MOST = 100_000; // characters of one step's output

const make = (tag, name, ...children) => {
  const el = document.createElement(tag);
  if (name) el.className = name;
  el.append(...children);
  return el;
};

const icon = (id) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "cache");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-cache-${id || "none"}`);
  svg.append(use);
  return svg;
};

// way is the button that goes to a row's step, or to its line where it failed.
function way(row) {
  const button = make("button", "way", make("code", "", row.title));
  button.type = "button";
  if (row.id) button.dataset.choose = row.id;
  else if (row.line) button.dataset.line = row.line;
  else button.disabled = true;
  return button;
}

function printed({ rows, empty, cut }) {
  if (!rows.length) return [make("p", "empty", empty)];
  return rows.map((row) => {
    const head = make("p", "printed-head", make("span", "place", row.place), way(row), make("span", "note", row.error ? row.at : (row.how ?? "")));
    const text = make("pre", "printed-text");
    let room = MOST;
    for (const { fd, text: piece } of row.output ?? []) {
      if (room <= 0) break;
      text.append(make("span", fd === 2 ? "stderr" : "", piece.slice(0, room)));
      room -= piece.length;
    }
    const box = make("section", row.error ? "printed failed" : "printed", head);
    if (text.childNodes.length) box.append(text);
    if (room < 0) box.append(make("p", "note", cut));
    if (row.error) box.append(make("p", "printed-error", row.error));
    if (row.id) box.dataset.step = row.id;
    return box;
  });
}

function log({ rows, columns, summary }) {
  const head = make("tr", "", ...columns.map((name) => make("th", "", name)));
  for (const cell of head.children) cell.scope = "col";
  const body = rows.map((row) => {
    const bar = make("span", `bar share-${Math.ceil(row.share / 10)}`);
    bar.ariaHidden = "true";
    const line = make("tr", row.state === "failed" ? "failed" : "",
      make("td", "stage", row.stage),
      make("td", "what", way(row)),
      make("td", "result", icon(row.state), make("span", "", row.word)),
      make("td", "why", row.why ?? "", ...(row.at ? [" ", make("span", "note", row.at)] : [])),
      make("td", "took", bar, row.took ?? ""));
    if (row.id) line.dataset.step = row.id;
    return line;
  });
  return [make("table", "log", make("caption", "unseen", summary), make("thead", "", head), make("tbody", "", ...body))];
}

export function journal(json) {
  const content = JSON.parse(json);
  return content.tab === "log" ? log(content) : printed(content);
}

let chosen = "";
// light marks the chosen step and the one that is looked at.
export function light(box, next, lit) {
  for (const el of box.querySelectorAll("[data-step]")) {
    el.classList.toggle("chosen", el.dataset.step === next);
    el.classList.toggle("lit", el.dataset.step === lit);
  }
  if (next === chosen) return;
  chosen = next;
  if (!box.contains(document.activeElement)) reveal(box.querySelector("[data-step].chosen"));
}
