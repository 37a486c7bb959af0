"""Is what serving computes what training saw? Every feature of every client, one by one.

`python -m benchmarks.parity --data DIR` computes the training matrix, then for each client the
history from raw records, against the stored one, and the online row, against the matrix. It prints
the largest differences and exits with 1 if one is above 1e-9, absolute or relative, whichever is
smaller.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer
from rich.console import Console

from ml import features
from ml.features import FEATURES, HISTORY
from ml.progress import bars
from ml.tables import open_tables

TOLERANCE = 1e-9

Records = dict[int, dict[str, pl.DataFrame]]


def main(
    data: Annotated[Path, typer.Option("--data", help="Folder or zip in Kaggle's layout.")],
) -> None:
    """Compare the training matrix with the online row, client by client."""
    worst = {"stored history against raw records": 0.0, "online row against matrix": 0.0}
    compared = 0
    with bars(stderr=True) as step:
        opened = open_tables(data)
        history = dict(_vectors(features.history(opened.frames)))
        records = records_by_client(
            {n: f.collect() for n, f in opened.frames.items() if not n.startswith("application")}
        )
        for name in ("application_train", "application_test"):
            if name not in opened.frames:
                continue
            applications = opened.frames[name].collect().sort("SK_ID_CURR")
            matrix = features.matrix(opened.frames, applications.lazy())
            rows = matrix.select(list(FEATURES)).iter_rows()
            for done, (row, expected) in enumerate(
                zip(applications.iter_rows(named=True), rows, strict=True)
            ):
                client = row["SK_ID_CURR"]
                vector = features.history_of(records.get(client, {}))
                stored = history.get(client, np.full(len(HISTORY), np.nan))
                found = (
                    difference(_values(vector), _values(stored)),
                    difference(
                        tuple(features.row(row, vector)[name] for name in FEATURES), expected
                    ),
                )
                for what, largest in zip(worst, found, strict=True):
                    worst[what] = max(worst[what], largest)
                compared += 1
                step(f"Comparing {name}", done + 1, applications.height)
    say = Console().print
    say(f"{compared:,} clients, {len(FEATURES)} features. Largest difference:")
    for what, largest in worst.items():
        say(f"{what}: {largest:.3g}")
    raise typer.Exit(int(max(worst.values()) > TOLERANCE))


def difference(
    online: tuple[float | str | None, ...], expected: tuple[float | str | None, ...]
) -> float:
    """Largest difference of two rows of features; infinite where text or gaps differ.

    >>> difference((1.0, None, "a"), (1.0, None, "a")), difference((1.0,), (None,))
    (0.0, inf)
    """
    worst = 0.0
    for one, other in zip(online, expected, strict=True):
        if isinstance(one, float) and isinstance(other, float):
            worst = max(worst, abs(one - other) / max(1.0, abs(other)))
        elif one != other:
            return np.inf
    return worst


def records_by_client(tables: Mapping[str, pl.DataFrame]) -> Records:
    """Every client's records of every auxiliary table."""
    found: Records = {}
    owners = tables["bureau"].select("SK_ID_CURR", "SK_ID_BUREAU") if "bureau" in tables else None
    for name, table in tables.items():
        if "SK_ID_CURR" in table.columns:
            parts = table.partition_by("SK_ID_CURR", as_dict=True)
        elif owners is not None:
            owned = table.join(owners, on="SK_ID_BUREAU")
            parts = owned.partition_by("SK_ID_CURR", as_dict=True, include_key=False)
        else:
            continue
        for (client,), rows in parts.items():
            found.setdefault(int(client), {})[name] = rows
    return found


def _values(vector: np.ndarray) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else float(value) for value in vector)


def _vectors(history: pl.DataFrame) -> zip[tuple[int, np.ndarray]]:
    return zip(history["SK_ID_CURR"].to_list(), history.select(HISTORY).to_numpy(), strict=True)


if __name__ == "__main__":
    typer.run(main)
