"""Whether two ways of computing the same features agree."""

from __future__ import annotations

import polars as pl

TOLERANCE = 1e-6


def disagreements(left: pl.DataFrame, right: pl.DataFrame) -> dict[str, int]:
    """Count, by feature, the clients on whom two frames with `SK_ID_CURR` disagree.

    Values agree when both are missing, or when they differ by at most `TOLERANCE`, absolute
    for values up to 1 and relative beyond.

    Raises
    ------
    ValueError
        If the frames do not hold the same columns, or not the same clients.
    """
    if set(left.columns) != set(right.columns):
        raise ValueError("The frames do not hold the same features.")
    ours, theirs = (
        frame.select("SK_ID_CURR", *(c for c in left.columns if c != "SK_ID_CURR"))
        .with_columns(pl.exclude("SK_ID_CURR").cast(pl.Float64).fill_nan(None))
        .sort("SK_ID_CURR")
        for frame in (left, right)
    )
    if not ours["SK_ID_CURR"].equals(theirs["SK_ID_CURR"]):
        raise ValueError("The frames do not hold the same clients.")
    counts = {
        name: int(_apart(ours[name], theirs[name]).sum())
        for name in ours.columns
        if name != "SK_ID_CURR"
    }
    return {name: count for name, count in counts.items() if count}


def _apart(left: pl.Series, right: pl.Series) -> pl.Series:
    size = pl.select(pl.max_horizontal(left.abs(), pl.lit(1.0))).to_series()
    far = ((left - right).abs() > TOLERANCE * size).fill_null(value=False)
    return far | (left.is_null() != right.is_null())
