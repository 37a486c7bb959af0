"""One step of the benchmark: `python -m benchmarks.steps NAME FOLDER`, in its own process.

A step takes what it needs from the folder and leaves its result there, so that steps can be
run one by one.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ml import features, tables
from ml.progress import Step, bars
from ml.schema import TABLES

_SEED: Final = 20
# Kaggle's files hold these in no order; bureau and its balance come client by client.
_IN_NO_ORDER: Final = (
    "previous_application",
    "POS_CASH_balance",
    "credit_card_balance",
    "installments_payments",
)


def generate(folder: Path, applicants: str) -> None:
    """Write the tables of `applicants` made-up clients as Parquet and as CSV."""
    from ml.synthesis import synthesize  # noqa: PLC0415 - not counted where it is not used

    scratch = folder / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    with bars(stderr=True) as step:
        synthesize(
            int(applicants),
            scratch,
            _SEED,
            progress=lambda done, of: step("Making tables", done, of),
            format="parquet",
        )
        for name in _told("Putting rows in no order", _IN_NO_ORDER, step):
            file = scratch / f"{name}.parquet"
            rows = pl.read_parquet(file).sample(fraction=1, shuffle=True, seed=_SEED)
            rows.write_parquet(file)
        (folder / "csv").mkdir(exist_ok=True)
        for name in _told("Writing them as CSV", TABLES, step):
            table = pl.scan_parquet(scratch / f"{name}.parquet")
            table.sink_csv(folder / "csv" / f"{name}.csv")
    scratch.rename(folder / "parquet")


def features_from_parquet(folder: Path) -> None:
    """Compute every feature of every labelled application from Parquet."""
    _matrix(folder / "parquet")


def features_from_csv(folder: Path) -> None:
    """Compute every feature of every labelled application from CSV."""
    _matrix(folder / "csv")


def training(folder: Path) -> None:
    """Train on all labelled applications, validate, and write the bundle."""
    _train(folder, quick=False)


def quick_training(folder: Path) -> None:
    """The same without what only the report needs."""
    _train(folder, quick=True)


def scoring(folder: Path) -> None:
    """Score all unlabelled applications with the bundle."""
    from ml.bundle import Bundle  # noqa: PLC0415 - not counted where it is not used

    with bars(stderr=True) as step:
        model = Bundle.load(folder / "bundle")
        opened = tables.open_tables(folder / "parquet", progress=step)
        step("Scoring", 0, 1)
        applications = opened.frames["application_test"]
        scores = model.score(features.matrix(opened.frames, applications))
        scores.write_parquet(folder / "scores.parquet")
        step("Scoring", 1, 1)


def fewer(folder: Path, kind: str, one_in: str) -> None:
    """Write the tables of one in so many clients."""
    target = folder / "fewer" / kind
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    names = {name: folder / kind / f"{name}.{kind}" for name in TABLES}
    scan, sink = (
        (pl.scan_csv, pl.LazyFrame.sink_csv)
        if kind == "csv"
        else (pl.scan_parquet, pl.LazyFrame.sink_parquet)
    )
    chosen = pl.col("SK_ID_CURR") % int(one_in) == 0
    loans = scan(names["bureau"]).filter(chosen).select("SK_ID_BUREAU")
    with bars(stderr=True) as step:
        for name in _told("Choosing clients", TABLES, step):
            rows = scan(names[name])
            found = (
                rows.filter(chosen)
                if "SK_ID_CURR" in rows.collect_schema()
                else rows.join(loans, on="SK_ID_BUREAU", how="semi")
            )
            sink(found, target / names[name].name)


def with_pandas(folder: Path, kind: str, part: str) -> None:
    """Compute a part of the notebook's features with pandas."""
    from benchmarks import notebook  # noqa: PLC0415 - pandas is not counted where it is not used

    with bars(stderr=True) as step:
        step("Computing with pandas", 0, 1)
        found = notebook.features(folder / "fewer" / kind, part)
        found.to_parquet(folder / "pandas.parquet", index=False)
        step("Computing with pandas", 1, 1)


def with_ours(folder: Path, kind: str, _part: str) -> None:
    """Compute the same features with `ml.features`."""
    with bars(stderr=True) as step:
        names = pl.read_parquet_schema(folder / "pandas.parquet")  # what the notebook computed
        opened = tables.open_tables(folder / "fewer" / kind, progress=step)
        step("Computing some features", 0, 1)
        found = features.history(opened.frames, [c for c in names if c != "SK_ID_CURR"])
        found.write_parquet(folder / "subset.parquet")
        step("Computing some features", 1, 1)


def agreement(folder: Path) -> None:
    """Refuse to go on unless both ways gave the same values."""
    from benchmarks.agreement import disagreements  # noqa: PLC0415 - as above

    ours, theirs = (pl.read_parquet(folder / f"{name}.parquet") for name in ("subset", "pandas"))
    if apart := disagreements(ours, theirs):
        raise SystemExit(f"The values differ, by feature and number of clients: {apart}")


STEPS: Final[Mapping[str, Callable[..., None]]] = {
    step.__name__: step
    for step in (
        generate,
        features_from_parquet,
        features_from_csv,
        training,
        quick_training,
        scoring,
        fewer,
        with_pandas,
        with_ours,
        agreement,
    )
}


def _matrix(data: Path) -> None:
    with bars(stderr=True) as step:
        opened = tables.open_tables(data, progress=step)
        step("Computing features", 0, 1)
        features.matrix(opened.frames, opened.frames["application_train"])
        step("Computing features", 1, 1)


def _train(folder: Path, *, quick: bool) -> None:
    from ml.choosing import Options  # noqa: PLC0415 - not counted where it is not used
    from ml.training import train  # noqa: PLC0415 - as above

    with bars(stderr=True) as step:
        opened = tables.open_tables(folder / "parquet", progress=step)
        options = Options(quick=quick)
        train(opened, folder / "bundle", options, tracking=False, progress=step)


def _told(words: str, names: Iterable[str], step: Step) -> Iterable[str]:
    every = list(names)
    for done, name in enumerate(every):
        step(words, done, len(every))
        yield name
    step(words, len(every), len(every))


if __name__ == "__main__":
    name, folder, *arguments = sys.argv[1:]
    STEPS[name](Path(folder), *arguments)
