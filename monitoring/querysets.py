"""Named reads of what was predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models

from monitoring.exceptions import ImmutableRecord

if TYPE_CHECKING:
    from monitoring.models import Prediction  # noqa: F401 - named in the base class


class PredictionQuerySet(models.QuerySet["Prediction"]):
    """Predictions are written once: every bulk way to change them is closed as well."""

    def without_vectors(self) -> PredictionQuerySet:
        """For lists: leave the large fields where they are."""
        return self.defer("inputs", "history", "features")

    def update(self, **kwargs: Any) -> NoReturn:
        raise ImmutableRecord("A prediction cannot be changed.")

    def delete(self) -> NoReturn:
        raise ImmutableRecord("A prediction cannot be deleted.")
