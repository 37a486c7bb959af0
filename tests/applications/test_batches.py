"""Batches on the desk: who may, what is shown, how wrong files are refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from scoring.batches.models import ScoreBatch
from tests.applications.factories import UserFactory
from tests.scoring import batches
from tests.scoring.factories import APPLICATION

pytestmark = pytest.mark.django_db

URL = "/batches/"
ROW = {"SK_ID_CURR": 5, **APPLICATION}
BAD = {**ROW, "AMT_CREDIT": -1}


@pytest.fixture(autouse=True)
def batch_directory(settings: Settings, tmp_path: object) -> None:
    settings.BATCH_DIR = tmp_path


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(UserFactory(username="manager", role="Managers"))
    return client


def file_of(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("june.csv", content)


@pytest.mark.usefixtures("champion")
def test_a_file_from_the_form_to_its_scores(manager: Client) -> None:
    answer = manager.post(URL, {"file": file_of(batches.as_csv([ROW, BAD])), "explain": "on"})
    batch = ScoreBatch.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, batch.get_absolute_url())
    assert batch.explain
    page = manager.get(batch.get_absolute_url()).content.decode()
    assert "Being checked" in page
    assert "Scores as CSV" not in page
    batches.work(batch)
    page = manager.get(batch.get_absolute_url()).content.decode()
    assert "-1 is out of range; expected 1 to 1e+12." in page
    scores = manager.get(reverse("applications:batch-results", args=[batch.pk, "csv"]))
    assert len(b"".join(scores.streaming_content).splitlines()) == 3  # type: ignore[attr-defined]


@pytest.mark.usefixtures("champion")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"AMT_CREDT\n1\n", "Did you mean AMT_CREDIT?"),
        (b"", "The file is empty."),
        (b"[1, 2]", "one JSON list"),
    ],
)
def test_a_wrong_file_is_refused_by_the_form(manager: Client, content: bytes, words: str) -> None:
    answer = manager.post(URL, {"file": file_of(content), "explain": "on"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ScoreBatch.objects.exists()


def test_no_file_or_no_model(manager: Client) -> None:
    assert "Choose a file first." in manager.post(URL, {}).content.decode()
    answer = manager.post(URL, {"file": file_of(batches.as_csv([ROW]))})
    assert "No model is ready to score." in answer.content.decode()


@pytest.mark.usefixtures("champion")
def test_the_progress_stops_asking_when_the_batch_is_over(manager: Client) -> None:
    manager.post(URL, {"file": file_of(batches.as_csv([ROW]))})
    batch = ScoreBatch.objects.get()
    url = reverse("applications:batch-progress", args=[batch.pk])
    assert f'hx-get="{url}"' in manager.get(url).content.decode()
    batches.work(batch)
    answer = manager.get(url)
    assert "hx-get" not in answer.content.decode()
    assert answer["HX-Refresh"] == "true"


@pytest.mark.usefixtures("champion")
def test_cancelling_twice_is_told(manager: Client) -> None:
    manager.post(URL, {"file": file_of(batches.as_csv([ROW]))})
    batch = ScoreBatch.objects.get()
    url = reverse("applications:batch-cancel", args=[batch.pk])
    assert "is cancelled" in manager.post(url, follow=True).content.decode()
    assert "This batch is over: cancelled." in manager.post(url, follow=True).content.decode()
    results = reverse("applications:batch-results", args=[batch.pk, "csv"])
    assert "There are no results yet." in manager.get(results, follow=True).content.decode()


@pytest.mark.usefixtures("champion")
def test_only_who_may_and_only_their_own(client: Client, manager: Client) -> None:
    manager.post(URL, {"file": file_of(batches.as_csv([ROW]))})
    url = ScoreBatch.objects.get().get_absolute_url()
    client.logout()
    assert client.get(url)["Location"].startswith("/accounts/login/")
    client.force_login(UserFactory(username="banker", role="Bankers"))
    assert client.get(URL).status_code == 403
    assert client.get(url).status_code == 403
    client.force_login(UserFactory(username="other", role="Managers"))
    assert client.get(url).status_code == 404
    assert client.post(f"{url}cancel/").status_code == 404
    assert client.get(f"{url}scores.csv").status_code == 404


@pytest.mark.usefixtures("champion")
def test_few_queries_whatever_there_is(
    manager: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    user = UserFactory(username="many", role="Managers")
    for day in range(4):
        batch = batches.scored(batches.as_csv([ROW, *[BAD] * 5]), user=user)
        moment = timezone.now() - timedelta(days=day)
        ScoreBatch.objects.filter(pk=batch.pk).update(name=f"of day {day}", created_at=moment)
    manager.force_login(user)
    with django_assert_max_num_queries(12):
        page = manager.get(URL).content.decode()
    places = [page.index(f"of day {day}") for day in range(4)]
    assert places == sorted(places)
    with django_assert_max_num_queries(12):
        manager.get(ScoreBatch.objects.first().get_absolute_url())  # type: ignore[union-attr]
