"""The journal: who did what when, chained by hashes so that an edit anywhere shows."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.exceptions import Frozen
from applications.models.application import LoanApplication
from applications.querysets import EntryQuerySet


class Entry(models.Model):
    """One thing that happened. `applications.journal` writes and verifies entries."""

    class Kind(models.TextChoices):
        CREATED = "created", _("Draft begun")
        SUBMITTED = "submitted", _("Submitted")
        DECIDED = "decided", _("Decided")
        CLAIMED = "claimed", _("Claimed by a manager")
        RELEASED = "released", _("Put back into the queue")
        RETURNED = "returned", _("Returned to the banker with a question")
        ANSWERED = "answered", _("Answered by the banker")
        OVERRIDE_PROPOSED = "proposed", _("Override proposed")
        OVERRIDE_SETTLED = "settled", _("Override settled")
        COUNTER_OFFERED = "counter", _("Counter-offer made")
        LETTER_MADE = "letter", _("Letter made")
        LETTER_HANDED_OVER = "handed", _("Letter handed over")
        NOTED = "noted", _("Note written")
        ATTACHED = "attached", _("Document attached")
        REPLAYED = "replayed", _("Score computed again")
        STRATEGY = "strategy", _("Cut-off strategy")
        WATCH_LIST = "watch", _("Watch list")

    sequence = models.PositiveBigIntegerField(_("number"), primary_key=True)
    application = models.ForeignKey(
        LoanApplication,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name=_("application"),
    )
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    kind = models.CharField(_("what"), max_length=9, choices=Kind)
    data = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)
    previous_hash = models.CharField(_("hash before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64, unique=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ["sequence"]
        indexes = [models.Index(fields=["application", "sequence"], name="entry_of_application")]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Frozen("A journal entry cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Frozen("A journal entry cannot be deleted.")


class JournalHead(models.Model):
    """The last entry of the chain; its row is locked while one is written."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.PositiveBigIntegerField(_("last number"), default=0)
    hash = models.CharField(_("last hash"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("head of the journal")
        verbose_name_plural = _("head of the journal")

    def __str__(self) -> str:
        return str(self.sequence)
