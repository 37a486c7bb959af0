"""Score batches over REST: files in every format, refusals, progress, results, who may read."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from knox.models import AuthToken
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from ml.tables import Tables
from monitoring.models import Prediction
from scoring.batches import results, services
from scoring.batches.models import ScoreBatch
from scoring.models import Explanation
from tests.scoring import batches
from tests.scoring.factories import APPLICATION, partner

pytestmark = pytest.mark.django_db

URL = "/api/v1/score-batches/"
PROBLEM = "application/problem+json"
PARQUET = "application/vnd.apache.parquet"
ROW: dict[str, Any] = {"SK_ID_CURR": 5, **APPLICATION}


def client_of(user: User) -> APIClient:
    _token, plain = AuthToken.objects.create(user=user, expiry=timedelta(days=1))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {plain}")
    return client


@pytest.fixture
def user() -> User:
    return partner()


@pytest.fixture
def api(user: User) -> APIClient:
    return client_of(user)


def send(api: APIClient, content: bytes, media_type: str = "text/csv", query: str = "") -> Any:
    return api.generic("POST", URL + query, content, content_type=media_type)


def finished(answer: Any) -> ScoreBatch:
    batch = ScoreBatch.objects.get(pk=answer.json()["id"])
    batches.work(batch)
    batch.refresh_from_db()
    return batch


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("text/csv", batches.as_csv([ROW])),
        ("text/csv; charset=utf-8", batches.as_csv([ROW])),
        ("application/x-ndjson", batches.as_json_lines([ROW])),
        ("application/jsonl", batches.as_json_lines([ROW])),
        (PARQUET, batches.as_parquet(pl.DataFrame([ROW]))),
        ("application/zip", batches.as_zip({"application_test.csv": batches.as_csv([ROW])})),
    ],
)
@pytest.mark.usefixtures("champion")
def test_a_file_in_the_body(api: APIClient, media_type: str, content: bytes) -> None:
    answer = send(api, content, media_type, "?name=june.csv")
    assert answer.status_code == 202
    told = answer.json()
    assert (told["state"], told["name"], told["share"]) == ("checking", "june.csv", 0)
    assert answer["Location"] == f"{URL}{told['id']}/"
    batch = finished(answer)
    told = api.get(answer["Location"]).json()
    assert (told["state"], told["rows_scored"], told["share"]) == ("finished", 1, 1), batch.problem


@pytest.mark.usefixtures("champion")
def test_a_file_in_a_form(api: APIClient) -> None:
    file = SimpleUploadedFile("july.csv", batches.as_csv([ROW]), "text/csv")
    answer = api.post(URL, {"file": file, "explain": "true"}, format="multipart")
    assert answer.status_code == 202
    assert answer.json()["name"] == "july.csv"
    assert answer.json()["explain"] is True
    assert finished(answer).state == "finished"


HEADER = batches.as_csv([ROW]).splitlines()[0]
LINE = batches.as_csv([ROW]).splitlines()[1]


@pytest.mark.parametrize(
    ("media_type", "content", "field", "words"),
    [
        ("text/csv", b"", "file", "The file is empty."),
        ("text/csv", b"\n\n", "file", "The file is empty."),
        ("text/csv", HEADER.replace(b"CREDIT", b"CREDT") + b"\n", "AMT_CREDT", "AMT_CREDIT?"),
        ("text/csv", b"TARGET," + HEADER + b"\n", "TARGET", "cannot be an input"),
        ("text/csv", HEADER + b",AMT_CREDIT\n", "AMT_CREDIT", "2 times"),
        ("text/csv", b",AMT_CREDIT\n", "file", "Column 1 has no name"),
        ("text/csv", b"AMT_CREDIT,DAYS_BIRTH\n1,2\n", "AMT_INCOME_TOTAL", "required"),
        ("text/csv", HEADER.replace(b",", b";") + b"\n", "file", "use commas"),
        ("text/csv", HEADER.decode().encode("utf-16"), "file", "UTF-8"),
        ("text/csv", b"\xe9" + HEADER, "file", "UTF-8"),
        ("text/csv", b"\x1f\x8b" + HEADER, "file", "compressed"),
        ("text/csv", batches.as_json_lines([ROW]), "file", "sent as CSV, but holds JSON Lines"),
        (PARQUET, HEADER, "file", "sent as Parquet, but holds CSV"),
        (PARQUET, b"PAR1" + b"x" * 50, "file", "The Parquet file is damaged."),
        (PARQUET, batches.as_parquet(pl.DataFrame([ROW]))[:-30], "file", "damaged"),
        (
            PARQUET,
            batches.as_parquet(pl.DataFrame({**ROW, "AMT_CREDIT": ["x"]})),
            "AMT_CREDIT",
            "Expected numbers",
        ),
        ("application/x-ndjson", b"[1]", "file", "one JSON list"),
        ("application/x-ndjson", b'{"a": ', "file", "Line 1 is not JSON"),
        ("application/zip", b"PK\x03\x04" + b"x" * 50, "file", "The zip file is damaged."),
        ("application/zip", batches.as_zip({"a.csv": b"a"}), "file", "neither"),
        (
            "application/zip",
            batches.as_zip({"application_test.csv.gz": b"a"}),
            "file",
            "packed once more",
        ),
        (
            "application/zip",
            batches.as_zip({"a/application_test.csv": b"a", "b/application_test.csv": b"a"}),
            "file",
            "more than once",
        ),
    ],
)
@pytest.mark.usefixtures("champion")
def test_what_cannot_be_scored_is_refused_at_once(
    api: APIClient,
    *,
    batch_directory: Path,
    media_type: str,
    content: bytes,
    field: str,
    words: str,
) -> None:
    answer = send(api, content, media_type)
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    told = {error["field"]: error["detail"] for error in answer.json()["errors"]}
    assert words in told[field]
    assert not ScoreBatch.objects.exists()
    assert not [path for path in batch_directory.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("media_type", "content", "words"),
    [
        ("text/csv", HEADER + b"\n", "The file holds no applications."),
        ("text/csv", HEADER + b"\n" + LINE + b"\n\xff\n", "Line 3 is not UTF-8 text."),
        ("text/csv", HEADER + b'\n"' + LINE, "quotation mark"),
        (
            PARQUET,
            batches.as_parquet(pl.DataFrame([ROW]).clear()),
            "The file holds no applications.",
        ),
        (
            "application/zip",
            batches.as_zip({"application_test.csv": HEADER.replace(b"CREDIT", b"CREDT")}),
            "AMT_CREDT: This field is unknown. Did you mean AMT_CREDIT?",
        ),
        (
            "application/zip",
            batches.as_zip(
                {"application_test.csv": batches.as_csv([ROW]), "bureau.csv": b"A\n1\n"}
            ),
            "bureau: the column SK_ID_CURR is missing",
        ),
    ],
)
@pytest.mark.usefixtures("champion")
def test_what_shows_later_is_told_by_the_batch(
    api: APIClient, media_type: str, content: bytes, words: str
) -> None:
    answer = send(api, content, media_type)
    batch = finished(answer)
    told = api.get(answer["Location"]).json()
    assert told["state"] == "refused"
    assert words in told["problem"]
    assert api.get(f"{answer['Location']}results/").status_code == 409
    assert not Prediction.objects.filter(batch_row__batch=batch).exists()


@pytest.mark.usefixtures("champion")
def test_a_file_that_is_too_large(
    api: APIClient, settings: Settings, batch_directory: Path
) -> None:
    settings.BATCH_MAX_BYTES = 100
    answer = send(api, batches.as_csv([ROW] * 10))
    assert (answer.status_code, answer["Content-Type"]) == (413, PROBLEM)
    assert not [path for path in batch_directory.rglob("*") if path.is_file()]


@pytest.mark.usefixtures("champion")
def test_a_zip_that_unpacks_to_too_much(api: APIClient, settings: Settings) -> None:
    settings.BATCH_MAX_UNPACKED_BYTES = 1_000_000
    content = batches.as_zip(
        {"application_test.csv": batches.as_csv([ROW]), "bureau.csv": b"0" * 1_000_001}
    )
    answer = send(api, content, "application/zip")
    assert "unpacks to more" in answer.json()["errors"][0]["detail"]


@pytest.mark.usefixtures("champion")
def test_no_path_in_a_zip_leads_anywhere_else(api: APIClient, tmp_path: Path) -> None:
    rows = batches.as_csv([ROW])
    content = batches.as_zip(
        {"../../application_test.csv": rows, "/etc/bureau.txt": b"x", "..\\..\\x.csv": b"x"}
    )
    batch = finished(send(api, content, "application/zip"))
    assert batch.state == "finished", batch.problem
    names = {path.name for path in tmp_path.rglob("*.csv")}
    assert names <= {"application.csv"}


@pytest.mark.parametrize("rows", [10, 11])
@pytest.mark.usefixtures("champion")
def test_more_rows_than_are_taken(api: APIClient, settings: Settings, rows: int) -> None:
    settings.BATCH_MAX_ROWS = 10
    for content, media_type in [
        (batches.as_csv([ROW] * rows), "text/csv"),
        (batches.as_parquet(pl.DataFrame([ROW] * rows)), PARQUET),
    ]:
        batch = finished(send(api, content, media_type))
        assert batch.state == ("finished" if rows == 10 else "refused")


@pytest.mark.usefixtures("champion")
def test_another_media_type_is_refused(api: APIClient) -> None:
    assert send(api, b"{}", "application/json").status_code == 415
    assert api.post(URL, {"explain": "true"}, format="multipart").status_code == 400
    answer = send(api, batches.as_csv([ROW]), query="?explain=perhaps")
    assert answer.json()["errors"][0]["field"] == "explain"


def test_without_a_champion_it_says_so(api: APIClient, batch_directory: Path) -> None:
    api.raise_request_exception = False
    assert send(api, batches.as_csv([ROW])).status_code == 503
    assert not [path for path in batch_directory.rglob("*") if path.is_file()]


@pytest.mark.usefixtures("champion")
def test_results_as_csv(api: APIClient) -> None:
    bad = {**ROW, "AMT_CREDIT": -1}
    answer = send(api, batches.as_csv([ROW, bad, {**ROW, "SK_ID_CURR": 6}]))
    assert api.get(f"{answer['Location']}results/").status_code == 409
    batch = finished(answer)
    found = api.get(f"{answer['Location']}results/")
    assert found["Content-Type"] == "text/csv"
    table = pl.read_csv(io.BytesIO(body(found)))
    assert table.columns == list(results.COLUMNS)
    assert table["line"].to_list() == [2, 3, 4]
    assert table["client_id"].to_list() == [5, 5, 6]
    for row, given in zip(batches.rows_of(batch), table.iter_rows(named=True), strict=True):
        if row.prediction is None:
            assert given["pd"] is None
            assert given["error"].startswith("AMT_CREDIT: -1 is out of range")
        else:
            assert given["error"] is None
            assert given["pd"] == row.prediction.pd
            assert given["score_id"] == str(row.prediction.pk)
            assert given["decision"] == row.prediction.outcome
            assert given["completeness"] == row.prediction.completeness
    score = api.get(f"/api/v1/scores/{table['score_id'][0]}/").json()
    assert score["pd"] == table["pd"][0]


@pytest.mark.parametrize("asked", ["?format=parquet", PARQUET])
@pytest.mark.usefixtures("champion")
def test_results_as_parquet(
    api: APIClient, asked: str, synthetic_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "_PIECE", 7)
    rows = batches.applications(synthetic_tables, 30)
    answer = send(api, batches.as_csv(rows), query="?explain=true")
    batch = finished(answer)
    url = f"{answer['Location']}results/"
    found = api.get(url, HTTP_ACCEPT=asked) if asked == PARQUET else api.get(url + asked)
    assert found["Content-Type"] == PARQUET
    table = pl.read_parquet(io.BytesIO(body(found)))
    assert table["line"].to_list() == list(range(2, 32))
    assert table["client_id"].to_list() == rows["SK_ID_CURR"].to_list()
    expected = [row.prediction.pd for row in batches.rows_of(batch) if row.prediction]
    assert table["pd"].to_list() == expected
    first = batches.rows_of(batch)[0].prediction
    assert first is not None
    assert table["reason_codes"][0].to_list() == results.reason_codes(first.explanation.grouped)
    assert 1 <= len(table["reason_codes"][0]) <= results.MOST_REASONS


@pytest.mark.usefixtures("champion")
def test_what_a_spreadsheet_would_compute_is_text(api: APIClient) -> None:
    answer = send(api, batches.as_json_lines([{"=1+1": 2, **ROW}]), "application/x-ndjson")
    finished(answer)
    text = body(api.get(f"{answer['Location']}results/")).decode()
    assert ",'=1+1: This field is unknown." in text


@pytest.mark.usefixtures("champion")
def test_another_form_of_results_is_refused(api: APIClient) -> None:
    answer = send(api, batches.as_csv([ROW]))
    finished(answer)
    url = f"{answer['Location']}results/"
    found = api.get(url, HTTP_ACCEPT="image/png")
    assert (found.status_code, found["Content-Type"]) == (406, PROBLEM)


@pytest.mark.usefixtures("champion")
def test_errors_come_page_by_page(api: APIClient) -> None:
    rows = [{**ROW, "AMT_CREDIT": -i, "DAYS_BIRTH": 1} for i in range(1, 6)]
    answer = send(api, batches.as_csv([ROW, *rows]))
    finished(answer)
    page = api.get(f"{answer['Location']}errors/?limit=3").json()
    assert [row["line"] for row in page["results"]] == [3, 4, 5]
    first = page["results"][0]["errors"]
    assert [error["column"] for error in first] == ["AMT_CREDIT", "DAYS_BIRTH"]
    assert "out of range" in first[0]["detail"]
    page = api.get(page["next"]).json()
    assert [row["line"] for row in page["results"]] == [6, 7]
    assert page["next"] is None


@pytest.mark.usefixtures("champion")
def test_progress_and_cancelling(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "ROWS", 2)
    answer = send(api, batches.as_csv([ROW] * 8))
    batch = ScoreBatch.objects.get()
    services.split(batch_id=batch.pk)
    assert services.score_next_chunk(batch_id=batch.pk)
    url = answer["Location"]
    told = api.get(url).json()
    assert (told["state"], told["rows_total"], told["rows_read"]) == ("scoring", 8, 2)
    assert told["share"] == 0.25
    assert told["estimated_end"] > told["started_at"]
    assert told["model"]["sha256"] == Prediction.objects.first().model_sha256  # type: ignore[union-attr]
    cancelled = api.post(told["links"]["cancel"])
    assert cancelled.json()["state"] == "cancelled"
    assert not services.score_next_chunk(batch_id=batch.pk)
    assert Prediction.objects.count() == 2
    assert len(body(api.get(told["links"]["results"])).splitlines()) == 3
    again = api.post(told["links"]["cancel"])
    assert (again.status_code, again["Content-Type"]) == (409, PROBLEM)


@pytest.mark.usefixtures("champion")
def test_a_chunk_under_way_is_stored_after_cancelling() -> None:
    batch = batches.create(batches.as_csv([ROW]))
    services.split(batch_id=batch.pk)
    batch.refresh_from_db()
    chunk = services._claim(batch)
    assert chunk is not None
    services.cancel(batch_id=batch.pk)
    services.sweep()
    services._score(ScoreBatch.objects.select_related("model").get(), chunk)
    assert Prediction.objects.count() == 1


@pytest.mark.parametrize("suffix", ["", "results/", "errors/", "cancel/"])
@pytest.mark.usefixtures("champion")
def test_nobody_sees_what_others_sent(api: APIClient, suffix: str) -> None:
    answer = send(api, batches.as_csv([ROW]))
    finished(answer)
    url = answer["Location"] + suffix
    method = "post" if suffix == "cancel/" else "get"
    assert getattr(client_of(partner("other")), method)(url).status_code == 404
    assert getattr(client_of(partner("teller", "Bankers")), method)(url).status_code == 403
    assert getattr(APIClient(), method)(url).status_code == 401
    admin = client_of(partner("root", "Administrators"))
    assert getattr(admin, method)(url).status_code in {200, 409}
    assert getattr(api, method)(f"{URL}{uuid4()}/{suffix}").status_code == 404


@pytest.mark.usefixtures("champion")
def test_the_list_holds_ones_own(
    api: APIClient, user: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    mine = [batches.create(batches.as_csv([ROW]), user=user) for _ in range(3)]
    batches.create(batches.as_csv([ROW]), user=partner("other"))
    api.get(URL)  # notes that the token is in use, as once a minute
    with django_assert_max_num_queries(6):
        page = api.get(URL).json()
    assert [batch["id"] for batch in page["results"]] == [str(b.pk) for b in reversed(mine)]


@pytest.mark.usefixtures("champion")
def test_explanations_are_made_when_somebody_asks(api: APIClient) -> None:
    batch = finished(send(api, batches.as_csv([ROW] * 3)))
    assert not Explanation.objects.exists()
    prediction = batches.rows_of(batch)[1].prediction
    assert prediction is not None
    found = api.get(f"/api/v1/scores/{prediction.pk}/explanation/").json()
    assert found["status"] == "ready"
    assert Explanation.objects.get().prediction == prediction


@pytest.mark.usefixtures("champion")
def test_a_browser_may_send_a_form(client: Client) -> None:
    client.force_login(partner("manager", "Managers"))
    file = SimpleUploadedFile("may.csv", batches.as_csv([ROW]), "text/csv")
    assert client.post(URL, {"file": file}).status_code == 202
