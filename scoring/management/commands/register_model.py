"""Register a model bundle, and make it the champion when asked."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ml.bundle import BundleError
from scoring import services
from scoring.exceptions import NoChampion


class Command(BaseCommand):
    help = "Verify a model bundle and register it; --activate makes it the champion."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("bundle", type=Path, help="Folder of the bundle.")
        parser.add_argument("--activate", action="store_true", help="Score with it from now on.")

    def handle(self, *args: Any, bundle: Path, activate: bool, **options: Any) -> None:
        try:
            version = services.register_model(bundle_path=bundle)
            if activate:
                services.activate_model(version=version)
        except (BundleError, NoChampion) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version} is {'the champion' if activate else 'registered'}.")
