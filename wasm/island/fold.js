// Folding of what the engine says belongs together.
import { codeFolding, foldGutter, foldKeymap, foldService } from "@codemirror/language";
import { StateEffect, StateField } from "@codemirror/state";
import { keymap, ViewPlugin } from "@codemirror/view";
import { ask } from "./ask.js";

const DELAY = 300; // ms after the last key

const setFolds = StateEffect.define();
const foldField = StateField.define({
  create: () => [],
  update(list, tr) {
    for (const e of tr.effects) if (e.is(setFolds)) return e.value;
    if (!tr.docChanged) return list;
    return list.map(({ from, to }) => ({ from: tr.changes.mapPos(from, -1), to: tr.changes.mapPos(to, 1) }));
  },
});

export function folding(place) {
  const asking = ViewPlugin.define((view) => {
    let timer = 0;
    const look = () => {
      const { doc } = view.state;
      const at = place(view.state, 0);
      if (!at) return;
      ask("folds", at).then((list) => {
        if (!list || view.state.doc !== doc) return;
        const ranges = list.map(({ first, last }) => ({ from: doc.line(first).to, to: doc.line(Math.min(last, doc.lines)).to }));
        view.dispatch({ effects: setFolds.of(ranges) });
      });
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(look, DELAY);
    };
    later();
    return { update: (u) => u.docChanged && later(), destroy: () => clearTimeout(timer) };
  });
  return [
    foldField,
    asking,
    foldService.of((state, start, end) =>
      state.field(foldField).find((f) => f.from >= start && f.from <= end && f.to > end) ?? null),
    codeFolding({ placeholderText: "…" }),
    foldGutter({ openText: "⌄", closedText: "›" }),
    keymap.of(foldKeymap),
  ];
}
