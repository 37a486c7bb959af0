// Trying terms works without this file; it empties the instalment when their number is typed
// and the other way round, and tells screen readers which inputs are wrong.
(() => {
  "use strict";
  const form = document.getElementById("what-if-form");
  if (!form) return;

  const instead = { instalments: "instalment", instalment: "instalments" };
  form.addEventListener("input", (event) => {
    const other = form.elements[instead[event.target.name]];
    if (other && event.target.value) other.value = "";
  });

  document.addEventListener("htmx:afterRequest", () => {
    for (const slot of form.querySelectorAll(".desk-what-if-error")) {
      const input = document.getElementById(slot.id.replace(/_error$/, ""));
      input.toggleAttribute("aria-invalid", false);
      if (slot.firstElementChild) input.setAttribute("aria-invalid", "true");
    }
  });
})();
