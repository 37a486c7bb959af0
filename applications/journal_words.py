"""What the journal's entries tell, in the words of people; what it holds stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from applications.choices import Decided, OverrideReason
from applications.models import Decision, Entry, Override
from applications.summary import money, percentage

_EMPTY: tuple[Any, ...] = ("", None, [])
_HIDDEN = frozenset({"records", "states"})  # digests, for whoever verifies the journal


def told(entry: Entry) -> list[tuple[str, str]]:
    """Return what an entry tells beside who and when: labels and values.

    What has no words here, or a value that its words do not fit, is shown as it was written down.
    """
    return [
        (str(_LABELS.get(key, key)), _value(key, value))
        for key, value in entry.data.items()
        if key not in _HIDDEN and value not in _EMPTY
    ]


def _value(key: str, value: Any) -> str:
    try:
        return _WRITERS.get(key, _plain)(value)
    except (TypeError, ValueError):
        return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _one_of(labels: Mapping[str, Any]) -> Callable[[Any], str]:
    return lambda value: str(labels.get(value, value))


def _day(value: str) -> str:
    return formats.date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")


def _language(code: str) -> str:
    return _(str(dict(settings.LANGUAGES).get(code, code)))


_LABELS: dict[str, Promise] = {
    "agreed_by": gettext_lazy("Agreed by"),
    "amount": gettext_lazy("Amount"),
    "annuity": gettext_lazy("Instalment"),
    "answer": gettext_lazy("Answer"),
    "before": gettext_lazy("Decision before"),
    "comment": gettext_lazy("Comment"),
    "confirmed": gettext_lazy("Confirmed"),
    "counter_offer": gettext_lazy("Counter-offer"),
    "different": gettext_lazy("Features that differ"),
    "document": gettext_lazy("Document"),
    "due_on": gettext_lazy("Due"),
    "features": gettext_lazy("Features"),
    "goods_price": gettext_lazy("Price of the goods"),
    "language": gettext_lazy("Language"),
    "made": gettext_lazy("Made"),
    "model_sha256": gettext_lazy("Model"),
    "monthly_income": gettext_lazy("Monthly income"),
    "name": gettext_lazy("Name"),
    "outcome": gettext_lazy("Decision"),
    "pd": gettext_lazy("PD"),
    "pd_again": gettext_lazy("PD, computed again"),
    "problem": gettext_lazy("Problem"),
    "question": gettext_lazy("Question"),
    "raw_score": gettext_lazy("Raw score"),
    "raw_score_again": gettext_lazy("Raw score, computed again"),
    "reason": gettext_lazy("Comment"),
    "reason_code": gettext_lazy("Reason code"),
    "reasons": gettext_lazy("Reasons given"),
    "score_is_equal": gettext_lazy("Same score"),
    "size": gettext_lazy("Size"),
    "status": gettext_lazy("Status"),
    "taken_from": gettext_lazy("Taken over from"),
    "text": gettext_lazy("Note"),
    "to": gettext_lazy("To the application"),
    "version": gettext_lazy("Version"),
    "what": gettext_lazy("What happened"),
}
_WRITERS: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("outcome", "before"), _one_of(dict(Decided.choices))),
    **dict.fromkeys(("pd", "pd_again"), lambda share: percentage(share, 2)),
    **dict.fromkeys(("amount", "annuity", "goods_price", "monthly_income"), money),
    "due_on": _day,
    "features": _one_of(
        {
            "equal": pgettext_lazy("features", "The same"),
            "different": pgettext_lazy("features", "Different"),
            "other-layout": pgettext_lazy("features", "Of another version of the desk"),
            "not-tried": pgettext_lazy("features", "Not tried"),
        }
    ),
    "language": _language,
    "made": _one_of(dict(Decision.Kind.choices)),
    "reason_code": _one_of(dict(OverrideReason.choices)),
    "size": filesizeformat,
    "status": _one_of(dict(Override.Status.choices)),
}
