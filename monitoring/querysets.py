"""Named reads of what was predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from django.db import models

from monitoring.exceptions import ImmutableRecord

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from monitoring.models import (  # noqa: F401 - named in the base classes
        Prediction,
        ReplacedOutcome,
    )


_Row = TypeVar("_Row", bound=models.Model)


class ReadsPredictions(models.QuerySet[_Row]):
    """A query set of predictions, or of rows that point to some."""

    def without_vectors(self, prediction: str = "") -> Self:
        """For lists: leave the large fields where they are.

        Parameters
        ----------
        prediction : str, optional
            The way to the prediction, such as "decision__prediction".
        """
        way = f"{prediction}__" if prediction else ""
        return self.defer(f"{way}inputs", f"{way}history", f"{way}features")


class PredictionQuerySet(ReadsPredictions["Prediction"]):
    """Predictions are written once: every bulk way to change them is closed as well."""

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
