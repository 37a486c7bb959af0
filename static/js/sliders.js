// Puts a slider under each number that has one; without this file the number alone does.
// Numbers are typed in the reader's language: 3,5 in French.
(() => {
  "use strict";
  const written = new Intl.NumberFormat(document.documentElement.lang, {
    maximumFractionDigits: 2,
    useGrouping: false,
  });
  const read = (text) => text.replace(/\s/g, "").replace(",", ".");

  for (const place of document.querySelectorAll("[data-slider]")) {
    const number = place.querySelector("input");
    const label = place.querySelector("label");
    if (!number || !label) continue;
    const slider = document.createElement("input");
    Object.assign(slider, {
      type: "range",
      min: place.dataset.lowest,
      max: place.dataset.highest,
      step: place.dataset.step,
      className: "form-range desk-slider",
      value: read(number.value),
    });
    slider.setAttribute("aria-label", label.textContent);
    slider.addEventListener("input", () => { number.value = written.format(slider.value); });
    number.addEventListener("input", () => {
      const typed = read(number.value);
      if (typed && !Number.isNaN(Number(typed))) slider.value = typed;
    });
    place.querySelector(".desk-unit, input").after(slider);
  }
})();
