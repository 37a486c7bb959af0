"""Stored predictions."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

import numpy as np
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ml.decision import Outcome as _Outcome
from monitoring.exceptions import ImmutableRecord
from monitoring.querysets import PredictionQuerySet, WrittenOnceQuerySet
from monitoring.webhooks.models import Attempt, Delivery, Subscription

__all__ = [
    "Attempt",
    "Completeness",
    "Delivery",
    "LoanOutcome",
    "Outcome",
    "Prediction",
    "ReplacedOutcome",
    "Source",
    "Subscription",
]


class Source(models.TextChoices):
    """The channel a score was asked for through."""

    WEB = "web", _("Desk")
    API = "api", _("REST API")
    BATCH = "batch", _("Batch")


class Outcome(models.TextChoices):
    """What the cut-offs say of a PD."""

    APPROVE = _Outcome.APPROVE.value, _("Approve")
    REFER = _Outcome.REFER.value, _("Refer")
    DECLINE = _Outcome.DECLINE.value, _("Decline")


class Completeness(models.TextChoices):
    """How much was known about the applicant when the score was computed."""

    FORM = "form", _("Application only")
    BUREAU = "bureau", _("Application and credit bureau")
    PREVIOUS = "previous", _("Application and earlier loans with us")
    FULL = "full", _("Application, credit bureau and earlier loans")


class Prediction(models.Model):
    """One score, exactly as it was given. Written once, never changed.

    It holds everything needed to compute the score again: the inputs as received, the
    history that was used, the feature vector the model saw, and which model saw it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("scored at"), default=timezone.now)
    source = models.CharField(_("channel"), max_length=8, choices=Source)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    client_id = models.BigIntegerField(_("client number"), null=True, blank=True)

    inputs = models.JSONField(_("application"), encoder=DjangoJSONEncoder)
    history = models.BinaryField(
        _("history vector"), null=True, help_text=_("float64, in the order of the history features")
    )
    history_used = models.JSONField(_("history used"), default=list)
    history_as_of = models.DateTimeField(_("history as of"), null=True, blank=True)
    completeness = models.CharField(_("completeness"), max_length=8, choices=Completeness)
    features = models.BinaryField(
        _("feature vector"), help_text=_("float32, in the order of the model's features")
    )

    model_name = models.CharField(_("model"), max_length=100)
    model_version = models.CharField(_("model version"), max_length=100)
    model_sha256 = models.CharField(_("model fingerprint"), max_length=64)
    raw_score = models.FloatField(_("raw score"), help_text=_("log-odds before calibration"))
    pd = models.FloatField(
        _("PD"), help_text=_("Probability that the loan is not repaid, from 0 to 1.")
    )
    refer_from = models.FloatField(_("refer from"))
    decline_from = models.FloatField(_("decline from"))
    cut_offs_version = models.PositiveIntegerField(
        _("cut-off strategy"),
        null=True,
        blank=True,
        help_text=_("Empty: the model’s own cut-offs."),
    )
    outcome = models.CharField(_("decision"), max_length=8, choices=Outcome)
    latency_ms = models.FloatField(_("latency (ms)"))

    objects = PredictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at"], name="prediction_created_at"),
            models.Index(fields=["client_id", "-created_at"], name="prediction_client"),
            models.Index(fields=["model_sha256", "-created_at"], name="prediction_model"),
            models.Index(fields=["pd"], name="prediction_pd"),
            # All that the decision history and the simulator filter and sum by, so that they need
            # not read past the inputs and vectors of each row.
            models.Index(
                fields=[
                    "id",
                    "pd",
                    "refer_from",
                    "decline_from",
                    "source",
                    "completeness",
                    "model_sha256",
                    "cut_offs_version",
                    "client_id",
                ],
                name="prediction_book",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pd__gte=0, pd__lte=1), name="prediction_pd_is_probability"
            ),
            models.CheckConstraint(
                condition=models.Q(refer_from__lte=models.F("decline_from")),
                name="prediction_cut_offs_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="prediction_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def feature_vector(self) -> np.ndarray:
        """The row the model saw, float32, shape (n_features,)."""
        return np.frombuffer(self.features, dtype="<f4")

    @property
    def history_vector(self) -> np.ndarray | None:
        """The stored history that was joined, float64, NaN where nothing is known."""
        return None if self.history is None else np.frombuffer(self.history, dtype="<f8")

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ImmutableRecord("A prediction cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImmutableRecord("A prediction cannot be deleted.")


class LoanOutcome(models.Model):
    """What became of the loan that a prediction was about."""

    prediction = models.OneToOneField(
        Prediction,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="loan_outcome",
        verbose_name=_("prediction"),
    )
    defaulted = models.BooleanField(_("not repaid"))
    observed_on = models.DateField(_("observed on"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )

    class Meta:
        verbose_name = _("outcome of a loan")
        verbose_name_plural = _("outcomes of loans")
        ordering = ["-observed_on"]
        indexes = [models.Index(fields=["-observed_on"], name="loan_outcome_observed_on")]

    def __str__(self) -> str:
        return f"{self.prediction_id}: {'not repaid' if self.defaulted else 'repaid'}"


class ReplacedOutcome(models.Model):
    """What was recorded of a loan before it was corrected. Written once, never changed."""

    prediction = models.ForeignKey(
        Prediction,
        on_delete=models.PROTECT,
        related_name="replaced_outcomes",
        verbose_name=_("prediction"),
    )
    defaulted = models.BooleanField(_("not repaid"))
    observed_on = models.DateField(_("observed on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    replaced_at = models.DateTimeField(_("replaced at"))

    objects = WrittenOnceQuerySet.as_manager()

    class Meta:
        verbose_name = _("replaced outcome")
        verbose_name_plural = _("replaced outcomes")
        ordering = ["-replaced_at"]

    def __str__(self) -> str:
        return f"{self.prediction_id}: {'not repaid' if self.defaulted else 'repaid'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ImmutableRecord("A replaced outcome cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImmutableRecord("A replaced outcome cannot be deleted.")
