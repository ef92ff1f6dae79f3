// What must be decided before the first paint: the theme and the language that
// were chosen on an earlier visit, and whether a link is opened.
{
  const root = document.documentElement;
  // A link brings another workspace than the one that the page shows first.
  if (/(^#|&)[sw]=/.test(location.hash)) root.dataset.linked = "";
  try {
    const theme = localStorage.getItem("layerlab.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const lang = localStorage.getItem("layerlab.lang") ?? navigator.language;
    if (/^ko\b/i.test(lang)) root.lang = "ko";
  } catch {
    // Storage is off: the system's theme and English it is.
  }
}
