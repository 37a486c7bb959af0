"""Finding the loans that other systems tell the outcome of. A few queries for thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from monitoring.models import Prediction
from monitoring.querysets import PredictionQuerySet
from monitoring.services import Observed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Entry = Mapping[str, Any]
Errors = dict[str, list[str]]


@dataclass(frozen=True)
class _Score:
    """A score that an entry may mean."""

    pk: UUID
    day: date


class Loans:
    """The scores that some entries may mean, of those that a user may see."""

    def __init__(self, entries: Sequence[Entry], user: User) -> None:
        visible = Prediction.objects.visible_to(user).order_by()
        self._found: dict[tuple[Any, ...], set[_Score]] = defaultdict(set)
        self._read(visible.filter(pk__in=_all(entries, "score_id")), "pk")
        self._read(
            visible.filter(decisions__application__reference__in=_all(entries, "reference")),
            "decisions__application__reference",
        )
        self._read_clients(visible, [entry for entry in entries if "client_id" in entry])

    def observed(self, entry: Entry) -> tuple[Observed | None, Errors]:
        """What an entry tells of which loan, or what is wrong with it."""
        key = _key(entry)
        scores = self._found.get(key, set())
        if len(scores) != 1:
            return None, {_named_by(entry): [_several() if scores else _nothing()]}
        score = next(iter(scores))
        seen: date = entry["observed_on"]
        if seen > timezone.localdate():
            return None, {"observed_on": [_("This is in the future.")]}
        if seen < score.day:
            told = _("This is before the score, which was given on %(day)s.")
            return None, {"observed_on": [told % {"day": score.day.isoformat()}]}
        made = Observed(prediction_id=score.pk, defaulted=entry["defaulted"], observed_on=seen)
        return made, {}

    def _read(self, found: PredictionQuerySet, name: str) -> None:
        for key, pk, at in found.values_list(name, "pk", "created_at"):
            self._found[(key,)].add(_Score(pk, _day(at)))

    def _read_clients(self, visible: PredictionQuerySet, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        days = [entry["scored_on"] for entry in entries]
        found = visible.filter(
            client_id__in={entry["client_id"] for entry in entries},
            created_at__gte=_midnight(min(days)),
            created_at__lt=_midnight(max(days)) + timedelta(days=1),
        )
        for client, pk, at in found.values_list("client_id", "pk", "created_at"):
            self._found[client, _day(at)].add(_Score(pk, _day(at)))


def read(entries: Sequence[Entry], user: User) -> tuple[list[Observed], list[Errors]]:
    """Return what entries tell, and for each of them what is wrong with it.

    Two of them that mean one loan are wrong: nobody could say which holds.
    """
    loans = Loans(entries, user)
    observed: list[Observed] = []
    errors: list[Errors] = []
    places: dict[UUID, int] = {}
    for place, entry in enumerate(entries):
        made, wrong = loans.observed(entry)
        if made is not None and made.prediction_id in places:
            told = _("This is the same loan as entry %(place)d; send each loan once.")
            wrong = {_named_by(entry): [told % {"place": places[made.prediction_id]}]}
        elif made is not None:
            places[made.prediction_id] = place
            observed.append(made)
        errors.append(wrong)
    return observed, errors


def _all(entries: Iterable[Entry], name: str) -> set[Any]:
    return {entry[name] for entry in entries if name in entry}


def _key(entry: Entry) -> tuple[Any, ...]:
    if "client_id" in entry:
        return (entry["client_id"], entry["scored_on"])
    return (entry[_named_by(entry)],)


def _named_by(entry: Entry) -> str:
    return next(name for name in ("score_id", "reference", "client_id") if name in entry)


def _nothing() -> str:
    return _("No score that you may see has this name.")


def _several() -> str:
    return _("The client has several scores of this day; name one by its score_id.")


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _midnight(day: date) -> datetime:
    # A day more at either end than the calendar holds in every time zone.
    bounded = min(max(day, date(1, 1, 3)), date(9999, 12, 28))
    return timezone.make_aware(datetime.combine(bounded, time.min))
