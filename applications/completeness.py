"""How much a score would know about an applicant, and what more would help it most."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from django.forms.boundfield import BoundField

from applications import clients, home_credit
from applications.forms import ApplicationForm
from ml import importance
from monitoring.models import Completeness
from monitoring.services import completeness
from scoring import registry
from scoring.exceptions import NoChampion

_WORTH_ASKING = 4


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
    """The form's fields that a model uses, those that it gains most from first."""
    weights = importance.of_columns(registry.by_sha256(sha256))
    fields = (home_credit.field_of(column) for column, weight in weights.items() if weight > 0)
    return tuple(dict.fromkeys(field for field in fields if field))
