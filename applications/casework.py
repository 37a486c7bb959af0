"""What somebody may do with a case now, and the forms to do it with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from applications.case_forms import AnswerForm, DecideForm, QuestionForm, SeenForm, SettleForm
from applications.models import Case, LoanApplication, Override
from applications.services.deciding import may_decide

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_F = TypeVar("_F", bound=SeenForm)


@dataclass(frozen=True)
class Casework:
    """A case as one person sees it. What they may not do is None or False."""

    case: Case
    pending: Override | None
    filed_by_me: bool
    decides: bool
    mine: bool
    button: SeenForm
    decide: DecideForm | None = None
    question: QuestionForm | None = None
    answer: AnswerForm | None = None
    settle: SettleForm | None = None

    @property
    def may_claim(self) -> bool:
        return self.decides and self.case.stage == Case.Stage.REFERRED

    @property
    def may_take_over(self) -> bool:
        with_another = self.case.stage == Case.Stage.CLAIMED and not self.mine
        waits = with_another or self.case.stage == Case.Stage.RETURNED
        return self.decides and waits and self.pending is None


def case_of(application: LoanApplication) -> Case | None:
    """The case of an application read with its decisions, which are not read again."""
    case: Case | None = getattr(application, "case", None)
    if case is not None:
        case.decision = next(d for d in application.decisions.all() if d.pk == case.decision_id)
    return case


def casework(
    *,
    application: LoanApplication,
    viewer: User,
    proposed: bool,
    typed: object = None,
) -> Casework | None:
    """Say what `viewer` may do; None where an application has no case.

    Parameters
    ----------
    proposed : bool
        Whether an override was ever proposed, to spare the query where none was.
    typed : form, optional
        One that was sent with mistakes, to be shown instead of an empty one.
    """
    case = case_of(application)
    if case is None:
        return None
    waiting = application.overrides.pending().select_related("proposed_by")
    pending = waiting.first() if proposed else None
    decides = may_decide(viewer, case)
    mine = case.stage == Case.Stage.CLAIMED and case.claimed_by_id == viewer.pk
    decidable = decides and pending is None and (mine or case.stage == Case.Stage.DECIDED)
    settles = decides and pending is not None and pending.proposed_by_id != viewer.pk
    asked = case.stage == Case.Stage.RETURNED and application.filed_by_id == viewer.pk

    def form(kind: type[_F], offered: bool) -> _F | None:
        if not offered:
            return None
        return typed if isinstance(typed, kind) else kind(case=case)

    return Casework(
        case=case,
        pending=pending,
        filed_by_me=application.filed_by_id == viewer.pk,
        decides=decides,
        mine=mine,
        button=SeenForm(case=case),
        decide=form(DecideForm, decidable),
        question=form(QuestionForm, mine and pending is None and decides),
        answer=form(AnswerForm, asked),
        settle=form(SettleForm, settles),
    )
