"""Django's `makemessages` for this project: it also collects words that no source marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polib
from django.core.management.base import CommandParser
from django.core.management.commands import makemessages

from scoring.reasons import words
from scoring_site import translations

_IGNORED = ["ml", "tests", "benchmarks", "docs", "static", "staticfiles", "var", "requirements*"]
# What the admin shows of django-unfold, which brings no French, and Django does not translate.
_UNFOLD = (
    "Add row",
    "After you",
    "All applications",
    "Apply Filters",
    "Choose file to upload",
    "Click to cancel",
    "Click to download",
    "Dark",
    "Date from",
    "Date to",
    "Expand row",
    "Go back",
    "Image preview",
    "Light",
    "Loading more results...",
    "More actions",
    "No data",
    "No recent searches",
    "No results found",
    "No results matching your query",
    "Recent searches",
    "Record picture",
    "Reset filters",
    "Return to site",
    "Search apps and models...",
    "Select action",
    "Select action to run",
    "Select all rows",
    "Select record",
    "Select value",
    "System",
    "This item will be deleted.",
    "This page yielded into no results. Create a new item or reset your filters.",
    "Toggle password visibility",
    "Type to search",
    "You have been successfully logged out from the administration",
)


class Command(makemessages.Command):
    help = "Bring every catalogue up to date with the sources, and list what it misses."
    # A guess from a similar sentence would be wrong more often than right among 750 labels.
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(
            all=True,
            ignore_patterns=list(_IGNORED),
            add_location="file",
            no_obsolete=True,
            no_wrap=True,
        )

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        for catalogue in translations.catalogues():
            missing = translations.missing(polib.pofile(str(catalogue)))
            for msgid in missing:
                self.stdout.write(f"{catalogue.parent.parent.name}: {msgid}")
            self.stdout.write(f"{catalogue}: {len(missing)} to translate.")

    def build_potfiles(self) -> list[str]:
        """Add to Django's templates what the site shows and xgettext cannot see."""
        templates: list[str] = super().build_potfiles()
        for template in templates:
            _add(Path(template), "ml", words())
            _add(Path(template), "django-unfold", _UNFOLD)
        return templates


def _add(template: Path, place: str, msgids: Iterable[str]) -> None:
    catalogue = polib.pofile(str(template), wrapwidth=0)
    catalogue.extend(_entries(catalogue, place, msgids))
    catalogue.save()


def _entries(catalogue: polib.POFile, place: str, msgids: Iterable[str]) -> Iterator[polib.POEntry]:
    known = {entry.msgid for entry in catalogue}
    for msgid in dict.fromkeys(msgids):
        if msgid not in known:
            yield polib.POEntry(msgid=msgid, occurrences=[(place, "")])
