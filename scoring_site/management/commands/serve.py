"""Serve the site from one process: web server, Celery worker and beat as threads."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from applications import documents
from scoring import registry
from scoring.exceptions import NoChampion
from scoring_site import embedded
from scoring_site.server import Server
from scoring_site.wsgi import application

# All documents of an application at once, and the form around them; the form names what is too
# large of less than that. Of more, waitress says 413 and the limit.
_MOST_BYTES = documents.MOST_PER_APPLICATION * documents.MOST_BYTES + 1024 * 1024


class Command(BaseCommand):
    help = "Serve the site; background work runs in the same process unless REDIS_URL is set."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--threads", type=int, default=8, help="Requests answered at once.")

    def handle(self, *args: Any, host: str, port: int, threads: int, **options: Any) -> None:
        try:
            server = Server(
                application, host=host, port=port, threads=threads, most_bytes=_MOST_BYTES
            )
        except OSError as error:
            raise CommandError(
                f"Port {port} of {host} is not free ({error.strerror}). Set PORT to another one."
            ) from error
        stop_work = None if settings.REDIS_URL else embedded.start()
        self._load_champion()
        self.stdout.write(f"The credit desk answers on http://{host}:{port}/ (Ctrl+C stops it).")
        self.stdout.flush()
        try:
            server.run()  # returns on SIGTERM or Ctrl+C, after the requests under way
        finally:
            if stop_work:
                stop_work()
            self.stdout.write("Stopped.")

    def _load_champion(self) -> None:
        """So that the first request does not wait for files; without one, `/readyz` says so."""
        try:
            registry.champion()
        except NoChampion as error:
            self.stderr.write(str(error))
