"""Features that cross the application with the client's history.

They are computed after the join, from features alone, so the store of a known client keeps
history features only.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Feature
from ml.features.policy import ratio

TABLE = "combined"

_INCOME = pl.col("AMT_INCOME_TOTAL")
_CREDIT = pl.col("AMT_CREDIT")
_ANNUITY = pl.col("AMT_ANNUITY")
_RATE = pl.col("YEARLY_RATE")
_OTHER_DEBT = pl.col("BUREAU_DEBT_SUM")
_AGE = pl.col("DAYS_BIRTH")
_RISK = 1 - pl.col("EXT_MEAN")
_RUNNING_ANNUITY = pl.col("PREV_RUNNING_ANNUITY_SUM").fill_null(0)
_REPAYMENTS = _ANNUITY + pl.col("BUREAU_ANNUITY_SUM").fill_null(0) + _RUNNING_ANNUITY
_BURDEN = _ANNUITY + pl.col("BUREAU_BURDEN_SUM").fill_null(0) + _RUNNING_ANNUITY


def _loan_against_bureau() -> Iterator[Feature]:
    against = {
        "LOAN_TO_BUREAU_CREDIT": ("average loan", "BUREAU_CREDIT_MEAN"),
        "LOAN_TO_BUREAU_MAX": ("highest loan", "BUREAU_CREDIT_MAX"),
        "LOAN_TO_BUREAU_LAST": ("latest loan", "BUREAU_LAST_1_CREDIT_MEAN"),
        "LOAN_TO_BUREAU_OPEN": ("total of open loans", "BUREAU_ACTIVE_CREDIT_SUM"),
    }
    for name, (words, column) in against.items():
        yield _feature(
            name,
            f"This loan against the {words} with other lenders",
            Concept.LOAN_TERMS,
            ratio(_CREDIT, pl.col(column)),
        )


def _loan_against_previous() -> Iterator[Feature]:
    for name, word, column in (
        ("LOAN_TO_PREVIOUS_MEAN", "average", "APPROVED_CREDIT_MEAN"),
        ("LOAN_TO_PREVIOUS_MAX", "highest", "APPROVED_CREDIT_MAX"),
        ("LOAN_TO_PREVIOUS_LAST", "latest", "LAST_APPROVED_CREDIT"),
    ):
        yield _feature(
            name,
            f"This loan against the {word} earlier loan with us",
            Concept.LOAN_TERMS,
            ratio(_CREDIT, pl.col(f"PREV_{column}")),
        )
    for name, word, column in (
        ("ANNUITY_TO_PREVIOUS_MEAN", "average", "APPROVED_ANNUITY_MEAN"),
        ("ANNUITY_TO_PREVIOUS_MAX", "highest", "APPROVED_ANNUITY_MAX"),
        ("ANNUITY_TO_PREVIOUS_LAST", "latest", "LAST_APPROVED_ANNUITY"),
    ):
        yield _feature(
            name,
            f"This repayment against the {word} earlier repayment to us",
            Concept.LOAN_TERMS,
            ratio(_ANNUITY, pl.col(f"PREV_{column}")),
        )
    for name, word, column in (
        ("RATE_LESS_PREVIOUS_MEAN", "average", "APPROVED_RATE_MEAN"),
        ("RATE_LESS_PREVIOUS_CASH", "average cash", "CASH_RATE_MEAN"),
        ("RATE_LESS_PREVIOUS_LAST", "latest", "LAST_APPROVED_RATE"),
    ):
        yield _feature(
            name,
            f"Likely yearly interest rate less that of the {word} earlier loan with us",
            Concept.LOAN_TERMS,
            _RATE - pl.col(f"PREV_{column}"),
        )


def _terms_against_previous() -> Iterator[Feature]:
    for name, label, expr in (
        (
            "TERM_TO_PREVIOUS_MEAN",
            "Length of this loan against the average earlier loan with us",
            ratio(pl.col("CREDIT_TO_ANNUITY"), pl.col("PREV_APPROVED_TERM_MEAN")),
        ),
        (
            "TERM_TO_PREVIOUS_LAST",
            "Number of instalments against the latest earlier loan with us",
            ratio(pl.col("RATE_TERM"), pl.col("PREV_LAST_APPROVED_TERM")),
        ),
        (
            "INTEREST_AT_PREVIOUS_TERM",
            "Interest on this loan if it ran as long as earlier ones",
            ratio(_ANNUITY * pl.col("PREV_APPROVED_TERM_MAX"), _CREDIT) - 1,
        ),
        (
            "CREDIT_TO_GOODS_LESS_PREVIOUS",
            "Loan against the price of the goods, less amount granted to amount asked for earlier",
            pl.col("CREDIT_TO_GOODS") - pl.col("PREV_APPROVED_GRANTED_MEAN"),
        ),
        (
            "ANNUITY_TO_PAYMENT_MEAN",
            "This repayment against the average payment made to us",
            ratio(_ANNUITY, pl.col("INST_PAYMENT_MEAN")),
        ),
        (
            "ANNUITY_TO_PAYMENT_MAX",
            "This repayment against the highest payment made to us",
            ratio(_ANNUITY, pl.col("INST_PAYMENT_MAX")),
        ),
    ):
        yield _feature(name, label, Concept.LOAN_TERMS, expr)


def _loan_against_asked() -> Iterator[Feature]:
    for name, words, column in (
        ("LOAN_TO_REFUSED_MAX", "highest amount refused earlier", "REFUSED_CREDIT_MAX"),
        ("LOAN_TO_LAST", "latest application with us", "LAST_CREDIT"),
        ("LOAN_TO_ASKED_MAX", "highest amount asked for earlier", "ASKED_MAX"),
    ):
        yield _feature(
            name,
            f"This loan against the {words}",
            Concept.PAST_APPLICATIONS,
            ratio(_CREDIT, pl.col(f"PREV_{column}")),
        )


def _affordability() -> Iterator[Feature]:
    running_left = pl.col("PREV_RUNNING_LEFT_SUM").fill_null(0)
    all_debt = _OTHER_DEBT.fill_null(0) + _CREDIT
    for name, label, over in (
        ("DEBT_TO_INCOME", "Debt with other lenders against yearly income", _OTHER_DEBT),
        (
            "ALL_DEBT_TO_INCOME",
            "This loan and debt with other lenders against yearly income",
            all_debt,
        ),
        (
            "ALL_DEBT_AND_RUNNING_TO_INCOME",
            "This loan, debt with other lenders and what is left to pay us against yearly income",
            all_debt + running_left,
        ),
        ("ALL_REPAYMENTS_TO_INCOME", "All known repayments against yearly income", _REPAYMENTS),
        (
            "BURDEN_TO_INCOME",
            "This and running repayments, and debt due each month, against yearly income",
            _BURDEN,
        ),
        (
            "RUNNING_TO_INCOME",
            "Running loans with us against yearly income",
            pl.col("PREV_RUNNING_CREDIT_SUM"),
        ),
        (
            "CARD_DEBT_TO_INCOME",
            "Card debt with other lenders against yearly income",
            pl.col("BUREAU_CARD_DEBT_SUM"),
        ),
        (
            "OPEN_CREDIT_TO_INCOME",
            "Open loans with other lenders against yearly income",
            pl.col("BUREAU_ACTIVE_CREDIT_SUM"),
        ),
    ):
        yield _feature(name, label, Concept.AFFORDABILITY, ratio(over, _INCOME))


def _debts_and_cards() -> Iterator[Feature]:
    for name, label, concept, expr in (
        (
            "DEBT_TO_LOAN",
            "Debt with other lenders against this loan",
            Concept.OTHER_DEBT,
            ratio(_OTHER_DEBT, _CREDIT),
        ),
        (
            "BURDEN_TO_ANNUITY",
            "Debt due to other lenders each month against this repayment",
            Concept.OTHER_DEBT,
            ratio(pl.col("BUREAU_BURDEN_SUM"), _ANNUITY),
        ),
        (
            "DEBT_TO_AGE",
            "Debt with other lenders for each year of age",
            Concept.OTHER_DEBT,
            ratio(_OTHER_DEBT, _AGE * (-1 / 365.25)),
        ),
        (
            "OPEN_LOANS",
            "Number of open loans, with other lenders and with us",
            Concept.OTHER_DEBT,
            pl.col("BUREAU_ACTIVE_COUNT").fill_null(0) + pl.col("PREV_RUNNING_COUNT").fill_null(0),
        ),
        (
            "OVERDUE_TO_INCOME",
            "Highest amount ever overdue against yearly income",
            Concept.BUREAU_CONDUCT,
            ratio(pl.col("BUREAU_OVERDUE_MAX"), _INCOME),
        ),
        (
            "CARD_BALANCE_TO_INCOME",
            "Average card balance against yearly income",
            Concept.CARD_USE,
            ratio(pl.col("CARD_BALANCE_MEAN"), _INCOME),
        ),
        (
            "CARD_LIMIT_TO_INCOME",
            "Highest card limit against yearly income",
            Concept.CARD_USE,
            ratio(pl.col("CARD_LIMIT_MAX"), _INCOME),
        ),
    ):
        yield _feature(name, label, concept, expr)


def _times() -> Iterator[Feature]:
    bureau_first = pl.col("BUREAU_DAYS_CREDIT_FIRST")
    enquiries = pl.col("ENQUIRY_COUNT") - pl.col("BUREAU_NEW_COUNT_365D").fill_null(0)
    for name, label, concept, expr in (
        (
            "BUREAU_FIRST_TO_AGE",
            "Part of life with loans from other lenders",
            Concept.CREDIT_EXPERIENCE,
            ratio(bureau_first, _AGE),
        ),
        (
            "BUREAU_COUNT_TO_AGE",
            "Loans with other lenders for each year of age",
            Concept.CREDIT_EXPERIENCE,
            ratio(pl.col("BUREAU_COUNT"), _AGE * (-1 / 365.25)),
        ),
        (
            "FIRST_APPLICATION_TO_AGE",
            "Part of life as our client",
            Concept.PAST_APPLICATIONS,
            ratio(pl.col("PREV_DAYS_DECISION_FIRST"), _AGE),
        ),
        # A telephone first given with the latest application counts as changed on that day.
        (
            "PHONE_AFTER_APPLICATION",
            "Days from the latest earlier application to the change of telephone",
            Concept.STABILITY,
            pl.col("DAYS_LAST_PHONE_CHANGE") - pl.col("PREV_DAYS_DECISION_LAST"),
        ),
        (
            "JOB_AFTER_FIRST_LOAN",
            "Days from the first loan with another lender to the start of the job",
            Concept.EMPLOYMENT,
            pl.col("DAYS_EMPLOYED") - bureau_first,
        ),
        (
            "ENQUIRIES_WITHOUT_LOAN",
            "Credit enquiries of the last year that led to no loan",
            Concept.ENQUIRIES,
            enquiries,
        ),
    ):
        yield _feature(name, label, concept, expr)


def _weighted_by_risk() -> Iterator[Feature]:
    past, conduct = Concept.PAST_APPLICATIONS, Concept.PAYMENT_CONDUCT
    for name, words, concept, column in (
        ("SCORE_TIMES_REFUSALS", "Refused earlier applications", past, "PREV_REFUSED_SHARE"),
        (
            "SCORE_TIMES_DEBT_SHARE",
            "Share still owed to other lenders",
            Concept.OTHER_DEBT,
            "BUREAU_DEBT_TO_CREDIT",
        ),
        (
            "SCORE_TIMES_OPEN_SHARE",
            "Share of open loans with other lenders",
            Concept.OTHER_DEBT,
            "BUREAU_ACTIVE_SHARE",
        ),
        ("SCORE_TIMES_CARD_USE", "Use of the card limit", Concept.CARD_USE, "CARD_USE_MEAN"),
        ("SCORE_TIMES_LATE", "Late instalments to us", conduct, "INST_LATE_SHARE"),
    ):
        yield _feature(
            name,
            f"{words} weighted by the external scores",
            concept,
            pl.col(column) * _RISK,
        )


def _feature(name: str, label: str, concept: Concept, expr: pl.Expr) -> Feature:
    return Feature(name, label, concept, TABLE, expr)


FEATURES: tuple[Feature, ...] = (
    *_loan_against_bureau(),
    *_loan_against_previous(),
    *_terms_against_previous(),
    *_loan_against_asked(),
    *_affordability(),
    *_debts_and_cards(),
    *_times(),
    *_weighted_by_risk(),
)

_PAYMENTS: tuple[Feature, ...] = (
    _feature(
        "ANNUITY_TO_NEWEST_INSTALMENT",
        "This repayment against the highest instalment of the latest loan",
        Concept.LOAN_TERMS,
        ratio(_ANNUITY, pl.col("INST_NEWEST_INSTALMENT_MAX")),
    ),
    _feature(
        "PAYMENTS_365D_TO_INCOME",
        "Paid to us in the last year against yearly income",
        Concept.AFFORDABILITY,
        ratio(pl.col("INST_PAYMENT_SUM_365D"), _INCOME),
    ),
    _feature(
        "SHORT_365D_TO_INCOME",
        "Total that payments to us fell short in the last year against yearly income",
        Concept.PAYMENT_CONDUCT,
        ratio(pl.col("INST_SHORT_SUM_365D"), _INCOME),
    ),
    _feature(
        "LEFT_NOW_TO_TERM",
        "Instalments left now on running loans against the length of this loan",
        Concept.PAST_LOANS,
        ratio(pl.col("POS_LEFT_NOW_SUM"), pl.col("CREDIT_TO_ANNUITY")),
    ),
    _feature(
        "CARD_BALANCE_LATEST_TO_INCOME",
        "Card balance in the latest month against yearly income",
        Concept.CARD_USE,
        ratio(pl.col("CARD_BALANCE_LATEST"), _INCOME),
    ),
    _feature(
        "CARD_DRAWN_12M_TO_INCOME",
        "Average amount drawn on cards in a month of the last year against yearly income",
        Concept.CARD_USE,
        ratio(pl.col("CARD_DRAWN_MEAN_12M"), _INCOME),
    ),
)
FEATURES = (*FEATURES, *_PAYMENTS)
