"""Statistics of an applicant's group: how the applicant compares with colleagues and neighbours.

Unlike all other features these are learned: the medians come from training rows only (in
cross-validation from the rows a fold is fitted on), travel in the bundle, and never change
afterwards. The outcome takes no part in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ml.concepts import Concept
from ml.features import FEATURES
from ml.features.policy import ratio

TABLE = "groups"

_FEWEST = 30  # known values that a median is taken of; below, the group counts as unknown
_KEY = "|"


@dataclass(frozen=True)
class Group:
    """A fitted statistic of groups.

    Attributes
    ----------
    by : tuple of str
        Features that name the group.
    value : str
        The feature compared.
    relative : bool
        The applicant's value over the group's median if True, else the median itself.
    medians : mapping of str to float
        By the group's values, joined by "|".

    Examples
    --------
    >>> group = Group(("JOB",), "INCOME", True, {"Cook": 100.0})
    >>> group.of({"JOB": "Cook", "INCOME": 150.0}), group.of({"JOB": "Pilot", "INCOME": 150.0})
    (1.5, None)
    """

    by: tuple[str, ...]
    value: str
    relative: bool
    medians: Mapping[str, float]

    @property
    def needs(self) -> tuple[str, ...]:
        """The features it is computed from."""
        return (*self.by, self.value) if self.relative else self.by

    def of(self, row: Mapping[str, float | str | None]) -> float | None:
        """Value for one row of features; None where it is not known."""
        named = [_text(part) for name in self.by if (part := row[name]) is not None]
        median = self.medians.get(_KEY.join(named)) if len(named) == len(self.by) else None
        if not self.relative:
            return median
        value = row[self.value]
        return None if value is None or not median else float(value) / median

    def column(self) -> pl.Expr:
        """Values over a frame of features, as Float64."""
        keys, medians = list(self.medians), list(self.medians.values())
        median = key(self.by).replace_strict(keys, medians, default=None, return_dtype=pl.Float64)
        return ratio(pl.col(self.value), median) if self.relative else median


@dataclass(frozen=True)
class GroupFeature:
    """A statistic to be fitted, declared as features are."""

    name: str
    label: str
    concept: Concept
    by: tuple[str, ...]
    value: str
    relative: bool


def fit(declared: Sequence[GroupFeature], frame: pl.DataFrame) -> dict[str, Group]:
    """Take the medians of groups with at least 30 known values.

    Parameters
    ----------
    declared : sequence of GroupFeature
    frame : polars.DataFrame
        Training rows, with the features that name groups and are compared.

    Returns
    -------
    dict of str to Group
        By the feature's name; groups in alphabetical order.
    """
    fitted: dict[str, Group] = {}
    tables: dict[tuple[tuple[str, ...], str], dict[str, float]] = {}
    for feature in declared:
        at = (feature.by, feature.value)
        if at not in tables:
            tables[at] = _medians(frame, *at)
        fitted[feature.name] = Group(feature.by, feature.value, feature.relative, tables[at])
    return fitted


def columns(fitted: Mapping[str, Group], frame: pl.DataFrame) -> np.ndarray:
    """Compute fitted statistics for every row.

    Returns
    -------
    array of float32, shape (n_rows, len(fitted))
        NaN where a statistic is not known.
    """
    if not fitted:
        return np.empty((frame.height, 0), dtype=np.float32)
    chosen = frame.select(
        group.column().cast(pl.Float32).alias(name) for name, group in fitted.items()
    )
    return chosen.to_numpy()


def key(by: Sequence[str]) -> pl.Expr:
    """Name of a row's group; null where a part of it is not known."""
    return pl.concat_str([_part(name) for name in by], separator=_KEY)


def _medians(frame: pl.DataFrame, by: tuple[str, ...], value: str) -> dict[str, float]:
    found = (
        frame.select(key(by).alias("key"), pl.col(value).alias("value"))
        .drop_nulls()
        .group_by("key")
        .agg(pl.len().alias("rows"), pl.col("value").median())
        .filter(pl.col("rows") >= _FEWEST)
        .sort("key")
    )
    return dict(zip(found["key"].to_list(), found["value"].to_list(), strict=True))


def _part(name: str) -> pl.Expr:
    """Text as it is; a number, which names a region, in whole millionths."""
    if FEATURES[name].categorical:
        return pl.col(name)
    return (pl.col(name) * 1e6).round().cast(pl.Int64).cast(pl.String)


def _text(part: float | str) -> str:
    """The same for one value."""
    return part if isinstance(part, str) else str(round(part * 1e6))


_GROUPS: dict[str, tuple[tuple[str, ...], str]] = {
    "OCCUPATION": (("OCCUPATION_TYPE",), "the occupation"),
    "EMPLOYER": (("ORGANIZATION_TYPE",), "the kind of employer"),
    "REGION": (("REGION_POPULATION_RELATIVE",), "the region"),
    "SCHOOLING": (("NAME_EDUCATION_TYPE", "OCCUPATION_TYPE"), "the education and occupation"),
}
_VALUES: dict[str, tuple[str, str, Concept]] = {
    "INCOME": ("AMT_INCOME_TOTAL", "Income", Concept.INCOME),
    "CREDIT": ("AMT_CREDIT", "Amount of the loan", Concept.LOAN_TERMS),
    "ANNUITY": ("AMT_ANNUITY", "Monthly repayment", Concept.LOAN_TERMS),
    "BURDEN": ("ANNUITY_TO_INCOME", "Burden of repayment", Concept.AFFORDABILITY),
    "SCORE": ("EXT_MEAN", "External scores", Concept.EXTERNAL_SCORES),
    "JOB_TIME": ("DAYS_EMPLOYED", "Time in the job", Concept.EMPLOYMENT),
}
# What is usual in a group says something of its own for these.
_LEVELS = ("INCOME", "SCORE", "JOB_TIME")


def _declare() -> Iterator[GroupFeature]:
    for group, (by, where) in _GROUPS.items():
        for code, (value, words, concept) in _VALUES.items():
            yield GroupFeature(
                f"{group}_{code}_RATIO",
                f"{words} against what is usual in {where}",
                concept,
                by,
                value,
                relative=True,
            )
        for code in _LEVELS:
            value, words, _concept = _VALUES[code]
            concept = Concept.REGION if group == "REGION" else Concept.EMPLOYMENT
            yield GroupFeature(
                f"{group}_{code}_USUAL",
                f"Usual {words[0].lower()}{words[1:]} in {where}",
                concept,
                by,
                value,
                relative=False,
            )


GROUP_FEATURES: tuple[GroupFeature, ...] = tuple(_declare())
