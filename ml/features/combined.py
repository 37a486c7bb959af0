"""Features that cross the application with the client's history.

They are computed after the join, from features alone, so the store of a known client keeps
history features only.
"""

from __future__ import annotations

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Feature
from ml.features.policy import ratio

TABLE = "combined"

_INCOME = pl.col("AMT_INCOME_TOTAL")
_CREDIT = pl.col("AMT_CREDIT")
_ANNUITY = pl.col("AMT_ANNUITY")
_OTHER_DEBT = pl.col("BUREAU_DEBT_SUM")
_REPAYMENTS = (
    _ANNUITY
    + pl.col("BUREAU_ANNUITY_SUM").fill_null(0)
    + pl.col("PREV_RUNNING_ANNUITY_SUM").fill_null(0)
)


def _feature(name: str, label: str, concept: Concept, expr: pl.Expr) -> Feature:
    return Feature(name, label, concept, TABLE, expr)


FEATURES: tuple[Feature, ...] = (
    _feature(
        "DEBT_TO_INCOME",
        "Debt with other lenders against yearly income",
        Concept.AFFORDABILITY,
        ratio(_OTHER_DEBT, _INCOME),
    ),
    _feature(
        "ALL_DEBT_TO_INCOME",
        "This loan and debt with other lenders against yearly income",
        Concept.AFFORDABILITY,
        ratio(_OTHER_DEBT.fill_null(0) + _CREDIT, _INCOME),
    ),
    _feature(
        "ALL_REPAYMENTS_TO_INCOME",
        "All known repayments against yearly income",
        Concept.AFFORDABILITY,
        ratio(_REPAYMENTS, _INCOME),
    ),
    _feature(
        "DEBT_TO_LOAN",
        "Debt with other lenders against this loan",
        Concept.OTHER_DEBT,
        ratio(_OTHER_DEBT, _CREDIT),
    ),
    _feature(
        "LOAN_TO_BUREAU_CREDIT",
        "This loan against the average loan with other lenders",
        Concept.LOAN_TERMS,
        ratio(_CREDIT, pl.col("BUREAU_CREDIT_MEAN")),
    ),
    _feature(
        "OVERDUE_TO_INCOME",
        "Highest amount ever overdue against yearly income",
        Concept.BUREAU_CONDUCT,
        ratio(pl.col("BUREAU_OVERDUE_MAX"), _INCOME),
    ),
    _feature(
        "LOAN_TO_PREVIOUS_MEAN",
        "This loan against the average earlier loan with us",
        Concept.LOAN_TERMS,
        ratio(_CREDIT, pl.col("PREV_APPROVED_CREDIT_MEAN")),
    ),
    _feature(
        "LOAN_TO_PREVIOUS_MAX",
        "This loan against the highest earlier loan with us",
        Concept.LOAN_TERMS,
        ratio(_CREDIT, pl.col("PREV_APPROVED_CREDIT_MAX")),
    ),
    _feature(
        "LOAN_TO_REFUSED_MAX",
        "This loan against the highest amount refused earlier",
        Concept.PAST_APPLICATIONS,
        ratio(_CREDIT, pl.col("PREV_REFUSED_CREDIT_MAX")),
    ),
    _feature(
        "ANNUITY_TO_PREVIOUS_MEAN",
        "This repayment against the average earlier repayment to us",
        Concept.LOAN_TERMS,
        ratio(_ANNUITY, pl.col("PREV_APPROVED_ANNUITY_MEAN")),
    ),
    _feature(
        "ANNUITY_TO_PREVIOUS_MAX",
        "This repayment against the highest earlier repayment to us",
        Concept.LOAN_TERMS,
        ratio(_ANNUITY, pl.col("PREV_APPROVED_ANNUITY_MAX")),
    ),
    _feature(
        "TERM_TO_PREVIOUS_MEAN",
        "Length of this loan against the average earlier loan with us",
        Concept.LOAN_TERMS,
        ratio(pl.col("CREDIT_TO_ANNUITY"), pl.col("PREV_APPROVED_TERM_MEAN")),
    ),
    _feature(
        "INTEREST_AT_PREVIOUS_TERM",
        "Interest on this loan if it ran as long as earlier ones",
        Concept.LOAN_TERMS,
        ratio(_ANNUITY * pl.col("PREV_APPROVED_TERM_MAX"), _CREDIT) - 1,
    ),
    _feature(
        "ANNUITY_TO_PAYMENT_MEAN",
        "This repayment against the average payment made to us",
        Concept.LOAN_TERMS,
        ratio(_ANNUITY, pl.col("INST_PAYMENT_MEAN")),
    ),
    _feature(
        "RUNNING_TO_INCOME",
        "Running loans with us against yearly income",
        Concept.AFFORDABILITY,
        ratio(pl.col("PREV_RUNNING_CREDIT_SUM"), _INCOME),
    ),
    _feature(
        "CARD_BALANCE_TO_INCOME",
        "Average card balance against yearly income",
        Concept.CARD_USE,
        ratio(pl.col("CARD_BALANCE_MEAN"), _INCOME),
    ),
    _feature(
        "CARD_LIMIT_TO_INCOME",
        "Highest card limit against yearly income",
        Concept.CARD_USE,
        ratio(pl.col("CARD_LIMIT_MAX"), _INCOME),
    ),
    _feature(
        "BUREAU_FIRST_TO_AGE",
        "Part of life with loans from other lenders",
        Concept.CREDIT_EXPERIENCE,
        ratio(pl.col("BUREAU_DAYS_CREDIT_FIRST"), pl.col("DAYS_BIRTH")),
    ),
    _feature(
        "FIRST_APPLICATION_TO_AGE",
        "Part of life as our client",
        Concept.PAST_APPLICATIONS,
        ratio(pl.col("PREV_DAYS_DECISION_FIRST"), pl.col("DAYS_BIRTH")),
    ),
    _feature(
        "SCORE_TIMES_REFUSALS",
        "Refused earlier applications weighted by the external scores",
        Concept.PAST_APPLICATIONS,
        pl.col("PREV_REFUSED_SHARE") * (1 - pl.col("EXT_MEAN")),
    ),
    _feature(
        "SCORE_TIMES_DEBT_SHARE",
        "Share still owed to other lenders weighted by the external scores",
        Concept.OTHER_DEBT,
        pl.col("BUREAU_DEBT_TO_CREDIT") * (1 - pl.col("EXT_MEAN")),
    ),
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
