"""Named reads of what was predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from django.db import models

from monitoring.exceptions import ImmutableRecord

if TYPE_CHECKING:
    from monitoring.models import Prediction  # noqa: F401 - named in the base class


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

    def update(self, **kwargs: Any) -> NoReturn:
        raise ImmutableRecord("A prediction cannot be changed.")

    def delete(self) -> NoReturn:
        raise ImmutableRecord("A prediction cannot be deleted.")
