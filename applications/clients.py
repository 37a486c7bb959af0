"""Known clients: finding one, and what is on file, in the desk's terms.

A client is known by the bank's file, by an application filed here, or by both. Home Credit's
files hold no names; those come from the applications.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

import scoring.services
from applications import home_credit
from applications.models import LoanApplication
from applications.querysets import LONGEST_NUMBER, NAMES, holding
from ml.features import HISTORY_FINGERPRINT
from scoring.models import ClientFile

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

_TABLES: dict[str, Promise | str] = {
    "bureau": _("Loans at other banks (credit bureau)"),
    "bureau_balance": _("Monthly balances of those loans"),
    "previous_application": _("Earlier applications with us"),
    "POS_CASH_balance": _("Consumer and cash loans with us"),
    "credit_card_balance": _("Credit cards with us"),
    "installments_payments": _("Payments of instalments"),
}


@dataclass(frozen=True)
class OnFile:
    """A known client's last application and history, in the desk's terms."""

    client_number: int
    values: dict[str, Any]
    history: list[Promise | str]
    as_of: datetime


@dataclass(frozen=True)
class Found:
    """A client that a search found: who it is, and what is known."""

    number: int
    name: str
    last: LoanApplication | None
    tables: list[str] | None

    @property
    def with_bureau(self) -> bool:
        return "bureau" in (self.tables or [])

    @property
    def with_us(self) -> bool:
        return any(not table.startswith("bureau") for table in self.tables or [])


def on_file(client_number: int) -> OnFile | None:
    """Return what is on file about a client, dates counted back from today."""
    file = scoring.services.client_file(client_number)
    return None if file is None else told(file)


def told(file: ClientFile) -> OnFile:
    """Return a client's file in the desk's terms, dates counted back from today."""
    return OnFile(
        client_number=file.client_id,
        values=home_credit.fields(file.application, on=timezone.localdate()),
        history=history_labels(file.tables),
        as_of=file.as_of,
    )


def history_labels(tables: list[str]) -> list[Promise | str]:
    """Name history tables in a banker's words."""
    return [_TABLES.get(table, table) for table in tables]


def tables_on_file(number: int | None) -> list[str]:
    """Name the tables of a client's history that a score would use."""
    if number is None:
        return []
    usable = ClientFile.objects.filter(pk=number, history_fingerprint=HISTORY_FINGERPRINT)
    tables: list[str] | None = usable.values_list("tables", flat=True).first()
    return tables or []


def number_of(text: str) -> int | None:
    """Return the client number that a text is; None if it is none."""
    digits = text.strip()
    fits = digits.isdecimal() and digits.isascii() and len(digits) <= LONGEST_NUMBER
    return int(digits) if fits else None


def filed_for(number: int, *, viewer: User) -> QuerySet[LoanApplication]:
    """Return what was filed for a client, of others only what they submitted, latest first.

    A name and a day of it may be shown to everybody at the desk, the content only of what is
    `visible_to` the viewer.
    """
    return _filed(viewer).filter(client_number=number).order_by("-updated_at")


def latest_name(filed: Iterable[LoanApplication]) -> str:
    """Return the name on the latest application that has one."""
    return next((application.applicant for application in filed if application.applicant), "")


def matching(words: str, *, viewer: User) -> QuerySet[LoanApplication, Any]:
    """Return the numbers of clients filed for under a name, the latest filed first.

    Without any words, those of the viewer's own clients.
    """
    filed = _filed(viewer).filter(client_number__isnull=False)
    if not words:
        filed = filed.filter(filed_by=viewer)
    return (
        filed.filter(holding(words, texts=NAMES))
        .order_by()
        .values("client_number")
        .annotate(latest=Max("updated_at"))
        .order_by("-latest", "client_number")
    )


def found(numbers: Iterable[int], *, viewer: User) -> list[Found]:
    """Return the known ones among client numbers, in their order. Two queries."""
    wanted = list(numbers)
    files = dict(ClientFile.objects.filter(pk__in=wanted).values_list("pk", "tables"))
    filed: dict[int, list[LoanApplication]] = {number: [] for number in wanted}
    for application in _filed(viewer).filter(client_number__in=wanted).order_by("-updated_at"):
        filed[application.client_number or 0].append(application)
    return [
        Found(
            number=number,
            name=latest_name(filed[number]),
            last=next(iter(filed[number]), None),
            tables=files.get(number),
        )
        for number in wanted
        if number in files or filed[number]
    ]


def _filed(viewer: User) -> QuerySet[LoanApplication]:
    """What tells of a client: anything submitted, and the viewer's own drafts."""
    return LoanApplication.objects.filter(Q(status="submitted") | Q(filed_by=viewer)).only(
        "client_number",
        "first_name",
        "last_name",
        "status",
        "filed_by",
        "updated_at",
        "submitted_at",
        "reference",
    )
