// Renaming a build stage, everywhere at once.
import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, showPanel } from "@codemirror/view";
import { ask } from "./ask.js";
import { element } from "./element.js";

const setRenaming = StateEffect.define();
const renaming = StateField.define({
  create: () => null,
  update(value, tr) {
    for (const e of tr.effects) if (e.is(setRenaming)) return e.value;
    return value;
  },
  provide: (field) => showPanel.from(field, (found) => found && ((view) => panel(view, found))),
});

export const renamePanel = renaming;

// rename asks for a new name of the stage at the cursor. renamed(from, to) is
// called when it has it.
export function rename(place, texts, renamed) {
  return (view) => {
    const at = place(view.state, view.state.selection.main.head);
    if (!at || view.state.readOnly) return false;
    ask("stage", at).then((stage) => {
      if (!stage) {
        view.dispatch({ effects: EditorView.announce.of(texts().noStage) });
        return;
      }
      view.dispatch({ effects: setRenaming.of({ stage, place, texts: texts(), renamed }) });
      const input = view.dom.querySelector(".cm-rename input");
      input?.focus();
      input?.select();
    });
    return true;
  };
}

function panel(view, { stage, place, texts, renamed }) {
  const input = element("input", { className: "cm-textfield", value: stage.name, spellcheck: false, autocomplete: "off", "aria-label": texts.rename });
  const problem = element("output", { role: "alert" });
  const dom = element("form", { className: "cm-rename" }, element("label", {}, `${texts.rename} `, input), element("button", { type: "submit" }, texts.apply), problem);
  const close = () => {
    view.dispatch({ effects: setRenaming.of(null) });
    view.focus();
  };
  const check = () => ask("stage", { ...place(view.state, view.state.selection.main.head), name: input.value });
  input.addEventListener("input", () => check().then((now) => (problem.textContent = now?.problem ?? "")));
  dom.addEventListener("keydown", (e) => {
    e.stopPropagation();
    if (e.key === "Escape") {
      e.preventDefault();
      close();
    }
  });
  dom.addEventListener("submit", async (e) => {
    e.preventDefault();
    const name = input.value;
    if (name === stage.name) return close();
    const { doc } = view.state;
    const now = await check();
    if (view.state.doc !== doc) return;
    problem.textContent = now?.problem ?? "";
    if (!now || now.problem) return;
    close();
    view.dispatch({
      changes: now.places.map(({ from, to }) => ({ from, to, insert: name })),
      userEvent: "rename",
    });
    renamed(stage.name, name);
  });
  return { dom, top: true };
}
