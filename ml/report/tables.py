"""The report's tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ml.report import groups
from ml.report.findings import Findings
from ml.report.words import ATTRIBUTES, figure, interval, level, share, signed, tier

_FIGURES = {
    "auc": "AUC: how well the score ranks (1 is perfect, 0.5 chance)",
    "cost_per_applicant": "Cost per applicant at the cut-off (in good clients refused)",
    "brier": "Brier score: squared distance from probability to outcome",
    "ece": "ECE: mean distance from predicted to observed default rate",
}
_NUMBER = re.compile(r"[-+−]?[\d,.]+%?")
_ROUNDED = {"brier": 4, "ece": 4}


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row names the row."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def numbers(self) -> list[bool]:
        """Which columns hold numbers alone; the first one never does."""
        columns = zip(*(row[1:] for row in self.rows), strict=True)
        return [False, *(all(_NUMBER.fullmatch(cell) for cell in column) for column in columns)]


def figures(findings: Findings) -> Table:
    """The figures of both samples with their intervals."""
    held, known = findings.metrics["hold_out"], findings.metrics["out_of_fold"]
    rows = [
        (words, _with_interval(held, key), _with_interval(known, key))
        for key, words in _FIGURES.items()
        if key in held
    ]
    rows += [
        (words, f"{held[key]:,}", f"{known[key]:,}")
        for key, words in (("applicants", "Applicants"), ("defaults", "of whom defaulted"))
    ]
    rows.append(
        ("Refused at the cut-off", share(held["refused_share"]), share(known["refused_share"]))
    )
    return Table(
        "Figures with their 95 % bootstrap intervals", ("Figure", "Hold-out", "Out of fold"), rows
    )


def deciles(findings: Findings) -> Table:
    """Predicted and observed default rates by decile of the hold-out."""
    found = groups.by_pd(*findings.hold_out)
    return Table(
        "Hold-out applicants in ten groups of equal size, safest first",
        ("Group", "Applicants", "Defaults", "Predicted", "Observed", "95 % band of the observed"),
        [
            (
                str(i),
                f"{group.applicants:,}",
                f"{group.defaults:,}",
                share(group.predicted),
                share(group.observed),
                f"{share(group.low)} to {share(group.high)}",
            )
            for i, group in enumerate(found, start=1)
        ],
    )


def confusion(findings: Findings) -> Table:
    """What decisions at the cut-off do to 1,000 applicants, and what that costs."""
    cut_off, ratio = findings.cut_offs.cost_optimal, findings.cost_ratio
    found = groups.confusion(*findings.hold_out, cut_off)
    cells = (
        ("Approved, and repaid", found.approved_good, 0.0, "Business as it should be"),
        ("Approved, and defaulted", found.approved_bad, ratio, "Missed: the dear mistake"),
        ("Refused, would have repaid", found.refused_good, 1.0, "A good client lost"),
        ("Refused, would have defaulted", found.refused_bad, 0.0, "A loss avoided"),
    )
    rows = [
        (name, f"{count:,}", _per_thousand(count, found), _cost(count * unit, found), meaning)
        for name, count, unit, meaning in cells
    ]
    total = found.approved_bad * ratio + found.refused_good
    rows.append(
        ("All", f"{found.applicants:,}", "1,000", _cost(total, found), "Sum of both mistakes")
    )
    return Table(
        f"Hold-out decisions if everyone from {share(cut_off)} on were refused; cost in units of "
        f"one good client refused, of which a missed defaulter costs {ratio:g}",
        ("Decision and outcome", "Applicants", "Per 1,000", "Cost per 1,000", "Meaning"),
        rows,
    )


def concepts(findings: Findings) -> Table:
    """Features and gain by concept."""
    shares = findings.mean_importance
    return Table(
        "Features by concept, with their share of the gain (mean over folds)",
        ("Concept", "Features", "Share of the gain"),
        [
            (concept.label, str(len(js)), share(float(shares[js].sum())))
            for concept, js in findings.of_concept().items()
        ],
    )


def features(findings: Findings) -> list[Table]:
    """Every feature, one table per concept."""
    shares, labels = findings.mean_importance, findings.labels
    return [
        Table(
            concept.label,
            ("Feature", "Column", "Kind", "Share of the gain", "Kept in folds"),
            [
                (
                    labels[j],
                    findings.features[j].name,
                    _kind(findings.features[j].levels),
                    share(float(shares[j]), 2),
                    _folds(findings, findings.features[j].name),
                )
                for j in sorted(js, key=lambda j: (-shares[j], labels[j]))
            ],
        )
        for concept, js in findings.of_concept().items()
    ]


def seeds(findings: Findings) -> Table:
    """One training per seed."""
    return Table(
        "The same training with other seeds",
        ("Seed", "AUC", "Cost per applicant", "Brier score", "Features kept again"),
        [
            (
                str(run["seed"]),
                figure(run["auc"], 4),
                figure(run["cost_per_applicant"], 4),
                figure(run["brier"], 4),
                share(run["kept_again"]),
            )
            for run in findings.study("seeds") or ()
        ],
    )


def tiers(findings: Findings, study: str, caption: str) -> Table:
    """Figures by what is on file, or by what the model may see."""
    return Table(
        caption,
        ("What is on file", "Applicants", "Defaults", "AUC", "Cost per applicant"),
        [
            (
                tier(entry["tier"]),
                f"{entry['applicants']:,}",
                f"{entry['defaults']:,}",
                *(
                    "too few" if entry[name] is None else _with_interval(entry, name)
                    for name in ("auc", "cost_per_applicant")
                ),
            )
            for entry in findings.study(study) or ()
        ],
    )


def learning_curve(findings: Findings) -> Table:
    """Figures by number of applications learned from."""
    return Table(
        "Figures by number of applications learned from",
        ("Applications", "AUC", "Cost per applicant"),
        [
            (f"{point['rows']:,}", figure(point["auc"], 4), figure(point["cost_per_applicant"], 4))
            for point in findings.study("learning_curve") or ()
        ],
    )


def protected(findings: Findings) -> Table:
    """The model with protected attributes and without."""
    study = findings.study("protected") or {}
    return Table(
        "The same training without protected attributes and with them",
        ("Figure", "Without", "With", "Difference", "95 % interval of the difference"),
        [
            (
                name,
                figure(study[key]["without"], 4),
                figure(study[key]["with"], 4),
                signed(study[key]["with"] - study[key]["without"]),
                " to ".join(signed(bound) for bound in study[key]["difference_interval"]),
            )
            for key, name in (("auc", "AUC"), ("cost_per_applicant", "Cost per applicant"))
            if key in study
        ],
    )


def fairness(findings: Findings) -> Table:
    """How groups of applicants fare."""
    return Table(
        "How groups of applicants fare at the cut-off",
        (
            "Group",
            "Applicants",
            "Defaulted",
            "Mean PD",
            "Approved",
            "Good payers refused",
            "Defaulters approved",
            "Ratio to the best approved",
        ),
        [
            (
                f"{ATTRIBUTES.get(entry['attribute'], entry['attribute'])}: "
                f"{level(entry['attribute'], entry['level'])}",
                f"{entry['applicants']:,}",
                share(entry["default_rate"]),
                share(entry["mean_pd"]),
                share(entry["approved_share"]),
                share(entry["good_refused_share"]),
                share(entry["defaulters_approved_share"]),
                figure(entry["four_fifths"], 2),
            )
            for entry in findings.study("fairness") or ()
        ],
    )


def reasons(findings: Findings) -> Table:
    """Why features were dropped, counted."""
    dropped = (findings.study("selection") or {}).get("dropped", ())
    counts = Counter(entry["reason"] for entry in dropped)
    return Table(
        "Why features were dropped",
        ("Reason", "Features"),
        [(reason, str(count)) for reason, count in counts.most_common()],
    )


def dropped(findings: Findings) -> Table:
    """Every dropped feature."""
    entries = (findings.study("selection") or {}).get("dropped", ())
    return Table(
        "Every dropped feature",
        ("Feature", "Reason"),
        [(entry["feature"], entry["reason"]) for entry in entries],
    )


def facts(caption: str, values: dict[str, Any]) -> Table:
    """Names and values, such as parameters or versions of libraries."""
    return Table(caption, ("Name", "Value"), [(name, str(value)) for name, value in values.items()])


def _with_interval(entry: dict[str, Any], key: str) -> str:
    digits = _ROUNDED.get(key, 3)
    told = figure(entry[key], digits)
    bounds = entry.get(f"{key}_interval")
    return f"{told} ({interval(bounds, digits)})" if bounds else told


def _per_thousand(count: int, found: groups.Confusion) -> str:
    return f"{1_000 * count / found.applicants:,.0f}"


def _cost(cost: float, found: groups.Confusion) -> str:
    return f"{1_000 * cost / found.applicants:,.0f}"


def _folds(findings: Findings, name: str) -> str:
    """In how many folds the selection kept a feature."""
    kept = (findings.study("selection") or {}).get("kept_in_folds", {})
    return f"{kept[name]} of {len(findings.importance)}" if name in kept else "–"


def _kind(levels: Sequence[str] | None) -> str:
    return "number" if levels is None else f"{len(levels)} levels"
