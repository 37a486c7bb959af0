"""Whatever dies at whatever moment: no row is lost, and none is scored twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from ml.tables import Tables
from monitoring.models import Prediction
from scoring import registry
from scoring.batches import preparing, services, storing
from scoring.batches.models import BatchChunk, ScoreBatch
from scoring.batches.querysets import MAX_ATTEMPTS
from tests.scoring import batches
from tests.scoring.factories import APPLICATION

ROW: dict[str, Any] = {"SK_ID_CURR": 5, **APPLICATION}


@pytest.fixture
def batch(db: None, champion: object, monkeypatch: pytest.MonkeyPatch) -> ScoreBatch:
    """Ten rows in five chunks."""
    monkeypatch.setattr(services, "ROWS", 2)
    made = batches.create(batches.as_csv([ROW] * 10))
    services.split(batch_id=made.pk)
    made.refresh_from_db()
    return made


def later(seconds: int = 61) -> Any:
    return timezone.now() + timedelta(seconds=seconds)


def let_claims_end() -> None:
    BatchChunk.objects.open().update(claimed_until=timezone.now() - timedelta(seconds=1))


def assert_whole(batch: ScoreBatch, rows: int = 10) -> None:
    batch.refresh_from_db()
    assert batch.state == "finished", batch.problem
    assert [row.line for row in batches.rows_of(batch)] == list(range(2, rows + 2))
    assert Prediction.objects.count() == rows


def finish(batch: ScoreBatch) -> None:
    while services.score_next_chunk(batch_id=batch.pk):
        pass


def test_a_transaction_that_breaks_leaves_nothing(
    batch: ScoreBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(storing, "_insert_rows", broken)
        assert not services.score_next_chunk(batch_id=batch.pk)
    assert not Prediction.objects.exists()
    chunk = batch.chunks.get(number=0)
    assert (chunk.done_at, chunk.scored, chunk.error) == (None, 0, "OSError: no space left")
    let_claims_end()
    finish(batch)
    assert_whole(batch)


def test_whoever_is_second_to_a_chunk_stores_nothing(batch: ScoreBatch) -> None:
    slow = services._claim(batch)
    assert slow is not None
    let_claims_end()
    finish(batch)
    before = Prediction.objects.count()
    found = ScoreBatch.objects.select_related("model", "strategy").get()
    services._score(found, slow)
    assert Prediction.objects.count() == before
    assert_whole(batch)


def test_a_claim_is_held_by_one(batch: ScoreBatch) -> None:
    claimed = [services._claim(batch) for _ in range(6)]
    assert [chunk and chunk.number for chunk in claimed] == [0, 1, 2, 3, 4, None]


def test_what_fails_again_and_again_ends_the_batch(
    batch: ScoreBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise ValueError("broken on purpose")

    monkeypatch.setattr(preparing, "read", broken)
    for _attempt in range(MAX_ATTEMPTS + 1):
        services.score_next_chunk(batch_id=batch.pk)
        BatchChunk.objects.exclude(number=0).update(claimed_until=later())
        batch.chunks.filter(number=0).update(claimed_until=None)
    batch.refresh_from_db()
    assert batch.state == "failed"
    assert "broken on purpose" in batch.problem
    assert "Line 2" in batch.problem


def test_the_check_can_be_repeated(champion: object) -> None:
    made = batches.create(batches.as_csv([ROW] * 3))
    preparing.prepare(made, rows=1)  # and killed before anything was written down
    ScoreBatch.objects.update(claimed_until=timezone.now() - timedelta(seconds=1), attempts=1)
    batches.work(made)
    batches.work(made)
    assert_whole(made, 3)


def test_two_who_check_make_one_set_of_chunks(batch: ScoreBatch) -> None:
    before = batch.chunks.count()
    services._start(batch, preparing.prepare(batch, rows=1))
    assert batch.chunks.count() == before


def test_a_model_that_comes_later_changes_nothing(
    batch: ScoreBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other() -> None:
        raise AssertionError("The batch has its own model.")

    monkeypatch.setattr(registry, "champion", other)
    finish(batch)
    assert_whole(batch)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each kind of task was queued."""
    counted: Counter[str] = Counter()
    monkeypatch.setattr(
        services, "_queue", lambda task, _pk: counted.update([task.name.rpartition(".")[2]])
    )
    return counted


def test_the_sweep_queues_a_check_that_was_lost(champion: object, queued: Counter[str]) -> None:
    made = batches.create(batches.as_csv([ROW]))
    services.sweep()
    assert queued == {"split_batch": 1}
    ScoreBatch.objects.filter(pk=made.pk).update(claimed_until=later())
    services.sweep()
    assert queued == {"split_batch": 1}


def test_the_sweep_queues_lanes_for_lost_claims_once(
    batch: ScoreBatch, queued: Counter[str]
) -> None:
    assert services._claim(batch)
    assert services._claim(batch)
    services.sweep()
    assert queued == {}
    services.sweep(now=later())
    assert queued == {"score_next_chunk": 2}
    services.sweep(now=later(62))  # nobody is left: all lanes once more, and no more after that
    services.sweep(now=later(63))
    assert queued == {"score_next_chunk": 2 + 5}


def test_the_sweep_closes_what_was_done(batch: ScoreBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(services, "close_if_done", lambda **_: None)
        finish(batch)
    batch.refresh_from_db()
    assert batch.state == "scoring"
    services.sweep()
    assert_whole(batch)


def test_a_batch_is_finished_once(batch: ScoreBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(services, "finish", lambda ended: told.append(ended.state))
    finish(batch)
    services.close_if_done(batch_id=batch.pk)
    services.sweep()
    assert told == ["finished"]


def test_files_go_when_a_batch_is_over(
    batch: ScoreBatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    assert batch.directory.exists()
    services.sweep()
    assert batch.directory.exists()
    with django_capture_on_commit_callbacks(execute=True):
        finish(batch)
    assert not batch.directory.exists()


def test_files_of_a_cancelled_batch_go_once_nobody_reads_them(
    batch: ScoreBatch, batch_directory: Path
) -> None:
    assert services._claim(batch)
    services.cancel(batch_id=batch.pk)
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(batch.directory, (long_ago, long_ago))
    forgotten = batch_directory / "incoming" / "tmp1"
    forgotten.touch()
    os.utime(forgotten, (long_ago, long_ago))
    services.sweep()
    assert batch.directory.exists()
    assert not forgotten.exists()
    services.sweep(now=later())
    assert not batch.directory.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("champion")
def test_workers_share_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "ROWS", 3)
    batch = batches.create(batches.as_csv([ROW] * 90), user=batches.somebody())
    services.split(batch_id=batch.pk)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            finish(batch)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert_whole(batch, 90)
    assert set(batch.chunks.values_list("attempts", flat=True)) == {1}


SETUP = """
import sys, django
django.setup()
from pathlib import Path
from django.contrib.auth.models import User
from django.core.management import call_command
from scoring import services as scoring
from scoring.batches import services, uploads
call_command("migrate", verbosity=0)
scoring.activate_model(version=scoring.register_model(bundle_path=Path(sys.argv[1])))
user = User.objects.create_user("partner")
with open(sys.argv[2], "rb") as file:
    batch = services.create(upload=uploads.receive(file), created_by=user)
services.ROWS = 10
services.split(batch_id=batch.pk)
print(batch.pk)
"""
WORK = """
import sys, time, django
django.setup()
from datetime import timedelta
from uuid import UUID
from scoring.batches import services
from scoring.batches.models import ScoreBatch
services.CLAIM = timedelta(seconds=1)
pk = UUID(sys.argv[1])
print("at work", flush=True)
while ScoreBatch.objects.scoring().filter(pk=pk).exists():
    services.score_next_chunk(batch_id=pk) or services.sweep() or time.sleep(0.2)
"""


def test_a_worker_killed_at_any_moment(
    tmp_path: Path, champion_bundle: Path, synthetic_tables: Tables
) -> None:
    """Real processes, killed with SIGKILL while they work, on a database in a file."""
    rows = batches.applications(synthetic_tables, 600)
    file = tmp_path / "rows.csv"
    file.write_bytes(batches.as_csv(rows))
    environment = {
        **os.environ,
        "DEBUG": "1",
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "scoring_site.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'desk.sqlite3'}",
        "LOG_LEVEL": "ERROR",
    }

    def start(code: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", code, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    made, _ = start(SETUP, str(champion_bundle), str(file)).communicate(timeout=120)
    database = sqlite3.connect(tmp_path / "desk.sqlite3")

    def count(what: str) -> int:
        (found,) = database.execute(f"SELECT count(*) FROM {what}").fetchone()  # noqa: S608
        return int(found)

    pk = made.strip()
    for least in (30, 120, 300):
        worker = start(WORK, pk)
        assert worker.stdout is not None
        worker.stdout.readline()
        deadline = time.monotonic() + 60
        while count("monitoring_prediction") < least and time.monotonic() < deadline:
            os.sched_yield()
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
        stored = count("monitoring_prediction")
        assert least <= stored < 600
        # What is stored and what is marked as done never differ.
        (done,) = database.execute("SELECT sum(scored) FROM scoring_batchchunk").fetchone()
        assert done == stored == count("scoring_batchrow")
    start(WORK, pk).communicate(timeout=120)
    assert count("scoring_scorebatch WHERE state = 'finished'") == 1
    assert count("monitoring_prediction") == 600
    lines = [line for (line,) in database.execute("SELECT line FROM scoring_batchrow")]
    assert sorted(lines) == list(range(2, 602))
    clients = [c for (c,) in database.execute("SELECT client_id FROM monitoring_prediction")]
    assert sorted(clients) == sorted(rows["SK_ID_CURR"].to_list())
    database.close()
