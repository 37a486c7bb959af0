"""A bar in the terminal for each long step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Step = Callable[[str, int, int], None]


@contextmanager
def bars(*, stderr: bool = False) -> Iterator[Step]:
    """Show a bar for each step that is told: its name, how much is done, how much there is."""
    columns = (TextColumn("{task.description:<30}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=stderr)) as shown:
        tasks: dict[str, TaskID] = {}

        def step(name: str, done: int, of: int) -> None:
            if name not in tasks:
                tasks[name] = shown.add_task(name, total=of)
            shown.update(tasks[name], completed=done, total=of)

        yield step
