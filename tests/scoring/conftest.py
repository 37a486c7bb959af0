"""What tests of scoring share."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def batch_directory(settings: Settings, tmp_path: Path) -> Path:
    """Uploads of this test alone."""
    settings.BATCH_DIR = tmp_path / "batches"
    return settings.BATCH_DIR
