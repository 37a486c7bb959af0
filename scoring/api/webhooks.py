"""Webhooks over REST: an address subscribes to events, and sees how each telling went."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.webhooks import addresses, services
from monitoring.webhooks.exceptions import AddressRefused
from monitoring.webhooks.models import Attempt, Delivery, Event, Subscription
from scoring.api.base import CONFLICT, ERRORS, KEY_REUSED, NOT_FOUND, ApiView
from scoring.api.errors import Conflict
from scoring.api.pages import Page


class WebhookRequest(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    url = serializers.URLField(max_length=500)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=Event.choices), allow_empty=False
    )
    active = serializers.BooleanField(default=True)

    def validate_url(self, url: str) -> str:
        try:
            addresses.parse(url)
        except AddressRefused as error:
            raise serializers.ValidationError(str(error)) from error
        return url


class Webhook(serializers.ModelSerializer[Subscription]):
    """A subscription; its secret is shown when it is made or replaced, and never again."""

    deliveries_url = serializers.SerializerMethodField()

    class Meta:
        model = Subscription
        fields = ["id", "name", "url", "events", "active", "created_at", "deliveries_url"]

    def get_deliveries_url(self, subscription: Subscription) -> str:
        path = reverse("api-webhook-deliveries", kwargs={"pk": subscription.pk})
        return str(self.context["request"].build_absolute_uri(path))


class WebhookWithSecret(Webhook):
    secret = serializers.SerializerMethodField()

    class Meta(Webhook.Meta):
        fields = [*Webhook.Meta.fields, "secret"]

    def get_secret(self, subscription: Subscription) -> str:
        return str(self.context["secret"])


class AttemptOut(serializers.ModelSerializer[Attempt]):
    class Meta:
        model = Attempt
        fields = ["at", "duration_ms", "status_code", "answer", "error"]


class DeliveryOut(serializers.ModelSerializer[Delivery]):
    attempts = AttemptOut(source="log", many=True)

    class Meta:
        model = Delivery
        fields = [
            "message_id",
            "event",
            "subject",
            "status",
            "created_at",
            "due_at",
            "finished_at",
            "attempts",
        ]


class Deliveries(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = DeliveryOut(many=True)


class NewestFirst(Page):
    ordering = "-created_at"


class WebhookView(ApiView):
    right = "monitoring.manage_webhooks"

    def subscription(self, pk: UUID) -> Subscription:
        return get_object_or_404(Subscription, pk=pk)

    def told(self, subscription: Subscription, secret: str | None = None) -> Any:
        context = {"request": self.request, "secret": secret}
        kind = Webhook if secret is None else WebhookWithSecret
        return kind(subscription, context=context).data


class WebhookList(WebhookView):
    @extend_schema(
        operation_id="webhooks_list",
        summary="All webhooks",
        responses={(200, "application/json"): Webhook(many=True), **ERRORS},
    )
    def get(self, request: Request) -> Response:
        """Return every subscription, in the order of their names."""
        found = Subscription.objects.all()
        return Response(Webhook(found, many=True, context={"request": request}).data)

    @extend_schema(
        operation_id="webhooks_create",
        summary="Subscribe an address to events",
        request=WebhookRequest,
        responses={(201, "application/json"): WebhookWithSecret, **ERRORS, **KEY_REUSED},
    )
    def post(self, request: Request) -> Response:
        """Subscribe; the answer holds the signing secret, which is not shown again."""
        asked = WebhookRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        subscription, secret = services.subscribe(
            name=asked.validated_data["name"],
            url=asked.validated_data["url"],
            events=asked.validated_data["events"],
            created_by=cast(User, request.user),
        )
        return Response(
            self.told(subscription, secret),
            status=status.HTTP_201_CREATED,
            headers={"Location": reverse("api-webhook", kwargs={"pk": subscription.pk})},
        )


class WebhookDetail(WebhookView):
    @extend_schema(
        operation_id="webhooks_retrieve",
        summary="A webhook",
        responses={(200, "application/json"): Webhook, **ERRORS, **NOT_FOUND},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Return a subscription, without its secret."""
        return Response(self.told(self.subscription(pk)))

    @extend_schema(
        operation_id="webhooks_partial_update",
        summary="Change a webhook",
        request=WebhookRequest(partial=True),
        responses={(200, "application/json"): Webhook, **ERRORS, **NOT_FOUND},
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change what is given; switched off, what still waits to be sent is given up."""
        subscription = self.subscription(pk)
        asked = WebhookRequest(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        kept = {name: getattr(subscription, name) for name in ("name", "url", "events", "active")}
        services.change_subscription(subscription=subscription, **{**kept, **asked.validated_data})
        return Response(self.told(subscription))

    @extend_schema(
        operation_id="webhooks_destroy",
        summary="Remove a webhook",
        responses={204: None, **ERRORS, **NOT_FOUND},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove a subscription with its deliveries."""
        self.subscription(pk).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebhookSecret(WebhookView):
    @extend_schema(
        operation_id="webhooks_secret_create",
        summary="Replace a webhook's secret",
        request=None,
        responses={(200, "application/json"): WebhookWithSecret, **ERRORS, **NOT_FOUND},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Give a new secret; for 24 hours messages are signed with the one before as well."""
        subscription = self.subscription(pk)
        return Response(self.told(subscription, services.rotate_secret(subscription=subscription)))


class WebhookTest(WebhookView):
    @extend_schema(
        operation_id="webhooks_test_create",
        summary="Send a test event",
        request=None,
        responses={(202, "application/json"): DeliveryOut, **ERRORS, **NOT_FOUND, **CONFLICT},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Send `webhook.test`; the deliveries show how it went."""
        subscription = self.subscription(pk)
        if not subscription.active:
            raise Conflict
        sent = services.send_test(subscription=subscription)
        return Response(DeliveryOut(sent).data, status=status.HTTP_202_ACCEPTED)


class WebhookDeliveries(WebhookView):
    @extend_schema(
        operation_id="webhooks_deliveries_list",
        summary="What was sent to a webhook",
        parameters=[OpenApiParameter("cursor", str)],
        responses={(200, "application/json"): Deliveries, **ERRORS, **NOT_FOUND},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the messages, the newest first, with the attempts at each."""
        pages = NewestFirst()
        found = self.subscription(pk).deliveries.prefetch_related("log")
        page = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(DeliveryOut(page, many=True).data)
