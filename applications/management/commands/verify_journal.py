"""Check that nothing in the journal, or in the records it speaks of, was changed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications import verifying
from ml.progress import bars


class Command(BaseCommand):
    help = "Check the whole journal: its chain of hashes, and every record that it tells of."

    def handle(self, *args: Any, **options: Any) -> None:
        with bars(stderr=True) as step:
            report = verifying.everything(
                progress=lambda done, of: step("Checking the journal", done, of)
            )
        for fault in report.faults:
            self.stdout.write(fault.sentence)
        if not report.intact:
            raise CommandError(f"The journal is not intact: {len(report.faults):,} faults.")
        self.stdout.write(
            f"The journal is intact: {report.entries:,} entries, {report.records:,} records."
        )
