// Sets the theme before the first paint. Loaded in <head> without defer, so that a reader
// of the dark theme never sees a white flash.
(() => {
  let choice = "auto";
  try {
    choice = localStorage.getItem("siar-theme") || "auto";
  } catch {
    // Storage may be forbidden; the system's choice is then as good.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const root = document.documentElement;
  root.dataset.bsTheme = choice === "auto" ? (dark ? "dark" : "light") : choice;
  root.dataset.themeChoice = choice;
  root.classList.add("js");
})();
