"""What the result page says beyond the decision: why, compared with whom, how certain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, isnan
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import scoring.context
import scoring.services
from applications import drivers, facts, home_credit
from applications.models import LoanApplication
from applications.summary import percentage
from ml.concepts import Concept
from ml.units import Unit
from monitoring.models import Completeness, Prediction
from scoring.context import Context, Past, Ranking, Similar
from scoring.models import Explanation

_REASONS = 4  # on each side; more would not be read (12 CFR 1002.9, comment 9(b)(2)-1)
_STEPS = 8
_REST = "rest"
_OPEN_FIELDS = 5


def result(application: LoanApplication, prediction: Prediction) -> dict[str, Any]:
    """Everything the page shows around a score; the prediction holds it, and its model."""
    context = scoring.context.of(prediction)
    past = context.past if context else None
    return {
        **_explained(prediction, context),
        "past": past,
        "around": past.around(prediction.pd) if past else None,
        "ranking": _ranking(context.ranking(prediction.completeness)) if context else None,
        "missing": _missing(application, prediction, context) if context else None,
        "similar": _similar(past.similar(prediction)) if past else None,
    }


def explained(prediction: Prediction) -> dict[str, Any]:
    """The reasons and how they add up, for the page to fetch when they are ready."""
    return _explained(prediction, scoring.context.of(prediction))


@dataclass(frozen=True)
class Missing:
    """What was not known about the applicant, and would have made the score surer."""

    history: Promise | str
    history_gain: tuple[int, int] | None
    fields: list[str]


def _explained(prediction: Prediction, context: Context | None) -> dict[str, Any]:
    found = scoring.services.explanation_of(prediction)
    ready = found is not None and found.status == Explanation.Status.READY
    past = context.past if context else None
    reasons = _reasons(found, past) if found else []
    return {
        "explanation": found,
        "reasons_for": [r for r in reasons if r["direction"] == "for"][:_REASONS],
        "reasons_against": [r for r in reasons if r["direction"] == "against"][:_REASONS],
        "waterfall": _waterfall(found, context) if ready and found and context else None,
        "compared": past is not None,
    }


def _reasons(explanation: Explanation, past: Past | None) -> list[dict[str, Any]]:
    """The reasons that weigh anything, with their weight beside the strongest."""
    reasons = explanation.reasons
    strongest = max((abs(reason["contribution"]) for reason in reasons), default=1.0) or 1.0
    for reason in reasons:
        reason["width"] = round(100 * abs(reason["contribution"]) / strongest, 1)
        reason["drivers"] = drivers.compared(reason, past)
    # What weighs next to nothing would only distract.
    return [reason for reason in reasons if reason["width"] >= 3]


def _waterfall(explanation: Explanation, context: Context) -> dict[str, Any]:
    """The way from the average score to this one, ready for the chart and the table."""
    way = context.waterfall(explanation, shown=_STEPS, rest=_REST)
    return {
        "title": _("From the average applicant to this one"),
        "start": {
            "label": _("Average applicant"),
            "at": way.base,
            "pd": percentage(way.base_pd),
        },
        "steps": [
            {
                "label": _("All other reasons") if s.key == _REST else _(Concept(s.key).label),
                "start": s.start,
                "end": s.end,
                "pd": percentage(s.pd),
                "direction": "against" if s.end > s.start else "for",
            }
            for s in way.steps
        ],
        "end": {
            "label": _("This applicant"),
            "at": way.steps[-1].end if way.steps else way.base,
            "pd": percentage(way.steps[-1].pd if way.steps else way.base_pd),
        },
        "ticks": [
            {"at": at, "label": percentage(pd, 0 if round(100 * pd, 6).is_integer() else 1)}
            for pd, at in way.ticks
        ],
    }


def _similar(found: Similar) -> dict[str, Any]:
    """The closest loans as rows under heads, with the applicant above them."""
    facts_kept = {name: head for name, head in _FACTS.items() if name in found.applicant}
    return {
        "observed": found.observed,
        "heads": list(facts_kept.values()),
        "applicant": {"pd": found.applicant["PD"], "cells": _cells(found.applicant, facts_kept)},
        "closest": [
            {"pd": loan["PD"], "defaulted": loan["TARGET"], "cells": _cells(loan, facts_kept)}
            for loan in found.closest
        ],
    }


def _cells(loan: Mapping[str, Any], heads: Mapping[str, Promise | str]) -> list[tuple[Any, str]]:
    return [(head, _loan_fact(name, loan[name])) for name, head in heads.items()]


def _loan_fact(name: str, value: float | None) -> str:
    if value is None or isnan(value):
        return facts.written(None, Unit.POINTS)
    if name == "DAYS_BIRTH":
        return facts.written(floor(-value / 365.25), Unit.YEARS)
    return facts.written(value, Unit.POINTS if name == "EXT_MEAN" else Unit.AMOUNT)


_FACTS: dict[str, Promise | str] = {
    "AMT_CREDIT": gettext_lazy("Amount"),
    "AMT_INCOME_TOTAL": gettext_lazy("Monthly income"),
    "DAYS_BIRTH": gettext_lazy("Age"),
    "EXT_MEAN": gettext_lazy("External scores"),
}


def _ranking(ranking: Ranking | None) -> dict[str, int] | None:
    """Of a hundred pairs, how many are ranked right."""
    if ranking is None:
        return None
    return {
        "right": round(100 * ranking.auc),
        "low": round(100 * ranking.low),
        "high": round(100 * ranking.high),
        "applicants": ranking.applicants,
    }


_HISTORY: dict[str, Promise | str] = {
    Completeness.FORM: gettext_lazy("The credit bureau’s file, and earlier loans with us"),
    Completeness.BUREAU: gettext_lazy("Earlier loans with us"),
    Completeness.PREVIOUS: gettext_lazy("The credit bureau’s file"),
}


def _missing(application: LoanApplication, prediction: Prediction, context: Context) -> Missing:
    gain = context.gain_of_history(prediction.completeness)
    pairs = (round(100 * gain[0].auc), round(100 * gain[1].auc)) if gain else None
    return Missing(
        history=_HISTORY.get(prediction.completeness, ""),
        history_gain=pairs if pairs and pairs[1] > pairs[0] else None,
        fields=_open_fields(application, context.open_columns(prediction.inputs)),
    )


def _open_fields(application: LoanApplication, columns: Sequence[str]) -> list[str]:
    """Names of the form's fields that were left empty although they apply."""
    names = [name for column in columns if (name := home_credit.field_of(column))]
    asked = [name for name in names if name != "car_age" or application.owns_car]
    return [
        str(LoanApplication._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # no relation is on the form
        for name in asked[:_OPEN_FIELDS]
    ]
