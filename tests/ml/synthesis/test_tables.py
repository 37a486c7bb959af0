"""What the synthetic tables must look like, whatever the seed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from ml.schema import APPLICATION_LEVELS, TABLES, Kind
from ml.synthesis.generate import TRAIN_SHARE, batches

APPLICANTS = 1_500
Tables = Mapping[str, pl.DataFrame]


@pytest.fixture(scope="module", params=[1, 2, 3])
def tables(request: pytest.FixtureRequest) -> Tables:
    (drawn,) = batches(APPLICANTS, request.param)
    return drawn


def people(tables: Tables) -> pl.DataFrame:
    train = tables["application_train"].drop("TARGET")
    return pl.concat([train, tables["application_test"]])


def test_columns_and_types_are_the_schemas(tables: Tables) -> None:
    assert set(tables) == set(TABLES)
    for name, table in TABLES.items():
        expected = {column: kind.dtype for column, kind in table.columns.items()}
        assert dict(tables[name].schema) == expected
        assert list(tables[name].columns) == list(expected)


def test_keys_are_unique(tables: Tables) -> None:
    for name, table in TABLES.items():
        if table.key:
            assert tables[name].select(table.key).is_duplicated().sum() == 0, name
    months = ["SK_ID_PREV", "MONTHS_BALANCE"]
    for name in ("POS_CASH_balance", "credit_card_balance"):
        assert tables[name].select(months).is_duplicated().sum() == 0, name


def test_keys_lead_to_real_rows(tables: Tables) -> None:
    clients = people(tables).select("SK_ID_CURR")
    assert clients.height == APPLICANTS
    for name in ("bureau", "previous_application"):
        assert tables[name].join(clients, on="SK_ID_CURR", how="anti").is_empty()
    balance, bureau = tables["bureau_balance"], tables["bureau"]
    assert balance.join(bureau, on="SK_ID_BUREAU", how="anti").is_empty()
    keys = ["SK_ID_PREV", "SK_ID_CURR"]
    loans = tables["previous_application"].select(keys)
    assert tables["POS_CASH_balance"].join(loans, on=keys, how="anti").is_empty()
    accounts = pl.concat([loans, tables["credit_card_balance"].select(keys)])
    assert tables["installments_payments"].join(accounts, on=keys, how="anti").is_empty()
    assert tables["credit_card_balance"].join(clients, on="SK_ID_CURR", how="anti").is_empty()


def test_only_cards_older_than_the_records_have_no_application_on_record(tables: Tables) -> None:
    cards = tables["credit_card_balance"].group_by("SK_ID_PREV").agg(pl.col("MONTHS_BALANCE").min())
    old = cards.join(tables["previous_application"], on="SK_ID_PREV", how="anti")
    assert old["MONTHS_BALANCE"].eq(-96).all()
    assert 0.06 < old.height / cards.height < 0.22


def test_loans_have_rows_in_the_tables_of_their_kind(tables: Tables) -> None:
    loans = tables["previous_application"].select(
        "SK_ID_PREV", "NAME_CONTRACT_TYPE", "NAME_CONTRACT_STATUS"
    )

    def kinds(name: str) -> set[tuple[str, str]]:
        rows = tables[name].select("SK_ID_PREV").unique().join(loans, on="SK_ID_PREV")
        return set(rows.select("NAME_CONTRACT_TYPE", "NAME_CONTRACT_STATUS").unique().rows())

    card = {("Revolving loans", "Approved")}
    granted = {("Consumer loans", "Approved"), ("Cash loans", "Approved")}
    assert kinds("credit_card_balance") == card
    assert kinds("POS_CASH_balance") == granted
    assert kinds("installments_payments") == granted | card


def test_share_of_labelled_clients(tables: Tables) -> None:
    assert tables["application_train"].height == round(APPLICANTS * TRAIN_SHARE)


def test_levels_are_kaggles(tables: Tables) -> None:
    for name, levels in APPLICATION_LEVELS.items():
        drawn = people(tables)[name].drop_nulls().unique().to_list()
        assert set(drawn) <= set(levels), name


def test_no_number_is_infinite_or_nan(tables: Tables) -> None:
    for name, table in tables.items():
        floats = [c for c, kind in TABLES[name].columns.items() if kind is Kind.NUMBER]
        for column in floats:
            assert table[column].drop_nulls().is_finite().all(), (name, column)


def test_the_not_employed_carry_the_sentinel_and_no_organisation(tables: Tables) -> None:
    frame = people(tables)
    idle = pl.col("DAYS_EMPLOYED") == 365_243
    assert 0.12 < frame.select(idle.mean()).item() < 0.25
    assert frame.filter(~idle)["DAYS_EMPLOYED"].le(0).all()
    assert frame.filter(idle)["ORGANIZATION_TYPE"].eq("XNA").mean() > 0.99  # type: ignore[operator]
    kinds = set(frame.filter(idle)["NAME_INCOME_TYPE"].unique())
    assert kinds <= {"Pensioner", "Unemployed", "Working"}


def test_nobody_worked_or_registered_before_birth(tables: Tables) -> None:
    frame = people(tables)
    for name in ("DAYS_EMPLOYED", "DAYS_REGISTRATION", "DAYS_ID_PUBLISH"):
        assert frame.select((pl.col(name) >= pl.col("DAYS_BIRTH")).all()).item(), name


def test_rows_per_client(tables: Tables) -> None:
    # Kaggle's full tables hold so many rows per application.
    expected = {
        "bureau": 4.82,
        "previous_application": 4.69,
        "POS_CASH_balance": 28.1,
        "bureau_balance": 76.6,
        "installments_payments": 38.2,
        "credit_card_balance": 10.8,
    }
    # With 1,500 clients, a fourth of whom hold a card, the tables vary by some per cent.
    for name, mean in expected.items():
        assert 0.75 * mean < tables[name].height / APPLICANTS < 1.25 * mean, name


def test_bureau_days_are_in_order(tables: Tables) -> None:
    bureau = tables["bureau"]
    opened, ended = pl.col("DAYS_CREDIT"), pl.col("DAYS_ENDDATE_FACT")
    assert bureau.select((opened < 0).all()).item()
    assert bureau.select(((ended >= opened) & (ended <= 0)).all()).item()
    assert bureau.filter(CREDIT_ACTIVE="Active")["DAYS_ENDDATE_FACT"].null_count() == (
        bureau.filter(CREDIT_ACTIVE="Active").height
    )


def test_months_of_a_bureau_loan_have_no_gap_and_do_not_precede_it(tables: Tables) -> None:
    months = pl.col("MONTHS_BALANCE")
    loans = (
        tables["bureau_balance"]
        .group_by("SK_ID_BUREAU")
        .agg(span=months.max() - months.min() + 1, rows=pl.len(), first=months.min())
        .join(tables["bureau"], on="SK_ID_BUREAU")
    )
    assert loans.select((pl.col("span") == pl.col("rows")).all()).item()
    assert loans.select((pl.col("first") * 30.4375 >= pl.col("DAYS_CREDIT") - 1).all()).item()


def test_previous_loans_first_pay_after_the_decision(tables: Tables) -> None:
    loans = tables["previous_application"].filter(pl.col("DAYS_FIRST_DUE") < 365_243)
    assert loans.select((pl.col("DAYS_FIRST_DUE") > pl.col("DAYS_DECISION")).all()).item()
    dates = [c for c in loans.columns if c.startswith(("DAYS_FIRST", "DAYS_LAST", "DAYS_TERM"))]
    refused = tables["previous_application"].filter(pl.col("NAME_CONTRACT_STATUS") != "Approved")
    assert refused.select(pl.col(dates).is_null().all()).row(0) == (True,) * len(dates)


def test_instalments_left_fall_month_by_month(tables: Tables) -> None:
    pos = tables["POS_CASH_balance"].sort("SK_ID_PREV", "MONTHS_BALANCE")
    left = pl.col("CNT_INSTALMENT_FUTURE").drop_nulls()
    falls = pos.group_by("SK_ID_PREV").agg(ok=(left.diff() <= 0).all())
    assert falls["ok"].all()


def test_card_balances_add_up(tables: Tables) -> None:
    card = tables["credit_card_balance"]
    parts = [f"AMT_DRAWINGS_{x}_CURRENT" for x in ("ATM", "OTHER", "POS")]
    apart = card.drop_nulls(parts).select(
        (pl.sum_horizontal(parts) - pl.col("AMT_DRAWINGS_CURRENT")).abs().max()
    )
    assert apart.item() < 0.01
    assert card["AMT_BALANCE"].min() >= 0  # type: ignore[operator]


def test_payments_are_mostly_early_and_rarely_late(tables: Tables) -> None:
    paid = tables["installments_payments"]
    delay = paid.select(d=pl.col("DAYS_ENTRY_PAYMENT") - pl.col("DAYS_INSTALMENT")).drop_nulls()
    assert -15 < delay["d"].median() < 0  # type: ignore[operator]
    assert 0.03 < delay.select((pl.col("d") > 0).mean()).item() < 0.15
    assert paid["DAYS_ENTRY_PAYMENT"].drop_nulls().lt(0).all()


def test_default_rate(tables: Tables) -> None:
    # 8.1 % with three standard errors of 1,295 clients.
    assert abs(tables["application_train"]["TARGET"].mean() - 0.081) < 0.023  # type: ignore[operator]


def test_no_need_of_anything_outside_the_package() -> None:
    source = Path(__file__).resolve().parents[3] / "ml" / "synthesis"
    assert (source / "figures.json.gz").stat().st_size < 300_000
