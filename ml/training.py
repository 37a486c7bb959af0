"""Training: from tables to a model bundle, honestly validated.

A hold-out of 20 % is set aside first and touched once, at the end. Everything that is chosen
(number of trees, calibration, cut-offs) is chosen on the other 80 %, from predictions for
rows that the predicting model has not seen.
"""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import polars as pl
from sklearn.model_selection import train_test_split

from ml import bundle as bundles
from ml import calibration, cost, fitting, metrics, report
from ml.bundle import BundleFeature
from ml.calibration import Calibration
from ml.decision import CutOffs
from ml.features import FEATURES, HISTORY_FINGERPRINT, matrix
from ml.progress import Step
from ml.schema import APPLICATION_LEVELS
from ml.tables import DataError, Tables

NAME = "home-credit-lightgbm"
SEED = 20
HOLD_OUT = 0.2
_FEWEST_DEFAULTS = 50
_REFERENCE_ROWS = 2_000
_LIBRARIES = ("lightgbm", "numpy", "polars", "scikit-learn")


@dataclass(frozen=True)
class Sample:
    """Rows as the model sees them.

    Attributes
    ----------
    X : array of float32, shape (n, n_features)
    y : array of int8, shape (n,)
        1 for a default.
    """

    features: tuple[BundleFeature, ...]
    X: np.ndarray
    y: np.ndarray

    @property
    def fingerprint(self) -> str:
        """SHA-256 over names and values."""
        digest = hashlib.sha256("\n".join(f.name for f in self.features).encode())
        digest.update(np.ascontiguousarray(self.X).data)
        digest.update(np.ascontiguousarray(self.y).data)
        return digest.hexdigest()

    def rows(self, index: np.ndarray) -> Sample:
        """Some of the rows."""
        return Sample(self.features, self.X[index], self.y[index])


@dataclass(frozen=True)
class Model:
    """A fitted model and what was learned on the way."""

    booster: lightgbm.Booster
    calibration: Calibration
    cut_offs: CutOffs
    params: dict[str, Any]
    rounds: int
    raw_oof: np.ndarray

    @property
    def pd_oof(self) -> np.ndarray:
        """Calibrated out-of-fold probabilities of default."""
        return self.calibration(self.raw_oof)

    def predict(self, X: np.ndarray) -> np.ndarray:  # noqa: N803 - the field's own name
        """Calibrated probabilities of default."""
        raw = self.booster.predict(X, raw_score=True, num_threads=self.params["num_threads"])
        return self.calibration(np.asarray(raw))


@dataclass(frozen=True)
class Trained:
    """The result of a training: where the bundle stands, and its figures."""

    path: Path
    version: str
    cut_offs: CutOffs
    metrics: dict[str, Any]
    seconds: float


def train(
    tables: Tables,
    out: Path,
    *,
    seed: int = SEED,
    tracking: bool = True,
    progress: Step | None = None,
) -> Trained:
    """Train a model on `application_train` and write its bundle.

    Parameters
    ----------
    tables : Tables
        Validated tables.
    out : Path
        Where the bundle shall stand; an older bundle there is replaced.
    seed : int
        Fixes splits, trees and resamples: two runs differ in timestamps only.
    tracking : bool
        Whether to log the run to MLflow.
    progress : callable, optional
        Called with the name of a step, how much is done and how much there is to do.

    Raises
    ------
    DataError
        If there are no labelled applications, or too few to learn from.
    BundleError
        If something other than a bundle stands at `out`.
    TrackingError
        If the run could not be logged; the bundle is written all the same.
    """
    started = time.monotonic()
    out = Path(out)
    tell = progress or _silent
    bundles.check_target(out)
    run = _start_run() if tracking else None
    sample = prepare(tables, tell)
    known, held = _split(sample, seed)
    model = fit(known, seed, tell)
    figures = _figures(model, known, held, seed)
    manifest = _manifest(model, sample, figures, tables, seed)
    seconds = round(time.monotonic() - started, 1)
    manifest["training"] |= {"created_at": datetime.now(UTC).isoformat(), "seconds": seconds}
    _write(out, model, known, held, manifest=manifest, progress=tell)
    if run is not None:
        tell("Logging to MLflow", 0, 1)
        run(manifest, out)
        tell("Logging to MLflow", 1, 1)
    return Trained(out, manifest["version"], model.cut_offs, figures, seconds)


def prepare(tables: Tables, progress: Step) -> Sample:
    """Compute the features of all labelled applications.

    Raises
    ------
    DataError
        If there are none, or too few of one outcome.
    """
    if "application_train" not in tables.frames:
        raise DataError("application_train is missing, and nothing can be learned without it.")
    progress("Computing features", 0, 1)
    frame = matrix(tables.frames, tables.frames["application_train"]).collect(engine="streaming")
    y = frame["TARGET"].to_numpy().astype(np.int8)
    for outcome, words in ((1, "defaults"), (0, "repaid loans")):
        if (found := int((y == outcome).sum())) < _FEWEST_DEFAULTS:
            raise DataError(
                f"application_train: TARGET holds {found} {words}, and at least "
                f"{_FEWEST_DEFAULTS} are needed to learn from."
            )
    features = _features(frame)
    X = bundles.encode(frame, features)
    progress("Computing features", 1, 1)
    return Sample(features, X, y)


def fit(known: Sample, seed: int, progress: Step) -> Model:
    """Cross-validate, calibrate, choose cut-offs, then fit on all rows of `known`."""
    params = fitting.parameters(len(known.y), seed)
    categorical = [j for j, feature in enumerate(known.features) if feature.levels is not None]
    data = fitting.dataset(known.X, known.y, categorical, params)
    found = fitting.cross_validate(
        known.X, known.y, data, params, lambda done, of: progress("Cross-validating", done, of)
    )
    calibrated = calibration.fit(found.raw, known.y)
    rounds = round(float(np.mean(found.rounds)))
    booster = fitting.final_model(
        data, params, rounds, lambda done, of: progress("Fitting the final model", done, of)
    )
    return Model(
        booster=booster,
        calibration=calibrated,
        cut_offs=cost.choose_cut_offs(calibrated(found.raw), known.y, seed=seed),
        params=params,
        rounds=rounds,
        raw_oof=found.raw,
    )


def _split(sample: Sample, seed: int) -> tuple[Sample, Sample]:
    known, held = train_test_split(
        np.arange(len(sample.y)), test_size=HOLD_OUT, stratify=sample.y, random_state=seed
    )
    return sample.rows(np.sort(known)), sample.rows(np.sort(held))


def _features(frame: pl.DataFrame) -> tuple[BundleFeature, ...]:
    """The model's columns: every feature; text with the levels it may have."""
    return tuple(
        BundleFeature(
            name,
            feature.label,
            feature.concept,
            _levels(frame[name]) if feature.categorical else None,
        )
        for name, feature in FEATURES.items()
    )


def _levels(values: pl.Series) -> tuple[str, ...]:
    """Known levels in their order, then any others seen."""
    known = APPLICATION_LEVELS.get(values.name, ())
    others = sorted(set(values.drop_nulls().unique().to_list()) - set(known))
    return (*known, *others)


def _figures(model: Model, known: Sample, held: Sample, seed: int) -> dict[str, Any]:
    """Figures out of fold and on the hold-out, which is touched here and nowhere before."""
    cut_off = model.cut_offs.cost_optimal
    pd_held = model.predict(held.X)
    band = (pd_held >= model.cut_offs.refer_from) & (pd_held < model.cut_offs.decline_from)
    return {
        "out_of_fold": metrics.evaluate(model.pd_oof, known.y, cut_off, seed=seed),
        "hold_out": metrics.evaluate(pd_held, held.y, cut_off, seed=seed),
        "referred_share": float(band.mean()),
        "trees": model.rounds,
    }


def _manifest(
    model: Model, sample: Sample, figures: dict[str, Any], tables: Tables, seed: int
) -> dict[str, Any]:
    text = model.booster.model_to_string(num_iteration=-1)
    label = hashlib.sha256((text + repr(model.calibration) + repr(model.cut_offs)).encode())
    return {
        "format": bundles.FORMAT,
        "name": NAME,
        "version": label.hexdigest()[:12],
        "features": bundles.describe(sample.features),
        "calibration": asdict(model.calibration),
        "cut_offs": asdict(model.cut_offs),
        "cost_ratio": cost.RATIO,
        "metrics": figures,
        "history_fingerprint": HISTORY_FINGERPRINT,
        "data": {
            "fingerprint": sample.fingerprint,
            "applications": len(sample.y),
            "default_rate": float(sample.y.mean()),
            "missing_tables": tables.missing,
        },
        "training": {"seed": seed, "folds": fitting.FOLDS, "hold_out": HOLD_OUT}
        | {"parameters": model.params},
        "libraries": {name: version(name) for name in _LIBRARIES}
        | {"python": platform.python_version()},
    }


def _write(
    out: Path,
    model: Model,
    known: Sample,
    held: Sample,
    *,
    manifest: dict[str, Any],
    progress: Step,
) -> None:
    def fill(folder: Path) -> None:
        text = model.booster.model_to_string(num_iteration=-1)
        (folder / bundles.MODEL).write_text(text, encoding="utf-8")
        _reference(model, known).write_parquet(folder / bundles.REFERENCE)
        gain = model.booster.feature_importance("gain")
        shown = report.Findings(
            manifest=manifest,
            booster=model.booster,
            features=known.features,
            X=known.X[_some_rows(model, known)],
            oof=(model.pd_oof, known.y),
            hold_out=(model.predict(held.X), held.y),
            importance=gain[None, :] / max(gain.sum(), 1e-12),
        )
        report.write(folder / bundles.REPORT, shown, progress)

    bundles.write(out, manifest, fill)


def _reference(model: Model, known: Sample) -> pl.DataFrame:
    """Training rows for drift: features as the model saw them, PD out of fold, outcome."""
    rows = _some_rows(model, known)
    columns = {
        feature.name: _decoded(feature, known.X[rows, j])
        for j, feature in enumerate(known.features)
    }
    return pl.DataFrame(columns).with_columns(
        pl.Series("PD", model.pd_oof[rows]), pl.Series("TARGET", known.y[rows])
    )


def _some_rows(model: Model, known: Sample) -> np.ndarray:
    """The training rows kept for drift, which the report explains too."""
    rng = np.random.default_rng(model.params["seed"])
    size = min(_REFERENCE_ROWS, len(known.y))
    return np.sort(rng.choice(len(known.y), size=size, replace=False))


def _decoded(feature: BundleFeature, values: np.ndarray) -> pl.Series:
    if feature.levels is None:
        return pl.Series(feature.name, values, pl.Float32).fill_nan(None)
    return pl.Series(feature.name, [feature.value(value) for value in values], pl.String)


def _start_run() -> Callable[[dict[str, Any], Path], None]:
    from ml import tracking  # noqa: PLC0415 - mlflow takes seconds to import, and is optional

    return tracking.start()


def _silent(_step: str, _done: int, _of: int) -> None:
    """Say nothing."""
