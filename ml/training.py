"""Training: from tables to a model bundle, honestly validated.

A hold-out of 20 % is set aside first. Everything that is chosen (features, number of trees,
calibration, cut-offs) is chosen on the other 80 %, from predictions for rows that the
predicting model has not seen. A model fitted on the 80 % is measured once on the hold-out. The
model that ships is then fitted, with all those choices as they are, on every labelled row.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ml import bundle as bundles
from ml import choosing, evidence, shipping
from ml.choosing import Options
from ml.decision import CutOffs
from ml.progress import Step
from ml.sample import prepare
from ml.tables import Tables
from ml.tracking import Tracker, TrackingError


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
    options: Options | None = None,
    *,
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
    options : Options, optional
        How it is trained.
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
    began = time.time()
    out, options, tell = Path(out), options or Options(), progress or _silent
    bundles.check_target(out)
    tracker = Tracker() if tracking else None
    sample = prepare(tables, tell)
    choices = choosing.choose(sample, options, tell)
    figures = evidence.gather(
        tables=tables, sample=sample, choices=choices, options=options, progress=tell
    )
    shipped = shipping.final_model(sample, choices, options, tell)
    content = shipping.manifest(
        shipped=shipped,
        sample=sample,
        choices=choices,
        options=options,
        figures=figures,
        tables=tables,
    )
    seconds = round(time.time() - began, 1)
    content["training"] |= {"created_at": datetime.now(UTC).isoformat(), "seconds": seconds}
    shipping.write(out, content, shipped=shipped, sample=sample, choices=choices, progress=tell)
    if tracker is not None:
        tell("Logging to MLflow", 0, 1)
        try:
            tracker.log(shipping.run(content, out, began))
        except TrackingError as error:
            raise TrackingError(f"The bundle is in {out}. {error}") from error
        tell("Logging to MLflow", 1, 1)
    return Trained(out, content["version"], choices.cut_offs, figures, seconds)


def _silent(_step: str, _done: int, _of: int) -> None:
    """Say nothing."""
