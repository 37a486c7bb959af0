"""What training found, as the report takes it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import lightgbm
import numpy as np

from ml.bundle import BundleFeature
from ml.calibration import Calibration
from ml.concepts import Concept
from ml.decision import CutOffs
from ml.report.groups import thinned

Rows = tuple[np.ndarray, np.ndarray]
_EXPLAINED = 1_000


@dataclass(frozen=True)
class Findings:
    """What the report tells about.

    Attributes
    ----------
    manifest : dict
        Content of `bundle.json`. Its `metrics` hold the figures `out_of_fold` and `hold_out`,
        and any of the studies `seeds`, `tiers`, `withheld`, `learning_curve`, `protected`,
        `fairness` and `selection`; the report leaves out what is absent or empty.
    booster : lightgbm.Booster
    features : tuple of BundleFeature
        The model's columns.
    X : array of float32, shape (n, n_features)
        Training rows, of which up to 1,000 are explained; levels as codes, NaN for unknown.
    oof, hold_out : tuple of arrays
        Calibrated probabilities of default, and outcomes (1 for a default).
    importance : array of float, shape (n_folds, n_features)
        Share of each fold's gain, 0 for what the fold's model does without.
    """

    manifest: dict[str, Any]
    booster: lightgbm.Booster
    features: tuple[BundleFeature, ...]
    X: np.ndarray
    oof: Rows
    hold_out: Rows
    importance: np.ndarray

    @property
    def metrics(self) -> dict[str, Any]:
        """Every figure of the training."""
        figures: dict[str, Any] = self.manifest["metrics"]
        return figures

    @property
    def cut_offs(self) -> CutOffs:
        """Where the recommendation changes."""
        return CutOffs(**self.manifest["cut_offs"])

    @property
    def cost_ratio(self) -> float:
        """What a missed defaulter costs, in good clients refused."""
        return float(self.manifest["cost_ratio"])

    @property
    def samples(self) -> tuple[tuple[str, Rows], ...]:
        """The two sets of applicants that figures are told for."""
        return ("Hold-out", self.hold_out), ("Out of fold", self.oof)

    @property
    def labels(self) -> list[str]:
        """The features in plain English, each told once: a second one gets its column's name."""
        labels = [feature.label for feature in self.features]
        return [
            label if labels.count(label) == 1 else f"{label} ({feature.name})"
            for label, feature in zip(labels, self.features, strict=True)
        ]

    @cached_property
    def explained(self) -> np.ndarray:
        """Rows of `X` that are explained: more of them cost time and show nothing new."""
        return np.asarray(self.X[thinned(len(self.X), _EXPLAINED)])

    @property
    def mean_importance(self) -> np.ndarray:
        """Share of the gain, mean over folds, shape (n_features,)."""
        return np.asarray(self.importance.mean(axis=0))

    def study(self, name: str) -> Any:
        """A study's figures; None where it was not made."""
        return self.metrics.get(name) or None

    def of_concept(self) -> dict[Concept, list[int]]:
        """The columns of each concept, by falling share of the gain."""
        columns: dict[Concept, list[int]] = {}
        for j, feature in enumerate(self.features):
            columns.setdefault(feature.concept, []).append(j)
        shares = self.mean_importance
        return dict(sorted(columns.items(), key=lambda item: (-shares[item[1]].sum(), item[0])))

    def calibrated(self, raw: np.ndarray) -> np.ndarray:
        """Probabilities of default for raw scores."""
        return Calibration(**self.manifest["calibration"])(raw)
