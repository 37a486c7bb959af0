"""Telling other systems what was decided, by webhook."""

from __future__ import annotations

from applications.models import Decision
from monitoring.webhooks.models import Event
from monitoring.webhooks.services import announce


def decision_made(decision: Decision) -> None:
    """Announce a decision, in the transaction that makes it."""
    announce(
        event=Event.DECISION_MADE,
        subject=decision.application.reference,
        data={
            "application": str(decision.application_id),
            "decision": str(decision.pk),
            "made": decision.kind,
            "outcome": decision.outcome,
            "pd": decision.prediction.pd,
        },
    )
