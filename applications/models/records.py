"""What hangs on an application: notes, attachments and letters."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import LoanApplication
from applications.models.decision import Decision
from applications.querysets import LetterQuerySet


def _attachments() -> Storage:
    return storages["attachments"]


def _place(attachment: Attachment, _name: str) -> str:
    """By key alone: what a file is called never becomes a path."""
    return f"{attachment.application_id}/{attachment.pk}"


class Note(models.Model):
    """What somebody wrote down about an application."""

    application = models.ForeignKey(
        LoanApplication,
        on_delete=models.PROTECT,
        related_name="notes",
        verbose_name=_("application"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("author"),
    )
    text = models.TextField(_("note"), max_length=4_000)
    written_at = models.DateTimeField(_("written at"), default=timezone.now)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-written_at"]

    def __str__(self) -> str:
        return self.text[:60]


class Attachment(models.Model):
    """A document that belongs to an application."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        LoanApplication,
        on_delete=models.PROTECT,
        related_name="attachments",
        verbose_name=_("application"),
    )
    file = models.FileField(_("file"), storage=_attachments, upload_to=_place)
    name = models.CharField(_("name"), max_length=150)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size"), help_text=_("In bytes."))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("added by"),
    )
    added_at = models.DateTimeField(_("added at"), default=timezone.now)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["-added_at"]

    def __str__(self) -> str:
        return self.name


class Letter(models.Model):
    """The letter on a decision, exactly as it was made."""

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        FRENCH = "fr", _("French")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="letters", verbose_name=_("decision")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    reasons = models.JSONField(
        _("reasons given"), default=list, help_text=_("Codes of concepts and policy rules.")
    )
    pdf = models.BinaryField(_("PDF"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    handed_over_at = models.DateTimeField(_("handed over at"), null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "language"], name="letter_one_of_each_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} ({self.language})"
