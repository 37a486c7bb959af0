"""Named reads of models, client files and explanations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from scoring.models import Explanation, ModelVersion  # noqa: F401 - named in base classes


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def champions(self) -> ModelVersionQuerySet:
        return self.filter(is_champion=True)


class ExplanationQuerySet(models.QuerySet["Explanation"]):
    def pending(self) -> ExplanationQuerySet:
        return self.filter(status="pending")

    def waiting_since_before(self, moment: datetime) -> ExplanationQuerySet:
        """Pending ones old enough that their task must have been lost."""
        return self.pending().filter(queued_at__lt=moment)
