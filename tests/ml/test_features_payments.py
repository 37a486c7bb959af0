"""Windows, trends and sums of payments and monthly balances, worked out by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from ml import features
from ml.features.policy import slope
from ml.features.recency import in_spans
from ml.schema import TABLES
from ml.tables import frame

Rows = list[dict[str, object]]


def history(table: str, rows: Rows) -> dict[str, float]:
    records = frame(TABLES[table], [{"SK_ID_CURR": 1, "SK_ID_PREV": 1, **row} for row in rows])
    return dict(zip(features.HISTORY, features.history_of({table: records}), strict=True))


def payment(due: float, late: float = 0, *, paid: float = 100, **more: object) -> dict[str, object]:
    """One payment of an instalment of 100, the only one of its number unless told."""
    return {
        "NUM_INSTALMENT_VERSION": 1.0,
        "NUM_INSTALMENT_NUMBER": 10 - int(due),
        "DAYS_INSTALMENT": due,
        "DAYS_ENTRY_PAYMENT": due + late,
        "AMT_INSTALMENT": 100.0,
        "AMT_PAYMENT": paid,
        **more,
    }


def paid(*rows: dict[str, object]) -> dict[str, float]:
    return history("installments_payments", list(rows))


def month(balance: int, **more: object) -> dict[str, object]:
    return {"MONTHS_BALANCE": balance, "SK_DPD": 0, "SK_DPD_DEF": 0, **more}


def balances(*rows: dict[str, object]) -> dict[str, float]:
    return history("POS_CASH_balance", list(rows))


def card(*rows: dict[str, object]) -> dict[str, float]:
    return history("credit_card_balance", list(rows))


# Order and windows


def test_moments_are_numbered_from_the_newest_and_share_their_place() -> None:
    rows = pl.LazyFrame(
        {
            "SK_ID_CURR": [2, 1, 1, 1, 1, 2],
            "SK_ID_PREV": [9, 5, 6, 7, 8, 9],
            "day": [-3, -40, -40, -1, None, -70],
        }
    )
    found = in_spans(rows, "day", (7, 60), (1, 2)).collect().drop("span")
    assert found.sort("SK_ID_CURR", "SK_ID_PREV", "day").rows() == [
        (1, 5, -40, 2, 60, 2, False),
        (1, 6, -40, 2, 60, 2, False),
        (1, 7, -1, 1, 7, 1, True),
        (1, 8, None, None, None, None, False),
        (2, 9, -70, 2, None, 2, True),
        (2, 9, -3, 1, 7, 1, True),
    ]


def test_clients_and_loans_of_any_number_are_kept_apart() -> None:
    highest = 2**53 - 1
    clients = [-highest, 0, 1, highest]
    rows = pl.LazyFrame(
        {
            "SK_ID_CURR": clients * 2,
            "SK_ID_PREV": [-highest] * 4 + [highest] * 4,
            "day": [-500_000] * 4 + [None] * 4,
        }
    )
    found = in_spans(rows, "day", (1,), (1,)).collect()
    assert found["SK_ID_CURR"].to_list() == [client for client in clients for _ in range(2)]
    assert found["day"].to_list() == [-500_000, None] * 4
    assert found["newest_loan"].to_list() == [True, False] * 4


def test_a_window_includes_its_last_day() -> None:
    found = paid(payment(-60, 5), payment(-61, 0), payment(-366, 9))
    assert found["INST_LATENESS_MEAN_60D"] == 5
    assert found["INST_LATENESS_MEAN_90D"] == 2.5
    assert found["INST_LATENESS_MEAN_365D"] == 2.5
    assert found["INST_LATENESS_MAX_730D"] == 9
    assert found["INST_LATE_DAYS_SUM_365D"] == 5


def test_the_last_due_dates_count_every_payment_due_on_them() -> None:
    found = paid(
        payment(-400, 4),
        payment(-400, 2, SK_ID_PREV=2),
        payment(-430, 0),
        payment(-460, 30),
    )
    assert found["INST_LATENESS_MEAN_LAST_2"] == 2
    assert found["INST_LATE_SHARE_LAST_2"] == pytest.approx(2 / 3)
    assert found["INST_LATENESS_MEAN_LAST_5"] == 9
    assert np.isnan(found["INST_LATENESS_MEAN_365D"])


# Instalments


def test_payments_of_one_instalment_add_up() -> None:
    found = paid(
        payment(-30, -2, paid=60, NUM_INSTALMENT_NUMBER=4),
        payment(-30, 3, paid=40, NUM_INSTALMENT_NUMBER=4),
        payment(-60, 0, paid=60),
    )
    assert found["INST_COUNT"] == 2
    assert found["INST_SHORT_SHARE"] == 0.5
    assert found["INST_SHORT_SUM"] == 40
    assert found["INST_SPLIT_SHARE"] == 0.5
    assert found["INST_LATENESS_MAX"] == 3  # it was complete with its last payment
    assert found["INST_LATE_SHARE"] == 0.5


@pytest.mark.parametrize(
    "other",
    [
        {"SK_ID_PREV": 2},
        {"NUM_INSTALMENT_VERSION": 2.0},
        {"NUM_INSTALMENT_NUMBER": 5},
        {"DAYS_INSTALMENT": -31.0},
    ],
)
def test_payments_of_different_instalments_do_not_add_up(other: dict[str, object]) -> None:
    half = payment(-30, 0, paid=50, NUM_INSTALMENT_NUMBER=4)
    found = paid(half, {**half, **other})
    assert (found["INST_COUNT"], found["INST_SHORT_SHARE"]) == (2, 1)


def test_an_overpaid_instalment_does_not_hide_a_short_one() -> None:
    found = paid(payment(-30, paid=150), payment(-60, paid=70))
    assert (found["INST_SHORT_SUM"], found["INST_OVER_SUM"]) == (30, 50)
    assert (found["INST_SHORT_SHARE"], found["INST_OVER_SHARE"]) == (0.5, 0.5)
    assert found["INST_PAID_TO_DUE"] == pytest.approx(1.1)


def test_an_instalment_without_a_payment_is_unpaid_and_not_judged() -> None:
    found = paid({**payment(-30), "AMT_PAYMENT": None, "DAYS_ENTRY_PAYMENT": None}, payment(-60, 1))
    assert found["INST_UNPAID_COUNT"] == 1
    assert (found["INST_LATE_SHARE"], found["INST_SHORT_SHARE"]) == (1, 0)


def test_late_and_early_do_not_cancel_out() -> None:
    found = paid(payment(-30, 10), payment(-60, -10))
    assert (found["INST_LATENESS_MEAN"], found["INST_LATE_DAYS_MEAN"]) == (0, 5)
    assert found["INST_LATENESS_SPREAD"] == 10
    assert (found["INST_LATE_7_SHARE"], found["INST_LATE_15_SHARE"]) == (0.5, 0)


def test_a_late_payment_counts_half_after_its_half_life() -> None:
    found = paid(payment(-180, 0), payment(-360, 6))  # weights 1/2 and 1/4
    assert found["INST_LATE_DAYS_WEIGHTED"] == pytest.approx(6 * 0.25 / 0.75)
    assert found["INST_LATE_WEIGHTED"] == pytest.approx(1 / 3)


def test_slopes_follow_the_days() -> None:
    found = paid(payment(-10, 9), payment(-20, 4), payment(-30, -1), payment(-800, 0))
    assert found["INST_LATENESS_SLOPE_365D"] == pytest.approx(0.5)
    days, late = np.array([-10, -20, -30, -800]), np.array([9, 4, -1, 0])
    assert found["INST_LATENESS_SLOPE"] == pytest.approx(np.polyfit(days, late, 1)[0])
    assert found["INST_PAID_SHARE_SLOPE"] == 0
    assert np.isnan(paid(payment(-10, 9))["INST_LATENESS_SLOPE"])


def test_kinds_of_loans_are_told_apart() -> None:
    found = paid(
        payment(-500, 8, NUM_INSTALMENT_NUMBER=1),
        payment(-400, 2, NUM_INSTALMENT_NUMBER=4),
        payment(-20, 1, SK_ID_PREV=2, NUM_INSTALMENT_VERSION=0.0, NUM_INSTALMENT_NUMBER=1),
        payment(-90, -3, SK_ID_PREV=2, NUM_INSTALMENT_VERSION=0.0, NUM_INSTALMENT_NUMBER=2),
    )
    assert found["INST_FIRST_LATENESS_MAX"] == 8
    assert found["INST_CARD_LATENESS_MEAN"] == -1
    assert found["INST_NEWEST_LATE_SHARE"] == 0.5  # the card fell due last
    assert found["INST_CARD_SHARE"] == 0.5
    assert found["INST_LOANS_BEGUN"] == 1


# Loans, month by month


def test_months_past_due_in_windows() -> None:
    found = balances(
        month(-1), month(-3, SK_DPD=4), month(-4, SK_DPD=9, SK_DPD_DEF=9), month(-30, SK_DPD=40)
    )
    assert found["POS_LATE_SHARE_3M"] == 0.5
    assert found["POS_DPD_MAX_3M"] == 4
    assert found["POS_DPD_MAX_LAST_3"] == 9
    assert found["POS_LATE_SHARE_LAST_5"] == 0.75
    assert found["POS_DPD_DEF_MEAN_12M"] == 3
    assert found["POS_LATE_30_SHARE"] == 0.25


def test_what_is_left_now_is_that_of_the_latest_month_of_running_loans() -> None:
    loan = {"CNT_INSTALMENT": 12.0}
    found = balances(
        month(-1, **loan, CNT_INSTALMENT_FUTURE=4.0),
        month(-2, **loan, CNT_INSTALMENT_FUTURE=5.0),
        month(-1, **loan, SK_ID_PREV=2, CNT_INSTALMENT_FUTURE=2.0),
        month(-9, **loan, SK_ID_PREV=3, CNT_INSTALMENT_FUTURE=7.0),  # on record long ago
        month(
            -3, **loan, SK_ID_PREV=4, NAME_CONTRACT_STATUS="Completed", CNT_INSTALMENT_FUTURE=3.0
        ),
    )
    assert found["POS_LOANS"] == 4
    assert found["POS_RUNNING_COUNT"] == 2
    assert found["POS_LEFT_NOW_SUM"] == 6
    assert found["POS_LEFT_NOW_MAX"] == 4
    assert found["POS_LEFT_NOW_SHARE"] == 0.25
    assert found["POS_COMPLETED_SHARE"] == 0.25
    assert found["POS_COMPLETED_MONTH"] == -3
    assert found["POS_EARLY_COUNT"] == 1


def test_the_latest_loan_is_the_one_with_the_latest_month() -> None:
    found = balances(
        month(-1, SK_ID_PREV=1, CNT_INSTALMENT=6.0, CNT_INSTALMENT_FUTURE=3.0, SK_DPD=2),
        month(-2, SK_ID_PREV=1, CNT_INSTALMENT=10.0, CNT_INSTALMENT_FUTURE=8.0),
        month(-5, SK_ID_PREV=2, CNT_INSTALMENT=24.0, SK_DPD=50),
    )
    assert found["POS_LATEST_MONTHS"] == 2
    assert found["POS_LATEST_LEFT"] == 3
    assert found["POS_LATEST_DPD_MAX"] == 2
    assert found["POS_LATEST_LATE_SHARE"] == 0.5
    assert found["POS_CHANGED_SHARE"] == 0.5


def test_the_slope_of_days_past_due() -> None:
    found = balances(month(-1, SK_DPD_DEF=30), month(-2, SK_DPD_DEF=20), month(-3, SK_DPD_DEF=10))
    assert found["POS_DPD_DEF_SLOPE"] == 10


# Cards


def test_card_use() -> None:
    limit = {"AMT_CREDIT_LIMIT_ACTUAL": 1_000}
    found = card(
        month(-2, **limit, AMT_BALANCE=900.0),
        month(-3, **limit, AMT_BALANCE=500.0),
        month(-4, **limit, AMT_BALANCE=100.0),
        month(-40, AMT_CREDIT_LIMIT_ACTUAL=500, AMT_BALANCE=600.0),
    )
    assert found["CARD_USE_LATEST"] == pytest.approx(0.9)
    assert found["CARD_USE_MEAN_3M"] == pytest.approx(0.7)
    assert found["CARD_USE_MAX"] == pytest.approx(1.2)
    assert found["CARD_USE_SLOPE_12M"] == pytest.approx(0.4)
    assert found["CARD_BALANCE_SLOPE_12M"] == pytest.approx(400)
    assert found["CARD_OVER_LIMIT_SHARE"] == 0.25
    assert found["CARD_LIMIT_RISE"] == 2


def test_card_drawings_by_kind() -> None:
    found = card(
        month(-1, AMT_DRAWINGS_CURRENT=100.0, AMT_DRAWINGS_ATM_CURRENT=25.0, AMT_BALANCE=100.0),
        month(
            -8,
            AMT_DRAWINGS_CURRENT=100.0,
            AMT_DRAWINGS_ATM_CURRENT=0.0,
            AMT_DRAWINGS_POS_CURRENT=100.0,
            AMT_BALANCE=100.0,
        ),
        month(-9, AMT_DRAWINGS_CURRENT=0.0, AMT_DRAWINGS_ATM_CURRENT=0.0, AMT_BALANCE=0.0),
    )
    assert found["CARD_CASH_SHARE"] == 0.125
    assert found["CARD_BOUGHT_SHARE"] == 0.5
    assert found["CARD_DRAWN_MEAN_6M"] == 100
    assert found["CARD_LAST_DRAWN_MONTH"] == -1
    assert found["CARD_CASH_MONTHS_SHARE"] == pytest.approx(1 / 3)
    assert found["CARD_IDLE_SHARE"] == pytest.approx(1 / 3)


def test_card_payments_against_the_minimum() -> None:
    due = {"AMT_INST_MIN_REGULARITY": 100.0}
    found = card(
        month(-1, **due, AMT_PAYMENT_CURRENT=50.0),
        month(-2, **due, AMT_PAYMENT_CURRENT=105.0),
        month(-3, **due, AMT_PAYMENT_CURRENT=900.0),
        month(-4, **due, AMT_PAYMENT_CURRENT=0.0),
        month(-5, AMT_INST_MIN_REGULARITY=0.0, AMT_PAYMENT_CURRENT=0.0),
    )
    assert found["CARD_SHORT_SHARE"] == 0.5
    assert found["CARD_MINIMUM_ONLY_SHARE"] == 0.25
    assert found["CARD_NONE_PAID_SHARE"] == 0.25


# Slopes


@pytest.mark.parametrize("seed", range(3))
def test_the_slope_is_the_textbook_one_whatever_the_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    time, value = rng.integers(-2_000, 0, 60), rng.normal(0, 1e5, 60).round(3)
    expr = slope(pl.col("value"), pl.col("time"))
    data = pl.DataFrame({"time": time, "value": value})
    found = {data.sample(fraction=1, shuffle=True, seed=k).select(expr).item() for k in range(5)}
    assert len(found) == 1
    assert found.pop() == pytest.approx(np.polyfit(time, value, 1)[0])


@pytest.mark.parametrize("time", [[], [-5], [-5, -5], [-5, None]])
def test_a_slope_needs_two_moments(time: list[int | None]) -> None:
    data = pl.DataFrame(
        {"time": time, "value": [1.0] * len(time)},
        schema={"time": pl.Int64, "value": pl.Float64},
    )
    assert data.select(slope(pl.col("value"), pl.col("time"))).item() is None


def test_a_slope_over_some_of_the_rows() -> None:
    data = pl.DataFrame({"time": [-1, -2, -3], "value": [3.0, 1.0, 99.0]})
    expr = slope(pl.col("value"), pl.col("time"), pl.col("time") > -3)
    assert data.select(expr).item() == 2
