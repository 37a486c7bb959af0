// Charts write months, days and numbers in the language of the page, as the browser knows it.
(() => {
  "use strict";
  const language = document.documentElement.lang || "en";
  if (language.startsWith("en")) return; // what Plotly speaks by itself
  const named = (options, dates) => {
    const format = new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
    return dates.map((date) => format.format(date));
  };
  const months = Array.from({ length: 12 }, (_, i) => Date.UTC(2026, i, 1));
  const days = Array.from({ length: 7 }, (_, i) => Date.UTC(2026, 1, 1 + i)); // from a Sunday
  const parts = new Intl.NumberFormat(language).formatToParts(1234567.5);
  const sign = (type) => parts.find((part) => part.type === type).value;

  Plotly.register({
    moduleType: "locale",
    name: language,
    dictionary: {},
    format: {
      days: named({ weekday: "long" }, days),
      shortDays: named({ weekday: "short" }, days),
      months: named({ month: "long" }, months),
      shortMonths: named({ month: "short" }, months),
      decimal: sign("decimal"),
      thousands: sign("group"),
    },
  });
  Plotly.setPlotConfig({ locale: language });
})();
