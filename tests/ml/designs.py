"""Designs and samples of made-up columns, for tests of what learns from them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ml.bundle import BundleFeature
from ml.concepts import Concept
from ml.sample import Design


def design(columns: Mapping[str, np.ndarray], fitted: Mapping[str, np.ndarray] = {}) -> Design:
    """A design of columns, with group statistics beside them."""
    names = [*columns, *fitted]
    return Design(
        tuple(BundleFeature(name, name.capitalize(), Concept.OTHER_DEBT) for name in names),
        matrix(columns),
        matrix(fitted) if fitted else np.empty((len(next(iter(columns.values()))), 0), np.float32),
        np.arange(len(columns)),
        np.arange(len(fitted)),
    )


def matrix(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """Columns side by side, as float32."""
    return np.column_stack(list(columns.values())).astype(np.float32)


def outcomes(risk: np.ndarray, seed: int = 3) -> np.ndarray:
    """Defaults of about a fifth of the applicants, the more the higher the risk."""
    chance = 1 / (1 + np.exp(1.6 - 1.5 * risk))
    return (np.random.default_rng(seed).random(len(risk)) < chance).astype(np.int8)
