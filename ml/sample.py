"""The labelled applications as training sees them: one matrix, never copied.

Folds, selections and fitted group statistics are views: row numbers, column numbers, and the
few columns that differ between folds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import lightgbm
import numpy as np
import polars as pl

from ml.bundle import BundleFeature, encode
from ml.features import FEATURES, groups, matrix
from ml.features.groups import GROUP_FEATURES
from ml.progress import Step
from ml.schema import APPLICATION_LEVELS
from ml.tables import DataError, Tables

_FEWEST_DEFAULTS = 50
_BATCH = 8_192  # rows taken at a time
# What group statistics are computed from, and fairness is reported by.
_CONTEXT = tuple(
    dict.fromkeys(
        (
            *(name for feature in GROUP_FEATURES for name in (*feature.by, feature.value)),
            *(name for name, feature in FEATURES.items() if feature.protected),
            "DAYS_BIRTH",
        )
    )
)


@dataclass(frozen=True)
class Design:
    """What one model sees of a sample: chosen columns, with its own group statistics.

    Attributes
    ----------
    features : tuple of BundleFeature
        The columns, in order.
    """

    features: tuple[BundleFeature, ...]
    _X: np.ndarray = field(repr=False)
    _groups: np.ndarray = field(repr=False)
    # The design's columns: first those of the matrix, then those of the group statistics.
    _of_matrix: np.ndarray = field(repr=False)
    _of_groups: np.ndarray = field(repr=False)

    @property
    def size(self) -> int:
        """Rows of the sample that this is a view of."""
        return len(self._X)

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [feature.name for feature in self.features]

    @property
    def categorical(self) -> list[int]:
        """Columns that hold codes of levels."""
        return [j for j, feature in enumerate(self.features) if feature.levels is not None]

    def take(self, rows: np.ndarray | slice) -> np.ndarray:
        """Some rows as the model sees them, float32, shape (n_rows, n_features)."""
        known, fitted = self._X[rows][:, self._of_matrix], self._groups[rows][:, self._of_groups]
        return np.hstack((known, fitted))

    def one(self, row: int) -> np.ndarray:
        """One row, shape (n_features,)."""
        return np.append(self._X[row, self._of_matrix], self._groups[row, self._of_groups])

    def batches(self, rows: np.ndarray) -> Iterator[np.ndarray]:
        """The rows in batches, so that they are never all copied at once."""
        for start in range(0, len(rows), _BATCH):
            yield self.take(rows[start : start + _BATCH])

    def only(self, names: Sequence[str]) -> Design:
        """The same with some of the columns, in the order they have here."""
        wanted = set(names)
        kept = np.array([name in wanted for name in self.names], dtype=bool)
        n = len(self._of_matrix)
        return Design(
            tuple(f for f, keep in zip(self.features, kept, strict=True) if keep),
            self._X,
            self._groups,
            self._of_matrix[kept[:n]],
            self._of_groups[kept[n:]],
        )

    def rows(self, rows: np.ndarray) -> Rows:
        """Some rows as LightGBM reads them, batch by batch."""
        return Rows(self, rows)


class Rows(lightgbm.Sequence):
    """Rows of a design for `lightgbm.Dataset`, which bins them without a copy of the whole."""

    batch_size = _BATCH

    def __init__(self, design: Design, rows: np.ndarray) -> None:
        self._design, self._rows = design, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int | slice | list[int]) -> np.ndarray:
        if isinstance(index, int | np.integer):
            return self._design.one(self._rows[index]).astype(np.float64)  # as it bins them
        return self._design.take(self._rows[index])


@dataclass(frozen=True)
class Sample:
    """All labelled applications with every candidate feature.

    Attributes
    ----------
    features : tuple of BundleFeature
        The columns of `X`.
    X : array of float32, shape (n, n_features)
        Levels as codes, NaN for what is not known.
    y : array of int8, shape (n,)
        1 for a default.
    context : polars.DataFrame
        The features that group statistics and fairness reports go by, n rows.
    """

    features: tuple[BundleFeature, ...]
    X: np.ndarray = field(repr=False)
    y: np.ndarray = field(repr=False)
    context: pl.DataFrame = field(repr=False)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over names and values."""
        digest = hashlib.sha256("\n".join(f.name for f in self.features).encode())
        digest.update(np.ascontiguousarray(self.X).data)
        digest.update(np.ascontiguousarray(self.y).data)
        return digest.hexdigest()

    def column(self, name: str) -> np.ndarray:
        """One column of the matrix, shape (n,)."""
        return self.X[:, [feature.name for feature in self.features].index(name)]

    def design(self, rows: np.ndarray, *, protected: bool = False) -> Design:
        """Every candidate column, with group statistics fitted on `rows` alone.

        Parameters
        ----------
        rows : array of int
            The rows that may be learned from.
        protected : bool
            Whether gender, family status and what reveals them are candidates.
        """
        fitted = groups.fit(GROUP_FEATURES, self.context[rows])
        columns = [
            j for j, f in enumerate(self.features) if protected or not FEATURES[f.name].protected
        ]
        compared = (
            BundleFeature(f.name, f.label, f.concept, None, fitted[f.name]) for f in GROUP_FEATURES
        )
        return Design(
            (*(self.features[j] for j in columns), *compared),
            self.X,
            groups.columns(fitted, self.context),
            np.array(columns),
            np.arange(len(fitted)),
        )


def prepare(tables: Tables, progress: Step) -> Sample:
    """Compute every feature of all labelled applications.

    Raises
    ------
    DataError
        If there are none, or too few of one outcome.
    """
    if "application_train" not in tables.frames:
        raise DataError("application_train is missing, and nothing can be learned without it.")
    progress("Computing features", 0, 1)
    frame = matrix(tables.frames, tables.frames["application_train"])
    y = frame["TARGET"].to_numpy().astype(np.int8)
    _check_outcomes(y)
    features = tuple(_column(frame[name]) for name in FEATURES)
    # The model sees float32; group statistics are fitted on what is served, float64.
    sample = Sample(features, encode(frame, features), y, frame.select(_CONTEXT))
    progress("Computing features", 1, 1)
    return sample


def _check_outcomes(y: np.ndarray) -> None:
    for outcome, words in ((1, "defaults"), (0, "repaid loans")):
        if (found := int((y == outcome).sum())) < _FEWEST_DEFAULTS:
            raise DataError(
                f"application_train: TARGET holds {found} {words}, and at least "
                f"{_FEWEST_DEFAULTS} are needed to learn from."
            )


def _column(values: pl.Series) -> BundleFeature:
    """A feature as a column of the model; text with the levels it may have."""
    feature = FEATURES[values.name]
    levels = _levels(values) if feature.categorical else None
    return BundleFeature(feature.name, feature.label, feature.concept, levels)


def _levels(values: pl.Series) -> tuple[str, ...]:
    """Known levels in their order, then any others seen."""
    known = APPLICATION_LEVELS.get(values.name, ())
    others = sorted(set(values.drop_nulls().unique().to_list()) - set(known))
    return (*known, *others)
