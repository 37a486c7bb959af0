"""Models: verified, loaded once, followed when another is activated."""

from __future__ import annotations

import shutil
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from ml import training
from ml.bundle import Bundle, BundleError
from ml.choosing import Options
from ml.tables import Tables
from scoring import registry, services
from scoring.exceptions import NoChampion
from scoring.models import ModelVersion
from tests.reports import without_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_bundles")]


def activate(path: Path) -> ModelVersion:
    return services.activate_model(version=services.register_model(bundle_path=path))


def test_a_bundle_is_read_once(champion_bundle: Path) -> None:
    activate(champion_bundle)
    with patch.object(Bundle, "load", side_effect=AssertionError("read again")):
        assert registry.champion() is registry.champion()


def test_another_champion_is_followed(
    champion_bundle: Path, synthetic_tables: Tables, tmp_path: Path
) -> None:
    old = activate(champion_bundle)
    with without_report():
        training.train(
            synthetic_tables, tmp_path / "new", Options(seed=6, quick=True), tracking=False
        )
    new = activate(tmp_path / "new")
    assert registry.champion().sha256 == new.sha256 != old.sha256
    assert list(ModelVersion.objects.champions()) == [new]


def test_a_damaged_bundle_is_not_registered(champion_bundle: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(champion_bundle, damaged)
    with (damaged / "model.txt").open("a") as file:
        file.write("tampered")
    with pytest.raises(BundleError, match=r"model\.txt"):
        services.register_model(bundle_path=damaged)
    with pytest.raises(CommandError, match=r"model\.txt"):
        call_command("register_model", damaged)
    assert not ModelVersion.objects.exists()


def test_files_damaged_later_are_refused_and_the_champion_stays(
    champion_bundle: Path, synthetic_tables: Tables, tmp_path: Path
) -> None:
    old = activate(champion_bundle)
    with without_report():
        training.train(
            synthetic_tables, tmp_path / "new", Options(seed=6, quick=True), tracking=False
        )
    new = services.register_model(bundle_path=tmp_path / "new")
    (new.path / "model.txt").write_text("tampered")
    with pytest.raises(NoChampion, match=r"model\.txt"):
        services.activate_model(version=new)
    assert registry.champion().sha256 == old.sha256


def test_registering_twice_is_registering_once(champion_bundle: Path) -> None:
    first = services.register_model(bundle_path=champion_bundle)
    assert services.register_model(bundle_path=champion_bundle) == first


def test_there_is_one_champion(champion_bundle: Path) -> None:
    activate(champion_bundle)
    with pytest.raises(IntegrityError):
        ModelVersion.objects.create(
            name="x", version="x", sha256="x", refer_from=0, decline_from=1, is_champion=True
        )
