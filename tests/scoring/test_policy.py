"""Policy rules, each by hand."""

from __future__ import annotations

from typing import Any

import pytest

from monitoring.models import Completeness
from scoring.policy import RULES, Facts, decide, findings, wrong

COLUMNS = {
    "AMT_INCOME_TOTAL": 1_000.0,
    "AMT_ANNUITY": 300.0,
    "AMT_CREDIT": 20_000.0,
    "EXT_SOURCE_2": None,
}


@pytest.mark.parametrize(
    ("code", "limit", "value"),
    [
        ("minimum_age", 31, 30),
        ("maximum_age", 29, 30),
        ("minimum_income", 1_000.5, 1_000),
        ("maximum_debt_ratio", 0.29, 0.3),
        ("maximum_loan_to_income", 19, 20),
        ("large_amount", 20_000, 20_000),
        ("missing_data", None, 1),
        ("watch_list", None, 1),
    ],
)
def test_a_rule_speaks(code: str, limit: float | None, value: float) -> None:
    facts = Facts(COLUMNS, Completeness.FORM, age=30, on_watch_list=True)
    (found,) = findings({code: {"outcome": "refer", "limit": limit}}, facts)
    assert (found.code, found.outcome, found.limit) == (code, "refer", limit)
    assert found.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("minimum_age", 30),
        ("maximum_age", 30),
        ("minimum_income", 1_000),
        ("maximum_debt_ratio", 0.3),
        ("maximum_loan_to_income", 20),
        ("large_amount", 20_001),
        ("missing_data", None),
        ("watch_list", None),
    ],
)
def test_a_rule_is_silent_at_its_limit(code: str, limit: float | None) -> None:
    facts = Facts(COLUMNS | {"EXT_SOURCE_2": 0.4}, Completeness.FORM, age=30)
    assert findings({code: {"outcome": "decline", "limit": limit}}, facts) == []


def test_what_is_not_known_breaks_no_rule() -> None:
    rules: dict[str, Any] = {code: {"outcome": "decline", "limit": 0} for code in RULES}
    found = findings(rules, Facts({}, Completeness.FULL))
    assert found == []


def test_the_most_severe_wins() -> None:
    facts = Facts(COLUMNS, Completeness.FORM, age=30, on_watch_list=True)
    found = findings(
        {"watch_list": {"outcome": "refer"}, "minimum_age": {"outcome": "decline", "limit": 31}},
        facts,
    )
    assert decide("approve", found[1:]) == "refer"
    assert decide("approve", found) == "decline"
    assert decide("decline", []) == "decline"
    assert decide("approve", []) == "approve"


@pytest.mark.parametrize(
    ("code", "setting"),
    [
        ("minimum_age", {"outcome": "refer", "limit": 17}),
        ("minimum_age", {"outcome": "refer"}),
        ("minimum_age", {"outcome": "approve", "limit": 21}),
        ("minimum_age", {"outcome": "refer", "limit": "21"}),
        ("watch_list", {"outcome": "refer", "limit": 1}),
        ("unknown", {"outcome": "refer"}),
    ],
)
def test_settings_that_no_strategy_may_hold(code: str, setting: dict[str, Any]) -> None:
    good = {"large_amount": {"outcome": "refer", "limit": 1e6}, "watch_list": {"outcome": "refer"}}
    assert wrong(good) == []
    assert wrong(good | {code: setting}) == [code]
