"""Computing a stored score again, from what was stored with it and with the model that gave it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from ml.bundle import Bundle
from ml.features import FEATURES, HISTORY, HISTORY_FINGERPRINT
from monitoring.models import Prediction
from scoring import registry
from scoring.exceptions import NoChampion

_FLOAT32, _FLOAT64 = 4, 8  # bytes


class Features(StrEnum):
    """What came of computing the feature vector again."""

    EQUAL = "equal"
    DIFFERENT = "different"
    OTHER_LAYOUT = "other-layout"  # this version of the product computes other features
    NOT_TRIED = "not-tried"


@dataclass(frozen=True, kw_only=True)
class Replay:
    """A score computed again, beside the one that was given.

    Attributes
    ----------
    features : Features
        Whether the stored inputs give the stored vector again, bit for bit.
    different : sequence of str
        The features that do not.
    raw_score_again, pd_again : float or None
        From the stored vector; None without the model.
    problem : str
        Why there is no model to compute with; empty if there is.
    """

    model_sha256: str
    features: Features
    different: Sequence[str] = ()
    raw_score: float
    raw_score_again: float | None = None
    pd: float
    pd_again: float | None = None
    problem: str = ""

    @property
    def score_is_equal(self) -> bool:
        """To the last digit."""
        return self.raw_score == self.raw_score_again and self.pd == self.pd_again

    @property
    def confirmed(self) -> bool:
        """Whether inputs give the vector, and the vector the score, as they did then."""
        return self.features is Features.EQUAL and self.score_is_equal

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "different": list(self.different),
            "score_is_equal": self.score_is_equal,
            "confirmed": self.confirmed,
        }


def replay(prediction: Prediction) -> Replay:
    """Compute a prediction again. Nothing is stored, and no difference is an error."""
    try:
        bundle = registry.from_disk(prediction.model_sha256)
    except NoChampion as error:
        return _compared(prediction, Features.NOT_TRIED, problem=str(error))
    if len(prediction.features) != _FLOAT32 * len(bundle.features):
        return _compared(prediction, Features.DIFFERENT, different=_names(bundle))
    outcome, different = _features(prediction, bundle)
    raw = bundle.raw_score(prediction.feature_vector.reshape(1, -1))
    return _compared(
        prediction,
        outcome,
        different=different,
        raw_score_again=float(raw[0]),
        pd_again=float(bundle.calibrate(raw)[0]),
    )


def _compared(prediction: Prediction, outcome: Features, **found: Any) -> Replay:
    return Replay(
        model_sha256=prediction.model_sha256,
        features=outcome,
        raw_score=prediction.raw_score,
        pd=prediction.pd,
        **found,
    )


def _features(prediction: Prediction, bundle: Bundle) -> tuple[Features, list[str]]:
    """Compare the vector that the stored inputs give today with the stored one."""
    known = all(name in FEATURES for name in bundle.needs)
    if bundle.history_fingerprint != HISTORY_FINGERPRINT or not known:
        return Features.OTHER_LAYOUT, []
    if prediction.history is not None and len(prediction.history) != _FLOAT64 * len(HISTORY):
        return Features.DIFFERENT, _names(bundle)
    again = bundle.row(prediction.inputs, prediction.history_vector)[0].astype("<f4")
    if again.tobytes() == bytes(prediction.features):
        return Features.EQUAL, []
    # Bit by bit, since NaN is unequal to itself.
    differs = again.view("<u4") != np.frombuffer(prediction.features, dtype="<u4")
    return Features.DIFFERENT, [
        name for name, changed in zip(_names(bundle), differs, strict=True) if changed
    ]


def _names(bundle: Bundle) -> list[str]:
    return [feature.name for feature in bundle.features]
