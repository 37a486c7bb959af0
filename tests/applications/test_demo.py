"""The example desk is played by several bankers, through the services of real ones."""

from __future__ import annotations

import pytest

from applications import demo
from applications.models import Case, LoanApplication
from scoring.models import ClientFile
from scoring_site.demo import ACCOUNTS
from tests.applications.factories import UserFactory


@pytest.mark.usefixtures("champion", "known_client")
def test_three_bankers_file_and_the_first_has_something_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(demo, "EXAMPLES", 12)
    for username, role in ACCOUNTS.items():
        UserFactory(username=username, role=role)
    outcomes = dict.fromkeys(ClientFile.objects.values_list("pk", flat=True)[:40], False)

    demo.play(outcomes=outcomes, progress=lambda done, of: None)

    filed_by = set(LoanApplication.objects.values_list("filed_by__username", flat=True))
    assert filed_by == {"banker", "banker2", "banker3"}
    assert {case.application.filed_by.username for case in Case.objects.returned()} <= {"banker"}
    for case in Case.objects.exclude(decision__kind="automatic"):
        assert case.decision.decided_by != case.application.filed_by
