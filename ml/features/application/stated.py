"""What the applicant stated, as it stands on the form."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.application.columns import TABLE, feature
from ml.features.declaration import Feature
from ml.features.policy import days, text

_DOCUMENTS = (3, 6, 8, 16, 18)  # the others hardly ever differ
NUMBERS: dict[Concept, dict[str, str]] = {
    Concept.INCOME: {"AMT_INCOME_TOTAL": "Yearly income"},
    Concept.LOAN_TERMS: {
        "AMT_CREDIT": "Amount of the loan",
        "AMT_ANNUITY": "Monthly repayment",
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
        "REG_REGION_NOT_WORK_REGION": "Works outside the region of registration",
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
        "LIVINGAPARTMENTS_AVG": "Size of the apartments lived in",
        "LIVINGAREA_AVG": "Living area",
        "NONLIVINGAPARTMENTS_AVG": "Size of the apartments not lived in",
        "NONLIVINGAREA_AVG": "Area not lived in",
        "TOTALAREA_MODE": "Total area of the home",
    },
    Concept.SOCIAL_CIRCLE: {
        "OBS_30_CNT_SOCIAL_CIRCLE": "People around the applicant with loans",
        "DEF_30_CNT_SOCIAL_CIRCLE": "People around the applicant 30 days overdue",
        "DEF_60_CNT_SOCIAL_CIRCLE": "People around the applicant 60 days overdue",
    },
    Concept.DOCUMENTS: {f"FLAG_DOCUMENT_{n}": f"Document {n} handed in" for n in _DOCUMENTS},
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
    "WEEKDAY_APPR_PROCESS_START": ("Weekday of the application", Concept.LOAN_TERMS),
    "FONDKAPREMONT_MODE": ("Who keeps the repair fund of the building", Concept.HOUSING),
    "HOUSETYPE_MODE": ("Kind of building", Concept.HOUSING),
    "WALLSMATERIAL_MODE": ("Walls of the building", Concept.HOUSING),
    "EMERGENCYSTATE_MODE": ("Whether the building is in disrepair", Concept.HOUSING),
}
_PROTECTED_TEXTS = {
    "CODE_GENDER": "Gender",
    "NAME_FAMILY_STATUS": "Family status",
    "NAME_TYPE_SUITE": "Who came along to the application",
}
_EDUCATION_RANK = {
    "Lower secondary": 0.0,
    "Secondary / secondary special": 1.0,
    "Incomplete higher": 2.0,
    "Higher education": 3.0,
    "Academic degree": 4.0,
}


def stated() -> Iterator[Feature]:
    """Every answer that tells something, protected ones marked."""
    for concept, numbers in NUMBERS.items():
        for name, label in numbers.items():
            yield feature(name, label, concept, pl.col(name))
    for name, (label, concept) in _DAYS.items():
        yield feature(name, label, concept, days(name))
    for name, (label, concept) in _TEXTS.items():
        yield Feature(name, label, concept, TABLE, text(name), categorical=True)
    for name, label in _PROTECTED_TEXTS.items():
        yield Feature(
            name, label, Concept.HOUSEHOLD, TABLE, text(name), categorical=True, protected=True
        )
    yield feature(
        "CNT_FAM_MEMBERS",
        "Number of family members",
        Concept.HOUSEHOLD,
        pl.col("CNT_FAM_MEMBERS"),
        protected=True,
    )
    yield feature(
        "EDUCATION_RANK",
        "Level of education, from 0 to 4",
        Concept.EDUCATION,
        pl.col("NAME_EDUCATION_TYPE").replace_strict(
            _EDUCATION_RANK, default=None, return_dtype=pl.Float64
        ),
    )
