"""What is on file about a known client, as the desk shows it and fills the form with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

import scoring.services
from applications import home_credit

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


def on_file(client_number: int) -> OnFile | None:
    """Return what is on file about a client, dates counted back from today."""
    file = scoring.services.client_file(client_number)
    if file is None:
        return None
    return OnFile(
        client_number=client_number,
        values=home_credit.fields(file.application, on=timezone.localdate()),
        history=history_labels(file.tables),
        as_of=file.as_of,
    )


def history_labels(tables: list[str]) -> list[Promise | str]:
    """Name history tables in a banker's words."""
    return [_TABLES.get(table, table) for table in tables]
