"""Single cases: claiming, asking back, deciding, overruling, and the second manager."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.exceptions import NotAllowed, Stale
from applications.models import Case, Decision, Override
from applications.services import deciding
from applications.services.deciding import Seen, Verdict
from monitoring.models import Outcome
from scoring.models import Strategy
from tests.applications.factories import CaseFactory, UserFactory
from tests.applications.files import pdf
from tests.applications.journals import edited
from tests.scoring_site.interpreter import run

LogIn = Callable[[User], Client]
WHY = "The payslips of the last year show a steady income."
GRANT = Verdict("approve", "new_documents", WHY)
REFUSE = Verdict("decline", "hidden_risk", WHY)


@pytest.fixture
def second(db: None) -> User:
    return UserFactory(username="second", role="Managers", first_name="Bruno", last_name="Keller")


@pytest.fixture
def referral(banker: User) -> Case:
    return CaseFactory(
        decision__outcome=Outcome.REFER,
        decision__prediction__pd=0.11,
        decision__application__filed_by=banker,
    )


@pytest.fixture
def declined(banker: User) -> Case:
    return CaseFactory(
        decision__outcome=Outcome.DECLINE,
        decision__prediction__pd=0.31,
        decision__application__filed_by=banker,
    )


def _strategy(**limits: float) -> Strategy:
    people = UserFactory.create_batch(2)
    return Strategy.objects.create(
        version=1,
        refer_from=0.09,
        decline_from=0.15,
        cost_ratio=10,
        comment="x",
        status=Strategy.Status.APPROVED,
        effective_from=timezone.now() - timedelta(days=1),
        proposed_by=people[0],
        settled_by=people[1],
        settled_at=timezone.now(),
        **limits,
    )


def _claimed(case: Case, by: User) -> Case:
    return deciding.claim(application_id=case.pk, by=by, seen=Seen.of(case))


def _decide(case: Case, by: User, verdict: Verdict, seen: Seen | None = None) -> Any:
    return deciding.decide(
        application_id=case.pk, by=by, verdict=verdict, seen=seen or Seen.of(case)
    )


def _kinds(case: Case) -> list[str]:
    return [entry.kind for entry in case.application.entries.all()]


def _page(client: Client, case: Case) -> str:
    address = reverse("applications:detail", args=[case.pk])
    html: str = client.get(address).content.decode()
    return html


def _post(client: Client, name: str, case: Case, **typed: Any) -> Any:
    """Send a form of a page that showed the case as `case` holds it."""
    form = {"claim": "seen", "take-over": "seen", "put-back": "seen", "ask-back": "question"}
    prefix = form.get(name, name)
    sent = {"number": case.decision.number, "stage": case.stage, **typed}
    address = reverse(f"applications:{name}", args=[case.pk])
    return client.post(address, {f"{prefix}-{key}": value for key, value in sent.items()})


def test_a_referral_is_claimed_and_decided(referral: Case, manager: User, logged_in: LogIn) -> None:
    client = logged_in(manager)
    assert "Claim this case" in _page(client, referral)

    _post(client, "claim", referral)
    referral.refresh_from_db()
    assert (referral.stage, referral.claimed_by) == ("claimed", manager)
    _post(client, "decide", referral, outcome="approve", reason_code="new_documents", comment=WHY)

    case = Case.objects.get()
    decision = case.decision
    assert (decision.number, decision.outcome, decision.kind) == (2, "approve", "manual")
    assert (decision.decided_by, decision.reason_code, decision.reason) == (
        manager,
        "new_documents",
        WHY,
    )
    assert (case.stage, case.claimed_by) == (Case.Stage.DECIDED, None)
    assert case.letter_due_on == timezone.localdate() + timedelta(days=30)
    assert _kinds(case) == ["claimed", "decided"]
    assert edited() == []


def test_a_referral_is_answered_within_30_days_of_its_filing(referral: Case, manager: User) -> None:
    filed = timezone.now() - timedelta(days=20)
    with connection.cursor() as cursor:  # a submitted application cannot be changed otherwise
        cursor.execute("UPDATE applications_loanapplication SET submitted_at = %s", [filed])

    _decide(_claimed(referral, manager), manager, GRANT)

    due = Case.objects.get().letter_due_on
    assert due == timezone.localtime(filed).date() + timedelta(days=30)


def test_the_banker_reads_the_decision_and_its_reason(
    referral: Case, banker: User, manager: User, logged_in: LogIn
) -> None:
    assert "Waits for a manager" in _page(logged_in(banker), referral)
    manager.first_name, manager.last_name = "Anna", "Weber"
    manager.save()
    _decide(_claimed(referral, manager), manager, GRANT)

    html = _page(logged_in(banker), referral)

    assert "Approved by Anna Weber, to whom it was referred." in html
    assert WHY in html
    assert "New documents change the picture" in html
    assert "Recommended was:" in html
    assert "Claim this case" not in html
    listed = logged_in(banker).get(reverse("applications:list")).content.decode()
    assert "by a manager" in listed


def test_claiming_twice_changes_nothing(referral: Case, manager: User) -> None:
    seen = Seen.of(referral)
    _claimed(referral, manager)
    deciding.claim(application_id=referral.pk, by=manager, seen=seen)
    assert _kinds(referral) == ["claimed"]


def test_only_one_claims_and_the_other_is_told(
    referral: Case, manager: User, second: User, logged_in: LogIn
) -> None:
    _claimed(Case.objects.get(), second)

    answer = _post(logged_in(manager), "claim", referral)

    assert answer.status_code == 409
    assert "Bruno Keller has it now." in answer.content.decode()
    assert Case.objects.get().claimed_by == second


def test_a_case_is_taken_over_only_on_purpose(
    referral: Case, manager: User, second: User, logged_in: LogIn
) -> None:
    case = _claimed(referral, second)
    with pytest.raises(Stale, match="Bruno Keller has it now"):
        _decide(case, manager, GRANT)
    with pytest.raises(Stale, match="Bruno Keller has it now"):
        deciding.put_back(application_id=case.pk, by=manager, seen=Seen.of(case))
    client = logged_in(manager)
    assert "Take over" in _page(client, case)

    _post(client, "take-over", case)

    assert Case.objects.get().claimed_by == manager
    entry = case.application.entries.last()
    assert entry is not None
    assert (entry.kind, entry.data["taken_from"]) == ("claimed", "Bruno Keller")
    assert "from Bruno Keller" in _page(client, case)


def test_a_case_is_put_back(referral: Case, manager: User, logged_in: LogIn) -> None:
    case = _claimed(referral, manager)
    waiting_since = case.referred_at

    _post(logged_in(manager), "put-back", case)

    case = Case.objects.get()
    assert (case.stage, case.claimed_by, case.referred_at) == ("referred", None, waiting_since)


def test_a_question_is_answered_and_comes_back_to_who_asked(
    referral: Case, banker: User, manager: User, logged_in: LogIn
) -> None:
    case = _claimed(referral, manager)
    _post(logged_in(manager), "ask-back", case, question="Where is the payslip of May?")
    case = Case.objects.get()
    assert list(Case.objects.of_banker(banker).returned()) == [case]
    html = _page(logged_in(banker), case)
    assert "Where is the payslip of May?" in html
    assert "A manager asks you" in html
    payslip = SimpleUploadedFile("May.pdf", pdf())

    _post(logged_in(banker), "answer", case, text="It is attached.", documents=payslip)

    case = Case.objects.get()
    assert (case.stage, case.claimed_by, case.question) == ("claimed", manager, "")
    assert _kinds(case) == ["claimed", "returned", "answered", "attached"]
    html = _page(logged_in(manager), case)
    assert "It is attached." in html
    assert "May.pdf" in html


def test_an_answer_with_a_wrong_document_keeps_what_was_typed(
    referral: Case, banker: User, manager: User, logged_in: LogIn
) -> None:
    case = _claimed(referral, manager)
    case = deciding.ask_back(
        application_id=case.pk, by=manager, question="Why?", seen=Seen.of(case)
    )
    wrong = SimpleUploadedFile("May.pdf", b"MZ not a document")

    answer = _post(logged_in(banker), "answer", case, text="As attached.", documents=wrong)

    assert answer.status_code == 422
    assert "“May.pdf” is neither a PDF nor" in answer.content.decode()
    assert "As attached." in answer.content.decode()
    assert Case.objects.get().stage == Case.Stage.RETURNED


def test_only_its_banker_answers(referral: Case, manager: User, other_banker: User) -> None:
    case = _claimed(referral, manager)
    case = deciding.ask_back(
        application_id=case.pk, by=manager, question="Why?", seen=Seen.of(case)
    )
    with pytest.raises(NotAllowed):
        deciding.answer(application_id=case.pk, by=other_banker, text="So.", seen=Seen.of(case))


def test_a_manager_goes_on_without_an_answer(referral: Case, manager: User) -> None:
    case = _claimed(referral, manager)
    case = deciding.ask_back(
        application_id=case.pk, by=manager, question="Why?", seen=Seen.of(case)
    )
    case = deciding.take_over(application_id=case.pk, by=manager, seen=Seen.of(case))
    assert (case.stage, case.question) == ("claimed", "")


def test_a_decision_is_overruled(declined: Case, manager: User, logged_in: LogIn) -> None:
    _strategy()
    client = logged_in(manager)
    assert "Approve this loan instead" in _page(client, declined)

    _post(client, "decide", declined, outcome="approve", reason_code="security", comment=WHY)

    decision = Case.objects.get().decision
    assert (decision.number, decision.outcome, decision.kind) == (2, "approve", "override")
    assert "overruling the recommendation" in _page(client, declined)
    first = Decision.objects.get(number=1)
    assert (first.outcome, first.kind) == ("decline", "automatic")


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"comment": WHY, "outcome": "approve"}, "Choose the reason that comes closest."),
        ({"reason_code": "security", "outcome": "approve"}, "Say in a sentence or two why."),
        ({"reason_code": "security", "comment": WHY}, "Choose whether to approve or to decline."),
        (
            {"reason_code": "security", "comment": WHY, "outcome": "refer"},
            "refer is not one of the available choices",
        ),
        (
            {"reason_code": "security", "comment": "x" * 2_001, "outcome": "approve"},
            "Shorten this to 2000 characters; it has 2001.",
        ),
    ],
)
def test_an_incomplete_decision_says_what_is_missing(
    typed: dict[str, str], complaint: str, referral: Case, manager: User, logged_in: LogIn
) -> None:
    case = _claimed(referral, manager)

    answer = _post(logged_in(manager), "decide", case, **typed)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert complaint in html
    assert typed.get("comment", "") in html
    assert Decision.objects.count() == 1


def test_a_stale_decision_loses_nothing_that_was_written(
    referral: Case, manager: User, logged_in: LogIn
) -> None:
    case = _claimed(referral, manager)
    seen = Case.objects.get()
    _decide(case, manager, REFUSE)

    answer = _post(
        logged_in(manager), "decide", seen, outcome="approve", reason_code="security", comment=WHY
    )

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "The case has changed since you opened it" in html
    assert "It is declined." in html
    assert WHY in html
    assert Decision.objects.count() == 2


def test_a_form_without_what_it_saw_is_refused(
    referral: Case, manager: User, logged_in: LogIn
) -> None:
    answer = _post(logged_in(manager), "claim", referral, number="", stage="nonsense")
    assert answer.status_code == 422
    assert Case.objects.get().stage == Case.Stage.REFERRED


def test_nobody_decides_what_they_filed(logged_in: LogIn, manager: User, second: User) -> None:
    both = UserFactory(role="Bankers")
    both.groups.add(*manager.groups.all())
    own = CaseFactory(decision__outcome=Outcome.REFER, decision__application__filed_by=both)
    client = logged_in(both)
    html = _page(client, own)
    assert "another manager decides" in html
    assert "Claim this case" not in html

    assert _post(client, "claim", own).status_code == 403
    case = _claimed(own, second)
    with pytest.raises(NotAllowed):
        _decide(case, both, GRANT)


@pytest.mark.parametrize("role", ["Bankers", None])
def test_others_decide_nothing(role: str | None, referral: Case) -> None:
    person = UserFactory(role=role)
    for service in (deciding.claim, deciding.take_over, deciding.put_back):
        with pytest.raises(NotAllowed):
            service(application_id=referral.pk, by=person, seen=Seen.of(referral))
    with pytest.raises(NotAllowed):
        _decide(referral, person, GRANT)


# --- the second manager ------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "pd", "outcome", "needed"),
    [
        (None, 0.31, "approve", True),
        (None, 0.31, "decline", False),
        (None, 0.149, "approve", False),
        (None, 0.15, "approve", True),
        ({}, 0.31, "approve", False),
        ({"second_manager_amount": 450_000}, 0.05, "decline", True),
        ({"second_manager_amount": 450_001}, 0.05, "decline", False),
        ({"second_manager_pd": 0.2}, 0.2, "approve", True),
        ({"second_manager_pd": 0.2}, 0.3, "decline", False),
    ],
)
def test_when_a_second_manager_is_needed(
    limits: dict[str, float] | None, pd: float, outcome: str, needed: bool, db: None
) -> None:
    if limits is not None:
        _strategy(**limits)
    case = CaseFactory(decision__prediction__pd=pd)
    assert (outcome in deciding.needing_second_manager(case)) is needed


def test_a_proposal_changes_nothing_until_it_is_agreed(
    declined: Case, manager: User, second: User, logged_in: LogIn
) -> None:
    client = logged_in(manager)
    assert "A second manager must agree" in _page(client, declined)
    _post(client, "decide", declined, outcome="approve", reason_code="security", comment=WHY)

    override = Override.objects.get()
    assert Case.objects.get().decision.outcome == "decline"
    html = _page(client, declined)
    assert "Waits for a second manager" in html
    assert "Withdraw the proposal" in html
    assert "Agree</button>" not in html

    settle = reverse("applications:settle", args=[override.pk])
    sent = {
        "settle-number": 1,
        "settle-stage": "decided",
        "settle-verdict": "agree",
        "settle-answer": "The guarantee covers it.",
    }
    assert client.post(settle, sent).status_code == 403
    assert logged_in(second).post(settle, sent).status_code == 302

    decision = Case.objects.get().decision
    assert (decision.outcome, decision.kind) == ("approve", "override")
    assert (decision.decided_by, decision.agreed_by) == (manager, second)
    override.refresh_from_db()
    assert (override.status, override.settled_by) == ("agreed", second)
    assert _kinds(declined) == ["proposed", "settled", "decided"]
    assert "agreed by Bruno Keller" in _page(client, declined)
    assert edited() == []
    again = logged_in(second).post(settle, sent)
    assert again.status_code == 409
    assert "settled already (agreed)" in again.content.decode()


def test_a_large_referral_takes_two_managers_as_well(
    referral: Case, manager: User, second: User
) -> None:
    _strategy(second_manager_amount=100_000)
    case = _claimed(referral, manager)
    override = _decide(case, manager, REFUSE)
    assert isinstance(override, Override)
    with pytest.raises(Stale, match="waits for a second manager"):
        _decide(Case.objects.get(), manager, GRANT)
    with pytest.raises(Stale, match="waits for a second manager"):
        deciding.take_over(application_id=case.pk, by=second, seen=Seen.of(case))

    deciding.settle(override_id=override.pk, by=second, agrees=True, answer="Yes.")

    decision = Case.objects.get().decision
    assert (decision.outcome, decision.kind, decision.agreed_by) == ("decline", "manual", second)


def test_a_refused_proposal_leaves_the_decision(
    declined: Case, manager: User, second: User
) -> None:
    override = _decide(declined, manager, GRANT)
    deciding.settle(override_id=override.pk, by=second, agrees=False, answer="Too risky.")

    assert Case.objects.get().decision.outcome == "decline"
    assert Override.objects.get().status == "refused"
    _decide(Case.objects.get(), manager, GRANT)
    assert Override.objects.pending().count() == 1


def test_only_who_proposed_withdraws(
    declined: Case, manager: User, second: User, logged_in: LogIn
) -> None:
    override = _decide(declined, manager, GRANT)
    withdraw = reverse("applications:withdraw", args=[override.pk])
    assert logged_in(second).post(withdraw).status_code == 403
    assert logged_in(manager).post(withdraw).status_code == 302
    assert Override.objects.get().status == "withdrawn"
    again = logged_in(manager).post(withdraw, follow=True)
    assert "settled already (withdrawn)" in again.content.decode()
    with pytest.raises(Stale):
        deciding.settle(override_id=override.pk, by=second, agrees=True, answer="Yes.")


def test_settling_needs_a_comment(
    declined: Case, manager: User, second: User, logged_in: LogIn
) -> None:
    override = _decide(declined, manager, GRANT)
    answer = logged_in(second).post(
        reverse("applications:settle", args=[override.pk]),
        {"settle-number": 1, "settle-stage": "decided", "settle-verdict": "refuse"},
    )
    assert answer.status_code == 422
    assert "Say why you agree or refuse." in answer.content.decode()
    assert Override.objects.get().status == "pending"


def test_the_banker_does_not_settle_it_as_a_manager(declined: Case, manager: User) -> None:
    banker = declined.application.filed_by
    banker.groups.add(*manager.groups.all())
    override = _decide(declined, manager, GRANT)
    with pytest.raises(NotAllowed):
        deciding.settle(override_id=override.pk, by=banker, agrees=True, answer="Yes.")


# --- at once -----------------------------------------------------------------

AT_ONCE = """
import threading, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db import connection
from applications.exceptions import Stale
from applications.models import Case, Decision
from applications.services import deciding
from applications.services.deciding import Seen, Verdict
from monitoring.models import Outcome
from tests.applications.factories import CaseFactory, UserFactory

people = UserFactory.create_batch(6, role="Managers")
case = CaseFactory(decision__outcome=Outcome.APPROVE)
seen, start, told = Seen.of(case), threading.Barrier(len(people)), []

def overrule(person):
    start.wait()
    try:
        verdict = Verdict("decline", "hidden_risk", "x")
        deciding.decide(application_id=case.pk, by=person, verdict=verdict, seen=seen)
        told.append("won")
    except Stale:
        told.append("stale")
    finally:
        connection.close()

threads = [threading.Thread(target=overrule, args=[person]) for person in people]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert sorted(told) == ["stale"] * 5 + ["won"], told
assert list(Decision.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
assert Case.objects.get().decision.number == 2
from tests.applications.journals import edited
assert edited() == []
"""


def test_of_many_who_decide_at_once_one_wins(tmp_path: Path) -> None:
    result = run(AT_ONCE, tmp_path, DEBUG="1")
    assert result.returncode == 0, result.stderr
