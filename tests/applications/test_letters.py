"""Letters: the reasons that may be given, the PDF, and the way to the applicant."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from applications.choices import OverrideReason
from applications.exceptions import NotAllowed, NothingToTell, Stale
from applications.letters.cause_words import CAUSES, LEFT_OUT, Event
from applications.letters.causes import is_left_out, sentence_of
from applications.letters.grounds import Grounds, Lack, grounds
from applications.letters.pdf import render
from applications.models import Case, Decision, Entry, Letter, Override
from applications.services import lettering
from ml.concepts import Concept
from ml.features import FEATURES, Feature
from ml.features.groups import GROUP_FEATURES
from monitoring.models import Outcome
from scoring.models import Explanation
from scoring.policy import RULES
from tests.applications.factories import CaseFactory, DecisionFactory
from tests.applications.journals import edited

LogIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


_FEATURES = {
    "age": "DAYS_BIRTH",
    "affordability": "ANNUITY_TO_INCOME",
    "card_use": "CARD_USE_MEAN",
    "contact": "CONTACT_COUNT",
    "enquiries": "AMT_REQ_CREDIT_BUREAU_MON",
    "external_scores": "EXT_SOURCE_1",
    "household": "CNT_CHILDREN",
    "other_debt": "BUREAU_DEBT_SUM",
    "payment_conduct": "INST_LATE_SHARE",
    "region": "REGION_RATING_CLIENT",
    "social_circle": "DEF_30_CNT_SOCIAL_CIRCLE",
}


def _driver(feature: str, contribution: float, value: float | str | None = 1) -> dict[str, Any]:
    return {"feature": feature, "label": "", "value": value, "contribution": contribution}


def _group(concept: str, contribution: float, *drivers: dict[str, Any]) -> dict[str, Any]:
    """What a concept contributed, by one typical feature or those given."""
    drivers = drivers or (_driver(_FEATURES[concept], contribution),)
    return {"concept": concept, "contribution": contribution, "drivers": list(drivers)}


def _explained(
    decision: Decision, *groups: dict[str, Any], status: str = Explanation.Status.READY
) -> Explanation:
    explanation: Explanation = Explanation.objects.create(
        prediction=decision.prediction,
        status=status,
        base_value=-2.0,
        contributions=b"",
        grouped=list(groups),
    )
    return explanation


def _refused(
    banker: User | None = None, *groups: dict[str, Any], **decision: Any
) -> tuple[Decision, Explanation]:
    """A case that the score refused, with its explanation."""
    who = {"decision__application__filed_by": banker} if banker else {}
    case = CaseFactory(
        decision__outcome=Outcome.DECLINE,
        letter_due_on=timezone.localdate() + timedelta(days=30),
        **who,
        **{f"decision__{key}": value for key, value in decision.items()},
    )
    groups = groups or (_group("affordability", 0.9), _group("other_debt", 0.4))
    return case.decision, _explained(case.decision, *groups)


def _decided_by_person(
    before: str, manager: User, code: str, *groups: dict[str, Any], **automatic: Any
) -> tuple[Decision, Explanation]:
    """A refusal by a manager, after what the cut-offs and the policy had said."""
    first = DecisionFactory(outcome=before, **automatic)
    kind = Decision.Kind.MANUAL if before == Outcome.REFER else Decision.Kind.OVERRIDE
    decision = Decision.objects.create(
        application=first.application,
        prediction=first.prediction,
        number=2,
        kind=kind,
        outcome=Outcome.DECLINE,
        reason_code=code,
        reason="An internal comment.",
        decided_by=manager,
    )
    CaseFactory(decision=decision, letter_due_on=timezone.localdate())
    return decision, _explained(decision, *(groups or (_group("affordability", 0.9),)))


def _finding(code: str, value: float, limit: float | None, outcome: str = "decline") -> Any:
    return {"code": code, "value": value, "limit": limit, "outcome": outcome}


# --- which reasons may be given ----------------------------------------------


CATALOGUE = [*FEATURES.values(), *GROUP_FEATURES]


@pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)
def test_every_feature_has_one_specific_reason_or_is_left_out(feature: Feature) -> None:
    """Whatever the model may use: no reason stands for a whole concept."""
    causes = CAUSES.get(feature.concept, {}).values()
    found = [cause for cause in causes if re.fullmatch(cause.features, feature.name)]

    if is_left_out(feature.name):
        assert found == []
        assert sentence_of(feature.concept, feature.name, 1.0) == ("", "")
    else:
        assert len(found) == 1
        code, sentence = sentence_of(feature.concept, feature.name, 1.0)
        assert code.startswith(f"{feature.concept}.")
        assert sentence.endswith(".")
        assert not (isinstance(found[0], Event) and getattr(feature, "categorical", False))


@pytest.mark.parametrize("feature", [f for f in FEATURES.values() if f.protected])
def test_protected_attributes_are_left_out(feature: Feature) -> None:
    assert is_left_out(feature.name)


def test_no_reason_is_there_for_nothing() -> None:
    """Each has its features and its own sentence; what is left out has its features too."""
    known = {(f.concept, f.name) for f in CATALOGUE}
    for concept, causes in CAUSES.items():
        for cause in causes.values():
            assert any(c == concept and re.fullmatch(cause.features, name) for c, name in known)
    for pattern in LEFT_OUT.values():
        assert any(pattern.fullmatch(name) for _concept, name in known)
    sentences = [str(cause.sentence) for causes in CAUSES.values() for cause in causes.values()]
    assert len(sentences) == len(set(sentences))


@pytest.mark.parametrize("word", ["your age", "sex", "gender", "famil", "child", "region"])
def test_no_sentence_speaks_of_what_is_protected(word: str) -> None:
    for causes in CAUSES.values():
        assert not [c for c in causes.values() if word in str(c.sentence).lower()]


def test_a_reason_names_what_weighed_most() -> None:
    decision, explanation = _refused(
        None,
        _group("loan_terms", 0.9, _driver("TERM", -0.6), _driver("AMT_CREDIT", 0.5)),
        _group("past_applications", 0.5, _driver("PREV_REFUSED_COUNT", 0.4, 3)),
        _group("bureau_conduct", 0.3, _driver("BUREAU_PROLONGED_COUNT", 0.3, 2)),
    )
    found = grounds(decision, explanation)

    assert [ground.sentence for ground in found.told] == [
        "The amount of the loan that you asked for.",
        "Earlier applications that you made to us were refused.",
        "Loans from other lenders had to be extended.",
    ]


@pytest.mark.parametrize("value", [0, None, -2.5])
def test_nothing_is_said_to_have_happened_that_did_not(value: float | None) -> None:
    decision, explanation = _refused(
        None,
        _group("payment_conduct", 0.9, _driver("INST_LATENESS_MEAN", 0.9, value)),
        _group("other_debt", 0.4),
    )
    found = grounds(decision, explanation)

    assert found.codes == ["other_debt.amount"]
    assert found.left_out == ["Repayment to us"]


def test_what_is_not_known_is_said_so() -> None:
    decision, explanation = _refused(
        None, _group("external_scores", 0.9, _driver("EXT_SOURCE_3", 0.9, None))
    )
    told = grounds(decision, explanation).told
    assert [ground.sentence for ground in told] == ["We got no external credit score 3 for you."]


@pytest.mark.parametrize(("next_one", "codes"), [(0.3, ["external_scores.score_2"]), (0.1, [])])
def test_the_next_thing_is_told_only_where_it_weighed_about_as_much(
    next_one: float, codes: list[str]
) -> None:
    decision, explanation = _refused(
        None,
        _group(
            "external_scores",
            0.7,
            _driver("EXT_MEAN_TIMES_AGE", 0.4),
            _driver("EXT_SOURCE_2", next_one, 0.2),
        ),
    )
    assert grounds(decision, explanation).codes == codes


def test_the_four_strongest_reasons_against_in_order() -> None:
    decision, explanation = _refused(
        None,
        _group("external_scores", 0.9),
        _group("payment_conduct", -0.8),
        _group("affordability", 0.7),
        _group("other_debt", 0.5),
        _group("enquiries", 0.4),
        _group("card_use", 0.3),
        _group("contact", 0.001),
    )
    found = grounds(decision, explanation)

    assert found.codes == [
        "external_scores.score_1",
        "affordability.instalment",
        "other_debt.amount",
        "enquiries.month",
    ]
    assert found.left_out == []
    assert found.lack is None


def test_what_weighs_next_to_nothing_is_no_reason() -> None:
    decision, explanation = _refused(None, _group("affordability", 0.9), _group("contact", 0.01))
    assert grounds(decision, explanation).codes == ["affordability.instalment"]


@pytest.mark.parametrize("concept", sorted(set(Concept) - set(CAUSES)))
def test_protected_concepts_are_left_out_and_named_to_the_bank(concept: Concept) -> None:
    decision, explanation = _refused(None, _group(concept, 0.9), _group("affordability", 0.4))
    found = grounds(decision, explanation)

    assert found.codes == ["affordability.instalment"]
    assert found.left_out == [concept.label]


@pytest.mark.parametrize(
    ("concept", "feature"),
    [
        ("income", "NAME_INCOME_TYPE"),
        ("affordability", "INCOME_TO_AGE"),
        ("household", "CODE_GENDER"),
    ],
)
def test_a_reason_that_stands_for_a_protected_attribute_is_left_out(
    concept: str, feature: str
) -> None:
    decision, explanation = _refused(
        None, _group(concept, 0.9, _driver(feature, 0.9)), _group("other_debt", 0.4)
    )
    assert grounds(decision, explanation).codes == ["other_debt.amount"]


def test_nothing_lawful_to_tell() -> None:
    decision, explanation = _refused(None, _group("age", 0.9), _group("region", 0.5))
    found = grounds(decision, explanation)

    assert (found.told, found.lack) == ([], Lack.UNLAWFUL)
    assert found.left_out == ["Age", "Region"]


def test_no_reasons_before_they_are_computed() -> None:
    decision = DecisionFactory(outcome=Outcome.DECLINE)

    assert grounds(decision, None).lack == Lack.PENDING
    failed = _explained(decision, status=Explanation.Status.FAILED)
    assert grounds(decision, failed).lack == Lack.FAILED


def test_a_policy_refusal_of_a_good_score_gives_the_policy_alone() -> None:
    decision = DecisionFactory(
        outcome=Outcome.DECLINE,
        prediction__outcome=Outcome.APPROVE,
        findings=[_finding("minimum_age", 19.4, 21), _finding("large_amount", 9e5, 5e5, "refer")],
    )
    found = grounds(decision, None)  # no explanation is needed

    assert found.codes == ["minimum_age"]
    assert "younger than 21" in found.told[0].sentence


def test_policy_comes_before_the_score_where_both_refused() -> None:
    decision, explanation = _refused(None, findings=[_finding("maximum_debt_ratio", 0.452, 0.35)])
    found = grounds(decision, explanation)

    assert found.codes == ["maximum_debt_ratio", "affordability.instalment", "other_debt.amount"]
    assert "45.2\u00a0%" in found.told[0].sentence
    assert "35.0\u00a0%" in found.told[0].sentence


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_policy_rule_can_be_told_but_the_highest_age(code: str) -> None:
    decision = DecisionFactory(
        outcome=Outcome.DECLINE,
        prediction__outcome=Outcome.APPROVE,
        findings=[_finding(code, 30, 20)],
    )
    found = grounds(decision, None)

    if code == "maximum_age":
        assert found.lack == Lack.UNLAWFUL
    else:
        assert found.codes == [code]


@pytest.mark.parametrize("code", sorted(OverrideReason.values))
def test_every_reason_code_is_worded_or_asks_for_words(code: str, manager: User) -> None:
    decision, explanation = _decided_by_person(Outcome.APPROVE, manager, code)
    found = grounds(decision, explanation)

    if code in {OverrideReason.OTHER, OverrideReason.HIDDEN_RISK}:
        assert found.lack == Lack.WORDING
        worded = grounds(decision, explanation, wording="Your employer no longer exists.")
        assert [g.sentence for g in worded.told] == ["Your employer no longer exists."]
    else:
        # The score had approved: what it says is no reason for this refusal.
        assert found.codes == [code]


def test_in_the_grey_band_reasons_come_from_the_manager_and_the_score(manager: User) -> None:
    decision, explanation = _decided_by_person(
        Outcome.REFER,
        manager,
        OverrideReason.BUDGET,
        findings=[_finding("minimum_income", 900, 1_000, "refer"), _finding("large_amount", 9, 5)],
        prediction__outcome=Outcome.REFER,
    )
    found = grounds(decision, explanation)

    assert found.codes == [
        "budget",
        "minimum_income",
        "large_amount",
        "affordability.instalment",
    ]


def test_a_rule_that_only_called_for_a_manager_is_no_reason(manager: User) -> None:
    decision, explanation = _decided_by_person(
        Outcome.REFER,
        manager,
        OverrideReason.BUDGET,
        findings=[_finding("large_amount", 9e5, 5e5, "refer")],
        prediction__outcome=Outcome.APPROVE,
    )
    assert grounds(decision, explanation).codes == ["budget"]


@pytest.mark.parametrize("outcome", [Outcome.APPROVE, Outcome.REFER])
def test_only_refusals_have_reasons(outcome: str) -> None:
    assert grounds(DecisionFactory(outcome=outcome), None) == Grounds()


# --- making and handing over -------------------------------------------------


def test_a_letter_is_made_once_and_kept(banker: User) -> None:
    decision, _ = _refused(banker)

    first = lettering.make(decision_id=decision.pk, language="en", made_by=banker)
    again = lettering.make(decision_id=decision.pk, language="en", made_by=banker)
    french = lettering.make(decision_id=decision.pk, language="fr", made_by=banker)

    assert first == again
    assert french != first
    assert first.reasons == ["affordability.instalment", "other_debt.amount"]
    assert bytes(Letter.objects.get(pk=first.pk).pdf).startswith(b"%PDF")
    made = decision.application.entries.filter(kind=Entry.Kind.LETTER_MADE)
    assert [entry.data["language"] for entry in made] == ["en", "fr"]
    assert made[0].data["reasons"] == ["affordability.instalment", "other_debt.amount"]
    assert edited() == []


def test_an_edited_letter_shows(banker: User) -> None:
    decision, _ = _refused(banker)
    letter = lettering.make(decision_id=decision.pk, language="en", made_by=banker)
    Letter.objects.filter(pk=letter.pk).update(pdf=b"%PDF something else")

    assert len(edited()) == 1


@pytest.mark.parametrize("failed", [True, False])
def test_no_refusal_without_its_reasons(failed: bool, banker: User) -> None:
    decision, _explanation = _refused(banker)
    if failed:
        Explanation.objects.update(status=Explanation.Status.FAILED)
    else:
        Explanation.objects.all().delete()

    with pytest.raises(NothingToTell, match="never sent without"):
        lettering.make(decision_id=decision.pk, language="en", made_by=banker)
    assert not Letter.objects.exists()


@pytest.mark.parametrize("outcome", [Outcome.APPROVE, Outcome.REFER])
def test_other_letters_do_not_wait_for_reasons(outcome: str, banker: User) -> None:
    case = CaseFactory(decision__outcome=outcome, decision__application__filed_by=banker)

    letter = lettering.make(decision_id=case.decision_id, language="en", made_by=banker)

    assert letter.reasons == []


def test_handing_over_settles_what_is_due(banker: User, manager: User) -> None:
    decision, _ = _refused(banker)
    due = Case.objects.get().letter_due_on
    letter = lettering.make(decision_id=decision.pk, language="en", made_by=banker)

    handed_over = lettering.hand_over(letter_id=letter.pk, by=banker)
    again = lettering.hand_over(letter_id=letter.pk, by=manager)

    assert handed_over.handed_over_at is not None
    assert again.handed_over_at == handed_over.handed_over_at
    assert Case.objects.get().letter_due_on is None
    entry = Entry.objects.get(kind=Entry.Kind.LETTER_HANDED_OVER)
    assert (entry.actor, entry.data["due_on"]) == (banker, due.isoformat())
    assert edited() == []


def test_no_letter_while_another_decision_is_proposed(banker: User, manager: User) -> None:
    decision, _ = _refused(banker)
    made = lettering.make(decision_id=decision.pk, language="en", made_by=banker)
    Override.objects.create(
        application=decision.application,
        overruled=decision,
        outcome="approve",
        reason_code="security",
        comment="A guarantor.",
        proposed_by=manager,
    )

    for act in (
        lambda: lettering.make(decision_id=decision.pk, language="fr", made_by=banker),
        lambda: lettering.hand_over(letter_id=made.pk, by=banker),
    ):
        with pytest.raises(NothingToTell, match="second manager"):
            act()
    assert Case.objects.get().letter_due_on is not None


def test_a_referral_letter_leaves_the_decision_due(banker: User) -> None:
    case = CaseFactory(
        decision__outcome="refer",
        decision__application__filed_by=banker,
        letter_due_on=timezone.localdate(),
    )
    letter = lettering.make(decision_id=case.decision_id, language="en", made_by=banker)

    lettering.hand_over(letter_id=letter.pk, by=banker)

    assert Case.objects.get().letter_due_on == case.letter_due_on


def test_a_letter_on_a_decision_that_was_overruled_is_stale(banker: User, manager: User) -> None:
    decision, _ = _refused(banker)
    letter = lettering.make(decision_id=decision.pk, language="en", made_by=banker)
    overruled = Decision.objects.create(
        application=decision.application,
        prediction=decision.prediction,
        number=2,
        kind=Decision.Kind.OVERRIDE,
        outcome=Outcome.APPROVE,
        reason_code=OverrideReason.SECURITY,
        decided_by=manager,
    )
    Case.objects.update(decision=overruled)

    with pytest.raises(Stale):
        lettering.hand_over(letter_id=letter.pk, by=banker)
    with pytest.raises(Stale):
        lettering.make(decision_id=decision.pk, language="fr", made_by=banker)
    assert Case.objects.get().letter_due_on is not None
    assert Letter.objects.get().handed_over_at is None


def test_only_the_banker_and_managers_write(
    banker: User, other_banker: User, no_role: User, manager: User
) -> None:
    decision, _ = _refused(banker)
    for stranger in (other_banker, no_role):
        with pytest.raises(NotAllowed):
            lettering.make(decision_id=decision.pk, language="en", made_by=stranger)

    letter = lettering.make(decision_id=decision.pk, language="en", made_by=manager)

    for stranger in (other_banker, no_role):
        with pytest.raises(NotAllowed):
            lettering.hand_over(letter_id=letter.pk, by=stranger)


def test_only_they_have_reasons_computed_again(
    banker: User, other_banker: User, no_role: User
) -> None:
    decision, _explanation = _refused(banker)
    Explanation.objects.update(status=Explanation.Status.FAILED)

    for stranger in (other_banker, no_role):
        with pytest.raises(NotAllowed):
            lettering.compute_reasons_again(decision=decision, by=stranger)
    assert Explanation.objects.get().status == Explanation.Status.FAILED


def test_an_applicant_may_have_been_written_to_by_other_means(
    banker: User, other_banker: User
) -> None:
    decision, _ = _refused(banker)
    due = Case.objects.get().letter_due_on
    with pytest.raises(NotAllowed):
        lettering.note_letter_from_elsewhere(decision=decision, by=other_banker)

    for _time in range(2):  # safe to repeat
        lettering.note_letter_from_elsewhere(decision=decision, by=banker)

    assert Case.objects.get().letter_due_on is None
    entry = Entry.objects.get(kind=Entry.Kind.LETTER_HANDED_OVER)
    assert entry.data["due_on"] == due.isoformat()
    assert edited() == []


def test_a_banker_does_not_word_a_managers_reason(banker: User, manager: User) -> None:
    decision, _ = _decided_by_person(
        Outcome.APPROVE, manager, OverrideReason.OTHER, application__filed_by=banker
    )
    words = "Your employer no longer exists."

    with pytest.raises(NotAllowed):
        lettering.make(decision_id=decision.pk, language="en", made_by=banker, wording=words)
    letter = lettering.make(decision_id=decision.pk, language="en", made_by=manager, wording=words)

    assert letter.reasons == ["other"]
    assert words in _text(letter)
    assert "internal comment" not in _text(letter)


# --- what is printed ---------------------------------------------------------


def _pdf(letter: Letter) -> PdfReader:
    return PdfReader(io.BytesIO(bytes(letter.pdf)))


def _text(letter: Letter) -> str:
    return " ".join(_pdf(letter).pages[0].extract_text().split())


def test_a_refusal_says_why_and_what_the_applicant_may_do(banker: User, settings: Any) -> None:
    decision, _ = _refused(banker)
    letter = lettering.make(decision_id=decision.pk, language="en", made_by=banker)
    text = _text(letter)

    assert str(CAUSES[Concept.AFFORDABILITY]["instalment"].sentence) in text
    assert str(CAUSES[Concept.OTHER_DEBT]["amount"].sentence) in text
    assert decision.application.applicant in text
    assert decision.application.reference in text
    assert "€450,000" in text.replace("\u00a0", " ")
    for wanted in ("a person reviews this decision", "contest", "credit score", "copy of this"):
        assert wanted in text
    for known in ("name", "phone", "email", "data_protection_authority"):
        assert settings.BANK[known] in text.replace("\u00a0", " ")
    assert "%" not in text  # neither the PD nor a cut-off


def test_an_approval_says_how_much_and_what_comes(banker: User) -> None:
    case = CaseFactory(decision__application__filed_by=banker)
    text = _text(lettering.make(decision_id=case.decision_id, language="en", made_by=banker))

    assert "24,700.50" in text
    assert "not yet the loan agreement" in text
    assert "reasons" not in text


def test_a_referral_says_who_decides_and_by_when(banker: User) -> None:
    case = CaseFactory(decision__outcome=Outcome.REFER, decision__application__filed_by=banker)
    text = _text(lettering.make(decision_id=case.decision_id, language="en", made_by=banker))

    by = timezone.localtime(case.application.submitted_at).date() + timedelta(days=30)
    assert f"by {by.day} {by:%B} {by.year}" in text
    assert "in person" in text


@pytest.mark.parametrize(
    ("completeness", "bureau", "own"),
    [("form", False, False), ("bureau", True, False), ("previous", False, True)],
)
def test_the_sources_named_are_those_that_were_used(
    completeness: str, bureau: bool, own: bool, banker: User
) -> None:
    case = CaseFactory(
        decision__application__filed_by=banker, decision__prediction__completeness=completeness
    )
    text = _text(lettering.make(decision_id=case.decision_id, language="en", made_by=banker))

    assert ("Example Credit Bureau" in text) == bureau
    assert ("our own records" in text) == own


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_longest_letter_is_one_page_with_metadata(language: str, manager: User) -> None:
    causes = [(f.concept, f.name) for f in CATALOGUE]
    causes.sort(key=lambda cause: -len(sentence_of(*cause, 1.0)[1]))
    longest = dict(reversed(causes))  # of each concept the longest
    longest = dict(sorted(longest.items(), key=lambda cause: -len(sentence_of(*cause, 1.0)[1])))
    decision, _explanation = _decided_by_person(
        Outcome.REFER,
        manager,
        OverrideReason.OTHER,
        *(_group(c, 0.9, _driver(name, 0.9)) for c, name in list(longest.items())[:4]),
        application__first_name="Maximilienne-Wilhelmine " * 3,
        application__last_name="von und zu Oberammergau-Unterfranken " * 2,
        prediction__completeness="full",
    )
    _found, content = lettering.drafted(decision, language=language, wording="Wide words. " * 16)
    pdf = PdfReader(io.BytesIO(render(content, at=timezone.now())))

    assert len(content.reasons) == 4
    assert len(pdf.pages) == 1
    assert pdf.metadata is not None
    assert decision.application.reference in str(pdf.metadata.title)
    assert pdf.metadata.author == "Example Bank"
    assert pdf.root_object["/Lang"] == language
    fonts = pdf.pages[0]["/Resources"]["/Font"]  # type: ignore[index]  # a page has resources
    assert all("+" in str(font.get_object()["/BaseFont"]) for font in fonts.values())  # embedded


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Łukasz Nuñez-Ångström", "Łukasz Nuñez-Ångström"),
        ("Иван Σωκράτης", "Иван Σωκράτης"),
        ("Արամ", "Արամ"),
        ("王芳", "WangFang"),
    ],
)
def test_names_print_whatever_their_script(name: str, printed: str, banker: User) -> None:
    case = CaseFactory(
        decision__application__filed_by=banker, decision__application__first_name=name
    )
    letter = lettering.make(decision_id=case.decision_id, language="en", made_by=banker)

    assert printed in _text(letter)


def test_the_same_letter_is_the_same_file(banker: User) -> None:
    case = CaseFactory(decision__application__filed_by=banker)
    at = timezone.now()
    _found, content = lettering.drafted(case.decision, language="en", at=at)

    assert render(content, at=at) == render(content, at=at)


# --- the pages ---------------------------------------------------------------


def _address(decision: Decision, name: str = "letter", *more: str) -> str:
    return reverse(f"applications:{name}", args=[decision.application_id, *more])


def test_from_the_preview_to_the_hand_over(banker: User, logged_in: LogIn) -> None:
    decision, _ = _refused(banker)
    client = logged_in(banker)

    preview = client.get(_address(decision)).content.decode()
    assert str(CAUSES[Concept.AFFORDABILITY]["instalment"].sentence) in preview
    assert "Make the PDF" in preview
    assert "style=" not in preview
    assert not Letter.objects.exists()

    made = client.post(_address(decision, "letter-make"), {"language": "fr"}, follow=True)
    assert "Download the PDF" in made.content.decode()
    letter = Letter.objects.get()
    assert letter.language == "fr"

    file = client.get(_address(decision, "letter-pdf", "fr"))
    assert file["Content-Type"] == "application/pdf"
    assert file["X-Content-Type-Options"] == "nosniff"
    name = f"{decision.application.reference}-fr.pdf"
    assert file["Content-Disposition"] == f'attachment; filename="{name}"'
    assert file.content == bytes(letter.pdf)

    done = client.post(_address(decision, "letter-handed-over"), {"letter": letter.pk}, follow=True)
    assert "Nothing is due" in done.content.decode()
    assert Case.objects.get().letter_due_on is None


def test_while_reasons_are_computed_the_page_asks_again(banker: User, logged_in: LogIn) -> None:
    decision, explanation = _refused(banker)
    Explanation.objects.all().delete()
    client = logged_in(banker)

    html = client.get(_address(decision)).content.decode()
    assert "hx-trigger" in html
    assert "Make the PDF" not in html
    refused = client.post(_address(decision, "letter-make"), {"language": "en"}, follow=True)
    assert "never sent without" in refused.content.decode()

    explanation.save(force_insert=True)
    part = client.get(_address(decision), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "hx-trigger" not in part
    assert "Make the PDF" in part


def test_failed_reasons_are_computed_again(
    banker: User,
    logged_in: LogIn,
    django_capture_on_commit_callbacks: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queued: list[Any] = []
    monkeypatch.setattr("scoring.backlog.add", queued.append)
    decision, explanation = _refused(banker)
    Explanation.objects.filter(pk=explanation.pk).update(status=Explanation.Status.FAILED)
    client = logged_in(banker)

    assert "Compute them again" in client.get(_address(decision)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(_address(decision, "letter-reasons"))

    assert not Explanation.objects.exists()
    assert queued == [decision.prediction_id]


def test_reasons_that_are_ready_are_not_computed_again(banker: User, logged_in: LogIn) -> None:
    decision, explanation = _refused(banker)
    logged_in(banker).post(_address(decision, "letter-reasons"))

    explanation.refresh_from_db()
    assert explanation.status == Explanation.Status.READY


def test_a_manager_words_what_the_code_does_not_say(
    banker: User, manager: User, logged_in: LogIn
) -> None:
    decision, _ = _decided_by_person(
        Outcome.APPROVE, manager, OverrideReason.OTHER, application__filed_by=banker
    )
    assert "Ask a manager" in logged_in(banker).get(_address(decision)).content.decode()
    client, make = logged_in(manager), _address(decision, "letter-make")

    short = client.post(make, {"language": "en", "wording": "No."})
    assert short.status_code == 422
    assert "Say more" in short.content.decode()
    assert ">\nNo.</textarea>" in short.content.decode()  # nothing typed is lost

    client.post(make, {"language": "en", "wording": "Your employer no longer exists."})
    assert "Your employer no longer exists." in _text(Letter.objects.get())
    assert "Open the PDF to read it" in client.get(_address(decision)).content.decode()


def test_a_stale_page_makes_no_letter(banker: User, manager: User, logged_in: LogIn) -> None:
    decision, _ = _refused(banker)
    overruled = DecisionFactory(
        application=decision.application,
        prediction=decision.prediction,
        number=2,
        kind=Decision.Kind.OVERRIDE,
        decided_by=manager,
    )
    Case.objects.update(decision=overruled)

    answer = logged_in(banker).post(
        _address(decision, "letter-make"),
        {"language": "en", "decision": decision.pk},
        follow=True,
    )
    assert "Another decision was taken meanwhile" in answer.content.decode()
    assert not Letter.objects.exists()


@pytest.mark.parametrize("letter", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_unknown_letters_cannot_be_handed_over(letter: str, banker: User, logged_in: LogIn) -> None:
    decision, _ = _refused(banker)
    answer = logged_in(banker).post(_address(decision, "letter-handed-over"), {"letter": letter})

    assert answer.status_code == 404


def test_a_letter_of_another_application_cannot_be_handed_over(
    banker: User, other_banker: User, logged_in: LogIn
) -> None:
    mine, _ = _refused(banker)
    theirs, _ = _refused(other_banker)
    letter = lettering.make(decision_id=theirs.pk, language="en", made_by=other_banker)

    answer = logged_in(banker).post(_address(mine, "letter-handed-over"), {"letter": letter.pk})

    assert answer.status_code == 404
    assert Letter.objects.get().handed_over_at is None


def test_the_list_shows_the_most_urgent_first(
    banker: User, other_banker: User, manager: User, logged_in: LogIn
) -> None:
    today = timezone.localdate()
    for days, who in ((20, banker), (-3, banker), (5, other_banker)):
        CaseFactory(letter_due_on=today + timedelta(days=days), decision__application__filed_by=who)
    CaseFactory(decision__application__filed_by=banker)  # written to already
    address = reverse("applications:letters")

    def due(user: User, **filters: str) -> list[int]:
        page = logged_in(user).get(address, filters).context["page"]
        return [(case.letter_due_on - today).days for case in page]

    assert due(banker) == [-3, 20]
    assert due(manager) == [-3, 5, 20]
    assert due(manager, show="overdue") == [-3]
    assert due(other_banker, show="overdue") == []


def test_an_empty_list_says_what_comes(banker: User, logged_in: LogIn) -> None:
    html = logged_in(banker).get(reverse("applications:letters")).content.decode()
    assert "Every applicant has been written to" in html


@pytest.mark.parametrize("rows", [1, 20])
def test_queries_of_the_list(
    rows: int, banker: User, logged_in: LogIn, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _ in range(rows):
        CaseFactory(letter_due_on=timezone.localdate(), decision__application__filed_by=banker)
    client = logged_in(banker)

    # session, user, own permissions, group permissions, count, page of cases
    with django_assert_num_queries(6):
        client.get(reverse("applications:letters"))


def test_queries_of_the_letter(
    banker: User, logged_in: LogIn, django_assert_num_queries: Callable[..., Any]
) -> None:
    decision, _ = _refused(banker)
    for language in ("en", "fr"):
        lettering.make(decision_id=decision.pk, language=language, made_by=banker)
    client = logged_in(banker)

    # session, user, own permissions, group permissions, application with its banker, its
    # decisions with scores, case with decision and prediction, letters, explanation
    with django_assert_num_queries(9):
        client.get(_address(decision))


def test_a_draft_has_no_letter(banker: User, logged_in: LogIn) -> None:
    decision = DecisionFactory(application__filed_by=banker)  # no case

    assert logged_in(banker).get(_address(decision)).status_code == 404
