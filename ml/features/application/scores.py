"""The three scores of external agencies, alone, together, and with what else is stated."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.application.columns import AGE, YEARS_AGO, feature
from ml.features.declaration import Feature
from ml.features.policy import ratio

_SCORES = tuple(pl.col(f"EXT_SOURCE_{n}") for n in (1, 2, 3))
_PAIRS = ((1, 2), (1, 3), (2, 3))
_KNOWN = pl.sum_horizontal(score.is_not_null() for score in _SCORES)
_MEAN = pl.col("EXT_MEAN")


def scores() -> Iterator[Feature]:
    """Features of the scores as stated."""
    yield from _summaries()
    yield from _pairs()
    for n in (1, 3):
        yield feature(
            f"EXT_{n}_TIMES_AGE",
            f"External score {n} against age",
            Concept.EXTERNAL_SCORES,
            _SCORES[n - 1] * AGE * YEARS_AGO,
        )


def derived() -> Iterator[Feature]:
    """Features of other features and the weighted mean of the scores."""
    for name, label, expr in (
        ("EXT_MEAN_TIMES_AGE", "External scores against age", _years("DAYS_BIRTH") * _MEAN),
        (
            "EXT_MEAN_TIMES_EMPLOYED",
            "External scores against the time in the job",
            _years("DAYS_EMPLOYED") * _MEAN,
        ),
        (
            "EXT_MEAN_TIMES_PHONE",
            "External scores against the time with this telephone",
            _years("DAYS_LAST_PHONE_CHANGE") * _MEAN,
        ),
        (
            "EXT_MEAN_TIMES_REGION",
            "External scores against our rating of the region and city",
            _MEAN * (4 - pl.col("REGION_RATING_CLIENT_W_CITY")),
        ),
        (
            "CREDIT_TIMES_RISK",
            "Amount of the loan weighted by the external scores",
            pl.col("AMT_CREDIT") * (1 - _MEAN),
        ),
        (
            "ANNUITY_TIMES_RISK",
            "Monthly repayment against yearly income, weighted by the external scores",
            pl.col("ANNUITY_TO_INCOME") * (1 - _MEAN),
        ),
        (
            "TERM_TO_EXT_MEAN",
            "Loan against monthly repayment, for each point of the external scores",
            ratio(pl.col("CREDIT_TO_ANNUITY"), _MEAN),
        ),
        (
            "TERM_TO_EXT_3",
            "Loan against monthly repayment, for each point of external score 3",
            ratio(pl.col("CREDIT_TO_ANNUITY"), pl.col("EXT_SOURCE_3")),
        ),
        (
            "RATE_TIMES_RISK",
            "Yearly interest rate weighted by the external scores",
            pl.col("YEARLY_RATE") * (1 - _MEAN),
        ),
    ):
        yield feature(name, label, Concept.EXTERNAL_SCORES, expr)


def _summaries() -> Iterator[Feature]:
    first, second, third = _SCORES
    mean = ratio(
        pl.sum_horizontal(2 * first, 3 * second, 3 * third),
        pl.sum_horizontal(
            2 * first.is_not_null(), 3 * second.is_not_null(), 3 * third.is_not_null()
        ),
    )
    low, high = pl.min_horizontal(*_SCORES), pl.max_horizontal(*_SCORES)
    for name, label, expr in (
        ("EXT_MEAN", "Weighted mean of the external scores", mean),
        ("EXT_LOWEST", "Lowest external score", low),
        ("EXT_HIGHEST", "Highest external score", high),
        (
            "EXT_SPREAD",
            "Distance between the external scores",
            pl.when(_KNOWN > 1).then(high - low),
        ),
        ("EXT_DEVIATION", "Standard deviation of the external scores", _deviation()),
        ("EXT_LOG_ODDS", "Evidence of the external scores, added up as log odds", _log_odds()),
        ("EXT_KNOWN", "Number of external scores", _KNOWN),
        (
            "EXT_PATTERN",
            "Which external scores are known: 4 for the first, 2 for the second, 1 for the third",
            pl.sum_horizontal(
                weight * score.is_not_null()
                for weight, score in zip((4, 2, 1), _SCORES, strict=True)
            ),
        ),
        ("EXT_PRODUCT", "Product of the external scores", first * second * third),
    ):
        yield feature(name, label, Concept.EXTERNAL_SCORES, expr)


def _pairs() -> Iterator[Feature]:
    for one, other in _PAIRS:
        left, right = _SCORES[one - 1], _SCORES[other - 1]
        scores = f"external scores {one} and {other}"
        for name, label, expr in (
            ("TIMES", f"Product of {scores}", left * right),
            ("TO", f"Quotient of {scores}", ratio(left, right)),
        ):
            yield feature(f"EXT_{one}_{name}_{other}", label, Concept.EXTERNAL_SCORES, expr)


def _deviation() -> pl.Expr:
    """Population standard deviation of the known scores, where there are two or more."""
    known = _KNOWN.cast(pl.Float64)
    mean = ratio(pl.sum_horizontal(_SCORES), known)
    squares = pl.sum_horizontal((score - mean) ** 2 for score in _SCORES)
    return pl.when(_KNOWN > 1).then(ratio(squares, known).sqrt())


def _log_odds() -> pl.Expr:
    """Sum of log odds: how independent witnesses add up; an unknown score says nothing."""
    bounded = [score.clip(0.001, 0.999) for score in _SCORES]
    odds = pl.sum_horizontal((score / (1 - score)).log() for score in bounded)
    return pl.when(_KNOWN > 0).then(odds)


def _years(column: str) -> pl.Expr:
    return pl.col(column) * YEARS_AGO
