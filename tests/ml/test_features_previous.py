"""Features of earlier applications: latest ones, streaks, interest, what still runs."""

from __future__ import annotations

import pytest

from tests.ml.factories import Records, value

APPLICATIONS: Records = {
    "previous_application": [
        {
            "SK_ID_PREV": 1,
            "NAME_CONTRACT_STATUS": "Approved",
            "NAME_CONTRACT_TYPE": "Cash loans",
            "DAYS_DECISION": -800,
            "AMT_APPLICATION": 20_000.0,
            "AMT_CREDIT": 20_000.0,
            "AMT_ANNUITY": 1_852.69,  # 20 % a year
            "CNT_PAYMENT": 12.0,
            "DAYS_FIRST_DUE": -770.0,
            "DAYS_LAST_DUE": -500.0,
            "DAYS_LAST_DUE_1ST_VERSION": -440.0,
        },
        {
            "SK_ID_PREV": 2,
            "NAME_CONTRACT_STATUS": "Approved",
            "NAME_CONTRACT_TYPE": "Consumer loans",
            "DAYS_DECISION": -400,
            "AMT_APPLICATION": 15_000.0,
            "AMT_CREDIT": 12_000.0,
            "AMT_ANNUITY": 1_000.0,  # without interest
            "CNT_PAYMENT": 12.0,
            "DAYS_LAST_DUE": 365243.0,
            "DAYS_LAST_DUE_1ST_VERSION": 60.875,
            "NAME_YIELD_GROUP": "low_action",
        },
        {
            "SK_ID_PREV": 3,
            "NAME_CONTRACT_STATUS": "Canceled",
            "DAYS_DECISION": -80,
            "AMT_CREDIT": 0.0,
        },
        {
            "SK_ID_PREV": 4,
            "NAME_CONTRACT_STATUS": "Refused",
            "CODE_REJECT_REASON": "HC",
            "DAYS_DECISION": -60,
            "AMT_APPLICATION": 30_000.0,
            "AMT_CREDIT": 30_000.0,
        },
        {
            "SK_ID_PREV": 5,
            "NAME_CONTRACT_STATUS": "Refused",
            "DAYS_DECISION": -60,
            "AMT_APPLICATION": 9_000.0,
            "AMT_CREDIT": 9_000.0,
            "NAME_YIELD_GROUP": "high",
        },
    ]
}


def some(*numbers: int) -> Records:
    """Only the applications of these numbers."""
    rows = APPLICATIONS["previous_application"]
    return {"previous_application": [row for row in rows if row["SK_ID_PREV"] in numbers]}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LAST_CREDIT", 9_000),
        ("LAST_3_CREDIT_MEAN", 13_000),
        ("LAST_3_REFUSED_SHARE", 2 / 3),
        ("LAST_3_APPROVED_SHARE", 0),
        ("LAST_5_APPROVED_SHARE", 0.4),
        ("APPROVED_TREND", -0.4),
        ("LAST_APPROVED_CREDIT", 12_000),
        ("LAST_APPROVED_ANNUITY", 1_000),
        ("CREDIT_TREND", 0.75),
        ("REFUSAL_STREAK", 2),
        ("SINCE_APPROVED_COUNT", 3),
        ("SINCE_APPROVED_REFUSED", 2),
        ("SAME_DAY_COUNT", 1),
        ("DAYS_DECISION_THIRD", -80),
        ("DAYS_BETWEEN", 185),
        ("DAYS_BETWEEN_TREND", 10 / 185),
        ("COUNT_90D", 3),
        ("COUNT_365D", 3),
        ("COUNT_730D", 4),
        ("REFUSED_COUNT_90D", 2),
        ("APPROVED_COUNT_365D", 0),
        ("ASKED_SUM_365D", 39_000),
        ("REJECT_HC_COUNT_730D", 1),
        ("SHORTFALL_MAX", 3_000),
        ("GRANTED_MIN", 0.8),
        ("CONSUMER_RATE_MEAN", 0),
        ("YIELD_MEAN", 1.5),
        ("LAST_YIELD", 3),
        ("RUNNING_MONTHS_MAX", 2),
        ("RUNNING_LEFT_SUM", 2_000),
        ("END_EARLY_SHARE", 1),
        ("LAST_END_AFTER_PLAN", None),
        ("FIRST_DUE_AFTER_MEAN", 30),
    ],
)
def test_applications(name: str, expected: float | None) -> None:
    found = value(f"PREV_{name}", APPLICATIONS)
    assert found == (None if expected is None else pytest.approx(expected, rel=1e-6, abs=1e-9))


def test_interest_rates_by_kind_of_loan() -> None:
    assert value("PREV_CASH_RATE_MEAN", APPLICATIONS) == pytest.approx(0.2, abs=0.001)
    assert value("PREV_APPROVED_RATE_MIN", APPLICATIONS) == pytest.approx(0, abs=1e-9)
    assert value("PREV_RATE_TREND", APPLICATIONS) == pytest.approx(-0.1, abs=0.001)


def test_all_refused_is_one_streak_without_an_approval() -> None:
    refused = some(4, 5)
    assert value("PREV_REFUSAL_STREAK", refused) == 2
    assert value("PREV_SINCE_APPROVED_REFUSED", refused) == 2
    assert value("PREV_SINCE_APPROVED_COUNT", refused) is None
    assert value("PREV_LAST_APPROVED_CREDIT", refused) is None


def test_an_approval_ends_the_streak() -> None:
    assert value("PREV_REFUSAL_STREAK", some(1, 2)) == 0
    assert value("PREV_SINCE_APPROVED_COUNT", some(1, 2)) == 0
    assert value("PREV_SINCE_APPROVED_REFUSED", some(1, 2)) == 0
