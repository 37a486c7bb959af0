// Puts a slider under each number that has one; without this file the number alone does.
(() => {
  "use strict";
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
      value: number.value,
    });
    slider.setAttribute("aria-label", label.textContent);
    slider.addEventListener("input", () => { number.value = slider.value; });
    number.addEventListener("input", () => { slider.value = number.value; });
    place.querySelector(".desk-unit, input").after(slider);
  }
})();
