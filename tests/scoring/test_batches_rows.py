"""Which rows of a batch are refused, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.tables import Tables
from monitoring.models import Prediction, Source
from scoring import inputs, services
from scoring.batches import checking, reading
from scoring.exceptions import InvalidInput
from tests.scoring import batches
from tests.scoring.factories import APPLICATION

ROW: dict[str, Any] = {"SK_ID_CURR": 5, **APPLICATION}
BAD: list[tuple[str, Any]] = [
    ("AMT_CREDIT", -1),
    ("AMT_CREDIT", 1e13),
    ("AMT_CREDIT", "much"),
    ("DAYS_BIRTH", -14_000.5),
    ("DAYS_BIRTH", -3_000),
    ("DAYS_EMPLOYED", 365_242),
    ("EXT_SOURCE_2", 1.01),
    ("NAME_CONTRACT_TYPE", "Cash loan"),
    ("NAME_CONTRACT_TYPE", "=1+1"),
    ("AMT_ANNUITY", "inf"),
]


def told_one_by_one(row: dict[str, Any]) -> dict[str, list[str]]:
    columns = {name: value for name, value in row.items() if name != "SK_ID_CURR"}
    with pytest.raises(InvalidInput) as error:
        services.score(application=columns, client_id=row.get("SK_ID_CURR"), source=Source.API)
    return {path.removeprefix("application."): told for path, told in error.value.errors.items()}


@pytest.mark.parametrize(("column", "value"), BAD)
@pytest.mark.django_db
@pytest.mark.usefixtures("champion")
def test_the_words_are_those_of_a_single_score(column: str, value: Any) -> None:
    rows = [ROW, {**ROW, column: value}, ROW]
    batch = batches.scored(batches.as_csv(rows))
    said = float(value) if value == "inf" else value
    assert batches.wrong(batch) == {3: told_one_by_one({**ROW, column: said})}
    assert [row.line for row in batches.rows_of(batch) if row.prediction] == [2, 4]


@pytest.mark.parametrize(
    "changes",
    [
        {"AMT_CREDIT": "450000"},
        {"AMT_CREDIT": True},
        {"AMT_CREDIT": [1]},
        {"AMT_CREDIT": 10**400},
        {"AMT_CREDIT": 10**17},
        {"CODE_GENDER": 3},
        {"AMT_ANNUTY": 3},
        {"TARGET": 1},
        {"AMT_CREDIT": None, "AMT_INCOME_TOTAL": None},
        {"AMT_CREDIT": -1, "CODE_GENDER": "x", "DAYS_BIRTH": 2},
    ],
)
@pytest.mark.django_db
@pytest.mark.usefixtures("champion")
def test_values_of_json_are_held_to_their_types(changes: dict[str, Any]) -> None:
    rows = [ROW, {**ROW, **changes}]
    batch = batches.scored(batches.as_json_lines(rows))
    wrong = batches.wrong(batch)
    assert list(wrong) == [2]
    if changes != {"AMT_CREDIT": 10**400}:  # whose digits nobody wants to read
        assert wrong[2] == told_one_by_one({**ROW, **changes})


@pytest.mark.parametrize("number", ["x", "0", "-4", "1.5", str(2**63)])
@pytest.mark.django_db
@pytest.mark.usefixtures("champion")
def test_a_client_number_must_be_one(number: str) -> None:
    batch = batches.scored(batches.as_csv([ROW, {**ROW, "SK_ID_CURR": number}]))
    assert batches.wrong(batch) == {3: {"SK_ID_CURR": ["Expected the client's number."]}}


@pytest.mark.parametrize("cell", [" 450000 ", "4.5e5", "450000.0", '"450000"'])
@pytest.mark.django_db
@pytest.mark.usefixtures("champion")
def test_a_number_may_be_written_in_other_ways(cell: str) -> None:
    plain = batches.as_csv([ROW])
    batch = batches.scored(plain.replace(b"450000.0", cell.encode()))
    (row,) = batches.rows_of(batch)
    assert row.prediction is not None, row.errors
    assert row.prediction.inputs["AMT_CREDIT"] == 450_000


@pytest.mark.django_db
@pytest.mark.usefixtures("champion")
def test_lines_are_those_of_the_file() -> None:
    header = ",".join(ROW)
    good = ",".join(map(str, ROW.values()))
    lines = [
        header,
        good,
        "",
        good + ",1",  # line 4
        '5,"Cash\nloans",1,1,1,1,-9000,-1,0.5',  # lines 5 and 6
        good,
        "5,Cash loans",  # line 8
        good,
    ]
    batch = batches.scored("\r\n".join(lines).encode())
    wrong = batches.wrong(batch)
    assert wrong[4] == {"": ["Expected 9 columns, found 10."]}
    assert "'Cash\\nloans' is not a known value" in wrong[5]["NAME_CONTRACT_TYPE"][0]
    assert wrong[8] == {"": ["Expected 9 columns, found 2."]}
    assert [row.line for row in batches.rows_of(batch)] == [2, 4, 5, 7, 8, 9]
    assert batch.rows == 6


@pytest.mark.django_db
@pytest.mark.usefixtures("champion")
def test_quotation_marks_in_strange_places_change_no_other_row() -> None:
    lines = batches.as_csv([ROW] * 3).decode().splitlines()
    lines[2] = lines[2].replace("Cash loans", 'Cash"a,b"loans')
    batch = batches.scored("\n".join(lines).encode())
    wrong = batches.wrong(batch)
    assert list(wrong) == [3]
    assert [row.line for row in batches.rows_of(batch) if row.prediction] == [2, 4]


@pytest.mark.django_db
@pytest.mark.usefixtures("champion")
def test_lines_that_are_no_json_are_named() -> None:
    good = batches.as_json_lines([ROW]).decode()
    batch = batches.scored(
        f'{good}{{"a": \n\n[1]\n{good}{{"A\\u0000": 1, "AMT_CREDIT": 1}}\n'.encode()
    )
    wrong = batches.wrong(batch)
    assert wrong[2][""][0].startswith("This is not JSON: ")
    assert wrong[4] == {"": ["This is not a JSON object."]}
    assert wrong[6] == {"A\ufffd": ["This field is unknown."]}
    assert [row.line for row in batches.rows_of(batch)] == [1, 2, 4, 5, 6]


@pytest.mark.django_db
@pytest.mark.usefixtures("champion")
def test_an_unknown_client_without_an_application() -> None:
    batch = batches.scored(b"SK_ID_CURR\n17\n")
    told = told_one_by_one({"SK_ID_CURR": 17})
    assert batches.wrong(batch) == {2: {"SK_ID_CURR": told["client_id"]}}
    assert batches.rows_of(batch)[0].client_id == 17


@pytest.mark.django_db
@pytest.mark.usefixtures("champion", "french")
def test_errors_speak_the_language_of_who_sent_the_file() -> None:
    from django.utils import translation  # noqa: PLC0415 - beside its use

    with translation.override("fr"):
        batch = batches.create(batches.as_csv([{**ROW, "AMT_CREDIT": "much"}]))
    batches.work(batch)
    assert batches.wrong(batch)[2]["AMT_CREDIT"] != told_one_by_one({**ROW, "AMT_CREDIT": "much"})


@pytest.mark.django_db
@pytest.mark.usefixtures("champion")
def test_one_bad_row_in_each_chunk(
    synthetic_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.batches.services.ROWS", 7)
    rows = batches.applications(synthetic_tables, 30)
    spoilt = rows.with_columns(
        pl.when(pl.int_range(pl.len()) % 7 == 3)
        .then(-1.0)
        .otherwise("AMT_CREDIT")
        .alias("AMT_CREDIT")
    )
    batch = batches.scored(batches.as_csv(spoilt))
    assert sorted(batches.wrong(batch)) == [5, 12, 19, 26]
    progress = batch.chunks.progress()
    assert (progress.chunks, progress.scored, progress.refused) == (5, 26, 4)
    assert Prediction.objects.count() == 26


_VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-40_000, 400_000),
    st.integers(),
    st.floats(allow_nan=False),
    st.sampled_from([365_243, -36_525, -36_526, -6_570, -6_569, 0, 1, 1.01, -0.01, 1e12, 0.5, -1]),
    st.sampled_from(["F", "Y", "Cash loans", "MONDAY", "XNA", "", "no"]),
    st.text(max_size=3),
)
_COLUMN = st.sampled_from(
    [name for name in reading.APPLICATION_TEST.columns if name != "SK_ID_CURR"]
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.dictionaries(_COLUMN, _VALUES, max_size=4), min_size=1, max_size=6))
def test_the_quick_check_lets_nothing_pass(rows: list[dict[str, Any]]) -> None:
    """What is refused, and what is made of the rest, is what a single score does."""
    try:
        data = batches.as_json_lines(rows)
        read = reading.json_rows(data, 1)
    except UnicodeEncodeError:
        return
    checked = checking.check(read)
    expected: dict[int, Callable[..., Any] | Any] = {}
    good: list[dict[str, Any]] = []
    for line, row in enumerate(rows, start=1):
        if line in read.broken:
            continue
        try:
            good.append(inputs.application(row))
        except InvalidInput as error:
            expected[line] = set(checking.by_column(error))
    told = {line: set(why) for line, why in checked.refused.items() if line not in read.broken}
    assert told == expected
    for index, row in enumerate(good):
        kept = checked.columns.row(index, named=True)
        gone = checked.absent[index] if checked.absent else frozenset()
        assert {name: value for name, value in kept.items() if name not in gone} == row
