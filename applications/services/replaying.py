"""Computing the score of an application again, on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

import scoring.replaying
from applications import journal
from applications.models import Decision, Entry
from scoring.replaying import Replay

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def replay(*, decision: Decision, asked_by: User) -> Replay:
    """Compute the score behind a decision again, and write the result into the journal.

    Raises
    ------
    PermissionDenied
        Unless a manager asks.
    """
    if not asked_by.has_perm("applications.view_all_applications"):
        raise PermissionDenied
    # Seconds, where the model is large: not while the journal is locked.
    found = scoring.replaying.replay(decision.prediction)
    with transaction.atomic():
        journal.write(
            Entry.Kind.REPLAYED,
            application=decision.application,
            actor=asked_by,
            about=[decision.prediction],
            **found.as_json(),
        )
    return found
