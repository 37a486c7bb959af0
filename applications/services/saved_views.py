"""Filters of the decision history that a manager keeps under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from applications.exceptions import NameTaken, NotAllowed
from applications.models import SavedView

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def save(*, owner: User, name: str, query: str) -> SavedView:
    """Keep filters under a name.

    Raises
    ------
    NotAllowed
        If the owner may not see the decision history.
    NameTaken
        If the owner has a view of this name, whatever its capitals.
    """
    _check_sees_history(owner)
    return _store(SavedView(owner=owner, name=name, query=query))


def rename(*, view: SavedView, name: str, by: User) -> SavedView:
    """Give a view another name.

    Raises
    ------
    NotAllowed
        If it is somebody else's, or `by` may not see the decision history.
    NameTaken
        If another view of the owner's has this name.
    """
    _check_own(view, by)
    view.name = name
    return _store(view)


def delete(*, view: SavedView, by: User) -> None:
    """Throw a view away; the decisions it showed stay where they are.

    Raises
    ------
    NotAllowed
        If it is somebody else's, or `by` may not see the decision history.
    """
    _check_own(view, by)
    view.delete()


def _check_own(view: SavedView, user: User) -> None:
    _check_sees_history(user)
    if view.owner_id != user.pk:
        raise NotAllowed("A saved view belongs to who saved it.")


def _check_sees_history(user: User) -> None:
    if not user.has_perm("applications.view_all_applications"):
        raise NotAllowed("Only managers see the decision history.")


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
