"""Features of a client small enough to be worked out by hand."""

from __future__ import annotations

import pytest

from tests.ml.factories import Records, value

BUREAU: Records = {
    "bureau": [
        {
            "SK_ID_BUREAU": 1,
            "CREDIT_ACTIVE": "Active",
            "DAYS_CREDIT": -100,
            "AMT_CREDIT_SUM": 1000.0,
            "AMT_CREDIT_SUM_DEBT": 250.0,
            "CREDIT_TYPE": "Credit card",
        },
        {
            "SK_ID_BUREAU": 2,
            "CREDIT_ACTIVE": "Active",
            "DAYS_CREDIT": -40,
            "AMT_CREDIT_SUM": 3000.0,
            "AMT_CREDIT_SUM_DEBT": 2250.0,
            "CREDIT_TYPE": "Consumer credit",
        },
        {
            "SK_ID_BUREAU": 3,
            "CREDIT_ACTIVE": "Closed",
            "DAYS_CREDIT": -1000,
            "AMT_CREDIT_SUM": 500.0,
            "CREDIT_TYPE": "Consumer credit",
        },
    ],
    "bureau_balance": [
        {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -1, "STATUS": "0"},
        {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -2, "STATUS": "1"},
        {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -3, "STATUS": "X"},
        {"SK_ID_BUREAU": 3, "MONTHS_BALANCE": -30, "STATUS": "3"},
        {"SK_ID_BUREAU": 9, "MONTHS_BALANCE": -1, "STATUS": "5"},
    ],
}
PREVIOUS: Records = {
    "previous_application": [
        {
            "SK_ID_PREV": 1,
            "NAME_CONTRACT_STATUS": "Approved",
            "DAYS_DECISION": -900,
            "AMT_CREDIT": 1000.0,
            "AMT_APPLICATION": 800.0,
            "AMT_ANNUITY": 110.0,
            "CNT_PAYMENT": 10.0,
            "DAYS_LAST_DUE": -500.0,
            "DAYS_LAST_DUE_1ST_VERSION": -400.0,
        },
        {
            "SK_ID_PREV": 2,
            "NAME_CONTRACT_STATUS": "Approved",
            "DAYS_DECISION": -300,
            "AMT_CREDIT": 3000.0,
            "AMT_ANNUITY": 300.0,
            "CNT_PAYMENT": 12.0,
            "DAYS_LAST_DUE": 365243.0,
        },
        {
            "SK_ID_PREV": 3,
            "NAME_CONTRACT_STATUS": "Refused",
            "DAYS_DECISION": -50,
            "AMT_CREDIT": 9000.0,
            "CODE_REJECT_REASON": "HC",
        },
    ]
}
POS: Records = {
    "POS_CASH_balance": [
        {"SK_ID_PREV": 1, "MONTHS_BALANCE": -1, "SK_DPD": 0, "SK_DPD_DEF": 0},
        {"SK_ID_PREV": 1, "MONTHS_BALANCE": -2, "SK_DPD": 4, "SK_DPD_DEF": 2},
        {"SK_ID_PREV": 2, "MONTHS_BALANCE": -20, "SK_DPD": 0, "SK_DPD_DEF": 0},
        {"SK_ID_PREV": 2, "MONTHS_BALANCE": -21, "SK_DPD": 0, "SK_DPD_DEF": 0},
    ]
}
CARD: Records = {
    "credit_card_balance": [
        {
            "SK_ID_PREV": 1,
            "MONTHS_BALANCE": -1,
            "AMT_BALANCE": 500.0,
            "AMT_CREDIT_LIMIT_ACTUAL": 1000,
            "AMT_DRAWINGS_CURRENT": 100.0,
            "AMT_DRAWINGS_ATM_CURRENT": 25.0,
        },
        {
            "SK_ID_PREV": 1,
            "MONTHS_BALANCE": -20,
            "AMT_BALANCE": 100.0,
            "AMT_CREDIT_LIMIT_ACTUAL": 1000,
            "AMT_DRAWINGS_CURRENT": 0.0,
            "AMT_DRAWINGS_ATM_CURRENT": 0.0,
        },
    ]
}
INSTALLMENTS: Records = {
    "installments_payments": [
        {
            "SK_ID_PREV": 1,
            "DAYS_INSTALMENT": -10.0,
            "DAYS_ENTRY_PAYMENT": -5.0,
            "AMT_INSTALMENT": 100.0,
            "AMT_PAYMENT": 50.0,
        },
        {
            "SK_ID_PREV": 1,
            "DAYS_INSTALMENT": -400.0,
            "DAYS_ENTRY_PAYMENT": -403.0,
            "AMT_INSTALMENT": 100.0,
            "AMT_PAYMENT": 100.0,
        },
    ]
}


@pytest.mark.parametrize(
    ("name", "records", "expected"),
    [
        ("BUREAU_COUNT", BUREAU, 3),
        ("BUREAU_ACTIVE_COUNT", BUREAU, 2),
        ("BUREAU_ACTIVE_SHARE", BUREAU, 2 / 3),
        ("BUREAU_DEBT_SUM", BUREAU, 2500),
        ("BUREAU_DEBT_TO_CREDIT", BUREAU, 2500 / 4000),
        ("BUREAU_DEBT_SHARE_MEAN", BUREAU, 0.5),
        ("BUREAU_CARD_DEBT_TO_DEBT", BUREAU, 0.1),
        ("BUREAU_NEW_COUNT_365D", BUREAU, 2),
        ("BUREAU_NEW_SHARE_730D", BUREAU, 2 / 3),
        ("BUREAU_DAYS_BETWEEN", BUREAU, 480),
        ("BUREAU_DAYS_CREDIT_LAST", BUREAU, -40),
        ("BUREAU_CLOSED_DAYS_CREDIT_LAST", BUREAU, -1000),
        ("BUREAU_LATE_MONTHS_SHARE", BUREAU, 2 / 3),
        ("BUREAU_LATE_MONTHS_YEAR_SHARE", BUREAU, 0.5),
        ("BUREAU_VERY_LATE_MONTHS", BUREAU, 1),
        ("BUREAU_LAST_LATE_MONTH", BUREAU, -2),
        ("BUREAU_OVERDUE_MAX", BUREAU, None),
        ("PREV_COUNT", PREVIOUS, 3),
        ("PREV_APPROVED_COUNT", PREVIOUS, 2),
        ("PREV_REFUSED_SHARE", PREVIOUS, 1 / 3),
        ("PREV_LAST_REFUSED", PREVIOUS, 1),
        ("PREV_LAST_CREDIT", PREVIOUS, 9000),
        ("PREV_DAYS_DECISION_FIRST", PREVIOUS, -900),
        ("PREV_APPROVED_DAYS_DECISION_LAST", PREVIOUS, -300),
        ("PREV_REFUSED_COUNT_180D", PREVIOUS, 1),
        ("PREV_REJECT_HC_COUNT", PREVIOUS, 1),
        ("PREV_APPROVED_INTEREST_MEAN", PREVIOUS, 0.15),
        ("PREV_APPROVED_GRANTED_MAX", PREVIOUS, 1.25),
        ("PREV_RUNNING_COUNT", PREVIOUS, 1),
        ("PREV_RUNNING_CREDIT_SUM", PREVIOUS, 3000),
        ("PREV_LAST_DUE_LAST", PREVIOUS, -500),
        ("PREV_END_AFTER_PLAN_MEAN", PREVIOUS, -100),
        ("POS_MONTHS", POS, 4),
        ("POS_LOANS", POS, 2),
        ("POS_LATE_SHARE", POS, 0.25),
        ("POS_LATE_SHARE_3M", POS, 0.5),
        ("POS_DPD_MAX", POS, 4),
        ("POS_LAST_LATE_MONTH", POS, -2),
        ("CARD_USE_MEAN", CARD, 0.3),
        ("CARD_USE_MEAN_3M", CARD, 0.5),
        ("CARD_USE_TREND", CARD, 5 / 3),
        ("CARD_CASH_SHARE", CARD, 0.25),
        ("INST_LATE_SHARE", INSTALLMENTS, 0.5),
        ("INST_LATENESS_MEAN", INSTALLMENTS, 1),
        ("INST_LATE_SHARE_90D", INSTALLMENTS, 1),
        ("INST_SHORT_SHARE", INSTALLMENTS, 0.5),
        ("INST_PAID_TO_DUE", INSTALLMENTS, 0.75),
    ],
)
def test_history(name: str, records: Records, expected: float | None) -> None:
    found = value(name, records)
    assert found == (None if expected is None else pytest.approx(expected, rel=1e-6))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CREDIT_TO_INCOME", 2.5),
        ("CREDIT_TO_ANNUITY", 10.0),
        ("TERM", 12.0),
        ("INTEREST", 0.2),
        ("INCOME_PER_HEAD", 40_000.0),
        ("EXT_MEAN", (2 * 0.2 + 3 * 0.6) / 5),
        ("EXT_SPREAD", 0.4),
        ("EXT_KNOWN", 2.0),
        ("EXT_2_TIMES_3", None),
        ("EDUCATION_RANK", 3.0),
        ("EMPLOYED_TO_AGE", 0.25),
        ("DEBT_TO_INCOME", 2500 / 120_000),
    ],
)
def test_application(name: str, expected: float | None) -> None:
    found = value(
        name,
        BUREAU,
        AMT_CREDIT=300_000,
        AMT_INCOME_TOTAL=120_000,
        AMT_ANNUITY=30_000,
        CNT_CHILDREN=2,
        EXT_SOURCE_1=0.2,
        EXT_SOURCE_2=0.6,
        NAME_EDUCATION_TYPE="Higher education",
        DAYS_BIRTH=-12_000,
        DAYS_EMPLOYED=-3_000,
    )
    assert found == (None if expected is None else pytest.approx(expected, rel=1e-9))
