// The editor: CodeMirror in a shadow root, where its style sheets are adopted
// instead of written into the page (a strict content policy forbids those),
// and where the page's own rules do not reach.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { instructions } from "./dockerfile.js";

const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "transparent", fontSize: "14px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "24px", overflow: "auto" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--accent-strong)" },
  ".cm-line": { padding: "0 16px 0 8px" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-3)", border: "none", paddingLeft: "4px" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "24px", padding: "0 8px 0 0", fontSize: "12px" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--accent-strong)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--select)",
  },
  ".cm-line.cm-chosen": { backgroundColor: "var(--chosen)", boxShadow: "inset 2px 0 0 var(--accent)" },
  ".cm-line.cm-lit": { backgroundColor: "var(--lit)" },
  ".cm-matchingBracket": { backgroundColor: "var(--lit)", outline: "1px solid var(--line-2)" },
  ".cm-gutter-lint": { width: "12px" },
  ".cm-lint-marker": { width: "8px", height: "8px", marginTop: "8px" },
  ".cm-lint-marker-error": { content: "none", backgroundColor: "var(--removed)", borderRadius: "50%" },
  ".cm-lint-marker-warning": { content: "none", backgroundColor: "var(--modified)" },
  ".cm-lintRange-error, .cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--removed) 1px",
    textUnderlineOffset: "4px",
    paddingBottom: "0",
  },
  ".cm-lintRange-warning": { textDecorationColor: "var(--modified)" },
  ".cm-tooltip": {
    color: "var(--ink)",
    backgroundColor: "var(--float)",
    border: "1px solid var(--line-2)",
    borderRadius: "4px",
    boxShadow: "var(--shadow)",
    maxWidth: "min(420px, 90vw)",
  },
  ".cm-diagnostic": { padding: "8px 12px", border: "none", fontFamily: "var(--sans)", fontSize: "14px", lineHeight: "20px" },
  ".cm-diagnostic p": { margin: "0" },
  ".cm-diagnostic p + p": { marginTop: "4px", color: "var(--ink-2)" },
  ".cm-diagnostic a": { color: "var(--accent-strong)" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "14px" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "2px 8px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--chosen)", color: "var(--ink)" },
  ".cm-completionDetail": { color: "var(--ink-2)", fontStyle: "normal", fontFamily: "var(--sans)", fontSize: "12px" },
  ".cm-panels": { backgroundColor: "var(--paper-2)", color: "var(--ink)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword], color: "var(--code-word)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-text)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--ink-3)", fontStyle: "italic" },
  { tag: [tags.variableName, tags.propertyName, tags.attributeName], color: "var(--code-name)" },
  { tag: [tags.number, tags.atom, tags.bool], color: "var(--code-text)" },
]);

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

// Typing over several lines makes Chromium join them with an inline style,
// which the content policy blocks with an error on the console. Here the
// editor replaces the lines itself.
const typeOverLines = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state } = view;
    const { from, to } = state.selection.main;
    if (event.inputType !== "insertText" || view.composing || !event.data) return false;
    if (state.doc.lineAt(from).number === state.doc.lineAt(to).number) return false;
    event.preventDefault();
    view.dispatch(state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

const dockerfileName = /(^|\/)(Dockerfile(\.[^/]*)?|[^/]*\.Dockerfile)$/;
const shellName = /\.(sh|bash)$/i;

function language(path) {
  if (dockerfileName.test(path) && !path.endsWith(".dockerignore")) {
    return [StreamLanguage.define(dockerFile), autocompletion({ override: [instructions] })];
  }
  return shellName.test(path) ? [StreamLanguage.define(shell)] : [];
}

// on is {edit(path, text), caret(path, line), hover(line)}.
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
    this.#view.dispatch({ effects: this.#label.reconfigure(this.#labelled()) });
  }
  #labelText = "Dockerfile";
  #labelled() {
    return EditorView.contentAttributes.of({ "aria-label": this.#labelText, tabindex: "0", spellcheck: "false", translate: "no" });
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
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        lintGutter(),
        lightField,
        typeOverLines,
        language(path),
        syntaxHighlighting(colours),
        theme,
        this.#label.of(this.#labelled()),
        // Escape, then Tab leaves the editor: CodeMirror's own way out.
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
        EditorView.updateListener.of((u) => {
          if (u.docChanged) this.#on.edit(this.#path, u.state.doc.toString());
          const line = (s) => s.doc.lineAt(s.selection.main.head).number;
          if (u.selectionSet && (u.docChanged || line(u.state) !== line(u.startState))) {
            this.#on.caret(this.#path, line(u.state));
          }
        }),
      ],
    });
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
      return { from, to, severity: d.severity, message: d.text, renderMessage: () => explain(d) };
    });
    list.sort((a, b) => a.from - b.from);
    this.#view.dispatch(setDiagnostics(state, list));
  }
}

// explain draws a diagnostic: what is wrong, what to do, the rule's page.
function explain(d) {
  const box = document.createElement("div");
  const line = (text) => {
    const p = document.createElement("p");
    p.textContent = text;
    box.append(p);
    return p;
  };
  line(d.text);
  if (d.detail) line(d.detail);
  if (d.rule) {
    const p = line("");
    if (d.url) {
      const a = document.createElement("a");
      a.href = d.url;
      a.target = "_blank";
      a.rel = "noopener noreferrer";
      a.textContent = d.rule;
      p.append(a);
    } else {
      p.textContent = d.rule;
    }
  }
  return box;
}
