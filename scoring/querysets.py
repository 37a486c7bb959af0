"""Named reads of models, client files and explanations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from scoring.models import Explanation, ModelVersion, Strategy  # noqa: F401 - named in base classes


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def champions(self) -> ModelVersionQuerySet:
        return self.filter(is_champion=True)


class ExplanationQuerySet(models.QuerySet["Explanation"]):
    def pending(self) -> ExplanationQuerySet:
        return self.filter(status="pending")

    def failed(self) -> ExplanationQuerySet:
        return self.filter(status="failed")

    def waiting_since_before(self, moment: datetime) -> ExplanationQuerySet:
        """Pending ones old enough that their task must have been lost."""
        return self.pending().filter(queued_at__lt=moment)


class StrategyQuerySet(models.QuerySet["Strategy"]):
    def approved(self) -> StrategyQuerySet:
        return self.filter(status="approved")

    def in_force(self, at: datetime) -> Strategy | None:
        """The approved one that took effect last before `at`; None before there was any."""
        return (
            self.approved()
            .filter(effective_from__lte=at)
            .order_by("-effective_from", "-settled_at")
            .first()
        )
