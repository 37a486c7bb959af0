"""Earlier applications with us: what was asked for, what was decided, on which terms."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Family, Feature
from ml.features.policy import (
    FINE,
    count,
    days,
    highest,
    latest,
    lowest,
    mean,
    ratio,
    share,
    text,
    total,
)

TABLE = "previous_application"

_STATUS = pl.col("NAME_CONTRACT_STATUS")
_APPROVED = _STATUS == "Approved"
_REFUSED = _STATUS == "Refused"
_CASH = pl.col("NAME_CONTRACT_TYPE") == "Cash loans"
_CONSUMER = pl.col("NAME_CONTRACT_TYPE") == "Consumer loans"
_REVOLVING = pl.col("NAME_CONTRACT_TYPE") == "Revolving loans"
# Home Credit writes 365243 as the last due date of a loan that still runs.
_RUNS = _APPROVED & (pl.col("DAYS_LAST_DUE") >= 365_000)
_age = -pl.col("DAYS_DECISION")
_ORDER = ("DAYS_DECISION", "SK_ID_PREV")
_WINDOWS = {180: "6 months", 730: "2 years"}
_TERMS = {
    "CREDIT": ("amount", pl.col("AMT_CREDIT")),
    "ANNUITY": ("repayment", pl.col("AMT_ANNUITY")),
    "TERM": ("number of instalments", pl.col("CNT_PAYMENT")),
    "INTEREST": ("total interest", pl.col("interest")),
    "GRANTED": ("amount granted for each unit asked for", pl.col("granted")),
}
_PAID = pl.col("AMT_ANNUITY") * pl.col("CNT_PAYMENT")

_ROWS = (
    pl.lit(value=True).alias("every"),
    _RUNS.alias("runs"),
    days("DAYS_FIRST_DUE"),
    days("DAYS_LAST_DUE"),
    days("DAYS_LAST_DUE_1ST_VERSION"),
    days("DAYS_TERMINATION"),
    text("NAME_PRODUCT_TYPE"),
    text("NAME_YIELD_GROUP"),
    text("NAME_CLIENT_TYPE"),
    text("NAME_PAYMENT_TYPE"),
    text("NAME_CASH_LOAN_PURPOSE"),
    text("NAME_PORTFOLIO"),
    text("NAME_CONTRACT_TYPE"),
    pl.when(pl.col("CNT_PAYMENT") > 0)
    .then(ratio(_PAID, pl.col("AMT_CREDIT")) - 1)
    .clip(-1, 10)
    .alias("interest"),
    ratio(pl.col("AMT_CREDIT"), pl.col("AMT_APPLICATION")).clip(0, 10).alias("granted"),
    (days("DAYS_LAST_DUE") - days("DAYS_LAST_DUE_1ST_VERSION")).alias("end_after_plan"),
    pl.when(pl.col("SELLERPLACE_AREA") >= 0).then(pl.col("SELLERPLACE_AREA")).alias("shop_area"),
)


def _feature(name: str, label: str, concept: Concept, expr: pl.Expr) -> Feature:
    return Feature(f"PREV_{name}", label, concept, TABLE, expr)


def _decisions() -> Iterator[Feature]:
    past = Concept.PAST_APPLICATIONS
    statuses = {
        "APPROVED": ("approved", _APPROVED),
        "REFUSED": ("refused", _REFUSED),
        "CANCELED": ("withdrawn", _STATUS == "Canceled"),
        "UNUSED": ("approved but unused", _STATUS == "Unused offer"),
    }
    yield _feature("COUNT", "Number of earlier applications", past, pl.len())
    for code, (word, where) in statuses.items():
        yield _feature(f"{code}_SHARE", f"Share of {word} earlier applications", past, share(where))
    for code in ("APPROVED", "REFUSED"):
        word, where = statuses[code]
        yield _feature(
            f"{code}_COUNT", f"Number of {word} earlier applications", past, count(where)
        )
    decision = pl.col("DAYS_DECISION")
    for prefix, word, only in (
        ("", "earlier", pl.col("every")),
        ("APPROVED_", "approved earlier", _APPROVED),
        ("REFUSED_", "refused earlier", _REFUSED),
    ):
        for name, stat, words in (("LAST", highest, "Latest"), ("MEAN", mean, "Average")):
            yield _feature(
                f"{prefix}DAYS_DECISION_{name}",
                f"{words} day of {word} applications",
                past,
                stat(decision, only),
            )
    yield _feature(
        "DAYS_DECISION_FIRST", "Day of the first earlier application", past, lowest(decision)
    )
    for reason, words in (
        ("HC", "by our own rules"),
        ("LIMIT", "for the credit limit"),
        ("SCO", "for the score"),
        ("SCOFR", "for suspected fraud"),
    ):
        yield _feature(
            f"REJECT_{reason}_COUNT",
            f"Number of earlier applications refused {words}",
            past,
            count(pl.col("CODE_REJECT_REASON") == reason),
        )
    for window, words in _WINDOWS.items():
        recent = _age <= window
        yield _feature(
            f"COUNT_{window}D",
            f"Number of applications with us in the last {words}",
            past,
            count(recent),
        )
        yield _feature(
            f"REFUSED_COUNT_{window}D",
            f"Number of refusals by us in the last {words}",
            past,
            count(recent & _REFUSED),
        )


def _kinds() -> Iterator[Feature]:
    kinds = {
        "CASH": ("for cash loans", _CASH),
        "CONSUMER": ("for consumer loans", _CONSUMER),
        "REVOLVING": ("for cards", _REVOLVING),
        "WALK_IN": ("as a walk-in client", pl.col("NAME_PRODUCT_TYPE") == "walk-in"),
        "NEW_CLIENT": ("as a new client", pl.col("NAME_CLIENT_TYPE") == "New"),
        "HIGH_YIELD": ("at a high interest rate", pl.col("NAME_YIELD_GROUP") == "high"),
        "LOW_YIELD": (
            "at a low interest rate",
            pl.col("NAME_YIELD_GROUP").is_in(["low_normal", "low_action"]),
        ),
        "CASH_OFFICE": (
            "in a credit and cash office",
            pl.col("CHANNEL_TYPE") == "Credit and cash offices",
        ),
        "AGENT": ("through an agent", pl.col("CHANNEL_TYPE") == "AP+ (Cash loan)"),
        "PURPOSE_NAMED": ("naming a purpose", pl.col("NAME_CASH_LOAN_PURPOSE").is_not_null()),
        "INSURED": ("with insurance", pl.col("NFLAG_INSURED_ON_APPROVAL") == 1),
        "MOBILE": ("for a mobile phone", pl.col("NAME_GOODS_CATEGORY") == "Mobile"),
    }
    for code, (words, where) in kinds.items():
        yield _feature(
            f"{code}_SHARE",
            f"Share of earlier applications {words}",
            Concept.PAST_APPLICATIONS,
            share(where),
        )
    yield _feature(
        "SHOP_AREA_MEAN",
        "Average size of the shops of earlier applications",
        Concept.PAST_APPLICATIONS,
        mean(pl.col("shop_area")),
    )
    yield _feature(
        "HOUR_MEAN",
        "Average hour of the day of earlier applications",
        Concept.PAST_APPLICATIONS,
        mean(pl.col("HOUR_APPR_PROCESS_START")),
    )


def _terms() -> Iterator[Feature]:
    loans = Concept.PAST_LOANS
    for code, (words, value) in _TERMS.items():
        unit = FINE if code in {"INTEREST", "GRANTED"} else 1_000.0
        yield _feature(
            f"APPROVED_{code}_MEAN",
            f"Average {words} of earlier loans with us",
            loans,
            mean(value, _APPROVED, unit=unit),
        )
        yield _feature(
            f"APPROVED_{code}_MAX",
            f"Highest {words} of earlier loans with us",
            loans,
            highest(value, _APPROVED),
        )
        yield _feature(
            f"LAST_{code}",
            f"The {words} in the latest earlier application",
            loans,
            latest(value, _ORDER),
        )
    yield _feature(
        "APPROVED_ANNUITY_MIN",
        "Lowest repayment of earlier loans with us",
        loans,
        lowest(pl.col("AMT_ANNUITY"), _APPROVED),
    )
    yield _feature(
        "REFUSED_CREDIT_MEAN",
        "Average amount of refused earlier applications",
        Concept.PAST_APPLICATIONS,
        mean(pl.col("AMT_CREDIT"), _REFUSED),
    )
    yield _feature(
        "REFUSED_CREDIT_MAX",
        "Highest amount of refused earlier applications",
        Concept.PAST_APPLICATIONS,
        highest(pl.col("AMT_CREDIT"), _REFUSED),
    )
    yield _feature(
        "DOWN_PAYMENT_RATE_MEAN",
        "Average down payment of earlier applications, as part of the price",
        loans,
        mean(pl.col("RATE_DOWN_PAYMENT"), unit=FINE),
    )
    yield _feature(
        "DOWN_PAYMENT_RATE_MAX",
        "Highest down payment of earlier applications, as part of the price",
        loans,
        highest(pl.col("RATE_DOWN_PAYMENT")),
    )
    yield _feature(
        "DOWN_PAYMENT_MEAN",
        "Average down payment of earlier applications",
        loans,
        mean(pl.col("AMT_DOWN_PAYMENT")),
    )
    yield _feature(
        "LAST_REFUSED",
        "Whether the latest earlier application was refused",
        Concept.PAST_APPLICATIONS,
        latest(_REFUSED.cast(pl.Float64), _ORDER),
    )


def _runs() -> Iterator[Feature]:
    runs = pl.col("runs")
    loans = Concept.PAST_LOANS
    yield _feature("RUNNING_COUNT", "Number of running loans with us", loans, count(runs))
    yield _feature(
        "RUNNING_CREDIT_SUM",
        "Amount of running loans with us",
        loans,
        total(pl.col("AMT_CREDIT"), runs),
    )
    yield _feature(
        "RUNNING_ANNUITY_SUM",
        "Repayments on running loans with us",
        loans,
        total(pl.col("AMT_ANNUITY"), runs),
    )
    for code, column, words in (
        ("FIRST_DUE", "DAYS_FIRST_DUE", "first instalment"),
        ("LAST_DUE", "DAYS_LAST_DUE", "last instalment"),
        ("PLANNED_LAST_DUE", "DAYS_LAST_DUE_1ST_VERSION", "last planned instalment"),
        ("TERMINATION", "DAYS_TERMINATION", "end"),
    ):
        yield _feature(
            f"{code}_LAST",
            f"Latest day of the {words} of earlier loans with us",
            loans,
            highest(pl.col(column)),
        )
    yield _feature(
        "LAST_DUE_MEAN",
        "Average day of the last instalment of earlier loans with us",
        loans,
        mean(pl.col("DAYS_LAST_DUE")),
    )
    yield _feature(
        "END_AFTER_PLAN_MEAN",
        "Average days from planned to actual last instalment of earlier loans with us",
        Concept.PAYMENT_CONDUCT,
        mean(pl.col("end_after_plan")),
    )
    yield _feature(
        "END_AFTER_PLAN_MIN",
        "Most days an earlier loan with us ended before its plan",
        Concept.PAYMENT_CONDUCT,
        lowest(pl.col("end_after_plan")),
    )


_RATIOS = (
    _feature(
        "REFUSED_TO_APPROVED",
        "Refused for each approved earlier application",
        Concept.PAST_APPLICATIONS,
        ratio(pl.col("PREV_REFUSED_COUNT"), pl.col("PREV_APPROVED_COUNT") + 1),
    ),
    _feature(
        "REFUSED_SHARE_730D",
        "Share of refusals among applications with us in the last 2 years",
        Concept.PAST_APPLICATIONS,
        ratio(pl.col("PREV_REFUSED_COUNT_730D"), pl.col("PREV_COUNT_730D")),
    ),
    _feature(
        "REFUSED_TO_APPROVED_CREDIT",
        "Average amount refused for each unit granted earlier",
        Concept.PAST_APPLICATIONS,
        ratio(pl.col("PREV_REFUSED_CREDIT_MEAN"), pl.col("PREV_APPROVED_CREDIT_MEAN")),
    ),
    _feature(
        "LAST_TO_MEAN_CREDIT",
        "Amount of the latest earlier application against the average loan with us",
        Concept.PAST_LOANS,
        ratio(pl.col("PREV_LAST_CREDIT"), pl.col("PREV_APPROVED_CREDIT_MEAN")),
    ),
)

FAMILY = Family(TABLE, _ROWS, (*_decisions(), *_kinds(), *_terms(), *_runs()), _RATIOS)
