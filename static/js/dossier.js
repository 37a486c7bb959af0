// Prints the whole dossier: what is folded on the screen is unfolded on paper.
(() => {
  "use strict";
  const button = document.getElementById("print");
  let opened = [];

  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const fold of opened) fold.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
  });
  button.hidden = false;
  button.addEventListener("click", () => window.print());
})();
