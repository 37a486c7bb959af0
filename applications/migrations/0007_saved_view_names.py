"""Names of saved views differ whatever their capitals; decisions of one moment have an order."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Lower

LONGEST = 60


def tell_apart(apps: Any, schema_editor: Any) -> None:
    """Number the later ones of views whose names differ by capitals only."""
    taken = set()
    for view in apps.get_model("applications", "SavedView").objects.order_by("pk"):
        key = view.owner_id, view.name.lower()
        if key in taken:
            number = f" ({view.pk})"
            view.name = view.name[: LONGEST - len(number)] + number
            view.save(update_fields=["name"])
        taken.add((view.owner_id, view.name.lower()))


class Migration(migrations.Migration):
    dependencies = [("applications", "0006_book")]

    operations = [
        migrations.AlterModelOptions(
            name="decision",
            options={
                "ordering": ["-decided_at", "-pk"],
                "verbose_name": "decision",
                "verbose_name_plural": "decisions",
            },
        ),
        migrations.RemoveConstraint(model_name="savedview", name="saved_view_names_differ"),
        migrations.RunPython(tell_apart, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                models.F("owner"), Lower("name"), name="saved_view_names_differ"
            ),
        ),
    ]
