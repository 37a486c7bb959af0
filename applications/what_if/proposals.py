"""Which terms would be approved: searched on a grid, since a PD rises and falls with terms.

All of the grid is scored in one pass; what is proposed is scored once more, one by one, as an
application is. Where nothing is approved, a manager's decision in place of a decline is worth
something too, and whatever came closest is shown.
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
from monitoring.models import Outcome
from scoring.variants import Tried

_LEAST = 0.1  # of the amount that is lent at least
_MOST = 2.0  # times the amount filed, where that is approved already
_PART = 100  # of an amount: about the step between amounts
_TERM_STEP = 6  # instalments
_MORE_INCOME = 2.0  # times the applicant's own
_INCOME_PART = 20
_TERM_WEIGHT = 0.5  # a longer term costs the applicant less than as much less money
_SEVERITY = [Outcome.APPROVE, Outcome.REFER, Outcome.DECLINE]
_AS_NEAR = 3  # decimals of a PD: of what is as near to a cut-off, the smaller change is shown


@dataclass(frozen=True)
class _Steps:
    """What a combination may do: parts of the amount and income, further instalments."""

    cuts: tuple[float, ...]
    down: tuple[float, ...]
    longer: tuple[int, ...]
    incomes: tuple[float, ...]


_ALONE = _Steps(
    cuts=(0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5),
    down=(0.0, 0.05, 0.1, 0.2, 0.3),
    longer=(0, 6, 12, 24, LONGEST),
    incomes=(0.0,),
)
# A co-borrower, whom not everybody has, comes in coarser steps.
_WITH_A_CO_BORROWER = _Steps(
    cuts=(0.0, 0.1, 0.2, 0.3, 0.5),
    down=(0.0, 0.1, 0.3),
    longer=(0, 12, LONGEST),
    incomes=(0.2, 0.5, 1.0),
)


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
    """What would be decided better, and what was searched in vain.

    Attributes
    ----------
    outcome : Outcome
        What all of `found` would be: approved; referred where nothing is approved of what
        would be declined as filed.
    nearest : Variant or None
        Where nothing is approved, the change that came closest; None where none came closer
        than the loan as filed.
    """

    outcome: Outcome
    found: Mapping[Kind, Variant]
    in_vain: list[Kind]
    nearest: Variant | None = None


def proposals(study: Study) -> Proposals:
    """Search for the least change that helps, or for more where all is approved."""
    as_filed = study.as_filed.tried
    tried = _tried(study, _larger(study.filed) if as_filed.approved else _easier(study.filed))
    outcome, found = Outcome.APPROVE, _found(study, tried, Outcome.APPROVE)
    nearest = None if found or as_filed.approved else _nearest(study, tried)
    if not found and as_filed.outcome == Outcome.DECLINE:
        outcome, found = Outcome.REFER, _found(study, tried, Outcome.REFER)
    return Proposals(outcome, found, [kind for kind in tried if kind not in found], nearest)


def step(value: float, parts: int = _PART) -> float:
    """Return a round number that goes about `parts` times into a value.

    >>> [step(value) for value in (450_000.0, 1_314_117.0, 9_000.0)]
    [5000.0, 20000.0, 100.0]
    """
    raw = value / parts
    unit = 10.0 ** math.floor(math.log10(raw))
    return next(unit * round_ for round_ in (1.0, 2.0, 5.0, 10.0) if unit * round_ >= raw)


def _tried(study: Study, searched: Mapping[Kind, Sequence[LoanTerms]]) -> dict[Kind, list[Variant]]:
    """Score all of the grid in one pass."""
    flat = [terms for candidates in searched.values() for terms in candidates]
    tried = iter(study.of_all(flat))
    return {kind: list(islice(tried, len(terms))) for kind, terms in searched.items()}


def _found(
    study: Study, tried: Mapping[Kind, Sequence[Variant]], outcome: Outcome
) -> dict[Kind, Variant]:
    """The first of each kind that is decided so; a combination only where it asks for less."""
    found: dict[Kind, Variant] = {}
    for kind, variants in tried.items():
        wanted = [variant for variant in variants if variant.tried.outcome == outcome]
        if kind is Kind.COMBINATION:
            wanted = [variant for variant in wanted if _asks_less(variant.terms, found)]
        if best := _first_that_holds(study, wanted, outcome):
            found[kind] = best
    return found


def _nearest(study: Study, tried: Mapping[Kind, Sequence[Variant]]) -> Variant | None:
    """The change that comes closest to being approved; of those as close, the smallest."""
    variants = [variant for one in tried.values() for variant in one]
    if not variants:
        return None
    best = min(variants, key=lambda v: (_distance(v.tried), _asked(v.terms, study.filed)))
    if _distance(best.tried) >= _distance(study.as_filed.tried):
        return None
    return study.of(best.terms)


def _distance(tried: Tried) -> tuple[int, int, float]:
    """How far from an approval: by outcome, by what stands in the way, and by the PD."""
    above = round(max(tried.pd - tried.refer_from, 0.0), _AS_NEAR)
    in_the_way = len(tried.findings) + (tried.pd >= tried.refer_from)
    return _SEVERITY.index(tried.outcome), in_the_way, above


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
    combined = [*_combined(filed, _ALONE), *_combined(filed, _WITH_A_CO_BORROWER)]
    # What needs nobody else comes first.
    searched[Kind.COMBINATION] = sorted(
        combined, key=lambda terms: (terms.extra_income > 0, _asked(terms, filed))
    )
    return searched


def _combined(filed: Filed, steps: _Steps) -> Iterator[LoanTerms]:
    """Smaller changes of two or more things at once."""
    base, amount, income = filed.terms, filed.offer.amount, filed.offer.monthly_income
    by, income_by = step(amount), step(income, _INCOME_PART)
    cuts = sorted({_floor(amount * cut, by) for cut in steps.cuts})
    owns = sorted({_floor(amount * part, by) for part in steps.down})
    incomes = [_floor(income * part, income_by) for part in steps.incomes]
    for cut, own, term, extra in product(
        cuts,
        [0.0] if filed.offer.goods_price is None else owns,
        _terms(base.instalments, steps.longer),
        incomes,
    ):
        changed = (cut > 0) + (own > 0) + (term != base.instalments) + (extra > 0)
        # Round down, but never to a loan of an odd size.
        lent = _floor(amount - cut, by) if cut else amount
        if changed > 1 and lent - own >= _least(filed) and extra <= filed.highest_extra_income:
            yield replace(base, amount=lent, down_payment=own, instalments=term, extra_income=extra)


def _least(filed: Filed) -> float:
    """The smallest loan that is proposed."""
    return max(_LEAST * filed.offer.amount, LOWEST)


def _terms(instalments: float | None, longer: Sequence[int]) -> Sequence[float | None]:
    if instalments is None:
        return [None]
    terms = (min(instalments + more, max(LONGEST, instalments)) for more in longer)
    return sorted(set(terms))


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


def _first_that_holds(
    study: Study, variants: Sequence[Variant], outcome: Outcome
) -> Variant | None:
    """The first that is decided so when it is scored alone, as it will be when it is filed."""
    again = (study.of(variant.terms) for variant in variants)
    return next((variant for variant in again if variant.tried.outcome == outcome), None)


def _multiples(by: float, above: float, below: float) -> list[float]:
    """The multiples of a step between two values, both excluded."""
    first, last = math.floor(above / by) + 1, math.ceil(below / by)
    return [by * count for count in range(first, last)]


def _floor(value: float, by: float) -> float:
    return by * math.floor(value / by)
