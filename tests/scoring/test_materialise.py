"""Bringing the tables' clients on file."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from django.core.management import CommandError, call_command

from ml import features
from ml.tables import Tables
from scoring.materialising import materialise
from scoring.models import ClientFile

pytestmark = pytest.mark.django_db


def test_every_client_is_on_file_with_its_history(synthetic_tables: Tables) -> None:
    seen: list[tuple[int, int]] = []
    count = materialise(
        tables=synthetic_tables, progress=lambda done, total: seen.append((done, total))
    )
    assert ClientFile.objects.count() == count == 1_500
    assert seen[-1] == (count, count)
    history = features.history(synthetic_tables.frames)
    client = history.row(7, named=True)
    stored = ClientFile.objects.get(pk=client["SK_ID_CURR"])
    assert stored.history_vector.tolist() == pytest.approx(
        [float("nan") if client[name] is None else client[name] for name in features.HISTORY],
        abs=1e-12,
        nan_ok=True,
    )


def test_tables_name_those_the_client_occurs_in(synthetic_tables: Tables) -> None:
    materialise(tables=synthetic_tables)
    bureau = set(synthetic_tables.frames["bureau"].collect()["SK_ID_CURR"])
    for file in ClientFile.objects.all()[:50]:
        assert ("bureau" in file.tables) == (file.client_id in bureau)


def test_the_outcome_is_not_on_file(known_client: ClientFile) -> None:
    assert "TARGET" not in known_client.application


def test_running_it_again_refreshes(known_client: ClientFile, synthetic_tables: Tables) -> None:
    materialise(tables=synthetic_tables)
    again = ClientFile.objects.get(pk=known_client.pk)
    assert again.as_of > known_client.as_of
    assert again.history_vector == pytest.approx(
        known_client.history_vector, rel=1e-12, nan_ok=True
    )


def test_absent_tables_are_no_obstacle(synthetic_tables: Tables) -> None:
    train = synthetic_tables.frames["application_train"].head(20)
    materialise(tables=Tables(frames={"application_train": train}, missing=["bureau"]))
    assert {tuple(file.tables) for file in ClientFile.objects.all()} == {()}


def test_the_command(tmp_path: Path, synthetic_tables: Tables) -> None:
    train: pl.DataFrame = synthetic_tables.frames["application_train"].head(20).collect()
    train.write_csv(tmp_path / "application_train.csv")
    call_command("materialise", data=tmp_path)
    assert ClientFile.objects.count() == 20


def test_the_command_names_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="application"):
        call_command("materialise", data=tmp_path)
