"""Steering decisions: strategies and the watch list, each change with its journal entry."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applications import journal
from applications.models import Entry, WatchListEntry
from scoring import strategies
from scoring.models import Strategy
from scoring.strategies import StrategyTerms

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def propose_strategy(
    *,
    terms: StrategyTerms,
    comment: str,
    proposed_by: User,
    effective_from: datetime | None = None,
    at: datetime | None = None,
) -> Strategy:
    """Propose cut-offs and rules; another manager settles them.

    `at` is now, unless the past is being written down.

    Raises
    ------
    PermissionDenied
        If `proposed_by` may not steer.
    StrategyRefused
        If the proposal cannot be accepted.
    """
    _check_may_steer(proposed_by)
    before = _last_version()
    strategy = strategies.propose(
        terms=terms,
        comment=comment,
        proposed_by=proposed_by,
        effective_from=effective_from,
        at=at,
    )
    _note_proposal(strategy, proposed_by, before)
    return strategy


@transaction.atomic
def propose_return(
    *, version: int, comment: str, proposed_by: User, effective_from: datetime | None = None
) -> Strategy:
    """Propose an earlier version again; raises as `propose_strategy` does."""
    _check_may_steer(proposed_by)
    before = _last_version()
    strategy = strategies.propose_return(
        version=version, comment=comment, proposed_by=proposed_by, effective_from=effective_from
    )
    _note_proposal(strategy, proposed_by, before, returns_to=version)
    return strategy


@transaction.atomic
def approve_strategy(
    *, version: int, settled_by: User, answer: str = "", at: datetime | None = None
) -> Strategy:
    """Let a proposal of another manager decide; raises as `propose_strategy` does."""
    _check_may_steer(settled_by)
    strategy = strategies.approve(version=version, settled_by=settled_by, answer=answer, at=at)
    _note(
        strategy,
        settled_by,
        "approved",
        answer=strategy.answer,
        takes_effect_at=strategy.takes_effect_at,
    )
    return strategy


@transaction.atomic
def refuse_strategy(*, version: int, settled_by: User, answer: str) -> Strategy:
    """Turn a proposal of another manager down; raises as `propose_strategy` does."""
    _check_may_steer(settled_by)
    strategy = strategies.refuse(version=version, settled_by=settled_by, answer=answer)
    _note(strategy, settled_by, "refused", answer=strategy.answer)
    return strategy


@transaction.atomic
def withdraw_strategy(*, version: int, withdrawn_by: User) -> Strategy:
    """Take one's own proposal back; raises as `propose_strategy` does."""
    _check_may_steer(withdrawn_by)
    strategy = strategies.withdraw(version=version, withdrawn_by=withdrawn_by)
    _note(strategy, withdrawn_by, "withdrawn")
    return strategy


@transaction.atomic
def add_to_watch_list(
    *,
    reason: str,
    added_by: User,
    client_number: int | None = None,
    first_name: str = "",
    last_name: str = "",
    birth_date: date | None = None,
) -> WatchListEntry:
    """Have a person look at whatever somebody files; the same entry made twice is one.

    The journal says that the list was changed and by whom, never whom it names or why.
    """
    _check_may_watch(added_by)
    named = {
        "client_number": client_number,
        "first_name": first_name.strip(),
        "last_name": last_name.strip(),
        "birth_date": birth_date,
    }
    same = WatchListEntry.objects.filter(removed_at__isnull=True, **named).first()
    if same is not None:
        return same
    entry = WatchListEntry.objects.create(reason=reason.strip(), added_by=added_by, **named)
    _note_watch_list(entry, added_by, "added")
    return entry


@transaction.atomic
def remove_from_watch_list(*, entry_id: int, removed_by: User) -> WatchListEntry:
    """End an entry, which is kept with who ended it and when. Safe to repeat."""
    _check_may_watch(removed_by)
    entry = WatchListEntry.objects.select_for_update().get(pk=entry_id)
    if entry.removed_at is None:
        entry.removed_at, entry.removed_by = timezone.now(), removed_by
        entry.save(update_fields=["removed_at", "removed_by"])
        _note_watch_list(entry, removed_by, "removed")
    return entry


def _check_may_steer(user: User) -> None:
    if not user.has_perm("applications.steer_cut_offs"):
        raise PermissionDenied


def _check_may_watch(user: User) -> None:
    if not user.has_perm("applications.view_all_applications"):
        raise PermissionDenied


def _last_version() -> int:
    return Strategy.objects.values_list("version", flat=True).order_by("-version").first() or 0


def _note_proposal(strategy: Strategy, actor: User, before: int, **details: Any) -> None:
    """Unless it was sent twice, and was written down the first time."""
    if strategy.version > before:
        terms = asdict(StrategyTerms.of(strategy))
        _note(strategy, actor, "proposed", comment=strategy.comment, terms=terms, **details)


def _note(strategy: Strategy, actor: User, what: str, **details: Any) -> None:
    journal.write(
        Entry.Kind.STRATEGY,
        application=None,
        actor=actor,
        about=[strategy],
        at=strategy.settled_at or strategy.proposed_at,
        what=what,
        version=strategy.version,
        **details,
    )


def _note_watch_list(entry: WatchListEntry, actor: User, what: str) -> None:
    journal.write(Entry.Kind.WATCH_LIST, application=None, actor=actor, what=what, entry=entry.pk)
