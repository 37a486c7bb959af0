"""How much a score would know about an applicant, and what more would help it most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from django.forms.boundfield import BoundField

from applications import clients, home_credit
from applications.forms import ApplicationForm
from ml.features import FEATURES, HISTORY, application
from monitoring.models import Completeness
from monitoring.services import completeness
from scoring import registry
from scoring.exceptions import NoChampion

_WORTH_ASKING = 4
_FROM_HISTORY = frozenset(HISTORY)
_STATED = frozenset(feature.name for feature in application.FEATURES)


@dataclass(frozen=True)
class Picture:
    """What is known of an application so far."""

    tier: Completeness
    needed: int
    filled: int
    worth_asking: list[BoundField]

    @property
    def bureau(self) -> bool:
        return self.tier in {Completeness.BUREAU, Completeness.FULL}

    @property
    def previous(self) -> bool:
        return self.tier in {Completeness.PREVIOUS, Completeness.FULL}


def picture(form: ApplicationForm) -> Picture:
    """Say how complete a form is, and which empty fields matter most to the champion."""
    sections = list(form.sections())
    return Picture(
        tier=completeness(clients.tables_on_file(form.known_number())),
        needed=sum(section.asked for section in sections),
        filled=sum(section.filled for section in sections),
        worth_asking=_worth_asking(form),
    )


def _worth_asking(form: ApplicationForm) -> list[BoundField]:
    try:
        ranking = fields_by_weight(registry.champion().sha256)
    except NoChampion:
        return []
    names = (name for name in ranking if not form.asked_for(name) and form.could_hold(name))
    return [form[name] for name in islice(names, _WORTH_ASKING)]


@lru_cache(maxsize=4)
def fields_by_weight(sha256: str) -> tuple[str, ...]:
    """The form's fields that a model uses, those that it gains most from first.

    The gain of a feature is shared out among the columns of the application it comes from.
    """
    bundle = registry.by_sha256(sha256)
    weights: Counter[str] = Counter()
    gains = bundle.booster.feature_importance("gain")
    for feature, gain in zip(bundle.features, gains, strict=True):
        columns = {column for name in feature.needs for column in _columns(name)}
        fields = {field for column in columns if (field := home_credit.field_of(column))}
        for field in fields:
            weights[field] += gain / len(fields)
    return tuple(field for field, weight in weights.most_common() if weight > 0)


def _columns(name: str) -> Iterator[str]:
    """The columns of the application that a feature is computed from, at whatever remove."""
    if name in _FROM_HISTORY:
        return
    roots = FEATURES[name].expr.meta.root_names()
    if name in _STATED:
        yield from roots
        return
    for root in set(roots):
        yield from _columns(root)
