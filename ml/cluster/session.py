"""The Spark session: what spark-submit and its files set holds, quiet defaults otherwise."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException, PySparkRuntimeError, PythonException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

import ml
from ml.cluster import ClusterError
from ml.progress import Step

_DEFAULTS = {
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    # Each task has one core; Polars would start a thread for every core of the machine.
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
    # A client has some 200 rows of history, so Spark's default of 10,000 would be large.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "1000",
}
_POLL = 0.2  # seconds between two looks at the tasks


def open_session() -> SparkSession:
    """Return the active session, or start one.

    The master is spark-submit's or `SPARK_MASTER`'s, else `local[*]`. The package `ml` is sent to
    the workers.

    Raises
    ------
    ClusterError
        If Java is missing or too old.
    """
    session = SparkSession.getActiveSession() or _start()
    session.sparkContext.addPyFile(str(_package()))
    return session


@contextmanager
def watched(session: SparkSession, name: str, progress: Step) -> Iterator[None]:
    """Tell `progress` how many tasks of the block's jobs are done; Spark plans them as it goes."""
    group, finished = uuid4().hex, Event()
    session.sparkContext.setJobGroup(group, name)
    watcher = Thread(target=_watch, args=(session, group, name, progress, finished), daemon=True)
    progress(name, 0, 1)
    watcher.start()
    try:
        yield
    finally:
        finished.set()
        watcher.join()
    progress(name, 1, 1)


@contextmanager
def told() -> Iterator[None]:
    """Turn what Spark says into one sentence."""
    try:
        with warnings.catch_warnings():
            # Its pandas functions are not used here.
            warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
            yield
    except (PySparkException, Py4JError) as error:
        raise ClusterError(f"Spark gave up: {reason(error)}.") from error


def reason(error: BaseException) -> str:
    """What went wrong in one line, as the end of a sentence."""
    text = str(error)
    if isinstance(error, Py4JJavaError):
        text = str(error.java_exception.getMessage())
    lines = [line for line in text.splitlines() if line.strip()] or ["no reason given"]
    line = lines[-1] if isinstance(error, PythonException) else lines[0]  # of a traceback, the end
    return line.strip(" .")


def located(session: SparkSession, path: str) -> tuple[Any, Any]:
    """The Hadoop file system that holds a path, and the path in it (both Java objects)."""
    context: Any = session.sparkContext  # its way into Java is untyped
    place = context._jvm.org.apache.hadoop.fs.Path(path)
    return place.getFileSystem(context._jsc.hadoopConfiguration()), place


@cache
def workspace() -> Path:
    """A folder for what is sent to the workers, which may ask for it as long as we live."""
    folder = Path(tempfile.mkdtemp(prefix="credit-desk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _start() -> SparkSession:
    logging.getLogger("py4j").setLevel(logging.WARNING)  # else it reports each connection
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    launch = SparkConf(loadDefaults=False).setAppName("credit-desk")
    launch.set("spark.ui.showConsoleProgress", "false")
    if "SPARK_MASTER" in os.environ:
        launch.setMaster(os.environ["SPARK_MASTER"])
    try:
        # Under spark-submit, Java runs already and writes its log where spark-submit says.
        launched: Callable[..., Any] = launch_gateway  # which has no types
        gateway = launched(launch, {"stderr": subprocess.DEVNULL})
    except PySparkRuntimeError as error:
        raise ClusterError(
            "Spark did not start: it needs Java 17 or newer, on the PATH or named by JAVA_HOME."
        ) from error
    conf = SparkConf(_jvm=gateway.jvm)
    for key, value in _DEFAULTS.items():
        conf.setIfMissing(key, value)
    SparkContext(gateway=gateway, conf=conf)
    return SparkSession.builder.getOrCreate()


@cache
def _package() -> Path:
    """This package as a zip file, for workers that do not have it."""
    root = Path(ml.__file__).parent
    file = workspace() / "ml.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for source in sorted(root.rglob("*.py")):
            archive.write(source, source.relative_to(root.parent))
    return file


def _watch(session: SparkSession, group: str, name: str, progress: Step, finished: Event) -> None:
    tracker = session.sparkContext.statusTracker()
    while not finished.wait(_POLL):
        jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(group)]
        stages = {stage for job in jobs if job is not None for stage in job.stageIds}
        known = [info for stage in stages if (info := tracker.getStageInfo(stage)) is not None]
        if of := sum(stage.numTasks for stage in known):
            progress(name, sum(stage.numCompletedTasks for stage in known), of)
