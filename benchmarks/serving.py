"""How fast is a score over HTTP, stored each time, beside a plain service of the same model?

`python -m benchmarks.serving --state DIR` takes tables and model from a demo's state folder. It
measures `benchmarks.plain_service` (FastAPI, pandas, LightGBM, shap; nothing stored), the site in
one process on SQLite, and the site on a real PostgreSQL and a real Redis with a worker and with one
and two web processes: at 1 and 16 connections, with and without an explanation. It prints requests
per second, percentiles and ratios, and exits with 1 if an answer was wrong or a score is missing.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import load
from benchmarks.load import Load
from benchmarks.sites import Site, free_port, process, running, wait
from ml import features
from ml.bundle import Bundle
from ml.tables import open_tables

CLIENTS = 2_000
_WARM_S = 2.0


@dataclass(frozen=True)
class Figures:
    """One way of serving: by number of connections, without and with an explanation."""

    way: str
    plain: dict[int, Load]
    explained: dict[int, Load]

    @property
    def failures(self) -> list[str]:
        return [
            f for load in (*self.plain.values(), *self.explained.values()) for f in load.failures
        ]


def main(
    state: Annotated[Path, typer.Option(help="State folder of a demo.")],
    seconds: Annotated[float, typer.Option(help="Of each measurement.")] = 10,
    ways: Annotated[str, typer.Option(help="Some of sqlite, 1, 2.")] = "sqlite,1,2",
) -> None:
    """Measure each way, and print what came of it."""
    missing = 0
    with tempfile.TemporaryDirectory(prefix="serving-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        clients = _matrix(state, folder / "matrix.parquet")
        found = [_plain_service(state, folder / "matrix.parquet", clients, seconds)]
        for way in ways.split(","):
            webs = 1 if way == "sqlite" else int(way)
            workers = 0 if way == "sqlite" else 1
            with running(
                state, folder / way, servers=bool(workers), webs=webs, workers=workers
            ) as site:
                figures, sent = _site(_name(way), site, clients, seconds)
                missing += sent - site.count("monitoring.Prediction")
            found.append(figures)
    _print(found)
    failures = [failure for figures in found for failure in figures.failures]
    say = Console().print
    say(f"Answers that were not as expected: {len(failures)}. Scores not stored: {missing}.")
    for failure in failures[:5]:
        say(failure)
    raise typer.Exit(int(bool(failures or missing)))


def _name(way: str) -> str:
    return "site, SQLite" if way == "sqlite" else f"site, PostgreSQL, {way} web"


def _matrix(state: Path, path: Path) -> list[int]:
    """Write what the model sees of each client, for the plain service; return the clients asked."""
    bundle = Bundle.load(state / "demo-bundle")
    tables = open_tables(state / "demo-data")
    applications = tables.frames["application_test"].head(CLIENTS)
    frame = features.matrix(tables.frames, applications)
    columns = [feature.name for feature in bundle.features]
    encoded = pl.from_numpy(bundle.encode(frame), schema=columns)
    encoded.insert_column(0, frame["SK_ID_CURR"]).write_parquet(path)
    clients: list[int] = frame["SK_ID_CURR"].to_list()
    return clients


def _plain_service(state: Path, matrix: Path, clients: Sequence[int], seconds: float) -> Figures:
    port = free_port()
    command = ["-m", "benchmarks.plain_service", "--bundle", str(state / "demo-bundle")]
    with process(*command, "--matrix", str(matrix), "--port", str(port), env=os.environ):
        wait(f"http://127.0.0.1:{port}/docs")
        figures, _sent = _measured(
            "plain service", [f"http://127.0.0.1:{port}/score"], {}, clients, seconds, 200
        )
    return figures


def _site(way: str, site: Site, clients: Sequence[int], seconds: float) -> tuple[Figures, int]:
    headers = {"Authorization": f"Token {site.token}"}
    urls = [f"{url}/api/v1/scores/" for url in site.urls]
    return _measured(way, urls, headers, clients, seconds, 201)


def _measured(  # noqa: PLR0917 - each named where it is called
    way: str,
    urls: Sequence[str],
    headers: dict[str, str],
    clients: Sequence[int],
    seconds: float,
    expected: int,
) -> tuple[Figures, int]:
    sent = 0
    by_kind: list[dict[int, Load]] = []
    for explain in (False, True):
        bodies = [{"client_id": client, "explain": explain} for client in clients]
        loads = {}
        for connections in (1, 16):
            for duration in (_WARM_S, seconds):
                loads[connections] = _under(urls, bodies, headers, connections, duration, expected)
                sent += len(loads[connections].milliseconds)
        by_kind.append(loads)
    return Figures(way, *by_kind), sent


def _under(  # noqa: PLR0917 - as above
    urls: Sequence[str],
    bodies: Sequence[object],
    headers: dict[str, str],
    connections: int,
    seconds: float,
    expected: int,
) -> Load:
    """Spread the connections over the web processes, as a proxy would."""
    share = max(1, connections // len(urls))
    asked = urls[:connections]
    with ProcessPoolExecutor(len(asked)) as pool:
        jobs = [
            pool.submit(
                load.run,
                url,
                bodies,
                connections=share,
                seconds=seconds,
                headers=headers,
                expected=expected,
            )
            for url in asked
        ]
        parts = [job.result() for job in jobs]
    return Load(
        np.concatenate([part.milliseconds for part in parts]),
        max(part.seconds for part in parts),
        [failure for part in parts for failure in part.failures],
    )


def _print(found: Sequence[Figures]) -> None:
    table = Table(
        "way",
        "explained",
        "connections",
        "per second",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "times",
        "p95",
    )
    base = found[0]
    for figures in found:
        for word, mine, theirs in (
            ("", figures.plain, base.plain),
            ("yes", figures.explained, base.explained),
        ):
            for connections, found_load in mine.items():
                beside = theirs[connections]
                table.add_row(
                    figures.way,
                    word,
                    str(connections),
                    f"{found_load.per_second:.0f}",
                    *(f"{found_load.percentile(share):.2f}" for share in (50, 95, 99)),
                    f"{found_load.per_second / beside.per_second:.2f}",
                    f"{found_load.percentile(95) / beside.percentile(95):.2f}",
                )
    Console(width=110).print(table)
    Console().print("times: throughput over the plain service's; p95: its p95 over theirs.")


if __name__ == "__main__":
    typer.run(main)
