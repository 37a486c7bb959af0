"""Trying terms out: the same applicant and history, today's champion and strategy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from applications import watch_list
from applications.models import LoanApplication
from applications.what_if.terms import Filed, LoanTerms, Offer, filed
from monitoring.models import Prediction
from scoring import policy, variants
from scoring.variants import Basis, Tried


@dataclass(frozen=True)
class Variant:
    """Some terms, the loan under them, and what would be decided."""

    terms: LoanTerms
    offer: Offer
    instalments: float | None
    tried: Tried


@dataclass(frozen=True)
class Study:
    """An application to try terms on."""

    filed: Filed
    basis: Basis
    scored: Prediction

    @cached_property
    def as_filed(self) -> Variant:
        """The application as it stands, scored again, so that differences are honest."""
        return self.of(self.filed.terms)

    def of(self, terms: LoanTerms) -> Variant:
        """Score one variant exactly as an application under these terms will be."""
        offer = self.filed.under(terms)
        return self._variant(terms, offer, self.basis.score(offer.columns))

    def of_all(self, terms: Sequence[LoanTerms]) -> list[Variant]:
        """Score many variants in one pass."""
        offers = [self.filed.under(one) for one in terms]
        tried = self.basis.score_all([offer.columns for offer in offers])
        return [self._variant(*one) for one in zip(terms, offers, tried, strict=True)]

    @property
    def other_model(self) -> bool:
        """Whether today's champion is not the model that scored the application."""
        return self.scored.model_sha256 != self.basis.bundle.sha256

    @property
    def other_cut_offs(self) -> bool:
        """Whether the cut-offs are others than when the application was decided."""
        cut_offs = self.basis.cut_offs
        return (self.scored.refer_from, self.scored.decline_from) != (
            cut_offs.refer_from,
            cut_offs.decline_from,
        )

    def _variant(self, terms: LoanTerms, offer: Offer, tried: Tried) -> Variant:
        return Variant(terms, offer, self.filed.instalments(terms), tried)


def study(*, application: LoanApplication, at: datetime) -> Study:
    """Return what is needed to try terms on a decided application.

    Raises
    ------
    NoChampion
        If there is no model to score with.
    OutdatedHistory
        If the stored history was laid out for other features than today's.
    """
    decision = application.decision
    if decision is None:
        raise ValueError(f"{application.reference} was not decided yet.")
    scored = Prediction.objects.get(pk=decision.prediction_id)
    basis = variants.basis(
        prediction=scored,
        age=policy.whole_years(application.birth_date, timezone.localtime(at).date()),
        on_watch_list=watch_list.holds(application),
        at=at,
    )
    return Study(filed(application), basis, scored)
