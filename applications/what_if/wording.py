"""Tried terms beside those that were filed, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.findings import label_of
from applications.summary import money, percentage
from applications.what_if.terms import Filed, LoanTerms
from applications.what_if.trying import Variant
from scoring.variants import Tried

_NEARLY = 0.05  # of an instalment: their number is shown as a whole


@dataclass(frozen=True)
class Row:
    """One fact, as filed and as tried."""

    label: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def rows(filed: Variant, tried: Variant) -> list[Row]:
    """Return the facts that terms decide, those that are known."""
    found = [
        Row(label, before or "–", after or "–")
        for (label, before), (_label, after) in zip(_facts(filed), _facts(tried), strict=True)
    ]
    return [row for row in found if (row.before, row.after) != ("–", "–")]


def points(filed: Variant, tried: Variant) -> str:
    """The difference of two PDs in percentage points, with its sign: "−1.25"."""
    difference = round(100 * (tried.tried.pd - filed.tried.pd), 2)
    sign = "+" if difference > 0 else "−" if difference < 0 else "±"
    return f"{sign}{formats.number_format(abs(difference), 2)}"


def changes(filed: Filed, terms: LoanTerms) -> list[str]:
    """Say what terms change, one short phrase each."""
    return list(_changes(filed.terms, terms))


def gap(tried: Tried) -> list[str]:
    """Say how far terms are from being approved, and from a manager's decision."""
    return list(_gap(tried))


def _gap(tried: Tried) -> Iterator[str]:
    if tried.pd >= tried.decline_from > tried.refer_from:
        yield _(
            "Its PD is %(points)s points too high for a manager to decide (cut-off %(cut_off)s)."
        ) % _too_high(tried.pd, tried.decline_from)
    if tried.pd >= tried.refer_from:
        yield _(
            "Its PD is %(points)s points too high to be approved (cut-off %(cut_off)s)."
        ) % _too_high(tried.pd, tried.refer_from)
    else:
        yield _("Its PD is low enough to be approved (cut-off %(cut_off)s).") % {
            "cut_off": percentage(tried.refer_from, 2)
        }
    if rules := [str(label_of(finding.code)) for finding in tried.findings]:
        yield _("The bank’s policy stands in the way: %(rules)s.") % {"rules": ", ".join(rules)}


def _too_high(pd: float, cut_off: float) -> dict[str, str]:
    by = round(100 * (pd - cut_off), 2)
    points = formats.number_format(by or 0.01, 2)
    return {
        "points": points if by else _("less than %(least)s") % {"least": points},
        "cut_off": percentage(cut_off, 2),
    }


def _facts(variant: Variant) -> Iterator[tuple[str, str]]:
    offer, own = variant.offer, variant.terms.down_payment
    yield _("Lent"), money(offer.amount)
    yield _("Down payment"), money(own) if own else ""
    yield _("Price of the goods"), "" if offer.goods_price is None else money(offer.goods_price)
    yield _("Instalments"), _count(variant.instalments)
    yield _("Instalment"), "" if offer.annuity is None else money(offer.annuity)
    yield _("Monthly income"), money(offer.monthly_income)
    yield _("Instalment in the income"), "" if offer.burden is None else percentage(offer.burden)


def _changes(filed: LoanTerms, terms: LoanTerms) -> Iterator[str]:
    if terms.amount != filed.amount:
        yield _("Lend %(new)s instead of %(old)s") % {
            "new": money(terms.amount),
            "old": money(filed.amount),
        }
    if terms.instalments is not None and terms.instalments != filed.instalments:
        yield ngettext(
            "%(count)s instalment instead of %(old)s",
            "%(count)s instalments instead of %(old)s",
            int(terms.instalments),
        ) % {"count": _count(terms.instalments), "old": _count(filed.instalments)}
    if terms.down_payment:
        yield _("%(own)s of own money for the same goods") % {"own": money(terms.down_payment)}
    if terms.extra_income:
        yield _("A co-borrower who earns %(income)s a month") % {
            "income": money(terms.extra_income)
        }


def _count(instalments: float | None) -> str:
    if instalments is None:
        return ""
    whole = round(instalments)
    if abs(instalments - whole) < _NEARLY:
        return str(whole)
    return _("about %(count)s") % {"count": formats.number_format(round(instalments, 1), 1)}
