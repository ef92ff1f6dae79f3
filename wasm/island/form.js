// The line below the editor: the form of the instruction at the cursor, with
// the part that is being written, and the editor's tools.
import { showPanel } from "@codemirror/view";
import { ask } from "./ask.js";
import { element } from "./element.js";

const DELAY = 80; // ms after the last move

// form is the panel; on is {tidy(view), keys()}.
export function form(place, texts, on) {
  return showPanel.of((view) => {
    const text = element("span", { className: "cm-form-text" });
    const tidy = element("button", { type: "button", onclick: () => on.tidy(view) });
    const keys = element("button", { type: "button", onclick: () => on.keys() }, "?");
    const dom = element("div", { className: "cm-form", role: "group" }, text, tidy, keys);
    const label = () => {
      const w = texts();
      dom.setAttribute("aria-label", w.form);
      tidy.textContent = w.format;
      tidy.hidden = view.state.readOnly;
      tidy.title = w.formatHint;
      keys.title = w.keys;
      keys.setAttribute("aria-label", w.keys);
    };
    let timer = 0;
    let wait = null;
    const look = async () => {
      wait?.abort();
      wait = new AbortController();
      const { signal } = wait;
      const at = place(view.state, view.state.selection.main.head);
      const shape = at && (await ask("form", at, signal));
      if (signal.aborted) return;
      text.replaceChildren();
      text.title = "";
      if (!shape) return;
      text.append(element("code", {}, ...compact(shape)), shape.doc);
      text.title = `${shape.parts.join(" ")}\n${shape.doc}`;
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(look, DELAY);
    };
    label();
    later();
    return {
      dom,
      update(u) {
        if (u.transactions.some((tr) => tr.reconfigured)) {
          label();
          later();
        } else if (u.docChanged || u.selectionSet) later();
      },
      destroy: () => clearTimeout(timer),
    };
  });
}

// compact draws the parts, of the flags only the one that is written.
function compact({ parts, active }) {
  const flag = (i) => parts[i].startsWith("[--");
  const shown = [];
  parts.forEach((part, i) => {
    if (flag(i) && i !== active) {
      if (shown.at(-1)?.textContent !== "[--…]") shown.push(element("span", {}, "[--…]"));
      return;
    }
    const span = element("span", {}, part);
    if (i === active) span.setAttribute("aria-current", "true");
    shown.push(span);
  });
  return shown;
}
