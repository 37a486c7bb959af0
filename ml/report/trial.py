"""What is drawn of one experiment: how it ranks, and what its decisions would cost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from ml import cost, metrics
from ml.report import groups
from ml.report.canvas import Drawing, Drawn, render

_POINTS = 600


def write(folder: Path, pd: np.ndarray, target: np.ndarray) -> None:
    """Write `curves.png`: ROC and cost per applicant of out-of-fold probabilities."""
    plot = render(Drawing("curves", "Out of fold", lambda: _draw(pd, target)))
    (folder / f"{plot.name}.png").write_bytes(plot.png)


def _draw(pd: np.ndarray, target: np.ndarray) -> Drawn:
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    left, right = figure.subplots(ncols=2)
    false, true, _ = roc_curve(target, pd)
    at = groups.thinned(len(false), _POINTS)
    left.plot(false[at], true[at])
    left.plot([0, 1], [0, 1], color="grey", linestyle=":")
    left.set(xlabel="Good payers refused", ylabel="Defaulters found")
    curve = cost.curve(pd, target)
    at = groups.thinned(len(curve.costs), _POINTS)
    right.plot(curve.cut_offs[at], curve.costs[at])
    right.axvline(curve.best, color="grey", linestyle=":")
    right.set(xlim=(0, 0.4), xlabel="Refused from this PD on", ylabel="Cost per applicant")
    alt = f"AUC {metrics.auc(pd, target):.3f}; lowest cost {curve.costs.min():.3f} per applicant."
    return Drawn(figure, alt)
