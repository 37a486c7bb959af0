"""How many applications a second does a batch score and store, against one-by-one calls?

`python -m benchmarks.batch --state DIR` takes tables and model from a demo's state folder, and
starts the site in scratch folders: on SQLite with its embedded worker, and on a real PostgreSQL
and a real Redis with one and with two worker processes. In each, the same run sends some
applications one by one over HTTP, then all of them as one CSV file, and waits until every score
is stored. A row counts from the moment the file is sent. On a machine that is busy with other work
the ratio is worth more than the rates.
"""

from __future__ import annotations

import itertools
import json
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.sites import running
from ml.schema import APPLICATION_TEST

APPLICATIONS = 48_744  # Kaggle's application_test
SINGLE = 300  # one-by-one calls
_WARM = 20


@dataclass(frozen=True)
class Measured:
    """What one way of running the site did.

    Attributes
    ----------
    single : float
        Seconds for one call, the median.
    checked, done : float
        Seconds from sending the file until it was cut into chunks, and until all was stored.
    """

    way: str
    single: float
    checked: float
    done: float
    rows: int

    @property
    def rate(self) -> float:
        return self.rows / self.done


def main(
    state: Annotated[Path, typer.Option(help="State folder of a demo.")],
    rows: Annotated[int, typer.Option(help="Applications in the file.")] = APPLICATIONS,
    ways: Annotated[str, typer.Option(help="Some of sqlite, 1, 2.")] = "sqlite,1,2",
) -> None:
    """Measure each way, and print what came of it."""
    table = Table("way", "one by one, ms", "checked, s", "stored, s", "rows/s", "times as fast")
    with tempfile.TemporaryDirectory(prefix="batch-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as a user of its own
        file = Path(folder) / "applications.csv"
        _applications(state, rows).write_csv(file)
        for way in ways.split(","):
            found = _measure(way, state.resolve(), Path(folder), file, rows)
            table.add_row(
                found.way,
                f"{1000 * found.single:.1f}",
                f"{found.checked:.1f}",
                f"{found.done:.1f}",
                f"{found.rate:,.0f}",
                f"{found.rate * found.single:.0f}",
            )
    Console().print(table)


def _applications(state: Path, rows: int) -> pl.DataFrame:
    """As many applications as asked for; each client applies several times if need be."""
    data = state / "demo-data"
    both = [data / f"{name}.parquet" for name in ("application_test", "application_train")]
    known = pl.concat(
        [pl.scan_parquet(p).select(list(APPLICATION_TEST.columns)) for p in both]
    ).collect()
    return pl.concat([known] * (rows // known.height + 1)).head(rows)


def _measure(way: str, state: Path, folder: Path, file: Path, rows: int) -> Measured:
    workers = 0 if way == "sqlite" else int(way)
    with running(state, folder / way, servers=bool(workers), workers=workers) as site:
        url, token = site.urls[0], site.token
        single = _one_by_one(url, token, file)
        checked, done = _batch(url, token, file)
        words = {"sqlite": "SQLite, embedded", "1": "PostgreSQL, 1 worker"}
        return Measured(words.get(way, f"PostgreSQL, {way} workers"), single, checked, done, rows)


def _one_by_one(url: str, token: str, file: Path) -> float:
    """Score applications one by one; the median's seconds."""
    rows = pl.read_csv(file, n_rows=SINGLE + _WARM, infer_schema_length=None).to_dicts()
    seconds = []
    for row in rows:
        started = time.perf_counter()
        _call(f"{url}/api/v1/scores/", token, json.dumps({"application": row}).encode())
        seconds.append(time.perf_counter() - started)
    return sorted(seconds[_WARM:])[SINGLE // 2]


def _batch(url: str, token: str, file: Path) -> tuple[float, float]:
    """Send the file, and wait until all of it is stored."""
    started = time.perf_counter()
    batch = _call(f"{url}/api/v1/score-batches/", token, file.read_bytes(), "text/csv")
    checked = 0.0
    for _ in itertools.count():
        batch = _call(batch["links"]["self"], token)
        checked = checked or (time.perf_counter() - started if batch["rows_total"] else 0.0)
        if batch["finished_at"]:
            break
        time.sleep(0.25)
    if batch["state"] != "finished" or batch["rows_scored"] != batch["rows_total"]:
        raise SystemExit(f"The batch ended as {batch}.")
    return checked, time.perf_counter() - started


def _call(
    url: str, token: str, body: bytes | None = None, media_type: str = "application/json"
) -> Any:
    headers = {"Authorization": f"Token {token}", "Content-Type": media_type}
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
        return json.load(answer)


if __name__ == "__main__":
    typer.run(main)
