"""How pages about strategies write differences."""

from __future__ import annotations

from django import template
from django.utils import formats

from applications.strategy_display import RuleInWords, Stretch, axis, rules_in_words
from scoring.models import Strategy
from scoring.strategies import StrategyTerms

register = template.Library()
_MINUS = "\u2212"


@register.filter
def points(after: float, before: float) -> str:
    """How many percentage points more: +3.2."""
    return _signed(100 * (after - before), 1)


@register.filter
def more(after: float, before: float) -> str:
    """How many more, as a whole number: +12."""
    return _signed(after - before, 0)


@register.filter
def dearer(after: float, before: float) -> str:
    """How much more per applicant: +0.012."""
    return _signed(after - before, 3)


@register.filter
def trend(after: float, before: float) -> str:
    """Which way: "up", "down" or "" for what rounds to no difference."""
    difference = round(after - before, 4)
    return "up" if difference > 0 else "down" if difference < 0 else ""


@register.filter
def whole(value: float) -> str:
    """A number of people."""
    return formats.number_format(round(value), force_grouping=True)


@register.filter
def precise(value: float) -> str:
    """A cost per applicant, or a ratio near four fifths: 0.798."""
    return formats.number_format(round(value, 3), 3)


@register.filter
def in_words(rules: dict[str, dict[str, object]]) -> list[RuleInWords]:
    return rules_in_words(rules)


@register.filter
def zones(
    terms: StrategyTerms | Strategy, beside: StrategyTerms | Strategy | None = None
) -> list[Stretch]:
    """The axis of a strategy, as long as that of another one beside it."""
    others = [] if beside is None else [_terms(beside)]
    return axis(_terms(terms), *others)


def _terms(source: StrategyTerms | Strategy) -> StrategyTerms:
    return source if isinstance(source, StrategyTerms) else StrategyTerms.of(source)


def _signed(value: float, decimals: int) -> str:
    rounded = round(value, decimals)
    if not rounded:
        return "±0"
    sign = "+" if rounded > 0 else _MINUS
    return sign + formats.number_format(abs(rounded), decimals, force_grouping=True)
