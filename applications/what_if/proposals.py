"""Which terms would be approved: searched on a grid, since a PD rises and falls with terms.

All of the grid is scored in one pass; what is proposed is scored once more, one by one, as an
application is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice, product

from applications.what_if.repayment import LONGEST
from applications.what_if.terms import LOWEST, Filed, LoanTerms
from applications.what_if.trying import Study, Variant

_LEAST = 0.1  # of the amount that is lent at least
_MOST = 2.0  # times the amount filed, where that is approved already
_PART = 100  # of an amount: about the step between amounts
_TERM_STEP = 6  # instalments
_MORE_INCOME = 2.0  # times the applicant's own
_INCOME_PART = 20
# What a combination may do: parts of the amount, of the income, and further instalments.
_CUTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
_DOWN = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
_LONGER = (0, 6, 12, 18, 24)
_INCOMES = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)
_TERM_WEIGHT = 0.5  # a longer term costs the applicant less than as much less money


class Kind(StrEnum):
    AMOUNT = "amount"
    TERM = "term"
    DOWN_PAYMENT = "down_payment"
    INCOME = "income"
    COMBINATION = "combination"


_ASKED: Mapping[Kind, Callable[[LoanTerms], float]] = {
    Kind.AMOUNT: lambda terms: -terms.amount,
    Kind.TERM: lambda terms: terms.instalments or 0,
    Kind.DOWN_PAYMENT: lambda terms: terms.down_payment,
    Kind.INCOME: lambda terms: terms.extra_income,
}


@dataclass(frozen=True)
class Proposals:
    """What would be approved, and what was searched in vain."""

    found: Mapping[Kind, Variant]
    in_vain: list[Kind]


def proposals(study: Study) -> Proposals:
    """Search for the least change that is approved, or for more where all is approved."""
    searched = _larger(study.filed) if study.as_filed.tried.approved else _easier(study.filed)
    flat = [terms for candidates in searched.values() for terms in candidates]
    tried = iter(study.of_all(flat))
    found: dict[Kind, Variant] = {}
    for kind, candidates in searched.items():
        approved = [v for v in islice(tried, len(candidates)) if v.tried.approved]
        if kind is Kind.COMBINATION:
            approved = [v for v in approved if _asks_less(v.terms, found)]
        if best := _first_that_holds(study, approved):
            found[kind] = best
    return Proposals(found, [kind for kind in searched if kind not in found])


def step(value: float, parts: int = _PART) -> float:
    """Return a round number that goes about `parts` times into a value.

    >>> [step(value) for value in (450_000.0, 1_314_117.0, 9_000.0)]
    [5000.0, 20000.0, 100.0]
    """
    raw = value / parts
    unit = 10.0 ** math.floor(math.log10(raw))
    return next(unit * round_ for round_ in (1.0, 2.0, 5.0, 10.0) if unit * round_ >= raw)


def _larger(filed: Filed) -> dict[Kind, list[LoanTerms]]:
    """More than is approved already, the largest first."""
    base, by = filed.terms, step(filed.offer.amount)
    amounts = _multiples(by, base.amount, min(_MOST * base.amount, filed.highest_amount))
    return {Kind.AMOUNT: [replace(base, amount=amount) for amount in reversed(amounts)]}


def _easier(filed: Filed) -> dict[Kind, list[LoanTerms]]:
    """Less than was asked for, in each way that the application knows; the least change first."""
    base, by, least = filed.terms, step(filed.offer.amount), _least(filed)
    less = _multiples(by, least, base.amount)
    searched = {Kind.AMOUNT: [replace(base, amount=amount) for amount in reversed(less)]}
    if base.instalments is not None:
        longer = range(int(base.instalments) + _TERM_STEP, LONGEST + 1, _TERM_STEP)
        searched[Kind.TERM] = [replace(base, instalments=term) for term in longer]
    if filed.offer.goods_price is not None:
        down = _multiples(by, 0.0, base.amount - least)
        searched[Kind.DOWN_PAYMENT] = [replace(base, down_payment=own) for own in down]
    income = filed.offer.monthly_income
    most = min(_MORE_INCOME * income, filed.highest_extra_income)
    more = _multiples(step(income, _INCOME_PART), 0.0, most)
    searched[Kind.INCOME] = [replace(base, extra_income=extra) for extra in more]
    searched[Kind.COMBINATION] = sorted(_combined(filed), key=lambda t: _asked(t, filed))
    return searched


def _combined(filed: Filed) -> Iterator[LoanTerms]:
    """Smaller changes of two or three things at once.

    A co-borrower, whom not everybody has, only where there is little else to move.
    """
    base, amount = filed.terms, filed.offer.amount
    by, income_by = step(amount), step(filed.offer.monthly_income, _INCOME_PART)
    plan, goods = base.instalments is not None, filed.offer.goods_price is not None
    cuts = sorted({_floor(amount * cut, by) for cut in _CUTS})
    owns = sorted({_floor(amount * part, by) for part in _DOWN}) if goods else [0.0]
    terms = _terms(base.instalments)
    incomes = (
        [0.0]
        if plan and goods
        else [_floor(filed.offer.monthly_income * part, income_by) for part in _INCOMES]
    )
    for cut, own, term, income in product(cuts, owns, terms, incomes):
        changed = (cut > 0) + (own > 0) + (term != base.instalments) + (income > 0)
        # Round down, but never to a loan of an odd size.
        lent = _floor(amount - cut, by) if cut else amount
        if changed > 1 and lent - own >= _least(filed) and income <= filed.highest_extra_income:
            yield replace(
                base, amount=lent, down_payment=own, instalments=term, extra_income=income
            )


def _least(filed: Filed) -> float:
    """The smallest loan that is proposed."""
    return max(_LEAST * filed.offer.amount, LOWEST)


def _terms(instalments: float | None) -> Sequence[float | None]:
    if instalments is None:
        return [None]
    return [term for more in _LONGER if (term := instalments + more) <= LONGEST]


def _asked(terms: LoanTerms, filed: Filed) -> float:
    """How much a change asks of the applicant, to compare combinations by."""
    offer, base = filed.offer, filed.terms
    longer = (terms.instalments or 0) / (base.instalments or 1) - 1 if base.instalments else 0.0
    return (
        (offer.amount - terms.lent) / offer.amount
        + _TERM_WEIGHT * longer
        + terms.extra_income / offer.monthly_income
    )


def _asks_less(terms: LoanTerms, single: Mapping[Kind, Variant]) -> bool:
    """Whether a combination asks for less of each thing than a change of that thing alone."""
    return all(
        asked(terms) < asked(single[kind].terms) for kind, asked in _ASKED.items() if kind in single
    )


def _first_that_holds(study: Study, approved: list[Variant]) -> Variant | None:
    """The first that is approved when it is scored alone, as it will be when it is filed."""
    again = (study.of(variant.terms) for variant in approved)
    return next((variant for variant in again if variant.tried.approved), None)


def _multiples(by: float, above: float, below: float) -> list[float]:
    """The multiples of a step between two values, both excluded."""
    first, last = math.floor(above / by) + 1, math.ceil(below / by)
    return [by * count for count in range(first, last)]


def _floor(value: float, by: float) -> float:
    return by * math.floor(value / by)
