// Explanations of a word, under the pointer or at the cursor.
import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, hoverTooltip, showTooltip } from "@codemirror/view";
import { ask } from "./ask.js";
import { element } from "./element.js";

const setNote = StateEffect.define();
const noteField = StateField.define({
  create: () => null,
  update(value, tr) {
    for (const e of tr.effects) if (e.is(setNote)) return e.value;
    return tr.docChanged || tr.selection ? null : value;
  },
  provide: (field) => showTooltip.from(field),
});

// notes explains words; texts() are the page's words.
export function notes(place, texts) {
  const hover = hoverTooltip(
    async (view, pos) => {
      const at = place(view.state, pos);
      const note = at && (await ask("explain", at));
      return note && tooltip(note, texts());
    },
    { hideOnChange: true, hoverTime: 350 },
  );
  return [noteField, hover];
}

// explain shows the note of the word at the cursor, until the cursor moves.
export function explain(place, texts) {
  return (view) => {
    const { state } = view;
    const at = place(state, state.selection.main.head);
    if (!at) return false;
    ask("explain", at).then((note) => {
      if (view.state.doc !== state.doc) return;
      const said = note ? [note.title, ...note.lines].join(". ") : texts().noNote;
      view.dispatch({ effects: [setNote.of(note && tooltip(note, texts())), EditorView.announce.of(said)] });
    });
    return true;
  };
}

// closeNote takes the note away; false where there was none.
export function closeNote(view) {
  if (!view.state.field(noteField, false)) return false;
  view.dispatch({ effects: setNote.of(null) });
  return true;
}

function tooltip(note, texts) {
  return {
    pos: note.from,
    end: note.to,
    above: true,
    create() {
      const dom = element("div", { className: "cm-note", role: "tooltip" }, element("code", {}, note.title));
      dom.append(...note.lines.map((line) => element("p", {}, line)));
      if (note.url) {
        dom.append(element("p", {}, element("a", { href: note.url, target: "_blank", rel: "noopener noreferrer" }, texts.reference)));
      }
      return { dom };
    },
  };
}
