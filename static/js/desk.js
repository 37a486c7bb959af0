// The desk works without this file; it adds the theme switch, and opens a folded part of the
// form when a link leads into it.
(() => {
  "use strict";
  const root = document.documentElement;
  const button = document.getElementById("theme");

  if (button) {
    const show = () => button.setAttribute("aria-pressed", root.dataset.bsTheme === "dark");
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.bsTheme);
      show();
      document.dispatchEvent(new Event("desk:theme"));
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-field]");
    const field = link && document.querySelector(link.hash);
    if (!field) return;
    const fold = field.closest("details");
    if (fold) fold.open = true;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  });

  // An expired session answers a partial update with the login page: show that whole.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.responseURL.includes("/accounts/login/")) {
      event.detail.shouldSwap = false;
      window.location.reload();
    } else if (xhr.status === 422) {
      event.detail.shouldSwap = true;
    }
  });
})();
