"""Who may score batches of applications."""

from importlib import import_module

from django.db import migrations

ROLES = ("Integrators", "Managers", "Administrators")


def add_rights(apps, schema_editor):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="scoring", model="scorebatch"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename="score_batch",
        defaults={"name": "Can score batches of applications"},
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=ROLES):
        group.permissions.add(permission)


def create_roles(apps, schema_editor):
    """All roles with all their rights, as they stand after this migration."""
    import_module("applications.migrations.0008_rest_rights").create_roles(apps, schema_editor)
    add_rights(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0008_rest_rights"),
        ("scoring", "0006_batches"),
    ]

    operations = [migrations.RunPython(add_rights, migrations.RunPython.noop)]
