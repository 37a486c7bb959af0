"""A file of applications is sent, scored while one watches, and its scores are fetched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from playwright.sync_api import Page, expect
from pytest_django import Settings

from scoring.batches import services
from scoring.batches.models import ScoreBatch
from tests.browser.conftest import fits_the_width, log_in
from tests.scoring import batches
from tests.scoring.factories import APPLICATION

pytestmark = pytest.mark.browser

ROW = {"SK_ID_CURR": 5, **APPLICATION}


@pytest.fixture(autouse=True)
def work_by_hand(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """No worker runs beside the tests: they say when a batch goes on."""
    settings.BATCH_DIR = tmp_path / "batches"
    monkeypatch.setattr(services, "_queue", lambda *_: None)
    monkeypatch.setattr(services, "ROWS", 2)
    return iter([None])


def in_background(function: object, **arguments: object) -> None:
    """Do as a worker would, in a thread with a connection of its own."""

    def run() -> None:
        function(**arguments)  # type: ignore[operator]
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.usefixtures("champion")
def test_a_file_from_the_form_to_its_scores(page: Page, manager: User, tmp_path: Path) -> None:
    wrong, right = tmp_path / "wrong.csv", tmp_path / "june.csv"
    wrong.write_bytes(batches.as_csv([ROW]).replace(b"AMT_CREDIT", b"AMT_CREDT"))
    right.write_bytes(batches.as_csv([ROW, {**ROW, "AMT_CREDIT": -1}, ROW]))

    log_in(page, manager)
    page.get_by_role("link", name="Batches").click()
    expect(page.get_by_text("No file was scored yet")).to_be_visible()
    page.get_by_label("File of applications").set_input_files(wrong)
    page.get_by_role("button", name="Send and score").click()
    expect(page.get_by_role("alert")).to_contain_text("Did you mean AMT_CREDIT?")
    assert fits_the_width(page)

    page.get_by_label("File of applications").set_input_files(right)
    page.get_by_role("button", name="Send and score").click()
    expect(page.get_by_role("heading", name="june.csv")).to_be_visible()
    expect(page.get_by_text("Being checked", exact=True)).to_be_visible()
    batch = ScoreBatch.objects.get()
    in_background(services.split, batch_id=batch.pk)
    in_background(services.score_next_chunk, batch_id=batch.pk)
    expect(page.get_by_text("67 %")).to_be_visible()
    in_background(services.score_next_chunk, batch_id=batch.pk)
    expect(page.get_by_role("heading", name="1 refused row")).to_be_visible()
    expect(page.get_by_text("-1 is out of range")).to_be_visible()
    assert fits_the_width(page)

    with page.expect_download() as download:
        page.get_by_role("link", name="Scores as CSV").click()
    assert len(download.value.path().read_text().splitlines()) == 4


@pytest.mark.usefixtures("champion")
def test_a_batch_is_cancelled(page: Page, manager: User, tmp_path: Path) -> None:
    file = tmp_path / "june.csv"
    file.write_bytes(batches.as_csv([ROW]))
    log_in(page, manager)
    page.goto("/batches/")
    page.get_by_label("File of applications").set_input_files(file)
    page.get_by_role("button", name="Send and score").click()
    page.get_by_role("button", name="Cancel this batch").click()
    expect(page.get_by_text("The batch is cancelled.")).to_be_visible()
    page.get_by_role("link", name="Score batches").click()
    expect(page.get_by_role("cell", name="Cancelled")).to_be_visible()
    assert fits_the_width(page)
