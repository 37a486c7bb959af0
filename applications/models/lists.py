"""Lists that people at the desk keep: saved views, and the watch list."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """Filters of the decision history that somebody wants to come back to."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="saved_views",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=1_000, help_text=_("As in the address."))
    saved_at = models.DateTimeField(_("saved at"), default=timezone.now)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="saved_view_names_differ")
        ]

    def __str__(self) -> str:
        return self.name


class WatchListEntry(models.Model):
    """Somebody whose applications a person must look at; kept even when it no longer holds."""

    client_number = models.PositiveBigIntegerField(
        _("Client number"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    first_name = models.CharField(_("First name"), max_length=80, blank=True)
    last_name = models.CharField(_("Last name"), max_length=80, blank=True)
    birth_date = models.DateField(_("Date of birth"), null=True, blank=True)
    reason = models.TextField(_("Reason"), max_length=500)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("added by"),
    )
    added_at = models.DateTimeField(_("added at"), default=timezone.now)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("removed by"),
    )
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("watch list entry")
        verbose_name_plural = _("watch list")
        ordering = ["-added_at"]
        indexes = [
            models.Index(fields=["client_number"], name="watch_list_client"),
            models.Index(fields=["last_name", "birth_date"], name="watch_list_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(client_number__isnull=False)
                | models.Q(~models.Q(last_name=""), birth_date__isnull=False),
                name="watch_list_names_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.client_number or f"{self.first_name} {self.last_name}")
