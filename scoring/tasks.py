"""Background work of scoring: thin and idempotent. What fails altogether, the sweep repeats."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from scoring import services
from scoring.api import idempotency
from scoring.batches import tasks as _batches  # noqa: F401 - Celery looks for an app's tasks here


@shared_task
def explain_predictions(prediction_ids: list[str]) -> None:
    """Explain predictions that were just made."""
    services.explain_all(prediction_ids=[UUID(one) for one in prediction_ids])


@shared_task
def sweep_explanations() -> int:
    """Explain what a crash left unexplained."""
    return services.sweep_explanations()


@shared_task
def forget_kept_answers() -> int:
    """Delete answers to requests with an `Idempotency-Key` that nobody will send again."""
    return idempotency.forget()
