"""All there is to know about the decision on an application, on one page or in one file."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import findings, home_credit, journal, verifying
from applications.findings import ToldFinding
from applications.models import Attachment, Decision, Entry, Letter, LoanApplication
from ml.bundle import Bundle
from ml.features import HISTORY
from monitoring.models import Prediction
from scoring import registry
from scoring.exceptions import NoChampion
from scoring.models import Explanation, Strategy

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FORMAT = "credit-desk dossier 1"


@dataclass(frozen=True)
class FeatureRow:
    """A column of the model: what it saw, and what that added to the raw score."""

    name: str
    label: str
    value: float | str | None
    contribution: float | None


@dataclass(frozen=True)
class FeatureGroup:
    concept: str
    rows: list[FeatureRow]
    contribution: float | None


@dataclass(frozen=True)
class Dossier:
    """A submitted application and everything that hangs on its decision."""

    application: LoanApplication
    decisions: Sequence[Decision]
    letters: Sequence[Letter]
    attachments: Sequence[Attachment]
    strategy: Strategy | None
    bundle: Bundle | None
    model_problem: str

    @property
    def decision(self) -> Decision:
        """The one in force."""
        return self.decisions[-1]

    @property
    def prediction(self) -> Prediction:
        return self.decision.prediction

    @property
    def explanation(self) -> Explanation | None:
        """The reasons, once they are there."""
        found: Explanation | None = getattr(self.prediction, "explanation", None)
        return found if found and found.status == Explanation.Status.READY else None

    @property
    def findings(self) -> list[ToldFinding]:
        """What the policy said when the application was submitted."""
        return findings.told(self.decisions[0].findings)

    @property
    def raw_columns(self) -> list[tuple[str, str, Any]]:
        """Each raw column, its label on the form, and its value."""
        return [
            (column, _label(column), value)
            for column, value in sorted(self.prediction.inputs.items())
        ]

    @cached_property
    def entries(self) -> list[Entry]:
        """What happened, oldest first."""
        return list(self.application.entries.select_related("actor").order_by("sequence"))

    @cached_property
    def groups(self) -> list[FeatureGroup]:
        """The model's features by concept; what moved the score most comes first."""
        if self.bundle is None:
            return []
        found: dict[str, list[FeatureRow]] = defaultdict(list)
        for feature, row in zip(self.bundle.features, self._rows(self.bundle), strict=True):
            found[feature.concept.label].append(row)
        groups = [FeatureGroup(_(name), rows, _sum(rows)) for name, rows in found.items()]
        return sorted(groups, key=lambda group: -abs(group.contribution or 0))

    @property
    def last_replay(self) -> Entry | None:
        """The entry of the last time the score was computed again."""
        replays = [entry for entry in self.entries if entry.kind == Entry.Kind.REPLAYED]
        return replays[-1] if replays else None

    def _rows(self, bundle: Bundle) -> list[FeatureRow]:
        values = self.prediction.feature_vector
        if len(values) != len(bundle.features):  # tampered with: the verification says so
            return [FeatureRow(f.name, _(f.label), None, None) for f in bundle.features]
        parts: Sequence[float | None] = [None] * len(values)
        if self.explanation and len(self.explanation.shap_values) == len(values):
            parts = self.explanation.shap_values.tolist()
        return [
            FeatureRow(f.name, _(f.label), f.value(value), part)
            for f, value, part in zip(bundle.features, values, parts, strict=True)
        ]


def of(application: LoanApplication) -> Dossier | None:
    """Gather the dossier of an application; None while there is no decision. Five queries."""
    decisions = list(
        application.decisions.select_related(
            "prediction", "prediction__explanation", "decided_by", "agreed_by"
        ).order_by("number")
    )
    if not decisions:
        return None
    prediction = decisions[-1].prediction
    bundle, problem = _bundle(prediction)
    letters = Letter.objects.filter(decision__application=application)
    return Dossier(
        application=application,
        decisions=decisions,
        letters=list(letters.select_related("made_by", "decision")),
        attachments=list(application.attachments.select_related("added_by")),
        strategy=_strategy(prediction),
        bundle=bundle,
        model_problem=problem,
    )


def as_json(dossier: Dossier, *, made_by: User, at: datetime | None = None) -> dict[str, Any]:
    """Return the whole dossier, ready for JSON. `KEYS` says what each key holds.

    What the journal's hashes and digests are made of comes along, so that both can be checked
    without this site.
    """
    prediction = dossier.prediction
    return {
        "format": FORMAT,
        "made_at": (at or timezone.now()).isoformat(),
        "made_by": made_by.get_username(),
        "keys": KEYS,
        "application": journal.fields(dossier.application)
        | {"filed_by": dossier.application.filed_by.get_username()},
        "decisions": [_decision(decision) for decision in dossier.decisions],
        "prediction": journal.fields(prediction)
        | {
            "features_base64": base64.b64encode(prediction.features).decode(),
            "history_base64": None
            if prediction.history is None
            else base64.b64encode(prediction.history).decode(),
        },
        "features": [
            {
                "name": row.name,
                "label": row.label,
                "concept": group.concept,
                "value": row.value,
                "contribution": row.contribution,
            }
            for group in dossier.groups
            for row in group.rows
        ],
        "history": _history(prediction),
        "model": _model(dossier),
        "strategy": journal.fields(dossier.strategy) if dossier.strategy else None,
        "explanation": _explanation(dossier.explanation),
        "letters": _letters(dossier.letters),
        "attachments": [journal.fields(attachment) for attachment in dossier.attachments],
        "journal": _journal(dossier),
    }


KEYS: Mapping[str, str] = {
    "application": "The application as filed, by field.",
    "decisions": "Every decision on it, oldest first; the last one is in force.",
    "prediction": "The score as stored: raw Home Credit columns (`inputs`), raw score (log-odds), "
    "PD, cut-offs, model. `features_base64` is the feature vector, float32, little-endian; "
    "`history_base64` the client's history vector, float64, or null.",
    "features": "What the model saw, by name; null where nothing was known. `contribution` is on "
    "the scale of the raw score; above 0 raises the risk.",
    "history": "The client's history features that were joined, by name.",
    "model": "Which model scored. `sha256` is the SHA-256 of its bundle.json, which holds that "
    "of every other file.",
    "strategy": "The cut-offs and policy rules in force; null: the model’s own cut-offs.",
    "explanation": "SHAP contributions, and the reasons they amount to; null until computed.",
    "letters": "Letters on the decisions, with their PDF.",
    "attachments": "Documents of the applicant, by name and SHA-256; the files are not included.",
    "journal": "Who did what when. `hash` is the SHA-256 of `content` as JSON text with sorted "
    "keys, no spaces, and characters beyond ASCII escaped; `content.previous` is the hash of the "
    "entry before, which `before` states as it is stored now. `content.data.records` holds the "
    "digest of each record at that time: the SHA-256 of `records[key]`, written the same way. "
    "`content.data.states` holds the digest of what changes by design; of the last entry that "
    "tells of a record it is the SHA-256 of `states[key]`. "
    "`head` is the end of the whole journal.",
}


def _bundle(prediction: Prediction) -> tuple[Bundle | None, str]:
    """The model that scored; read anew where it was made for features of another time."""
    try:
        return registry.of_any_time(prediction.model_sha256), ""
    except NoChampion as error:
        return None, str(error)


def _strategy(prediction: Prediction) -> Strategy | None:
    version = prediction.cut_offs_version
    return None if version is None else Strategy.objects.filter(version=version).first()


def _label(column: str) -> str:
    field = home_credit.field_of(column)
    return str(LoanApplication._meta.get_field(field).verbose_name) if field else ""  # type: ignore[union-attr]  # no relation is on the form


def _sum(rows: Sequence[FeatureRow]) -> float | None:
    parts = [row.contribution for row in rows if row.contribution is not None]
    return sum(parts) if parts else None


def _decision(decision: Decision) -> dict[str, Any]:
    return journal.fields(decision) | {
        "decided_by": decision.decided_by.get_username() if decision.decided_by else None,
        "agreed_by": decision.agreed_by.get_username() if decision.agreed_by else None,
    }


def _history(prediction: Prediction) -> dict[str, float | None] | None:
    values = prediction.history_vector
    if values is None or len(values) != len(HISTORY):
        return None
    return {
        name: None if np.isnan(value) else float(value)
        for name, value in zip(HISTORY, values, strict=True)
    }


def _model(dossier: Dossier) -> dict[str, Any]:
    prediction, bundle = dossier.prediction, dossier.bundle
    return {
        "name": prediction.model_name,
        "version": prediction.model_version,
        "sha256": prediction.model_sha256,
        "files": bundle.manifest["files"] if bundle else None,
        "problem": dossier.model_problem,
    }


def _explanation(explanation: Explanation | None) -> dict[str, Any] | None:
    if explanation is None:
        return None
    return {
        "base_value": explanation.base_value,
        "contributions": explanation.shap_values.tolist(),
        "reasons": explanation.grouped,
    }


def _letters(letters: Sequence[Letter]) -> list[dict[str, Any]]:
    """The letters with their files, which are read in one query for all of them."""
    whole = Letter.objects.in_bulk([letter.pk for letter in letters])
    return [
        journal.fields(whole[letter.pk])
        | {"pdf_base64": base64.b64encode(whole[letter.pk].pdf).decode()}
        for letter in letters
    ]


def _journal(dossier: Dossier) -> dict[str, Any]:
    application = dossier.application
    beside = verifying.neighbourhood(application)
    mine = [e for _n, e in sorted(beside.items()) if e.application_id == application.pk]
    keys = {key for entry in mine for key in entry.data.get("records", {})}
    at_hand = {journal.key_of(record): record for record in _records(dossier)}
    records = {key: at_hand[key] for key in keys & at_hand.keys()}
    records = dict(sorted((records | journal.load(keys - at_hand.keys())).items()))
    head = verifying.head()
    return {
        "head": {"sequence": head.sequence, "hash": head.hash},
        "entries": [
            {
                "hash": entry.hash,
                "content": journal.content(entry),
                "who": entry.actor.get_username() if entry.actor else None,
                "before": beside[entry.sequence - 1].hash if entry.sequence - 1 in beside else "",
            }
            for entry in mine
        ],
        "records": {key: journal.fields(record) for key, record in records.items()},
        "states": {
            key: state for key, record in records.items() if (state := journal.state(record))
        },
    }


def _records(dossier: Dossier) -> Iterator[Model]:
    """Those that were read already."""
    yield dossier.application
    for decision in dossier.decisions:
        yield decision
        yield decision.prediction
    yield from dossier.attachments
    if dossier.strategy:
        yield dossier.strategy
