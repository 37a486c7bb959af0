"""What happened to an application, told from its journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from applications.choices import OverrideReason
from applications.models import Entry
from applications.people import name_of
from monitoring.models import Outcome

_Kind = Entry.Kind


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes
    ----------
    mark : str
        Which icon goes with it: the kind of entry, or the outcome of a decision.
    who : str
        Empty where nobody in particular did it.
    facts : list of str
        Short additions: the reason, who had it before.
    quote : str
        What somebody wrote.
    document : str
        Key of an attachment, to download it.
    """

    mark: str
    title: str
    who: str
    at: datetime
    facts: list[str]
    quote: str = ""
    document: str = ""
    name: str = ""
    size: int = 0


def told(entries: Iterable[Entry]) -> list[Event]:
    """Return the events of one application, the latest first."""
    return [_told(entry) for entry in reversed(list(entries))]


def documents(events: Iterable[Event]) -> list[Event]:
    """Those events that brought a document."""
    return [event for event in events if event.document]


def _told(entry: Entry) -> Event:
    data = entry.data
    return Event(
        mark=_mark(entry.kind, data),
        title=_title(entry, data),
        who=name_of(entry.actor) if entry.actor else "",
        at=entry.at,
        facts=_facts(data),
        quote=_quote(data),
        document=data.get("document", ""),
        name=data.get("name", ""),
        size=data.get("size", 0),
    )


def _mark(kind: str, data: dict[str, Any]) -> str:
    if kind == _Kind.DECIDED:
        return str(data.get("outcome", kind))
    if kind == _Kind.OVERRIDE_SETTLED:
        return {"agreed": "agreed", "refused": "refused"}.get(data.get("status", ""), kind)
    return kind


def _title(entry: Entry, data: dict[str, Any]) -> str:
    outcome = data.get("outcome")
    if entry.kind == _Kind.DECIDED:
        return _decided(outcome, str(data.get("made", "")))
    if entry.kind == _Kind.OVERRIDE_PROPOSED:
        return {
            Outcome.APPROVE.value: _("Proposed to approve; a second manager must agree"),
            Outcome.DECLINE.value: _("Proposed to decline; a second manager must agree"),
        }.get(str(outcome), str(_Kind.OVERRIDE_PROPOSED.label))
    if entry.kind == _Kind.OVERRIDE_SETTLED:
        return {
            "agreed": _("Agreed to the proposal"),
            "refused": _("Refused the proposal"),
            "withdrawn": _("Withdrew the proposal"),
        }.get(data.get("status", ""), str(_Kind.OVERRIDE_SETTLED.label))
    if entry.kind == _Kind.CLAIMED and data.get("taken_from"):
        return _("Taken over by a manager")
    return str(entry.get_kind_display())


def _decided(outcome: Any, made: str) -> str:
    told = {
        ("approve", "automatic"): _("Approved by the cut-offs and the policy"),
        ("refer", "automatic"): _("Referred by the cut-offs and the policy"),
        ("decline", "automatic"): _("Declined by the cut-offs and the policy"),
        ("approve", "manual"): _("Approved by a manager"),
        ("decline", "manual"): _("Declined by a manager"),
        ("approve", "override"): _("Approved, overruling the decision before"),
        ("decline", "override"): _("Declined, overruling the decision before"),
    }
    return told.get((str(outcome), made), str(_Kind.DECIDED.label))


def _facts(data: dict[str, Any]) -> list[str]:
    facts = []
    if not _was_proposed(data) and data.get("reason_code") in OverrideReason.values:
        facts.append(str(OverrideReason(data["reason_code"]).label))
    if data.get("agreed_by"):
        facts.append(_("agreed by %(manager)s") % {"manager": data["agreed_by"]})
    if data.get("taken_from"):
        facts.append(_("from %(manager)s") % {"manager": data["taken_from"]})
    return facts


def _was_proposed(data: dict[str, Any]) -> bool:
    """Whether a decision follows a proposal, which has told why already."""
    return bool(data.get("agreed_by"))


def _quote(data: dict[str, Any]) -> str:
    if _was_proposed(data):
        return ""
    for key in ("question", "answer", "reason", "text"):
        if data.get(key):
            return str(data[key])
    return ""
