// Approved share by group, at today's and the tried cut-offs; four fifths of the best as a line.
(() => {
  "use strict";
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function drawOne(place) {
    const data = document.getElementById(place.dataset.chart);
    if (!data) return;
    const { groups, today, tried, words } = JSON.parse(data.textContent);
    const same = today.join() === tried.join();
    const bars = (values, name, paint) => ({
      type: "bar", orientation: "h", name, y: groups, x: values, marker: { color: paint },
      hovertemplate: `%{y}<br>${name}: %{x:.1f}\u00a0%<extra></extra>`,
    });
    const reference = 0.8 * Math.max(...today, 0);
    const traces = same
      ? [bars(today, words.today, colour("--tblr-link-color"))]
      : [bars(tried, words.tried, colour("--desk-refer")), bars(today, words.today, colour("--tblr-link-color"))];
    Plotly.react(place, traces, {
      height: 70 + groups.length * (same ? 34 : 50),
      margin: { l: 8, r: 16, t: same ? 8 : 30, b: 32 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: colour("--desk-font"), size: 12, color: colour("--desk-text") },
      showlegend: !same,
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "reversed" },
      xaxis: { range: [0, 100], ticksuffix: "\u00a0%", gridcolor: colour("--desk-line"), fixedrange: true },
      yaxis: { automargin: true, autorange: "reversed", fixedrange: true, ticksuffix: "  " },
      shapes: [{
        type: "line", yref: "paper", y0: 0, y1: 1, x0: reference, x1: reference,
        line: { color: colour("--desk-decline"), width: 1.5, dash: "dash" },
      }],
      dragmode: false,
      bargap: 0.3,
    }, { displayModeBar: false, responsive: true });
  }

  const draw = () => document.querySelectorAll("[data-chart]").forEach(drawOne);
  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:afterSettle", draw);
  document.addEventListener("desk:theme", draw);
})();
