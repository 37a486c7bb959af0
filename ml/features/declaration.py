"""What a feature is: an expression with a name, a home and words a banker can read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, TypeVar

import polars as pl

from ml.concepts import Concept

# The same steps for a whole table, lazily, and for the few rows of one client at once.
Rows = TypeVar("Rows", pl.DataFrame, pl.LazyFrame)


class Prepare(Protocol):
    """Turns rows of a table into others."""

    def __call__(self, rows: Rows, /) -> Rows: ...


@dataclass(frozen=True)
class Feature:
    """One declared feature.

    Attributes
    ----------
    name : str
        Column name, unique in the catalogue.
    label : str
        Plain English, for people.
    concept : Concept
        What it is explained under.
    table : str
        The table it comes from; "combined" where it crosses tables.
    expr : polars.Expr
        Per row for applications, per client for history tables.
    categorical : bool
        Text with a fixed set of levels, rather than a number.
    protected : bool
        Gender, family status, or what reveals them: computed for fairness reports, and kept
        out of the model unless it is asked for.
    """

    name: str
    label: str
    concept: Concept
    table: str
    expr: pl.Expr = field(repr=False, compare=False)
    categorical: bool = False
    protected: bool = False

    @property
    def dtype(self) -> type[pl.DataType]:
        """The column's type in the matrix."""
        return pl.String if self.categorical else pl.Float64

    def column(self) -> pl.Expr:
        """The expression under its name, in the matrix's type."""
        return self.expr.cast(self.dtype).alias(self.name)


@dataclass(frozen=True)
class Family:
    """The features of one history table.

    Attributes
    ----------
    table : str
        Name of the table.
    rows : tuple of polars.Expr
        Named columns computed per row before aggregation.
    aggregates : tuple of Feature
        Computed over one client's rows.
    ratios : tuple of Feature
        Computed from the client's aggregates.
    prepare : callable, optional
        Turns the table's rows into those that are aggregated: `SK_ID_CURR` and what `rows`
        and `aggregates` read.
    """

    table: str
    rows: tuple[pl.Expr, ...]
    aggregates: tuple[Feature, ...]
    ratios: tuple[Feature, ...] = ()
    prepare: Prepare | None = None

    @property
    def features(self) -> tuple[Feature, ...]:
        """All features of the table, in order."""
        return self.aggregates + self.ratios

    def per_client(self, rows: Rows) -> Rows:
        """Compute `SK_ID_CURR` and every feature of the table, one row per client."""
        prepared = rows if self.prepare is None else self.prepare(rows)
        return (
            prepared.with_columns(self.rows)
            .group_by("SK_ID_CURR")
            .agg(self._aggregates)
            .with_columns(self._ratios)
        )

    @cached_property
    def _aggregates(self) -> list[pl.Expr]:
        return [feature.column() for feature in self.aggregates]

    @cached_property
    def _ratios(self) -> list[pl.Expr]:
        return [feature.column() for feature in self.ratios]
