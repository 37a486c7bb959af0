"""The schema of the raw columns says exactly what the service accepts."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.descriptions import DESCRIPTIONS
from ml.schema import APPLICATION_LEVELS, APPLICATION_TEST, AUXILIARY, NOT_EMPLOYED, Table
from scoring import inputs
from scoring.api.schema import APPLICATION_SCHEMA, EXAMPLE, HISTORY_SCHEMA
from scoring.exceptions import InvalidInput

# JSON knows one kind of number: 5.0 is whole.
_WHOLE = jsonschema.Draft202012Validator.TYPE_CHECKER
_VALIDATOR = jsonschema.validators.extend(jsonschema.Draft4Validator, type_checker=_WHOLE)
COLUMNS = [name for name in APPLICATION_TEST.columns if name != "SK_ID_CURR"]  # the serializer's
FIELDS = [
    (table, name) for table in AUXILIARY for name in table.columns if name != "SK_ID_CURR"
]  # whose answer depends on the client that is scored


def _allows(schema: dict[str, Any], value: Any) -> bool:
    """Whether an OpenAPI 3.0 schema, JSON schema draft 4 with `nullable`, allows a value."""
    if value is None and schema.get("nullable"):
        return None in schema.get("enum", [None])
    return bool(_VALIDATOR(schema).is_valid(value))


def _edges(schema: dict[str, Any]) -> list[float]:
    """The numbers around each bound, wherever it stands."""
    parts = [schema, *schema.get("anyOf", [])]
    bounds = [part[key] for part in parts for key in ("minimum", "maximum") if key in part]
    bounds += [one for part in parts for one in part.get("enum", []) if isinstance(one, int)]
    return [bound + step for bound in bounds for step in (-1, -0.5, 0, 0.5, 1)]


def _values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of JSON, many of them close to what is allowed."""
    edges, levels = _edges(schema), schema.get("enum", [])
    near = [st.sampled_from(edges), st.floats(min(edges), max(edges))] if edges else []
    known = [st.sampled_from(levels)] if levels else []
    numbers = [st.integers(), st.floats(allow_nan=False, allow_infinity=False)]
    others = [st.none(), st.booleans(), st.text(max_size=5), st.just([]), st.just({})]
    return st.one_of(*near, *known, *numbers, *others)


def _takes(column: str, value: Any) -> bool:
    try:
        inputs.application({column: value})
    except InvalidInput:
        return False
    return True


def _takes_record(table: Table, column: str, value: Any) -> bool:
    history = {table.name: [{column: value}]}
    if table.name == "bureau_balance":
        history["bureau"] = []
    try:
        inputs.history(history, 1)
    except InvalidInput:
        return False
    return True


@given(data=st.data(), column=st.sampled_from(COLUMNS))
def test_an_application_is_taken_where_the_schema_allows_it(
    data: st.DataObject, column: str
) -> None:
    schema = APPLICATION_SCHEMA["properties"][column]
    value = data.draw(_values(schema))
    assert _takes(column, value) == _allows(schema, value)


@given(data=st.data(), field=st.sampled_from(FIELDS))
def test_a_record_is_taken_where_the_schema_allows_it(
    data: st.DataObject, field: tuple[Table, str]
) -> None:
    table, column = field
    schema = HISTORY_SCHEMA["properties"][table.name]["items"]["properties"][column]
    value = data.draw(_values(schema))
    assert _takes_record(table, column, value) == _allows(schema, value)


@pytest.mark.parametrize("column", COLUMNS)
def test_each_edge_of_an_application(column: str) -> None:
    schema = APPLICATION_SCHEMA["properties"][column]
    values = [*_edges(schema), *APPLICATION_LEVELS.get(column, ()), None, "", True]
    assert [v for v in values if _takes(column, v) != _allows(schema, v)] == []


@pytest.mark.parametrize(("table", "column"), FIELDS, ids=lambda v: getattr(v, "name", v))
def test_each_edge_of_a_record(table: Table, column: str) -> None:
    schema = HISTORY_SCHEMA["properties"][table.name]["items"]["properties"][column]
    values = [*_edges(schema), None, "", True]
    assert [v for v in values if _takes_record(table, column, v) != _allows(schema, v)] == []


def test_as_many_records_are_taken_as_the_schema_allows() -> None:
    limit = HISTORY_SCHEMA["properties"]["bureau"]["maxItems"]
    inputs.history({"bureau": [{}] * limit}, 1)
    with pytest.raises(InvalidInput):
        inputs.history({"bureau": [{}] * (limit + 1)}, 1)


def test_not_in_work_is_the_one_number_beyond_its_range() -> None:
    schema = APPLICATION_SCHEMA["properties"]["DAYS_EMPLOYED"]
    assert _allows(schema, NOT_EMPLOYED)
    assert not _allows(schema, NOT_EMPLOYED - 1)


def test_every_column_is_described() -> None:
    objects = {"application_test": APPLICATION_SCHEMA}
    objects |= {name: records["items"] for name, records in HISTORY_SCHEMA["properties"].items()}
    for name, told in objects.items():
        assert not told["additionalProperties"]
        for column, schema in told["properties"].items():
            assert schema["description"].startswith(DESCRIPTIONS[name][column])


def test_what_must_be_known_is_marked() -> None:
    properties = APPLICATION_SCHEMA["properties"]
    marked = {name for name, told in properties.items() if "x-required-unless-on-file" in told}
    assert marked == set(inputs.REQUIRED)
    assert all("Required unless" in properties[name]["description"] for name in marked)


def test_the_example_can_be_sent() -> None:
    inputs.require_complete(inputs.application(EXAMPLE))
