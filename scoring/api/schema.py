"""The raw columns as JSON schema, for the API's documentation.

It says what `scoring.inputs` accepts: no more, no less.
"""

from __future__ import annotations

import math
from typing import Any

from ml.descriptions import DESCRIPTIONS, TABLE_DESCRIPTIONS
from ml.schema import APPLICATION_LEVELS, APPLICATION_TEST, AUXILIARY, NOT_EMPLOYED, Kind, Table
from ml.tables import LIMITS
from scoring import inputs

# Somebody nobody knows, described as far as an application form does.
EXAMPLE: dict[str, Any] = {
    "NAME_CONTRACT_TYPE": "Cash loans",
    "AMT_CREDIT": 450_000,
    "AMT_ANNUITY": 22_500,
    "AMT_GOODS_PRICE": 400_000,
    "AMT_INCOME_TOTAL": 180_000,
    "CODE_GENDER": "F",
    "DAYS_BIRTH": -14_000,
    "NAME_FAMILY_STATUS": "Married",
    "CNT_CHILDREN": 1,
    "CNT_FAM_MEMBERS": 3,
    "NAME_EDUCATION_TYPE": "Higher education",
    "NAME_INCOME_TYPE": "Working",
    "OCCUPATION_TYPE": "Managers",
    "DAYS_EMPLOYED": -2_000,
    "NAME_HOUSING_TYPE": "House / apartment",
    "FLAG_OWN_CAR": "N",
    "FLAG_OWN_REALTY": "Y",
    "REGION_RATING_CLIENT": 2,
    "EXT_SOURCE_1": None,
    "EXT_SOURCE_2": 0.51,
    "AMT_REQ_CREDIT_BUREAU_YEAR": 1,
}

_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.ID: {"type": "integer", "nullable": True},
    Kind.INTEGER: {"type": "integer", "nullable": True},
    Kind.NUMBER: {"type": "number", "format": "double", "nullable": True},
    Kind.TEXT: {"type": "string", "nullable": True},
}


def _application(name: str, kind: Kind) -> dict[str, Any]:
    told = {**_TYPES[kind], "description": DESCRIPTIONS[APPLICATION_TEST.name][name]}
    if name in inputs.REQUIRED:
        told["description"] += " Required unless it is on file for the client."
        told["x-required-unless-on-file"] = True
    if name == "SK_ID_CURR":
        told["description"] += " The same as `client_id`, which may be left out then."
        return {**told, "minimum": 1, "maximum": inputs.MAX_CLIENT}
    if kind is Kind.TEXT:
        return {**told, "enum": [*APPLICATION_LEVELS[name], None]}
    bounds = _bounds(name, kind)
    if name == "DAYS_EMPLOYED":
        return {**told, "anyOf": [bounds, {"enum": [NOT_EMPLOYED]}]}
    return {**told, **bounds}


def _bounds(name: str, kind: Kind) -> dict[str, float]:
    low, high = inputs.allowed(name)
    if kind is Kind.INTEGER:
        low, high = math.ceil(low), math.floor(high)
    return {"minimum": low, "maximum": high}


def _record(table: Table, name: str, kind: Kind) -> dict[str, Any]:
    told = {**_TYPES[kind], "description": DESCRIPTIONS[table.name][name]}
    if name == "SK_ID_CURR":
        told["description"] += " May be left out; it must be the client that is scored."
        told["nullable"] = False
    if kind is Kind.TEXT:
        return told
    if kind is Kind.NUMBER:
        edge = LIMITS[kind]
        outside = {"exclusiveMinimum": True, "exclusiveMaximum": True}
        return {**told, "minimum": -edge, "maximum": edge, **outside}
    edge = int(LIMITS[kind]) - 1
    return {**told, "minimum": -edge, "maximum": edge}


def _records(table: Table) -> dict[str, Any]:
    described = TABLE_DESCRIPTIONS[table.name]
    if table.name == "bureau_balance":
        described += " Needs the loans it belongs to, in `bureau`."
    return {
        "type": "array",
        "description": described,
        "maxItems": inputs.MAX_RECORDS,
        "items": {
            "type": "object",
            "properties": {
                name: _record(table, name, kind) for name, kind in table.columns.items()
            },
            "additionalProperties": False,
        },
    }


APPLICATION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        name: _application(name, kind) for name, kind in APPLICATION_TEST.columns.items()
    },
    "additionalProperties": False,
    "example": EXAMPLE,
}
HISTORY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {table.name: _records(table) for table in AUXILIARY},
    "additionalProperties": False,
}
