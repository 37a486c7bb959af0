"""Filters of the decision history that a manager keeps under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from applications.exceptions import NameTaken
from applications.models import SavedView

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def save(*, owner: User, name: str, query: str) -> SavedView:
    """Keep filters under a name.

    Raises
    ------
    NameTaken
        If the owner has a view of this name, whatever its capitals.
    """
    return _store(SavedView(owner=owner, name=name, query=query))


def rename(*, view: SavedView, name: str) -> SavedView:
    """Give a view another name.

    Raises
    ------
    NameTaken
        If another view of the owner's has this name.
    """
    view.name = name
    return _store(view)


def delete(*, view: SavedView) -> None:
    """Throw a view away; the decisions it showed stay where they are."""
    view.delete()


def _store(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise NameTaken(
            _("You have a view named “%(name)s” already. Choose another name.")
            % {"name": view.name}
        ) from error
    return view
