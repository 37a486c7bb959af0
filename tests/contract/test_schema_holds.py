"""Whatever is sent to the API, it answers as its schema says, and never with 5xx.

Schemathesis makes the requests from the schema, right and wrong ones; they are sent to a live
site by every role in turn, and mostly name things that exist.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from tests.contract.conftest import ROLES, LiveSite

# Every address is tried with so many requests made at random, besides those for each limit of
# each field; more of them are worth a longer run now and then.
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "8"))
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]
_KEY = re.compile(r"[0-9]+|[0-9a-f]{8}-[0-9a-f-]{27}", re.IGNORECASE)

pytestmark = pytest.mark.filterwarnings("default")


@schemathesis.serializer(
    "text/csv",
    "application/jsonl",
    "application/x-ndjson",
    "application/vnd.apache.parquet",
    "application/zip",
)
def _file(context: Any, value: Any) -> bytes:
    """A body that is a file goes as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


schema = schemathesis.openapi.from_dict(
    SchemaGenerator().get_schema(request=None, public=True),  # type: ignore[no-untyped-call]
    config=SchemathesisConfig.from_dict(
        {"generation": {"deterministic": True, "no-shrink": True, "database": "none"}}
    ),
)


@pytest.fixture(scope="session")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        yield opened


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_schema_holds(case: Case, live_site: LiveSite, session: requests.Session) -> None:
    chance = zlib.crc32(repr((case.query, case.headers, case.body)).encode())
    _name_what_exists(case, live_site, chance)
    role = ROLES[chance // 7 % len(ROLES)] if chance % 20 else "stranger"
    case.call_and_validate(
        base_url=live_site.url, session=session, headers=live_site.headers(role), checks=CHECKS
    )


def _name_what_exists(case: Case, site: LiveSite, chance: int) -> None:
    """Put keys of what there is in place of made-up ones, in most of the requests."""
    kind = case.path.split("/")[3]
    for name, value in (case.path_parameters or {}).items():
        known = site.ids.get({"attachment": "attachments"}.get(name, kind))
        if known and chance % 8 and _KEY.fullmatch(str(value)):
            case.path_parameters[name] = known[chance // 11 % len(known)]
