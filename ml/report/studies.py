"""Plots of the studies made around the model; a study that was not made has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, PercentFormatter

from ml.fairness import FEWEST, FOUR_FIFTHS
from ml.report.canvas import BLUE, DECISIONS, GREY, INK, ORANGE, Drawing, drawing
from ml.report.findings import Findings
from ml.report.words import ATTRIBUTES, figure, level, listed, share, signed, tier, wrapped

_PERCENT = PercentFormatter(xmax=1, decimals=0)


def drawings(findings: Findings) -> tuple[Drawing, ...]:
    """The plots of the studies that were made."""
    plots: tuple[tuple[str, str, Callable[[Axes, Findings], str], tuple[float, float]], ...] = (
        ("seeds", "The same training with other seeds", _seeds, (8, 3.2)),
        ("tiers", "AUC by what is on file", _tiers, (8, 3)),
        ("withheld", "AUC when tables are withheld", _withheld, (8, 3)),
        ("learning_curve", "Figures by applications learned from", _learning_curve, (8, 4.2)),
        ("protected", "What protected attributes would add", _protected, (8, 2.6)),
        ("fairness", "Approved share by group", _fairness, (8, _height(findings))),
        ("selection", "Why features were dropped", _selection, (8, 3)),
    )
    return tuple(
        drawing(name, title, draw, findings, size)
        for name, title, draw, size in plots
        if findings.study(name) and _shown(name, findings)
    )


def _shown(name: str, findings: Findings) -> bool:
    """Whether the study found something that a plot can show."""
    if name == "selection":
        return bool(findings.study(name)["dropped"])
    if name == "protected":
        return "auc" in findings.study(name)
    return True


def _seeds(axes: Axes, findings: Findings) -> str:
    runs = findings.study("seeds")
    names = {"auc": "AUC", "cost_per_applicant": "Cost per applicant", "brier": "Brier score"}
    spread = {key: np.array([run[key] for run in runs]) for key in names}
    for row, values in enumerate(spread.values()):
        relative = values / values.mean() - 1
        axes.plot(relative, np.full(len(values), row), "o", color=BLUE, alpha=0.65, markersize=8)
    axes.axvline(0, color=GREY, linewidth=1)
    axes.set_yticks(
        range(len(names)),
        [f"{name}\n(mean {figure(spread[key].mean(), 4)})" for key, name in names.items()],
    )
    axes.set(ylim=(len(names) - 0.5, -0.5), xlabel="Distance from the mean over seeds")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:+.1%}".replace("-", "−")))
    told = [
        f"{name} from {figure(spread[key].min(), 4)} to {figure(spread[key].max(), 4)}"
        for key, name in names.items()
    ]
    return f"{len(runs)} trainings that differ in their seed alone: {listed(told)}."


def _tiers(axes: Axes, findings: Findings) -> str:
    return _by_tier(axes, findings.study("tiers"), "On applicants of whom this is on file")


def _withheld(axes: Axes, findings: Findings) -> str:
    return _by_tier(axes, findings.study("withheld"), "On the same applicants, seen through this")


def _by_tier(axes: Axes, tiers: list[dict[str, Any]], what: str) -> str:
    known = [entry for entry in tiers if entry["auc"] is not None]
    for row, entry in enumerate(known):
        low, high = entry["auc_interval"] or (entry["auc"], entry["auc"])
        axes.hlines(row, low, high, color=BLUE, linewidth=3, alpha=0.45)
        axes.plot(entry["auc"], row, "o", color=BLUE, markersize=8)
        axes.annotate(
            f"{entry['auc']:.3f}",
            (entry["auc"], row),
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
            fontsize=9,
        )
    axes.set_yticks(
        range(len(known)), [f"{tier(e['tier'])}\n({e['applicants']:,} applicants)" for e in known]
    )
    axes.set(ylim=(len(known) - 0.5, -0.6), xlabel="AUC, with its 95 % interval")
    axes.grid(visible=False, axis="y")
    told = [f"{tier(entry['tier']).lower()} {entry['auc']:.3f}" for entry in known]
    return f"{what}, AUC is: {listed(told)}." if told else f"{what}, no AUC could be computed."


def _learning_curve(axes: Axes, findings: Findings) -> str:
    points = findings.study("learning_curve")
    rows = [point["rows"] for point in points]
    auc = [point["auc"] for point in points]
    costs = [point["cost_per_applicant"] for point in points]
    axes.plot(rows, auc, "o-", color=BLUE, label="AUC (left)")
    other = axes.twinx()
    other.plot(rows, costs, "s--", color=ORANGE, label="Cost per applicant (right)")
    other.grid(visible=False)
    other.spines["right"].set_visible(True)
    axes.set(xlabel="Applications learned from", ylabel="AUC")
    other.set_ylabel("Cost per applicant")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    axes.legend(
        handles=[*axes.get_lines(), *other.get_lines()],
        loc="lower center",
        ncols=2,
        bbox_to_anchor=(0.5, 1),
    )
    return (
        f"From {rows[0]:,} to {rows[-1]:,} applications learned from, AUC goes from "
        f"{auc[0]:.3f} to {auc[-1]:.3f} and cost per applicant from {costs[0]:.3f} to "
        f"{costs[-1]:.3f}."
    )


def _protected(axes: Axes, findings: Findings) -> str:
    study = findings.study("protected")
    names = {"auc": "AUC", "cost_per_applicant": "Cost per applicant"}
    told = []
    for row, (key, name) in enumerate(names.items()):
        low, high = study[key]["difference_interval"]
        difference = study[key]["with"] - study[key]["without"]
        axes.hlines(row, low, high, color=BLUE, linewidth=3, alpha=0.45)
        axes.plot(difference, row, "o", color=BLUE, markersize=8)
        axes.annotate(
            signed(difference),
            (difference, row),
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
            fontsize=9,
        )
        bounds = f"{signed(low)} to {signed(high)}"
        told.append(f"{name} by {signed(difference)} (95 % interval {bounds})")
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_yticks(range(len(names)), list(names.values()))
    axes.set(ylim=(len(names) - 0.5, -0.7), xlabel="With them minus without, and 95 % interval")
    axes.grid(visible=False, axis="y")
    return f"Using protected attributes would change {listed(told)}."


def _fairness(axes: Axes, findings: Findings) -> str:
    groups = [entry for entry in findings.study("fairness") if entry["applicants"] >= FEWEST]
    position, ticks = 0.0, []
    for i, entry in enumerate(groups):
        if i and entry["attribute"] != groups[i - 1]["attribute"]:
            position += 0.8
        low = entry["four_fifths"] < FOUR_FIFTHS
        axes.barh(
            position,
            entry["approved_share"],
            height=0.7,
            color=DECISIONS["decline"] if low else BLUE,
            alpha=0.8,
            hatch="///" if low else None,
            edgecolor="white",
        )
        axes.text(
            entry["approved_share"] + 0.01,
            position,
            f"{share(entry['approved_share'], 0)} · ratio {entry['four_fifths']:.2f}",
            va="center",
            fontsize=9,
        )
        ticks.append(
            (
                position,
                f"{ATTRIBUTES.get(entry['attribute'], entry['attribute'])}: "
                f"{level(entry['attribute'], entry['level'])}",
            )
        )
        position += 1
    axes.set_yticks([at for at, _ in ticks], [text for _, text in ticks])
    axes.set(ylim=(position - 0.3, -0.7), xlim=(0, 1.18), xlabel="Approved share of the group")
    axes.set_xticks(np.linspace(0, 1, 6))
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.grid(visible=False, axis="y")
    return _fairness_told(groups)


def _fairness_told(groups: list[dict[str, Any]]) -> str:
    if not groups:
        return f"No group has {FEWEST} applicants."
    worst = min(groups, key=lambda entry: entry["four_fifths"])
    below = sum(entry["four_fifths"] < FOUR_FIFTHS for entry in groups)
    return (
        f"Approved share of {len(groups)} groups. The lowest ratio to the best-approved group of "
        f"its kind is {worst['four_fifths']:.2f} "
        f"({level(worst['attribute'], worst['level'])}, {share(worst['approved_share'])} "
        f"approved); {below} of {len(groups)} groups lie below four fifths (hatched)."
    )


def _selection(axes: Axes, findings: Findings) -> str:
    study = findings.study("selection")
    reasons = Counter(entry["reason"] for entry in study["dropped"]).most_common(10)
    counts = [count for _, count in reasons]
    bars = axes.barh(range(len(reasons)), counts, color=GREY, height=0.65)
    axes.bar_label(bars, padding=4, fontsize=9)
    axes.set_yticks(range(len(reasons)), [wrapped(reason, 44) for reason, _ in reasons])
    axes.set(ylim=(len(reasons) - 0.4, -0.6), xlabel="Features dropped")
    axes.grid(visible=False, axis="y")
    told = [f"{reason} ({count})" for reason, count in reasons]
    return (
        f"{study['kept']} of {study['candidates']} features were kept. "
        f"Reasons for dropping the others: {listed(told)}."
    )


def _height(findings: Findings) -> float:
    return 1.4 + 0.36 * len(findings.study("fairness") or ())
