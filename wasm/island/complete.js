// Completion, by what the engine knows.
import { autocompletion, pickedCompletion, startCompletion } from "@codemirror/autocomplete";
import { ask } from "./ask.js";
import { element } from "./element.js";

// What opens the list while typing: a word, a flag, a variable, a path.
const opening = /[A-Za-z0-9_$\-=/{,.@:]$/;
const wordly = /^[^\s"'\[\]=,:/]*$/;

// completion offers what could be written. place(state) gives the question
// about a place, or null in files of no interest; fixes() takes the ways to
// mend that were asked for, if any.
export function completion(place, fixes) {
  const source = async (context) => {
    const mend = fixes();
    if (mend) return { from: context.pos, options: mend, filter: false };
    const at = place(context.state, context.pos);
    if (!at) return null;
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    if (!context.explicit && !opening.test(before)) return null;

    const gone = new AbortController();
    context.addEventListener("abort", () => gone.abort());
    const found = await ask("complete", at, gone.signal);
    if (!found?.options.length || context.aborted) return null;
    const typed = context.state.sliceDoc(found.from, context.pos);
    const begins = (o) => o.label.toLowerCase().startsWith(typed.toLowerCase());
    let options = found.options.filter((o) => o.label !== typed || o.insert);
    if (!context.explicit) {
      // Unasked, a list must not be in the way of a plain command.
      const plain = options.every((o) => ["command", "file", "dir"].includes(o.kind));
      if (plain && !before.includes("/") && /^\s*(RUN|CMD|ENTRYPOINT)\s/i.test(before)) return null;
      if (typed && !options.some(begins)) return null;
    }
    if (!options.length) return null;
    const labels = new Set(options.map((o) => o.label));
    options = options.map((o, i) => ({
      label: o.label,
      type: o.kind,
      detail: o.detail || undefined,
      info: o.doc ? () => element("div", {}, o.doc) : undefined,
      boost: -i / 100,
      apply: (view, picked, from, to) => write(view, picked, from, to, o),
    }));
    return { from: found.from, options, validFor: (text) => wordly.test(text) && !labels.has(text) };
  };
  return autocompletion({ override: [source], activateOnTypingDelay: 60, icons: true });
}

function write(view, picked, from, to, option) {
  let insert = option.insert ?? option.label;
  if (insert.endsWith(" ") && view.state.sliceDoc(to, to + 1) === " ") insert = insert.slice(0, -1);
  view.dispatch({
    changes: { from, to, insert },
    selection: { anchor: from + insert.length },
    annotations: pickedCompletion.of(picked),
    userEvent: "input.complete",
    scrollIntoView: true,
  });
  if (option.more) setTimeout(() => startCompletion(view));
}
