"""Named reads of batches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Count, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

    from scoring.batches.models import BatchChunk, BatchRow, ScoreBatch  # noqa: F401 - base classes

MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class Progress:
    """How far the chunks of a batch are.

    Attributes
    ----------
    last : datetime or None
        When the last chunk was done.
    """

    chunks: int
    chunks_done: int
    scored: int
    refused: int
    last: datetime | None

    @property
    def done(self) -> int:
        return self.scored + self.refused


class ScoreBatchQuerySet(models.QuerySet["ScoreBatch"]):
    def visible_to(self, user: User | AnonymousUser) -> ScoreBatchQuerySet:
        """Their own; all of them for who may view predictions."""
        if user.has_perm("monitoring.view_prediction"):
            return self
        return self.filter(created_by=user.pk)

    def checking(self) -> ScoreBatchQuerySet:
        return self.filter(state="checking")

    def scoring(self) -> ScoreBatchQuerySet:
        return self.filter(state="scoring")

    def open(self) -> ScoreBatchQuerySet:
        return self.filter(state__in=["checking", "scoring"])

    def free(self, now: datetime) -> ScoreBatchQuerySet:
        """Not claimed by anybody, or by somebody who must be gone."""
        return self.filter(Q(claimed_until=None) | Q(claimed_until__lt=now))

    def with_progress(self) -> ScoreBatchQuerySet:
        """Each with `rows_scored` and `rows_refused`, summed for the batches shown alone."""
        return self.annotate(
            rows_scored=_summed("scored"), rows_refused=_summed("refused")
        ).select_related("created_by")


def _summed(column: str) -> Coalesce:
    chunks = apps.get_model("scoring", "BatchChunk").objects.filter(batch=OuterRef("pk"))
    totals = chunks.order_by().values("batch").annotate(total=Sum(column)).values("total")
    return Coalesce(Subquery(totals), 0)


class BatchChunkQuerySet(models.QuerySet["BatchChunk"]):
    def open(self) -> BatchChunkQuerySet:
        return self.filter(done_at=None)

    def free(self, now: datetime) -> BatchChunkQuerySet:
        """Open and not claimed by anybody, or by somebody who must be gone."""
        return self.open().filter(Q(claimed_until=None) | Q(claimed_until__lt=now))

    def lost(self, now: datetime) -> BatchChunkQuerySet:
        """Open, and whoever claimed it must be gone."""
        return self.open().filter(claimed_until__lt=now)

    def progress(self) -> Progress:
        return Progress(
            **self.aggregate(
                chunks=Count("pk"),
                chunks_done=Count("done_at"),
                scored=Sum("scored", default=0),
                refused=Sum("refused", default=0),
                last=Max("done_at"),
            )
        )


class BatchRowQuerySet(models.QuerySet["BatchRow"]):
    def refused(self) -> BatchRowQuerySet:
        return self.filter(prediction__isnull=True)

    def in_order(self) -> BatchRowQuerySet:
        return self.order_by("line")
