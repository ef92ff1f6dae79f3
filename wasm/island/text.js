// Islands for long texts, which Vugu must not carry: documents, output, the
// content of files, links, the journal of a build.
import { journal } from "./journal.js";
import { snippet, to } from "./link.js";

const filled = new Map(); // island -> {kind, text}
const places = new Map(); // island -> element

// mount tells where an island is. It is called at every render.
export function mount(el, island) {
  if (places.get(island) === el) return;
  places.set(island, el);
  draw(island);
}

export function fill(island, kind, text) {
  filled.set(island, { kind, text });
  draw(island);
}

// textOf is the text of an island, or of the element of that ID.
export function textOf(island) {
  const el = places.get(island) ?? document.getElementById(island);
  return el.querySelector("input")?.value ?? el.textContent;
}

function draw(island) {
  const el = places.get(island);
  const content = filled.get(island);
  if (!el?.isConnected || !content) return;
  el.replaceChildren(...(kinds[content.kind] ?? kinds.text)(content.text, el));
}

// markdown draws the little of it that lessons use: a title, paragraphs, lists,
// code, emphasis and links.
function markdown(text) {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((block) => {
      const heading = /^(#{1,3}) (.*)/.exec(block);
      if (heading) return inline(document.createElement(heading[1].length === 1 ? "h3" : "h4"), heading[2]);
      if (block.startsWith("```")) {
        const pre = document.createElement("pre");
        pre.textContent = block.replace(/^```.*\n?|\n?```$/g, "");
        return pre;
      }
      if (/^[-*] /.test(block)) {
        const list = document.createElement("ul");
        const items = block.split(/\n(?=[-*] )/).map((i) => inline(document.createElement("li"), i.slice(2)));
        list.append(...items);
        return list;
      }
      return inline(document.createElement("p"), block);
    });
}

function inline(el, text) {
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((https:[^)\s]+)\)/g;
  let end = 0;
  for (const m of text.matchAll(pattern)) {
    el.append(text.slice(end, m.index));
    const part = document.createElement(m[1] ? "code" : m[2] ? "strong" : "a");
    part.textContent = m[1] ?? m[2] ?? m[3];
    if (m[4]) Object.assign(part, { href: m[4], target: "_blank", rel: "noopener noreferrer" });
    el.append(part);
    end = m.index + m[0].length;
  }
  el.append(text.slice(end).replace(/\n/g, " "));
  return el;
}

const span = (name, text) => {
  const el = document.createElement("span");
  if (name) el.className = name;
  el.textContent = text;
  return el;
};

const kinds = {
  text: (text) => [document.createTextNode(text)],
  json: (text) => {
    if (!text) return [];
    try {
      return tokens(JSON.stringify(JSON.parse(text), null, 2));
    } catch {
      return [document.createTextNode(text)];
    }
  },
  // linked is JSON in which digests that name something lead there.
  linked(json) {
    const { text, links } = JSON.parse(json);
    const list = kinds.json(text);
    for (const token of list) {
      const digest = token.textContent.slice(1, -1);
      if (token.className !== "j-digest" || !links[digest]) continue;
      const link = Object.assign(document.createElement("button"), { type: "button", textContent: token.textContent, title: links[digest] });
      link.dataset.follow = digest;
      token.replaceChildren(link);
    }
    return list;
  },
  markdown,
  embed: (text) => [document.createTextNode(snippet(text))],
  link: (fragment, el) => field(to(fragment), el),
  journal,
  open: (fragment, el) => [away(to(fragment), el)],
  hex: (base64, el) => [document.createTextNode(dump(atob(base64), el))],
  hextext: (text, el) => [document.createTextNode(dump(Array.from(new TextEncoder().encode(text), (c) => String.fromCharCode(c)).join(""), el))],
  // A picture is drawn as <img>, in which nothing of an SVG runs.
  picture(json, el) {
    const { type, base64, text, name } = JSON.parse(json);
    const bytes = base64 ? Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)) : new TextEncoder().encode(text ?? "");
    URL.revokeObjectURL(el.dataset.url);
    el.dataset.url = URL.createObjectURL(new Blob([bytes], { type }));
    return [Object.assign(document.createElement("img"), { src: el.dataset.url, alt: name, className: "picture" })];
  },
  diff: (json) => (JSON.parse(json) ?? []).map(line),
};

// away leads to an address beside this page.
function away(address, el) {
  const a = document.createElement("a");
  Object.assign(a, { href: address, target: "_blank", rel: "noopener", textContent: el.dataset.label });
  a.hidden = !address;
  return a;
}

// field shows an address to take.
function field(address, el) {
  const input = document.createElement("input");
  input.readOnly = true;
  input.value = address;
  input.ariaLabel = el.dataset.label;
  input.onfocus = () => input.select();
  return [input];
}

// line draws a line of a comparison: sign, numbers, text.
function line({ sign, old, new: now, text }) {
  const el = span({ "+": "diff-new", "-": "diff-old", "@": "diff-gap" }[sign] ?? "diff-same", "");
  if (sign === "@") {
    el.append(span("diff-number", "⋯"));
    return el;
  }
  const what = { "+": "ins", "-": "del" }[sign] ?? "span";
  const body = Object.assign(document.createElement(what), { className: "diff-text", textContent: text || " " });
  el.append(span("diff-number", old ?? ""), span("diff-number", now ?? ""), span("diff-sign", sign), body);
  return el;
}

// tokens colours JSON: keys, texts, digests, numbers.
function tokens(text) {
  const out = [];
  const pattern = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|true|false|null/g;
  let end = 0;
  for (const m of text.matchAll(pattern)) {
    if (m.index > end) out.push(document.createTextNode(text.slice(end, m.index)));
    const name = !m[1] ? "j-num" : m[2] ? "j-key" : /^"sha256:[0-9a-f]{64}"$/.test(m[1]) ? "j-digest" : "j-text";
    out.push(span(name, m[1] ?? m[0]));
    if (m[2]) out.push(document.createTextNode(m[2]));
    end = m.index + m[0].length;
  }
  out.push(document.createTextNode(text.slice(end)));
  return out;
}

// dump writes bytes as hexdump -C does, in lines that fit.
function dump(bytes, el) {
  const lines = [];
  const width = el.clientWidth < 600 ? 8 : 16;
  for (let i = 0; i < bytes.length; i += width) {
    const row = [...bytes.slice(i, i + width)];
    const hex = row.map((c) => c.charCodeAt(0).toString(16).padStart(2, "0"));
    const text = row.map((c) => (c >= " " && c <= "~" ? c : ".")).join("");
    lines.push(`${i.toString(16).padStart(8, "0")}  ${hex.join(" ").padEnd(width * 3 - 1)}  ${text}`);
  }
  return lines.join("\n");
}
