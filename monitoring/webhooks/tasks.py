"""Background work of webhooks. Retries are rows that are due, so that no restart loses them."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from monitoring.webhooks import services


@shared_task
def deliver(delivery_id: str) -> None:
    """Try to deliver one message."""
    services.deliver(delivery_id=UUID(delivery_id))


@shared_task
def sweep() -> int:
    """Queue what is due, and what a crash left waiting."""
    return services.sweep()


@shared_task
def forget() -> int:
    """Delete old messages."""
    return services.forget()
