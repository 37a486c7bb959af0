"""Webhooks for administrators: who is told of what, and how each telling went."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminURLInputWidget

from monitoring.admin import ReadOnly, shown_once
from monitoring.webhooks import addresses, services
from monitoring.webhooks.exceptions import AddressRefused
from monitoring.webhooks.models import Attempt, Delivery, Event, Subscription

_RIGHT = "monitoring.manage_webhooks"


class ByRight:
    """Open to whoever may manage webhooks."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(_RIGHT)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(_RIGHT)


class SubscriptionForm(forms.ModelForm):  # type: ignore[type-arg]  # none at run time
    url = forms.URLField(
        label=gettext_lazy("Address"),
        max_length=500,
        assume_scheme="https",
        help_text=gettext_lazy("An HTTPS address that answers 2xx at once."),
        widget=UnfoldAdminURLInputWidget,
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        choices=Event.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = Subscription
        fields = ("name", "url", "events", "active")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            addresses.parse(url)
        except AddressRefused as error:
            raise forms.ValidationError(str(error)) from error
        return url


@admin.register(Subscription)
class SubscriptionAdmin(ByRight, ModelAdmin):
    form = SubscriptionForm
    list_display = ("name", "host", "told_of", "state", "waiting", "failed")
    list_filter = ("active",)
    search_fields = ("name", "url")
    actions_submit_line = ("send_test", "rotate_secret")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(_RIGHT)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(_RIGHT)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(_RIGHT)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        subscriptions: QuerySet[Subscription] = super().get_queryset(request)
        return subscriptions.annotate(
            waiting=Count("deliveries", filter=Q(deliveries__status=Delivery.Status.PENDING)),
            failed=Count("deliveries", filter=Q(deliveries__status=Delivery.Status.FAILED)),
        )

    def get_fields(self, request: HttpRequest, obj: Subscription | None = None) -> tuple[str, ...]:
        return ("name", "url", "events", "active") if obj else ("name", "url", "events")

    @display(description=gettext_lazy("told of"))
    def told_of(self, subscription: Subscription) -> str:
        return ", ".join(str(Event(event).label) for event in subscription.events)

    @display(
        description=gettext_lazy("state"),
        label={"active": "success", "resting": "warning", "off": "info"},
    )
    def state(self, subscription: Subscription) -> tuple[str, str]:
        if not subscription.active:
            return "off", _("Switched off")
        if subscription.is_resting:
            return "resting", _("Does not answer")
        return "active", _("Active")

    @display(description=gettext_lazy("waiting"), ordering="waiting")
    def waiting(self, subscription: Any) -> Any:
        return subscription.waiting

    @display(description=gettext_lazy("failed"), ordering="failed")
    def failed(self, subscription: Any) -> Any:
        return subscription.failed

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = form.cleaned_data
        if change:
            services.change_subscription(
                subscription=obj,
                name=given["name"],
                url=given["url"],
                events=given["events"],
                active=given["active"],
            )
            self._press(request, obj)
        else:
            made, obj.new_secret = services.subscribe(
                name=given["name"],
                url=given["url"],
                events=given["events"],
                created_by=cast(User, request.user),
            )
            obj.pk = made.pk
            obj.refresh_from_db()

    def _press(self, request: HttpRequest, obj: Subscription) -> None:
        """The buttons below the form. Unfold would save every field first, an old secret too."""
        for button in self.get_actions_submit_line(request, obj.pk):
            if button.action_name in request.POST:
                button.method(request, obj)

    @action(description=gettext_lazy("Send a test event"))
    def send_test(self, request: HttpRequest, obj: Subscription) -> None:
        if obj.active:
            services.send_test(subscription=obj)
            self.message_user(
                request,
                _("A test event is on its way. The deliveries show how it went."),
                messages.SUCCESS,
            )
        else:
            self.message_user(request, _("This webhook is switched off."), messages.WARNING)

    @action(description=gettext_lazy("Give a new secret"))
    def rotate_secret(self, request: HttpRequest, obj: Any) -> None:
        obj.new_secret = services.rotate_secret(subscription=obj)
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        return self._secret(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if hasattr(obj, "new_secret"):
            return self._secret(request, obj)
        answer: HttpResponse = super().response_change(request, obj)
        return answer

    def _secret(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return shown_once(
            self,
            request,
            obj,
            title=_("Secret of %(name)s") % {"name": obj.name},
            label=_("Signing secret"),
            secret=obj.new_secret,
            lead=_("Copy it into the receiving system now: it is not shown again."),
            facts=[
                (_("Address"), obj.url),
                (_("Signature"), _("HMAC-SHA256, as the Standard Webhooks specification has it")),
                (
                    _("Earlier secret"),
                    _("Signs as well for 24 hours.") if obj.old_secret_until else _("None"),
                ),
            ],
        )


class AttemptInline(ByRight, ReadOnly, TabularInline):
    model = Attempt
    extra = 0
    fields = ("at", "status_code", "duration_ms", "error", "answer")
    readonly_fields = fields


@admin.register(Delivery)
class DeliveryAdmin(ByRight, ReadOnly, ModelAdmin):
    list_display = (
        "created_at",
        "subscription",
        "event",
        "subject",
        "state",
        "attempts",
        "due",
    )
    list_filter = ("status", "subscription", "event")
    list_select_related = ("subscription",)
    search_fields = ("subject", "=id")
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = (
        "subscription",
        "event",
        "subject",
        "message_id",
        "status",
        "attempts",
        "created_at",
        "due",
        "finished_at",
        "content",
    )
    readonly_fields = ("message_id", "due", "content")
    inlines = (AttemptInline,)
    actions = ("send_again",)

    @display(
        description=gettext_lazy("status"),
        ordering="status",
        label={
            Delivery.Status.PENDING: "info",
            Delivery.Status.DELIVERED: "success",
            Delivery.Status.FAILED: "danger",
        },
    )
    def state(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.status, delivery.get_status_display()

    @display(description=gettext_lazy("next attempt"), ordering="due_at")
    def due(self, delivery: Delivery) -> str | None:
        if delivery.status != Delivery.Status.PENDING:
            return None
        return date_format(timezone.localtime(delivery.due_at), "SHORT_DATETIME_FORMAT")

    @display(description=gettext_lazy("message number"))
    def message_id(self, delivery: Delivery) -> str:
        return delivery.message_id

    @display(description=gettext_lazy("body"))
    def content(self, delivery: Delivery) -> str:
        body = json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False)
        return format_html("<pre>{}</pre>", body)

    @admin.action(description=gettext_lazy("Send the selected messages again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        sent = services.redeliver(deliveries=queryset)
        said = ngettext(
            "%(count)d message is sent again.", "%(count)d messages are sent again.", sent
        )
        self.message_user(request, said % {"count": sent}, messages.SUCCESS)
