"""Whether an applicant is on the bank's watch list."""

from __future__ import annotations

from django.db.models import Q

from applications.models import LoanApplication, WatchListEntry


def holds(application: LoanApplication) -> bool:
    """By client number, or by last name and date of birth. One query."""
    person = Q(last_name__iexact=application.last_name, birth_date=application.birth_date)
    known = (
        person
        & ~Q(last_name="")
        & (Q(first_name="") | Q(first_name__iexact=application.first_name))
    )
    if application.client_number is not None:
        known |= Q(client_number=application.client_number)
    return WatchListEntry.objects.filter(known, removed_at__isnull=True).exists()
