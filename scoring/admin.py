"""Models, client files, explanations and API tokens in the admin. Services write them all."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from knox.models import AuthToken
from knox.settings import knox_settings
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from monitoring.admin import ReadOnly, shown_once
from scoring import services, tokens
from scoring.exceptions import NoChampion
from scoring.models import ApiToken, ClientFile, Explanation, ModelVersion


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


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]  # none at run time
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("What uses it, such as “Branch system, production”."),
        widget=UnfoldAdminTextInputWidget,
    )
    lifetime = forms.TypedChoiceField(
        label=gettext_lazy("Ends after"),
        coerce=int,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Afterwards it is refused. A short life is a safe one."),
    )

    class Meta:
        model = ApiToken
        fields = ("user",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = knox_settings.TOKEN_TTL.days
        lifetime = self.fields["lifetime"]
        lifetime.choices = [  # type: ignore[attr-defined]  # fields are typed as plain ones
            (days, ngettext("%(days)d day", "%(days)d days", days) % {"days": days})
            for days in sorted({7, 30, 90, 180, 365, usual})
        ]
        lifetime.initial = usual
        if "user" in self.fields:  # a token that is there is only shown
            self.fields["user"].help_text = gettext_lazy(
                "The account it acts for. It may do what the groups of that account may do."
            )


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin):
    """API tokens: shown once when made, revoked by deleting them."""

    form = TokenForm
    list_display = ["named", "user", "roles", "begins_with", "state", "expiry", "last_used"]
    list_filter = ["user__groups", "expiry"]
    search_fields = ["record__name", "user__username", "token_key"]
    list_select_related = ["user", "record"]
    autocomplete_fields = ["user"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        tokens: QuerySet[ApiToken] = super().get_queryset(request)
        return tokens.select_related("user", "record__issued_by").prefetch_related("user__groups")

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # The page after saving is the only one that shows the token: no other way is offered.
        others = dict.fromkeys(("show_save_and_add_another", "show_save_and_continue"), False)
        answer: HttpResponse = super().add_view(
            request, form_url, {**(extra_context or {}), **others}
        )
        return answer

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> list[str]:
        if obj is None:
            return ["name", "user", "lifetime"]
        return [
            "named",
            "user",
            "roles",
            "begins_with",
            "is_valid",
            "created",
            "expiry",
            "last_used",
            "issued_by",
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> list[str]:
        return self.get_fields(request, obj) if obj else []

    # The rights are those on knox's tokens: this is the same table under a name of ours.
    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("knox.view_authtoken")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("knox.view_authtoken")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("knox.add_authtoken")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("knox.delete_authtoken")

    @display(description=gettext_lazy("name"), ordering="record__name")
    def named(self, token: ApiToken) -> str:
        return str(token)

    @display(description=gettext_lazy("roles"))
    def roles(self, token: ApiToken) -> str:
        return ", ".join(gettext(group.name) for group in token.user.groups.all()) or "–"

    @display(description=gettext_lazy("begins with"))
    def begins_with(self, token: ApiToken) -> str:
        return f"{token.token_key}…"

    @display(description=gettext_lazy("valid"), boolean=True)
    def is_valid(self, token: ApiToken) -> bool:
        return token.user.is_active and (token.expiry is None or token.expiry > timezone.now())

    @display(description=gettext_lazy("state"), label={True: "success", False: "danger"})
    def state(self, token: ApiToken) -> tuple[bool, str]:
        valid = self.is_valid(token)
        return valid, _("Valid") if valid else _("Ended")

    @display(description=gettext_lazy("last used"), ordering="record__last_used_at")
    def last_used(self, token: ApiToken) -> Any:
        record = getattr(token, "record", None)
        return record.last_used_at if record else None

    @display(description=gettext_lazy("issued by"))
    def issued_by(self, token: ApiToken) -> Any:
        record = getattr(token, "record", None)
        return record.issued_by if record else None

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = form.cleaned_data
        token, obj.plain = tokens.issue_token(
            user=given["user"],
            name=given["name"],
            lifetime=timedelta(days=given["lifetime"]),
            issued_by=cast(User, request.user),
        )
        obj.pk = token.pk
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        return shown_once(
            self,
            request,
            obj,
            title=_("API token “%(name)s”") % {"name": obj},
            label=_("API token"),
            secret=obj.plain,
            lead=_("Copy it now: it is not shown again, and nobody can look it up."),
            facts=[
                (_("Account"), obj.user),
                (_("Roles"), self.roles(obj)),
                (_("Ends"), obj.expiry),
                (_("How to send it"), "Authorization: Token …"),
            ],
        )


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
