"""The report inside a bundle: a model card and plots, readable without anything else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from ml import cost
from ml.concepts import Concept

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rows = tuple[np.ndarray, np.ndarray]
_STEP = "Writing the report"
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.3rem .8rem;text-align:left;"
    "border-bottom:1px solid #ccc}img{max-width:100%;margin:.5rem 0}"
)


@dataclass(frozen=True)
class Figures:
    """What the report shows.

    Attributes
    ----------
    manifest : dict
        Content of `bundle.json`.
    oof, hold_out : tuple of arrays
        Probabilities of default and outcomes.
    importance : array, shape (n_features,)
        Gain of each feature.
    """

    manifest: dict[str, Any]
    oof: Rows
    hold_out: Rows
    importance: np.ndarray


def write(folder: Path, figures: Figures, progress: Callable[[str, int, int], None]) -> None:
    """Write the plots and the model card into `folder`."""
    plots: dict[str, tuple[str, Callable[[Axes, Figures], None]]] = {
        "roc": ("How well the score ranks (ROC curve)", _roc),
        "calibration": ("Whether the probabilities hold (reliability)", _reliability),
        "cost": ("Cost per applicant over cut-offs", _cost),
        "importance": ("What the score rests on", _importance),
    }
    folder.mkdir(parents=True)
    for done, (name, (title, draw)) in enumerate(plots.items()):
        progress(_STEP, done, len(plots))
        _plot(folder / f"{name}.png", title, draw, figures)
    images = "".join(
        f'<h2>{escape(title)}</h2><img src="{name}.png" alt="{escape(title)}">'
        for name, (title, _) in plots.items()
    )
    (folder / "index.html").write_text(_card(figures.manifest, images), encoding="utf-8")
    progress(_STEP, len(plots), len(plots))


def _plot(file: Path, title: str, draw: Callable[[Axes, Figures], None], figures: Figures) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, needed here only

    figure = Figure(figsize=(8, 5), dpi=100, layout="constrained")
    axes = figure.subplots()
    draw(axes, figures)
    axes.set_title(title)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, metadata={"Software": None})


def _roc(axes: Axes, figures: Figures) -> None:
    for label, (pd, target) in (("Out of fold", figures.oof), ("Hold-out", figures.hold_out)):
        caught = target[np.argsort(-pd, kind="stable")] == 1
        found = np.append(0, np.cumsum(caught)) / caught.sum()
        false = np.append(0, np.cumsum(~caught)) / (~caught).sum()
        axes.plot(false, found, label=label)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    axes.set(xlabel="Good clients refused (share)", ylabel="Defaulters found (share)")
    axes.legend()


def _reliability(axes: Axes, figures: Figures) -> None:
    for label, (pd, target) in (("Out of fold", figures.oof), ("Hold-out", figures.hold_out)):
        groups = np.array_split(np.argsort(pd, kind="stable"), 10)
        axes.plot(
            [pd[g].mean() for g in groups],
            [target[g].mean() for g in groups],
            marker="o",
            label=label,
        )
    end = axes.get_xlim()[1]
    axes.plot([0, end], [0, end], color="grey", linewidth=0.8)
    axes.set(xlabel="Predicted probability of default", ylabel="Observed share of defaults")
    axes.legend()


def _cost(axes: Axes, figures: Figures) -> None:
    cut_offs = figures.manifest["cut_offs"]
    ratio = figures.manifest["cost_ratio"]
    for label, (pd, target) in (("Out of fold", figures.oof), ("Hold-out", figures.hold_out)):
        curve = cost.curve(pd, target, ratio)
        axes.plot(curve.cut_offs, curve.costs, label=label)
    axes.axvspan(cut_offs["refer_from"], cut_offs["decline_from"], alpha=0.15, label="Referred")
    axes.axvline(cut_offs["cost_optimal"], color="grey", linewidth=0.8)
    axes.set(xlim=(0, 0.4), xlabel="Refused from this PD on", ylabel="Cost per applicant")
    axes.legend()


def _importance(axes: Axes, figures: Figures) -> None:
    gain = figures.importance / max(figures.importance.sum(), 1e-12)
    top = np.argsort(-gain, kind="stable")[:20][::-1]
    labels = [figures.manifest["features"][j]["label"] for j in top]
    axes.barh([fill(label, 60) for label in _distinct(labels)], gain[top])
    axes.set(xlabel="Share of the gain")
    axes.tick_params(axis="y", labelsize=7)


def _distinct(labels: list[str]) -> list[str]:
    """Number labels that occur twice, so that each has its own bar."""
    seen: dict[str, int] = defaultdict(int)
    for i, label in enumerate(labels):
        seen[label] += 1
        if seen[label] > 1:
            labels[i] = f"{label} ({seen[label]})"
    return labels


def _card(manifest: dict[str, Any], images: str) -> str:
    data, cut_offs = manifest["data"], manifest["cut_offs"]
    missing = ", ".join(data["missing_tables"]) or "none"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(manifest['name'])}</title><style>{_STYLE}</style>"
        f"<h1>{escape(manifest['name'])} {escape(manifest['version'])}</h1>"
        "<p>Estimates the probability that a consumer loan will not be repaid, to support a "
        "decision that a person can overrule. Gender and family status are not used.</p>"
        f"<p>Learned from {data['applications']:,} applications, "
        f"{data['default_rate']:.1%} of which defaulted. Absent tables: {escape(missing)}.</p>"
        f"<p>Cut-offs: refer from {cut_offs['refer_from']:.1%}, decline from "
        f"{cut_offs['decline_from']:.1%}; lowest cost at {cut_offs['cost_optimal']:.1%} when a "
        f"missed defaulter costs {manifest['cost_ratio']:g} good clients.</p>"
        f"<h2>Figures</h2>{_figures(manifest['metrics'])}"
        f"<h2>Features by concept</h2>{_concepts(manifest['features'])}{images}</html>\n"
    )


def _figures(figures: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{words}</td>"
        + "".join(_cell(figures[part], name) for part in ("out_of_fold", "hold_out"))
        + "</tr>"
        for name, words in (
            ("auc", "AUC"),
            ("cost_per_applicant", "Cost per applicant"),
            ("brier", "Brier score"),
        )
    )
    return f"<table><tr><th></th><th>Out of fold</th><th>Hold-out</th></tr>{rows}</table>"


def _cell(part: dict[str, Any], name: str) -> str:
    low, high = part[f"{name}_interval"]
    return f"<td>{part[name]:.4f} ({low:.4f} to {high:.4f})</td>"


def _concepts(features: list[dict[str, Any]]) -> str:
    groups: dict[str, list[str]] = defaultdict(list)
    for feature in features:
        groups[feature["concept"]].append(feature["label"])
    rows = "".join(
        f"<tr><td>{escape(Concept(concept).label)}</td><td>{len(labels)}</td></tr>"
        for concept, labels in groups.items()
    )
    return f"<table><tr><th>Concept</th><th>Features</th></tr>{rows}</table>"
