"""Background work of scoring: thin, idempotent, retried."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from celery import Task, shared_task

from scoring import services
from scoring.batches import tasks as _batches  # noqa: F401 - Celery looks for an app's tasks here


@shared_task(bind=True, max_retries=services.MAX_ATTEMPTS)
def explain_prediction(self: Task[Any, Any], prediction_id: str) -> None:
    """Explain one prediction; what fails is tried again, then marked as failed."""
    try:
        services.explain(prediction_id=UUID(prediction_id))
    except Exception as error:
        final = self.request.retries >= services.MAX_ATTEMPTS
        services.note_failed_explanation(
            prediction_id=UUID(prediction_id), error=str(error), final=final
        )
        if final:
            raise
        raise self.retry(exc=error, countdown=2**self.request.retries) from error


@shared_task
def sweep_explanations() -> int:
    """Queue again what a crash left pending."""
    return services.sweep_explanations()
