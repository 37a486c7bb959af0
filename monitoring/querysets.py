"""Named reads of what was predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models

from monitoring.exceptions import ImmutableRecord

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from monitoring.models import (  # noqa: F401 - named in the base classes
        Prediction,
        ReplacedOutcome,
    )


class PredictionQuerySet(models.QuerySet["Prediction"]):
    """Predictions are written once: every bulk way to change them is closed as well."""

    def without_vectors(self) -> PredictionQuerySet:
        """For lists: leave the large fields where they are."""
        return self.defer("inputs", "history", "features")

    def visible_to(self, user: User) -> PredictionQuerySet:
        """Those one asked for; all of them for who may view predictions."""
        if user.has_perm("monitoring.view_prediction"):
            return self.all()
        return self.filter(requested_by_id=user.pk)

    def update(self, **kwargs: Any) -> NoReturn:
        raise ImmutableRecord("A prediction cannot be changed.")

    def delete(self) -> NoReturn:
        raise ImmutableRecord("A prediction cannot be deleted.")


class WrittenOnceQuerySet(models.QuerySet["ReplacedOutcome"]):
    """Every bulk way to change what is written once is closed."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise ImmutableRecord("A replaced outcome cannot be changed.")

    def delete(self) -> NoReturn:
        raise ImmutableRecord("A replaced outcome cannot be deleted.")
