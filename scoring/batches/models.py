"""A batch of applications, the chunks it is scored in, and what became of each of its rows."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from monitoring.models import Prediction
from scoring.batches.querysets import BatchChunkQuerySet, BatchRowQuerySet, ScoreBatchQuerySet


class ScoreBatch(models.Model):
    """One file of applications, scored by one model under one strategy."""

    class Format(models.TextChoices):
        CSV = "csv", _("CSV")
        JSON_LINES = "jsonl", _("JSON Lines")
        PARQUET = "parquet", _("Parquet")
        ZIP = "zip", _("Zip of tables")

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        SCORING = "scoring", _("Being scored")
        FINISHED = "finished", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")
        REFUSED = "refused", _("Not usable")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("file"), max_length=200, blank=True)
    format = models.CharField(_("format"), max_length=8, choices=Format)
    size = models.BigIntegerField(_("size"), help_text=_("Bytes, as uploaded."))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    explain = models.BooleanField(_("with reasons"), default=False)
    language = models.CharField(_("language of its messages"), max_length=10, default="en")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.CHECKING)
    problem = models.TextField(_("problem"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts to check"), default=0)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    started_at = models.DateTimeField(_("scoring began at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    columns = models.JSONField(
        _("columns"), default=list, help_text=_("Of the file's header, in its order.")
    )
    rows = models.BigIntegerField(_("rows"), default=0)
    model = models.ForeignKey(
        "scoring.ModelVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("model"),
    )
    strategy = models.ForeignKey(
        "scoring.Strategy",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cut-off strategy"),
    )

    objects = ScoreBatchQuerySet.as_manager()

    class Meta:
        app_label = "scoring"
        verbose_name = _("score batch")
        verbose_name_plural = _("score batches")
        ordering = ["-created_at"]
        permissions = [("score_batch", _("Can score batches of applications"))]
        indexes = [
            models.Index(fields=["-created_at"], name="score_batch_created_at"),
            models.Index(fields=["created_by", "-created_at"], name="score_batch_creator"),
            models.Index(fields=["state"], name="score_batch_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["scoring", "finished"])
                | models.Q(model__isnull=False, started_at__isnull=False),
                name="score_batch_scored_by_a_model",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("applications:batch", kwargs={"pk": self.pk})

    @property
    def directory(self) -> Path:
        """Where its files lie until it has ended."""
        return Path(settings.BATCH_DIR) / str(self.pk)

    @property
    def is_over(self) -> bool:
        return self.state not in {self.State.CHECKING, self.State.SCORING}

    @property
    def has_results(self) -> bool:
        """Whether there is, or was, anything to read back, and nothing more to come."""
        return self.is_over and self.started_at is not None


class BatchChunk(models.Model):
    """Consecutive rows of a batch, scored and stored in one transaction."""

    batch = models.ForeignKey(
        ScoreBatch, on_delete=models.CASCADE, related_name="chunks", verbose_name=_("batch")
    )
    number = models.PositiveIntegerField(_("number"))
    offset = models.BigIntegerField(_("offset"), help_text=_("Bytes; rows in a Parquet file."))
    size = models.BigIntegerField(_("size"), help_text=_("Bytes; rows in a Parquet file."))
    first_line = models.BigIntegerField(_("first line"))
    rows = models.PositiveIntegerField(_("rows"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    scored = models.PositiveIntegerField(_("scored"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    error = models.TextField(_("last error"), blank=True)

    objects = BatchChunkQuerySet.as_manager()

    class Meta:
        app_label = "scoring"
        verbose_name = _("chunk of a batch")
        verbose_name_plural = _("chunks of batches")
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="batch_chunk_once"),
        ]
        indexes = [
            models.Index(
                fields=["batch", "number"],
                condition=models.Q(done_at__isnull=True),
                name="batch_chunk_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.number}"


class BatchRow(models.Model):
    """One row of a batch: its score, or why there is none."""

    batch = models.ForeignKey(
        ScoreBatch,
        on_delete=models.CASCADE,
        related_name="row_set",
        db_index=False,
        verbose_name=_("batch"),
    )
    line = models.BigIntegerField(
        _("line"), help_text=_("In the file, from 1; the row in a Parquet file.")
    )
    client_id = models.BigIntegerField(_("client number"), null=True, blank=True)
    prediction = models.OneToOneField(
        Prediction,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="batch_row",
        verbose_name=_("prediction"),
    )
    errors = models.JSONField(_("errors"), null=True, blank=True)

    objects = BatchRowQuerySet.as_manager()

    class Meta:
        app_label = "scoring"
        verbose_name = _("row of a batch")
        verbose_name_plural = _("rows of batches")
        ordering = ["batch", "line"]
        constraints = [
            # The last resort against scoring a row twice.
            models.UniqueConstraint(fields=["batch", "line"], name="batch_row_once"),
            models.CheckConstraint(
                condition=models.Q(prediction__isnull=False, errors__isnull=True)
                | models.Q(prediction__isnull=True, errors__isnull=False),
                name="batch_row_scored_or_refused",
            ),
        ]
        indexes = [
            models.Index(
                fields=["batch", "line"],
                condition=models.Q(prediction__isnull=True),
                name="batch_row_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.line}"
