// The charts of the decision history, redrawn when a filter or the theme changes. What each one
// draws lies beside it as JSON; `applications/timeline.py` writes it.
(() => {
  "use strict";
  const CLEAR = "rgba(0,0,0,0)";
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const tone = (name) => colour(name === "accent" ? "--tblr-link-color" : `--desk-${name}`);

  const unit = (data) => (data.y === "percent" ? 100 : 1);

  function trace({ kind, name, x, y: values, colour: shade, dash }, data) {
    const y = data.horizontal ? values : values.map((v) => (v === null ? null : v * unit(data)));
    const value = data.y === "percent" ? "%{y:.1f}\u00a0%" : data.horizontal ? "%{x:,}" : "%{y:,.6~g}";
    const where = { date: "%{x|%-d %b %Y}<br>", share: "%{x:.0f}\u00a0%<br>" }[data.x] || "";
    const shown = { name, x, y, hovertemplate: `${where}${name}: ${value}<extra></extra>` };
    if (kind === "bar") {
      const orientation = data.horizontal ? "h" : "v";
      return { ...shown, type: "bar", orientation, marker: { color: tone(shade) } };
    }
    const line = { color: tone(shade), width: 2, dash: dash ? "dash" : "solid" };
    return { ...shown, type: "scatter", mode: "lines+markers", line, marker: { size: 5 } };
  }

  // A month has no fixed place for its ticks, so they stand at bars: and Plotly's own weeks
  // would begin on Sundays.
  function dates(data, width) {
    const starts = data.traces[0].x;
    const most = Math.max(2, Math.floor(width / 90));
    return {
      type: "date",
      tickformat: data.unit === "month" ? "%b %Y" : "%-d %b",
      tickvals: starts.filter((_, i) => i % Math.ceil(starts.length / most) === 0),
      tickangle: 0,
    };
  }

  // Small counts get no ticks between whole numbers.
  function whole(data) {
    if (!data.stacked && !data.horizontal) return {};
    const counts = (t) => (data.horizontal ? t.x : t.y);
    const totals = counts(data.traces[0]).map((_, i) => data.traces.reduce((sum, t) => sum + counts(t)[i], 0));
    return Math.max(0, ...totals) < 6 ? { dtick: 1 } : {};
  }

  function layout(data, width) {
    const grid = { gridcolor: colour("--desk-line"), fixedrange: true, zeroline: false };
    const bare = { gridcolor: CLEAR, fixedrange: true, zeroline: false };
    const lines = data.lines || [];
    const rows = data.horizontal ? data.traces[0].y.length : 0;
    return {
      barmode: data.stacked ? "stack" : "group",
      bargap: data.horizontal ? 0.4 : 0.25,
      height: data.horizontal ? Math.max(110, 50 + 34 * rows) : 280,
      margin: { l: data.horizontal ? 8 : 44, r: 12, t: 8, b: 32 },
      paper_bgcolor: CLEAR,
      plot_bgcolor: CLEAR,
      font: { family: colour("--desk-font"), size: 12, color: colour("--desk-text") },
      showlegend: data.traces.length > 1,
      legend: { orientation: "h", x: 0, y: 1.16, traceorder: "normal" },
      xaxis: data.horizontal
        ? { ...grid, rangemode: "tozero", tickformat: ",d", nticks: 6, ...whole(data) }
        : { ...bare, ...(data.x === "date" ? dates(data, width) : { ticksuffix: "\u00a0%" }) },
      yaxis: data.horizontal
        ? { ...bare, type: "category", automargin: true }
        : {
            ...grid,
            rangemode: "tozero",
            tickformat: data.y === "percent" ? ".0f" : ",~g",
            ticksuffix: data.y === "percent" ? "\u00a0%" : "",
            ...whole(data),
            ...(data.y_to === undefined ? {} : { range: [data.y_from * unit(data), data.y_to * unit(data)] }),
          },
      shapes: lines.map(({ at, colour: shade }) => ({
        type: "line", x0: at, x1: at, yref: "paper", y0: 0, y1: 0.98,
        line: { color: tone(shade), width: 2, dash: "dot" },
      })),
      annotations: lines.map(({ at, label, colour: shade }, i) => ({
        x: at, yref: "paper", y: 0.98 - 0.09 * i, xanchor: "left", yanchor: "top",
        text: label, showarrow: false, font: { color: tone(shade), size: 12 },
        bgcolor: colour("--desk-surface"), borderpad: 2,
      })),
      dragmode: false,
    };
  }

  function draw() {
    for (const place of document.querySelectorAll("[data-chart]")) {
      const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
      const traces = data.traces.map((each) => trace(each, data));
      const shown = layout(data, place.clientWidth);
      Plotly.react(place, traces, shown, { displayModeBar: false, responsive: true });
    }
  }

  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:afterSettle", draw);
  document.addEventListener("desk:theme", draw);
})();
