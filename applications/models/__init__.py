"""What the desk keeps: applications, decisions, what hangs on them, and the journal of it all."""

from applications.models.application import LoanApplication, ReferenceCounter
from applications.models.decision import Case, Decision, Override
from applications.models.journal import Entry, JournalHead
from applications.models.lists import SavedView, WatchListEntry
from applications.models.records import Attachment, Letter, Note

__all__ = [
    "Attachment",
    "Case",
    "Decision",
    "Entry",
    "JournalHead",
    "Letter",
    "LoanApplication",
    "Note",
    "Override",
    "ReferenceCounter",
    "SavedView",
    "WatchListEntry",
]
