"""Every training run in MLflow: figures, time, parameters, data fingerprint, plots.

The store is a SQLite file in the state folder, or what `MLFLOW_TRACKING_URI` names.
Importing mlflow and creating its store takes seconds, so both happen in a thread while
LightGBM works.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

EXPERIMENT = "home-credit"


class TrackingError(Exception):
    """A run that could not be logged; the message is one clear sentence."""


def start() -> Callable[[dict[str, Any], Path], None]:
    """Begin to open the store; return what logs a finished run, once it is open.

    The returned function takes the content of `bundle.json` and the bundle's folder, and
    raises `TrackingError` if the run could not be logged.
    """
    opened: dict[str, Any] = {}
    began = int(time.time() * 1000)

    def open_store() -> None:
        try:
            opened["client"], opened["experiment"] = _open()
        except Exception as error:
            opened["error"] = error

    thread = threading.Thread(target=open_store, name="open-mlflow", daemon=True)
    thread.start()

    def log(manifest: dict[str, Any], bundle: Path) -> None:
        thread.join()
        try:
            if "error" in opened:
                raise opened["error"]
            _log(opened["client"], opened["experiment"], began, manifest, bundle)
        except Exception as error:  # MLflow raises whatever its store raises
            raise TrackingError(
                f"The bundle is in {bundle}, but the run could not be logged to {store()}: "
                f"{_first_line(error)}."
            ) from error

    return log


def store() -> str:
    """Where runs are kept."""
    if uri := os.environ.get("MLFLOW_TRACKING_URI"):
        return uri
    folder = _state()
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'mlflow.db'}"


def _state() -> Path:
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
    local = None if "MLFLOW_TRACKING_URI" in os.environ else (_state() / "mlruns").as_uri()
    return client, client.create_experiment(EXPERIMENT, artifact_location=local)


def _log(client: Any, experiment: str, began: int, manifest: dict[str, Any], bundle: Path) -> None:
    from mlflow.entities import Metric, Param  # noqa: PLC0415 - takes seconds

    run = client.create_run(
        experiment, start_time=began, run_name=f"{manifest['name']} {manifest['version']}"
    )
    run_id = run.info.run_id
    now = int(time.time() * 1000)
    training = manifest["training"]
    params = training["parameters"] | {
        "data_fingerprint": manifest["data"]["fingerprint"],
        "applications": manifest["data"]["applications"],
        "features": len(manifest["features"]),
        "cost_ratio": manifest["cost_ratio"],
    }
    values = _numbers(manifest["metrics"]) | manifest["cut_offs"]
    values["seconds"] = training["seconds"]
    client.log_batch(
        run_id,
        metrics=[Metric(name, value, now, 0) for name, value in values.items()],
        params=[Param(name, str(value)) for name, value in params.items()],
    )
    client.log_artifacts(run_id, str(bundle))
    client.set_terminated(run_id)


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")


def _numbers(figures: dict[str, Any], prefix: str = "") -> dict[str, float]:
    """Nested figures under flat names.

    >>> _numbers({"hold_out": {"auc": 0.77, "auc_interval": [0.7, 0.8]}, "trees": 300})
    {'hold_out.auc': 0.77, 'hold_out.auc_interval.low': 0.7, 'hold_out.auc_interval.high': 0.8, \
'trees': 300.0}
    """
    flat: dict[str, float] = {}
    for name, value in figures.items():
        if isinstance(value, dict):
            flat |= _numbers(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            flat[f"{prefix}{name}.low"], flat[f"{prefix}{name}.high"] = map(float, value)
        else:
            flat[f"{prefix}{name}"] = float(value)
    return flat
