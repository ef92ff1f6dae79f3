// Where the page is: its root, the link it was opened with, and the links that
// it gives away.

// The page's folder, in the assets of which this script lies. A page in one
// file is its own folder.
const source = document.currentScript?.src;
export const root = source ? new URL("../", source) : new URL(location.pathname, location.href);

// oneFile tells whether the page is one file: it has no site, neither to store
// workspaces nor to embed them from.
export const oneFile = !source;
const stores = !oneFile && /^https?:$/.test(root.protocol);

const kept = "layerlab.guest"; // sessionStorage: what became of a shared workspace in this tab
const KEPT_MOST = 2 << 20;

// linked tells whether the page's address brings a workspace.
export const linked = () => /(^#|&)[sw]=/.test(location.hash);

// id is that of a short link: the site leads /s/ID to #s=ID. What stood after a
// link in a sentence is often taken along; anything else is no ID.
const id = () => /(?:^#|&)s=([\w-]{1,128})[.,;:!?)\]}>'"]*(?:&|$)/.exec(location.hash)?.[1] ?? "";

// PATIENCE is how long the site may take to give a workspace, in ms.
const PATIENCE = 20_000;

const views = /(^#|&)(stage|step|tab|file|line)=/;

// read gives the link of the page's address to tell, at once or when the site
// has answered; nothing where there is none. With same it is the view alone.
export function read(tell, same = false) {
  const fragment = location.hash.slice(1);
  if (!linked() || same) {
    if (views.test(location.hash)) tell({ fragment: fragment.replace(/(^|&)[sw]=[^&]*/, ""), alone: true });
    return;
  }
  const link = { fragment, id: id(), from: referrer(), ...recall() };
  if (link.kept) return tell(link);
  // Without a workspace in the link itself its ID must be one.
  if (!link.id) return tell(/(^|&)w=/.test(fragment) ? link : { ...link, failure: "broken" });
  if (!stores) return tell({ ...link, failure: "unstored" });
  fetch(new URL(`api/share/${link.id}`, root), { signal: AbortSignal.timeout(PATIENCE) }).then(
    async (res) => {
      if (res.ok) await res.text().then((text) => tell({ ...link, text }), () => tell({ ...link, failure: "offline" }));
      // A site without a store knows no such address at all.
      else tell({ ...link, failure: res.status === 404 || res.status === 410 ? "absent" : "unstored" });
    },
    () => tell({ ...link, failure: "offline" }),
  );
}

function referrer() {
  try {
    const host = new URL(document.referrer).host;
    return host === location.host ? "" : host;
  } catch {
    return "";
  }
}

// What is changed in a shared workspace stays in this tab, under its link, so
// that loading the page again loses nothing.
function recall() {
  try {
    const { link, workspace, open } = JSON.parse(sessionStorage.getItem(kept));
    if (link && link === address()) return { kept: workspace, open };
  } catch {
    // Nothing is kept, or it cannot be read.
  }
  return {};
}

export function keep(link, workspace, open) {
  try {
    const text = JSON.stringify({ link, workspace, open });
    if (text.length <= KEPT_MOST) sessionStorage.setItem(kept, text);
  } catch {
    // The link still holds what it held.
  }
}

export function forget() {
  try {
    sessionStorage.removeItem(kept);
  } catch {
    // There is none.
  }
}

// address is the link without the view, which may change under it.
export function address() {
  return id() || /(?:^#|&)w=([^&]*)/.exec(location.hash)?.[1];
}

let last = address();

// left takes the link out of the address bar; the way back leads to it again.
export function left() {
  history.pushState(null, "", root);
  last = address();
}

// watch calls heard when the address becomes another one. Same says that the
// workspace it names is the same as before, so that only the view is new.
export function watch(heard) {
  addEventListener("hashchange", () => {
    const same = Boolean(address()) && address() === last; // what is no link is so anew
    last = address();
    heard(same);
  });
}

// to is the address that opens a fragment. A short link without a view has a
// path of its own, which is nicer to read out.
export function to(fragment) {
  const stored = /^s=([\w-]+)$/.exec(fragment)?.[1];
  if (stored) return new URL(`s/${stored}`, root).href;
  return fragment ? `${root.href}#${fragment}` : "";
}

// publish stores a text on the site and gives its ID to tell, or why there is
// none.
export async function publish(text, tell) {
  if (!stores) return tell("", "unstored");
  if (!navigator.onLine) return tell("", "offline");
  try {
    const headers = { "content-type": "text/plain; charset=utf-8" };
    const res = await fetch(new URL("api/share", root), { method: "POST", headers, body: text });
    if (res.status === 201 || res.status === 200) return tell((await res.json()).id, "");
    if ([404, 405, 501].includes(res.status)) return tell("", "unstored");
    if ([429, 503, 507].includes(res.status)) return tell("", "full");
    return tell("", `${res.status}: ${(await res.text()).trim()}`);
  } catch {
    return tell("", "offline");
  }
}

// snippet is the HTML that embeds a workspace. A page that is one file has no
// embed.js beside it: there the address is one to put that of a site in.
export function snippet(text) {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const site = oneFile ? "https://layerlab.example/" : root.href;
  return `<script src="${site}embed.js" defer></script>\n<layer-lab view="stack"><pre>\n${escaped}</pre></layer-lab>\n`;
}
