"""Why a score is what it is: SHAP contributions, told as reasons a banker can use."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ml.bundle import Bundle
from ml.concepts import Concept


@dataclass(frozen=True)
class Driver:
    """One feature's part in a reason.

    Attributes
    ----------
    value : float, str or None
        What the model saw; None where it was not known.
    contribution : float
        On the raw-score scale (log-odds); above 0 raises the risk.
    """

    feature: str
    label: str
    value: float | str | None
    contribution: float


@dataclass(frozen=True)
class Reason:
    """What one concept added to the raw score, with its features, strongest first."""

    concept: Concept
    contribution: float
    drivers: list[Driver]

    @property
    def direction(self) -> Literal["for", "against"]:
        """Whether it speaks for the applicant or against."""
        return "against" if self.contribution > 0 else "for"

    @property
    def sentence(self) -> str:
        """The reason in plain words."""
        if self.direction == "against":
            return self.concept.sentence_against
        return self.concept.sentence_for


def reasons(
    bundle: Bundle,
    X_row: np.ndarray,
    contributions: np.ndarray,
) -> list[Reason]:
    """Group the contributions of one row by concept, strongest first.

    Parameters
    ----------
    bundle : Bundle
        The model that gave the score.
    X_row : array of float32, shape (n_features,) or (1, n_features)
        What the model saw.
    contributions : array, shape (n_features + 1,) or (1, n_features + 1)
        From `Bundle.contributions`; the base value at the end belongs to no reason.

    Returns
    -------
    list of Reason
        Their contributions and the base value add up to the raw score.
    """
    values, parts = np.ravel(X_row), np.ravel(contributions)
    if values.shape != (len(bundle.features),) or parts.shape != (len(bundle.features) + 1,):
        raise ValueError(
            f"Expected one row of {len(bundle.features)} features, got {values.shape} and "
            f"{parts.shape}."
        )
    drivers: dict[Concept, list[Driver]] = defaultdict(list)
    for feature, value, part in zip(bundle.features, values, parts[:-1], strict=True):
        if part != 0:
            driver = Driver(feature.name, feature.label, feature.value(value), float(part))
            drivers[feature.concept].append(driver)
    found = [
        Reason(concept, sum(driver.contribution for driver in group), _strongest_first(group))
        for concept, group in drivers.items()
    ]
    return sorted(found, key=lambda reason: (-abs(reason.contribution), reason.concept))


def _strongest_first(drivers: list[Driver]) -> list[Driver]:
    return sorted(drivers, key=lambda driver: (-abs(driver.contribution), driver.feature))
