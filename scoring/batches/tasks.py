"""Background work of batches: thin and idempotent."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from scoring.batches import services


@shared_task
def split_batch(batch_id: str) -> None:
    """Check a file and cut it into chunks."""
    services.split(batch_id=UUID(batch_id))


@shared_task
def score_next_chunk(batch_id: str) -> None:
    """Score a chunk, and queue the next one behind whatever else waits."""
    if services.score_next_chunk(batch_id=UUID(batch_id)):
        services.queue_lane(UUID(batch_id))


@shared_task
def sweep_batches() -> int:
    """Queue again what a crash left behind."""
    return services.sweep()
