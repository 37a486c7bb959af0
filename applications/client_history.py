"""A client's stored history as a banker reads it: a few figures of hundreds, in plain words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applications.summary import money, number
from ml.features import HISTORY, HISTORY_FINGERPRINT
from scoring.models import ClientFile

_STEADY = 0.02  # a change of the share paid late smaller than this is none


@dataclass(frozen=True)
class Fact:
    """One figure: what it is, its value in words, and a warning where it is worth one."""

    label: Promise | str
    value: str
    share: float | None = None
    warns: bool = False

    @property
    def width(self) -> float:
        """Of its bar, out of 100."""
        return round(100 * min(self.share or 0, 1), 1)


@dataclass(frozen=True)
class Card:
    """Figures that belong together; without any, what they would bring."""

    slug: str
    title: Promise | str
    facts: list[Fact]
    would_bring: Promise | str


def cards(file: ClientFile | None) -> list[Card]:
    """Return the cards of a client, each with the figures that are known."""
    known = _known(file)
    today = timezone.localtime(file.as_of).date() if file else timezone.localdate()
    return [
        Card(card.slug, card.title, list(_facts(card, known, today)), card.would_bring)
        for card in _CARDS
    ]


def _known(file: ClientFile | None) -> Mapping[str, float]:
    """The stored features by name, without those that are not known."""
    if file is None or not file.tables or file.history_fingerprint != HISTORY_FINGERPRINT:
        return {}
    values = zip(HISTORY, file.history_vector, strict=True)
    return {name: float(value) for name, value in values if not math.isnan(value)}


def _count(value: float, today: date) -> str:
    return number(round(value))


def _money(value: float, today: date) -> str:
    return money(round(value))


def _share(value: float, today: date) -> str:
    return f"{formats.number_format(round(100 * value, 1), 1)}\u00a0%"


def _days(value: float, today: date) -> str:
    days = round(max(value, 0))
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": number(days)}


def _day(value: float, today: date) -> str:
    return formats.date_format(today + timedelta(days=value), "DATE_FORMAT")


def _month(value: float, today: date) -> str:
    return formats.date_format(today + timedelta(days=30.4375 * value), "YEAR_MONTH_FORMAT")


def _yes_no(value: float, today: date) -> str:
    return str(_("Yes") if value else _("No"))


def _trend(value: float, today: date) -> str:
    if abs(value) < _STEADY:
        return str(_("Steady"))
    return str(_("Worse in the last year") if value > 0 else _("Better in the last year"))


class _Line(NamedTuple):
    """How one feature is told."""

    feature: str
    label: Promise | str
    told: Callable[[float, date], str]
    warns_above: float = math.inf
    bar: bool = False


class _Kind(NamedTuple):
    slug: str
    title: Promise | str
    counted_by: str  # where this is not known, or nought, there is nothing to tell
    lines: tuple[_Line, ...]
    would_bring: Promise | str


def _facts(card: _Kind, known: Mapping[str, Any], today: date) -> Iterator[Fact]:
    if not known.get(card.counted_by):
        return
    for line in card.lines:
        value = known.get(line.feature)
        if value is not None:
            yield Fact(
                label=line.label,
                value=line.told(value, today),
                share=value if line.bar else None,
                warns=value > line.warns_above,
            )


_CARDS = (
    _Kind(
        slug="bureau",
        title=_("Loans at other banks"),
        counted_by="BUREAU_COUNT",
        lines=(
            _Line("BUREAU_COUNT", _("Loans on record"), _count),
            _Line("BUREAU_ACTIVE_COUNT", _("Of these, open today"), _count),
            _Line("BUREAU_CREDIT_SUM", _("Borrowed in all"), _money),
            _Line("BUREAU_DEBT_SUM", _("Still owed"), _money),
            _Line("BUREAU_OVERDUE_NOW", _("Overdue today"), _money, warns_above=0),
            _Line("BUREAU_OVERDUE_MAX", _("Most ever overdue"), _money, warns_above=0),
            _Line("BUREAU_DAYS_CREDIT_FIRST", _("Oldest loan"), _day),
            _Line("BUREAU_DAYS_CREDIT_LAST", _("Latest loan"), _day),
        ),
        would_bring=_(
            "A credit bureau report would show what is owed elsewhere, and whether it is overdue."
        ),
    ),
    _Kind(
        slug="previous",
        title=_("Earlier applications with us"),
        counted_by="PREV_COUNT",
        lines=(
            _Line("PREV_COUNT", _("Applications"), _count),
            _Line("PREV_APPROVED_COUNT", _("Approved"), _count),
            _Line("PREV_REFUSED_COUNT", _("Refused"), _count, warns_above=0),
            _Line("PREV_DAYS_DECISION_LAST", _("Latest decision"), _day),
            _Line("PREV_LAST_REFUSED", _("Was the latest refused?"), _yes_no, warns_above=0),
            _Line("PREV_LAST_APPROVED_CREDIT", _("Amount of the latest loan"), _money),
        ),
        would_bring=_("The first application with us will be the start of this record."),
    ),
    _Kind(
        slug="payments",
        title=_("Payment behaviour"),
        counted_by="INST_COUNT",
        lines=(
            _Line("INST_COUNT", _("Instalments due so far"), _count),
            _Line("INST_LATE_SHARE", _("Paid late"), _share, bar=True, warns_above=0.1),
            _Line(
                "INST_LATE_SHARE_365D",
                _("Paid late, last year"),
                _share,
                bar=True,
                warns_above=0.1,
            ),
            _Line("INST_LATE_SHARE_365D_CHANGE", _("Trend"), _trend, warns_above=_STEADY),
            _Line("INST_LATENESS_MAX", _("Worst delay"), _days, warns_above=30),
            _Line("INST_LAST_LATE_DAY", _("Latest late payment was due"), _day),
            _Line("INST_UNPAID_COUNT", _("Instalments never paid"), _count, warns_above=0),
        ),
        would_bring=_("Instalments paid to us would show how reliably this client pays."),
    ),
    _Kind(
        slug="cards",
        title=_("Credit cards with us"),
        counted_by="CARD_MONTHS",
        lines=(
            _Line("CARD_LIMIT_LATEST", _("Limit"), _money),
            _Line("CARD_BALANCE_LATEST", _("Balance"), _money),
            _Line("CARD_USE_LATEST", _("Limit in use"), _share, bar=True, warns_above=0.9),
            _Line(
                "CARD_USE_MEAN_12M",
                _("Limit in use, last year"),
                _share,
                bar=True,
                warns_above=0.9,
            ),
            _Line("CARD_LATE_SHARE", _("Months past due"), _share, bar=True, warns_above=0.1),
            _Line("CARD_LAST_MONTH", _("Latest month on record"), _month),
        ),
        would_bring=_("A card with us would show how much of a limit this client uses."),
    ),
    _Kind(
        slug="loans",
        title=_("Instalment loans with us"),
        counted_by="POS_LOANS",
        lines=(
            _Line("POS_LOANS", _("Loans on record"), _count),
            _Line("POS_RUNNING_COUNT", _("Running today"), _count),
            _Line("POS_LEFT_NOW_SUM", _("Instalments left"), _count),
            _Line("PREV_RUNNING_LEFT_SUM", _("Left to repay, by plan"), _money),
            _Line("POS_COMPLETED_COUNT", _("Repaid in full"), _count),
            _Line("POS_DPD_MAX", _("Worst delay"), _days, warns_above=30),
            _Line("POS_LAST_MONTH", _("Latest month on record"), _month),
        ),
        would_bring=_("A loan with us would show how this client repays from month to month."),
    ),
)
