"""Times in the applicant's life, and what the form's many small questions add up to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.application.columns import AGE, EMPLOYED, INCOME, PHONE, YEARS_AGO, feature
from ml.features.application.stated import NUMBERS
from ml.features.declaration import Feature
from ml.features.policy import FINE, days, ratio, whole
from ml.schema import NOT_EMPLOYED

_CAR = pl.col("OWN_CAR_AGE")
_REGISTERED = days("DAYS_REGISTRATION")
_PAPERS = days("DAYS_ID_PUBLISH")
_DOCUMENTS = tuple(f"FLAG_DOCUMENT_{n}" for n in range(2, 22))
_RARE_DOCUMENTS = tuple(f"FLAG_DOCUMENT_{n}" for n in (2, 4, 7, *range(9, 22)))
_MISMATCHES = (
    "REG_REGION_NOT_LIVE_REGION",
    "REG_REGION_NOT_WORK_REGION",
    "LIVE_REGION_NOT_WORK_REGION",
    "REG_CITY_NOT_LIVE_CITY",
    "REG_CITY_NOT_WORK_CITY",
    "LIVE_CITY_NOT_WORK_CITY",
)
_CONTACTS = ("FLAG_EMP_PHONE", "FLAG_WORK_PHONE", "FLAG_PHONE", "FLAG_EMAIL")


def person() -> Iterator[Feature]:
    """Features of the applicant apart from money and scores."""
    yield from _work()
    yield from _stability()
    yield from _car()
    yield from _counts()
    yield from _enquiries()
    yield from _building()
    yield from _social_circle()


def _work() -> Iterator[Feature]:
    for name, label, expr in (
        ("EMPLOYED_TO_AGE", "Part of life in the job", ratio(EMPLOYED, AGE)),
        ("AGE_AT_JOB", "Age at the start of the job, in days", EMPLOYED - AGE),
        ("NOT_EMPLOYED", "Not employed", pl.col("DAYS_EMPLOYED") == NOT_EMPLOYED),
        (
            "INCOME_TO_EMPLOYED",
            "Yearly income for each day in the job",
            ratio(INCOME, -EMPLOYED),
        ),
        (
            "JOB_AFTER_REGISTRATION",
            "Days from the change of registration to the start of the job",
            EMPLOYED - _REGISTERED,
        ),
        (
            "JOB_AFTER_PAPERS",
            "Days from the change of identity papers to the start of the job",
            EMPLOYED - _PAPERS,
        ),
    ):
        yield feature(name, label, Concept.EMPLOYMENT, expr)


def _stability() -> Iterator[Feature]:
    for name, label, expr in (
        ("REGISTRATION_TO_AGE", "Part of life at this registration", ratio(_REGISTERED, AGE)),
        ("ID_TO_AGE", "Part of life with these identity papers", ratio(_PAPERS, AGE)),
        ("PHONE_TO_AGE", "Part of life with this telephone", ratio(PHONE, AGE)),
        # Papers are renewed at set ages, so the age tells whether they were renewed in time.
        ("AGE_AT_PAPERS", "Age at the change of identity papers, in days", _PAPERS - AGE),
        ("AGE_AT_REGISTRATION", "Age at the change of registration, in days", _REGISTERED - AGE),
        (
            "PAPERS_AFTER_REGISTRATION",
            "Days from the change of registration to that of identity papers",
            _PAPERS - _REGISTERED,
        ),
        (
            "PHONE_AFTER_PAPERS",
            "Days from the change of identity papers to that of telephone",
            PHONE - _PAPERS,
        ),
        (
            "PHONE_TO_EMPLOYED",
            "Time with this telephone against time in the job",
            ratio(PHONE, EMPLOYED),
        ),
        (
            "LATEST_CHANGE",
            "Latest change of registration, papers or telephone, in days",
            pl.max_horizontal(_REGISTERED, _PAPERS, PHONE),
        ),
    ):
        yield feature(name, label, Concept.STABILITY, expr)


def _car() -> Iterator[Feature]:
    yield feature(
        "CAR_TO_EMPLOYED",
        "Age of the car against time in the job",
        Concept.ASSETS,
        ratio(_CAR * 365.25, -EMPLOYED),
    )
    yield feature(
        "CAR_TO_AGE",
        "Age of the car against age of the applicant",
        Concept.ASSETS,
        ratio(_CAR, AGE * YEARS_AGO),
    )


def _counts() -> Iterator[Feature]:
    for name, label, concept, expr in (
        ("DOCUMENT_COUNT", "Number of documents handed in", Concept.DOCUMENTS, _sum(_DOCUMENTS)),
        (
            "RARE_DOCUMENT_COUNT",
            "Number of unusual documents handed in",
            Concept.DOCUMENTS,
            _sum(_RARE_DOCUMENTS),
        ),
        (
            "MISMATCH_COUNT",
            "Number of addresses that do not match",
            Concept.STABILITY,
            _sum(_MISMATCHES),
        ),
        ("CONTACT_COUNT", "Number of ways to be reached", Concept.CONTACT, _sum(_CONTACTS)),
        (
            "FORM_EMPTY",
            "Number of questions left open",
            Concept.DOCUMENTS,
            _nulls("OCCUPATION_TYPE", "OWN_CAR_AGE", "AMT_ANNUITY", "AMT_GOODS_PRICE"),
        ),
    ):
        yield feature(name, label, concept, expr)


def _enquiries() -> Iterator[Feature]:
    """Home Credit counts every enquiry in the shortest period it falls in, and there alone."""
    recent = _sum(_enquiry(period) for period in ("HOUR", "DAY", "WEEK", "MON"))
    quarter = recent + pl.col(_enquiry("QRT"))
    year = quarter + pl.col(_enquiry("YEAR"))
    for name, label, expr in (
        ("ENQUIRY_COUNT", "Credit enquiries in the year before, in all", year),
        ("ENQUIRY_COUNT_30D", "Credit enquiries in the last 30 days, in all", recent),
        (
            "ENQUIRY_SHARE_90D",
            "Part of the year's credit enquiries made in the last 3 months",
            ratio(quarter, year),
        ),
    ):
        yield feature(name, label, Concept.ENQUIRIES, expr)


def _building() -> Iterator[Feature]:
    facts = [pl.col(name) for name in NUMBERS[Concept.HOUSING]]
    known = pl.sum_horizontal(fact.is_not_null() for fact in facts)
    added = pl.sum_horizontal(whole(fact, FINE) for fact in facts).cast(pl.Float64) * (1 / FINE)
    living, other = pl.col("LIVINGAREA_AVG"), pl.col("NONLIVINGAREA_AVG")
    for name, label, expr in (
        ("HOUSING_KNOWN", "Number of facts known about the building", known),
        (
            "HOUSING_MEAN",
            "Average rating of the building",
            ratio(added, known.cast(pl.Float64)),
        ),
        ("LIVING_SHARE", "Living area as part of all area", ratio(living, living + other)),
        (
            "FLOORS_BETWEEN",
            "Highest less lowest floors of the building",
            pl.col("FLOORSMAX_AVG") - pl.col("FLOORSMIN_AVG"),
        ),
    ):
        yield feature(name, label, Concept.HOUSING, expr)


def _social_circle() -> Iterator[Feature]:
    def people(what: str, days_overdue: int) -> pl.Expr:
        return pl.col(f"{what}_{days_overdue}_CNT_SOCIAL_CIRCLE")

    for name, label, expr in (
        (
            "SOCIAL_DEFAULT_SHARE",
            "Share of people around the applicant overdue, among those with loans",
            ratio(people("DEF", 30), people("OBS", 30)),
        ),
        (
            "SOCIAL_WORSENED",
            "Share of overdue people around the applicant who became 60 days overdue",
            ratio(people("DEF", 60), people("DEF", 30)),
        ),
    ):
        yield feature(name, label, Concept.SOCIAL_CIRCLE, expr)


def _enquiry(period: str) -> str:
    return f"AMT_REQ_CREDIT_BUREAU_{period}"


def _nulls(*names: str) -> pl.Expr:
    return pl.sum_horizontal(pl.col(name).is_null() for name in names)


def _sum(names: Iterable[str]) -> pl.Expr:
    """Sum over a group of questions that are asked together, null where they were not asked."""
    columns = [pl.col(name) for name in names]
    return pl.when(columns[0].is_not_null()).then(pl.sum_horizontal(columns))
