"""Bring the tables' clients on file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ml.progress import bars
from ml.tables import DataError, open_tables
from scoring.materialising import materialise


class Command(BaseCommand):
    help = "Compute the history features of all known clients and store them in the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data", type=Path, required=True, help="Folder or zip in Kaggle's layout."
        )

    def handle(self, *args: Any, data: Path, **options: Any) -> None:
        try:
            tables = open_tables(data)
            with bars() as step:
                count = materialise(
                    tables=tables,
                    progress=lambda done, of: step("Bringing clients on file", done, of),
                )
        except DataError as error:
            raise CommandError(str(error)) from error
        if tables.missing:
            self.stdout.write(f"Done without {', '.join(tables.missing)}, absent from the data.")
        self.stdout.write(f"{count:,} clients are on file.")
