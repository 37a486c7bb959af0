"""What past loans say about one score: typical values, how certain it is, similar cases.

All of it comes from the bundle's reference sample: loans the model was trained on, with the PD
that a model gave which had not seen them. It is read once per bundle and process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import polars as pl

from ml import certainty, importance, similar, typical
from ml.bundle import Bundle
from ml.certainty import Observed
from ml.typical import Typical
from ml.waterfall import Waterfall, waterfall
from monitoring.models import Completeness, Prediction
from scoring import registry
from scoring.exceptions import NoChampion
from scoring.models import Explanation

logger = logging.getLogger(__name__)

NEIGHBOURS = 200
SIMILAR = 50
CLOSEST = 5
# What the model card calls the tiers of completeness.
_TIERS = {
    Completeness.FORM: "form",
    Completeness.BUREAU: "bureau",
    Completeness.PREVIOUS: "previous",
    Completeness.FULL: "all",
}
_NOTABLE = 0.01  # of the model's gain; a column below that hardly moves a score


@dataclass(frozen=True)
class Ranking:
    """How well the model tells apart applicants of whom as much was known.

    Attributes
    ----------
    auc : float
        Of two applicants, one who will repay and one who will not, how often the right one
        is ranked as riskier.
    """

    auc: float
    low: float
    high: float
    applicants: int


@dataclass(frozen=True)
class Similar:
    """The most similar past loans: what became of them, and the closest ones.

    Each of `closest` holds `PD`, `TARGET`, and those of `ml.similar.FACTS` that the sample
    keeps; `applicant` holds the same facts, and the PD.
    """

    observed: Observed
    applicant: dict[str, Any]
    closest: list[dict[str, Any]]


class Context:
    """The model that gave a score, and the past loans it can be compared with."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    @cached_property
    def past(self) -> Past | None:
        """The past loans; None if they cannot be read."""
        try:
            with _lock:  # two first requests must not prepare the same loans twice
                return _prepared(self._bundle.sha256)
        except (OSError, ValueError, pl.exceptions.PolarsError) as error:
            logger.warning("The past loans of %s are not available: %s", self._bundle.path, error)
            return None

    def waterfall(self, explanation: Explanation, *, shown: int, rest: str) -> Waterfall:
        """Lay out the way from the average score to this one, concept by concept."""
        parts = [(group["concept"], group["contribution"]) for group in explanation.grouped]
        return waterfall(
            self._bundle.calibration,
            explanation.base_value or 0.0,
            parts,
            shown=shown,
            rest=rest,
        )

    def ranking(self, completeness: str) -> Ranking | None:
        """How well the model ranks applicants of whom as much is on file, if that is known."""
        return _ranking(self._bundle.metrics.get("tiers", ()), completeness)

    def gain_of_history(self, completeness: str) -> tuple[Ranking, Ranking] | None:
        """How well it ranks the same applicants with what is known here, and with everything.

        None where nothing is missing or that was not measured: the model card withholds the
        bureau's file only together with ours.
        """
        if completeness not in {Completeness.FORM, Completeness.BUREAU}:
            return None
        withheld = self._bundle.metrics.get("withheld", ())
        without, with_all = _ranking(withheld, completeness), _ranking(withheld, Completeness.FULL)
        return (without, with_all) if without and with_all else None

    def open_columns(self, inputs: Mapping[str, Any]) -> list[str]:
        """Return raw columns that are not known and matter to the model, strongest first."""
        weights = importance.of_columns(self._bundle)
        return [
            column
            for column, weight in weights.items()
            if weight >= _NOTABLE and inputs.get(column) is None
        ]


class Past:
    """The reference sample of a bundle, prepared for comparison."""

    def __init__(self, bundle: Bundle) -> None:
        self._features = [feature.name for feature in bundle.features]
        self._reference = bundle.reference()
        self._target = self._reference["TARGET"].to_numpy()
        self._pd = self._reference["PD"].to_numpy()
        self._typical = typical.of(self._reference, bundle.features)
        self._loans = similar.Loans.of(self._reference, bundle.features, importance.gain(bundle))

    def typical(self, feature: str) -> Typical | None:
        """Typical values of a feature by outcome; None for what the model does not use."""
        return self._typical.get(feature)

    def around(self, pd: float) -> Observed:
        """What became of past loans with about this PD."""
        return certainty.around(pd, self._pd, self._target, NEIGHBOURS)

    def similar(self, prediction: Prediction) -> Similar:
        """What became of the loans that are most similar in the model's eyes."""
        vector = prediction.feature_vector
        seen = dict(zip(self._features, vector.tolist(), strict=True))
        nearest = self._loans.nearest(vector, SIMILAR)
        kept = [name for name in similar.FACTS if name in self._reference.columns]
        return Similar(
            certainty.observed(self._target[nearest]),
            {name: prediction.inputs.get(name, seen.get(name)) for name in kept}
            | {"PD": prediction.pd},
            self._reference[nearest[:CLOSEST]].select(*kept, "PD", "TARGET").to_dicts(),
        )


def of(prediction: Prediction) -> Context | None:
    """Return what is known around a score; None if its model cannot be loaded any more."""
    try:
        return Context(registry.by_sha256(prediction.model_sha256))
    except NoChampion as error:
        logger.warning("There is no context of %s: %s", prediction.pk, error)
        return None


def forget() -> None:
    """Drop what was prepared, so that reference samples are read again."""
    _prepared.cache_clear()


_lock = threading.Lock()


@lru_cache(maxsize=4)  # as many as the registry keeps
def _prepared(sha256: str) -> Past:
    return Past(registry.by_sha256(sha256))


def _ranking(figures: Sequence[Mapping[str, Any]], completeness: str) -> Ranking | None:
    tier = _TIERS[Completeness(completeness)]
    found = next((entry for entry in figures if entry["tier"] == tier), None)
    if found is None or found.get("auc") is None:
        return None
    low, high = found["auc_interval"]
    return Ranking(found["auc"], low, high, found["applicants"])
