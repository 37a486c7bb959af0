"""Plots of how good the model is, and what it rests on."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from sklearn.metrics import roc_curve

from ml import cost
from ml.report import groups
from ml.report.canvas import DECISIONS, GREY, INK, OUTCOMES, SAMPLES, Drawing, drawing
from ml.report.findings import Findings
from ml.report.words import figure, listed, share, wrapped

_TOP = 20
_POINTS = 600  # of a curve: more of them nobody can see
_PERCENT = PercentFormatter(xmax=1, decimals=0)


def drawings(findings: Findings) -> tuple[Drawing, ...]:
    """Every plot of this kind."""
    return (
        drawing("roc", "How well the score ranks: ROC curve", _roc, findings, (6.6, 5.4)),
        drawing("outcomes", "Probability of default by outcome", _outcomes, findings),
        drawing("gains", "Defaulters found among the riskiest", _gains, findings, (6.6, 5.4)),
        drawing("calibration", "Whether the probabilities hold", _calibration, findings, (7, 5.6)),
        drawing("cost", "Cost per applicant over cut-offs", _cost, findings),
        drawing("importance", "The twenty strongest features", _importance, findings, (8.6, 8.6)),
        drawing("concepts", "What the model rests on, by concept", _concepts, findings, (8, 6.6)),
    )


def _roc(axes: Axes, findings: Findings) -> str:
    for name, (pd, target) in reversed(findings.samples):
        false, true, _ = roc_curve(target, pd)
        at = groups.thinned(len(false), _POINTS)
        auc = findings.metrics[_key(name)]["auc"]
        axes.plot(false[at], true[at], color=SAMPLES[name], label=f"{name} (AUC {auc:.3f})")
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="Chance (AUC 0.500)")
    pd, target = findings.hold_out
    cut_off = findings.cut_offs.cost_optimal
    found, refused = np.mean(pd[target == 1] >= cut_off), np.mean(pd[target == 0] >= cut_off)
    axes.plot(refused, found, "o", color=INK, markersize=7, label=f"Cut-off {share(cut_off)}")
    axes.set(xlabel="Good payers refused", ylabel="Defaulters found")
    _percent(axes)
    axes.legend(loc="lower right")
    return (
        f"ROC curves. AUC is {findings.metrics['hold_out']['auc']:.3f} on the hold-out and "
        f"{findings.metrics['out_of_fold']['auc']:.3f} out of fold. At the cut-off of "
        f"{share(cut_off)}, {share(found)} of the hold-out's defaulters are found and "
        f"{share(refused)} of its good payers are refused."
    )


def _outcomes(axes: Axes, findings: Findings) -> str:
    pd = np.concatenate([findings.oof[0], findings.hold_out[0]])
    target = np.concatenate([findings.oof[1], findings.hold_out[1]])
    edges = np.linspace(0, max(np.quantile(pd, 0.995), findings.cut_offs.decline_from * 1.2), 61)
    medians = {}
    for outcome, (name, colour) in enumerate(OUTCOMES.items()):
        values = pd[target == outcome]
        medians[name] = float(np.median(values))
        weights = np.full(len(values), 1 / len(values))
        axes.hist(values, edges.tolist(), weights=weights, color=colour, alpha=0.55)
        axes.axvline(
            medians[name],
            color=colour,
            linestyle="--",
            linewidth=1.4,
            label=f"{name.capitalize()}: median {share(medians[name])}",
        )
    _band(axes, findings)
    axes.set(
        xlim=(0, edges[-1]), xlabel="Probability of default", ylabel="Share of the outcome's cases"
    )
    _percent(axes)
    axes.legend()
    return (
        f"Two histograms of the probability of default. Its median is {share(medians['repaid'])} "
        f"where the loan was repaid and {share(medians['defaulted'])} where it was not."
    )


def _gains(axes: Axes, findings: Findings) -> str:
    for name, (pd, target) in reversed(findings.samples):
        axes.plot(*groups.found(pd, target), color=SAMPLES[name], label=name)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="Chance")
    pd, target = findings.hold_out
    looked_at, found = groups.found(pd, target, len(pd) + 1)
    shown = {part: float(np.interp(part, looked_at, found)) for part in (0.1, 0.2)}
    for part, caught in shown.items():
        axes.plot(part, caught, "o", color=INK, markersize=6)
        axes.annotate(
            f"riskiest {share(part, 0)}: {share(caught, 0)} found, lift {caught / part:.1f}",
            (part, caught),
            xytext=(10, -14),
            textcoords="offset points",
            fontsize=9,
        )
    axes.set(xlabel="Applicants looked at, riskiest first", ylabel="Defaulters found")
    _percent(axes)
    axes.legend(loc="lower right")
    points = [
        f"the riskiest {share(part, 0)} hold {share(caught)} of the defaulters, a lift of "
        f"{caught / part:.1f}"
        for part, caught in shown.items()
    ]
    return f"Gains curves. On the hold-out, {listed(points)}."


def _calibration(axes: Axes, findings: Findings) -> str:
    for name, (pd, target) in reversed(findings.samples):
        found = groups.by_pd(pd, target)
        predicted = [group.predicted for group in found]
        axes.fill_between(
            predicted,
            [group.low for group in found],
            [group.high for group in found],
            color=SAMPLES[name],
            alpha=0.16,
            linewidth=0,
        )
        observed = [group.observed for group in found]
        axes.plot(predicted, observed, "o-", color=SAMPLES[name], markersize=5, label=name)
    end = max(axes.get_xlim()[1], axes.get_ylim()[1])
    axes.plot([0, end], [0, end], color=INK, linewidth=1, linestyle=":", label="Exact")
    axes.set(
        xlim=(0, axes.get_xlim()[1]),
        ylim=(0, None),
        xlabel="Predicted probability of default, mean of the group",
        ylabel="Observed share of defaults",
    )
    _percent(axes)
    axes.legend(loc="upper left")
    found = groups.by_pd(*findings.hold_out)
    inside = sum(group.low <= group.predicted <= group.high for group in found)
    return (
        f"Reliability curves over {len(found)} groups of equal size, with 95 % bootstrap bands. "
        f"On the hold-out, the safest group was predicted {share(found[0].predicted)} and saw "
        f"{share(found[0].observed)}; the riskiest was predicted {share(found[-1].predicted)} "
        f"and saw {share(found[-1].observed)}. In {inside} of {len(found)} groups the "
        "prediction lies within the band of what was observed."
    )


def _cost(axes: Axes, findings: Findings) -> str:
    cut_offs = findings.cut_offs
    for name, (pd, target) in reversed(findings.samples):
        curve = cost.curve(pd, target, findings.cost_ratio)
        shown = np.flatnonzero(curve.cut_offs <= _end(findings))
        at = shown[groups.thinned(len(shown), _POINTS)]
        axes.plot(curve.cut_offs[at], curve.costs[at], color=SAMPLES[name], label=name)
    pd, target = findings.hold_out
    nobody = findings.cost_ratio * float(target.mean())
    axes.axhline(nobody, color=GREY, linestyle=":", linewidth=1.2, label="Approve everyone")
    axes.axvline(cut_offs.cost_optimal, color=INK, linewidth=1.2, label="Cut-off")
    _band(axes, findings)
    axes.set(
        xlim=(0, _end(findings)),
        xlabel="Refused from this probability of default on",
        ylabel="Cost per applicant",
    )
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.legend(loc="lower right")
    reached = findings.metrics["hold_out"]["cost_per_applicant"]
    return (
        f"Cost per applicant over cut-offs. At the chosen cut-off of "
        f"{share(cut_offs.cost_optimal)} the hold-out costs {figure(reached)} per applicant, "
        f"against {figure(nobody)} if everyone were approved. Applicants from "
        f"{share(cut_offs.refer_from)} to {share(cut_offs.decline_from)} are referred."
    )


def _importance(axes: Axes, findings: Findings) -> str:
    mean = findings.mean_importance
    top = np.argsort(-mean, kind="stable")[:_TOP]
    folds = findings.importance[:, top]
    rows = np.arange(len(top))
    axes.barh(rows, mean[top], color=SAMPLES["Hold-out"], alpha=0.8, height=0.65)
    axes.hlines(rows, folds.min(axis=0), folds.max(axis=0), color=INK, linewidth=1.2)
    axes.plot(folds.T, rows, "|", color=INK, markersize=7)
    labels = findings.labels
    axes.set_yticks(rows, [wrapped(labels[j]) for j in top], fontsize=9)
    axes.set(xlabel="Share of the gain: mean (bar), each fold (strokes)", ylim=(len(top), -1))
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=1))
    named = [f"{labels[j]} ({share(mean[j])})" for j in top[:3]]
    return f"The features of most gain are {listed(named)}. {stability(findings)}"


def stability(findings: Findings) -> str:
    """Whether the folds agree on what is strong, in a sentence."""
    count = len(findings.importance)
    if count < 2:
        return "Gain is of one model, so nothing is known of its spread over folds."
    tops = [set(top) for top in np.argsort(-findings.importance, kind="stable")[:, :_TOP].tolist()]
    strong = set(np.argsort(-findings.mean_importance, kind="stable")[:_TOP].tolist())
    steady = len(strong.intersection(*tops))
    return (
        f"{steady} of the {len(strong)} strongest features are among the strongest {_TOP} of each "
        f"of the {count} folds."
    )


def _concepts(axes: Axes, findings: Findings) -> str:
    columns = findings.of_concept()
    folds = np.array([findings.importance[:, js].sum(axis=1) for js in columns.values()])
    rows = np.arange(len(columns))
    axes.barh(rows, folds.mean(axis=1), color=SAMPLES["Hold-out"], alpha=0.8, height=0.65)
    axes.hlines(rows, folds.min(axis=1), folds.max(axis=1), color=INK, linewidth=1.2)
    axes.set_yticks(
        rows, [f"{concept.label} ({len(js)})" for concept, js in columns.items()], fontsize=9
    )
    axes.set(xlabel="Share of the gain: mean (bar), range over folds (line)", ylim=(len(rows), -1))
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(_PERCENT)
    means = folds.mean(axis=1)
    named = [f"{concept.label} ({share(means[i])})" for i, concept in enumerate(columns)]
    return f"Share of the gain by concept; the strongest are {listed(named[:4])}."


def _band(axes: Axes, findings: Findings) -> None:
    cut_offs = findings.cut_offs
    axes.axvspan(
        cut_offs.refer_from,
        cut_offs.decline_from,
        color=DECISIONS["refer"],
        alpha=0.22,
        linewidth=0,
        label=f"Referred: {share(cut_offs.refer_from)} to {share(cut_offs.decline_from)}",
    )


def _end(findings: Findings) -> float:
    """Up to where a curve over cut-offs says anything."""
    return float(max(0.4, 1.5 * findings.cut_offs.decline_from))


def _percent(axes: Axes) -> None:
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.yaxis.set_major_formatter(_PERCENT)


def _key(sample: str) -> str:
    return sample.lower().replace("-", "_").replace(" ", "_")
