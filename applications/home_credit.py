"""The one place that maps an application's fields to Home Credit's raw columns.

Home Credit counts days back from the day of the application; the desk asks for dates. On any
one day the mapping loses nothing: `columns(fields(raw, on=day), on=day)` is `raw` again, for
the columns in `COLUMNS`. An empty field and a column without a value are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from applications.choices import Employment
from ml.schema import APPLICATION_TEST, NOT_EMPLOYED, Kind


class _Column(NamedTuple):
    """A raw column, and the two ways between its values and a field's."""

    name: str
    to_raw: Callable[[Any, date], Any]
    to_field: Callable[[Any, date], Any]


def _same(name: str) -> _Column:
    return _Column(name, lambda value, on: value, lambda raw, on: raw)


def _whole(name: str) -> _Column:
    """A count: Home Credit keeps some of them as decimal numbers."""
    return _Column(name, lambda value, on: value, lambda raw, on: int(raw))


def _day(name: str) -> _Column:
    return _Column(
        name,
        lambda value, on: (value - on).days,
        lambda raw, on: on + timedelta(days=int(raw)),
    )


def _flag(name: str, yes: object = 1, no: object = 0) -> _Column:
    return _Column(name, lambda value, on: yes if value else no, lambda raw, on: raw == yes)


def _elsewhere(name: str) -> _Column:
    """Home Credit notes that two addresses differ; the desk asks whether they agree."""
    return _flag(name, yes=0, no=1)


_FIELDS: Mapping[str, _Column] = {
    "birth_date": _day("DAYS_BIRTH"),
    "education": _same("NAME_EDUCATION_TYPE"),
    "gender": _same("CODE_GENDER"),
    "family_status": _same("NAME_FAMILY_STATUS"),
    "has_mobile": _flag("FLAG_MOBIL"),
    "mobile_reachable": _flag("FLAG_CONT_MOBILE"),
    "has_home_phone": _flag("FLAG_PHONE"),
    "has_work_phone": _flag("FLAG_WORK_PHONE"),
    "has_employer_phone": _flag("FLAG_EMP_PHONE"),
    "has_email": _flag("FLAG_EMAIL"),
    "id_document_date": _day("DAYS_ID_PUBLISH"),
    "registration_date": _day("DAYS_REGISTRATION"),
    "phone_changed_date": _day("DAYS_LAST_PHONE_CHANGE"),
    "children": _whole("CNT_CHILDREN"),
    "family_members": _whole("CNT_FAM_MEMBERS"),
    "housing_type": _same("NAME_HOUSING_TYPE"),
    "owns_realty": _flag("FLAG_OWN_REALTY", "Y", "N"),
    "owns_car": _flag("FLAG_OWN_CAR", "Y", "N"),
    "car_age": _same("OWN_CAR_AGE"),
    "accompanied_by": _same("NAME_TYPE_SUITE"),
    "income_type": _same("NAME_INCOME_TYPE"),
    "employed_since": _day("DAYS_EMPLOYED"),
    "occupation": _same("OCCUPATION_TYPE"),
    "organisation": _same("ORGANIZATION_TYPE"),
    "monthly_income": _same("AMT_INCOME_TOTAL"),
    "contract_type": _same("NAME_CONTRACT_TYPE"),
    "amount": _same("AMT_CREDIT"),
    "annuity": _same("AMT_ANNUITY"),
    "goods_price": _same("AMT_GOODS_PRICE"),
    "region_rating": _same("REGION_RATING_CLIENT"),
    "region_city_rating": _same("REGION_RATING_CLIENT_W_CITY"),
    "region_population": _same("REGION_POPULATION_RELATIVE"),
    "lives_in_registered_region": _elsewhere("REG_REGION_NOT_LIVE_REGION"),
    "works_in_registered_region": _elsewhere("REG_REGION_NOT_WORK_REGION"),
    "works_in_home_region": _elsewhere("LIVE_REGION_NOT_WORK_REGION"),
    "lives_in_registered_city": _elsewhere("REG_CITY_NOT_LIVE_CITY"),
    "works_in_registered_city": _elsewhere("REG_CITY_NOT_WORK_CITY"),
    "works_in_home_city": _elsewhere("LIVE_CITY_NOT_WORK_CITY"),
    "house_type": _same("HOUSETYPE_MODE"),
    "walls": _same("WALLSMATERIAL_MODE"),
    "building_unsafe": _flag("EMERGENCYSTATE_MODE", "Yes", "No"),
    "total_area": _same("TOTALAREA_MODE"),
    "external_score_1": _same("EXT_SOURCE_1"),
    "external_score_2": _same("EXT_SOURCE_2"),
    "external_score_3": _same("EXT_SOURCE_3"),
    "enquiries_hour": _whole("AMT_REQ_CREDIT_BUREAU_HOUR"),
    "enquiries_day": _whole("AMT_REQ_CREDIT_BUREAU_DAY"),
    "enquiries_week": _whole("AMT_REQ_CREDIT_BUREAU_WEEK"),
    "enquiries_month": _whole("AMT_REQ_CREDIT_BUREAU_MON"),
    "enquiries_quarter": _whole("AMT_REQ_CREDIT_BUREAU_QRT"),
    "enquiries_year": _whole("AMT_REQ_CREDIT_BUREAU_YEAR"),
    "circle_observed_30": _whole("OBS_30_CNT_SOCIAL_CIRCLE"),
    "circle_late_30": _whole("DEF_30_CNT_SOCIAL_CIRCLE"),
    "circle_observed_60": _whole("OBS_60_CNT_SOCIAL_CIRCLE"),
    "circle_late_60": _whole("DEF_60_CNT_SOCIAL_CIRCLE"),
}
COLUMNS: tuple[str, ...] = tuple(column.name for column in _FIELDS.values())
FIELDS: tuple[str, ...] = (*_FIELDS, "employment")
TERMS = ("amount", "annuity", "goods_price", "monthly_income")


def columns(values: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """Return the raw columns of an application's `values`, as filed on the day `on`.

    Every column in `COLUMNS` is there; those of empty fields hold None.
    """
    raw = {column.name: _raw(column, values.get(field), on) for field, column in _FIELDS.items()}
    if values.get("employment") == Employment.NOT_IN_WORK:
        raw["DAYS_EMPLOYED"] = NOT_EMPLOYED
    return raw


def terms(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the raw columns of the fields in `TERMS` alone, which no date changes."""
    return {
        _FIELDS[field].name: _raw(_FIELDS[field], values.get(field), date.min) for field in TERMS
    }


def fields(raw: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """Return the field values of `raw` columns, read on the day `on`."""
    values = {
        field: _EMPTY.get(field)
        if raw.get(column.name) is None
        else column.to_field(raw[column.name], on)
        for field, column in _FIELDS.items()
        if field != "employed_since"
    }
    return {**values, **_employment(raw.get("DAYS_EMPLOYED"), on)}


def filing(at: datetime) -> dict[str, Any]:
    """Return the columns that say when an application was filed, `at` in local time."""
    return {
        "WEEKDAY_APPR_PROCESS_START": _WEEKDAYS[at.weekday()],
        "HOUR_APPR_PROCESS_START": at.hour,
    }


def field_of(column: str) -> str | None:
    """Return the form field a raw column comes from; None if the form does not ask for it."""
    return _FIELD_OF.get(column)


def _raw(column: _Column, value: Any, on: date) -> Any:
    if value is None or value == "":
        return None
    raw = column.to_raw(value, on)
    return float(raw) if APPLICATION_TEST.columns[column.name] is Kind.NUMBER else raw


def _employment(days: float | None, on: date) -> dict[str, Any]:
    if days is None:
        return {"employment": "", "employed_since": None}
    if days == NOT_EMPLOYED:
        return {"employment": Employment.NOT_IN_WORK.value, "employed_since": None}
    since = _FIELDS["employed_since"].to_field(days, on)
    return {"employment": Employment.IN_WORK.value, "employed_since": since}


# English whatever the server's locale, so not strftime.
_WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_FIELD_OF = {column.name: field for field, column in _FIELDS.items()}
# A text field of the desk is empty, never null.
_EMPTY = {
    field: ""
    for field, column in _FIELDS.items()
    if APPLICATION_TEST.columns[column.name] is Kind.TEXT
    and not field.startswith(("owns_", "building_"))
}
