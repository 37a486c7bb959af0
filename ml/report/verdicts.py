"""Sentences that judge the figures, each by a rule that is told with it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from ml.fairness import FEWEST, FOUR_FIFTHS
from ml.report.findings import Findings
from ml.report.words import ATTRIBUTES, figure, interval, level, listed, share, signed

_FEW_DEFAULTS = 200  # below, a hold-out's AUC has a 95 % interval wider than about 0.08
_WIDE = 1.96  # standard errors on both sides of a 95 % interval


class Status(StrEnum):
    """What a reader should do about a verdict."""

    HOLDS = "holds"
    WATCH = "watch"
    NOTE = "note"


class Verdict(NamedTuple):
    """A judgement in a sentence or two."""

    status: Status
    topic: str
    text: str


def verdicts(findings: Findings) -> list[Verdict]:
    """Every judgement that the figures allow, in reading order."""
    found = [_ranking(findings), _agreement(findings), _calibration(findings), _money(findings)]
    found.append(_referral(findings))
    if findings.study("seeds"):
        found.append(_seeds(findings))
    if findings.study("protected"):
        found.append(_protected(findings))
    if findings.study("fairness"):
        found.append(_fairness(findings))
    found += _limits(findings)
    return found


def _ranking(findings: Findings) -> Verdict:
    held = findings.metrics["hold_out"]
    low, _ = held["auc_interval"]
    return Verdict(
        Status.HOLDS if low > 0.5 else Status.WATCH,
        "Ranking",
        f"Of a defaulter and a good payer drawn at random, the model gives the defaulter the "
        f"higher probability of default in {share(held['auc'])} of cases (AUC "
        f"{figure(held['auc'])}, 95 % interval {interval(held['auc_interval'])}), on "
        f"{held['applicants']:,} applicants that took no part in training."
        + ("" if low > 0.5 else " Chance cannot be ruled out."),
    )


def _agreement(findings: Findings) -> Verdict:
    held, known = findings.metrics["hold_out"], findings.metrics["out_of_fold"]
    apart = _apart(held["auc_interval"], known["auc_interval"])
    return Verdict(
        Status.WATCH if apart else Status.HOLDS,
        "Agreement",
        f"Cross-validation said AUC {figure(known['auc'])} ({interval(known['auc_interval'])}) "
        f"before the hold-out was looked at; the hold-out says {figure(held['auc'])}. Their "
        + ("intervals do not overlap." if apart else "intervals overlap."),
    )


def _calibration(findings: Findings) -> Verdict:
    pd, target = findings.hold_out
    predicted, observed = float(pd.mean()), float(target.mean())
    error = _WIDE * np.sqrt(predicted * (1 - predicted) / len(pd))
    holds = abs(predicted - observed) <= error
    ece = findings.metrics["hold_out"].get("ece")
    return Verdict(
        Status.HOLDS if holds else Status.WATCH,
        "Calibration",
        f"{share(predicted)} of the hold-out were expected to default and {share(observed)} did; "
        f"chance alone moves that by {share(float(error))}."
        + ("" if ece is None else f" The expected calibration error is {share(ece, 2)}."),
    )


def _money(findings: Findings) -> Verdict:
    held = findings.metrics["hold_out"]
    rate = held["defaults"] / held["applicants"]
    options = {"approving everyone": findings.cost_ratio * rate, "refusing everyone": 1 - rate}
    name, cheapest = min(options.items(), key=lambda option: option[1])
    cost, (low, high) = held["cost_per_applicant"], held["cost_per_applicant_interval"]
    return Verdict(
        Status.HOLDS if high < cheapest else Status.WATCH,
        "Money",
        f"At the cut-off an applicant costs {figure(cost)} ({figure(low)} to {figure(high)}) in "
        f"units of one good client refused, against {figure(cheapest)} for {name}, the cheaper of "
        f"doing without a model: {share(1 - cost / cheapest, 0)} less."
        + ("" if high < cheapest else " The interval reaches that figure."),
    )


def _referral(findings: Findings) -> Verdict:
    cut_offs = findings.cut_offs
    return Verdict(
        Status.NOTE,
        "Human review",
        f"{share(findings.metrics['referred_share'])} of the hold-out lie between "
        f"{share(cut_offs.refer_from)} and {share(cut_offs.decline_from)} and go to a person.",
    )


def _seeds(findings: Findings) -> Verdict:
    runs = np.array([run["auc"] for run in findings.study("seeds")])
    low, high = findings.metrics["out_of_fold"]["auc_interval"]
    spread = float(runs.max() - runs.min())
    steady = spread < high - low
    return Verdict(
        Status.HOLDS if steady else Status.WATCH,
        "Luck of the seed",
        f"{len(runs)} trainings with other seeds differ in AUC by {figure(spread, 4)} at most, "
        + ("less" if steady else "more")
        + f" than the sampling uncertainty of {figure(high - low, 4)}.",
    )


def _protected(findings: Findings) -> Verdict:
    study = findings.study("protected")
    included = study["included"]
    auc, cost = study["auc"], study["cost_per_applicant"]
    return Verdict(
        Status.WATCH if included else Status.HOLDS,
        "Protected attributes",
        ("The model uses" if included else "The model does without")
        + " gender, family status and what reveals them. Using them changes AUC by "
        f"{signed(auc['with'] - auc['without'])} and cost per applicant by "
        f"{signed(cost['with'] - cost['without'])}.",
    )


def _fairness(findings: Findings) -> Verdict:
    groups = [entry for entry in findings.study("fairness") if entry["applicants"] >= FEWEST]
    below = [
        f"{ATTRIBUTES.get(entry['attribute'], entry['attribute'])}: "
        f"{level(entry['attribute'], entry['level'])} ({figure(entry['four_fifths'], 2)})"
        for entry in groups
        if entry["four_fifths"] < FOUR_FIFTHS
    ]
    told = f"Of {len(groups)} groups of {FEWEST} applicants or more, "
    if not below:
        return Verdict(
            Status.HOLDS,
            "Fairness",
            told + "each is approved at least four fifths as often as the best-approved of its "
            "kind.",
        )
    return Verdict(
        Status.WATCH,
        "Fairness",
        told + f"{len(below)} are approved less than four fifths as often as the best-approved "
        f"of their kind: {listed(below)}.",
    )


def _limits(findings: Findings) -> list[Verdict]:
    limits = []
    if missing := findings.manifest["data"]["missing_tables"]:
        limits.append(
            Verdict(
                Status.WATCH,
                "Absent data",
                f"{listed(missing)} {'was' if len(missing) == 1 else 'were'} absent: the model "
                "knows nothing from there and would ignore it.",
            )
        )
    defaults = findings.metrics["hold_out"]["defaults"]
    if defaults < _FEW_DEFAULTS:
        limits.append(
            Verdict(
                Status.WATCH,
                "Few defaults",
                f"The hold-out has {defaults:,} defaults. Below {_FEW_DEFAULTS}, intervals are "
                "wide and small differences mean nothing.",
            )
        )
    return limits


def _apart(one: list[float], other: list[float]) -> bool:
    return one[0] > other[1] or other[0] > one[1]
