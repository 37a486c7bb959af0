"""Migrations run while the version before still serves: they add, and lock nothing for long.

What a release no longer needs is removed by the release after it. An index on a large table is
made with `AddIndexWithoutLock` in a migration of its own; see `docs/deploy.md`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, AddIndex, Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from monitoring.operations import AddIndexWithoutLock

# The last number of the first release, which is installed on empty databases.
FIRST_RELEASE = {"applications": 12, "scoring": 8, "monitoring": 8}
LARGE = {
    "prediction",
    "explanation",
    "clientfile",
    "loanapplication",
    "decision",
    "case",
    "entry",
    "note",
    "attachment",
}
_TAKES_AWAY = (
    operations.DeleteModel,
    operations.RemoveField,
    operations.RenameField,
    operations.RenameModel,
    operations.AlterModelTable,
)


def faults(migration: Migration) -> Iterator[str]:
    """What would fail the version that still serves, or hold it up."""
    made_here = {
        operation.name_lower
        for operation in migration.operations
        if isinstance(operation, operations.CreateModel)
    }
    for operation in migration.operations:
        model = getattr(operation, "model_name_lower", None)
        if isinstance(operation, _TAKES_AWAY):
            yield f"{operation.describe()}: the version before still reads it"
        elif model not in made_here and (fault := _fault(operation, model in LARGE)):
            yield f"{operation.describe()}: {fault}"


def _fault(operation: Operation, large: bool) -> str | None:
    if isinstance(operation, AddField) and not _may_be_left_out(operation.field):
        return "the version before leaves it out; give it null=True or a db_default"
    if type(operation) is AddIndex and large:
        return "it locks a large table; use monitoring.operations.AddIndexWithoutLock"
    if isinstance(operation, AddConstraint | operations.AlterField) and large:
        return "it may read or rewrite a large table under a lock; do it in steps"
    return None


def _may_be_left_out(field: models.Field[object, object]) -> bool:
    return field.null or field.many_to_many or field.has_db_default()


def test_no_migration_after_the_first_release_holds_up_the_version_before() -> None:
    found = {
        f"{app}.{name}": told
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app in FIRST_RELEASE and int(name[:4]) > FIRST_RELEASE[app]
        if (told := list(faults(migration)))
    }
    assert found == {}


def _faults(*made: Operation) -> list[str]:
    migration = Migration("0099_x", "applications")
    migration.operations = list(made)
    return list(faults(migration))


@pytest.mark.parametrize(
    "operation",
    [
        operations.RemoveField("case", "stage"),
        operations.RenameField("case", "stage", "step"),
        operations.DeleteModel("case"),
        AddField("case", "x", models.TextField(default="")),
        AddIndex("decision", models.Index(fields=["kind"], name="kind")),
        operations.AlterField("decision", "pd", models.TextField()),
        AddConstraint("entry", models.CheckConstraint(condition=models.Q(id__gt=0), name="c")),
    ],
)
def test_what_takes_away_or_locks_is_found(operation: Operation) -> None:
    assert len(_faults(operation)) == 1


@pytest.mark.parametrize(
    "made",
    [
        [AddField("case", "x", models.TextField(null=True))],
        [AddField("case", "x", models.TextField(db_default=""))],
        [
            operations.CreateModel("Entry", [("id", models.AutoField(primary_key=True))]),
            AddIndex("entry", models.Index(fields=["id"], name="i")),
        ],
        [AddIndexWithoutLock("decision", models.Index(fields=["kind"], name="kind"))],
        [AddIndex("strategy", models.Index(fields=["status"], name="s"))],
    ],
)
def test_what_adds_is_not(made: list[Operation]) -> None:
    assert _faults(*made) == []


@pytest.mark.django_db(transaction=True)
def test_an_index_is_made_without_a_lock_and_taken_back() -> None:
    before = MigrationLoader(connection).project_state()
    operation = AddIndexWithoutLock("decision", models.Index(fields=["kind"], name="made_online"))
    after = before.clone()
    operation.state_forwards("applications", after)

    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("applications", editor, before, after)
        assert "made_online" in _indexes()
        operation.database_backwards("applications", editor, after, before)
        assert "made_online" not in _indexes()


def _indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "applications_decision"))
