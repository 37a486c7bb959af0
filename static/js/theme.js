// Chooses the theme before the first paint: the reader's choice here, else the system's.
(() => {
  "use strict";
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = localStorage.getItem("theme") || (dark ? "dark" : "light");
  document.documentElement.setAttribute("data-bs-theme", theme);
})();
