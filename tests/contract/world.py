"""Fills the site of the contract tests: `python -m tests.contract.world BUNDLE CLIENTS`.

Prints as JSON the tokens by role, and the keys of what there is by the part of the address.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the setup
from django.contrib.auth.models import User  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402

from applications.models import Case, LoanApplication, Override  # noqa: E402
from applications.services import deciding, filing, lettering, records  # noqa: E402
from ml.tables import open_tables  # noqa: E402
from monitoring.models import Source  # noqa: E402
from monitoring.webhooks import services as webhooks  # noqa: E402
from scoring import services, tokens  # noqa: E402
from scoring.batches import services as batches  # noqa: E402
from scoring.batches import uploads  # noqa: E402
from scoring.materialising import materialise  # noqa: E402
from scoring_site import demo  # noqa: E402
from tests.applications.factories import (  # noqa: E402
    LoanApplicationFactory,
    StrategyFactory,
)
from tests.applications.files import pdf  # noqa: E402
from tests.scoring.factories import APPLICATION  # noqa: E402

VERDICT = deciding.Verdict("approve", "security", "Her brother stands surety.")


def main(bundle: str, clients: str) -> None:
    call_command("migrate", verbosity=0)
    call_command("register_model", bundle, "--activate", stdout=sys.stderr)
    materialise(tables=open_tables(Path(clients)))
    known = demo.accounts(url="", path=settings.VAR_DIR / "demo.json")
    User.objects.create_user("nobody")
    given = {"partner": known["api_token"]}
    for name in ("banker", "manager", "manager2", "admin", "nobody"):
        user = User.objects.get(username=name)
        given[name] = tokens.issue_token(user=user, name="Tests", lifetime=timedelta(days=1))[1]
    print(json.dumps({"tokens": given, "ids": _fill()}))  # noqa: T201 - its answer


def _fill() -> dict[str, list[str]]:
    """Something of every kind; all that is filed is referred, and large amounts need two."""
    StrategyFactory(
        approved=True, refer_from=1e-6, decline_from=0.999, second_manager_amount=1_000_000
    )
    partner, manager = _user("partner-system"), _user("manager")
    drafts = [_draft(partner) for _ in range(3)]
    waiting = [_referral(partner) for _ in range(3)]
    claimed = [_claimed(_referral(partner), manager) for _ in range(2)]
    decided = [_decided(_claimed(_referral(partner), manager), manager) for _ in range(2)]
    for _ in range(3):
        _decided(_claimed(_referral(partner, amount=2_000_000.0), manager), manager)
    for case in decided:
        services.explain(prediction_id=case.decision.prediction_id)
        lettering.make(decision_id=case.decision_id, language="en", made_by=partner, wording="")
    document = SimpleUploadedFile("payslip.pdf", pdf())
    records.attach(application_id=decided[0].pk, added_by=partner, files=[document])
    records.write_note(application_id=decided[0].pk, author=partner, text="Called on Monday.")
    scores = [
        services.score(application=dict(APPLICATION), source=Source.API, requested_by=partner)
        for _ in range(2)
    ]
    rows = b"SK_ID_CURR,AMT_CREDIT,AMT_INCOME_TOTAL,DAYS_BIRTH\n,450000,180000,-14000\n,-1,2,3\n"
    files = [
        batches.create(
            upload=uploads.receive(SimpleUploadedFile("june.csv", rows)), created_by=partner
        )
        for _ in range(2)
    ]
    hooks = [
        webhooks.subscribe(
            name=f"Core {number}",
            url="http://127.0.0.1:9/hook",
            events=["decision.made"],
            created_by=_user("admin"),
        )[0]
        for number in range(3)
    ]
    for hook in hooks:
        webhooks.send_test(subscription=hook)
    cases = [*decided, *claimed, *waiting]
    return {
        "applications": [str(one.pk) for one in [*cases, *drafts]],
        "decisions": [str(case.decision_id) for case in cases],
        "overrides": [str(pk) for pk in Override.objects.values_list("pk", flat=True)],
        "scores": [str(score.pk) for score in scores],
        "score-batches": [str(file.pk) for file in files],
        "webhooks": [str(hook.pk) for hook in hooks],
        "attachments": [
            str(pk) for pk in decided[0].application.attachments.values_list("pk", flat=True)
        ],
    }


def _user(name: str) -> User:
    return User.objects.get(username=name)


def _draft(user: User, **values: Any) -> LoanApplication:
    application = LoanApplicationFactory.build(filed_by=None, reference="", **values)
    filing.save_draft(application=application, filed_by=user)
    return application


def _referral(user: User, **values: Any) -> Case:
    draft = _draft(user, **values)
    filing.submit(application_id=draft.pk, submitted_by=user, source=Source.API)
    return _case(draft.pk)


def _claimed(case: Case, manager: User) -> Case:
    deciding.claim(application_id=case.pk, by=manager, seen=deciding.Seen.of(case))
    return _case(case.pk)


def _decided(case: Case, manager: User) -> Case:
    deciding.decide(
        application_id=case.pk, by=manager, verdict=VERDICT, seen=deciding.Seen.of(case)
    )
    return _case(case.pk)


def _case(pk: Any) -> Case:
    return Case.objects.select_related("decision__prediction", "application").get(pk=pk)


if __name__ == "__main__":
    main(*sys.argv[1:])
