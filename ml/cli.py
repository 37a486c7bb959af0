"""The command line `python -m ml`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from ml import cluster, features, tables
from ml.bundle import Bundle, BundleError
from ml.cluster import ClusterError, Written
from ml.progress import Step, bars
from ml.tables import DataError, Tables
from ml.tracking import Tracker, TrackingError

if TYPE_CHECKING:
    from ml.experiments import Bench, Trial
    from ml.training import Trained

app = typer.Typer(
    help="Make data, compute features, train and apply the credit score.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_DATA = typer.Option(
    "--data",
    help="Folder or zip in Kaggle's layout; each table as .csv, .csv.gz, .zip or .parquet.",
    show_default=False,
)

_SEED = typer.Option("--seed", help="Same seed, same result.")
_TRACKING = typer.Option("--tracking/--no-tracking", help="Log runs to MLflow.")


class Format(StrEnum):
    """How tables are written."""

    CSV = "csv"
    PARQUET = "parquet"


class Engine(StrEnum):
    """Where features and scores are computed."""

    LOCAL = "local"
    SPARK = "spark"


_ENGINE = typer.Option("--engine", help="One machine, or a Spark cluster; see docs/cluster.md.")


@app.command()
def synthesize(
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the tables.")],
    applicants: Annotated[
        int, typer.Option("--applicants", min=1, help="Number of applicants.")
    ] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same tables.")] = 20,
    format_: Annotated[
        Format, typer.Option("--format", help="How the tables are written.")
    ] = Format.CSV,
) -> None:
    """Make synthetic tables that look like Home Credit's, with no real person in them."""
    from ml import synthesis  # noqa: PLC0415 - the other commands do without it

    with _told(), bars(stderr=True) as step:
        synthesis.synthesize(
            applicants=applicants,
            out=out,
            seed=seed,
            progress=lambda done, of: step("Making tables", done, of),
            format=format_.value,
        )
    _say(f"{applicants:,} applicants are in {out}.")


@app.command("features")
def compute_features(
    *,
    data: Annotated[str, _DATA],
    out: Annotated[str, typer.Option("--out", help="Parquet file; with Spark, a new folder.")],
    engine: Annotated[Engine, _ENGINE] = Engine.LOCAL,
) -> None:
    """Compute every feature of every application and write them as Parquet."""
    with _told(), bars(stderr=True) as step:
        if engine is Engine.SPARK:
            written = cluster.write_features(data, out, progress=step)
        else:
            written = _write_features(Path(data), Path(out), step)
    _report_missing(written)
    _say(f"{written.rows:,} applications with {len(features.FEATURES)} features are in {out}.")


@app.command()
def train(
    *,
    data: Annotated[Path, _DATA],
    out: Annotated[Path, typer.Option("--out", help="Folder for the model bundle.")],
    seed: Annotated[int, _SEED] = 20,
    parameters: Annotated[
        Path | None,
        typer.Option("--parameters", help="JSON file of LightGBM parameters, as `tune` writes."),
    ] = None,
    most: Annotated[
        int, typer.Option("--most-features", min=1, help="How many features to keep at the most.")
    ] = 354,
    include_protected: Annotated[
        bool,
        typer.Option(
            "--include-protected",
            help="Let gender, family status and what reveals them into the model.",
        ),
    ] = False,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Choose on fewer splits; no other seeds, learning curve or price of protection.",
        ),
    ] = False,
    tracking: Annotated[bool, _TRACKING] = True,
) -> None:
    """Train a model on application_train, validate it, and write its bundle."""
    from ml import training  # noqa: PLC0415 - brings scikit-learn along
    from ml.choosing import Options  # noqa: PLC0415 - the same

    with _told(), bars(stderr=True) as step:
        options = Options(
            seed=seed,
            protected=include_protected,
            parameters=_parameters(parameters) if parameters else None,
            most=most,
            quick=quick,
        )
        opened = tables.open_tables(data, progress=step)
        trained = training.train(opened, out, options, tracking=tracking, progress=step)
    _report_missing(opened)
    _print_figures(trained)


@app.command()
def compare(
    *,
    data: Annotated[Path, _DATA],
    families: Annotated[
        list[str] | None,
        typer.Option("--family", help="May be given several times; all families if never."),
    ] = None,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, help="How many seeds to repeat each family with.")
    ] = 3,
    everything: Annotated[
        bool, typer.Option("--all-rows", help="Use the rows of train's hold-out too.")
    ] = False,
    tracking: Annotated[bool, _TRACKING] = True,
) -> None:
    """Cross-validate families of models under one protocol, and log every run."""
    from ml import experiments  # noqa: PLC0415 - brings scikit-learn along
    from ml.families import FAMILIES  # noqa: PLC0415 - the same

    names = families or list(FAMILIES)
    if unknown := next((name for name in names if name not in FAMILIES), None):
        raise typer.BadParameter(f"{unknown!r} is none of {', '.join(FAMILIES)}.")
    with _told(), bars(stderr=True) as step:
        bench = _bench(data, 20, step, everything=everything, tracking=tracking)
        found = experiments.compare(bench, names=names, seeds=range(seeds), progress=step)
    _print_families(found)


@app.command()
def tune(
    *,
    data: Annotated[Path, _DATA],
    trials: Annotated[
        int, typer.Option("--trials", min=1, help="Finished trials the study shall have.")
    ] = 40,
    out: Annotated[Path, typer.Option("--out", help="JSON file for the best parameters.")] = Path(
        "parameters.json"
    ),
    seed: Annotated[int, _SEED] = 20,
    tracking: Annotated[bool, _TRACKING] = True,
) -> None:
    """Search LightGBM parameters; what was interrupted goes on where it stopped."""
    from ml import experiments  # noqa: PLC0415 - brings scikit-learn along

    with _told(), bars(stderr=True) as step:
        bench = _bench(data, seed, step, everything=False, tracking=tracking)
        study = experiments.tune(bench, trials=trials, seed=seed, progress=step)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(study.best_params, indent=2) + "\n", encoding="utf-8")
    _say(
        f"Best of {len(study.trials)} trials: AUC {study.best_value:.4f}, cost per applicant "
        f"{study.best_trial.user_attrs['cost_per_applicant']:.4f}. Its parameters are in {out}; "
        f"`python -m ml train --parameters {out}` uses them."
    )


@app.command()
def score(
    *,
    bundle: Annotated[Path, typer.Option("--bundle", help="Folder of the model bundle.")],
    data: Annotated[str, _DATA],
    out: Annotated[str, typer.Option("--out", help="Parquet file; with Spark, a new folder.")],
    engine: Annotated[Engine, _ENGINE] = Engine.LOCAL,
) -> None:
    """Score application_test, or application_train where there is no test table.

    Writes one row per application: SK_ID_CURR, PD (probability of default), DECISION.
    """
    with _told(), bars(stderr=True) as step:
        if engine is Engine.SPARK:
            written = cluster.write_scores(bundle, data, out, progress=step)
        else:
            written = _write_scores(bundle, Path(data), Path(out), step)
    _report_missing(written)
    _say(f"{written.rows:,} applications of {written.applications[0]} are scored in {out}.")


def _bench(path: Path, seed: int, step: Step, *, everything: bool, tracking: bool) -> Bench:
    from ml import choosing, experiments, sample  # noqa: PLC0415 - brings scikit-learn along

    tracker = Tracker() if tracking else None
    learned = sample.prepare(tables.open_tables(path, progress=step), step)
    known, held = choosing.split(learned, seed)
    rows = np.sort(np.append(known, held)) if everything else known
    return experiments.Bench(learned, rows, tracker)


def _parameters(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path} is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise DataError(f"{path} should hold one JSON object of LightGBM parameters.")
    return found


def _write_features(data: Path, out: Path, step: Step) -> Written:
    opened = tables.open_tables(data, progress=step)
    step("Computing features", 0, 1)
    names = tuple(t for t in ("application_train", "application_test") if t in opened.frames)
    applications = pl.concat([opened.frames[name] for name in names], how="diagonal")
    frame = features.matrix(opened.frames, applications)
    _write_parquet(frame, out)
    step("Computing features", 1, 1)
    return Written(frame.height, names, opened.missing)


def _write_scores(bundle: Path, data: Path, out: Path, step: Step) -> Written:
    model = Bundle.load(bundle)
    opened = tables.open_tables(data, progress=step)
    name = next(t for t in ("application_test", "application_train") if t in opened.frames)
    step("Scoring", 0, 2)
    frame = features.matrix(opened.frames, opened.frames[name])
    step("Scoring", 1, 2)
    scores = model.score(frame)
    _write_parquet(scores, out)
    step("Scoring", 2, 2)
    return Written(scores.height, (name,), opened.missing)


def _write_parquet(frame: pl.DataFrame, out: Path) -> None:
    """Write a file so that it appears complete or not at all."""
    if out.is_dir():
        raise DataError(f"{out} is a folder, but --out names the file to write.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
        file = Path(folder) / out.name
        frame.write_parquet(file)
        file.replace(out)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what went wrong into one sentence and exit code 2."""
    try:
        yield
    except (DataError, BundleError, ClusterError, TrackingError) as error:
        message = str(error)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        message = f"{error.strerror or error}{where}."
    else:
        return
    Console(stderr=True, soft_wrap=True, highlight=False).print(message, markup=False)
    raise typer.Exit(2)


def _print_figures(trained: Trained) -> None:
    table = Table(title=f"Model {trained.version} in {trained.path}")
    for heading in ("", "Out of fold", "Hold-out"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, words in (
        ("auc", "AUC"),
        ("cost_per_applicant", "Cost per applicant"),
        ("brier", "Brier score"),
        ("ece", "Calibration error"),
    ):
        parts = (trained.metrics["out_of_fold"], trained.metrics["hold_out"])
        table.add_row(words, *(_with_interval(part, name) for part in parts))
    cut_offs = trained.cut_offs
    table.add_section()
    table.add_row("Cut-off of lowest cost", f"{cut_offs.cost_optimal:.4f}")
    table.add_row(
        "Refer / decline from", f"{cut_offs.refer_from:.4f} / {cut_offs.decline_from:.4f}"
    )
    table.add_row("Trees, seconds", f"{trained.metrics['trees']}, {trained.seconds}")
    Console().print(table)


def _print_families(found: dict[str, list[Trial]]) -> None:
    first = next(iter(found.values()))
    table = Table(title=f"Out of fold, mean and spread over {len(first)} seeds")
    table.add_column("Family", no_wrap=True)
    for heading in ("AUC", "Lowest cost", "Brier score", "Seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, trials in found.items():
        cells = []
        for figure, digits in (("auc", 4), ("cost_per_applicant", 4), ("brier", 4), ("seconds", 0)):
            values = [trial.metrics[figure] for trial in trials]
            cells.append(f"{np.mean(values):.{digits}f} ± {np.std(values):.{digits}f}")
        table.add_row(name, *cells)
    Console().print(table)


def _with_interval(part: dict[str, Any], name: str) -> str:
    low, high = part[f"{name}_interval"]
    return f"{part[name]:.4f} ({low:.4f} to {high:.4f})"


def _report_missing(read: Tables | Written) -> None:
    absent = [name for name in read.missing if not name.startswith("application")]
    if absent:
        _say(f"Done without {', '.join(absent)}, absent from the data.")


def _say(message: str) -> None:
    Console(soft_wrap=True, highlight=False).print(message, markup=False)
