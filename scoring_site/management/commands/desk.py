"""Bring up the whole demo: database, data, champion, accounts, then serve."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from applications.demo import play
from ml.progress import bars
from scoring_site import demo


class Command(BaseCommand):
    help = "Make the demo (once) and serve it. This is what `make run` starts."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This makes demo accounts. Set DEMO=1 to say that you want them.")
        call_command("migrate", verbosity=0, interactive=False)
        with bars() as step:
            demo.prepare(state=settings.VAR_DIR, progress=step)
            known = demo.accounts(
                url=f"http://127.0.0.1:{port}/", path=settings.VAR_DIR / "demo.json"
            )
            play(
                outcomes=demo.outcomes(settings.VAR_DIR),
                progress=lambda done, of: step("Playing three months", done, of),
            )
        self._introduce(known)
        call_command("serve", port=port)

    def _introduce(self, known: dict[str, Any]) -> None:
        self.stdout.write(f"\n  {known['url']}\n")
        for role, account in known["accounts"].items():
            self.stdout.write(f"  {role:<8} {account['username']:<8} {account['password']}")
        self.stdout.write(f"  API      Authorization: Token {known['api_token']}")
        self.stdout.write(f"  (also in {settings.VAR_DIR / 'demo.json'})\n")
