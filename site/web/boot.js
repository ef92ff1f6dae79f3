// What must be decided before the first paint: the theme, the language and the
// sizes of the panes that were chosen on an earlier visit, and whether a link is
// opened.
{
  const root = document.documentElement;
  // A link brings another workspace than the one that the page shows first.
  if (/(^#|&)[sw]=/.test(location.hash)) root.dataset.linked = "";
  try {
    const theme = localStorage.getItem("layerlab.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const lang = localStorage.getItem("layerlab.lang") ?? navigator.language;
    if (/^ko\b/i.test(lang)) root.lang = "ko";
    const panes = JSON.parse(localStorage.getItem("layerlab.panes") ?? "{}");
    root.dataset.closed = panes.closed?.join(" ") ?? "";
    for (const [name, size] of Object.entries(panes.sizes ?? {})) root.style.setProperty(`--${name}`, `${Number(size)}px`);
  } catch {
    // Storage is off, or holds something else: the system's theme, English, and
    // the sizes of the style sheet it is.
  }
}
