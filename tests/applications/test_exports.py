"""The decision history as CSV and as a spreadsheet."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from applications import exports
from applications.models import Decision
from monitoring.models import Outcome
from monitoring.services import record_outcome
from tests.applications.factories import DecisionFactory

LogIn = Callable[[User], Client]
CSV = reverse("applications:export", args=["csv"])
XLSX = reverse("applications:export", args=["xlsx"])
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def decision(banker: User) -> Decision:
    decision = DecisionFactory(
        decided_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        application__reference="A-2026-000007",
        application__filed_by=banker,
        application__last_name="=1+1",
        application__first_name="Zoé",
        application__amount=1_234.5,
        prediction__pd=0.0625,
    )
    record_outcome(prediction=decision.prediction, defaulted=True, observed_on=date(2026, 9, 1))
    return decision


def _read(client: Client, address: str, language: str = "en") -> bytes:
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)  # type: ignore[arg-type]  # it is synchronous here


def _table(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")  # or Excel takes it for another encoding
    lines = io.StringIO(content.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(lines, delimiter=delimiter))


def test_csv_holds_one_line_for_each_decision(
    decision: Decision, manager: User, logged_in: LogIn
) -> None:
    DecisionFactory(outcome=Outcome.DECLINE)

    first, second = _table(_read(logged_in(manager), f"{CSV}?sort=decided"))

    assert first["Reference"] == "A-2026-000007"
    assert first["Decided"] == "2026-03-01 09:30"
    assert first["Banker"] == decision.application.filed_by.get_full_name()
    assert first["Type of loan"] == "Cash loan"
    assert first["Amount"] == "1234.5"
    assert first["PD"] == "0.0625"
    assert first["Made"] == "Automatically"
    assert first["Decided by"] == ""
    assert first["Outcome of the loan"] == "Not repaid"
    assert (second["Decision"], second["Outcome of the loan"]) == ("Declined", "")


def test_french_spreadsheets_want_semicolons_and_decimal_commas(
    decision: Decision, manager: User, logged_in: LogIn
) -> None:
    content = _read(logged_in(manager), CSV, language="fr")

    (row,) = _table(content, delimiter=";")
    assert "0,0625" in row.values()
    assert "1234,5" in row.values()


@pytest.mark.parametrize("name", ["=1+1", "+49", "-2", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_becomes_a_formula(name: str, manager: User, logged_in: LogIn) -> None:
    DecisionFactory(application__last_name=name)

    (row,) = _table(_read(logged_in(manager), CSV))

    assert row["Last name"] == f"'{name}"


def test_filters_hold_for_the_file(decision: Decision, manager: User, logged_in: LogIn) -> None:
    DecisionFactory(outcome=Outcome.DECLINE, application__reference="A-2026-000008")

    (row,) = _table(_read(logged_in(manager), f"{CSV}?outcome=decline"))

    assert row["Reference"] == "A-2026-000008"


@pytest.mark.parametrize("address", [CSV, XLSX])
def test_a_wrong_filter_exports_nothing(address: str, manager: User, logged_in: LogIn) -> None:
    answer = logged_in(manager).get(address, {"decided_from": "soon"})

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('applications:history')}?decided_from=soon"


def test_xlsx_holds_numbers_and_harmless_text(
    decision: Decision, manager: User, logged_in: LogIn
) -> None:
    book = zipfile.ZipFile(io.BytesIO(_read(logged_in(manager), XLSX)))
    sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own file
    head, row = sheet.iter(f"{NAMESPACE}row")
    texts = [cell.findtext(f"{NAMESPACE}is/{NAMESPACE}t") for cell in row]
    numbers = [cell.findtext(f"{NAMESPACE}v") for cell in row]

    assert len(list(head)) == 23
    assert "=1+1" in texts
    assert {"1234.5", "0.0625"} <= set(numbers)
    assert str(46_082 + 9.5 / 24)[:12] in {number[:12] for number in numbers if number}
    assert not list(sheet.iter(f"{NAMESPACE}f"))


def test_more_rows_than_a_sheet_holds(
    decision: Decision, manager: User, logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 0)

    answer = logged_in(manager).get(XLSX, follow=True)

    assert "A sheet holds 0 rows at most" in answer.content.decode()


def test_csv_is_read_in_chunks_with_one_query(
    manager: User,
    logged_in: LogIn,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Callable[..., object],
) -> None:
    monkeypatch.setattr(exports, "CHUNK", 2)
    DecisionFactory.create_batch(5)
    lines = exports.csv(Decision.objects.all(), language="en")

    with django_assert_num_queries(1):
        assert len(list(lines)) == 6


def test_other_kinds_of_files_do_not_exist(manager: User, logged_in: LogIn) -> None:
    answer = logged_in(manager).get(reverse("applications:export", args=["pdf"]))
    assert answer.status_code == 404
