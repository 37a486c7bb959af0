"""Other systems file applications and tell what became of loans, over REST."""

from importlib import import_module

from django.db import migrations, models

ROLES = {
    "Integrators": [
        "applications.loanapplication.file_application",
        "monitoring.loanoutcome.add_loanoutcome",
    ],
    "Administrators": ["monitoring.loanoutcome.add_loanoutcome"],
}


def add_rights(apps, schema_editor):
    roles = import_module("applications.migrations.0002_roles")
    for role, wanted in ROLES.items():
        group = apps.get_model("auth", "Group").objects.get(name=role)
        group.permissions.add(*[roles._permission(apps, *path.split(".")) for path in wanted])


def create_roles(apps, schema_editor):
    """All roles with all their rights, as they stand after this migration."""
    import_module("applications.migrations.0005_cases").create_roles(apps, schema_editor)
    add_rights(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0007_saved_view_names"),
        ("monitoring", "0003_book"),
    ]

    operations = [
        migrations.RunPython(add_rights, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="loanapplication",
            index=models.Index(fields=["-updated_at", "-id"], name="application_newest"),
        ),
    ]
