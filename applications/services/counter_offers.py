"""Counter-offers: another version of a submitted application, on other terms."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import home_credit, journal
from applications.exceptions import (
    AlreadyOffered,
    Outdated,
    ScoringUnavailable,
)
from applications.models import Entry, LoanApplication
from applications.services import filing, records
from applications.summary import money
from applications.what_if.terms import LoanTerms, Offer, offer_of
from applications.what_if.trying import study
from monitoring.models import Source
from scoring.exceptions import NoChampion, OutdatedHistory

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A counter-offer as a banker asks for it.

    Attributes
    ----------
    source_id : UUID
        The version that the terms were tried on.
    version : int
        The number that the banker expects the new version to have; a second click expects one
        that is taken.
    stamp : str
        `Basis.stamp` of the trial, so that what is filed is what was seen.
    source : Source
        The channel it is asked for by.
    """

    source_id: UUID
    terms: LoanTerms
    version: int
    stamp: str
    source: Source = Source.WEB


def file(*, wish: Wish, offered_by: User, at: datetime | None = None) -> LoanApplication:
    """Make the next version of an application on other terms, and have it decided at once.

    Raises
    ------
    PermissionDenied
        Unless the banker who filed the application asks.
    AlreadyOffered
        If a version has these terms.
    Outdated
        If another version was made meanwhile, or another model or other cut-offs would decide
        than did in the trial.
    NotAccepted
        If the score refuses a value.
    ScoringUnavailable
        If the terms cannot be scored.
    """
    try:
        return _file(wish, offered_by, at or timezone.now())
    except (NoChampion, OutdatedHistory, ScoringUnavailable) as error:
        raise ScoringUnavailable(
            _(
                "No counter-offer was made, because no model is ready to score it. Please try "
                "again later, or tell an administrator."
            )
        ) from error


@transaction.atomic
def _file(wish: Wish, offered_by: User, now: datetime) -> LoanApplication:
    source = LoanApplication.objects.submitted().with_decision().get(pk=wish.source_id)
    _require_filer(source, offered_by)
    # Whoever makes a version holds the first one, so that of two clicks the second waits.
    # Its key stays free to be pointed at: journal entries do so meanwhile.
    held = LoanApplication.objects.select_for_update(no_key=True)
    original = held.get(pk=source.original_id or source.pk)
    versions = list(LoanApplication.objects.versions_of(original))
    tried = study(application=source, at=now)
    offer = tried.filed.under(wish.terms)
    _require_next(versions, wish.version, offer)
    if tried.basis.stamp != wish.stamp:
        raise Outdated(
            _("The model or the cut-offs changed while you looked. This is the new result.")
        )
    _require_new(versions, offer)
    made = _version(source, original, wish.version, offer, now)
    filing.submit(
        application_id=made.pk,
        submitted_by=offered_by,
        like=tried.scored,
        source=wish.source,
        at=now,
    )
    made = LoanApplication.objects.get(pk=made.pk)  # as it was left
    _write_down(made, source, offered_by, now)
    if wish.terms.extra_income:
        _note_income(made, tried.filed.offer.monthly_income, wish.terms.extra_income, now)
    return made


def _require_filer(source: LoanApplication, user: User) -> None:
    if source.filed_by_id != user.pk or not user.has_perm("applications.file_application"):
        raise PermissionDenied


def _require_next(versions: list[LoanApplication], version: int, offer: Offer) -> None:
    if version == versions[-1].version + 1:
        return
    if made := _of_these_terms(versions, offer):
        raise AlreadyOffered(
            _("%(reference)s was made already, perhaps by a second click. This is it.")
            % {"reference": made.reference},
            made.pk,
        )
    raise Outdated(
        _(
            "No counter-offer was made: %(reference)s was made in another window meanwhile, on "
            "other terms. Yours are still here, to be made a further version."
        )
        % {"reference": versions[-1].reference}
    )


def _require_new(versions: list[LoanApplication], offer: Offer) -> None:
    if made := _of_these_terms(versions, offer):
        raise AlreadyOffered(
            _("No counter-offer was made: %(reference)s has these very terms. This is it.")
            % {"reference": made.reference},
            made.pk,
        )


def _of_these_terms(versions: list[LoanApplication], offer: Offer) -> LoanApplication | None:
    return next((version for version in versions if offer_of(version) == offer), None)


def _version(
    source: LoanApplication, original: LoanApplication, version: int, offer: Offer, now: datetime
) -> LoanApplication:
    """The same applicant and data, with other terms."""
    filed = {
        field.attname: getattr(source, field.attname)
        for field in LoanApplication._meta.concrete_fields
        if field.editable
    }
    made = LoanApplication(**{**filed, **asdict(offer)})
    made.reference = f"{original.reference}-{version}"
    made.filed_by_id = source.filed_by_id
    made.original, made.version = original, version
    made.created_at = now
    made.save(force_insert=True)
    return made


def _write_down(made: LoanApplication, source: LoanApplication, user: User, now: datetime) -> None:
    for application in (source, made):
        journal.write(
            Entry.Kind.COUNTER_OFFERED,
            application=application,
            actor=user,
            about=[made],
            at=now,
            to=source.reference,
            counter_offer=made.reference,
            **{name: getattr(made, name) for name in home_credit.TERMS},
        )


def _note_income(made: LoanApplication, own: float, extra: float, now: datetime) -> None:
    records.add_note(
        application=made,
        author=made.filed_by,
        text=_(
            "The monthly income of %(sum)s is %(own)s of the applicant and %(extra)s of a "
            "co-borrower."
        )
        % {"sum": money(own + extra), "own": money(own), "extra": money(extra)},
        at=now,
    )
