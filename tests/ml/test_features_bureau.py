"""Features of loans with other lenders: latest loans, plans, kinds and monthly status."""

from __future__ import annotations

import pytest

from tests.ml.factories import Records, value

LOANS: Records = {
    "bureau": [
        {
            "SK_ID_BUREAU": 1,
            "CREDIT_ACTIVE": "Closed",
            "CREDIT_TYPE": "Consumer credit",
            "DAYS_CREDIT": -1_000,
            "DAYS_CREDIT_ENDDATE": -600.0,
            "DAYS_ENDDATE_FACT": -700.0,
            "AMT_CREDIT_SUM": 500.0,
            "AMT_CREDIT_MAX_OVERDUE": 50.0,
        },
        {
            "SK_ID_BUREAU": 2,
            "CREDIT_ACTIVE": "Active",
            "CREDIT_TYPE": "Consumer credit",
            "DAYS_CREDIT": -300,
            "DAYS_CREDIT_ENDDATE": 100.0,
            "AMT_CREDIT_SUM": 1_000.0,
            "AMT_CREDIT_SUM_DEBT": 600.0,
        },
        {
            "SK_ID_BUREAU": 3,
            "CREDIT_ACTIVE": "Active",
            "CREDIT_TYPE": "Credit card",
            "DAYS_CREDIT": -200,
            "AMT_CREDIT_SUM": 3_000.0,
            "AMT_CREDIT_SUM_DEBT": 600.0,
        },
        # Of the same day as the one before: the higher number counts as later.
        {
            "SK_ID_BUREAU": 4,
            "CREDIT_ACTIVE": "Active",
            "CREDIT_TYPE": "Consumer credit",
            "DAYS_CREDIT": -200,
            "DAYS_CREDIT_ENDDATE": -20.0,
            "AMT_CREDIT_SUM": 2_000.0,
            "AMT_CREDIT_SUM_DEBT": 100.0,
        },
    ]
}
MONTHS: Records = {
    "bureau": [
        {"SK_ID_BUREAU": 1, "CREDIT_ACTIVE": "Active", "DAYS_CREDIT": -900},
        {"SK_ID_BUREAU": 2, "CREDIT_ACTIVE": "Closed", "DAYS_CREDIT": -1_900},
    ],
    "bureau_balance": [
        {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -1, "STATUS": "2"},
        {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -2, "STATUS": "0"},
        {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -3, "STATUS": "1"},
        {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -9, "STATUS": "X"},
        {"SK_ID_BUREAU": 2, "MONTHS_BALANCE": -9, "STATUS": "C"},
        {"SK_ID_BUREAU": 2, "MONTHS_BALANCE": -19, "STATUS": "4"},
        {"SK_ID_BUREAU": 2, "MONTHS_BALANCE": -30, "STATUS": "0"},
        {"SK_ID_BUREAU": 2, "MONTHS_BALANCE": -31, "STATUS": "0"},
    ],
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LAST_1_CREDIT_MEAN", 2_000),
        ("LAST_3_CREDIT_MEAN", 2_000),
        ("LAST_5_CREDIT_MEAN", 1_625),
        ("LAST_3_ACTIVE_SHARE", 1),
        ("LAST_5_ACTIVE_SHARE", 0.75),
        ("LAST_1_DEBT_SHARE_MEAN", 0.05),
        ("LAST_3_OVERDUE_MAX", None),
        ("LAST_5_OVERDUE_MAX", 50),
        ("LAST_CARD", 0),
        ("DAYS_CREDIT_THIRD", -300),
        ("DAYS_BETWEEN_TREND", 50 / (800 / 3)),
        ("NEW_COUNT_180D", 0),
        ("NEW_COUNT_365D", 3),
        ("CLOSED_COUNT_730D", 1),
        ("NEW_CREDIT_SHARE_365D", 6_000 / 6_500),
        ("KIND_COUNT", 2),
        ("CONSUMER_ACTIVE_COUNT", 2),
        ("CONSUMER_DEBT_TO_CREDIT", 700 / 3_000),
        ("CARD_DAYS_CREDIT_LAST", -200),
        ("MORTGAGE_DEBT_TO_CREDIT", None),
        ("PAST_END_COUNT", 1),
        ("ENDLESS_COUNT", 1),
        ("DUE_DEBT_365D", 700),
        # 600 over 100 days, and 100 at once; the card has no end.
        ("BURDEN_SUM", 600 / (100 * 12 / 365.25) + 100),
        # Three quarters of the time have passed, and 0.6 are owed; the other should be repaid.
        ("BEHIND_PLAN_MAX", 0.35),
        ("BEHIND_PLAN_MEAN", 0.2),
        ("CLOSED_EARLY_SHARE", 1),
        ("CLOSED_LATE_SHARE", 0),
        ("CLOSED_BEFORE_PLAN_MAX", 100),
        ("ACTUAL_TO_PLANNED_LENGTH", 0.75),
        ("OVERDUE_DAYS_CREDIT_LAST", -1_000),
        ("OVERDUE_SUM_TO_CREDIT", 50 / 6_500),
    ],
)
def test_loans(name: str, expected: float | None) -> None:
    found = value(f"BUREAU_{name}", LOANS)
    assert found == (None if expected is None else pytest.approx(expected, rel=1e-5))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LATE_MONTHS_3M", 2),
        ("LATE_MONTHS_6M", 2),
        ("LATE_MONTHS_24M", 3),
        ("LATE_MONTHS_SHARE", 0.5),
        ("LATE_MONTHS_YEAR_SHARE", 2 / 3),
        ("LATE_MONTHS_TREND", 2 / 3 - 0.5),
        ("VERY_LATE_MONTHS", 2),
        ("WORST", 4),
        ("SEVERITY_RECENT", 2 / 2 + 1 / 4 + 4 / 20),
        ("MONTHS_KNOWN", 6),
        ("MONTHS_UNKNOWN_SHARE", 1 / 8),
        ("MONTHS_CLOSED_SHARE", 1 / 8),
        ("LAST_LATE_MONTH", -1),
        ("FIRST_MONTH", -31),
    ],
)
def test_months(name: str, expected: float) -> None:
    assert value(f"BUREAU_{name}", MONTHS) == pytest.approx(expected, rel=1e-6)


def test_months_that_are_all_on_time_are_not_unknown() -> None:
    on_time: Records = {
        "bureau": MONTHS["bureau"],
        "bureau_balance": [{"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -1, "STATUS": "0"}],
    }
    assert value("BUREAU_WORST", on_time) == 0
    assert value("BUREAU_LATE_MONTHS_24M", on_time) == 0
    assert value("BUREAU_LATE_MONTHS_SHARE", on_time) == 0
    assert value("BUREAU_LAST_LATE_MONTH", on_time) is None


def test_without_a_monthly_balance_nothing_is_known_of_months() -> None:
    for name in ("WORST", "LATE_MONTHS_24M", "SEVERITY_RECENT", "MONTHS_KNOWN"):
        assert value(f"BUREAU_{name}", {"bureau": MONTHS["bureau"]}) is None
