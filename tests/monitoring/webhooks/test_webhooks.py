"""Webhooks from the announcement to the delivery, against a real receiver."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import Settings

from monitoring.webhooks import services, tasks
from monitoring.webhooks.exceptions import AddressRefused
from monitoring.webhooks.models import Attempt, Delivery, Event, Subscription
from tests.applications.factories import UserFactory
from tests.monitoring.webhooks.receiver import Receiver, is_authentic, receiver
from tests.scoring.factories import partner
from tests.scoring.test_api import client_of

pytestmark = pytest.mark.django_db
DECISION = {"pd": 0.07, "outcome": "approve"}


@pytest.fixture
def there(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiver() as running:
        yield running


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would go to the broker."""
    sent: list[str] = []
    monkeypatch.setattr(tasks.deliver, "delay", sent.append)
    return sent


def subscribe(there: Receiver, path: str = "200", *events: str) -> tuple[Subscription, str]:
    return services.subscribe(
        name=path, url=there.url(path), events=events or [Event.DECISION_MADE]
    )


def announce(subject: str = "A-2026-000001") -> Delivery:
    services.announce(event=Event.DECISION_MADE, subject=subject, data=DECISION)
    return Delivery.objects.get(subject=subject)


def again(delivery: Delivery) -> Delivery:
    """Its next attempt, whenever that is due."""
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now())
    Subscription.objects.update(resting_until=None)
    services.deliver(delivery_id=delivery.pk)
    delivery.refresh_from_db()
    return delivery


# --- announcing --------------------------------------------------------------
def test_if_nobody_subscribed_it_costs_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        told = services.announce(event=Event.DECISION_MADE, subject="A", data=DECISION)
    assert told == 0
    assert not Delivery.objects.exists()


def test_who_subscribed_to_it_is_told(there: Receiver) -> None:
    chosen, _secret = subscribe(there)
    subscribe(there, "other", Event.DRIFT_ALERT)
    off, _secret = subscribe(there, "off")
    services.change_subscription(
        subscription=off, name="off", url=off.url, events=off.events, active=False
    )
    delivery = announce()
    assert delivery.subscription == chosen
    assert delivery.status == Delivery.Status.PENDING


def test_it_is_stored_with_what_happened_and_sent_when_that_is_committed(
    there: Receiver, queued: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    subscribe(there)

    def undone() -> None:
        with transaction.atomic():
            announce("undone")
            raise RuntimeError

    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(RuntimeError):
            undone()
        delivery = announce("done")
        assert queued == []
    assert queued == [str(delivery.pk)]
    assert Delivery.objects.get() == delivery


def test_without_a_broker_the_sweep_sends_it(
    there: Receiver,
    queued: list[str],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    subscribe(there)

    def unreachable(_delivery: str) -> None:
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(tasks.deliver, "delay", unreachable)
        with django_capture_on_commit_callbacks(execute=True):
            delivery = announce()
    assert tasks.sweep() == 1
    assert queued == [str(delivery.pk)]


def test_numbers_that_json_has_not_are_an_error(there: Receiver) -> None:
    subscribe(there)
    with pytest.raises(ValueError, match="not JSON compliant"):
        services.announce(event=Event.DECISION_MADE, subject="A", data={"pd": float("nan")})


# --- delivering --------------------------------------------------------------
def test_a_message_is_signed_and_says_what_happened(there: Receiver) -> None:
    _subscription, secret = subscribe(there)
    delivery = announce()

    services.deliver(delivery_id=delivery.pk)

    (_path, headers, body) = there.arrived[0]
    assert is_authentic(secret, headers, body)
    assert not is_authentic(secret, headers, body + " ")
    assert headers["webhook-id"] == delivery.message_id
    assert headers["Content-Type"] == "application/json"
    told = json.loads(body)
    assert told["type"] == "decision.made"
    assert told["subject"] == "A-2026-000001"
    assert told["data"] == DECISION
    assert told["timestamp"].endswith("Z")
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (Delivery.Status.DELIVERED, 1)
    attempt = delivery.log.get()
    assert (attempt.status_code, attempt.answer, attempt.error) == (200, "seen\ufffd", "")


def test_what_is_delivered_is_not_sent_again(there: Receiver) -> None:
    subscribe(there)
    delivery = announce()
    services.deliver(delivery_id=delivery.pk)
    services.deliver(delivery_id=delivery.pk)
    assert len(there.arrived) == 1


def test_nobody_else_sends_what_is_being_sent(there: Receiver) -> None:
    subscribe(there)
    delivery = announce()
    now = timezone.now()
    assert services._claim(delivery.pk, now) is not None
    assert services._claim(delivery.pk, now) is None
    # The process that claimed it died: its lease runs out.
    assert services._claim(delivery.pk, now + services.LEASE) is not None


@pytest.mark.parametrize("path", ["500", "404", "redirect", "301"])
def test_a_failure_is_tried_again_with_the_same_number(there: Receiver, path: str) -> None:
    subscribe(there, path)
    delivery = announce()
    services.deliver(delivery_id=delivery.pk)
    delivery.refresh_from_db()
    assert delivery.status == Delivery.Status.PENDING
    wait = (delivery.due_at - timezone.now()).total_seconds()
    assert 8 < wait < 12

    services.deliver(delivery_id=delivery.pk)  # not due yet
    assert len(there.arrived) == 1
    again(delivery)
    assert [headers["webhook-id"] for _path, headers, _body in there.arrived] == [
        delivery.message_id
    ] * 2
    assert 50 < (delivery.due_at - timezone.now()).total_seconds() < 70


def test_after_about_a_day_it_is_given_up(there: Receiver) -> None:
    assert 22 < sum(services.DELAYS, timedelta()).total_seconds() / 3600 < 26
    subscribe(there, "500")
    delivery = announce()
    for _attempt in range(len(services.DELAYS)):
        assert again(delivery).status == Delivery.Status.PENDING
    assert again(delivery).status == Delivery.Status.FAILED
    assert delivery.finished_at is not None
    assert delivery.log.count() == len(services.DELAYS) + 1


def test_what_waited_too_long_is_given_up(there: Receiver, queued: list[str]) -> None:
    subscribe(there)
    delivery = announce()
    assert services.sweep(now=timezone.now() + timedelta(hours=27)) == 0
    delivery.refresh_from_db()
    assert delivery.status == Delivery.Status.FAILED


def test_a_receiver_that_does_not_answer_rests(there: Receiver, queued: list[str]) -> None:
    """So that its other messages do not each keep a worker waiting."""
    subscription, _secret = subscribe(there)
    subscription.url = "http://127.0.0.1:1/"
    subscription.save()
    first, second = announce("first"), announce("second")
    services.deliver(delivery_id=first.pk)
    assert "No connection" in first.log.get().error
    services.deliver(delivery_id=second.pk)
    assert not second.log.exists()
    assert services.sweep() == 0
    assert services.sweep(now=timezone.now() + services.REST * 2) == 2


def test_a_receiver_that_is_gone_is_switched_off(there: Receiver) -> None:
    subscription, _secret = subscribe(there, "410")
    delivery = announce()
    services.deliver(delivery_id=delivery.pk)
    delivery.refresh_from_db()
    subscription.refresh_from_db()
    assert delivery.status == Delivery.Status.FAILED
    assert not subscription.active


def test_switched_off_what_waits_is_given_up(there: Receiver) -> None:
    subscription, _secret = subscribe(there)
    delivery = announce()
    services.change_subscription(
        subscription=subscription,
        name="off",
        url=subscription.url,
        events=subscription.events,
        active=False,
    )
    services.deliver(delivery_id=delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.status, there.arrived) == (Delivery.Status.FAILED, [])


def test_an_inner_address_is_refused_when_it_is_sent_to(
    there: Receiver, settings: Settings
) -> None:
    subscribe(there)
    settings.WEBHOOK_ALLOW_PRIVATE = False
    delivery = announce()
    services.deliver(delivery_id=delivery.pk)
    assert not there.arrived
    assert "https://" in delivery.log.get().error
    with pytest.raises(AddressRefused):
        subscribe(there)


def test_finished_messages_are_sent_again_on_request(
    there: Receiver, queued: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    subscribe(there)
    waiting, done = announce("waiting"), announce("done")
    services.deliver(delivery_id=done.pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.redeliver(deliveries=[waiting, done]) == 1
    assert queued == [str(done.pk)]
    services.deliver(delivery_id=done.pk)
    assert [headers["webhook-id"] for _path, headers, _body in there.arrived] == [
        done.message_id
    ] * 2


def test_old_messages_are_forgotten(there: Receiver) -> None:
    subscribe(there)
    old, new = announce("old"), announce("new")
    for delivery in (old, new):
        services.deliver(delivery_id=delivery.pk)
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    tasks.forget()
    assert Delivery.objects.get() == new
    assert Attempt.objects.get().delivery == new


# --- secrets -----------------------------------------------------------------
def test_while_a_secret_is_replaced_both_sign(there: Receiver) -> None:
    subscription, old = subscribe(there)
    new = services.rotate_secret(subscription=subscription)
    assert new != old
    services.deliver(delivery_id=announce("both").pk)
    Subscription.objects.update(old_secret_until=timezone.now())
    services.deliver(delivery_id=announce("new").pk)
    assert [
        [is_authentic(secret, headers, body) for secret in (old, new)]
        for _path, headers, body in there.arrived
    ] == [[True, True], [False, True]]


def test_secrets_cannot_be_read_in_the_database(there: Receiver) -> None:
    subscription, secret = subscribe(there)
    assert secret.encode() not in bytes(Subscription.objects.get().secret)
    assert secret.removeprefix("whsec_").encode() not in bytes(subscription.secret)


def test_an_unreadable_secret_is_told_and_replaced(there: Receiver, settings: Settings) -> None:
    subscription, _secret = subscribe(there)
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another" * 10
    delivery = announce()
    services.deliver(delivery_id=delivery.pk)
    assert "SECRET_KEY" in delivery.log.get().error
    settings.SECRET_KEY_FALLBACKS = [old]
    assert again(delivery).status == Delivery.Status.DELIVERED
    assert subscription.is_resting is False


# --- over REST ---------------------------------------------------------------
URL = "/api/v1/webhooks/"


@pytest.fixture
def api() -> Any:
    return client_of(partner("root", "Administrators"))


ASKED = {"name": "Core", "url": "https://hooks.example/desk", "events": ["decision.made"]}


def test_a_webhook_lives_over_rest(api: Any) -> None:
    made = api.post(URL, ASKED, HTTP_IDEMPOTENCY_KEY="once")
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    assert api.post(URL, ASKED, HTTP_IDEMPOTENCY_KEY="once").json()["secret"] == secret
    assert Subscription.objects.count() == 1

    address = made["Location"]
    assert "secret" not in api.get(address).json()
    assert [webhook["name"] for webhook in api.get(URL).json()] == ["Core"]
    changed = api.patch(address, {"active": False})
    assert (changed.json()["active"], changed.json()["name"]) == (False, "Core")
    assert api.post(f"{address}test/").status_code == 409
    api.patch(address, {"active": True})
    assert api.post(f"{address}secret/").json()["secret"] != secret
    assert api.post(f"{address}test/").json()["event"] == "webhook.test"
    deliveries = api.get(made.json()["deliveries_url"]).json()
    assert deliveries["results"][0]["status"] == "pending"
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"url": "http://hooks.example/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data/"}, "url"),
        ({"url": "nonsense"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["everything"]}, "events.0"),
    ],
)
def test_a_wrong_field_is_named(api: Any, change: dict[str, Any], field: str) -> None:
    answer = api.post(URL, ASKED | change)
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {field}


@pytest.mark.parametrize("role", ["Bankers", "Managers", "Integrators"])
def test_others_may_not(role: str) -> None:
    subscription, _secret = services.subscribe(**ASKED)
    other = client_of(partner("other", role))
    assert other.post(URL, ASKED).status_code == 403
    for path in ("", "deliveries/"):
        assert other.get(f"{URL}{subscription.pk}/{path}").status_code == 403
    assert other.post(f"{URL}{subscription.pk}/secret/").status_code == 403


@pytest.mark.parametrize("count", [3, 60])
def test_pages_of_deliveries_cost_the_same(
    api: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    subscription, _secret = services.subscribe(**ASKED)
    for _number in range(count):
        services.send_test(subscription=subscription)
    api.get(URL)
    with django_assert_max_num_queries(5):
        page = api.get(f"{URL}{subscription.pk}/deliveries/").json()
    assert len(page["results"]) == min(count, 50)
    assert (page["next"] is None) == (count < 50)


# --- in the admin ------------------------------------------------------------
@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(UserFactory(is_staff=True, role="Administrators"))
    return client


def test_a_webhook_lives_in_the_admin(admin: Client) -> None:
    page = admin.post(reverse("admin:monitoring_subscription_add"), ASKED).content.decode()
    subscription = Subscription.objects.get()
    assert subscription.created_by == User.objects.get()
    assert page.count('value="whsec_') == 1
    change = reverse("admin:monitoring_subscription_change", args=[subscription.pk])
    assert "whsec_" not in admin.get(change).content.decode()

    form = {**ASKED, "active": "on"}
    button = "monitoring_subscription_{}".format
    rotated = admin.post(change, form | {button("rotate_secret"): "1"}).content.decode()
    assert rotated.count('value="whsec_') == 1
    assert "Signs as well for 24 hours." in rotated
    admin.post(change, form | {button("send_test"): "1"})
    delivery = Delivery.objects.get()
    assert delivery.event == "webhook.test"
    shown = admin.get(reverse("admin:monitoring_delivery_change", args=[delivery.pk]))
    assert delivery.message_id in shown.content.decode()
    admin.post(change, {**ASKED, "name": "Off"})
    subscription.refresh_from_db()
    assert (subscription.name, subscription.active) == ("Off", False)


def test_an_inner_address_is_named_in_the_form(admin: Client) -> None:
    asked = ASKED | {"url": "https://10.0.0.7/"}
    page = admin.post(reverse("admin:monitoring_subscription_add"), asked).content.decode()
    assert "10.0.0.7 is not an address on the public internet." in page
    assert not Subscription.objects.exists()


def test_failed_messages_are_sent_again_from_the_list(admin: Client) -> None:
    subscription, _secret = services.subscribe(**ASKED)
    delivery = services.send_test(subscription=subscription)
    Delivery.objects.update(status=Delivery.Status.FAILED, finished_at=timezone.now())
    admin.post(
        reverse("admin:monitoring_delivery_changelist"),
        {"action": "send_again", "_selected_action": [str(delivery.pk)]},
    )
    delivery.refresh_from_db()
    assert delivery.status == Delivery.Status.PENDING


def test_tasks_take_what_the_queue_carries(there: Receiver) -> None:
    subscribe(there)
    tasks.deliver(str(announce().pk))
    assert len(there.arrived) == 1
    tasks.deliver(str(UUID(int=1)))  # deleted meanwhile
