"""What several test modules of the model share."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml import tables, training
from ml.bundle import Bundle
from ml.choosing import Options
from ml.tables import Tables
from tests.ml import factories


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return factories.write(tmp_path_factory.mktemp("data"), 1_200)


@pytest.fixture(scope="session")
def opened(data: Path) -> Tables:
    return tables.open_tables(data)


@pytest.fixture(scope="session")
def bundle_path(opened: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model") / "bundle"
    training.train(opened, out, Options(seed=3, quick=True), tracking=False)
    return out


@pytest.fixture(scope="session")
def bundle(bundle_path: Path) -> Bundle:
    return Bundle.load(bundle_path)
