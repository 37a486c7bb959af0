"""Every change of a batch: created, cut into chunks, scored chunk by chunk, ended.

What is to do stands in the database; tasks only say when to look. A chunk is claimed for a
while, computed, then stored and marked as done in one transaction, so that a worker that dies
loses its claim and nothing else. Whoever comes second to a chunk stores nothing.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

import scoring.services
from ml.bundle import Bundle
from monitoring.webhooks.models import Event
from monitoring.webhooks.services import announce
from scoring import registry
from scoring.batches import checking, computing, formats, preparing, storing, uploads
from scoring.batches.exceptions import NotNow, Unusable
from scoring.batches.models import BatchChunk, ScoreBatch
from scoring.batches.querysets import MAX_ATTEMPTS
from scoring.batches.storing import Scores
from scoring.exceptions import NoChampion
from scoring.models import ModelVersion, Strategy

if TYPE_CHECKING:
    from celery import Task
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

CLAIM = timedelta(seconds=60)
LONG_CLAIM = timedelta(minutes=15)  # for the check, which cannot say how far it is
QUIET = timedelta(seconds=30)  # without a chunk done, there may be nobody left who works
ROWS = 1_000  # in a chunk; SQLite's writers wait for one another that long
ROWS_EXPLAINED = 200  # reasons take ten times as long
# How many chunks of a batch are queued at once. A lane queues its next chunk behind what others
# asked for meanwhile, so that no explanation waits for a whole batch.
LANES = 8

Format = ScoreBatch.Format
State = ScoreBatch.State


def create(
    *,
    upload: uploads.Upload,
    created_by: User,
    name: str = "",
    declared: Format | None = None,
    explain: bool = False,
) -> ScoreBatch:
    """Take a file that has arrived, and have it scored.

    Raises
    ------
    Unusable
        If it can be seen at once that it cannot be scored; the file is removed.
    NoChampion
        If there is no model to score with.
    """
    try:
        registry.champion()
        format_ = formats.recognise(upload.path, declared)
        batch = ScoreBatch(
            name=name[:200],
            format=format_,
            size=upload.size,
            sha256=upload.sha256,
            explain=explain,
            language=translation.get_language() or "en",
            created_by=created_by,
            columns=formats.check(upload.path, format_),
        )
        uploads.keep(upload, batch.directory)
    except BaseException:
        upload.discard()
        raise
    with transaction.atomic():
        batch.save(force_insert=True)
        transaction.on_commit(lambda: _queue_split(batch.pk))
    return batch


def split(*, batch_id: UUID) -> None:
    """Check a whole file and cut it into chunks. Safe to repeat, and to be killed."""
    now = timezone.now()
    mine = ScoreBatch.objects.checking().free(now).filter(pk=batch_id)
    if not mine.update(claimed_until=now + LONG_CLAIM, attempts=F("attempts") + 1):
        return
    batch = ScoreBatch.objects.get(pk=batch_id)
    with translation.override(batch.language):
        if batch.attempts > MAX_ATTEMPTS:
            _end(batch, State.FAILED, _("The file could not be checked."))
            return
        try:
            prepared = preparing.prepare(batch, rows=ROWS_EXPLAINED if batch.explain else ROWS)
            if not prepared.rows:
                raise Unusable(_("The file holds no applications."))
        except Unusable as error:
            _end(batch, State.REFUSED, str(error))
            return
        except Exception:
            ScoreBatch.objects.checking().filter(pk=batch_id).update(claimed_until=timezone.now())
            raise  # the sweep tries again
        _start(batch, prepared)


def score_next_chunk(*, batch_id: UUID) -> bool:
    """Score one chunk that nobody has; return whether there may be more to do."""
    found = ScoreBatch.objects.scoring().select_related("model", "strategy", "created_by")
    batch = found.filter(pk=batch_id).first()
    if batch is None:
        return False
    chunk = _claim(batch)
    if chunk is not None:
        with translation.override(batch.language):
            if not _tried(batch, chunk):
                return False
    close_if_done(batch_id=batch_id)
    return chunk is not None


def cancel(*, batch_id: UUID) -> ScoreBatch:
    """Stop a batch after the chunks under way; what is scored stays.

    Raises
    ------
    NotNow
        If it is over.
    """
    batch = ScoreBatch.objects.get(pk=batch_id)
    is_ended = _end(batch, State.CANCELLED, "")
    batch.refresh_from_db()
    if not is_ended:
        raise NotNow(
            _("This batch is over: %(state)s.") % {"state": batch.get_state_display().lower()}
        )
    return batch


def close_if_done(*, batch_id: UUID) -> None:
    """End a batch whose last chunk is done; of several who notice, one does."""
    batch = ScoreBatch.objects.scoring().filter(pk=batch_id).first()
    if batch is not None and not batch.chunks.open().exists():
        _end(batch, State.FINISHED, "")


def finish(batch: ScoreBatch) -> None:
    """Say that a batch is over, whatever its state; in the transaction that ended it, once."""
    announce(
        event=Event.BATCH_FINISHED,
        subject=str(batch.pk),
        data={"state": batch.state, "rows_total": batch.rows},
    )


def sweep(*, now: datetime | None = None) -> int:
    """Queue again what a crash left behind, and remove files that nobody needs any more.

    Returns
    -------
    int
        How many tasks were queued.
    """
    moment = now or timezone.now()
    queued = 0
    for pk in ScoreBatch.objects.checking().free(moment).values_list("pk", flat=True):
        _queue_split(pk)
        queued += 1
    for batch in ScoreBatch.objects.scoring():
        lanes = _missing_lanes(batch, moment)
        for _lane in range(lanes):
            queue_lane(batch.pk)
        queued += lanes
        close_if_done(batch_id=batch.pk)
    uploads.remove_unneeded(in_use=_in_use(moment))
    return queued


def queue_lane(batch_id: UUID) -> None:
    """Queue the next chunk of a batch."""
    from scoring.batches import tasks  # noqa: PLC0415 - tasks call services

    _queue(tasks.score_next_chunk, batch_id)


def _queue_split(batch_id: UUID) -> None:
    from scoring.batches import tasks  # noqa: PLC0415 - tasks call services

    _queue(tasks.split_batch, batch_id)


def _queue(task: Task[..., None], batch_id: UUID) -> None:
    """Queue a task; an unreachable broker is left to the sweep."""
    from kombu.exceptions import OperationalError  # noqa: PLC0415 - with the task, above

    try:
        task.delay(str(batch_id))
    except OperationalError:
        logger.exception("The broker is not reachable; the sweep will queue %s.", batch_id)


def _start(batch: ScoreBatch, prepared: preparing.Prepared) -> None:
    """Write the chunks down, and queue the first of them."""
    now = timezone.now()
    champion = ModelVersion.objects.champions().first()
    if champion is None:
        raise NoChampion("There is no model to score with.")
    with transaction.atomic():
        is_mine = (
            ScoreBatch.objects.checking()
            .filter(pk=batch.pk)
            .update(
                state=State.SCORING,
                started_at=now,
                claimed_until=now + CLAIM,
                columns=list(prepared.columns),
                rows=prepared.rows,
                model=champion,
                strategy=Strategy.objects.in_force(now),
            )
        )
        if not is_mine:  # cancelled meanwhile, or somebody else was faster
            return
        BatchChunk.objects.bulk_create(
            [
                BatchChunk(
                    batch=batch,
                    number=number,
                    offset=piece.offset,
                    size=piece.size,
                    first_line=piece.first_line,
                    rows=piece.rows,
                )
                for number, piece in enumerate(prepared.pieces)
            ],
            batch_size=1_000,
        )
        for _lane in range(min(LANES, len(prepared.pieces))):
            transaction.on_commit(lambda: queue_lane(batch.pk))


def _claim(batch: ScoreBatch) -> BatchChunk | None:
    """Take the first chunk that nobody has."""
    now = timezone.now()
    for chunk in batch.chunks.free(now).order_by("number")[: 2 * LANES]:
        mine = BatchChunk.objects.free(now).filter(pk=chunk.pk)
        if mine.update(claimed_until=now + CLAIM, attempts=F("attempts") + 1):
            chunk.attempts += 1
            return chunk
    return None


def _tried(batch: ScoreBatch, chunk: BatchChunk) -> bool:
    """Score a claimed chunk; whether that went well."""
    if chunk.attempts > MAX_ATTEMPTS:
        _end(
            batch,
            State.FAILED,
            _("Line %(line)d and those after it could not be scored: %(why)s")
            % {
                "line": chunk.first_line,
                "why": chunk.error or _("the process ended each time."),
            },
        )
        return False
    try:
        _score(batch, chunk)
    except Exception as error:
        logger.exception("Chunk %s of batch %s failed.", chunk.number, batch.pk)
        BatchChunk.objects.open().filter(pk=chunk.pk).update(
            error=f"{type(error).__name__}: {error}"[:500],
            claimed_until=timezone.now() + timedelta(seconds=2**chunk.attempts),
        )
        return False
    return True


def _score(batch: ScoreBatch, chunk: BatchChunk) -> None:
    """Read, check, join, score and store the rows of a chunk."""
    started = time.perf_counter()
    checked = checking.check(preparing.read(batch, chunk))
    joined = computing.join(checked, preparing.history(batch, checked.clients))
    bundle = registry.load(batch.model)  # type: ignore[arg-type]  # a constraint sees to it
    cut_offs = batch.strategy.cut_offs if batch.strategy else bundle.cut_offs
    scores = _scores(joined, bundle, explain=batch.explain) if joined.inputs else None
    scored, refused = len(joined.inputs), len(joined.checked.refused)
    latency_ms = (time.perf_counter() - started) * 1000 / max(scored + refused, 1)
    now = timezone.now()
    with transaction.atomic():
        is_mine = (
            BatchChunk.objects.open()
            .filter(pk=chunk.pk)
            .update(done_at=now, claimed_until=None, scored=scored, refused=refused, error="")
        )
        if not is_mine:  # it took so long that another worker did it
            return
        storing.store(
            batch,
            joined,
            scores,
            cut_offs=cut_offs,
            model=scoring.services.scored_by(bundle, cut_offs, batch.strategy),
            at=now,
            latency_ms=latency_ms,
        )


def _scores(joined: computing.Joined, bundle: Bundle, *, explain: bool) -> Scores:
    vectors = computing.vectors(joined, bundle)
    raw = bundle.raw_score(vectors)
    contributions = bundle.contributions(vectors) if explain else None
    return Scores(
        vectors=vectors,
        raw=raw,
        pd=bundle.calibrate(raw),
        contributions=contributions,
        grouped=(
            None
            if contributions is None
            else scoring.services.grouped_reasons(bundle, vectors, contributions)
        ),
    )


def _end(batch: ScoreBatch, state: State, problem: str) -> bool:
    """End a batch that is not over yet; whether this call did it."""
    with transaction.atomic():
        is_mine = (
            ScoreBatch.objects.open()
            .filter(pk=batch.pk)
            .update(state=state, problem=problem[:2_000], finished_at=timezone.now())
        )
        if is_mine:
            finish(ScoreBatch.objects.get(pk=batch.pk))
            if state in {State.FINISHED, State.REFUSED}:  # else somebody may be reading them
                transaction.on_commit(lambda: uploads.remove(batch.directory))
    return bool(is_mine)


def _missing_lanes(batch: ScoreBatch, now: datetime) -> int:
    """How many lanes must have been lost: one for each claim that ended, all if nobody works."""
    lost = batch.chunks.lost(now).update(claimed_until=None)
    if lost:
        return min(lost, LANES)
    is_quiet = not batch.chunks.filter(done_at__gte=now - QUIET).exists()
    if is_quiet and not batch.chunks.open().exclude(claimed_until=None).exists():
        # The batch's own claim keeps this from being done over and over while workers are away.
        mine = ScoreBatch.objects.scoring().free(now).filter(pk=batch.pk)
        if mine.update(claimed_until=now + 2 * CLAIM):
            return min(batch.chunks.open().count(), LANES)
    return 0


def _in_use(now: datetime) -> set[UUID]:
    """Batches that somebody may be reading the files of."""
    under_way = BatchChunk.objects.open().filter(claimed_until__gte=now)
    return {
        *ScoreBatch.objects.open().values_list("pk", flat=True),
        *under_way.values_list("batch_id", flat=True),
    }
