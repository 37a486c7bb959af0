"""Scores of a batch are those of one-by-one calls, to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from ml.tables import Tables
from monitoring.models import Prediction, Source
from scoring import services
from scoring.batches.models import ScoreBatch
from scoring.batches.services import State
from scoring.models import ClientFile
from tests.scoring import batches

pytestmark = pytest.mark.django_db

COUNT = 60
EQUAL = [
    "client_id",
    "inputs",
    "history_used",
    "history_as_of",
    "completeness",
    "model_name",
    "model_version",
    "model_sha256",
    "raw_score",
    "pd",
    "refer_from",
    "decline_from",
    "cut_offs_version",
    "outcome",
]


def one_by_one(row: dict[str, Any], **options: Any) -> Prediction:
    columns = dict(row)
    client = columns.pop("SK_ID_CURR", None)
    return services.score(application=columns, client_id=client, source=Source.API, **options)


def assert_equal(batch: ScoreBatch, expected: list[Prediction]) -> None:
    assert batch.state == State.FINISHED, batch.problem
    rows = batches.rows_of(batch)
    assert len(rows) == len(expected)
    for row, single in zip(rows, expected, strict=True):
        assert row.prediction is not None, row.errors
        for name in EQUAL:
            assert getattr(row.prediction, name) == getattr(single, name), (row.line, name)
        assert bytes(row.prediction.features) == bytes(single.features)
        ours, theirs = row.prediction.history, single.history
        assert (ours and bytes(ours)) == (theirs and bytes(theirs))
        assert row.prediction.source == Source.BATCH
        assert row.prediction.requested_by == batch.created_by


FORMATS: dict[str, Callable[[pl.DataFrame], bytes]] = {
    "csv": batches.as_csv,
    "jsonl": lambda rows: batches.as_json_lines(rows.to_dicts()),
    "parquet": batches.as_parquet,
}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.usefixtures("champion", "known_client")
def test_of_known_clients(kind: str, synthetic_tables: Tables) -> None:
    rows = batches.applications(synthetic_tables, COUNT)
    batch = batches.scored(FORMATS[kind](rows))
    assert_equal(batch, [one_by_one(row) for row in rows.to_dicts()])
    assert {row.prediction.completeness for row in batches.rows_of(batch)} > {"full"}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.usefixtures("champion")
def test_of_unknown_clients(kind: str, synthetic_tables: Tables) -> None:
    rows = batches.applications(synthetic_tables, COUNT, skip=500)
    batch = batches.scored(FORMATS[kind](rows))
    assert_equal(batch, [one_by_one(row) for row in rows.to_dicts()])


@pytest.mark.usefixtures("champion")
def test_of_nobody_named(synthetic_tables: Tables) -> None:
    rows = batches.applications(synthetic_tables, COUNT).drop("SK_ID_CURR")
    batch = batches.scored(batches.as_csv(rows))
    assert_equal(batch, [one_by_one(row) for row in rows.to_dicts()])


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.usefixtures("champion", "known_client")
def test_what_is_on_file_fills_absent_columns(kind: str, synthetic_tables: Tables) -> None:
    rows = batches.applications(synthetic_tables, COUNT).select(
        "SK_ID_CURR", "AMT_CREDIT", "EXT_SOURCE_2", "DAYS_EMPLOYED", "ORGANIZATION_TYPE"
    )
    batch = batches.scored(FORMATS[kind](rows))
    assert_equal(batch, [one_by_one(row) for row in rows.to_dicts()])


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.usefixtures("champion", "known_client")
def test_of_client_numbers_alone(kind: str) -> None:
    clients = list(ClientFile.objects.order_by("pk").values_list("pk", flat=True)[:20])
    batch = batches.scored(FORMATS[kind](pl.DataFrame({"SK_ID_CURR": clients})))
    assert_equal(batch, [one_by_one({"SK_ID_CURR": client}) for client in clients])


@pytest.mark.usefixtures("champion", "known_client")
def test_each_line_of_json_gives_its_own_columns(synthetic_tables: Tables) -> None:
    rows = batches.applications(synthetic_tables, COUNT).to_dicts()
    ragged = [
        {name: value for place, (name, value) in enumerate(row.items()) if (place * i) % 7 < 4}
        | {"SK_ID_CURR": row["SK_ID_CURR"]}
        for i, row in enumerate(rows)
    ]
    batch = batches.scored(batches.as_json_lines(ragged))
    assert_equal(batch, [one_by_one(row) for row in ragged])


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.usefixtures("champion", "known_client")
def test_of_a_zip_with_its_own_history(suffix: str, synthetic_tables: Tables) -> None:
    rows = batches.applications(synthetic_tables, COUNT, skip=380)
    history = batches.of_clients(synthetic_tables, rows["SK_ID_CURR"].to_list())
    write = batches.as_csv if suffix == "csv" else batches.as_parquet
    content = batches.as_zip(
        {
            f"some/folder/{name}.{suffix}": write(frame)
            for name, frame in {"application_test": rows, **history}.items()
        }
    )
    expected = []
    for row in rows.to_dicts():
        own = {
            name: frame.filter(pl.col("SK_ID_CURR") == row["SK_ID_CURR"])
            for name, frame in history.items()
            if name != "bureau_balance"
        }
        loans = own["bureau"]["SK_ID_BUREAU"].to_list()
        months = history["bureau_balance"].filter(pl.col("SK_ID_BUREAU").is_in(loans))
        records = {name: frame.to_dicts() for name, frame in own.items()}
        records = {
            "bureau": records["bureau"],
            "bureau_balance": months.to_dicts(),
            **{name: found for name, found in records.items() if name != "bureau"},
        }
        expected.append(one_by_one(row, history=records))
    assert_equal(batches.scored(content), expected)


@pytest.mark.usefixtures("champion", "known_client")
def test_a_zip_without_history_uses_what_is_on_file(synthetic_tables: Tables) -> None:
    rows = batches.applications(synthetic_tables, 10)
    content = batches.as_zip({"application_test.csv": batches.as_csv(rows)})
    assert_equal(batches.scored(content), [one_by_one(row) for row in rows.to_dicts()])


@pytest.mark.usefixtures("champion")
def test_kaggles_training_table_is_scored_without_its_outcome(synthetic_tables: Tables) -> None:
    rows = synthetic_tables.frames["application_train"].sort("SK_ID_CURR").head(10).collect()
    content = batches.as_zip({"application_train.csv": batches.as_csv(rows)})
    expected = [one_by_one(row) for row in rows.drop("TARGET").to_dicts()]
    assert_equal(batches.scored(content), expected)


@pytest.mark.usefixtures("champion")
def test_reasons_are_those_of_a_single_score(synthetic_tables: Tables) -> None:
    rows = batches.applications(synthetic_tables, 5)
    batch = batches.scored(batches.as_csv(rows), explain=True)
    for row, given in zip(batches.rows_of(batch), rows.to_dicts(), strict=True):
        assert row.prediction is not None
        single = services.explain(prediction_id=one_by_one(given).pk)
        own = row.prediction.explanation
        assert own.status == "ready"
        assert (own.base_value, own.grouped) == (single.base_value, single.grouped)
        assert bytes(own.contributions) == bytes(single.contributions)
