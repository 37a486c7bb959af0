// The application form works without this file; it saves while one types, says so, and keeps the
// marks of wrong inputs in step with their messages.
(() => {
  "use strict";
  const PAUSE = 3000;
  let timer = 0;
  let dirty = false; // typed since the last save
  let leaving = false; // the form itself is being sent

  const form = () => document.getElementById("application-form");
  const state = () => document.getElementById("save-state");

  function save() {
    clearTimeout(timer);
    if (!state() || leaving) return;
    dirty = false;
    htmx.trigger(state(), "desk:save");
  }

  function later(pause = PAUSE) {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }

  function typed(event) {
    if (event.target.closest("#application-form")) later();
  }

  function markWrongInputs() {
    for (const message of document.querySelectorAll(".desk-field-error")) {
      const input = document.getElementById(message.id.replace(/_error$/, ""));
      if (!input) continue;
      if (message.hidden) input.removeAttribute("aria-invalid");
      else input.setAttribute("aria-invalid", "true");
    }
  }

  function notSaved() {
    const words = document.getElementById("no-connection");
    state().replaceChildren(words.content.cloneNode(true));
    later(3 * PAUSE);
  }

  document.addEventListener("input", typed);
  document.addEventListener("change", typed);

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target === state() && !event.detail.successful) notSaved();
    if (event.target.matches(".desk-field")) markWrongInputs();
  });

  // What a look-up filled in is worth saving as well.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "application-form") later();
  });

  // A save under way would make what is sent now look like a change in another window.
  document.addEventListener("submit", (event) => {
    if (event.target !== form() || event.defaultPrevented) return;
    if (state().classList.contains("htmx-request")) {
      event.preventDefault();
      const { submitter } = event;
      state().addEventListener("htmx:afterRequest", () => form().requestSubmit(submitter), {
        once: true,
      });
      return;
    }
    leaving = true;
    clearTimeout(timer);
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden && dirty) save();
  });

  // The page goes away: htmx could no longer send, the browser still can.
  window.addEventListener("pagehide", () => {
    if (!dirty || leaving || !form()) return;
    const data = new FormData(form());
    data.set("action", "autosave");
    dirty = false;
    navigator.sendBeacon(form().getAttribute("action"), data);
    sessionStorage.setItem(`left-${data.get("key")}`, data.get("seen"));
  });

  window.addEventListener("pageshow", (event) => {
    leaving = false;
    if (!form()) return;
    const data = new FormData(form());
    const left = `left-${data.get("key")}`;
    const overtaken = sessionStorage.getItem(left) === data.get("seen");
    sessionStorage.removeItem(left);
    // Back again, from the browser's memory: the draft may be newer than this page knows.
    if (event.persisted) save();
    // A reload was faster than what was sent as the page went away: it shows the state before.
    else if (overtaken) setTimeout(() => dirty || window.location.reload(), 500);
  });
})();
