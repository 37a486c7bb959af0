"""Whether an applicant is on the bank's watch list."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Protocol

from django.db.models import Q

from applications.models import LoanApplication, WatchListEntry


class Named(Protocol):
    """Says whether the watch list names an applicant."""

    def __call__(
        self,
        *,
        client_number: int | None,
        first_name: str,
        last_name: str,
        birth_date: date | None,
    ) -> bool: ...


def holds(application: LoanApplication) -> bool:
    """Whether the list names an applicant. One query."""
    entries = Q(birth_date=application.birth_date) & ~Q(last_name="")
    if application.client_number is not None:
        entries |= Q(client_number=application.client_number)
    return _named(entries)(
        client_number=application.client_number,
        first_name=application.first_name,
        last_name=application.last_name,
        birth_date=application.birth_date,
    )


def all_named() -> Named:
    """As `holds`, for many applicants: the whole list is read once. One query."""
    return _named(Q())


def _named(entries: Q) -> Named:
    """By client number, or by last name and date of birth, and first name where one is given.

    Names are compared here: not every database knows that É and é are one letter.
    """
    numbers: set[int] = set()
    people: dict[tuple[str, date], set[str]] = defaultdict(set)
    current = WatchListEntry.objects.filter(entries, removed_at__isnull=True)
    for number, first, last, born in current.values_list(
        "client_number", "first_name", "last_name", "birth_date"
    ):
        if number is not None:
            numbers.add(number)
        if last and born:
            people[last.casefold(), born].add(first.casefold())

    def named(
        *, client_number: int | None, first_name: str, last_name: str, birth_date: date | None
    ) -> bool:
        if client_number in numbers:
            return True
        first_names = people.get((last_name.casefold(), birth_date)) if birth_date else None
        return bool(first_names) and bool({"", first_name.casefold()} & (first_names or set()))

    return named


def nobody(
    *, client_number: int | None, first_name: str, last_name: str, birth_date: date | None
) -> bool:
    """The watch list of a strategy that does not look at it."""
    return False
