// Cost over a single cut-off, and the spread of the PDs, with today's and the tried cut-offs.
(() => {
  "use strict";
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const line = (x, name, dash) => ({
    type: "line", x0: x, x1: x, yref: "paper", y0: 0, y1: 1,
    line: { color: colour(name), width: 1.75, dash },
  });
  const band = ([from, to], name, opacity) => ({
    type: "rect", x0: from, x1: to, yref: "paper", y0: 0, y1: 1, layer: "below",
    fillcolor: colour(name), opacity, line: { width: 0 },
  });

  function layout({ today, tried, cut_offs: xs, words }, height) {
    const same = today.join() === tried.join();
    const cuts = (pair, name, dash) => [...new Set(pair)].map((x) => line(x, name, dash));
    return {
      height,
      margin: { l: 48, r: 8, t: 8, b: 40 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: colour("--desk-font"), size: 12, color: colour("--desk-text") },
      showlegend: false,
      xaxis: {
        title: { text: words.cut_off, standoff: 8 }, tickformat: ".0f", ticksuffix: "\u00a0%", fixedrange: true,
        range: [0, xs[xs.length - 1]], gridcolor: colour("--desk-line"), zeroline: false,
      },
      yaxis: { ticks: "outside", ticklen: 8, tickcolor: "rgba(0,0,0,0)", gridcolor: colour("--desk-line"), rangemode: "tozero", fixedrange: true, zeroline: false },
      shapes: [
        ...(same ? [] : [band(today, "--desk-muted", 0.14), ...cuts(today, "--desk-muted", "dot")]),
        band(tried, "--desk-refer", 0.16),
        ...cuts(tried, "--desk-refer", "solid"),
      ],
      dragmode: false,
      hovermode: "x",
      bargap: 0.15,
    };
  }

  function inPercent(data) {
    const all = (shares) => shares.map((share) => 100 * share);
    return {
      ...data,
      today: all(data.today),
      tried: all(data.tried),
      cut_offs: all(data.cut_offs),
      distribution: all(data.distribution),
      best: { ...data.best, cut_off: 100 * data.best.cut_off },
    };
  }

  function draw() {
    const data = document.getElementById("simulation-data");
    const cost = document.getElementById("cost-chart");
    const spread = document.getElementById("spread-chart");
    if (!data || !cost || !spread) return;
    const found = inPercent(JSON.parse(data.textContent));
    const { words, cut_offs: xs, costs, best, distribution } = found;
    const options = { displayModeBar: false, responsive: true };
    Plotly.react(cost, [
      {
        type: "scatter", mode: "lines", x: xs, y: costs, name: words.cost,
        line: { color: colour("--tblr-link-color"), width: 2.5 },
        hovertemplate: `${words.cut_off} %{x:.1f}\u00a0%<br>${words.cost}: %{y:.3f}<extra></extra>`,
      },
      {
        type: "scatter", mode: "markers", x: [best.cut_off], y: [best.cost], name: words.best,
        marker: { color: colour("--desk-approve"), size: 10, line: { width: 2, color: colour("--desk-surface") } },
        hovertemplate: `${words.best}: %{x:.1f}\u00a0%<extra></extra>`,
      },
    ], layout(found, 300), options);
    const lower = layout(found, 200);
    Object.assign(lower.yaxis, { tickformat: ".0f", ticksuffix: "\u00a0%" });
    Plotly.react(spread, [{
      type: "bar", x: distribution.map((_, i) => i + 0.5), y: distribution,
      name: words.share, marker: { color: colour("--tblr-link-color"), opacity: 0.75 },
      hovertemplate: `%{x:.1f}\u00a0%<br>${words.share}: %{y:.1f}\u00a0%<extra></extra>`,
    }], lower, options);
  }

  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:afterSettle", draw);
  document.addEventListener("desk:theme", draw);
})();
