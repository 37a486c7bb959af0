"""Distributions of single columns, within groups, and how normals turn into values.

A `Driver` names a column of a block. Its distribution is measured apart for each
combination of the drivers it is `given`; groups too small to measure fall back to
the distribution over all rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from ml.synthesis import normal
from ml.synthesis.normal import Floats

Ints = npt.NDArray[np.int64]

EVERYONE: Final = "*"
SMALLEST_GROUP: Final = 60
"""Rows a group needs before its own quantiles are trusted (and are no one's row)."""
_SMALLEST_LEVEL_GROUP: Final = 10
"""The same for shares of levels."""
_LARGE_GROUP: Final = 2_000

_TAIL = (0.001, 0.0025, 0.005, 0.01)
_GRID: Final[Floats] = np.array(
    [*_TAIL, *np.linspace(0.015, 0.985, 195), *(1.0 - p for p in reversed(_TAIL))]
)
_COARSE_GRID: Final[Floats] = np.array(
    [*_TAIL, *np.linspace(0.04, 0.96, 24), *(1.0 - p for p in reversed(_TAIL))]
)


@dataclass(frozen=True)
class Driver:
    """A column of a block: a number, or a level (category, flag, small count)."""

    name: str
    given: tuple[str, ...] = ()
    level: bool = False


def level(name: str, *given: str) -> Driver:
    return Driver(name, given, level=True)


def number(name: str, *given: str) -> Driver:
    return Driver(name, given)


@dataclass(frozen=True)
class Column:
    """Drawn values of one driver: level codes or numbers, and where they are missing."""

    values: Floats
    missing: npt.NDArray[np.bool_]
    levels: tuple[Any, ...] | None = None

    def floats(self) -> Floats:
        """Return the numbers (levels as numbers), NaN where missing."""
        values = self.values
        if self.levels is not None:
            values = np.array([float(x) for x in self.levels])[values.astype(np.int64)]
        return np.where(self.missing, np.nan, values)

    def strings(self) -> pl.Series:
        """Return the levels as text, null where missing."""
        if self.levels is None:
            raise TypeError("numbers have no levels")
        names = pl.Series([str(x) for x in self.levels], dtype=pl.String)
        codes = pl.Series(self.values.astype(np.int64))
        texts = names.gather(codes)
        return pl.select(
            pl.when(pl.Series(self.missing)).then(None).otherwise(texts).alias("")
        ).to_series()

    def equals(self, *wanted: object) -> npt.NDArray[np.bool_]:
        """Return where the level is one of `wanted`."""
        if self.levels is None:
            raise TypeError("numbers have no levels")
        hits = np.array([x in wanted for x in self.levels])
        return hits[self.values.astype(np.int64)] & ~self.missing


def missing_name(driver: str) -> str:
    """Return the name of the latent that decides whether `driver` is missing."""
    return driver + "?"


def measure(
    frame: pl.DataFrame, drivers: Sequence[Driver], orders: Mapping[str, Sequence[Any]]
) -> tuple[dict[str, Any], dict[str, Floats]]:
    """Measure the distributions of `drivers` and the normal scores of every row.

    Parameters
    ----------
    frame
        One row per row of the block, one column per driver.
    orders
        Levels of each level driver, from the safest to the riskiest (or by value).

    Returns
    -------
    figures, scores
        Figures by driver name; scores by latent name (missing flags have their own).
    """
    figures: dict[str, Any] = {}
    latents: dict[str, Floats] = {}
    for driver in drivers:
        codes = _codes(frame[driver.name], orders.get(driver.name))
        groups = _group_rows(frame, driver)
        figures[driver.name] = _describe(codes, groups, orders.get(driver.name))
        latents[driver.name] = _grouped_scores(codes, groups)
        absent = np.isnan(codes)
        if 0.0005 < absent.mean() < 0.9995:
            flags = _grouped_scores(absent.astype(np.float64), groups)
            if np.var(flags) > 1e-3:
                latents[missing_name(driver.name)] = flags
    return figures, latents


def draw(
    figures: Mapping[str, Any],
    drivers: Sequence[Driver],
    latents: Mapping[str, Floats],
    noise: np.random.Generator,
    known: Mapping[str, Column] | None = None,
) -> dict[str, Column]:
    """Turn latent normals into values, driver by driver, each within its group.

    Drivers in `known` keep the values given there.
    """
    drawn: dict[str, Column] = dict(known or {})
    for driver in drivers:
        if driver.name in drawn:
            continue
        z = latents[driver.name]
        z_missing = latents.get(missing_name(driver.name))
        if z_missing is None:
            z_missing = noise.standard_normal(len(z))
        drawn[driver.name] = _draw_one(figures[driver.name], driver, (z, z_missing), drawn)
    return drawn


def _draw_one(
    figure: Mapping[str, Any],
    driver: Driver,
    latents: tuple[Floats, Floats],
    drawn: Mapping[str, Column],
) -> Column:
    share = normal.cdf(latents[0])
    absent_share = normal.cdf(latents[1])
    values = np.zeros(len(share))
    missing = np.zeros(len(share), dtype=bool)
    for key, rows in _drawn_groups(drawn, driver.given, len(share)):
        table = figure["groups"].get(key) or figure["groups"][EVERYONE]
        missing[rows] = absent_share[rows] > 1.0 - table["missing"]
        values[rows] = _inverse(table, share[rows])
    levels = figure.get("levels")
    return Column(values, missing, tuple(levels) if levels is not None else None)


def _inverse(table: Mapping[str, Any], share: Floats) -> Floats:
    if "upper" in table:  # levels: cumulated shares of those present
        codes = np.asarray(table["codes"], dtype=np.float64)
        place = np.searchsorted(np.asarray(table["upper"]), share, side="left")
        return codes[np.minimum(place, len(codes) - 1)]
    values: Floats = np.asarray(table["values"], dtype=np.float64)
    grid = _GRID if len(values) == len(_GRID) else _COARSE_GRID
    if table["steps"]:
        middles = (grid[1:] + grid[:-1]) / 2
        return values[np.searchsorted(middles, share)]
    return np.interp(share, grid, values)


def _codes(series: pl.Series, order: Sequence[Any] | None) -> Floats:
    if order is None:
        return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    place = {value: float(i) for i, value in enumerate(order)}
    if series.dtype.is_numeric():
        series = series.cast(pl.Float64)
        place = {float(value): code for value, code in place.items()}
    codes = series.replace_strict(place, default=None, return_dtype=pl.Float64)
    return codes.fill_null(float("nan")).to_numpy()


def _describe(
    codes: Floats, groups: Mapping[str, Ints], order: Sequence[Any] | None
) -> dict[str, Any]:
    everyone = np.arange(len(codes))
    finer = {EVERYONE: everyone, **groups}
    tables = {}
    for key, rows in finer.items():
        small = key != EVERYONE and len(rows) < _LARGE_GROUP
        table = _table(codes[rows], order is not None, coarse=small)
        if table is not None:
            tables[key] = table
    figure: dict[str, Any] = {"groups": tables}
    if order is not None:
        figure["levels"] = list(order)
    return figure


def _table(codes: Floats, is_level: bool, *, coarse: bool) -> dict[str, Any] | None:
    known = codes[~np.isnan(codes)]
    absent = 1.0 - len(known) / len(codes)
    if len(known) == 0:
        return {"missing": 1.0, "codes": [0], "upper": [1.0]}
    table: dict[str, Any] = {"missing": round(absent, 5)}
    if is_level:
        present, count = np.unique(known, return_counts=True)
        table["codes"] = [int(code) for code in present]
        table["upper"] = [round(float(x), 5) for x in np.cumsum(count) / count.sum()]
        return table
    if len(known) < SMALLEST_GROUP:
        return None
    grid = _COARSE_GRID if coarse else _GRID
    values = np.quantile(known, grid, method="nearest")
    table["values"] = [float(f"{x:.6g}") for x in values]
    # Prices and ratios cluster on popular values, which must not be smeared.
    table["steps"] = len(np.unique(known)) < 0.4 * len(known)
    return table


def _grouped_scores(codes: Floats, groups: Mapping[str, Ints]) -> Floats:
    result = normal.scores(codes)
    for rows in groups.values():
        result[rows] = normal.scores(codes[rows])
    return result


def _group_rows(frame: pl.DataFrame, driver: Driver) -> dict[str, Ints]:
    """Return the rows of each group that is large enough, by its key."""
    if not driver.given:
        return {}
    smallest = _SMALLEST_LEVEL_GROUP if driver.level else SMALLEST_GROUP
    texts = [_text(frame[name]) for name in driver.given]
    key = pl.DataFrame(texts).select(pl.concat_str(pl.all(), separator="|").alias("key"))
    parts = key.with_row_index("row").group_by("key").agg("row").sort("key")
    return {
        str(name): np.asarray(rows, dtype=np.int64)
        for name, rows in parts.iter_rows()
        if len(rows) >= smallest
    }


def _text(series: pl.Series) -> pl.Series:
    if series.dtype.is_numeric():
        series = series.cast(pl.Int64)
    return series.cast(pl.String).fill_null("")


def _drawn_groups(
    drawn: Mapping[str, Column], given: Sequence[str], rows: int
) -> Iterator[tuple[str, Ints]]:
    """Yield the key and rows of each group that the drawn columns form."""
    combined = np.zeros(rows, dtype=np.int64)
    texts: list[list[str]] = []
    for name in given:
        column = drawn[name]
        if column.levels is None:
            raise TypeError(f"{name} is no level and cannot form groups")
        codes = np.where(column.missing, len(column.levels), column.values).astype(np.int64)
        combined = combined * (len(column.levels) + 1) + codes
        texts.append([*(_level_text(x) for x in column.levels), ""])
    order = np.argsort(combined, kind="stable")
    starts = np.flatnonzero(np.diff(combined[order], prepend=-1))
    for start, stop in zip(starts, [*starts[1:], rows], strict=True):
        code = int(combined[order[start]])
        parts: list[str] = []
        for names in reversed(texts):
            code, place = divmod(code, len(names))
            parts.insert(0, names[place])
        yield "|".join(parts), order[start:stop]


def _level_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)
