"""How fast is the desk with 100,000 applications?

`python -m benchmarks.desk --var DIR` fills a scratch database in DIR with a made-up book (once),
opens each page and prints its queries, its time and its weight; CPU time holds on a machine that is
busy with other work too. DIR may be a copy of the demo's state folder: then there are a model and
client files as well, and the pages of the latest application show a real score. The exports are
read to their end, and the memory that this process grew by is printed beside them.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import django
import typer
from rich.console import Console
from rich.table import Table

from ml.progress import bars

BANKERS_PAGES = {
    "home": "/",
    "applications": "/applications/",
    "applications, declined": "/applications/?outcome=decline",
    "form": "/applications/new/",
    "clients, by name": "/clients/?q=weber",
    "client": "/clients/100002/",
    "letters": "/letters/",
}
PAGES = {
    "home": "/",
    "application": "/applications/{pk}/",
    "what-if": "/applications/{pk}/what-if/",
    "letter": "/applications/{pk}/letter/",
    "letters": "/letters/",
    "referrals": "/referrals/",
    "second opinions": "/referrals/second-opinions/",
    "strategy": "/strategy/",
    "simulator, a year": "/strategy/simulate/?period=365",
    "fairness, a year": "/fairness/?period=365",
    "watch list": "/watch-list/",
    "history": "/history/",
    "history, last page": "/history/?page=9999",
    "history, by PD": "/history/?sort=-pd",
    "history, by amount": "/history/?sort=-amount",
    "history, by applicant": "/history/?sort=applicant",
    "history, searched": "/history/?q=weber+dubois",
    "history, one reference": "/history/?q=A-2025-05",
    "history, filtered": "/history/?outcome=decline&amount_from=200000&pd_to=40&channel=web",
    "charts": "/history/?show=charts",
    "charts, filtered": "/history/?show=charts&contract=Cash+loans&completeness=full",
    "dossier": "/applications/{pk}/dossier/",
    "verification": "/applications/{pk}/dossier/verify/",
    "dossier as JSON": "/applications/{pk}/dossier.json",
}
EXPORTS = {"CSV": "/history/export.csv", "XLSX": "/history/export.xlsx"}


def main(
    var: Annotated[Path, typer.Option(help="Folder of the scratch database.")],
    applications: Annotated[int, typer.Option(help="How many the book holds.")] = 100_000,
    exports: Annotated[bool, typer.Option(help="Measure the exports too.")] = True,
    journal: Annotated[bool, typer.Option(help="Verify the whole journal too.")] = False,
) -> None:
    """Fill the database, then measure page by page."""
    os.environ |= {"VAR_DIR": str(var), "DEBUG": "1"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scoring_site.settings")
    django.setup()
    _prepare(applications)
    table = Table("page", "queries", "ms, first", "ms, again", "CPU ms", "kB", "status")
    for who, pages in {"banker1": BANKERS_PAGES, "manager1": PAGES}.items():
        for name, address in pages.items():
            table.add_row(f"{who}: {name}", *_measured(who, address))
    Console().print(table)
    if exports:
        Console().print(_of_exports())
    if journal:
        _verify()


def _prepare(applications: int) -> None:
    from django.conf import settings  # noqa: PLC0415 - after django.setup
    from django.core.management import call_command  # noqa: PLC0415

    from benchmarks.book import fill  # noqa: PLC0415
    from scoring_site.tasks import refresh_statistics  # noqa: PLC0415

    settings.DEBUG = False  # it would keep every query
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0, interactive=False)
    with bars(stderr=True) as step:
        fill(applications=applications, progress=step)
    refresh_statistics()


def _browser(username: str) -> Any:
    from django.contrib.auth.models import User  # noqa: PLC0415 - after django.setup
    from django.test import Client  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def _measured(username: str, address: str) -> Iterable[str]:
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from applications.models import Decision  # noqa: PLC0415

    client = _browser(username)
    first = Decision.objects.order_by("-decided_at").only("application_id")[0]
    address = address.format(pk=first.application_id)
    times, cpu = [], 0.0
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            started, busy = time.perf_counter(), time.process_time()
            answer = client.get(address)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            times.append(1_000 * (time.perf_counter() - started))
            cpu = 1_000 * (time.process_time() - busy)
    kilobytes = len(content) / 1_000
    shown = (
        len(queries),
        *(f"{t:.0f}" for t in (*times, cpu)),
        f"{kilobytes:.0f}",
        answer.status_code,
    )
    return map(str, shown)


def _of_exports() -> Table:
    table = Table("export", "seconds", "MB", "grew by MB")
    for name, address in EXPORTS.items():
        client = _browser("manager1")
        before, started, size = _peak(), time.perf_counter(), 0
        for part in client.get(address).streaming_content:
            size += len(part)
        took = time.perf_counter() - started
        table.add_row(name, f"{took:.1f}", f"{size / 1e6:.1f}", f"{_peak() - before:.1f}")
    return table


def _verify() -> None:
    from applications import verifying  # noqa: PLC0415 - after django.setup

    before, started = _peak(), time.perf_counter()
    report = verifying.everything()
    Console().print(
        f"Journal: {report.entries:,} entries, {report.records:,} records, "
        f"{len(report.faults)} faults, {time.perf_counter() - started:.0f} s, "
        f"grew by {_peak() - before:.0f} MB"
    )


def _peak() -> float:
    """Peak memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


if __name__ == "__main__":
    typer.run(main)
