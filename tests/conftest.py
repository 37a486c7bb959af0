"""A small real model, and a client on file, for all tests of the site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

import ml.synthesis
from ml import training
from ml.choosing import Options
from ml.schema import AUXILIARY
from ml.tables import Tables, open_tables
from scoring import registry, services
from scoring.materialising import materialise
from scoring.models import ClientFile, ModelVersion
from tests.reports import without_report

APPLICANTS = 1_500
AUXILIARY_NAMES = {table.name for table in AUXILIARY}


@pytest.fixture(scope="session")
def synthetic_tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """All seven tables of a small made-up bank."""
    folder = tmp_path_factory.mktemp("bank") / "tables"
    ml.synthesis.synthesize(applicants=APPLICANTS, out=folder, seed=5, format="parquet")
    return open_tables(folder)


@pytest.fixture(scope="session")
def champion_bundle(synthetic_tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle trained on them."""
    out = tmp_path_factory.mktemp("champion") / "bundle"
    with without_report():
        training.train(synthetic_tables, out, Options(seed=5, quick=True), tracking=False)
    return out


@pytest.fixture(scope="session")
def _bundle_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bundles")


@pytest.fixture
def champion(
    db: None, champion_bundle: Path, _bundle_directory: Path, settings: Settings
) -> ModelVersion:
    """The bundle, registered and active."""
    settings.BUNDLE_DIR = _bundle_directory
    return services.activate_model(version=services.register_model(bundle_path=champion_bundle))


@pytest.fixture
def own_bundles(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A bundle directory of this test alone, for tests that damage what lies there."""
    settings.BUNDLE_DIR = tmp_path / "bundles"
    registry.forget()
    yield settings.BUNDLE_DIR
    registry.forget()


@pytest.fixture
def known_client(db: None, synthetic_tables: Tables) -> ClientFile:
    """The client who occurs in most of the bank's tables."""
    materialise(tables=_of_some_clients(synthetic_tables))
    return max(ClientFile.objects.all(), key=lambda file: len(file.tables))


@pytest.fixture
def french(settings: Settings) -> None:
    """French as it is in the sources now, whether or not it was compiled before."""
    call_command("compilemessages", verbosity=0)
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]


def _of_some_clients(tables: Tables) -> Tables:
    """The first labelled clients only, so that filing them takes no time."""
    train = tables.frames["application_train"].sort("SK_ID_CURR").head(400)
    frames = {name: frame for name, frame in tables.frames.items() if name in AUXILIARY_NAMES}
    return Tables(
        frames={
            "application_train": train,
            **{
                name: frame.join(train.select("SK_ID_CURR"), on="SK_ID_CURR", how="semi")
                for name, frame in frames.items()
                if name != "bureau_balance"
            },
            "bureau_balance": frames["bureau_balance"],
        },
        missing=[],
    )
