"""Who wants to be told of what, what they are told, and how each telling went."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from monitoring.webhooks.querysets import DeliveryQuerySet, SubscriptionQuerySet


class Event(models.TextChoices):
    """What other systems can be told of."""

    DECISION_MADE = "decision.made", _("A loan application was decided")
    BATCH_FINISHED = "batch.finished", _("A batch of scores is finished")
    DRIFT_ALERT = "drift.alert", _("Applicants or scores have drifted")
    MODEL_ACTIVATED = "model.activated", _("Another model scores from now on")


TEST_EVENT = "webhook.test"


class Subscription(models.Model):
    """An address that is told of events."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=100, help_text=_("Which system listens there."))
    url = models.URLField(
        _("address"), max_length=500, help_text=_("An HTTPS address that answers 2xx at once.")
    )
    events = models.JSONField(_("events"), default=list)
    active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Switched off, nothing is sent, and what still waits is given up."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    secret = models.BinaryField(_("secret"), help_text=_("Sealed; see `monitoring.sealing`."))
    old_secret = models.BinaryField(_("secret before"), null=True)
    old_secret_until = models.DateTimeField(_("secret before signs until"), null=True, blank=True)
    resting_until = models.DateTimeField(
        _("resting until"),
        null=True,
        blank=True,
        help_text=_("It did not answer; until then nothing is sent."),
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name"]
        default_permissions = ()
        permissions = [("manage_webhooks", _("Can have events sent to other systems"))]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def is_resting(self) -> bool:
        return self.resting_until is not None and self.resting_until > timezone.now()


class Delivery(models.Model):
    """One event on its way to one address: the outbox."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("webhook")
    )
    event = models.CharField(_("event"), max_length=50)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("body"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    due_at = models.DateTimeField(_("next attempt"))
    give_up_at = models.DateTimeField(_("given up at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-created_at"]
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(status="pending"),
                name="delivery_due",
            ),
            models.Index(fields=["subscription", "-created_at"], name="delivery_subscription"),
            models.Index(fields=["-created_at"], name="delivery_created_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="pending", finished_at=None)
                | models.Q(status__in=["delivered", "failed"], finished_at__isnull=False),
                name="delivery_finished_or_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject}".strip()

    @property
    def message_id(self) -> str:
        """What the receiver knows it by, the same at every attempt."""
        return f"msg_{self.pk.hex}"


class Attempt(models.Model):
    """One try to deliver, and how it went."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="log", verbose_name=_("delivery")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    duration_ms = models.PositiveIntegerField(_("time (ms)"))
    status_code = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    answer = models.TextField(_("beginning of the answer"), blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["at"]
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.status_code or self.error)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.answer = self.answer.replace("\0", "\ufffd")  # PostgreSQL stores none
        super().save(*args, **kwargs)
