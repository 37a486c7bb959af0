"""Models registered for scoring, what is on file about clients, and explanations."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from knox.models import AuthToken

from ml.decision import CutOffs
from monitoring.exceptions import ImmutableRecord
from monitoring.models import Prediction
from scoring.querysets import (
    ActivationQuerySet,
    ExplanationQuerySet,
    ModelVersionQuerySet,
    StrategyQuerySet,
)
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


class ModelActivation(models.Model):
    """That a model became the champion: who said so, and when. Written once, never changed.

    Each is chained to the one before by its hash; see `scoring.activations`.
    """

    number = models.PositiveIntegerField(_("number"), primary_key=True)
    model_name = models.CharField(_("model"), max_length=100)
    model_version = models.CharField(_("version"), max_length=100)
    model_sha256 = models.CharField(_("fingerprint"), max_length=64)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("activated by"),
        help_text=_("Empty when it was done on the command line."),
    )
    activated_at = models.DateTimeField(_("activated at"), default=timezone.now)
    previous_hash = models.CharField(_("hash before"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)

    objects = ActivationQuerySet.as_manager()

    class Meta:
        verbose_name = _("activation of a model")
        verbose_name_plural = _("activations of models")
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.model_name} {self.model_version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ImmutableRecord("An activation cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImmutableRecord("An activation cannot be deleted.")


class Strategy(models.Model):
    """Cut-offs and policy rules, proposed by one manager and approved by another.

    The approved one that took effect last is in force; where there is none, the champion's own
    cut-offs are, and no rules. Nothing of it but its status ever changes.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", pgettext_lazy("a strategy", "Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    version = models.PositiveIntegerField(_("version"), unique=True)
    refer_from = models.FloatField(_("refer from"))
    decline_from = models.FloatField(_("decline from"))
    cost_ratio = models.FloatField(
        _("cost ratio"),
        help_text=_("How many refused good loans cost as much as one loan that is not repaid."),
    )
    rules = models.JSONField(
        _("policy rules"),
        default=dict,
        blank=True,
        help_text=_("By code: limit, and what follows; see `scoring.policy`."),
    )
    second_manager_amount = models.FloatField(
        _("second manager from amount"),
        null=True,
        blank=True,
        help_text=_("An override of a loan this large needs a second manager."),
    )
    second_manager_pd = models.FloatField(
        _("second manager from PD"),
        null=True,
        blank=True,
        help_text=_("An override that grants a loan of this PD needs a second manager."),
    )
    comment = models.TextField(_("comment"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PROPOSED)
    effective_from = models.DateTimeField(_("effective from"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)

    objects = StrategyQuerySet.as_manager()

    class Meta:
        verbose_name = _("cut-off strategy")
        verbose_name_plural = _("cut-off strategies")
        ordering = ["-version"]
        indexes = [models.Index(fields=["status", "-effective_from"], name="strategy_in_force")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(refer_from__gt=0, decline_from__lt=1)
                & models.Q(refer_from__lte=models.F("decline_from")),
                name="strategy_cut_offs_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(cost_ratio__gt=0), name="strategy_cost_ratio_is_positive"
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["approved", "refused"])
                | (
                    models.Q(settled_by__isnull=False)
                    & ~models.Q(settled_by=models.F("proposed_by"))
                ),
                name="strategy_settled_by_another",
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)

    @property
    def takes_effect_at(self) -> datetime:
        """The date asked for, or the approval where that came later."""
        return max(self.effective_from, self.settled_at or self.effective_from)

    @property
    def cut_offs(self) -> CutOffs:
        """The cut-offs, with the one of lowest cost for a calibrated PD between them."""
        return CutOffs.at_ratio(self.refer_from, self.decline_from, self.cost_ratio)

    def needs_second_manager(self, *, amount: float, pd: float, grants: bool) -> bool:
        """Whether an override of such a decision needs a second manager."""
        large = self.second_manager_amount is not None and amount >= self.second_manager_amount
        risky = self.second_manager_pd is not None and pd >= self.second_manager_pd
        return large or (grants and risky)


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
    """Why a prediction came out as it did: SHAP contributions and ranked reasons.

    There is none while it is being computed.
    """

    class Status(models.TextChoices):
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    prediction = models.OneToOneField(
        Prediction, on_delete=models.PROTECT, primary_key=True, related_name="explanation"
    )
    status = models.CharField(_("status"), max_length=8, choices=Status)
    finished_at = models.DateTimeField(_("finished at"), default=timezone.now)
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
        indexes = [
            models.Index(
                fields=["finished_at"],
                condition=models.Q(status="failed"),
                name="explanation_failed",
            )
        ]
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


class ApiToken(AuthToken):  # type: ignore[misc]  # untyped
    """A token of the REST API, as the admin names it. Rights on it are those on knox's."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        record = getattr(self, "record", None)
        return (record.name if record else "") or f"{self.token_key}…"


class TokenRecord(models.Model):
    """What the desk knows of a token beyond its hash."""

    token = models.OneToOneField(
        AuthToken,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="record",
        verbose_name=_("token"),
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("issued by"),
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class KeptAnswer(models.Model):
    """The answer to a request with an `Idempotency-Key`, for when the request comes again."""

    key = models.CharField(
        max_length=64,
        primary_key=True,
        help_text=_("SHA-256 of caller, address and key."),
    )
    fingerprint = models.CharField(max_length=64, help_text=_("SHA-256 of the request."))
    kept_at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"", help_text=_("Sealed; see `monitoring.sealing`."))

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["kept_at"], name="kept_answer_kept_at")]

    def __str__(self) -> str:
        return self.key


# Django looks for an app's models here.
from scoring.batches.models import BatchChunk, BatchRow, ScoreBatch  # noqa: E402, F401
