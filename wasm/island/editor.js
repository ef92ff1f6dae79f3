// The editor: CodeMirror in a shadow root, where its style sheets are adopted
// instead of written into the page (a strict content policy forbids those),
// and where the page's own rules do not reach.
import { closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, indentWithTab, redo, undo } from "@codemirror/commands";
import { bracketMatching, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { forEachDiagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec, StateEffect, StateField, Transaction } from "@codemirror/state";
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { ask } from "./ask.js";
import { fitting, replacing } from "./change.js";
import { completion } from "./complete.js";
import { element } from "./element.js";
import { folding } from "./fold.js";
import { form } from "./form.js";
import { closeNote, explain, notes } from "./note.js";
import { rename, renamePanel } from "./rename.js";
import { colours, theme } from "./theme.js";

const setLight = StateEffect.define();
const lightField = StateField.define({
  create: () => ({ chosen: { from: 0, to: 0 }, lit: { from: 0, to: 0 } }),
  update(value, tr) {
    for (const e of tr.effects) if (e.is(setLight)) return e.value;
    return value;
  },
  provide: (field) =>
    EditorView.decorations.compute([field, "doc"], (state) => {
      const { chosen, lit } = state.field(field);
      const lines = [];
      for (let n = 1; n <= state.doc.lines; n++) {
        const within = (r) => r.from > 0 && n >= r.from && n <= r.to;
        const names = [within(chosen) && "cm-chosen", within(lit) && "cm-lit"].filter(Boolean).join(" ");
        if (names) lines.push(Decoration.line({ class: names }).range(state.doc.line(n).from));
        if (n > chosen.to && n > lit.to) break;
      }
      return Decoration.set(lines);
    }),
});

// Typing over a selection makes Chromium keep the looks of what was there by an
// inline style, which the content policy blocks with an error on the console.
// Here the editor replaces the selection itself.
const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state } = view;
    const { from, to, empty } = state.selection.main;
    if (event.inputType !== "insertText" || view.composing || !event.data || empty || state.readOnly) return false;
    event.preventDefault();
    const insert = () => state.update(state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    const handled = state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, event.data, insert));
    if (!handled) view.dispatch(insert());
    return true;
  },
});

// What the browser's own menu takes back.
const menuUndo = (on) =>
  EditorView.domEventHandlers({
    beforeinput(event) {
      if (event.inputType !== "historyUndo" && event.inputType !== "historyRedo") return false;
      event.preventDefault();
      if (event.inputType === "historyUndo") on.undo();
      else on.redo();
      return true;
    },
  });

const dockerfileName = /(^|\/)(Dockerfile(\.[^/]*)?|[^/]*\.Dockerfile)$/;
const shellName = /\.(sh|bash)$/i;

const isDockerfile = (path) => dockerfileName.test(path) && !path.endsWith(".dockerignore");

function highlighting(path) {
  if (isDockerfile(path)) return StreamLanguage.define({ ...dockerFile, languageData: { commentTokens: { line: "#" } } });
  return shellName.test(path) ? StreamLanguage.define(shell) : [];
}

// What is typed without such a pause, in ms, is taken back at once.
const PAUSE = 600;

// on is {edit(path, text), pause(), caret(path, line), hover(line), undo(),
// redo(), mend(problem, fix), stage(path, from, to), keys()}; undo and redo
// give false where nobody is there to do it.
export class Editor {
  #on;
  #box = document.createElement("div");
  #view;
  #path = "";
  #states = new Map();
  #scrolls = new Map();
  #marks = new Map();
  #light = null;
  #label = new Compartment();
  #hoverLine = 0;
  #texts = {};
  #phrases = {};
  #typed = { kind: "", at: 0 };
  #mending = null;

  #readOnly;

  constructor(on, readOnly = false) {
    this.#on = on;
    this.#readOnly = readOnly;
    this.#box.className = "editor-box";
    const root = this.#box.attachShadow({ mode: "open" });
    this.#view = new EditorView({ parent: root, root, state: EditorState.create({ extensions: [theme] }) });
    this.#view.dom.addEventListener("mousemove", (e) => this.#hover(e));
    this.#view.dom.addEventListener("mouseleave", () => this.#hover(null));
  }

  // mount puts the editor into an element, where it is not already.
  mount(el) {
    if (this.#box.parentNode === el) return;
    const focused = this.#view.hasFocus;
    el.replaceChildren(this.#box);
    this.#view.requestMeasure();
    if (focused) this.#view.focus();
  }

  // show turns to a file. Its text counts only where the file has no document
  // here: the document may hold a keystroke that the caller has not heard of
  // yet, and a file that changed elsewhere has been forgotten before.
  show(path, text) {
    if (this.#path === path) return;
    this.#keep();
    this.#path = path;
    this.#view.setState(this.#states.get(path) ?? this.#create(path, text));
    const scroll = this.#scrolls.get(path);
    if (scroll) this.#view.dispatch({ effects: scroll });
    this.#relabel();
    this.#applyMarks();
    if (this.#light) this.#view.dispatch({ effects: setLight.of(this.#light) });
  }

  hide() {
    this.#keep();
    this.#path = "";
  }

  // forget drops documents: of these paths, or all.
  forget(paths) {
    for (const p of paths.length ? paths : [...this.#states.keys(), this.#path]) {
      this.#states.delete(p);
      this.#scrolls.delete(p);
      this.#marks.delete(p);
      if (p === this.#path) this.#path = "";
    }
  }

  renamed(from, to) {
    if (this.#path === from) this.#path = to;
    for (const map of [this.#states, this.#scrolls, this.#marks]) {
      if (map.has(from)) map.set(to, map.get(from));
      map.delete(from);
    }
  }

  marks(path, list) {
    this.#marks.clear();
    this.#marks.set(path, list);
    this.#applyMarks();
  }

  light(chosen, lit) {
    const next = { chosen, lit };
    if (JSON.stringify(next) === JSON.stringify(this.#light)) return;
    this.#light = next;
    this.#view.dispatch({ effects: setLight.of(next) });
  }

  goto(line, column, focus = true) {
    const { doc } = this.#view.state;
    const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const pos = Math.min(at.from + column, at.to);
    this.#view.dispatch({ selection: { anchor: pos }, effects: EditorView.scrollIntoView(pos, { y: "center" }) });
    if (focus) this.#view.focus();
  }

  label(text) {
    this.#labelText = text;
    this.#relabel();
  }

  // speak gives the texts of the island and of CodeMirror in a language.
  speak(texts, phrases) {
    this.#texts = texts;
    this.#phrases = phrases;
    this.#relabel();
  }

  // rewrite puts a text in the place of what is held of a file.
  rewrite(path, text) {
    if (path !== this.#path) {
      this.forget([path]);
      return;
    }
    const changes = replacing(this.#view.state.doc, text);
    if (!changes.length) return;
    const last = changes.at(-1);
    const grown = changes.reduce((sum, c) => sum + c.insert.length - (c.to - c.from), 0);
    this.#view.dispatch({ changes, selection: { anchor: last.to + grown }, scrollIntoView: true, annotations: Transaction.addToHistory.of(false) });
  }

  // merge takes over what another tab has made of a file: the cursor stays, and
  // nobody is told, since nobody typed it.
  merge(path, text) {
    if (path !== this.#path) {
      this.forget([path]);
      return;
    }
    const changes = replacing(this.#view.state.doc, text);
    if (!changes.length) return;
    this.#view.dispatch({ changes, annotations: [Transaction.addToHistory.of(false), Transaction.remote.of(true)] });
  }

  // edit makes changes in a file that is shown, where they still fit.
  edit(path, edits) {
    if (path === this.#path) this.#apply(edits, 0);
  }

  #labelText = "Dockerfile";
  #labelled() {
    return [
      EditorView.contentAttributes.of({ "aria-label": this.#labelText, tabindex: "0", spellcheck: "false", translate: "no" }),
      EditorState.phrases.of(this.#phrases),
    ];
  }
  #relabel() {
    this.#view.dispatch({ effects: this.#label.reconfigure(this.#labelled()) });
  }

  #keep() {
    if (!this.#path) return;
    this.#states.set(this.#path, this.#view.state);
    this.#scrolls.set(this.#path, this.#view.scrollSnapshot());
  }

  #create(path, text) {
    return EditorState.create({
      doc: text,
      extensions: [
        EditorState.readOnly.of(this.#readOnly),
        lineNumbers(),
        isDockerfile(path) ? this.#language() : completion(() => null, () => this.#fixes()),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        lintGutter(),
        search({ top: true }),
        lightField,
        typeOver,
        menuUndo(this.#on),
        highlighting(path),
        syntaxHighlighting(colours),
        theme,
        this.#label.of(this.#labelled()),
        // Escape, then Tab leaves the editor: CodeMirror's own way out.
        keymap.of([
          { key: "Mod-z", run: (view) => this.#on.undo() || undo(view), preventDefault: true },
          { key: "Mod-y", mac: "Mod-Shift-z", run: (view) => this.#on.redo() || redo(view), preventDefault: true },
          { linux: "Ctrl-Shift-z", win: "Ctrl-Shift-z", run: (view) => this.#on.redo() || redo(view), preventDefault: true },
          { key: "Mod-.", run: (view) => this.#mend(view) },
          { key: "Alt-Enter", run: (view) => this.#mend(view) },
          { key: "F1", run: () => (this.#on.keys(), true) },
          ...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...lintKeymap, ...defaultKeymap, indentWithTab,
        ]),
        EditorView.updateListener.of((u) => this.#updated(u)),
      ],
    });
  }

  // language is what only Dockerfiles have.
  #language() {
    const place = (state, at) => ({ path: this.#path, text: state.doc.toString(), at });
    const texts = () => this.#texts;
    return [
      completion(place, () => this.#fixes()),
      notes(place, texts),
      folding(place),
      form(place, texts, { tidy: (view) => this.#tidy(view), keys: () => this.#on.keys() }),
      renamePanel,
      Prec.high(keymap.of([
        { key: "F2", run: rename(place, texts, (from, to) => this.#on.stage(this.#path, from, to)) },
        { key: "Alt-k", run: explain(place, texts) },
        { key: "Escape", run: closeNote },
        { key: "Shift-Alt-f", run: (view) => this.#tidy(view), preventDefault: true },
      ])),
    ];
  }

  #updated(u) {
    if (u.docChanged && u.transactions.every((tr) => tr.annotation(Transaction.remote))) return;
    if (u.docChanged) {
      const event = u.transactions.map((tr) => tr.annotation(Transaction.userEvent)).find(Boolean) ?? "";
      const kind = /^(input\.type|delete)/.exec(event)?.[1] ?? "";
      const now = performance.now();
      if (!kind || kind !== this.#typed.kind || now - this.#typed.at > PAUSE) this.#on.pause();
      this.#typed = { kind, at: now };
      this.#on.edit(this.#path, u.state.doc.toString());
    } else if (u.selectionSet) {
      this.#typed = { kind: "", at: 0 };
    }
    const line = (s) => s.doc.lineAt(s.selection.main.head).number;
    if (u.selectionSet && (u.docChanged || line(u.state) !== line(u.startState))) {
      this.#on.caret(this.#path, line(u.state));
    }
  }

  #tidy(view) {
    const { state } = view;
    if (state.readOnly) return false;
    ask("tidy", { path: this.#path, text: state.doc.toString(), at: 0 }).then((tidy) => {
      if (!tidy || view.state.doc !== state.doc) return;
      const changes = replacing(state.doc, tidy.text);
      if (changes.length) view.dispatch({ changes, userEvent: "format" });
      view.focus();
    });
    return true;
  }

  // mend offers the ways to mend what is wrong on the cursor's line.
  #mend(view) {
    const { state } = view;
    const line = state.doc.lineAt(state.selection.main.head);
    const found = [];
    forEachDiagnostic(state, (d, from, to) => {
      if (from <= line.to && to >= line.from) found.push(...(d.fixes ?? []).map((fix) => ({ fix, by: from - d.at })));
    });
    if (!found.length) {
      view.dispatch({ effects: EditorView.announce.of(this.#texts.nothing ?? "") });
      return true;
    }
    if (found.length === 1) {
      this.#run(found[0].fix, found[0].by);
      return true;
    }
    this.#mending = found.map(({ fix, by }) => ({ label: fix.title, type: "fix", apply: () => this.#run(fix, by) }));
    startCompletion(view);
    return true;
  }

  // fixes gives the ways to mend that the list is opened for, once.
  #fixes() {
    const list = this.#mending;
    this.#mending = null;
    return list;
  }

  #run(fix, by) {
    if (fix.edits) this.#apply(fix.edits, by);
    else this.#on.mend(fix.problem, fix.fix);
  }

  #apply(edits, by) {
    const changes = fitting(this.#view.state.doc, edits, by);
    if (changes) this.#view.dispatch({ changes, userEvent: "mend", scrollIntoView: true });
    this.#view.focus();
  }

  #hover(event) {
    let line = 0;
    if (event && !event.buttons) {
      const pos = this.#view.posAtCoords({ x: event.clientX, y: event.clientY }, false);
      const block = this.#view.lineBlockAt(pos);
      const y = event.clientY - this.#view.documentTop;
      if (y >= block.top && y < block.bottom) line = this.#view.state.doc.lineAt(pos).number;
    }
    if (line === this.#hoverLine) return;
    this.#hoverLine = line;
    this.#on.hover(line);
  }

  #applyMarks() {
    const { state } = this.#view;
    const { doc } = state;
    const at = (line, column) => {
      const l = doc.line(Math.min(Math.max(line, 1), doc.lines));
      return Math.min(l.from + Math.max(column, 0), l.to);
    };
    const list = (this.#marks.get(this.#path) ?? []).map((d) => {
      const from = at(d.startLine, d.startColumn);
      let to = Math.max(at(d.endLine, d.endColumn), from);
      if (to === from) to = doc.lineAt(from).to;
      const fixes = d.fixes ?? [];
      return {
        from, to, at: from, fixes, severity: d.severity, message: d.text, renderMessage: () => describe(d),
        actions: fixes.map((fix) => ({ name: fix.title, apply: (view, now) => this.#run(fix, now - from) })),
      };
    });
    list.sort((a, b) => a.from - b.from);
    this.#view.dispatch(setDiagnostics(state, list));
  }
}

// describe draws a diagnostic: what is wrong, what to do, the rule's page.
function describe(d) {
  const box = element("div", {}, element("p", {}, d.text));
  if (d.detail) box.append(element("p", {}, d.detail));
  if (d.rule) {
    const rule = d.url ? element("a", { href: d.url, target: "_blank", rel: "noopener noreferrer" }, d.rule) : d.rule;
    box.append(element("p", {}, rule));
  }
  return box;
}
