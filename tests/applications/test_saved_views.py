"""Saved views belong to the manager who saved them, whatever page or command asks."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from applications.exceptions import NotAllowed
from applications.models import SavedView
from applications.services import saved_views

pytestmark = pytest.mark.django_db


def test_only_managers_save_views(banker: User, no_role: User) -> None:
    for stranger in (banker, no_role):
        with pytest.raises(NotAllowed):
            saved_views.save(owner=stranger, name="Mine", query="")
    assert not SavedView.objects.exists()


def test_a_view_is_changed_by_its_owner_alone(manager: User, other_manager: User) -> None:
    view = saved_views.save(owner=manager, name="Risky", query="")

    with pytest.raises(NotAllowed):
        saved_views.rename(view=view, name="Safe", by=other_manager)
    with pytest.raises(NotAllowed):
        saved_views.delete(view=view, by=other_manager)
    assert SavedView.objects.get().name == "Risky"

    saved_views.rename(view=view, name="Safe", by=manager)
    assert SavedView.objects.get().name == "Safe"
    saved_views.delete(view=view, by=manager)
    assert not SavedView.objects.exists()
