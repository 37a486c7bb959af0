"""The API's own description: complete, without a warning, and true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from applications.forms import ApplicationForm

pytestmark = pytest.mark.filterwarnings("default")


OURS = ("applications", "decisions", "overrides", "outcomes", "referrals")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


@pytest.fixture
def operations(schema: dict[str, Any]) -> dict[str, Any]:
    """What is told of each address and method of this package."""
    return {
        f"{method} {path}": told
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
        if path.split("/")[3] in OURS
    }


def test_it_is_valid_and_nothing_is_guessed(tmp_path: Path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_every_field_of_the_form_is_documented(schema: dict[str, Any]) -> None:
    fields = schema["components"]["schemas"]["NewApplicationRequest"]["properties"]

    assert set(fields) == {"submit", *ApplicationForm.base_fields}
    assert all(field["description"] for field in fields.values())
    assert (fields["amount"]["minimum"], fields["amount"]["maximum"]) == (1, 1e12)
    assert "currency" in fields["amount"]["description"]
    assert "`Higher education`" in fields["education"]["description"]


def test_whatever_is_sent_has_an_example(operations: dict[str, Any]) -> None:
    bodies = {
        name: content["application/json"]
        for name, told in operations.items()
        if "application/json" in (content := told.get("requestBody", {}).get("content", {}))
    }
    assert len(bodies) > 10
    assert [name for name, body in bodies.items() if "examples" not in body] == []


def test_every_answer_names_its_problems(operations: dict[str, Any]) -> None:
    usual = {"400", "401", "403", "429", "503"}
    assert [name for name, told in operations.items() if not usual <= set(told["responses"])] == []
