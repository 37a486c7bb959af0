"""A client that others generate from the schema works against the site, without a line changed."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.contract.conftest import LiveSite

FILES = (
    "text/csv",
    "text/html",
    "application/x-ndjson",
    "application/jsonl",
    "application/vnd.apache.parquet",
    "application/zip",
    "application/pdf",
    "image/jpeg",
    "image/png",
)
# Of a generator for JSON: what is a file comes and goes as bytes.
CONFIG = {
    "post_hooks": [],
    "content_type_overrides": dict.fromkeys(FILES, "application/octet-stream"),
}
NAME = "desk_client"
Calling = Callable[[str], Any]

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package, generated anew."""
    folder = tmp_path_factory.mktemp("client")
    made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    (folder / "schema.json").write_text(json.dumps(made, default=str))
    (folder / "config.json").write_text(json.dumps(CONFIG))
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [
            *(Path(sys.executable).parent / "openapi-python-client", "generate", "--meta", "none"),
            *("--path", folder / "schema.json", "--config", folder / "config.json"),
            *("--output-path", folder / NAME, "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield importlib.import_module(NAME)
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


@pytest.fixture
def calling(client: ModuleType, live_site: LiveSite) -> Iterator[Calling]:
    """Return the client with a token."""
    with ExitStack() as opened:
        yield lambda token: opened.enter_context(
            client.AuthenticatedClient(
                base_url=live_site.url,
                token=token,
                prefix="Token",
                raise_on_unexpected_status=True,
            )
        )


def call(name: str, *path: Any, **arguments: Any) -> Any:
    """Call an operation of the generated client; its answer must be of the documented kind."""
    operation = importlib.import_module(f"{NAME}.api.{name}")
    answer = operation.sync_detailed(*path, **arguments)
    assert 200 <= answer.status_code < 300, answer.content
    assert answer.parsed is not None
    return answer.parsed


def test_from_a_token_to_an_outcome(calling: Calling, live_site: LiveSite) -> None:
    models = importlib.import_module(f"{NAME}.models")

    partner = calling(live_site.tokens["partner"])
    manager = calling(live_site.tokens["manager"])
    whoami = call("tokens.token_retrieve", client=partner)
    assert whoami.user == "partner-system"
    assert whoami.roles == ["Integrators"]

    asked = models.ScoreRequestRequest.from_dict(
        {
            "application": {
                "AMT_CREDIT": 450_000,
                "AMT_INCOME_TOTAL": 180_000,
                "DAYS_BIRTH": -14_000,
            },
            "explain": True,
        }
    )
    key = str(uuid4())
    score = call("scores.scores_create", client=partner, body=asked, idempotency_key=key)
    again = call("scores.scores_create", client=partner, body=asked, idempotency_key=key)
    assert again.id == score.id
    explanation = call("scores.scores_explanation_retrieve", score.id, client=partner)
    assert explanation == score.explanation
    total = sum(reason.contribution for reason in explanation.reasons) + explanation.base_value
    assert total == pytest.approx(explanation.raw_score, abs=1e-9)

    filed = call("applications.applications_create", client=partner, body=_application(models))
    assert filed.decision.outcome == "refer"
    seen = models.SeenBodyRequest(version=filed.version)
    claimed = call("applications.applications_claim", filed.id, client=manager, body=seen)
    verdict = models.VerdictBodyRequest.from_dict(
        {
            "version": claimed.version,
            "outcome": "approve",
            "reason_code": "security",
            "comment": "Her brother stands surety.",
        }
    )
    decided = call("applications.applications_decide", filed.id, client=manager, body=verdict)
    decision = call("decisions.decisions_retrieve", decided.decision.id, client=partner)
    assert decision.outcome == "approve"

    happened = models.OutcomeBodyRequest(
        reference=filed.reference, defaulted=False, observed_on=_today()
    )
    recorded = call("outcomes.outcomes_create", client=partner, body=[happened])
    assert (recorded.new, recorded.corrected, recorded.unchanged) == (1, 0, 0)


def test_a_problem_is_of_its_documented_kind(calling: Calling) -> None:
    stranger = calling("wrong")
    operation = importlib.import_module(f"{NAME}.api.tokens.token_retrieve")
    problem = operation.sync(client=stranger)
    assert (problem.status, problem.type_) == (401, "/api/v1/problems/#not_authenticated")


def _application(models: Any) -> Any:
    examples = importlib.import_module("applications.api.examples")
    return models.NewApplicationRequest.from_dict({**examples.APPLICATION, "submit": True})


def _today() -> date:
    return datetime.now(UTC).date()
