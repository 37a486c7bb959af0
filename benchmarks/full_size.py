"""Time and memory at the size of Kaggle's tables: `python -m benchmarks.full_size --help`.

Each step runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
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
    "comparison": ("compiled parquet", "per-client parquet", "compiled csv", "per-client csv"),
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
    one_in: Annotated[
        int, typer.Option("--one-in", min=1, help="Compare on one in so many clients.")
    ] = 10,
) -> None:
    """Measure features, training and scoring on tables of the full size.

    Pandas would take most of an hour for all clients, so both sides of the comparison take
    some of them. Tables are generated where they are missing. Training takes many minutes and
    is done when asked for; scoring needs its bundle.
    """
    chosen = steps.split(",")
    if unknown := set(chosen) - set(_GROUPS):
        raise typer.BadParameter(f"There is no step {', '.join(sorted(unknown))}.")
    place = folder / str(applicants)
    place.mkdir(parents=True, exist_ok=True)
    costs: dict[str, Cost] = {}
    if not (place / "parquet").exists():
        costs["generate"] = measured("generate", place, str(applicants))
    for group in chosen:
        for name in _GROUPS[group]:
            if group == "comparison":
                part, kind = name.split()
                costs |= _compared(place, part, kind, str(one_in))
            else:
                step = "quick_training" if quick and name == "training" else name
                costs[step] = measured(step, place)
    _report(costs)
    if "comparison" in chosen:
        _report_comparison(costs, one_in)


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


def _compared(place: Path, part: str, kind: str, one_in: str) -> dict[str, Cost]:
    """What pandas and `ml.features` take for the same values."""
    measured("fewer", place, kind, one_in)
    costs = {
        f"{part} from {kind}, {who}": measured(f"with_{who}", place, kind, part)
        for who in ("pandas", "ours")
    }
    measured("agreement", place)
    return costs


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


def _report_comparison(costs: dict[str, Cost], one_in: int) -> None:
    console = Console(soft_wrap=True)
    console.print(f"Of one in {one_in} clients, for the same values:")
    for kind in ("parquet", "csv"):
        parts = {
            part: [costs[f"{part} from {kind}, {who}"] for who in ("pandas", "ours")]
            for part in ("compiled", "per-client")
        }
        parts["both parts"] = [_added(side) for side in zip(*parts.values(), strict=True)]
        for part, (theirs, ours) in parts.items():
            console.print(
                f"{part} from {kind}: pandas takes {theirs.wall / ours.wall:.1f} times the time, "
                f"{theirs.cpu / ours.cpu:.1f} times the processor time and "
                f"{theirs.peak / ours.peak:.1f} times the memory."
            )


def _added(costs: Sequence[Cost]) -> Cost:
    """The cost of steps one after the other."""
    wall, cpu = sum(cost.wall for cost in costs), sum(cost.cpu for cost in costs)
    return Cost(wall, cpu, max(cost.peak for cost in costs))


if __name__ == "__main__":
    typer.run(main)
