"""A small real model, and a client on file, for all tests of the site."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
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
ML = Path(ml.synthesis.__file__).parent.parent
AUXILIARY_NAMES = {table.name for table in AUXILIARY}


@pytest.fixture(scope="session", autouse=True)
def _own_cache(worker_id: str) -> None:
    """Where the cache is a Redis, each pytest process has a database of it to itself."""
    cache = django_settings.CACHES["default"]
    if worker_id.startswith("gw") and "LOCATION" in cache:
        cache["LOCATION"] = cache["LOCATION"].replace("db=0", f"db={int(worker_id[2:]) + 1}")
        caches["default"].close()
        del caches["default"]  # Django asked for it already when it started


@pytest.fixture(scope="session")
def synthetic_tables(pytestconfig: pytest.Config) -> Tables:
    """All seven tables of a small made-up bank."""
    folder = _made_once(
        pytestconfig,
        "bank",
        lambda out: ml.synthesis.synthesize(
            applicants=APPLICANTS, out=out, seed=5, format="parquet"
        ),
    )
    return open_tables(folder)


@pytest.fixture(scope="session")
def champion_bundle(synthetic_tables: Tables, pytestconfig: pytest.Config) -> Path:
    """A bundle trained on them."""

    def train(out: Path) -> None:
        with without_report():
            training.train(synthetic_tables, out, Options(seed=5, quick=True), tracking=False)

    return _made_once(pytestconfig, "champion", train)


def _made_once(config: pytest.Config, name: str, make: Callable[[Path], object]) -> Path:
    """A folder in pytest's cache, made anew whenever a file of `ml` changes."""
    sources = sorted(path for path in ML.rglob("*") if path.suffix in {".py", ".gz", ".html"})
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    cache: Path = config.cache.mkdir(name)
    folder = cache / key
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            make(Path(scratch) / key)
            if not folder.exists():  # another worker may have been faster
                (Path(scratch) / key).rename(folder)
    return folder


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
