// What must be decided before the first paint: the theme, the language and the
// sizes of the panes that were chosen on an earlier visit, and whether a link is
// opened.
{
  // A style sheet for those sizes: on the elements, renders would take them away.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".bench, .left {}");
  document.adoptedStyleSheets = [sheet];
  document.sizes = sheet.cssRules[0].style;
  const root = document.documentElement;
  // stopped says that the page does not work: "unloaded", "unable" or "stopped",
  // and whether what was typed is kept; null where nothing could be typed.
  document.stopped = (why, kept) => {
    const notice = document.getElementById("stopped");
    if (!notice.hidden) return; // the first reason
    for (const p of notice.querySelectorAll("[data-why]")) p.hidden = p.dataset.why !== why;
    for (const p of notice.querySelectorAll("[data-kept]")) p.hidden = p.dataset.kept !== String(kept);
    notice.querySelector("button").onclick = () => location.reload();
    notice.hidden = false;
    const status = document.querySelector(".status");
    status.dataset.status = "stopped";
    status.querySelector(".status-text").textContent = root.lang === "ko" ? "멈춤" : "Stopped";
  };
  // A script that does not arrive, or that this browser does not understand.
  addEventListener("error", ({ target }) => {
    if (globalThis.layerlab || (target !== window && target.tagName !== "SCRIPT")) return;
    const say = () => document.stopped(target === window ? "unable" : "unloaded", null);
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", say);
    else say();
  }, true);
  // A link brings another workspace than the one that the page shows first.
  if (/(^#|&)[sw]=/.test(location.hash)) root.dataset.linked = "";
  const asked = new URLSearchParams(location.search);
  if (/\/embed\.html$/.test(location.pathname)) {
    // Inside another page: what to show, as words; see wasm/island/embed.js.
    root.dataset.embed = (asked.get("view") ?? "").match(/[a-z]+/g)?.join(" ") ?? "stack";
    if (["light", "dark"].includes(asked.get("theme"))) root.dataset.theme = asked.get("theme");
    root.lang = asked.get("language") ?? (/^ko\b/i.test(navigator.language) ? "ko" : "en");
  } else try {
    const theme = localStorage.getItem("layerlab.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const lang = localStorage.getItem("layerlab.lang") ?? navigator.language;
    if (/^ko\b/i.test(lang)) root.lang = "ko";
    const panes = JSON.parse(localStorage.getItem("layerlab.panes") ?? "{}");
    root.dataset.closed = panes.closed?.join(" ") ?? "";
    for (const [name, size] of Object.entries(panes.sizes ?? {})) document.sizes.setProperty(`--${name}`, `${Number(size)}px`);
  } catch {
    // Storage is off, or holds something else: the system's theme, English, and
    // the sizes of the style sheet it is.
  }
}
