"""Features of the application, and of it against the history, worked out by hand."""

from __future__ import annotations

import math

import pytest

from ml.features import FEATURES
from tests.ml.factories import Records, value

STATED: dict[str, object] = {
    "AMT_CREDIT": 240_000,
    "AMT_GOODS_PRICE": 200_000,
    "AMT_ANNUITY": 12_000,
    "AMT_INCOME_TOTAL": 100_000,
    "CNT_CHILDREN": 1,
    "CNT_FAM_MEMBERS": 3,
    "DAYS_BIRTH": -14_610,  # 40 years
    "DAYS_EMPLOYED": -1_000,
    "DAYS_REGISTRATION": -4_000,
    "DAYS_ID_PUBLISH": -2_000,
    "DAYS_LAST_PHONE_CHANGE": -500,
    "REGION_RATING_CLIENT": 2,
    "REGION_RATING_CLIENT_W_CITY": 1,
    "EXT_SOURCE_1": 0.2,
    "EXT_SOURCE_3": 0.8,
    "AMT_REQ_CREDIT_BUREAU_HOUR": 0,
    "AMT_REQ_CREDIT_BUREAU_DAY": 1,
    "AMT_REQ_CREDIT_BUREAU_WEEK": 0,
    "AMT_REQ_CREDIT_BUREAU_MON": 1,
    "AMT_REQ_CREDIT_BUREAU_QRT": 2,
    "AMT_REQ_CREDIT_BUREAU_YEAR": 4,
    "DEF_30_CNT_SOCIAL_CIRCLE": 2,
    "DEF_60_CNT_SOCIAL_CIRCLE": 1,
}
HISTORY: Records = {
    "previous_application": [
        {
            "SK_ID_PREV": 1,
            "NAME_CONTRACT_STATUS": "Approved",
            "DAYS_DECISION": -400,
            "AMT_CREDIT": 120_000.0,
            "AMT_APPLICATION": 120_000.0,
            "AMT_ANNUITY": 10_000.0,
            "CNT_PAYMENT": 12.0,
            "DAYS_LAST_DUE": 365243.0,
            "DAYS_LAST_DUE_1ST_VERSION": 61.0,
        }
    ],
    "bureau": [
        {
            "SK_ID_BUREAU": 1,
            "CREDIT_ACTIVE": "Active",
            "DAYS_CREDIT": -100,
            "AMT_CREDIT_SUM": 80_000.0,
            "AMT_CREDIT_SUM_DEBT": 60_000.0,
            "DAYS_CREDIT_ENDDATE": 365.25,
        }
    ],
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("EXT_PATTERN", 5),
        ("EXT_KNOWN", 2),
        ("EXT_DEVIATION", 0.3),
        ("EXT_LOG_ODDS", math.log(0.25) + math.log(4)),
        ("EXT_1_TO_3", 0.25),
        ("EXT_1_TO_2", None),
        ("EXT_1_TIMES_AGE", 8),
        ("EXT_MEAN_TIMES_REGION", 0.56 * 3),
        ("TERM_TO_EXT_3", 25),
        ("RATE_TERM", 30),
        ("INTEREST_COST", 120_000),
        ("AGE_AT_END", 42.5),
        ("NO_INSURANCE", 0),
        ("INCOME_LEFT", 88_000),
        ("INCOME_TO_AGE", 2_500),
        ("CREDIT_TO_INCOME_PER_HEAD", 4.8),
        ("CITY_BETTER", 1),
        ("AGE_AT_PAPERS", 12_610),
        ("PAPERS_AFTER_REGISTRATION", 2_000),
        ("PHONE_TO_EMPLOYED", 0.5),
        ("LATEST_CHANGE", -500),
        ("ENQUIRY_COUNT", 8),
        ("ENQUIRY_COUNT_30D", 2),
        ("ENQUIRY_SHARE_90D", 0.5),
        ("SOCIAL_WORSENED", 0.5),
        ("ADULT_COUNT", 2),
        ("CHILDREN_TO_FAMILY", 1 / 3),
        ("INCOME_PER_ADULT", 50_000),
    ],
)
def test_application(name: str, expected: float | None) -> None:
    found = value(name, {}, **STATED)
    assert found == (None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-12))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LOAN_TO_PREVIOUS_LAST", 2),
        ("LOAN_TO_BUREAU_MAX", 3),
        ("TERM_TO_PREVIOUS_LAST", 2.5),
        ("CREDIT_TO_GOODS_LESS_PREVIOUS", 0.2),
        ("BURDEN_TO_INCOME", (12_000 + 10_000 + 60_000 / 12) / 100_000),
        ("BURDEN_TO_ANNUITY", 5_000 / 12_000),
        ("DEBT_TO_AGE", 1_500),
        ("OPEN_LOANS", 2),
        ("PHONE_AFTER_APPLICATION", -100),
        ("JOB_AFTER_FIRST_LOAN", -900),
        ("ENQUIRIES_WITHOUT_LOAN", 7),
        ("SCORE_TIMES_OPEN_SHARE", 0.44),
    ],
)
def test_application_against_history(name: str, expected: float) -> None:
    assert value(name, HISTORY, **STATED) == pytest.approx(expected, rel=1e-9)


def test_a_lone_score_has_no_deviation() -> None:
    assert value("EXT_DEVIATION", {}, EXT_SOURCE_2=0.4) is None
    assert value("EXT_PATTERN", {}, EXT_SOURCE_2=0.4) == 2
    assert value("EXT_PATTERN", {}) == 0


def test_a_dearer_loan_than_the_earlier_one_shows() -> None:
    free_of_interest = 0.0  # what 12 instalments of a twelfth are
    rate = value("YEARLY_RATE", {}, **STATED)
    assert value("RATE_LESS_PREVIOUS_LAST", HISTORY, **STATED) == pytest.approx(rate, abs=1e-9)
    assert isinstance(rate, float)
    assert rate > free_of_interest + 0.2


@pytest.mark.parametrize(
    "name",
    ["CODE_GENDER", "NAME_FAMILY_STATUS", "NAME_TYPE_SUITE", "CNT_FAM_MEMBERS", "ADULT_COUNT"],
)
def test_what_reveals_gender_or_family_is_protected(name: str) -> None:
    assert FEATURES[name].protected
