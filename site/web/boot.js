// What must be decided before the first paint: the theme and the language that
// were chosen on an earlier visit.
{
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("layerlab.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const lang = localStorage.getItem("layerlab.lang") ?? navigator.language;
    if (/^ko\b/i.test(lang)) root.lang = "ko";
  } catch {
    // Storage is off: the system's theme and English it is.
  }
}
