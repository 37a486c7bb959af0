"""Interest rate and term of an annuity, against the annuity equation itself."""

from __future__ import annotations

import polars as pl
import pytest

from ml.features.interest import usual_term, yearly_rate


def instalment(loan: float, rate: float, instalments: int) -> float:
    """The monthly instalment that repays `loan` at a yearly rate."""
    monthly = rate / 12
    return loan * monthly / (1 - (1 + monthly) ** -instalments)


def computed(
    payment: float | None, loan: float | None, instalments: float | None
) -> tuple[float | None, float | None]:
    frame = pl.DataFrame(
        {"A": [payment], "C": [loan], "n": [instalments]},
        schema={"A": pl.Float64, "C": pl.Float64, "n": pl.Float64},
    )
    loan_of = pl.col("A"), pl.col("C")
    rate, term = frame.select(
        yearly_rate(*loan_of, pl.col("n")).alias("rate"), usual_term(*loan_of).alias("term")
    ).row(0)
    return rate, term


@pytest.mark.parametrize("instalments", [3, 6, 12, 24, 36, 60])
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.25, 0.5])
def test_the_rate_solves_the_annuity_equation(rate: float, instalments: int) -> None:
    found, _ = computed(instalment(300_000, rate, instalments), 300_000, instalments)
    assert found == pytest.approx(rate, abs=0.003)


def test_a_loan_without_interest_costs_nothing() -> None:
    assert computed(100.0, 1_200.0, 12.0)[0] == pytest.approx(0.0, abs=1e-9)


def test_a_loan_that_is_not_repaid_in_full_has_a_rate_below_zero() -> None:
    rate = computed(80.0, 1_200.0, 12.0)[0]
    assert rate is not None
    assert -0.5 <= rate < 0


@pytest.mark.parametrize("instalments", [6, 12, 18, 36, 60])
def test_the_term_is_the_shortest_that_costs_a_fifth_a_year(instalments: int) -> None:
    assert computed(instalment(1.0, 0.21, instalments), 1.0, None)[1] == instalments
    cheap = computed(instalment(1.0, 0.19, instalments), 1.0, None)[1]
    assert cheap == min(60, instalments + 6)


@pytest.mark.parametrize(
    ("payment", "loan", "instalments"),
    [(0.0, 100.0, 12.0), (10.0, 0.0, 12.0), (10.0, 100.0, 0.0), (None, 100.0, 12.0)],
)
def test_without_a_loan_there_is_no_rate(
    payment: float | None, loan: float | None, instalments: float | None
) -> None:
    assert computed(payment, loan, instalments)[0] is None
