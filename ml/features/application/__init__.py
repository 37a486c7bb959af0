"""The application form itself: what the applicant stated, and ratios of it.

Gender, family status and what reveals them (size of the family beside its children, company
of a spouse) are marked as protected, and so is every ratio of them.
"""

from __future__ import annotations

from ml.features.application import loan, scores
from ml.features.application.person import person
from ml.features.application.stated import stated
from ml.features.declaration import Feature

__all__ = ["DERIVED", "FEATURES"]

FEATURES: tuple[Feature, ...] = (*stated(), *scores.scores(), *loan.loan(), *person())

# Computed from the features above.
DERIVED: tuple[Feature, ...] = (*scores.derived(), *loan.derived())
