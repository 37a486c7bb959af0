"""Models registered for scoring, what is on file about clients, and explanations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from monitoring.models import Prediction
from scoring.querysets import ExplanationQuerySet, ModelVersionQuerySet
from scoring.reasons import told


class ModelVersion(models.Model):
    """A model bundle that was verified and may score."""

    name = models.CharField(_("model"), max_length=100)
    version = models.CharField(_("version"), max_length=100)
    sha256 = models.CharField(
        _("fingerprint"),
        max_length=64,
        unique=True,
        help_text=_("SHA-256 of bundle.json, which holds that of every other file."),
    )
    directory = models.CharField(
        _("directory"), max_length=255, help_text=_("Inside the bundle directory of this site.")
    )
    metrics = models.JSONField(_("figures of its training"), default=dict)
    refer_from = models.FloatField(_("refer from"))
    decline_from = models.FloatField(_("decline from"))
    registered_at = models.DateTimeField(_("registered at"), default=timezone.now)
    activated_at = models.DateTimeField(_("activated at"), null=True, blank=True)
    is_champion = models.BooleanField(_("champion"), default=False)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        ordering = ["-registered_at"]
        permissions = [
            ("request_score", _("Can request scores over REST")),
            ("activate_model", _("Can make a model the champion")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["is_champion"],
                condition=models.Q(is_champion=True),
                name="model_one_champion",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def path(self) -> Path:
        return Path(settings.BUNDLE_DIR) / self.directory


class ClientFile(models.Model):
    """What the bank holds about a known client: last application and loan history."""

    client_id = models.BigIntegerField(_("client number"), primary_key=True)
    application = models.JSONField(
        _("last application"),
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text=_("Raw Home Credit columns."),
    )
    history = models.BinaryField(
        _("history vector"), help_text=_("float64, in the order of the history features")
    )
    history_fingerprint = models.CharField(_("history layout"), max_length=64)
    tables = models.JSONField(_("history on file"), default=list)
    as_of = models.DateTimeField(_("as of"))

    class Meta:
        verbose_name = _("client file")
        verbose_name_plural = _("client files")

    def __str__(self) -> str:
        return str(self.client_id)

    @property
    def history_vector(self) -> np.ndarray:
        """float64, shape (n_history,), NaN where nothing is known."""
        return np.frombuffer(self.history, dtype="<f8")


class Explanation(models.Model):
    """Why a prediction came out as it did: SHAP contributions and ranked reasons."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Being computed")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    prediction = models.OneToOneField(
        Prediction, on_delete=models.PROTECT, primary_key=True, related_name="explanation"
    )
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PENDING)
    queued_at = models.DateTimeField(_("queued at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    base_value = models.FloatField(
        _("base value"), null=True, help_text=_("Mean raw score (log-odds) of the model.")
    )
    contributions = models.BinaryField(
        _("contributions"), null=True, help_text=_("float64 SHAP values on the raw-score scale")
    )
    grouped = models.JSONField(_("reasons by concept"), default=list)

    objects = ExplanationQuerySet.as_manager()

    class Meta:
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
        indexes = [models.Index(fields=["status", "queued_at"], name="explanation_pending")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="ready")
                | models.Q(base_value__isnull=False, contributions__isnull=False),
                name="explanation_ready_is_complete",
            )
        ]

    def __str__(self) -> str:
        return f"{self.prediction_id}"

    @property
    def shap_values(self) -> np.ndarray:
        """float64, shape (n_features,); they and `base_value` add up to the raw score."""
        return np.frombuffer(self.contributions or b"", dtype="<f8")

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """Ranked reasons in the reader's language; see `scoring.reasons.told`."""
        return told(self.grouped)
