"""Every column is described, once, in a sentence."""

from __future__ import annotations

import re

import pytest

from ml.descriptions import DESCRIPTIONS, TABLE_DESCRIPTIONS
from ml.schema import APPLICATION_TEST, AUXILIARY, TABLES

EVERY = [(table, column) for table, columns in DESCRIPTIONS.items() for column in columns]


@pytest.mark.parametrize("name", TABLES)
def test_the_columns_are_those_of_the_table(name: str) -> None:
    assert set(DESCRIPTIONS[name]) == set(TABLES[name].columns)


def test_the_tables_are_those_a_score_reads() -> None:
    assert set(DESCRIPTIONS) == set(TABLES)
    assert list(TABLE_DESCRIPTIONS) == [APPLICATION_TEST.name, *(t.name for t in AUXILIARY)]


@pytest.mark.parametrize("name", TABLES)
def test_no_two_columns_are_told_the_same(name: str) -> None:
    texts = list(DESCRIPTIONS[name].values())
    assert [text for text in texts if texts.count(text) > 1] == []


@pytest.mark.parametrize(("table", "column"), EVERY)
def test_a_description_is_one_short_text(table: str, column: str) -> None:
    text = DESCRIPTIONS[table][column]
    assert re.fullmatch(r"[A-Z].*\.", text)
    assert "  " not in text
    assert len(text) <= 200


@pytest.mark.parametrize(("table", "column"), EVERY)
def test_units_are_stated(table: str, column: str) -> None:
    text = DESCRIPTIONS[table][column]
    if column.startswith("AMT_") and "REQ_CREDIT_BUREAU" not in column:
        assert "in currency units" in text
    if column.startswith("DAYS_"):
        assert re.search(r"in days (before|from) the application", text)
        assert "negative" in text or "365243" in text
    if column.startswith(("FLAG_", "NFLAG_", "REG_", "LIVE_")):
        assert re.search(r"1 is (yes|different), 0 is|Y is yes, N is no", text)
