"""Models, client files and explanations in the admin. All written by services, so read-only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from knox.admin import AuthTokenAdmin as KnoxAuthTokenAdmin
from knox.models import AuthToken
from knox.settings import knox_settings
from unfold.admin import ModelAdmin
from unfold.decorators import display

from monitoring.admin import ReadOnly
from scoring import services
from scoring.exceptions import NoChampion
from scoring.models import ClientFile, Explanation, ModelVersion

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnly, ModelAdmin):
    list_display = [
        "name",
        "version",
        "role",
        "hold_out_auc",
        "hold_out_cost",
        "refer_from",
        "decline_from",
        "activated_at",
    ]
    list_filter = ["is_champion"]
    search_fields = ["name", "version", "sha256"]
    exclude = ["metrics", "directory"]
    readonly_fields = ["figures"]
    actions = ["make_champion"]

    @display(description=gettext_lazy("role"), label={True: "success", False: "info"})
    def role(self, version: ModelVersion) -> tuple[bool, str]:
        return version.is_champion, _("Champion") if version.is_champion else _("Standby")

    @display(description=gettext_lazy("AUC"))
    def hold_out_auc(self, version: ModelVersion) -> str:
        return _four_decimals(version.metrics["hold_out"]["auc"])

    @display(description=gettext_lazy("cost per applicant"))
    def hold_out_cost(self, version: ModelVersion) -> str:
        return _four_decimals(version.metrics["hold_out"]["cost_per_applicant"])

    @display(description=gettext_lazy("figures of its training"))
    def figures(self, version: ModelVersion) -> str:
        return format_html("<pre>{}</pre>", json.dumps(version.metrics, indent=2))

    def has_make_champion_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("scoring.activate_model")

    @admin.action(
        description=gettext_lazy("Make the selected model the champion"),
        permissions=["make_champion"],
    )
    def make_champion(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        if queryset.count() != 1:
            self.message_user(request, _("Select exactly one model."), messages.WARNING)
            return
        version = queryset.get()
        try:
            services.activate_model(version=version, by=cast("User", request.user))
        except NoChampion as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(
                request, _("%(model)s scores from now on.") % {"model": version}, messages.SUCCESS
            )


admin.site.unregister(AuthToken)


@admin.register(AuthToken)
class AuthTokenAdmin(KnoxAuthTokenAdmin, ModelAdmin):
    """API tokens: shown once when made, revoked by deleting them."""

    list_display = ["user", "token_key", "created", "expiry"]
    list_select_related = ["user"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"expiry": timezone.now() + knox_settings.TOKEN_TTL}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ClientFile)
class ClientFileAdmin(ReadOnly, ModelAdmin):
    list_display = ["client_id", "tables", "as_of"]
    search_fields = ["=client_id"]
    exclude = ["history"]
    show_full_result_count = False


@admin.register(Explanation)
class ExplanationAdmin(ReadOnly, ModelAdmin):
    list_display = ["prediction_id", "status", "finished_at"]
    list_filter = ["status"]
    search_fields = ["=prediction__id"]
    exclude = ["contributions", "grouped"]
    readonly_fields = ["told"]
    show_full_result_count = False

    @display(description=gettext_lazy("reasons"))
    def told(self, explanation: Explanation) -> str:
        lines = (f"{r['contribution']:+.3f}  {r['sentence']}" for r in explanation.reasons)
        return format_html("<pre>{}</pre>", "\n".join(lines))


def _four_decimals(figure: float) -> str:
    # Rounded first: Django cuts off the digits it does not show.
    return number_format(round(figure, 4), 4)
