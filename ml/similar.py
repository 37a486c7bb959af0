"""Past loans like this one, in the model's own terms.

Likeness is Gower's (1971, "A general coefficient of similarity and some of its properties"):
two loans differ in a number by how many other loans lie between them, in a level by 0 or 1, and
by 1 where just one of them is known. Each feature counts as much as the model gained by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ml.bundle import BundleFeature, encode

# What describes a past loan to people; the reference sample keeps it whatever the model uses.
FACTS = ("AMT_CREDIT", "AMT_INCOME_TOTAL", "DAYS_BIRTH", "EXT_MEAN")


@dataclass(frozen=True)
class Loans:
    """Past loans, laid out to be compared with any applicant.

    Attributes
    ----------
    places : array of float32, shape (n, n_features)
        Numbers as their place among the known ones, 0 to 1; levels as codes; 0 where not known.
    unknown : array of bool, shape (n, n_features)
    known : list of array
        The sorted known values of each number; empty for a level.
    is_level : array of bool, shape (n_features,)
    weights : array of float32, shape (n_features,)
        Adding up to 1.
    """

    places: np.ndarray
    unknown: np.ndarray
    known: list[np.ndarray]
    is_level: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(
        cls, reference: pl.DataFrame, features: Sequence[BundleFeature], gain: np.ndarray
    ) -> Loans:
        """Lay out a reference sample.

        Parameters
        ----------
        reference : polars.DataFrame
            Features as the model saw them.
        gain : array, shape (n_features,)
            How much the model gained by each feature.
        """
        # The sample holds group statistics as they came out, not what they are fitted to.
        X = encode(reference, tuple(replace(feature, group=None) for feature in features))
        is_level = np.array([feature.levels is not None for feature in features])
        known = [
            np.empty(0, np.float32) if level else np.sort(column[~np.isnan(column)])
            for column, level in zip(X.T, is_level, strict=True)
        ]
        weights = gain / (float(gain.sum()) or 1.0)
        return cls(_places(X, known), np.isnan(X), known, is_level, np.asarray(weights, np.float32))

    def distances(self, row: np.ndarray) -> np.ndarray:
        """Return how much each loan differs from a row, from 0 to 1, shape (n,).

        Parameters
        ----------
        row : array of float32, shape (n_features,)
            What the model saw of the applicant.
        """
        wanted = row.reshape(1, -1)
        apart = np.abs(self.places - _places(wanted, self.known))
        apart[:, self.is_level] = apart[:, self.is_level] > 0
        np.putmask(apart, self.unknown != np.isnan(wanted), 1.0)
        return np.asarray(apart @ self.weights)

    def nearest(self, row: np.ndarray, count: int) -> np.ndarray:
        """Return the rows of the `count` most similar loans, the nearest first."""
        return np.asarray(np.argsort(self.distances(row), kind="stable")[:count])


def _places(X: np.ndarray, known: Sequence[np.ndarray]) -> np.ndarray:
    """Place of values among the known ones, equal ones in the middle; levels stay as they are."""
    places = np.nan_to_num(X, nan=0.0)
    for j, among in enumerate(known):
        if len(among):
            below, upto = (np.searchsorted(among, X[:, j], side) for side in ("left", "right"))
            places[:, j] = (below + upto) / (2 * len(among))
    places[np.isnan(X)] = 0.0
    return np.asarray(places)
