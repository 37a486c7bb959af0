// How the PD comes about: one bar for each reason, on the scale on which reasons add up. Drawn
// when the reasons arrive, redrawn when the theme or the width changes.
(() => {
  "use strict";
  const ROW = 34;
  const NARROW = 560; // px; below, a reason's name stands above its bar
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function draw() {
    const place = document.getElementById("waterfall-chart");
    const data = document.getElementById("waterfall-data");
    if (!place || !data) return;
    const { start, steps, end, ticks } = JSON.parse(data.textContent);
    const narrow = place.clientWidth < NARROW;
    const text = colour("--desk-text");
    const toned = { for: colour("--desk-approve"), against: colour("--desk-decline") };
    const points = [start.at, end.at, ...steps.flatMap((step) => [step.start, step.end])];
    const [lowest, highest] = [Math.min(...points), Math.max(...points)];
    const air = Math.max(highest - lowest, 0.2) * (narrow ? 0.24 : 0.12); // for the figures
    const marks = ticks.filter(({ at }) => at >= lowest - air && at <= highest + air);
    const labels = [start.label, ...steps.map((step) => step.label), end.label];
    const last = steps.length + 1;
    const bars = {
      type: "bar",
      orientation: "h",
      y: steps.map((_, i) => i + 1),
      base: steps.map((step) => step.start),
      x: steps.map((step) => step.end - step.start),
      width: narrow ? 0.42 : 0.6,
      offset: narrow ? 0 : -0.3,
      text: steps.map((step) => step.pd),
      textposition: "outside",
      cliponaxis: false,
      marker: { color: steps.map((step) => toned[step.direction]) },
      hoverinfo: "skip",
    };
    const line = (x, from, to, dash) => ({
      type: "line", x0: x, x1: x, y0: from, y1: to, line: { color: colour("--desk-muted"), width: 1, dash },
    });
    const low = narrow ? 0 : -0.3;
    const deep = narrow ? 0.42 : 0.3;
    // Each bar begins where the one before has ended.
    const joints = [start.at, ...steps.map((step) => step.end)]
      .map((x, i) => line(x, i + low, i + 1 + deep, "dot"));
    const ends = [[start, 0], [end, last]].map(([{ at }, row]) => ({
      type: "line", x0: at, x1: at, y0: row + low, y1: row + deep, line: { color: text, width: 3 },
    }));
    const figures = [[start, 0], [end, last]].map(([{ at, pd }, row]) => ({
      x: at, y: row + (low + deep) / 2, text: pd, showarrow: false, xanchor: "left", xshift: 6,
      font: { color: text, size: 13, weight: 650 },
    }));
    const names = narrow
      ? labels.map((label, row) => ({
        x: 0, xref: "paper", xanchor: "left", y: row - 0.22, text: label, showarrow: false,
        font: { color: text, size: 12 },
      }))
      : [];
    Plotly.react(place, [bars], {
      height: (last + 1) * (narrow ? 44 : ROW) + 44,
      margin: { l: 8, r: 8, t: 4, b: 40 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: colour("--desk-font"), size: 12.5, color: text },
      showlegend: false,
      dragmode: false,
      xaxis: {
        range: [lowest - air, highest + air],
        tickvals: marks.map(({ at }) => at),
        ticktext: marks.map(({ label }) => label),
        gridcolor: colour("--desk-line"),
        zeroline: false,
        fixedrange: true,
      },
      yaxis: {
        range: [last + 0.6, narrow ? -0.5 : -0.6],
        tickvals: narrow ? [] : labels.map((_, row) => row),
        ticktext: narrow ? [] : labels,
        ticksuffix: "  ",
        automargin: true,
        showgrid: false,
        zeroline: false,
        fixedrange: true,
      },
      shapes: [...joints, ...ends],
      annotations: [...figures, ...names],
    }, { displayModeBar: false, responsive: true });
  }

  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:afterSettle", draw);
  document.addEventListener("desk:theme", draw);
  // On a phone it is folded; "toggle" does not bubble.
  document.addEventListener("toggle", (event) => {
    if (event.target.querySelector("#waterfall-chart")) draw();
  }, true);
})();
