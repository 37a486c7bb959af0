"""Changing how the bank decides: one manager proposes a strategy, another one settles it.

A proposal is never edited. Until it is settled its author may withdraw it; any other manager
approves or refuses it. An approved version can still be refused before it takes effect, by any
manager but its author; once in force it is only replaced, by a later version or by a return to
an earlier one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from scoring import policy, registry
from scoring.exceptions import NoChampion, StrategyRefused
from scoring.models import Strategy

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_CLOCKS_DIFFER = timedelta(minutes=2)  # a form may be as old as that and still say "now"


@dataclass(frozen=True, kw_only=True)
class StrategyTerms:
    """What a strategy decides by.

    Attributes
    ----------
    refer_from, decline_from : float
        PDs, from 0 to 1.
    cost_ratio : float
        Cost of a loan that is not repaid over that of a good one refused.
    rules : mapping
        As `scoring.policy` reads them.
    second_manager_amount, second_manager_pd : float or None
        From where on an override needs a second manager.
    """

    refer_from: float
    decline_from: float
    cost_ratio: float
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    second_manager_amount: float | None = None
    second_manager_pd: float | None = None

    @classmethod
    def of(cls, strategy: Strategy) -> StrategyTerms:
        return cls(**{name: getattr(strategy, name) for name in cls.__dataclass_fields__})

    @property
    def cost_optimal(self) -> float:
        """The single cut-off of lowest cost where PDs are what they say."""
        return 1 / (1 + self.cost_ratio)


@dataclass(frozen=True)
class InForce:
    """What decides at a moment: the terms of a strategy, or the champion's own cut-offs."""

    terms: StrategyTerms
    strategy: Strategy | None = None


def in_force(at: datetime) -> InForce | None:
    """Return what decides at a moment; None before there is a strategy or a champion."""
    strategy = Strategy.objects.with_people().in_force(at)
    if strategy is not None:
        return InForce(StrategyTerms.of(strategy), strategy)
    try:
        bundle = registry.champion()
    except NoChampion:
        return None
    cut_offs = bundle.cut_offs
    return InForce(
        StrategyTerms(
            refer_from=cut_offs.refer_from,
            decline_from=cut_offs.decline_from,
            cost_ratio=bundle.cost_ratio,
        )
    )


@transaction.atomic
def propose(
    *,
    terms: StrategyTerms,
    comment: str,
    proposed_by: User,
    effective_from: datetime | None = None,
    at: datetime | None = None,
) -> Strategy:
    """Write a proposal down; the same one sent twice is one.

    Parameters
    ----------
    effective_from : datetime, optional
        When it shall take effect; as soon as it is approved where none is given.
    at : datetime, optional
        Now, unless the past is being written down.

    Raises
    ------
    StrategyRefused
        If the terms, the date or the comment cannot be accepted, or two managers propose at
        the same moment.
    """
    now = at or timezone.now()
    _check(terms, comment, effective_from, now)
    content = {**asdict(terms), "comment": comment.strip(), "proposed_by": proposed_by}
    if effective_from is not None:
        content["effective_from"] = effective_from
    same = Strategy.objects.waiting().filter(**content).first()
    if same is not None:
        return same
    last = Strategy.objects.aggregate(last=Max("version"))["last"] or 0
    content = {"effective_from": now, **content}
    try:
        with transaction.atomic():
            return Strategy.objects.create(version=last + 1, proposed_at=now, **content)
    except IntegrityError as error:
        raise StrategyRefused(
            _("Another manager made a proposal at the same moment. Please send yours again.")
        ) from error


def propose_return(
    *,
    version: int,
    comment: str,
    proposed_by: User,
    effective_from: datetime | None = None,
    at: datetime | None = None,
) -> Strategy:
    """Propose the terms of an earlier version again.

    Raises
    ------
    StrategyRefused
        As `propose` does.
    """
    earlier = Strategy.objects.get(version=version)
    return propose(
        terms=StrategyTerms.of(earlier),
        comment=comment,
        proposed_by=proposed_by,
        effective_from=effective_from,
        at=at,
    )


@transaction.atomic
def approve(
    *, version: int, settled_by: User, answer: str = "", at: datetime | None = None
) -> Strategy:
    """Let a proposal decide from its date on, or from now where that has passed.

    Raises
    ------
    StrategyRefused
        If it is settled already, or `settled_by` proposed it.
    """
    now = at or timezone.now()
    strategy = _locked(version)
    _check_open(strategy)
    _check_another(strategy, settled_by)
    return _settle(strategy, Strategy.Status.APPROVED, settled_by, answer, now)


@transaction.atomic
def refuse(*, version: int, settled_by: User, answer: str, at: datetime | None = None) -> Strategy:
    """Turn a proposal down, or an approved version that has not taken effect yet.

    Raises
    ------
    StrategyRefused
        If it is settled otherwise or in force, `settled_by` proposed it, or no answer is given.
    """
    now = at or timezone.now()
    strategy = _locked(version)
    if not (strategy.status == Strategy.Status.APPROVED and strategy.takes_effect_at > now):
        _check_open(strategy)
    _check_another(strategy, settled_by)
    if not answer.strip():
        raise StrategyRefused(_("Say why you refuse, so that the proposal can be mended."))
    return _settle(strategy, Strategy.Status.REFUSED, settled_by, answer, now)


@transaction.atomic
def withdraw(*, version: int, withdrawn_by: User, at: datetime | None = None) -> Strategy:
    """Take one's own proposal back.

    Raises
    ------
    StrategyRefused
        If it is settled already, or somebody else's.
    """
    strategy = _locked(version)
    _check_open(strategy)
    if strategy.proposed_by_id != withdrawn_by.pk:
        raise StrategyRefused(_("Only its author can withdraw a proposal. You may refuse it."))
    now = at or timezone.now()
    return _settle(strategy, Strategy.Status.WITHDRAWN, withdrawn_by, "", now)


def _locked(version: int) -> Strategy:
    """The row, held until the end of the transaction, so that of two answers one wins."""
    return Strategy.objects.select_for_update().get(version=version)


def _settle(
    strategy: Strategy, status: Strategy.Status, settled_by: User, answer: str, now: datetime
) -> Strategy:
    strategy.status = status
    strategy.settled_by = settled_by
    strategy.settled_at = now
    strategy.answer = answer.strip()
    strategy.save(update_fields=["status", "settled_by", "settled_at", "answer"])
    return strategy


def _check_open(strategy: Strategy) -> None:
    if strategy.status != Strategy.Status.PROPOSED:
        raise StrategyRefused(
            _("Version %(version)s is settled already: %(status)s.")
            % {"version": strategy.version, "status": strategy.get_status_display().lower()}
        )


def _check_another(strategy: Strategy, user: User) -> None:
    if strategy.proposed_by_id == user.pk:
        raise StrategyRefused(
            _("You proposed this version yourself. Another manager has to settle it.")
        )


def _check(
    terms: StrategyTerms, comment: str, effective_from: datetime | None, now: datetime
) -> None:
    if not 0 < terms.refer_from <= terms.decline_from < 1:
        raise StrategyRefused(
            _("The cut-offs must lie between 0 % and 100 %, and rise from refer to decline.")
        )
    if terms.cost_ratio <= 0:
        raise StrategyRefused(_("The cost ratio must be above 0."))
    if wrong := policy.wrong(terms.rules):
        raise StrategyRefused(
            _("These policy rules cannot be used so: %(rules)s.") % {"rules": ", ".join(wrong)}
        )
    if not comment.strip():
        raise StrategyRefused(_("Say in a comment why you propose this."))
    if effective_from is not None and effective_from < now - _CLOCKS_DIFFER:
        raise StrategyRefused(_("A strategy cannot take effect in the past."))
