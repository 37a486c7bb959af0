"""Django's `compilemessages` without GNU gettext, which only translators need."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from scoring_site import translations


class Command(BaseCommand):
    help = "Compile the catalogues that changed, for the site to read them at its next start."
    requires_system_checks = []

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        for catalogue in translations.catalogues():
            if translations.compile_if_changed(catalogue) and verbosity:
                self.stdout.write(f"Compiled {catalogue}.")
