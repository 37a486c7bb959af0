"""Named reads of models, client files and explanations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models
from django.db.models.functions import Greatest

from monitoring.exceptions import ImmutableRecord

if TYPE_CHECKING:
    from scoring.models import (  # noqa: F401 - named in base classes
        Explanation,
        ModelActivation,
        ModelVersion,
        Strategy,
    )


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def champions(self) -> ModelVersionQuerySet:
        return self.filter(is_champion=True)

    def without_figures(self) -> ModelVersionQuerySet:
        """For scoring: leave the large figures of training where they are."""
        return self.defer("metrics")


class ActivationQuerySet(models.QuerySet["ModelActivation"]):
    """Activations are only added: every bulk way to change them is closed as well."""

    def oldest_first(self) -> ActivationQuerySet:
        return self.order_by("number")

    def update(self, **kwargs: Any) -> NoReturn:
        raise ImmutableRecord("An activation cannot be changed.")

    def delete(self) -> NoReturn:
        raise ImmutableRecord("An activation cannot be deleted.")


class ExplanationQuerySet(models.QuerySet["Explanation"]):
    def ready(self) -> ExplanationQuerySet:
        return self.filter(status="ready")

    def failed(self) -> ExplanationQuerySet:
        return self.filter(status="failed")


class StrategyQuerySet(models.QuerySet["Strategy"]):
    def approved(self) -> StrategyQuerySet:
        return self.filter(status="approved")

    def waiting(self) -> StrategyQuerySet:
        """Proposals that another manager has to settle, the oldest first."""
        return self.filter(status="proposed").order_by("proposed_at")

    def in_force(self, at: datetime) -> Strategy | None:
        """The approved one that took effect last before `at`; None before there was any.

        An approval that came after the date asked for takes effect with the approval: what was
        decided before it stays decided by the version of its day.
        """
        return self.took_effect_before(at).first()

    def took_effect_before(self, at: datetime) -> StrategyQuerySet:
        """Approved ones that have decided, the latest first."""
        return (
            self.approved()
            .filter(effective_from__lte=at, settled_at__lte=at)
            .alias(took_effect=Greatest("effective_from", "settled_at"))
            .order_by("-took_effect", "-version")
        )

    def to_come(self, at: datetime) -> StrategyQuerySet:
        """Approved ones that take effect after `at`, the next one first."""
        return self.approved().filter(effective_from__gt=at).order_by("effective_from")

    def with_people(self) -> StrategyQuerySet:
        return self.select_related("proposed_by", "settled_by")
