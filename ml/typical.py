"""What a feature typically is for loans that were repaid, and for those that were not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from ml import units
from ml.bundle import BundleFeature
from ml.units import Unit


@dataclass(frozen=True)
class Half:
    """The middle half of some loans' known values: a quarter lies below, a quarter above."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Group:
    """One feature over loans of one outcome.

    Attributes
    ----------
    half : Half or None
        For a number; None where none is known, and for text.
    shares : mapping of level to share
        For text and for yes or no (1 or 0), out of the loans where it is known.
    unknown : float
        Share of the loans where it is not known.
    """

    half: Half | None
    shares: dict[str | float, float]
    unknown: float


@dataclass(frozen=True)
class Typical:
    """One feature, compared by outcome; `scale` are 101 percentiles over all loans."""

    repaid: Group
    defaulted: Group
    scale: tuple[float, ...]

    def place(self, value: float) -> float:
        """Return which part of all known values lies below, from 0 to 1.

        Of equal values half count as below, so that a common value stands in the middle of
        its place.

        >>> even = Typical(_NOBODY, _NOBODY, tuple(range(101)))
        >>> even.place(25), even.place(-3), even.place(200)
        (0.25, 0.0, 1.0)
        """
        below = sum(edge < value for edge in self.scale)
        same = sum(edge == value for edge in self.scale)
        return min(max((below + (same - 1) / 2) / (len(self.scale) - 1), 0.0), 1.0)


def of(reference: pl.DataFrame, features: Iterable[BundleFeature]) -> dict[str, Typical]:
    """Describe every feature of a reference sample, by its name.

    Parameters
    ----------
    reference : polars.DataFrame
        Features as the model saw them and `TARGET`, 1 for a default.

    Raises
    ------
    polars.exceptions.ColumnNotFoundError
        If the sample lacks one of them.
    """
    repaid = reference.filter(pl.col("TARGET") == 0)
    defaulted = reference.filter(pl.col("TARGET") == 1)
    return {
        feature.name: Typical(
            _group(repaid[feature.name], feature),
            _group(defaulted[feature.name], feature),
            () if feature.levels is not None else _scale(reference[feature.name]),
        )
        for feature in features
    }


_NOBODY = Group(None, {}, 1.0)


def _group(values: pl.Series, feature: BundleFeature) -> Group:
    known = values.drop_nulls()
    if not len(known):
        return _NOBODY
    unknown = 1 - len(known) / len(values)
    if feature.levels is not None:
        return Group(None, _shares(known), unknown)
    yes_no = units.of(feature.label) is Unit.YES_NO
    return Group(_half(known), _shares(known) if yes_no else {}, unknown)


def _shares(known: pl.Series) -> dict[str | float, float]:
    counts = known.value_counts(normalize=True)
    return dict(counts.iter_rows())


def _half(known: pl.Series) -> Half:
    low, median, high = (float(known.quantile(q, "linear") or 0.0) for q in (0.25, 0.5, 0.75))
    return Half(low, median, high)


def _scale(values: pl.Series) -> tuple[float, ...]:
    known = values.drop_nulls().sort()
    if not len(known):
        return ()
    last = len(known) - 1
    return tuple(float(known[round(last * k / 100)]) for k in range(101))
