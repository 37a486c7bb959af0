"""Cases of applications that were decided before there were any, and the managers' new rights."""

from datetime import timedelta
from importlib import import_module

from django.db import migrations
from django.utils import timezone

ROLES = {
    "Managers": [
        "applications.loanapplication.decide_application",
        "applications.loanapplication.steer_cut_offs",
    ],
    "Administrators": [
        "applications.attachment.view_attachment",
        "applications.case.view_case",
        "applications.entry.view_entry",
        "applications.note.view_note",
        "applications.override.view_override",
        "applications.watchlistentry.view_watchlistentry",
        "scoring.strategy.view_strategy",
    ],
}


def open_cases(apps, schema_editor):
    case_model = apps.get_model("applications", "Case")
    decisions = apps.get_model("applications", "Decision").objects.select_related("application")
    for decision in decisions.iterator():
        referred = decision.outcome == "refer"
        day = timezone.localtime(decision.decided_at).date()
        case_model.objects.create(
            application=decision.application,
            decision=decision,
            stage="referred" if referred else "decided",
            since=decision.decided_at,
            referred_at=decision.decided_at if referred else None,
            referral_reasons=["pd"] if referred else [],
            letter_due_on=day + timedelta(days=30),
        )


def add_rights(apps, schema_editor):
    roles = import_module("applications.migrations.0002_roles")
    for role, wanted in ROLES.items():
        group = apps.get_model("auth", "Group").objects.get(name=role)
        group.permissions.add(*[roles._permission(apps, *path.split(".")) for path in wanted])


def create_roles(apps, schema_editor):
    """All roles with all their rights, as they stand after this migration."""
    import_module("applications.migrations.0002_roles").create_roles(apps, schema_editor)
    add_rights(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0004_workflow"),
        ("scoring", "0002_strategy"),
    ]

    operations = [
        migrations.RunPython(open_cases, migrations.RunPython.noop),
        migrations.RunPython(add_rights, migrations.RunPython.noop),
    ]
