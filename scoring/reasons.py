"""Stored reasons, told in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from ml import units
from ml.concepts import Concept
from ml.features import FEATURES
from ml.features.groups import GROUP_FEATURES

# Today's words for a feature, which may have improved since a reason was stored.
_LABELS = {
    **{name: feature.label for name, feature in FEATURES.items()},
    **{feature.name: feature.label for feature in GROUP_FEATURES},
}


def told(grouped: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return ranked reasons with their words, strongest first.

    Each has `concept` (a stable code), `label`, `direction` ("for" or "against" the
    applicant), `contribution` (log-odds, above 0 raises the risk), `sentence` and `drivers`.
    A driver has `feature`, `label`, `title` (the label without its unit), `unit` (of
    `ml.units`), `value` and `contribution`; one of a protected attribute is never named.
    """
    return [_reason(group) for group in grouped]


def words() -> Iterator[str]:
    """Everything `told` translates, in English: `ml` speaks no other language."""
    for concept in Concept:
        yield from (concept.label, concept.sentence_for, concept.sentence_against)
    for label in _LABELS.values():
        yield from (label, units.bare(label))


def _reason(group: dict[str, Any]) -> dict[str, Any]:
    concept = Concept(group["concept"])
    against = group["contribution"] > 0
    return {
        "concept": concept.value,
        "label": gettext(concept.label),
        "direction": "against" if against else "for",
        "contribution": group["contribution"],
        "sentence": _sentence(concept, group["drivers"], against=against),
        "drivers": [
            {
                "feature": driver["feature"],
                "label": gettext(label := _LABELS.get(driver["feature"], driver["label"])),
                "title": gettext(units.bare(label)),
                "unit": units.of(label).value,
                "value": driver["value"],
                "contribution": driver["contribution"],
            }
            for driver in group["drivers"]
            if not _is_protected(driver["feature"])
        ],
    }


def _sentence(concept: Concept, drivers: Sequence[Mapping[str, Any]], *, against: bool) -> str:
    """What is said of the applicant; of what is not known, nothing is said but that."""
    if drivers and all(driver["value"] is None for driver in drivers):
        if against:
            return gettext("Not known of this applicant, which speaks for a higher risk.")
        return gettext("Not known of this applicant, which speaks for a lower risk.")
    return gettext(concept.sentence_against if against else concept.sentence_for)


def _is_protected(name: str) -> bool:
    feature = FEATURES.get(name)  # a group statistic is none, and compares with nobody protected
    return feature is not None and feature.protected
