"""Stored reasons, told in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

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
    """
    return [_reason(group) for group in grouped]


def words() -> Iterator[str]:
    """Everything `told` translates, in English: `ml` speaks no other language."""
    for concept in Concept:
        yield from (concept.label, concept.sentence_for, concept.sentence_against)
    yield from _LABELS.values()


def _reason(group: dict[str, Any]) -> dict[str, Any]:
    concept = Concept(group["concept"])
    against = group["contribution"] > 0
    sentence = concept.sentence_against if against else concept.sentence_for
    return {
        "concept": concept.value,
        "label": gettext(concept.label),
        "direction": "against" if against else "for",
        "contribution": group["contribution"],
        "sentence": gettext(sentence),
        "drivers": [
            {
                "feature": driver["feature"],
                "label": gettext(_LABELS.get(driver["feature"], driver["label"])),
                "value": driver["value"],
                "contribution": driver["contribution"],
            }
            for driver in group["drivers"]
        ],
    }
