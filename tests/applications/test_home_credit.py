"""The mapping between the form's fields and Home Credit's columns loses nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications import home_credit
from applications.models import LoanApplication
from ml.schema import APPLICATION_LEVELS, APPLICATION_TEST, Kind

TODAY = date(2024, 2, 29)


def _values(column: str) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one per kind of column
    kind = APPLICATION_TEST.columns[column]
    if kind is Kind.TEXT:
        return st.sampled_from(APPLICATION_LEVELS[column])
    if column == "DAYS_EMPLOYED":
        return st.integers(-20_000, 0) | st.just(365243)
    if column.startswith("DAYS_"):
        days = st.integers(-25_000, 0)
        return days if kind is Kind.INTEGER else days.map(float)
    if column.startswith(("FLAG_", "REG_", "LIVE_")):
        return st.integers(0, 1)
    if column.startswith("REGION_RATING"):
        return st.sampled_from([-1, 1, 2, 3])
    if column.startswith(("CNT_", "OBS_", "DEF_", "AMT_REQ_")):
        counts = st.integers(0, 30)
        return counts if kind is Kind.INTEGER else counts.map(float)
    return st.floats(0, 1e9)


raw_columns = st.fixed_dictionaries(
    {column: st.none() | _values(column) for column in home_credit.COLUMNS}
)


@given(raw_columns, st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_raw_columns_survive_the_form_on_any_day(raw: dict[str, Any], on: date) -> None:
    back = home_credit.columns(home_credit.fields(raw, on=on), on=on)

    assert back == raw
    assert {c: type(v) for c, v in back.items()} == {c: type(v) for c, v in raw.items()}


def test_absent_columns_are_empty_fields() -> None:
    fields = home_credit.fields({}, on=TODAY)

    assert set(fields) == set(home_credit.FIELDS)
    assert set(fields.values()) == {None, ""}
    assert set(home_credit.columns(fields, on=TODAY).values()) == {None}


def test_every_field_is_one_of_the_model() -> None:
    assert set(home_credit.FIELDS) <= {field.name for field in LoanApplication._meta.get_fields()}


def test_text_fields_are_empty_rather_than_null() -> None:
    fields = home_credit.fields({}, on=TODAY)

    wrong = [
        n for n, v in fields.items() if v is None and not LoanApplication._meta.get_field(n).null
    ]  # type: ignore[union-attr]
    assert wrong == []


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (365243, {"employment": "not_in_work", "employed_since": None}),
        (-29, {"employment": "in_work", "employed_since": date(2024, 1, 31)}),
        (None, {"employment": "", "employed_since": None}),
    ],
)
def test_employment(days: int | None, expected: dict[str, Any]) -> None:
    fields = home_credit.fields({"DAYS_EMPLOYED": days}, on=TODAY)

    assert {name: fields[name] for name in expected} == expected


def test_choices_are_exactly_home_credits_levels() -> None:
    for field in home_credit.FIELDS:
        choices = getattr(LoanApplication._meta.get_field(field), "choices", None)
        column = next((c for c in home_credit.COLUMNS if home_credit.field_of(c) == field), "")
        if choices and column in APPLICATION_LEVELS:
            assert {value for value, _ in choices} == set(APPLICATION_LEVELS[column]), field


def test_filing_names_the_weekday_and_the_hour() -> None:
    assert home_credit.filing(datetime(2024, 2, 29, 14, 59)) == {  # noqa: DTZ001 - local
        "WEEKDAY_APPR_PROCESS_START": "THURSDAY",
        "HOUR_APPR_PROCESS_START": 14,
    }


def test_a_column_off_the_form_has_no_field() -> None:
    assert home_credit.field_of("FLAG_DOCUMENT_3") is None
    assert home_credit.field_of("DAYS_BIRTH") == "birth_date"
