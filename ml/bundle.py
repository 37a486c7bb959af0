"""The model bundle: what training hands to serving.

A directory without any pickle (loading one runs code): `model.txt` (LightGBM's text),
`bundle.json` (features, calibration, cut-offs, metrics, and the SHA-256 of every other
file), `reference.parquet` (a sample of training rows, for drift) and `report/`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import polars as pl

from ml import features as catalogue
from ml.calibration import Calibration
from ml.concepts import Concept
from ml.decision import CutOffs, Outcome
from ml.features import FEATURES, HISTORY_FINGERPRINT
from ml.features.groups import Group

FORMAT = 2
MANIFEST = "bundle.json"
MODEL = "model.txt"
REFERENCE = "reference.parquet"
REPORT = "report"

# What `Bundle.score` gives for each application.
SCORES = pl.Schema({"SK_ID_CURR": pl.Int64(), "PD": pl.Float64(), "DECISION": pl.String()})


class BundleError(Exception):
    """A bundle that cannot be used; the message is one clear sentence."""


@dataclass(frozen=True)
class BundleFeature:
    """A column of the model, in the words it was trained with.

    Attributes
    ----------
    levels : tuple of str or None
        Levels of a text feature, in the order of their codes; None for a number.
    group : Group or None
        What it was fitted to, where it compares the applicant with a group.
    """

    name: str
    label: str
    concept: Concept
    levels: tuple[str, ...] | None = None
    group: Group | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The computed features it comes from."""
        return (self.name,) if self.group is None else self.group.needs

    def code(self, value: str | None) -> float:
        """Code of a level; NaN where it is unknown.

        >>> BundleFeature("F", "F", Concept.AGE, ("N", "Y")).code("Y")
        1.0
        """
        if self.levels is None or value not in self.levels:
            return np.nan
        return float(self.levels.index(value))

    def number(self, row: Mapping[str, float | str | None]) -> float:
        """The number the model sees for one row of features; NaN where it is not known."""
        value = row[self.name] if self.group is None else self.group.of(row)
        if self.levels is not None or value is None or isinstance(value, str):
            return self.code(value if isinstance(value, str) else None)
        return value

    def value(self, number: float) -> float | str | None:
        """The value behind a number the model saw; None where it was not known."""
        if np.isnan(number):
            return None
        return float(number) if self.levels is None else self.levels[int(number)]


@dataclass(frozen=True)
class Bundle:
    """A loaded model: from features to a probability of default, a decision and reasons.

    Attributes
    ----------
    sha256 : str
        Hash of `bundle.json`, which holds the hashes of all other files.
    """

    path: Path
    name: str
    version: str
    features: tuple[BundleFeature, ...]
    calibration: Calibration
    cut_offs: CutOffs
    cost_ratio: float
    metrics: dict[str, Any]
    history_fingerprint: str
    sha256: str
    manifest: dict[str, Any] = field(repr=False)
    booster: lightgbm.Booster = field(repr=False, compare=False)

    @classmethod
    def load(cls, path: Path) -> Bundle:
        """Verify every file of a bundle by its hash, then load it.

        Raises
        ------
        BundleError
            If the bundle is absent, damaged, or made for other features.
        """
        path = Path(path)
        manifest, sha256 = _manifest(path)
        try:
            _verify(path, manifest["files"])
            features = tuple(_feature(entry) for entry in manifest["features"])
            bundle = cls(
                path=path,
                name=manifest["name"],
                version=manifest["version"],
                features=features,
                calibration=Calibration(**manifest["calibration"]),
                cut_offs=CutOffs(**manifest["cut_offs"]),
                cost_ratio=float(manifest["cost_ratio"]),
                metrics=manifest["metrics"],
                history_fingerprint=manifest["history_fingerprint"],
                sha256=sha256,
                manifest=manifest,
                booster=_booster(path / MODEL),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BundleError(f"{path / MANIFEST} is not a valid bundle: {error!r}.") from error
        bundle._check()
        return bundle

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The computed features that the model's columns come from."""
        return tuple(dict.fromkeys(name for feature in self.features for name in feature.needs))

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The raw columns of the application that they come from."""
        return catalogue.reads(self.needs)

    def row(
        self,
        application: Mapping[str, object],
        history: Sequence[float] | np.ndarray | None,
    ) -> np.ndarray:
        """Compute what the model sees of one application; see `ml.features.row`.

        Returns
        -------
        array of float32, shape (1, n_features)
        """
        found = catalogue.row(application, history, self.needs)
        return np.array([[feature.number(found) for feature in self.features]], dtype=np.float32)

    def encode(self, frame: pl.DataFrame) -> np.ndarray:
        """Turn features into what the model sees.

        Parameters
        ----------
        frame : polars.DataFrame
            Holds at least the bundle's features, as `ml.features` computes them.

        Returns
        -------
        array of float32, shape (n_rows, n_features)
            Levels as codes; NaN for null and for levels not seen in training.
        """
        return encode(frame, self.features)

    def raw_score(self, X: np.ndarray) -> np.ndarray:
        """Log-odds of default before calibration, shape (n_rows,)."""
        return np.asarray(self.booster.predict(X, raw_score=True, num_threads=1), dtype=np.float64)

    def calibrate(self, raw: np.ndarray) -> np.ndarray:
        """Probability of default for raw scores, shape (n_rows,)."""
        return self.calibration(raw)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Calibrated probability of default, shape (n_rows,)."""
        return self.calibrate(self.raw_score(X))

    def contributions(self, X: np.ndarray) -> np.ndarray:
        """SHAP values on the raw-score scale.

        Returns
        -------
        array of float64, shape (n_rows, n_features + 1)
            The last column is the base value; each row adds up to its raw score.
        """
        values = self.booster.predict(X, pred_contrib=True, num_threads=1)
        return np.asarray(values, dtype=np.float64)

    def decide(self, pd: float) -> Outcome:
        """Recommend approve, refer or decline for a probability of default."""
        return self.cut_offs.decide(pd)

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Score and decide applications.

        Parameters
        ----------
        frame : polars.DataFrame
            As `ml.features.matrix` computes it.

        Returns
        -------
        polars.DataFrame
            The columns of `SCORES` (client, probability of default, decision), in the same order.
        """
        pd = self.predict(self.encode(frame))
        decisions = [self.decide(value).value for value in pd]
        columns = {"SK_ID_CURR": frame["SK_ID_CURR"], "PD": pd, "DECISION": decisions}
        return pl.DataFrame(columns, schema=SCORES)

    def reference(self) -> pl.DataFrame:
        """Sample of training rows: features, `PD` and `TARGET`."""
        return pl.read_parquet(self.path / REFERENCE)

    def _check(self) -> None:
        if unknown := next((name for name in self.needs if name not in FEATURES), None):
            raise BundleError(
                f"{self.path} was trained with the feature {unknown}, "
                "which this version of the product does not compute."
            )
        if self.history_fingerprint != HISTORY_FINGERPRINT:
            raise BundleError(
                f"{self.path} was trained with other history features than this version of the "
                "product computes; train it again."
            )
        if self.booster.num_feature() != len(self.features):
            raise BundleError(
                f"{self.path} names {len(self.features)} features, but its model has "
                f"{self.booster.num_feature()}."
            )


def encode(frame: pl.DataFrame, features: tuple[BundleFeature, ...]) -> np.ndarray:
    """Turn features into a float32 matrix, in the order of `features`."""
    encoded = frame.select(_encoded(feature).alias(feature.name) for feature in features)
    return encoded.to_numpy(order="c")


def _encoded(feature: BundleFeature) -> pl.Expr:
    if feature.group is not None:
        return feature.group.column().cast(pl.Float32)
    if feature.levels is None:
        return pl.col(feature.name).cast(pl.Float32)
    codes = list(map(float, range(len(feature.levels))))
    return pl.col(feature.name).replace_strict(
        list(feature.levels), codes, default=None, return_dtype=pl.Float32
    )


def write(
    path: Path, manifest: Mapping[str, Any], fill: Callable[[Path], None], *, replace: bool = True
) -> None:
    """Write a bundle so that it appears complete or not at all.

    Parameters
    ----------
    path : Path
        Where the bundle shall stand; an older bundle there is replaced.
    manifest : mapping
        Content of `bundle.json` without the files' hashes.
    fill : callable
        Writes all other files into the folder it is given.

    Raises
    ------
    BundleError
        If something other than a bundle stands there.
    """
    path = Path(path)
    check_target(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        folder.chmod(0o755)
        fill(folder)
        files = sorted(p for p in folder.rglob("*") if p.is_file())
        hashes = {str(p.relative_to(folder).as_posix()): _sha256(p) for p in files}
        text = json.dumps({**manifest, "files": hashes}, indent=1, allow_nan=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
        _swap(folder, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_target(path: Path) -> None:
    """Refuse to write a bundle over anything but a bundle or an empty folder.

    Raises
    ------
    BundleError
        Naming the path.
    """
    if not path.exists() or (path / MANIFEST).is_file():
        return
    if not path.is_dir() or any(path.iterdir()):
        raise BundleError(f"{path} exists and is not a model bundle; it will not be overwritten.")


def describe(features: tuple[BundleFeature, ...]) -> list[dict[str, Any]]:
    """The features as `bundle.json` holds them."""
    return [asdict(feature) for feature in features]


def _swap(folder: Path, path: Path) -> None:
    if path.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{path.name}.old.", dir=path.parent))
        path.rename(old / path.name)
        folder.rename(path)
        shutil.rmtree(old, ignore_errors=True)
    else:
        folder.rename(path)


def _manifest(path: Path) -> tuple[dict[str, Any], str]:
    try:
        data = (path / MANIFEST).read_bytes()
        manifest = json.loads(data)
    except OSError as error:
        raise BundleError(
            f"{path} is not a model bundle: it has no readable {MANIFEST}."
        ) from error
    except ValueError as error:
        raise BundleError(f"{path / MANIFEST} is damaged: {error}.") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BundleError(f"{path / MANIFEST} is not of the bundle format {FORMAT}.")
    return manifest, hashlib.sha256(data).hexdigest()


def _verify(path: Path, files: Mapping[str, str]) -> None:
    for needed in (MODEL, REFERENCE):
        if needed not in files:
            raise BundleError(f"{path / MANIFEST} does not list {needed}.")
    for name, expected in files.items():
        try:
            actual = _sha256(path / name)
        except OSError as error:
            raise BundleError(f"{path} is damaged: {name} is missing or unreadable.") from error
        if actual != expected:
            raise BundleError(f"{path} is damaged: {name} is not the file that was trained.")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _feature(entry: Mapping[str, Any]) -> BundleFeature:
    levels = entry["levels"]
    group = entry["group"]
    return BundleFeature(
        name=entry["name"],
        label=entry["label"],
        concept=Concept(entry["concept"]),
        levels=None if levels is None else tuple(levels),
        group=None if group is None else Group(**group | {"by": tuple(group["by"])}),
    )


def _booster(file: Path) -> lightgbm.Booster:
    try:
        return lightgbm.Booster(model_str=file.read_text(encoding="utf-8"))
    except (lightgbm.basic.LightGBMError, OSError, UnicodeDecodeError) as error:
        raise BundleError(f"{file} is not a LightGBM model: {error}.") from error
