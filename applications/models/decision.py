"""Decisions on applications, and the state of each case between them."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.choices import OverrideReason
from applications.exceptions import Frozen
from applications.models.application import LoanApplication
from applications.querysets import CaseQuerySet, DecisionQuerySet, OverrideQuerySet
from monitoring.models import Outcome, Prediction


class Decision(models.Model):
    """What was decided on an application, by whom and why. Written once, never changed."""

    class Kind(models.TextChoices):
        AUTOMATIC = "automatic", _("Automatically")
        MANUAL = "manual", _("By a manager")
        OVERRIDE = "override", _("Overruled by a manager")

    application = models.ForeignKey(
        LoanApplication,
        on_delete=models.PROTECT,
        related_name="decisions",
        verbose_name=_("application"),
    )
    number = models.PositiveSmallIntegerField(
        _("number"), default=1, help_text=_("1 for the first decision on the application.")
    )
    prediction = models.ForeignKey(
        Prediction,
        on_delete=models.PROTECT,
        related_name="decisions",
        verbose_name=_("prediction"),
    )
    outcome = models.CharField(_("decision"), max_length=8, choices=Outcome)
    kind = models.CharField(_("made"), max_length=9, choices=Kind, default=Kind.AUTOMATIC)
    findings = models.JSONField(
        _("policy findings"),
        default=list,
        blank=True,
        help_text=_("Policy rules that spoke, as `scoring.policy` wrote them down."),
    )
    reason_code = models.CharField(
        _("reason code"), max_length=16, choices=OverrideReason, blank=True
    )
    reason = models.TextField(_("reason"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        help_text=_("Empty when the cut-offs and the policy decided."),
    )
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreed by"),
        help_text=_("The second manager, where one was needed."),
    )
    decided_at = models.DateTimeField(_("decided at"), default=timezone.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-decided_at", "-pk"]
        indexes = [
            models.Index(fields=["-decided_at"], name="decision_decided_at"),
            models.Index(fields=["outcome", "-decided_at"], name="decision_outcome"),
            models.Index(fields=["kind", "-decided_at"], name="decision_kind"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(kind="automatic"),
                name="decision_one_automatic",
            ),
            # Two people who decide at once cannot both win.
            models.UniqueConstraint(
                fields=["application", "number"], name="decision_numbers_differ"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="decision_outcome_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="automatic", decided_by__isnull=True, number=1)
                | models.Q(~models.Q(kind="automatic"), decided_by__isnull=False),
                name="decision_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True)
                | ~models.Q(agreed_by=models.F("decided_by")),
                name="decision_agreed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.outcome}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Frozen("A decision cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Frozen("A decision cannot be deleted.")


class Case(models.Model):
    """Where a submitted application stands. Whoever changes it locks this row first."""

    class Stage(models.TextChoices):
        DECIDED = "decided", _("Decided")
        REFERRED = "referred", _("Waits for a manager")
        CLAIMED = "claimed", _("With a manager")
        RETURNED = "returned", _("Back with the banker")

    application = models.OneToOneField(
        LoanApplication,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="case",
        verbose_name=_("application"),
    )
    decision = models.OneToOneField(
        Decision,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("decision in force"),
    )
    stage = models.CharField(_("stage"), max_length=8, choices=Stage, default=Stage.DECIDED)
    since = models.DateTimeField(_("since"), default=timezone.now)
    referred_at = models.DateTimeField(_("referred at"), null=True, blank=True)
    referral_reasons = models.JSONField(
        _("why it was referred"),
        default=list,
        blank=True,
        help_text=_("`pd`, and the codes of policy rules."),
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("claimed by"),
    )
    question = models.TextField(_("question to the banker"), blank=True)
    letter_due_on = models.DateField(
        _("letter due on"),
        null=True,
        blank=True,
        help_text=_("Empty while there is nothing to write, and once the letter was handed over."),
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes = [
            models.Index(fields=["stage", "since"], name="case_waiting"),
            models.Index(fields=["letter_due_on"], name="case_letter_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(stage="claimed") | models.Q(claimed_by__isnull=False),
                name="case_claimed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(stage="returned") | ~models.Q(question=""),
                name="case_returned_with_a_question",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.stage}"


class Override(models.Model):
    """A manager's wish to overrule a decision that a second manager must agree to."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waits for a second manager")
        AGREED = "agreed", _("Agreed")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    application = models.ForeignKey(
        LoanApplication,
        on_delete=models.PROTECT,
        related_name="overrides",
        verbose_name=_("application"),
    )
    overruled = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="+", verbose_name=_("decision overruled")
    )
    outcome = models.CharField(_("new decision"), max_length=8, choices=Outcome)
    reason_code = models.CharField(_("reason code"), max_length=16, choices=OverrideReason)
    comment = models.TextField(_("comment"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PENDING)
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

    objects = OverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        ordering = ["-proposed_at"]
        indexes = [models.Index(fields=["status", "proposed_at"], name="override_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(status="pending"),
                name="override_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(status="pending", settled_at__isnull=True)
                | models.Q(~models.Q(status="pending"), settled_at__isnull=False),
                name="override_settled_has_its_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["agreed", "refused"])
                | ~models.Q(settled_by=models.F("proposed_by")),
                name="override_settled_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.outcome}"
