"""Time and memory at the size of Kaggle's tables: `python -m benchmarks.full_size --help`.

Each step runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

APPLICANTS: Final = 307_511 + 48_744
"""Kaggle's labelled and unlabelled applications."""

_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "generate": (),  # done whenever the tables are missing
    "parquet": ("features_from_parquet",),
    "csv": ("features_from_csv",),
    "training": ("training",),
    "scoring": ("scoring",),
    "comparison": (
        "pandas_from_parquet",
        "subset_from_parquet",
        "agreement",
        "pandas_from_csv",
        "subset_from_csv",
        "agreement",
    ),
}


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds by the clock and of all processors, and bytes at its peak."""

    wall: float
    cpu: float
    peak: int


def main(
    folder: Annotated[
        Path, typer.Option("--dir", help="Where tables and results are kept.")
    ] = Path("var/full-size"),
    steps: Annotated[
        str, typer.Option("--steps", help=f"Some of {', '.join(_GROUPS)}, separated by commas.")
    ] = "parquet,csv,comparison",
    applicants: Annotated[
        int, typer.Option("--applicants", min=1_000, help="Fewer, for a trial.")
    ] = APPLICANTS,
    quick: Annotated[
        bool, typer.Option("--quick", help="Train without what only the report needs.")
    ] = False,
) -> None:
    """Measure features, training and scoring on tables of the full size.

    Tables are generated where they are missing. Training takes many minutes and is done
    when asked for; scoring needs its bundle.
    """
    chosen = steps.split(",")
    if unknown := set(chosen) - set(_GROUPS):
        raise typer.BadParameter(f"There is no step {', '.join(sorted(unknown))}.")
    place = folder / str(applicants)
    place.mkdir(parents=True, exist_ok=True)
    costs: dict[str, Cost] = {}
    if not (place / "parquet").exists():
        costs["generate"] = measured("generate", place, str(applicants))
    for name in (name for group in chosen for name in _GROUPS[group]):
        step = "quick_training" if quick and name == "training" else name
        costs[step] = measured(step, place)
    _report(costs)


def measured(name: str, *arguments: Path | str) -> Cost:
    """Run a step of `benchmarks.steps` and return what it cost.

    Raises
    ------
    typer.Exit
        With the step's own code, if it failed.
    """
    started = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.steps", name, *map(str, arguments)]
    process = subprocess.Popen(command)  # noqa: S603 - this file's own arguments
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise typer.Exit(process.returncode)
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
    wall = time.monotonic() - started
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def _report(costs: dict[str, Cost]) -> None:
    console = Console()
    title = f"{os.cpu_count()} processors, Python {platform.python_version()}"
    table = Table("Step", title=title)
    for heading in ("Wall, s", "Processor, s", "Peak, GB"):
        table.add_column(heading, justify="right")
    for name, cost in costs.items():
        words = name.replace("_", " ")
        table.add_row(words, f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.peak / 1e9:.2f}")
    console.print(table)
    for kind in ("parquet", "csv"):
        ours, theirs = costs.get(f"subset_from_{kind}"), costs.get(f"pandas_from_{kind}")
        if ours and theirs:
            console.print(
                f"From {kind}, pandas takes {theirs.wall / ours.wall:.1f} times the time, "
                f"{theirs.cpu / ours.cpu:.1f} times the processor time and "
                f"{theirs.peak / ours.peak:.1f} times the memory for the same values."
            )


if __name__ == "__main__":
    typer.run(main)
