"""The decision history as a file, for spreadsheets; no more than a chunk of it in memory."""

from __future__ import annotations

import csv as writing
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import IO, Any, NamedTuple

import xlsxwriter
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from applications.choices import Contract, Decided, OverrideReason
from applications.exceptions import ApplicationError
from applications.models import Decision
from applications.querysets import DecisionQuerySet, name_of_user
from monitoring.models import Completeness, Source

CHUNK = 2_000
MOST_ROWS = 1_048_575  # that a sheet of Excel holds, below its head
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FIRST_DAY, _DAY = datetime(1899, 12, 30), timedelta(days=1)  # noqa: DTZ001 - as sheets count
_BOM = "\ufeff"  # tells Excel that the file is UTF-8

Row = tuple[Any, ...]


class TooManyRows(ApplicationError):
    """More decisions than a sheet can hold."""


def csv(decisions: DecisionQuerySet, *, language: str) -> Iterator[str]:
    """Yield the lines of a CSV file as Excel opens it in this language."""
    french = language.startswith("fr")
    line = writing.writer(_Echo(), delimiter=";" if french else ",")
    decimal = formats.get_format("DECIMAL_SEPARATOR", lang=language)
    columns = _columns()
    head = line.writerow([column.title for column in columns])

    def lines() -> Iterator[str]:
        yield _BOM + head
        for row in _rows(decisions, columns):
            yield line.writerow([_text(value, decimal) for value in row])

    return lines()


def xlsx(decisions: DecisionQuerySet) -> IO[bytes]:
    """Write a spreadsheet to a temporary file, row by row.

    Raises
    ------
    TooManyRows
        If a sheet cannot hold them.
    """
    if decisions.order_by()[: MOST_ROWS + 1].count() > MOST_ROWS:
        raise TooManyRows(
            _("A sheet holds %(most)s rows at most. Set a filter, or take the CSV file.")
            % {"most": formats.number_format(MOST_ROWS, force_grouping=True)}
        )
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    # No text becomes a formula or a link, whatever it begins with.
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    _fill(book, decisions)
    book.close()
    file.seek(0)
    return file


class _Column(NamedTuple):
    """A column: its head, where it comes from, what becomes of a value, how Excel shows it."""

    title: str
    source: Any
    said: Callable[[Any], Any] = lambda value: value
    shown: str = ""
    width: int = 16


def _columns() -> list[_Column]:
    """Labels are looked up now: what streams later has no language."""
    label = _labels
    repaid = {False: _("Repaid"), True: _("Not repaid")}
    moment = "yyyy-mm-dd hh:mm"
    return [
        _Column(_("Reference"), "application__reference"),
        _Column(_("Submitted"), "application__submitted_at", _local, moment),
        _Column(_("Decided"), "decided_at", _local, moment),
        _Column(_("Banker"), name_of_user("application__filed_by__"), width=22),
        _Column(_("First name"), "application__first_name"),
        _Column(_("Last name"), "application__last_name"),
        _Column(_("Client number"), "application__client_number", shown="0"),
        _Column(_("Type of loan"), "application__contract_type", label(Contract)),
        _Column(_("Amount"), "application__amount", shown="#,##0"),
        _Column(_("PD"), "prediction__pd", shown="0.0%"),
        _Column(_("Refer from"), "prediction__refer_from", shown="0.0%"),
        _Column(_("Decline from"), "prediction__decline_from", shown="0.0%"),
        _Column(_("Decision"), "outcome", label(Decided)),
        _Column(_("Made"), "kind", label(Decision.Kind), width=22),
        _Column(_("Decided by"), name_of_user("decided_by__"), width=22),
        _Column(_("Agreed by"), name_of_user("agreed_by__"), width=22),
        _Column(_("Reason code"), "reason_code", label(OverrideReason), width=30),
        _Column(_("Channel"), "prediction__source", label(Source)),
        _Column(_("What was known"), "prediction__completeness", label(Completeness), width=30),
        _Column(_("Model"), "prediction__model_name"),
        _Column(_("Model version"), "prediction__model_version", width=22),
        _Column(_("Cut-off strategy"), "prediction__cut_offs_version", shown="0"),
        _Column(_("Outcome of the loan"), "prediction__loan_outcome__defaulted", repaid.get),
    ]


def _labels(choices: Any) -> Callable[[Any], str]:
    labels = {value: str(label) for value, label in choices.choices}
    return lambda value: labels.get(value, value or "")


def _rows(decisions: DecisionQuerySet, columns: list[_Column]) -> Iterator[Row]:
    values = decisions.values_list(*(column.source for column in columns))
    for row in values.iterator(chunk_size=CHUNK):
        yield tuple(column.said(value) for column, value in zip(columns, row, strict=True))


def _local(moment: datetime | None) -> datetime | None:
    """As the clock on the wall said: spreadsheets know no time zones."""
    return None if moment is None else timezone.localtime(moment).replace(tzinfo=None)


def _text(value: Any, decimal: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}".replace(".", decimal)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return _harmless(value) if isinstance(value, str) else str(value)


def _harmless(text: str) -> str:
    """Text of a CSV file that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _fill(book: Any, decisions: DecisionQuerySet) -> None:
    columns = _columns()
    sheet = book.add_worksheet(_("Decisions"))
    sheet.freeze_panes(1, 1)
    bold = book.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(columns):
        shown = book.add_format({"num_format": column.shown}) if column.shown else None
        sheet.set_column(place, place, column.width, shown)
    sheet.write_row(0, 0, [column.title for column in columns], bold)
    last = 0
    for last, row in enumerate(_rows(decisions, columns), start=1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    sheet.write_string(last, place, value)
            elif value is not None:
                sheet.write_number(last, place, _figure(value))
    sheet.autofilter(0, 0, last, len(columns) - 1)


def _figure(value: Any) -> float:
    """A number as a sheet holds it; of a moment the days since its calendar began."""
    return (value - _FIRST_DAY) / _DAY if isinstance(value, datetime) else float(value)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text
