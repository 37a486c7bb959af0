"""The page that says what each raw column means.

Tests without `django_db` show that it asks the database for nothing.
"""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from ml.schema import APPLICATION_TEST, AUXILIARY
from scoring.api import columns
from tests.applications.factories import UserFactory

PATHS = {"application": APPLICATION_TEST} | {f"history.{table.name}": table for table in AUXILIARY}


def page(client: Client, words: str = "") -> str:
    answer = client.get(reverse("api-columns"), {"q": words} if words else {})
    assert answer.status_code == 200
    return answer.content.decode()


def found(words: str) -> list[str]:
    return [column.anchor for group in columns.found(words) for column in group.columns]


def test_every_table_and_column_has_its_own_anchor(client: Client) -> None:
    ids = re.findall(r' id="([^"]+)"', page(client))
    assert len(ids) == len(set(ids))
    assert set(ids) >= {*PATHS, *(f"{path}.{c}" for path, t in PATHS.items() for c in t.columns)}


def test_the_tables_are_linked_to(client: Client) -> None:
    shown = page(client)
    assert [f'href="#{path}"' for path in PATHS if f'href="#{path}"' not in shown] == []


def test_a_column_tells_what_the_service_accepts(client: Client) -> None:
    told = page(client, "DAYS_EMPLOYED")
    assert "-36525 to 0" in told
    assert "or 365243" in told
    assert "required unless on file" not in told
    assert "required unless on file" in page(client, "DAYS_BIRTH")
    assert "1 to 1e+12" in page(client, "AMT_INCOME_TOTAL")
    assert "58 known values" in page(client, "ORGANIZATION_TYPE")
    assert "<code>Revolving loans</code>" in page(client, "NAME_CONTRACT_TYPE")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("days_birth", ["application.DAYS_BIRTH"]),
        ("AGENCY", [f"application.EXT_SOURCE_{n}" for n in (1, 2, 3)]),
        ("machines  cash times", ["history.credit_card_balance.CNT_DRAWINGS_ATM_CURRENT"]),
        ("no such thing", []),
    ],
)
def test_the_search_finds_all_words_in_any_order(words: str, expected: list[str]) -> None:
    assert found(words) == expected


def test_nothing_found_says_what_to_do_and_keeps_what_was_typed(client: Client) -> None:
    shown = page(client, '<b>"zzz')
    assert "0 of 217 columns" in shown
    assert "Try one word" in shown
    assert 'value="&lt;b&gt;&quot;zzz"' in shown
    assert f'href="{reverse("api-columns")}"' in shown


@pytest.mark.parametrize("words", ["\x00", "x" * 100_000, "\U0001f600", " "])
def test_any_text_may_be_searched_for(client: Client, words: str) -> None:
    page(client, words)


@pytest.mark.django_db
def test_who_is_logged_in_sees_the_same(client: Client) -> None:
    client.force_login(UserFactory(role="Bankers"))
    assert "217 of 217 columns" in page(client)


@pytest.mark.filterwarnings("default")
def test_the_page_of_the_schema_links_to_it(client: Client) -> None:
    described = client.get(reverse("schema"), {"format": "json"}).json()["info"]["description"]
    assert f"]({reverse('api-columns')})" in described
