"""The loan asked for, what it costs, and whether the income carries it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.application.columns import (
    AGE,
    ANNUITY,
    CREDIT,
    EMPLOYED,
    GOODS,
    INCOME,
    YEARS_AGO,
    feature,
)
from ml.features.declaration import Feature
from ml.features.interest import usual_term, yearly_rate
from ml.features.policy import ratio

_HEADS = pl.col("CNT_CHILDREN") + 1
_FAMILY = pl.col("CNT_FAM_MEMBERS")
# Home Credit grants terms in steps of half a year: the shortest that repays the amount.
_TERM = (ratio(CREDIT, ANNUITY) / 6).floor() * 6 + 6
_RATE_TERM = usual_term(ANNUITY, CREDIT)


def loan() -> Iterator[Feature]:
    """Features of the loan and the income as stated."""
    yield from _terms()
    yield from _affordability()
    yield from _region()
    yield from _family()


def derived() -> Iterator[Feature]:
    """Features of other features of the loan."""
    yield feature(
        "INTEREST",
        "Interest over the likely number of instalments, for each unit lent",
        Concept.LOAN_TERMS,
        ratio(pl.col("TERM"), pl.col("CREDIT_TO_ANNUITY")) - 1,
    )
    yield feature(
        "AGE_AT_END",
        "Age when the loan is likely to end, in years",
        Concept.AGE,
        pl.col("DAYS_BIRTH") * YEARS_AGO + pl.col("RATE_TERM") / 12,
    )


def _terms() -> Iterator[Feature]:
    cost = ANNUITY * _RATE_TERM - CREDIT
    for name, label, expr in (
        ("CREDIT_TO_ANNUITY", "Loan against monthly repayment", ratio(CREDIT, ANNUITY)),
        ("CREDIT_TO_GOODS", "Loan against the price of the goods", ratio(CREDIT, GOODS)),
        ("DOWN_PAYMENT", "Price of the goods not lent", GOODS - CREDIT),
        ("NO_INSURANCE", "Whether just the price of the goods is lent", CREDIT == GOODS),
        ("GOODS_TO_ANNUITY", "Price of the goods against monthly repayment", ratio(GOODS, ANNUITY)),
        ("TERM", "Likely number of instalments", _TERM),
        ("RATE_TERM", "Number of instalments at a usual interest rate", _RATE_TERM),
        (
            "YEARLY_RATE",
            "Likely yearly interest rate",
            yearly_rate(ANNUITY, CREDIT, _RATE_TERM),
        ),
        (
            "GOODS_RATE",
            "Likely yearly interest rate on the price of the goods, with insurance",
            yearly_rate(ANNUITY, GOODS, _RATE_TERM),
        ),
        ("INTEREST_COST", "Likely interest paid over the loan", cost),
    ):
        yield feature(name, label, Concept.LOAN_TERMS, expr)
    yield feature(
        "INTEREST_TO_INCOME",
        "Likely interest paid over the loan against yearly income",
        Concept.AFFORDABILITY,
        ratio(cost, INCOME),
    )


def _affordability() -> Iterator[Feature]:
    left = INCOME - ANNUITY
    for name, label, expr in (
        ("CREDIT_TO_INCOME", "Loan against yearly income", ratio(CREDIT, INCOME)),
        ("ANNUITY_TO_INCOME", "Monthly repayment against yearly income", ratio(ANNUITY, INCOME)),
        ("INCOME_PER_HEAD", "Yearly income for each dependant", ratio(INCOME, _HEADS)),
        ("INCOME_LEFT", "Yearly income left after one monthly repayment", left),
        (
            "CREDIT_TO_INCOME_PER_HEAD",
            "Loan against yearly income for each dependant",
            ratio(CREDIT * _HEADS, INCOME),
        ),
        ("INCOME_TO_AGE", "Yearly income for each year of age", ratio(INCOME, AGE * YEARS_AGO)),
        (
            "CREDIT_TO_EMPLOYED",
            "Loan against the time in the job",
            ratio(CREDIT, EMPLOYED * YEARS_AGO),
        ),
    ):
        yield feature(name, label, Concept.AFFORDABILITY, expr)


def _region() -> Iterator[Feature]:
    rating, city = pl.col("REGION_RATING_CLIENT"), pl.col("REGION_RATING_CLIENT_W_CITY")
    population = pl.col("REGION_POPULATION_RELATIVE")
    for name, label, expr in (
        (
            "INCOME_TO_REGION",
            "Yearly income against our rating of the region and city",
            ratio(INCOME, city),
        ),
        (
            "INCOME_TIMES_POPULATION",
            "Yearly income weighted by the population of the region",
            INCOME * population,
        ),
        ("CITY_BETTER", "How much better the city is rated than the region", rating - city),
    ):
        yield feature(name, label, Concept.REGION, expr)


def _family() -> Iterator[Feature]:
    """Ratios of the family's size, which together with the children reveals a spouse."""
    children = pl.col("CNT_CHILDREN")
    adults = _FAMILY - children
    for name, label, expr in (
        ("ADULT_COUNT", "Number of adults in the family", adults),
        ("CHILDREN_TO_FAMILY", "Children as part of the family", ratio(children, _FAMILY)),
        ("INCOME_PER_MEMBER", "Yearly income for each family member", ratio(INCOME, _FAMILY)),
        ("INCOME_PER_ADULT", "Yearly income for each adult in the family", ratio(INCOME, adults)),
        (
            "INCOME_LEFT_PER_MEMBER",
            "Yearly income left after one monthly repayment, for each family member",
            ratio(INCOME - ANNUITY, _FAMILY),
        ),
        ("CREDIT_PER_MEMBER", "Loan for each family member", ratio(CREDIT, _FAMILY)),
    ):
        yield feature(name, label, Concept.HOUSEHOLD, expr, protected=True)
