"""Telling other systems: subscribing, announcing, delivering, trying again."""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from monitoring import sealing
from monitoring.webhooks import addresses, sending, signing
from monitoring.webhooks.exceptions import AddressRefused, NoAnswer
from monitoring.webhooks.models import TEST_EVENT, Attempt, Delivery, Event, Subscription

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

# After each failed attempt; a day in all.
DELAYS = tuple(
    timedelta(seconds=seconds)
    for seconds in (10, 60, 300, 1800, 2 * 3600, 5 * 3600, 8 * 3600, 8 * 3600)
)
GIVE_UP_AFTER = timedelta(hours=26)
REST = timedelta(minutes=1)
LEASE = timedelta(minutes=1)  # a claim longer than any attempt; after a crash it runs out
BOTH_SECRETS_FOR = timedelta(hours=24)
_SWEPT = 200
_GONE = 410


# --- subscribing -------------------------------------------------------------
def subscribe(
    *, name: str, url: str, events: Iterable[str], created_by: User | None = None
) -> tuple[Subscription, str]:
    """Have events sent to an address; the secret returned beside it cannot be told again.

    Raises
    ------
    AddressRefused
        If nothing is sent to such an address.
    """
    addresses.parse(url)
    secret = signing.new_secret()
    subscription = Subscription.objects.create(
        name=name,
        url=url,
        events=_known(events),
        created_by=created_by,
        secret=sealing.seal(secret.encode()),
    )
    return subscription, secret


@transaction.atomic
def change_subscription(
    *, subscription: Subscription, name: str, url: str, events: Iterable[str], active: bool
) -> None:
    """Change where to and what of; switched off, what still waits is given up.

    Raises
    ------
    AddressRefused
        If nothing is sent to such an address.
    """
    addresses.parse(url)
    subscription.name = name
    subscription.url = url
    subscription.events = _known(events)
    subscription.active = active
    subscription.resting_until = None
    subscription.save(update_fields=["name", "url", "events", "active", "resting_until"])
    if not active:
        subscription.deliveries.pending().update(
            status=Delivery.Status.FAILED, finished_at=timezone.now()
        )


def rotate_secret(*, subscription: Subscription) -> str:
    """Give a new secret. For a day the one before signs as well, so that receivers can change."""
    secret = signing.new_secret()
    with transaction.atomic():
        locked = Subscription.objects.select_for_update().get(pk=subscription.pk)
        locked.old_secret = locked.secret
        locked.old_secret_until = timezone.now() + BOTH_SECRETS_FOR
        locked.secret = sealing.seal(secret.encode())
        locked.save(update_fields=["secret", "old_secret", "old_secret_until"])
    return secret


# --- announcing --------------------------------------------------------------
def announce(*, event: Event, subject: str, data: Mapping[str, Any]) -> int:
    """Tell whoever subscribed to `event`; returns how many that are.

    Call it inside the transaction of what happened: the messages are stored with it, and sent
    once it is committed. One cheap query if nobody subscribed.

    Parameters
    ----------
    event : Event
        What happened.
    subject : str
        What it happened to, such as an application's reference.
    data : mapping
        The message's `data`: numbers, codes and links. No more of a person than is needed.
    """
    subscribed = [
        subscription
        for subscription in Subscription.objects.active().only("pk", "events")
        if event in subscription.events
    ]
    _send(subscribed, event=event, subject=subject, data=data)
    return len(subscribed)


def send_test(*, subscription: Subscription) -> Delivery:
    """Send a test event to one subscription, whatever it subscribed to."""
    data = {"message": _("This is a test.")}
    return _send([subscription], event=TEST_EVENT, subject=subscription.name, data=data)[0]


# --- delivering --------------------------------------------------------------
def deliver(*, delivery_id: UUID, now: datetime | None = None) -> None:
    """Try to deliver one message, if it is due and nobody else is at it."""
    delivery = _claim(delivery_id, now or timezone.now())
    if delivery is None:
        return
    started = time.monotonic()
    attempt = Attempt(delivery=delivery, duration_ms=0)
    try:
        answer = _post(delivery)
    except (AddressRefused, NoAnswer, sealing.Unreadable) as error:
        attempt.error = str(error)
        attempt.duration_ms = round(1000 * (time.monotonic() - started))
    else:
        attempt.status_code = answer.status
        attempt.answer = answer.beginning
        attempt.duration_ms = answer.duration_ms
    _write_down(delivery, attempt)


def redeliver(*, deliveries: Iterable[Delivery]) -> int:
    """Send finished messages again, from the first attempt on; returns how many."""
    now = timezone.now()
    keys = [delivery.pk for delivery in deliveries]
    again = Delivery.objects.filter(pk__in=keys, subscription__active=True).exclude(
        status=Delivery.Status.PENDING
    )
    with transaction.atomic():
        chosen = list(again.select_for_update(of=("self",)).values_list("pk", flat=True))
        Delivery.objects.filter(pk__in=chosen).update(
            status=Delivery.Status.PENDING,
            attempts=0,
            due_at=now,
            give_up_at=now + GIVE_UP_AFTER,
            finished_at=None,
        )
        transaction.on_commit(lambda: _enqueue(chosen))
    return len(chosen)


def sweep(*, now: datetime | None = None) -> int:
    """Queue what is due: retries, and what a crash left waiting. Give up what is too old."""
    at = now or timezone.now()
    Delivery.objects.outlived(at).update(status=Delivery.Status.FAILED, finished_at=at)
    due = list(Delivery.objects.due(at).order_by("due_at").values_list("pk", flat=True)[:_SWEPT])
    _enqueue(due)
    return len(due)


def forget(*, now: datetime | None = None) -> int:
    """Delete finished messages that are older than the settings keep them."""
    before = (now or timezone.now()) - timedelta(days=settings.WEBHOOK_LOG_DAYS)
    old = Delivery.objects.filter(created_at__lt=before).exclude(status=Delivery.Status.PENDING)
    return old.delete()[0]


# --- details -----------------------------------------------------------------
def _known(events: Iterable[str]) -> list[str]:
    return [Event(event).value for event in dict.fromkeys(events)]


def _send(
    subscriptions: Iterable[Subscription], *, event: str, subject: str, data: Mapping[str, Any]
) -> list[Delivery]:
    now = timezone.now()
    content = {"type": event, "timestamp": now, "subject": subject, "data": data}
    body = json.dumps(
        content, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    made = [
        Delivery(
            subscription=subscription,
            event=event,
            subject=subject,
            body=body,
            created_at=now,
            due_at=now,
            give_up_at=now + GIVE_UP_AFTER,
        )
        for subscription in subscriptions
    ]
    if made:
        Delivery.objects.bulk_create(made)
        transaction.on_commit(lambda: _enqueue([delivery.pk for delivery in made]))
    return made


def _claim(delivery_id: UUID, now: datetime) -> Delivery | None:
    """Of several who want to deliver it, one does."""
    claimed = (
        Delivery.objects.due(now)
        .filter(pk=delivery_id)
        .update(due_at=now + LEASE, attempts=F("attempts") + 1)
    )
    if not claimed:
        return None
    return Delivery.objects.select_related("subscription").get(pk=delivery_id)


def _post(delivery: Delivery) -> sending.Answer:
    subscription = delivery.subscription
    timestamp = int(time.time())
    return sending.post(
        subscription.url,
        body=delivery.body,
        headers={
            "Content-Type": "application/json",
            "webhook-id": delivery.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signing.sign(
                keys=_secrets(subscription),
                message_id=delivery.message_id,
                timestamp=timestamp,
                body=delivery.body,
            ),
        },
    )


def _secrets(subscription: Subscription) -> list[str]:
    sealed = [subscription.secret]
    until = subscription.old_secret_until
    if subscription.old_secret and until and until > timezone.now():
        sealed.append(subscription.old_secret)
    return [sealing.unseal(secret).decode() for secret in sealed]


@transaction.atomic
def _write_down(delivery: Delivery, attempt: Attempt) -> None:
    now = timezone.now()
    attempt.save()
    code = attempt.status_code
    if code is not None and 200 <= code < 300:
        _finish(delivery, Delivery.Status.DELIVERED, now)
    elif code == _GONE:  # the receiver wants no more of it
        _finish(delivery, Delivery.Status.FAILED, now)
        Subscription.objects.filter(pk=delivery.subscription_id).update(active=False)
    elif delivery.attempts > len(DELAYS) or now >= delivery.give_up_at:
        _finish(delivery, Delivery.Status.FAILED, now)
    else:
        wait = DELAYS[delivery.attempts - 1] * random.uniform(0.9, 1.1)  # noqa: S311 - spreads load
        delivery.due_at = now + wait
        delivery.save(update_fields=["due_at"])
    if code is None:  # so that nobody waits for it with each of its messages
        Subscription.objects.filter(pk=delivery.subscription_id).update(resting_until=now + REST)


def _finish(delivery: Delivery, status: Delivery.Status, now: datetime) -> None:
    delivery.status = status
    delivery.finished_at = now
    delivery.save(update_fields=["status", "finished_at"])


def _enqueue(delivery_ids: Iterable[UUID]) -> None:
    """Queue deliveries; an unreachable broker is left to the sweep."""
    from kombu.exceptions import OperationalError  # noqa: PLC0415 - with the task, below

    from monitoring.webhooks import tasks  # noqa: PLC0415 - tasks call services

    try:
        for delivery_id in delivery_ids:
            tasks.deliver.delay(str(delivery_id))
    except OperationalError:
        logger.exception("The broker is not reachable; the sweep will queue the messages.")
