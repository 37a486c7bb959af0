"""Make a token of the REST API without the admin, for scripts and first steps."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from knox.settings import knox_settings

from scoring import tokens


class Command(BaseCommand):
    help = "Make an API token for an account and print it; it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="The account that the token acts for.")
        parser.add_argument("--name", default="Made on the command line", help="What it is for.")
        parser.add_argument("--days", type=int, help="After how many days it ends.")

    def handle(
        self, *args: Any, username: str, name: str, days: int | None, **options: Any
    ) -> None:
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("--days must be from 1 to 3650.")
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active account {username!r}.")
        lifetime = knox_settings.TOKEN_TTL if days is None else timedelta(days=days)
        _token, plain = tokens.issue_token(user=user, name=name, lifetime=lifetime)
        self.stdout.write(plain)
