"""Named reads of webhooks and what is sent to them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from monitoring.webhooks.models import Delivery, Subscription  # noqa: F401 - in base classes


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> SubscriptionQuerySet:
        return self.filter(active=True)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def pending(self) -> DeliveryQuerySet:
        return self.filter(status="pending")

    def due(self, at: datetime) -> DeliveryQuerySet:
        """Those that may be sent at `at`: their time has come, and their receiver's as well."""
        resting = models.Q(subscription__resting_until__gt=at)
        return self.pending().filter(~resting, due_at__lte=at, subscription__active=True)

    def outlived(self, at: datetime) -> DeliveryQuerySet:
        """Still waiting at `at`, though nobody wants to be told so late."""
        return self.pending().filter(give_up_at__lte=at)
