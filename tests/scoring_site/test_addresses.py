"""Every address outside the desk, tried by every role and by an outsider.

The desk's own are in `tests.applications.test_access`, those of its REST API beside it. An
address that is in no table fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from knox.models import AuthToken

from applications import journal
from applications.models import Attachment, Entry, Note, Override
from monitoring.webhooks import services as webhooks
from scoring.models import ClientFile, Explanation, ModelVersion
from tests.applications.api.test_access import EXPECTED as REST
from tests.applications.factories import CaseFactory, DecisionFactory, UserFactory
from tests.applications.test_access import EXPECTED as DESK

OK, FOUND, UNKNOWN, FORBIDDEN, MISSING, METHOD = 200, 302, 401, 403, 404, 405
PEOPLE = ("outsider", "no_role", "banker", "manager", "integrator", "administrator")
# By a plain GET.
SITE: dict[str, tuple[int, ...]] = {
    "healthz": (OK, OK, OK, OK, OK, OK),
    "readyz": (OK, OK, OK, OK, OK, OK),
    "metrics": (MISSING, MISSING, MISSING, MISSING, MISSING, MISSING),  # a token opens it
    "set_language": (FOUND, FOUND, FOUND, FOUND, FOUND, FOUND),
    "login": (OK, FOUND, FOUND, FOUND, FOUND, FOUND),
    "logout": (METHOD, METHOD, METHOD, METHOD, METHOD, METHOD),
    "schema": (OK, OK, OK, OK, OK, OK),
    "api-docs": (OK, OK, OK, OK, OK, OK),
    "api-scores": (UNKNOWN, FORBIDDEN, FORBIDDEN, FORBIDDEN, METHOD, METHOD),
    "api-score": (UNKNOWN, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK, OK),
    "api-explanation": (UNKNOWN, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK, OK),
    "api-champion": (UNKNOWN, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK, OK),
    "api-score-replay": (UNKNOWN, FORBIDDEN, FORBIDDEN, FORBIDDEN, METHOD, METHOD),
    "api-problems": (OK, OK, OK, OK, OK, OK),
    "api-columns": (OK, OK, OK, OK, OK, OK),
    "api-token-current": (UNKNOWN, OK, OK, OK, OK, OK),
    "api-webhooks": (UNKNOWN, *[FORBIDDEN] * 4, OK),
    "api-webhook": (UNKNOWN, *[FORBIDDEN] * 4, OK),
    "api-webhook-secret": (UNKNOWN, *[FORBIDDEN] * 4, METHOD),
    "api-webhook-test": (UNKNOWN, *[FORBIDDEN] * 4, METHOD),
    "api-webhook-deliveries": (UNKNOWN, *[FORBIDDEN] * 4, OK),
    "api-score-batches": (UNKNOWN, FORBIDDEN, FORBIDDEN, OK, OK, OK),
    # There is no such batch.
    "api-score-batch": (UNKNOWN, FORBIDDEN, FORBIDDEN, MISSING, MISSING, MISSING),
    "api-score-batch-results": (UNKNOWN, FORBIDDEN, FORBIDDEN, MISSING, MISSING, MISSING),
    "api-score-batch-errors": (UNKNOWN, FORBIDDEN, FORBIDDEN, MISSING, MISSING, MISSING),
    "api-score-batch-cancel": (UNKNOWN, FORBIDDEN, FORBIDDEN, METHOD, METHOD, METHOD),
}
# Those of applications and decisions are in `tests.applications.api.test_access`.
APPLICATIONS = {name for name, _method in REST}
# Administrators alone; everybody else is sent to the admin's log-in page.
ADMIN: dict[str, int] = {
    "search": OK,
    "index": OK,
    "login": FOUND,
    "logout": METHOD,
    "password_change": OK,
    "password_change_done": OK,
    "autocomplete": FORBIDDEN,
    "jsi18n": OK,
    "app_list": OK,
    "auth_user_password_change": OK,
}
# The admin's pages of a model: list, add, history, delete, change.
PAGES = ("changelist", "add", "history", "delete", "change")
READ_ONLY = (OK, FORBIDDEN, OK, FORBIDDEN, OK)
ADMIN_MODELS: dict[str, tuple[int, ...]] = {
    "monitoring_prediction": READ_ONLY,
    "scoring_modelversion": READ_ONLY,
    "scoring_clientfile": READ_ONLY,
    "scoring_explanation": READ_ONLY,
    "applications_loanapplication": READ_ONLY,  # a draft may be mended; this one is submitted
    "applications_decision": READ_ONLY,
    "applications_case": READ_ONLY,
    "applications_override": READ_ONLY,
    "applications_entry": READ_ONLY,
    "applications_note": READ_ONLY,
    "applications_attachment": READ_ONLY,
    "scoring_apitoken": (OK, OK, OK, OK, OK),
    "monitoring_subscription": (OK, OK, OK, OK, OK),
    "monitoring_delivery": READ_ONLY,
    "auth_user": (OK, OK, OK, FORBIDDEN, OK),
    "auth_group": (OK, FORBIDDEN, OK, FORBIDDEN, OK),
}
# Django's own fallbacks, which redirect or answer 404.
FALLBACKS = {"admin:view_on_site", "admin:<path:object_id>/", "admin:(?P<url>.*)$"}


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """The full name of every address below a resolver."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}"
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _names(pattern, namespace + inner)


def test_every_address_is_in_a_table() -> None:
    listed = {f"applications:{name}" for name in DESK} | set(SITE) | FALLBACKS | APPLICATIONS
    listed |= {f"admin:{name}" for name in ADMIN}
    listed |= {f"admin:{model}_{page}" for model in ADMIN_MODELS for page in PAGES}
    assert set(_names(get_resolver())) == listed


@pytest.fixture
def person(request: pytest.FixtureRequest, db: None) -> User | None:
    roles = {"banker": "Bankers", "manager": "Managers", "integrator": "Integrators"}
    name: str = request.param
    if name == "outsider":
        return None
    if name == "administrator":
        return UserFactory(role="Administrators", is_staff=True)
    return UserFactory(role=roles.get(name))


def _browser(person: User | None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


@pytest.fixture
def keys(champion: ModelVersion) -> dict[str, object]:
    """One record of every kind that has a page."""
    case = CaseFactory()
    decision = case.decision
    override = Override.objects.create(
        application=case.application, overruled=decision, proposed_by=UserFactory()
    )
    note = Note.objects.create(application=case.application, author=UserFactory(), text="Seen.")
    attachment = Attachment.objects.create(
        application=case.application, file="nowhere", size=1, added_by=UserFactory()
    )
    with transaction.atomic():
        entry = journal.write(Entry.Kind.NOTED, application=case.application, actor=None)
    explanation = Explanation.objects.create(
        prediction=decision.prediction, status=Explanation.Status.FAILED
    )
    token, _plain = AuthToken.objects.create(user=UserFactory(role="Integrators"))
    webhook, _secret = webhooks.subscribe(
        name="Other", url="https://other.example/", events=["decision.made"]
    )
    return {
        "monitoring_prediction": decision.prediction_id,
        "scoring_modelversion": champion.pk,
        "scoring_clientfile": ClientFile.objects.create(
            client_id=1, history=b"", history_fingerprint="", as_of=champion.registered_at
        ).pk,
        "scoring_explanation": explanation.pk,
        "applications_loanapplication": decision.application_id,
        "applications_decision": decision.pk,
        "applications_case": case.pk,
        "applications_override": override.pk,
        "applications_note": note.pk,
        "applications_attachment": attachment.pk,
        "applications_entry": entry.pk,
        "scoring_apitoken": token.pk,
        "monitoring_subscription": webhook.pk,
        "monitoring_delivery": webhooks.send_test(subscription=webhook).pk,
        "auth_user": UserFactory().pk,
        "auth_group": Group.objects.get(name="Bankers").pk,
    }


@pytest.mark.parametrize("person", PEOPLE, indirect=True)
def test_the_site(
    request: pytest.FixtureRequest, person: User | None, keys: dict[str, object]
) -> None:
    column = PEOPLE.index(request.node.callspec.params["person"])
    score = DecisionFactory(prediction__requested_by=person).prediction_id
    Explanation.objects.create(prediction_id=score, status=Explanation.Status.FAILED)
    client = _browser(person)

    webhook = keys["monitoring_subscription"]
    args = dict.fromkeys(("api-score", "api-explanation", "api-score-replay"), score)
    args |= {name: webhook for name in SITE if name.startswith("api-webhook")}
    del args["api-webhooks"]
    args |= {name: score for name in SITE if name.startswith("api-score-batch")}  # there is none
    del args["api-score-batches"]

    found = {
        name: client.get(reverse(name, args=[args[name]] if name in args else [])).status_code
        for name in SITE
    }

    assert found == {name: row[column] for name, row in SITE.items()}


@pytest.mark.parametrize("person", PEOPLE, indirect=True)
def test_the_admin(
    request: pytest.FixtureRequest, person: User | None, keys: dict[str, object]
) -> None:
    administrator = request.node.callspec.params["person"] == "administrator"
    client = _browser(person)

    for address, expected in _admin_addresses(keys):
        answer = client.get(address)
        if administrator:
            assert answer.status_code == expected, address
        elif not address.startswith((reverse("admin:login"), reverse("admin:logout"))):
            assert answer.status_code == FOUND, address
            assert answer["Location"].startswith(reverse("admin:login")), address


def _admin_addresses(keys: dict[str, object]) -> Iterator[tuple[str, int]]:
    needs: dict[str, Callable[[], list[object]]] = {
        "app_list": lambda: ["applications"],
        "auth_user_password_change": lambda: [keys["auth_user"]],
    }
    for name, expected in ADMIN.items():
        yield reverse(f"admin:{name}", args=needs.get(name, list)()), expected
    for model, row in ADMIN_MODELS.items():
        for page, expected in zip(PAGES, row, strict=True):
            args = [] if page in {"changelist", "add"} else [keys[model]]
            yield reverse(f"admin:{model}_{page}", args=args), expected
