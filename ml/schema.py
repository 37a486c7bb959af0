"""The Home Credit tables: their columns, kinds and keys, as Kaggle ships them.

Everything that reads, generates or computes on a table asks here what it holds.
Column order is Kaggle's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import polars as pl


class Kind(Enum):
    """What a column holds, and the Polars type it is read as."""

    ID = "identifier"
    INTEGER = "whole number"
    NUMBER = "number"
    TEXT = "text"

    @property
    def dtype(self) -> type[pl.DataType]:
        return _DTYPES[self.name]


_DTYPES: dict[str, type[pl.DataType]] = {
    "ID": pl.Int64,
    "INTEGER": pl.Int32,
    "NUMBER": pl.Float64,
    "TEXT": pl.String,
}


@dataclass(frozen=True)
class Table:
    """One table of the data set.

    `key` is unique per row where it is not empty; `parent` is the column that leads
    to the client (or, for `bureau_balance`, to the loan that leads to the client).
    """

    name: str
    columns: Mapping[str, Kind]
    key: tuple[str, ...]
    parent: str


def _columns(text: str) -> dict[str, Kind]:
    """Parse lines of `KIND: COLUMN COLUMN ...` in table order."""
    columns: dict[str, Kind] = {}
    for line in text.split("|"):
        kind, _, names = line.partition(":")
        columns.update(dict.fromkeys(names.split(), Kind[kind.strip()]))
    return columns


APPLICATION_TRAIN = Table(
    name="application_train",
    columns=_columns("""
        ID: SK_ID_CURR |
        INTEGER: TARGET |
        TEXT: NAME_CONTRACT_TYPE CODE_GENDER FLAG_OWN_CAR FLAG_OWN_REALTY |
        INTEGER: CNT_CHILDREN |
        NUMBER: AMT_INCOME_TOTAL AMT_CREDIT AMT_ANNUITY AMT_GOODS_PRICE |
        TEXT: NAME_TYPE_SUITE NAME_INCOME_TYPE NAME_EDUCATION_TYPE NAME_FAMILY_STATUS
            NAME_HOUSING_TYPE |
        NUMBER: REGION_POPULATION_RELATIVE |
        INTEGER: DAYS_BIRTH DAYS_EMPLOYED |
        NUMBER: DAYS_REGISTRATION |
        INTEGER: DAYS_ID_PUBLISH |
        NUMBER: OWN_CAR_AGE |
        INTEGER: FLAG_MOBIL FLAG_EMP_PHONE FLAG_WORK_PHONE FLAG_CONT_MOBILE FLAG_PHONE
            FLAG_EMAIL |
        TEXT: OCCUPATION_TYPE |
        NUMBER: CNT_FAM_MEMBERS |
        INTEGER: REGION_RATING_CLIENT REGION_RATING_CLIENT_W_CITY |
        TEXT: WEEKDAY_APPR_PROCESS_START |
        INTEGER: HOUR_APPR_PROCESS_START REG_REGION_NOT_LIVE_REGION
            REG_REGION_NOT_WORK_REGION LIVE_REGION_NOT_WORK_REGION REG_CITY_NOT_LIVE_CITY
            REG_CITY_NOT_WORK_CITY LIVE_CITY_NOT_WORK_CITY |
        TEXT: ORGANIZATION_TYPE |
        NUMBER: EXT_SOURCE_1 EXT_SOURCE_2 EXT_SOURCE_3 APARTMENTS_AVG BASEMENTAREA_AVG
            YEARS_BEGINEXPLUATATION_AVG YEARS_BUILD_AVG COMMONAREA_AVG ELEVATORS_AVG
            ENTRANCES_AVG FLOORSMAX_AVG FLOORSMIN_AVG LANDAREA_AVG LIVINGAPARTMENTS_AVG
            LIVINGAREA_AVG NONLIVINGAPARTMENTS_AVG NONLIVINGAREA_AVG APARTMENTS_MODE
            BASEMENTAREA_MODE YEARS_BEGINEXPLUATATION_MODE YEARS_BUILD_MODE COMMONAREA_MODE
            ELEVATORS_MODE ENTRANCES_MODE FLOORSMAX_MODE FLOORSMIN_MODE LANDAREA_MODE
            LIVINGAPARTMENTS_MODE LIVINGAREA_MODE NONLIVINGAPARTMENTS_MODE
            NONLIVINGAREA_MODE APARTMENTS_MEDI BASEMENTAREA_MEDI
            YEARS_BEGINEXPLUATATION_MEDI YEARS_BUILD_MEDI COMMONAREA_MEDI ELEVATORS_MEDI
            ENTRANCES_MEDI FLOORSMAX_MEDI FLOORSMIN_MEDI LANDAREA_MEDI LIVINGAPARTMENTS_MEDI
            LIVINGAREA_MEDI NONLIVINGAPARTMENTS_MEDI NONLIVINGAREA_MEDI |
        TEXT: FONDKAPREMONT_MODE HOUSETYPE_MODE |
        NUMBER: TOTALAREA_MODE |
        TEXT: WALLSMATERIAL_MODE EMERGENCYSTATE_MODE |
        NUMBER: OBS_30_CNT_SOCIAL_CIRCLE DEF_30_CNT_SOCIAL_CIRCLE OBS_60_CNT_SOCIAL_CIRCLE
            DEF_60_CNT_SOCIAL_CIRCLE DAYS_LAST_PHONE_CHANGE |
        INTEGER: FLAG_DOCUMENT_2 FLAG_DOCUMENT_3 FLAG_DOCUMENT_4 FLAG_DOCUMENT_5
            FLAG_DOCUMENT_6 FLAG_DOCUMENT_7 FLAG_DOCUMENT_8 FLAG_DOCUMENT_9 FLAG_DOCUMENT_10
            FLAG_DOCUMENT_11 FLAG_DOCUMENT_12 FLAG_DOCUMENT_13 FLAG_DOCUMENT_14
            FLAG_DOCUMENT_15 FLAG_DOCUMENT_16 FLAG_DOCUMENT_17 FLAG_DOCUMENT_18
            FLAG_DOCUMENT_19 FLAG_DOCUMENT_20 FLAG_DOCUMENT_21 |
        NUMBER: AMT_REQ_CREDIT_BUREAU_HOUR AMT_REQ_CREDIT_BUREAU_DAY
            AMT_REQ_CREDIT_BUREAU_WEEK AMT_REQ_CREDIT_BUREAU_MON AMT_REQ_CREDIT_BUREAU_QRT
            AMT_REQ_CREDIT_BUREAU_YEAR
    """),
    key=("SK_ID_CURR",),
    parent="SK_ID_CURR",
)

APPLICATION_TEST = Table(
    name="application_test",
    columns={name: kind for name, kind in APPLICATION_TRAIN.columns.items() if name != "TARGET"},
    key=("SK_ID_CURR",),
    parent="SK_ID_CURR",
)

BUREAU = Table(
    name="bureau",
    columns=_columns("""
        ID: SK_ID_CURR SK_ID_BUREAU |
        TEXT: CREDIT_ACTIVE CREDIT_CURRENCY |
        INTEGER: DAYS_CREDIT CREDIT_DAY_OVERDUE |
        NUMBER: DAYS_CREDIT_ENDDATE DAYS_ENDDATE_FACT AMT_CREDIT_MAX_OVERDUE |
        INTEGER: CNT_CREDIT_PROLONG |
        NUMBER: AMT_CREDIT_SUM AMT_CREDIT_SUM_DEBT AMT_CREDIT_SUM_LIMIT
            AMT_CREDIT_SUM_OVERDUE |
        TEXT: CREDIT_TYPE |
        INTEGER: DAYS_CREDIT_UPDATE |
        NUMBER: AMT_ANNUITY
    """),
    key=("SK_ID_BUREAU",),
    parent="SK_ID_CURR",
)

BUREAU_BALANCE = Table(
    name="bureau_balance",
    columns=_columns("""
        ID: SK_ID_BUREAU |
        INTEGER: MONTHS_BALANCE |
        TEXT: STATUS
    """),
    key=("SK_ID_BUREAU", "MONTHS_BALANCE"),
    parent="SK_ID_BUREAU",
)

PREVIOUS_APPLICATION = Table(
    name="previous_application",
    columns=_columns("""
        ID: SK_ID_PREV SK_ID_CURR |
        TEXT: NAME_CONTRACT_TYPE |
        NUMBER: AMT_ANNUITY AMT_APPLICATION AMT_CREDIT AMT_DOWN_PAYMENT AMT_GOODS_PRICE |
        TEXT: WEEKDAY_APPR_PROCESS_START |
        INTEGER: HOUR_APPR_PROCESS_START |
        TEXT: FLAG_LAST_APPL_PER_CONTRACT |
        INTEGER: NFLAG_LAST_APPL_IN_DAY |
        NUMBER: RATE_DOWN_PAYMENT RATE_INTEREST_PRIMARY RATE_INTEREST_PRIVILEGED |
        TEXT: NAME_CASH_LOAN_PURPOSE NAME_CONTRACT_STATUS |
        INTEGER: DAYS_DECISION |
        TEXT: NAME_PAYMENT_TYPE CODE_REJECT_REASON NAME_TYPE_SUITE NAME_CLIENT_TYPE
            NAME_GOODS_CATEGORY NAME_PORTFOLIO NAME_PRODUCT_TYPE CHANNEL_TYPE |
        INTEGER: SELLERPLACE_AREA |
        TEXT: NAME_SELLER_INDUSTRY |
        NUMBER: CNT_PAYMENT |
        TEXT: NAME_YIELD_GROUP PRODUCT_COMBINATION |
        NUMBER: DAYS_FIRST_DRAWING DAYS_FIRST_DUE DAYS_LAST_DUE_1ST_VERSION DAYS_LAST_DUE
            DAYS_TERMINATION NFLAG_INSURED_ON_APPROVAL
    """),
    key=("SK_ID_PREV",),
    parent="SK_ID_CURR",
)

POS_CASH_BALANCE = Table(
    name="POS_CASH_balance",
    columns=_columns("""
        ID: SK_ID_PREV SK_ID_CURR |
        INTEGER: MONTHS_BALANCE |
        NUMBER: CNT_INSTALMENT CNT_INSTALMENT_FUTURE |
        TEXT: NAME_CONTRACT_STATUS |
        INTEGER: SK_DPD SK_DPD_DEF
    """),
    key=(),
    parent="SK_ID_CURR",
)

CREDIT_CARD_BALANCE = Table(
    name="credit_card_balance",
    columns=_columns("""
        ID: SK_ID_PREV SK_ID_CURR |
        INTEGER: MONTHS_BALANCE |
        NUMBER: AMT_BALANCE |
        INTEGER: AMT_CREDIT_LIMIT_ACTUAL |
        NUMBER: AMT_DRAWINGS_ATM_CURRENT AMT_DRAWINGS_CURRENT AMT_DRAWINGS_OTHER_CURRENT
            AMT_DRAWINGS_POS_CURRENT AMT_INST_MIN_REGULARITY AMT_PAYMENT_CURRENT
            AMT_PAYMENT_TOTAL_CURRENT AMT_RECEIVABLE_PRINCIPAL AMT_RECIVABLE
            AMT_TOTAL_RECEIVABLE CNT_DRAWINGS_ATM_CURRENT |
        INTEGER: CNT_DRAWINGS_CURRENT |
        NUMBER: CNT_DRAWINGS_OTHER_CURRENT CNT_DRAWINGS_POS_CURRENT
            CNT_INSTALMENT_MATURE_CUM |
        TEXT: NAME_CONTRACT_STATUS |
        INTEGER: SK_DPD SK_DPD_DEF
    """),
    key=(),
    parent="SK_ID_CURR",
)

INSTALLMENTS_PAYMENTS = Table(
    name="installments_payments",
    columns=_columns("""
        ID: SK_ID_PREV SK_ID_CURR |
        NUMBER: NUM_INSTALMENT_VERSION |
        INTEGER: NUM_INSTALMENT_NUMBER |
        NUMBER: DAYS_INSTALMENT DAYS_ENTRY_PAYMENT AMT_INSTALMENT AMT_PAYMENT
    """),
    key=(),
    parent="SK_ID_CURR",
)

APPLICATIONS = (APPLICATION_TRAIN, APPLICATION_TEST)
AUXILIARY = (
    BUREAU,
    BUREAU_BALANCE,
    PREVIOUS_APPLICATION,
    POS_CASH_BALANCE,
    CREDIT_CARD_BALANCE,
    INSTALLMENTS_PAYMENTS,
)
TABLES: Mapping[str, Table] = {table.name: table for table in (*APPLICATIONS, *AUXILIARY)}

NOT_EMPLOYED = 365243  # what DAYS_EMPLOYED holds of somebody who is not in work

# The levels Kaggle's files hold, per text column of the application tables.
APPLICATION_LEVELS: Mapping[str, tuple[str, ...]] = {
    "NAME_CONTRACT_TYPE": (
        "Cash loans",
        "Revolving loans",
    ),
    "CODE_GENDER": (
        "F",
        "M",
        "XNA",
    ),
    "FLAG_OWN_CAR": (
        "N",
        "Y",
    ),
    "FLAG_OWN_REALTY": (
        "N",
        "Y",
    ),
    "NAME_TYPE_SUITE": (
        "Children",
        "Family",
        "Group of people",
        "Other_A",
        "Other_B",
        "Spouse, partner",
        "Unaccompanied",
    ),
    "NAME_INCOME_TYPE": (
        "Businessman",
        "Commercial associate",
        "Maternity leave",
        "Pensioner",
        "State servant",
        "Student",
        "Unemployed",
        "Working",
    ),
    "NAME_EDUCATION_TYPE": (
        "Academic degree",
        "Higher education",
        "Incomplete higher",
        "Lower secondary",
        "Secondary / secondary special",
    ),
    "NAME_FAMILY_STATUS": (
        "Civil marriage",
        "Married",
        "Separated",
        "Single / not married",
        "Unknown",
        "Widow",
    ),
    "NAME_HOUSING_TYPE": (
        "Co-op apartment",
        "House / apartment",
        "Municipal apartment",
        "Office apartment",
        "Rented apartment",
        "With parents",
    ),
    "OCCUPATION_TYPE": (
        "Accountants",
        "Cleaning staff",
        "Cooking staff",
        "Core staff",
        "Drivers",
        "HR staff",
        "High skill tech staff",
        "IT staff",
        "Laborers",
        "Low-skill Laborers",
        "Managers",
        "Medicine staff",
        "Private service staff",
        "Realty agents",
        "Sales staff",
        "Secretaries",
        "Security staff",
        "Waiters/barmen staff",
    ),
    "WEEKDAY_APPR_PROCESS_START": (
        "MONDAY",
        "TUESDAY",
        "WEDNESDAY",
        "THURSDAY",
        "FRIDAY",
        "SATURDAY",
        "SUNDAY",
    ),
    "ORGANIZATION_TYPE": (
        "Advertising",
        "Agriculture",
        "Bank",
        "Business Entity Type 1",
        "Business Entity Type 2",
        "Business Entity Type 3",
        "Cleaning",
        "Construction",
        "Culture",
        "Electricity",
        "Emergency",
        "Government",
        "Hotel",
        "Housing",
        "Industry: type 1",
        "Industry: type 10",
        "Industry: type 11",
        "Industry: type 12",
        "Industry: type 13",
        "Industry: type 2",
        "Industry: type 3",
        "Industry: type 4",
        "Industry: type 5",
        "Industry: type 6",
        "Industry: type 7",
        "Industry: type 8",
        "Industry: type 9",
        "Insurance",
        "Kindergarten",
        "Legal Services",
        "Medicine",
        "Military",
        "Mobile",
        "Other",
        "Police",
        "Postal",
        "Realtor",
        "Religion",
        "Restaurant",
        "School",
        "Security",
        "Security Ministries",
        "Self-employed",
        "Services",
        "Telecom",
        "Trade: type 1",
        "Trade: type 2",
        "Trade: type 3",
        "Trade: type 4",
        "Trade: type 5",
        "Trade: type 6",
        "Trade: type 7",
        "Transport: type 1",
        "Transport: type 2",
        "Transport: type 3",
        "Transport: type 4",
        "University",
        "XNA",
    ),
    "FONDKAPREMONT_MODE": (
        "not specified",
        "org spec account",
        "reg oper account",
        "reg oper spec account",
    ),
    "HOUSETYPE_MODE": (
        "block of flats",
        "specific housing",
        "terraced house",
    ),
    "WALLSMATERIAL_MODE": (
        "Block",
        "Mixed",
        "Monolithic",
        "Others",
        "Panel",
        "Stone, brick",
        "Wooden",
    ),
    "EMERGENCYSTATE_MODE": (
        "No",
        "Yes",
    ),
}
