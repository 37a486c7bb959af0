"""Every training run in MLflow: figures, time, parameters, data fingerprint, plots.

The store is a SQLite file in the state folder, or what `MLFLOW_TRACKING_URI` names.
Importing mlflow and creating its store takes seconds, so both happen in a thread while
LightGBM works.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXPERIMENT = "home-credit"


class TrackingError(Exception):
    """A run that could not be logged; the message is one clear sentence."""


@dataclass(frozen=True)
class Run:
    """One run as MLflow keeps it.

    Attributes
    ----------
    began : float
        Seconds since the epoch.
    metrics : dict of str to float
    params : dict
        Logged as text.
    folder : Path
        Its files become the run's artifacts.
    """

    name: str
    began: float
    metrics: dict[str, float]
    params: dict[str, Any]
    folder: Path


class Tracker:
    """The store of runs, opened in a thread.

    Raises `TrackingError` at the first `log` if it could not be opened.
    """

    def __init__(self) -> None:
        self._opened: dict[str, Any] = {}
        self._thread = threading.Thread(target=self._open, name="open-mlflow", daemon=True)
        self._thread.start()

    def log(self, run: Run) -> None:
        """Log a finished run.

        Raises
        ------
        TrackingError
            If it could not be logged.
        """
        self._thread.join()
        try:
            if "error" in self._opened:
                raise self._opened["error"]
            _log(self._opened["client"], self._opened["experiment"], run)
        except Exception as error:  # MLflow raises whatever its store raises
            raise TrackingError(
                f"The run could not be logged to {store()}: {_first_line(error)}."
            ) from error

    def _open(self) -> None:
        try:
            self._opened["client"], self._opened["experiment"] = _open()
        except Exception as error:
            self._opened["error"] = error


def store() -> str:
    """Where runs are kept."""
    if uri := os.environ.get("MLFLOW_TRACKING_URI"):
        return uri
    folder = state()
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'mlflow.db'}"


def state() -> Path:
    """Where the store and the studies lie."""
    return Path(os.environ.get("VAR_DIR", "var")).resolve()


def _open() -> tuple[Any, str]:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    import mlflow  # noqa: PLC0415 - takes seconds

    client = mlflow.MlflowClient(tracking_uri=store())
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is not None:
        return client, experiment.experiment_id
    local = None if "MLFLOW_TRACKING_URI" in os.environ else (state() / "mlruns").as_uri()
    return client, client.create_experiment(EXPERIMENT, artifact_location=local)


def _log(client: Any, experiment: str, run: Run) -> None:
    from mlflow.entities import Metric, Param  # noqa: PLC0415 - takes seconds

    created = client.create_run(experiment, start_time=int(run.began * 1000), run_name=run.name)
    run_id = created.info.run_id
    now = int(time.time() * 1000)
    client.log_batch(
        run_id,
        metrics=[Metric(name, value, now, 0) for name, value in run.metrics.items()],
        params=[Param(name, str(value)) for name, value in run.params.items()],
    )
    client.log_artifacts(run_id, str(run.folder))
    client.set_terminated(run_id)


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")
