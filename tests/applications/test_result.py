"""The result page: decision, cut-offs and reasons, which arrive by themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

import scoring.services
from applications.models import Decision
from applications.services import filing
from applications.templatetags.desk import percent
from monitoring.models import Outcome
from scoring.models import Explanation
from tests.applications.factories import (
    DecisionFactory,
    LoanApplicationFactory,
    UserFactory,
)

LogIn = Callable[[User], Client]


@pytest.fixture
def explained(banker: User, champion: Any) -> Decision:
    """A decision of the real champion, with its reasons."""
    draft = LoanApplicationFactory(filed_by=banker)
    decision = filing.submit(application_id=draft.pk, submitted_by=banker)
    scoring.services.explain(prediction_id=decision.prediction_id)
    return decision


def _page(client: Client, decision: Decision, **extra: Any) -> Any:
    return client.get(reverse("applications:detail", args=[decision.application_id]), **extra)


def _reasons(client: Client, decision: Decision) -> str:
    address = reverse("applications:explanation", args=[decision.application_id])
    return client.get(address, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Outcome.APPROVE, "can be granted"),
        (Outcome.REFER, "a manager looks"),
        (Outcome.DECLINE, "human review"),
    ],
)
def test_the_decision_in_one_glance(
    outcome: Outcome, word: str, banker: User, logged_in: LogIn
) -> None:
    decision = DecisionFactory(
        outcome=outcome,
        prediction__pd=0.1234,
        application__filed_by=banker,
        application__client_number=100017,
    )
    html = _page(logged_in(banker), decision).content.decode()

    assert word in html
    assert "12.3\u00a0%" in html
    assert "9.0\u00a0%" in html
    assert "15.0\u00a0%" in html
    assert "100017" in html
    assert "450,000" in html
    assert "style=" not in html


def test_reasons_are_asked_for_until_they_arrive(
    banker: User, logged_in: LogIn, champion: Any
) -> None:
    draft = LoanApplicationFactory(filed_by=banker)
    decision = filing.submit(application_id=draft.pk, submitted_by=banker)
    client = logged_in(banker)

    assert 'data-state="pending"' in _page(client, decision).content.decode()
    assert "hx-trigger" in _reasons(client, decision)

    scoring.services.explain(prediction_id=decision.prediction_id)

    arrived = _reasons(client, decision)
    assert 'data-state="ready"' in arrived
    assert "hx-trigger" not in arrived
    assert "Speaks for the loan" in arrived
    assert 'data-state="ready"' in _page(client, decision).content.decode()
    for column in ("EXT_SOURCE", "AMT_", "DAYS_"):
        assert column not in arrived


def test_reasons_compare_the_applicant_with_past_loans(
    explained: Decision, banker: User, logged_in: LogIn
) -> None:
    for html in (
        _reasons(logged_in(banker), explained),
        _page(logged_in(banker), explained).content.decode(),
    ):
        assert "Typical when repaid: " in html
        assert "; when not: " in html
        assert "The middle half lies between" in html
        assert 'class="desk-strip"' in html


def test_comparisons_have_a_scale(explained: Decision, banker: User, logged_in: LogIn) -> None:
    html = _page(logged_in(banker), explained).content.decode()

    assert html.count('class="desk-strip"') == html.count('class="desk-strip-scale"') > 0
    assert "On the scale of all past loans, from " in html


def test_the_page_can_be_jumped_through(
    explained: Decision, banker: User, logged_in: LogIn
) -> None:
    html = _page(logged_in(banker), explained).content.decode()

    start = html.index('<nav class="desk-jump"')
    places = re.findall(r'href="#([a-z]+)"', html[start : html.index("</nav>", start)])
    assert {"decision", "reasons", "documents", "notes", "timeline"} <= set(places)
    for place in places:
        assert html.count(f' id="{place}"') == 1


def test_the_news_of_the_reasons_is_read_out_once(
    explained: Decision, banker: User, logged_in: LogIn
) -> None:
    client = logged_in(banker)

    assert "innerHTML:#explanation-news" in _reasons(client, explained)
    page = _page(client, explained).content.decode()
    assert 'role="status" id="explanation-news"' in page
    assert "hx-swap-oob" not in page


def test_the_waterfall_leads_to_the_pd(explained: Decision, banker: User, logged_in: LogIn) -> None:
    way = _page(logged_in(banker), explained).context["waterfall"]

    assert way["end"]["pd"] == percent(explained.prediction.pd)
    assert way["end"]["at"] == pytest.approx(explained.prediction.raw_score)
    for before, after in pairwise(way["steps"]):
        assert after["start"] == pytest.approx(before["end"])
    for step in way["steps"]:
        assert (step["end"] > step["start"]) == (step["direction"] == "against")


def test_the_waterfall_is_a_table_too(explained: Decision, banker: User, logged_in: LogIn) -> None:
    page = _page(logged_in(banker), explained)
    html, way = page.content.decode(), page.context["waterfall"]

    table = html[html.index("The same figures as a table") :]
    for step in (way["start"], *way["steps"], way["end"]):
        assert f'<th scope="row">{step["label"]}</th>' in table


def test_how_certain_it_is(explained: Decision, banker: User, logged_in: LogIn) -> None:
    page = _page(logged_in(banker), explained)
    html, around = page.content.decode(), page.context["around"]

    assert f"Of the {around.loans} past loans" in html
    assert f"lies between {percent(around.low, 0)} and {percent(around.high, 0)}" in html
    assert page.context["missing"].fields[0] in html


def test_fields_left_open_are_named_if_they_apply(
    champion: Any, banker: User, logged_in: LogIn
) -> None:
    draft = LoanApplicationFactory(filed_by=banker, external_score_2=None, owns_car=False)
    decision = filing.submit(application_id=draft.pk, submitted_by=banker)
    missing = _page(logged_in(banker), decision).context["missing"]

    assert "External score 2" in missing.fields
    assert "Age of the car in years" not in missing.fields
    assert "credit bureau" in missing.history


def test_similar_past_loans(explained: Decision, banker: User, logged_in: LogIn) -> None:
    page = _page(logged_in(banker), explained)
    html, similar = page.content.decode(), page.context["similar"]

    assert f"Of the {similar['observed'].loans} most similar past loans" in html
    assert len(similar["closest"]) == 5
    assert [str(head) for head, _ in similar["applicant"]["cells"]] == [
        "Amount",
        "Monthly income",
        "Age",
        "External scores",
    ]
    assert similar["applicant"]["cells"][0][1] == "€450,000"
    assert "had not seen that loan" in html


def test_a_model_that_is_gone_leaves_the_decision(banker: User, logged_in: LogIn) -> None:
    decision = DecisionFactory(application__filed_by=banker)
    Explanation.objects.create(
        prediction=decision.prediction,
        status=Explanation.Status.READY,
        base_value=-2.5,
        contributions=b"",
        grouped=[{"concept": "age", "contribution": 0.5, "drivers": []}],
    )
    page = _page(logged_in(banker), decision)
    html = page.content.decode()

    assert page.status_code == 200
    assert "Applicants of this age repay less often." in html
    assert html.count("cannot be read") == 2
    assert "Typical values of past loans are not available" in html
    assert "waterfall-chart" not in html.split("</head>")[1]


def test_an_outsider_gets_no_reasons(
    explained: Decision, other_banker: User, logged_in: LogIn
) -> None:
    address = reverse("applications:explanation", args=[explained.application_id])
    answer = logged_in(other_banker).get(address, headers={"HX-Request": "true"})

    assert answer.status_code == 404


def test_reasons_that_failed_say_what_to_do(banker: User, logged_in: LogIn) -> None:
    decision = DecisionFactory(application__filed_by=banker)
    Explanation.objects.create(prediction=decision.prediction, status=Explanation.Status.FAILED)

    html = _reasons(logged_in(banker), decision)

    assert "could not be computed" in html
    assert "hx-trigger" not in html


def test_a_manager_reads_who_filed_it(manager: User, logged_in: LogIn) -> None:
    banker = UserFactory(role="Bankers", first_name="Camille", last_name="Roy")
    decision = DecisionFactory(application__filed_by=banker)

    assert "filed by Camille Roy" in _page(logged_in(manager), decision).content.decode()


def test_queries_of_the_result(
    banker: User, logged_in: LogIn, django_assert_num_queries: Callable[..., object]
) -> None:
    decision = DecisionFactory(application__filed_by=banker)
    client = logged_in(banker)

    # session, user, own permissions, group permissions,
    # application with its banker, its decisions with scores and explanation, the model, versions,
    # journal, letters
    with django_assert_num_queries(9):
        _page(client, decision)


def test_queries_of_the_result_with_everything_on_it(
    explained: Decision,
    banker: User,
    logged_in: LogIn,
    django_assert_num_queries: Callable[..., object],
) -> None:
    client = logged_in(banker)
    _page(client, explained)  # reads the past loans, once for each process

    # as above, without the model, which is loaded, and with what the score was computed from
    with django_assert_num_queries(8):
        page = _page(client, explained)

    assert len(page.content) < 300_000


def test_a_draft_has_no_result_yet(banker: User, logged_in: LogIn) -> None:
    draft = LoanApplicationFactory(filed_by=banker)

    answer = logged_in(banker).get(reverse("applications:detail", args=[draft.pk]))

    assert answer["Location"] == reverse("applications:edit", args=[draft.pk])
