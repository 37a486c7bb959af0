"""Stored predictions in the admin, and what other pages of the admin share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from monitoring.models import Outcome, Prediction


class ReadOnly:
    """For records that services write: shown to whoever may view, changed by nobody."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def shown_once(
    model_admin: ModelAdmin,
    request: HttpRequest,
    obj: Any,
    *,
    title: str,
    label: str,
    secret: str,
    lead: str,
    facts: Sequence[tuple[str, Any]],
) -> HttpResponse:
    """A page with a secret that is stored nowhere as it is, so that this is its only showing."""
    name = f"admin:{obj._meta.app_label}_{obj._meta.model_name}"
    answer = TemplateResponse(
        request,
        "admin/shown_once.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": title,
            "opts": obj._meta,
            "label": label,
            "secret": secret,
            "lead": lead,
            "facts": facts,
            "list_url": reverse(f"{name}_changelist"),
            "page_url": reverse(f"{name}_change", args=[obj.pk]),
        },
    )
    answer["Cache-Control"] = "no-store"
    return answer


@admin.register(Prediction)
class PredictionAdmin(ReadOnly, ModelAdmin):
    list_display = [
        "created_at",
        "client_id",
        "pd_percent",
        "decision",
        "completeness",
        "source",
        "model_version",
        "requested_by",
    ]
    list_filter = ["outcome", "source", "completeness", "model_version"]
    search_fields = ["=id", "=client_id"]
    date_hierarchy = "created_at"
    list_select_related = ["requested_by"]
    exclude = ["inputs", "history", "features"]
    readonly_fields = ["application"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prediction]:
        predictions: QuerySet[Prediction] = super().get_queryset(request)
        return predictions.defer("history", "features")

    @display(description=_("PD"), ordering="pd")
    def pd_percent(self, prediction: Prediction) -> str:
        return f"{number_format(round(100 * prediction.pd, 2), 2)}\u00a0%"

    @display(
        description=_("decision"),
        ordering="outcome",
        label={
            Outcome.APPROVE: "success",
            Outcome.REFER: "warning",
            Outcome.DECLINE: "danger",
        },
    )
    def decision(self, prediction: Prediction) -> tuple[str, str]:
        return prediction.outcome, prediction.get_outcome_display()

    @display(description=_("application"))
    def application(self, prediction: Prediction) -> str:
        return format_html("<pre>{}</pre>", json.dumps(prediction.inputs, indent=2))


import monitoring.webhooks.admin  # noqa: E402, F401 - registers its pages, with the above
