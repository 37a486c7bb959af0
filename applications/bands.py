"""How simulations and fairness reports cut applicants into groups, in SQL and in Polars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext as _

from applications.summary import money
from ml.fairness import AGES, DAYS_A_YEAR

AMOUNTS = (250_000, 500_000, 1_000_000)


def age_in_sql(field: str, today: date) -> Case:
    """The age band of a date of birth, as of today."""
    born_after = [today - timedelta(days=DAYS_A_YEAR * years) for years in AGES]
    return _first([(f"{field}__gt", day) for day in born_after])


def amount_in_sql(field: str) -> Case:
    return _first([(f"{field}__lt", amount) for amount in AMOUNTS])


def age_in_frame(days: pl.Expr) -> pl.Expr:
    """The age band of `DAYS_BIRTH`, which counts back from the application."""
    return _band(-days / DAYS_A_YEAR, AGES)


def amount_in_frame(amount: pl.Expr) -> pl.Expr:
    return _band(amount, AMOUNTS)


def age_labels() -> list[str]:
    between = [
        _("%(low)s to %(high)s") % {"low": low, "high": high - 1} for low, high in pairwise(AGES)
    ]
    return [
        _("Below %(age)s") % {"age": AGES[0]},
        *between,
        _("%(age)s and over") % {"age": AGES[-1]},
    ]


def amount_labels() -> list[str]:
    lowest, *_middle, highest = AMOUNTS
    between = [
        _("%(low)s to %(high)s") % {"low": money(low), "high": money(high)}
        for low, high in pairwise(AMOUNTS)
    ]
    return [
        _("Below %(amount)s") % {"amount": money(lowest)},
        *between,
        _("%(amount)s and over") % {"amount": money(highest)},
    ]


def _first(conditions: Sequence[tuple[str, Any]]) -> Case:
    """The place of the first condition that holds; how many there are if none does."""
    return Case(
        *[When(**{lookup: value}, then=Value(i)) for i, (lookup, value) in enumerate(conditions)],
        default=Value(len(conditions)),
        output_field=IntegerField(),
    )


def _band(values: pl.Expr, edges: Sequence[float]) -> pl.Expr:
    found = pl.sum_horizontal([(values >= edge).cast(pl.Int64) for edge in edges])
    return pl.when(values.is_not_null()).then(found)
