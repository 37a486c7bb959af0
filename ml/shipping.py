"""The bundle of a trained model: the model that ships, its manifest, reference and report."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ml import bundle as bundles
from ml import cost, fitting, report, similar, validation
from ml.bundle import BundleFeature
from ml.choosing import HOLD_OUT, Choices, Options
from ml.features import FEATURES, HISTORY_FINGERPRINT
from ml.progress import Step
from ml.sample import Design, Sample
from ml.tables import Tables
from ml.tracking import Run
from ml.validation import Boosted, Validation

NAME = "home-credit-lightgbm"
_REFERENCE_ROWS = 2_000
# What simulations and fairness reports tell applicants apart by, besides protected attributes.
_TOLD_APART_BY = {*similar.FACTS, "NAME_CONTRACT_TYPE", "BUREAU_COUNT", "PREV_COUNT"}
_LIBRARIES = ("lightgbm", "numpy", "polars", "scikit-learn")


def final_model(sample: Sample, choices: Choices, options: Options, progress: Step) -> Boosted:
    """Fit the chosen columns and number of trees on every labelled row."""
    rows = np.arange(len(sample.y))
    design = sample.design(rows, protected=options.protected).only(choices.selection.kept)
    params, rounds = choices.model.params, choices.model.rounds
    data = fitting.dataset(design, rows, sample.y, params)
    booster = fitting.fit(
        data, params, rounds, lambda done, of: progress("Fitting the model that ships", done, of)
    )
    return Boosted(design, booster, params, rounds)


def manifest(
    *,
    shipped: Boosted,
    sample: Sample,
    choices: Choices,
    options: Options,
    figures: dict[str, Any],
    tables: Tables,
) -> dict[str, Any]:
    """What `bundle.json` says, but for timestamps and the files' hashes."""
    text = shipped.booster.model_to_string(num_iteration=-1)
    label = hashlib.sha256((text + repr(choices.calibration) + repr(choices.cut_offs)).encode())
    return {
        "format": bundles.FORMAT,
        "name": NAME,
        "version": label.hexdigest()[:12],
        "features": bundles.describe(shipped.design.features),
        "calibration": asdict(choices.calibration),
        "cut_offs": asdict(choices.cut_offs),
        "cost_ratio": cost.RATIO,
        "metrics": figures,
        "history_fingerprint": HISTORY_FINGERPRINT,
        "data": {
            "fingerprint": sample.fingerprint,
            "applications": len(sample.y),
            "default_rate": float(sample.y.mean()),
            "missing_tables": tables.missing,
        },
        "training": {
            "seed": options.seed,
            "folds": validation.FOLDS,
            "hold_out": HOLD_OUT,
            "protected": options.protected,
            "parameters": shipped.params,
        },
        "libraries": {name: version(name) for name in _LIBRARIES}
        | {"python": platform.python_version()},
    }


def write(
    out: Path,
    content: dict[str, Any],
    *,
    shipped: Boosted,
    sample: Sample,
    choices: Choices,
    progress: Step,
) -> None:
    """Write the bundle so that it appears complete or not at all.

    Parameters
    ----------
    out : Path
        Where it shall stand; an older bundle there is replaced.
    content : dict
        Of `bundle.json`, without the files' hashes.
    """

    def fill(folder: Path) -> None:
        text = shipped.booster.model_to_string(num_iteration=-1)
        (folder / bundles.MODEL).write_text(text, encoding="utf-8")
        places = _reference_places(choices)
        rows, pd = choices.known[places], choices.validation.pd[places]
        reference = _reference(shipped.design, sample, rows, pd)
        reference.write_parquet(folder / bundles.REFERENCE)
        findings = report.Findings(
            manifest=content,
            booster=shipped.booster,
            features=shipped.design.features,
            X=shipped.design.take(rows),
            oof=(choices.validation.pd, sample.y[choices.known]),
            hold_out=(choices.pd_held, sample.y[choices.held]),
            importance=_importance(shipped.design, choices.validation),
        )
        report.write(folder / bundles.REPORT, findings, progress)

    bundles.write(out, content, fill)


def run(content: dict[str, Any], bundle: Path, began: float) -> Run:
    """The training as a run for MLflow, with the bundle as its artifacts."""
    figures, training, data = content["metrics"], content["training"], content["data"]
    # Out of fold under the names that experiments use, so that all runs compare.
    parts = {"": figures["out_of_fold"], "hold_out.": figures["hold_out"]}
    numbers = {
        f"{prefix}{name}": value for prefix, part in parts.items() for name, value in _flat(part)
    }
    return Run(
        name=f"{content['name']} {content['version']}",
        began=began,
        metrics=numbers
        | content["cut_offs"]
        | {name: figures[name] for name in ("trees", "referred_share")}
        | {"seconds": training["seconds"], "features": len(content["features"])},
        params=training["parameters"]
        | {
            "family": "lightgbm",
            "data_fingerprint": data["fingerprint"],
            "applications": data["applications"],
            "folds": training["folds"],
            "cost_ratio": content["cost_ratio"],
            "protected": training["protected"],
        },
        folder=bundle,
    )


def _flat(figures: dict[str, float | list[float]]) -> Iterator[tuple[str, float]]:
    for name, value in figures.items():
        if isinstance(value, list):
            yield f"{name}.low", value[0]
            yield f"{name}.high", value[1]
        else:
            yield name, value


def _importance(design: Design, found: Validation) -> np.ndarray:
    """Each fold's share of gain, shape (folds, n_features); 0 where a fold dropped a feature."""
    shares = np.zeros((len(found.folds), len(design.features)))
    for k, fold in enumerate(found.folds):
        if isinstance(fold.scorer, Boosted):
            gain = fold.scorer.booster.feature_importance("gain")
            by_name = dict(zip(fold.design.names, gain / max(gain.sum(), 1e-12), strict=True))
            shares[k] = [by_name.get(name, 0.0) for name in design.names]
    return shares


def _reference_places(choices: Choices) -> np.ndarray:
    """Places in the known rows that the reference sample is drawn from."""
    rng = np.random.default_rng(choices.model.params["seed"])
    size = min(_REFERENCE_ROWS, len(choices.known))
    return np.sort(rng.choice(len(choices.known), size=size, replace=False))


def _reference(design: Design, sample: Sample, rows: np.ndarray, pd: np.ndarray) -> pl.DataFrame:
    """Training rows for drift, simulations, fairness and comparison with past loans.

    Features as the model saw them; beside them what else applicants and loans are told apart
    by; PD out of fold, outcome.
    """
    X = design.take(rows)
    columns = [_decoded(feature, X[:, j]) for j, feature in enumerate(design.features)]
    beside = [
        _decoded(feature, sample.column(feature.name)[rows])
        for feature in sample.features
        if (FEATURES[feature.name].protected or feature.name in _TOLD_APART_BY)
        and feature.name not in design.names
    ]
    return pl.DataFrame(
        [*columns, *beside, pl.Series("PD", pd), pl.Series("TARGET", sample.y[rows])]
    )


def _decoded(feature: BundleFeature, values: np.ndarray) -> pl.Series:
    if feature.levels is None:
        return pl.Series(feature.name, values, pl.Float32).fill_nan(None)
    return pl.Series(feature.name, [feature.value(value) for value in values], pl.String)
