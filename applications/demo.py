"""Example applications for the demo, filed through the same services as real ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from applications import home_credit
from applications.models import LoanApplication
from applications.services import filing
from scoring.models import ClientFile

EXAMPLES = 120
_DAYS = 90
_FIRST_NAMES = [
    "Amélie",
    "Bruno",
    "Chantal",
    "Didier",
    "Élise",
    "Farid",
    "Gaëlle",
    "Hugo",
    "Inès",
    "Jules",
    "Karim",
    "Léa",
    "Malik",
    "Nadia",
    "Olivier",
    "Pauline",
    "Quentin",
    "Rachid",
    "Sophie",
    "Thomas",
    "Ulysse",
    "Valérie",
    "William",
    "Yasmine",
    "Zoé",
]
_LAST_NAMES = [
    "Arnaud",
    "Bernard",
    "Caron",
    "Dubois",
    "Étienne",
    "Fontaine",
    "Garnier",
    "Haddad",
    "Imbert",
    "Jacquet",
    "Klein",
    "Lambert",
    "Moreau",
    "Nguyen",
    "Olivier",
    "Petit",
    "Roche",
    "Simon",
    "Traoré",
    "Vidal",
    "Weber",
]


def file_examples(*, progress: Callable[[int, int], None]) -> None:
    """File applications of known clients over the last three months, once."""
    done = LoanApplication.objects.count()
    if done >= EXAMPLES:
        return
    rng = random.Random(done)  # noqa: S311 - examples, not secrets
    banker = User.objects.get(username="banker")
    clients = list(ClientFile.objects.exclude(application={}).order_by("-client_id")[:EXAMPLES])
    for number, client in enumerate(clients[done:], start=done + 1):
        days_ago = _DAYS * (1 - number / EXAMPLES)
        at = timezone.now() - timedelta(days=days_ago, minutes=rng.randint(10, 400))
        _file(client, banker, at, rng)
        progress(number, len(clients))


def _file(client: ClientFile, banker: User, at: datetime, rng: random.Random) -> None:
    on = timezone.localtime(at).date()
    application = LoanApplication(
        client_number=client.client_id,
        first_name=rng.choice(_FIRST_NAMES),
        last_name=rng.choice(_LAST_NAMES),
        **home_credit.fields(client.application, on=on),
    )
    filing.save_draft(application=application, filed_by=banker, at=at)
    filing.submit(application_id=application.pk, submitted_by=banker, at=at)
