"""Features and scores on a Spark cluster, for data that one machine no longer holds.

Clients are independent of each other, so Spark distributes and Polars computes: Spark groups
every table by client and hands batches of whole clients to the very functions that one machine
runs (`ml.features.matrix`, `ml.bundle.Bundle.score`). There is no second definition of a feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ml.progress import Step


class ClusterError(Exception):
    """Spark that cannot be used; the message is one clear sentence for the user."""


@dataclass(frozen=True)
class Written:
    """What a job wrote.

    Attributes
    ----------
    rows : int
        Number of applications.
    applications : tuple of str
        Names of the application tables they come from.
    missing : list of str
        Tables that are absent.
    """

    rows: int
    applications: tuple[str, ...]
    missing: list[str]


def write_features(data: str, out: str, *, progress: Step) -> Written:
    """Compute every feature of every application into a folder of Parquet files.

    Parameters
    ----------
    data : str
        Folder in Kaggle's layout, as Spark names it (a path, `hdfs://`, `s3a://`). Each table is
        a Parquet file, a folder of Parquet part files, or a CSV file.
    out : str
        Folder to make: `SK_ID_CURR`, `TARGET` where a table has it, and `ml.features.FEATURES`.
    progress : callable
        Told the name of each step, the finished tasks and all tasks known so far.

    Raises
    ------
    DataError
        For data that `ml.tables.open_tables` would refuse, or an `out` that exists.
    ClusterError
        If pyspark or Java is missing, or Spark gives up.
    """
    _require_pyspark()
    from ml.cluster import jobs  # noqa: PLC0415 - pyspark is an extra

    return jobs.write_features(data, out, progress=progress)


def write_scores(bundle: Path, data: str, out: str, *, progress: Step) -> Written:
    """Score application_test, or application_train where there is no test table.

    Parameters
    ----------
    bundle : Path
        The model bundle, on the machine that starts the job; it is sent to all others.
    data, out, progress
        As of `write_features`; `out` gets `SK_ID_CURR`, `PD` and `DECISION`.

    Raises
    ------
    BundleError
        If the bundle cannot be used.
    DataError, ClusterError
        As `write_features`.
    """
    _require_pyspark()
    from ml.cluster import jobs  # noqa: PLC0415 - pyspark is an extra

    return jobs.write_scores(bundle, data, out, progress=progress)


def _require_pyspark() -> None:
    try:
        import pyspark  # noqa: F401, PLC0415
    except ImportError as error:
        raise ClusterError(
            "The engine spark needs pyspark, which is not installed: "
            "pip install -r requirements-spark.txt."
        ) from error
