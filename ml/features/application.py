"""The application form itself: what the applicant stated, and ratios of it.

Gender, family status and what reveals them (size of the family beside its children, company
of a spouse) are protected and stay out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Feature
from ml.features.policy import days, ratio, text
from ml.schema import NOT_EMPLOYED

TABLE = "application"

_INCOME = pl.col("AMT_INCOME_TOTAL")
_CREDIT = pl.col("AMT_CREDIT")
_ANNUITY = pl.col("AMT_ANNUITY")
_GOODS = pl.col("AMT_GOODS_PRICE")
_age = days("DAYS_BIRTH")
_EMPLOYED = days("DAYS_EMPLOYED")
_SCORES = tuple(pl.col(f"EXT_SOURCE_{n}") for n in (1, 2, 3))
_DOCUMENTS = tuple(f"FLAG_DOCUMENT_{n}" for n in range(2, 22))

_NUMBERS: dict[Concept, dict[str, str]] = {
    Concept.INCOME: {"AMT_INCOME_TOTAL": "Yearly income"},
    Concept.LOAN_TERMS: {
        "AMT_CREDIT": "Amount of the loan",
        "AMT_ANNUITY": "Yearly repayment",
        "AMT_GOODS_PRICE": "Price of the goods",
        "HOUR_APPR_PROCESS_START": "Hour of the application",
    },
    Concept.HOUSEHOLD: {"CNT_CHILDREN": "Number of children"},
    Concept.ASSETS: {"OWN_CAR_AGE": "Age of the car, in years"},
    Concept.REGION: {
        "REGION_POPULATION_RELATIVE": "Population of the region",
        "REGION_RATING_CLIENT": "Our rating of the region",
        "REGION_RATING_CLIENT_W_CITY": "Our rating of the region and city",
    },
    Concept.CONTACT: {
        "FLAG_WORK_PHONE": "Fixed telephone at work given",
        "FLAG_PHONE": "Fixed telephone at home given",
        "FLAG_EMAIL": "E-mail given",
    },
    Concept.STABILITY: {
        "REG_CITY_NOT_LIVE_CITY": "Lives outside the city of registration",
        "REG_CITY_NOT_WORK_CITY": "Works outside the city of registration",
        "LIVE_CITY_NOT_WORK_CITY": "Works outside the home city",
    },
    Concept.EXTERNAL_SCORES: {
        "EXT_SOURCE_1": "External score 1",
        "EXT_SOURCE_2": "External score 2",
        "EXT_SOURCE_3": "External score 3",
    },
    Concept.HOUSING: {
        "APARTMENTS_AVG": "Size of the apartment",
        "BASEMENTAREA_AVG": "Size of the basement",
        "YEARS_BEGINEXPLUATATION_AVG": "Time the building is in use",
        "YEARS_BUILD_AVG": "Age of the building",
        "COMMONAREA_AVG": "Common area of the building",
        "ELEVATORS_AVG": "Lifts of the building",
        "ENTRANCES_AVG": "Entrances of the building",
        "FLOORSMAX_AVG": "Highest floors of the building",
        "FLOORSMIN_AVG": "Lowest floors of the building",
        "LANDAREA_AVG": "Land of the building",
        "LIVINGAREA_AVG": "Living area",
        "NONLIVINGAREA_AVG": "Area not lived in",
        "TOTALAREA_MODE": "Total area of the home",
    },
    Concept.SOCIAL_CIRCLE: {
        "OBS_30_CNT_SOCIAL_CIRCLE": "People around the applicant with loans",
        "DEF_30_CNT_SOCIAL_CIRCLE": "People around the applicant 30 days overdue",
        "DEF_60_CNT_SOCIAL_CIRCLE": "People around the applicant 60 days overdue",
    },
    Concept.DOCUMENTS: {f"FLAG_DOCUMENT_{n}": f"Document {n} handed in" for n in (3, 6, 8)},
    Concept.ENQUIRIES: {
        "AMT_REQ_CREDIT_BUREAU_WEEK": "Credit enquiries in the week before",
        "AMT_REQ_CREDIT_BUREAU_MON": "Credit enquiries in the month before",
        "AMT_REQ_CREDIT_BUREAU_QRT": "Credit enquiries in the quarter before",
        "AMT_REQ_CREDIT_BUREAU_YEAR": "Credit enquiries in the year before",
    },
}
_DAYS: dict[str, tuple[str, Concept]] = {
    "DAYS_BIRTH": ("Age, in days before today", Concept.AGE),
    "DAYS_EMPLOYED": ("Start of the job, in days before today", Concept.EMPLOYMENT),
    "DAYS_REGISTRATION": ("Latest change of registration, in days", Concept.STABILITY),
    "DAYS_ID_PUBLISH": ("Latest change of identity papers, in days", Concept.STABILITY),
    "DAYS_LAST_PHONE_CHANGE": ("Latest change of telephone, in days", Concept.STABILITY),
}
_TEXTS: dict[str, tuple[str, Concept]] = {
    "NAME_CONTRACT_TYPE": ("Kind of loan", Concept.LOAN_TERMS),
    "FLAG_OWN_CAR": ("Owns a car", Concept.ASSETS),
    "FLAG_OWN_REALTY": ("Owns a home", Concept.ASSETS),
    "NAME_INCOME_TYPE": ("Kind of income", Concept.INCOME),
    "NAME_EDUCATION_TYPE": ("Education", Concept.EDUCATION),
    "NAME_HOUSING_TYPE": ("Kind of housing", Concept.HOUSING),
    "OCCUPATION_TYPE": ("Occupation", Concept.EMPLOYMENT),
    "ORGANIZATION_TYPE": ("Kind of employer", Concept.EMPLOYMENT),
}
_MISMATCHES = (
    "REG_REGION_NOT_LIVE_REGION",
    "REG_REGION_NOT_WORK_REGION",
    "LIVE_REGION_NOT_WORK_REGION",
    "REG_CITY_NOT_LIVE_CITY",
    "REG_CITY_NOT_WORK_CITY",
    "LIVE_CITY_NOT_WORK_CITY",
)
_CONTACTS = ("FLAG_EMP_PHONE", "FLAG_WORK_PHONE", "FLAG_PHONE", "FLAG_EMAIL")
_ENQUIRIES = tuple(
    f"AMT_REQ_CREDIT_BUREAU_{period}" for period in ("DAY", "WEEK", "MON", "QRT", "YEAR")
)
_EDUCATION_RANK = {
    "Lower secondary": 0.0,
    "Secondary / secondary special": 1.0,
    "Incomplete higher": 2.0,
    "Higher education": 3.0,
    "Academic degree": 4.0,
}
_YEARS_AGO = -1 / 365.25  # days before today to years
# Home Credit grants terms in steps of half a year: the shortest that repays the amount.
_TERM = (ratio(_CREDIT, _ANNUITY) / 6).floor() * 6 + 6


def _feature(name: str, label: str, concept: Concept, expr: pl.Expr) -> Feature:
    return Feature(name, label, concept, TABLE, expr)


def _stated() -> Iterator[Feature]:
    for concept, numbers in _NUMBERS.items():
        for name, label in numbers.items():
            yield _feature(name, label, concept, pl.col(name))
    for name, (label, concept) in _DAYS.items():
        yield _feature(name, label, concept, days(name))
    for name, (label, concept) in _TEXTS.items():
        yield Feature(name, label, concept, TABLE, text(name), categorical=True)
    yield _feature(
        "EDUCATION_RANK",
        "Level of education, from 0 to 4",
        Concept.EDUCATION,
        pl.col("NAME_EDUCATION_TYPE").replace_strict(
            _EDUCATION_RANK, default=None, return_dtype=pl.Float64
        ),
    )


def _scores() -> Iterator[Feature]:
    scores = Concept.EXTERNAL_SCORES
    first, second, third = _SCORES
    mean = ratio(
        pl.sum_horizontal(2 * first, 3 * second, 3 * third),
        pl.sum_horizontal(
            2 * first.is_not_null(), 3 * second.is_not_null(), 3 * third.is_not_null()
        ),
    )
    low, high = pl.min_horizontal(*_SCORES), pl.max_horizontal(*_SCORES)
    known = pl.sum_horizontal(score.is_not_null() for score in _SCORES)
    yield _feature("EXT_MEAN", "Weighted mean of the external scores", scores, mean)
    yield _feature("EXT_LOWEST", "Lowest external score", scores, low)
    yield _feature("EXT_HIGHEST", "Highest external score", scores, high)
    yield _feature(
        "EXT_SPREAD",
        "Distance between the external scores",
        scores,
        pl.when(known > 1).then(high - low),
    )
    yield _feature("EXT_KNOWN", "Number of external scores", scores, known)
    yield _feature("EXT_PRODUCT", "Product of the external scores", scores, first * second * third)
    yield _feature("EXT_1_TIMES_2", "Product of external scores 1 and 2", scores, first * second)
    yield _feature("EXT_1_TIMES_3", "Product of external scores 1 and 3", scores, first * third)
    yield _feature("EXT_2_TIMES_3", "Product of external scores 2 and 3", scores, second * third)


def _money() -> Iterator[Feature]:
    afford, terms = Concept.AFFORDABILITY, Concept.LOAN_TERMS
    heads = pl.col("CNT_CHILDREN") + 1
    yield _feature(
        "CREDIT_TO_INCOME", "Loan against yearly income", afford, ratio(_CREDIT, _INCOME)
    )
    yield _feature(
        "ANNUITY_TO_INCOME",
        "Yearly repayment against yearly income",
        afford,
        ratio(_ANNUITY, _INCOME),
    )
    yield _feature(
        "INCOME_PER_HEAD", "Yearly income for each dependant", afford, ratio(_INCOME, heads)
    )
    yield _feature(
        "CREDIT_TO_ANNUITY", "Loan against yearly repayment", terms, ratio(_CREDIT, _ANNUITY)
    )
    yield _feature(
        "CREDIT_TO_GOODS", "Loan against the price of the goods", terms, ratio(_CREDIT, _GOODS)
    )
    yield _feature("DOWN_PAYMENT", "Price of the goods not lent", terms, _GOODS - _CREDIT)
    yield _feature(
        "GOODS_TO_ANNUITY",
        "Price of the goods against yearly repayment",
        terms,
        ratio(_GOODS, _ANNUITY),
    )
    yield _feature("TERM", "Likely number of instalments", terms, _TERM)


def _times() -> Iterator[Feature]:
    work, stable = Concept.EMPLOYMENT, Concept.STABILITY
    yield _feature("EMPLOYED_TO_AGE", "Part of life in the job", work, ratio(_EMPLOYED, _age))
    yield _feature("AGE_AT_JOB", "Age at the start of the job, in days", work, _EMPLOYED - _age)
    yield _feature("NOT_EMPLOYED", "Not employed", work, pl.col("DAYS_EMPLOYED") == NOT_EMPLOYED)
    yield _feature(
        "INCOME_TO_EMPLOYED",
        "Yearly income for each day in the job",
        work,
        ratio(_INCOME, -_EMPLOYED),
    )
    for name, column, label in (
        ("REGISTRATION_TO_AGE", "DAYS_REGISTRATION", "Part of life at this registration"),
        ("ID_TO_AGE", "DAYS_ID_PUBLISH", "Part of life with these identity papers"),
        ("PHONE_TO_AGE", "DAYS_LAST_PHONE_CHANGE", "Part of life with this telephone"),
    ):
        yield _feature(name, label, stable, ratio(days(column), _age))
    yield _feature(
        "CAR_TO_EMPLOYED",
        "Age of the car against time in the job",
        Concept.ASSETS,
        ratio(pl.col("OWN_CAR_AGE") * 365.25, -_EMPLOYED),
    )


def _counts() -> Iterator[Feature]:
    yield _feature(
        "DOCUMENT_COUNT", "Number of documents handed in", Concept.DOCUMENTS, _sum(_DOCUMENTS)
    )
    yield _feature(
        "MISMATCH_COUNT",
        "Number of addresses that do not match",
        Concept.STABILITY,
        _sum(_MISMATCHES),
    )
    yield _feature(
        "CONTACT_COUNT",
        "Number of ways to be reached",
        Concept.CONTACT,
        _sum(_CONTACTS),
    )
    yield _feature(
        "ENQUIRY_COUNT",
        "Credit enquiries in the year before, in all",
        Concept.ENQUIRIES,
        _sum(_ENQUIRIES),
    )
    housing = [pl.col(name) for name in _NUMBERS[Concept.HOUSING]]
    yield _feature(
        "HOUSING_KNOWN",
        "Number of facts known about the building",
        Concept.HOUSING,
        pl.sum_horizontal(column.is_not_null() for column in housing),
    )
    yield _feature(
        "HOUSING_MEAN",
        "Average rating of the building",
        Concept.HOUSING,
        ratio(
            pl.sum_horizontal(housing),
            pl.sum_horizontal(column.is_not_null() for column in housing).cast(pl.Float64),
        ),
    )
    yield _feature(
        "SOCIAL_DEFAULT_SHARE",
        "Share of people around the applicant overdue, among those with loans",
        Concept.SOCIAL_CIRCLE,
        ratio(pl.col("DEF_30_CNT_SOCIAL_CIRCLE"), pl.col("OBS_30_CNT_SOCIAL_CIRCLE")),
    )
    yield _feature(
        "FORM_EMPTY",
        "Number of questions left open",
        Concept.DOCUMENTS,
        pl.sum_horizontal(
            pl.col(name).is_null()
            for name in ("OCCUPATION_TYPE", "OWN_CAR_AGE", "AMT_ANNUITY", "AMT_GOODS_PRICE")
        ),
    )


def _sum(names: Iterable[str]) -> pl.Expr:
    """Sum over a group of questions that are asked together, null where they were not asked."""
    columns = [pl.col(name) for name in names]
    return pl.when(columns[0].is_not_null()).then(pl.sum_horizontal(columns))


FEATURES: tuple[Feature, ...] = (*_stated(), *_scores(), *_money(), *_times(), *_counts())

# Computed from the features above.
DERIVED: tuple[Feature, ...] = (
    _feature(
        "EXT_MEAN_TIMES_AGE",
        "External scores against age",
        Concept.EXTERNAL_SCORES,
        pl.col("EXT_MEAN") * pl.col("DAYS_BIRTH") * _YEARS_AGO,
    ),
    _feature(
        "EXT_MEAN_TIMES_EMPLOYED",
        "External scores against the time in the job",
        Concept.EXTERNAL_SCORES,
        pl.col("EXT_MEAN") * pl.col("DAYS_EMPLOYED") * _YEARS_AGO,
    ),
    _feature(
        "CREDIT_TIMES_RISK",
        "Amount of the loan weighted by the external scores",
        Concept.EXTERNAL_SCORES,
        pl.col("AMT_CREDIT") * (1 - pl.col("EXT_MEAN")),
    ),
    _feature(
        "ANNUITY_TIMES_RISK",
        "Yearly repayment against yearly income, weighted by the external scores",
        Concept.EXTERNAL_SCORES,
        pl.col("ANNUITY_TO_INCOME") * (1 - pl.col("EXT_MEAN")),
    ),
    _feature(
        "INTEREST",
        "Interest over the likely number of instalments, for each unit lent",
        Concept.LOAN_TERMS,
        ratio(pl.col("TERM"), pl.col("CREDIT_TO_ANNUITY")) - 1,
    ),
)
