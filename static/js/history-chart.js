// Decisions over time, as stacked bars, redrawn when a filter or the theme changes.
(() => {
  "use strict";
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function draw() {
    const place = document.getElementById("decisions-chart");
    const data = document.getElementById("decisions-data");
    if (!place || !data) return;
    const { starts, series, unit } = JSON.parse(data.textContent);
    const traces = series.map(({ outcome, label, counts }) => ({
      type: "bar",
      name: label,
      x: starts,
      y: counts,
      marker: { color: colour(`--desk-${outcome}`) },
      hovertemplate: `%{x|%d %b %Y}<br>${label}: %{y}<extra></extra>`,
    }));
    const most = Math.max(2, Math.floor(place.clientWidth / 90));
    const text = colour("--desk-text");
    const grid = colour("--desk-line");
    Plotly.react(place, traces, {
      barmode: "stack",
      bargap: 0.25,
      height: 280,
      margin: { l: 36, r: 8, t: 8, b: 32 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: colour("--desk-font"), size: 12, color: text },
      legend: { orientation: "h", x: 0, y: 1.14, traceorder: "normal" },
      xaxis: {
        type: "date",
        tickformat: unit === "month" ? "%b %Y" : "%d %b",
        // Only at bars: Plotly's own weeks would begin on Sundays.
        tickvals: starts.filter((_, i) => i % Math.ceil(starts.length / most) === 0),
        tickangle: 0,
        gridcolor: "rgba(0,0,0,0)",
      },
      yaxis: { gridcolor: grid, rangemode: "tozero", tickformat: "d", fixedrange: true },
      dragmode: false,
    }, { displayModeBar: false, responsive: true });
  }

  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:afterSettle", draw);
  document.addEventListener("desk:theme", draw);
})();
