"""What each column of the Home Credit tables means, with its unit and sign.

Written after Home Credit's own column descriptions. Days and months count from the day of the
application that is scored: negative before it, positive after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ml.schema import NOT_EMPLOYED


def _building() -> Iterator[tuple[str, str]]:
    """Three statistics of each measure of the building."""
    for suffix, statistic in _STATISTICS.items():
        for measure, meaning in _MEASURES.items():
            yield (
                f"{measure}_{suffix}",
                f"{meaning}: {statistic} for the building the applicant lives in, "
                "scaled to 0 to 1.",
            )


def _documents() -> Iterator[tuple[str, str]]:
    for number in range(2, 22):
        yield (
            f"FLAG_DOCUMENT_{number}",
            f"Whether document {number} was handed in; 1 is yes, 0 is no. "
            "Home Credit does not say which document that is.",
        )


def _enquiries() -> Iterator[tuple[str, str]]:
    """Periods that do not overlap: each leaves out the one before."""
    for suffix, period in _PERIODS.items():
        yield (
            f"AMT_REQ_CREDIT_BUREAU_{suffix}",
            f"Number of enquiries about the applicant at the credit bureau {period}.",
        )


def _addresses() -> Iterator[tuple[str, str]]:
    for level in ("REGION", "CITY"):
        for (one, other), meaning in _PAIRS.items():
            yield (
                f"{one}_{level}_NOT_{other}_{level}",
                f"Whether {meaning} are in different {_PLURALS[level]}; 1 is different, 0 is the "
                "same.",
            )


def _circle() -> Iterator[tuple[str, str]]:
    for days in (30, 60):
        yield (
            f"OBS_{days}_CNT_SOCIAL_CIRCLE",
            "Number of people around the applicant whose loans could be watched for being "
            f"{days} days past due.",
        )
        yield (
            f"DEF_{days}_CNT_SOCIAL_CIRCLE",
            f"Number of people around the applicant who defaulted at {days} days past due.",
        )


_STATISTICS = {"AVG": "average", "MODE": "most frequent value", "MEDI": "median"}
_MEASURES = {
    "APARTMENTS": "Size of the apartments",
    "BASEMENTAREA": "Area of the basement",
    "YEARS_BEGINEXPLUATATION": "Time since the building came into use",
    "YEARS_BUILD": "Age of the building since it was built",
    "COMMONAREA": "Area shared by the residents",
    "ELEVATORS": "Number of lifts",
    "ENTRANCES": "Number of entrances",
    "FLOORSMAX": "Highest number of floors",
    "FLOORSMIN": "Lowest number of floors",
    "LANDAREA": "Area of the land",
    "LIVINGAPARTMENTS": "Size of the apartments that are lived in",
    "LIVINGAREA": "Area that is lived in",
    "NONLIVINGAPARTMENTS": "Size of the apartments that are not lived in",
    "NONLIVINGAREA": "Area that is not lived in",
}
_PERIODS = {
    "HOUR": "in the hour before the application",
    "DAY": "in the day before the application, without its last hour",
    "WEEK": "in the week before the application, without its last day",
    "MON": "in the month before the application, without its last week",
    "QRT": "in the three months before the application, without the last month",
    "YEAR": "in the year before the application, without its last three months",
}
_PLURALS = {"REGION": "regions", "CITY": "cities"}
_PAIRS = {
    ("REG", "LIVE"): "the permanent and the contact address",
    ("REG", "WORK"): "the permanent address and the place of work",
    ("LIVE", "WORK"): "the contact address and the place of work",
}
_OUTSIDE = "`XNA` and `XAP` mean not known or not applicable."
_NO_DATE = f"{NOT_EMPLOYED} means that there is no such date."
_CLIENT = "Number of the client, who is known by the application that is scored."
_PREVIOUS = "Number of the earlier loan with Home Credit, as in `previous_application`."
_WEEKDAY = "Day of the week, in English capitals, on which the client applied"
_MONTH = "Month of the record, in months from the application; negative, 0 is the month of it."
_OVERDUE = "Days past due in the month; 0 is on time."
_TOLERANT = "Days past due in the month, small debts left out; 0 is on time."

_APPLICATION: dict[str, str] = {
    "SK_ID_CURR": "Number of the client, unique to the application.",
    "NAME_CONTRACT_TYPE": "Kind of loan asked for: a cash loan, or a revolving one such as a card.",
    "CODE_GENDER": "Gender of the applicant: F, M, or XNA where it is not known.",
    "FLAG_OWN_CAR": "Whether the applicant owns a car; Y is yes, N is no.",
    "FLAG_OWN_REALTY": "Whether the applicant owns a house or flat; Y is yes, N is no.",
    "CNT_CHILDREN": "Number of the applicant's children.",
    "AMT_INCOME_TOTAL": (
        "Income of the applicant before tax, from all sources, in currency units. Home Credit "
        "names no period; the desk enters it by the month."
    ),
    "AMT_CREDIT": "Amount of the loan asked for, in currency units.",
    "AMT_ANNUITY": "Regular repayment of the loan, by the month, in currency units.",
    "AMT_GOODS_PRICE": "Price of the goods that the loan pays for, in currency units.",
    "NAME_TYPE_SUITE": "Who came along when the applicant applied.",
    "NAME_INCOME_TYPE": "Where the applicant's income comes from, such as work or a pension.",
    "NAME_EDUCATION_TYPE": "Highest education that the applicant completed.",
    "NAME_FAMILY_STATUS": "Family status of the applicant.",
    "NAME_HOUSING_TYPE": "How the applicant lives, such as renting or with parents.",
    "REGION_POPULATION_RELATIVE": (
        "Population of the region the applicant lives in, as a share; higher is more populated."
    ),
    "DAYS_BIRTH": "Age in days before the application; negative.",
    "DAYS_EMPLOYED": (
        "Start of the present job, in days before the application; negative. "
        f"{NOT_EMPLOYED} means not in work."
    ),
    "DAYS_REGISTRATION": (
        "Latest change of the applicant's registration, in days before the application; negative."
    ),
    "DAYS_ID_PUBLISH": (
        "Latest change of the identity document, in days before the application; negative."
    ),
    "OWN_CAR_AGE": "Age of the applicant's car, in years; null where there is none.",
    "FLAG_MOBIL": "Whether a mobile number was given; 1 is yes, 0 is no.",
    "FLAG_EMP_PHONE": "Whether the employer's telephone number was given; 1 is yes, 0 is no.",
    "FLAG_WORK_PHONE": "Whether a fixed telephone at work was given; 1 is yes, 0 is no.",
    "FLAG_CONT_MOBILE": "Whether the mobile number could be reached; 1 is yes, 0 is no.",
    "FLAG_PHONE": "Whether a fixed telephone at home was given; 1 is yes, 0 is no.",
    "FLAG_EMAIL": "Whether an e-mail address was given; 1 is yes, 0 is no.",
    "OCCUPATION_TYPE": "Occupation of the applicant.",
    "CNT_FAM_MEMBERS": "Number of people in the applicant's family, the applicant included.",
    "REGION_RATING_CLIENT": (
        "Home Credit's rating of the region the applicant lives in: 1 is best, 3 is weakest, "
        "-1 is not rated."
    ),
    "REGION_RATING_CLIENT_W_CITY": (
        "Home Credit's rating of the region, with the city taken into account: 1 is best, 3 is "
        "weakest, -1 is not rated."
    ),
    "WEEKDAY_APPR_PROCESS_START": f"{_WEEKDAY}.",
    "HOUR_APPR_PROCESS_START": "Hour of the day, rounded, at which the applicant applied.",
    **dict(_addresses()),
    "ORGANIZATION_TYPE": (
        "Kind of organisation the applicant works for; XNA where there is none or it is not known."
    ),
    **{
        f"EXT_SOURCE_{number}": (
            f"Score {number} from an external agency, scaled to 0 to 1; higher is less risky."
        )
        for number in (1, 2, 3)
    },
    **dict(_building()),
    "FONDKAPREMONT_MODE": "How major repairs of the building are paid for; the most frequent kind.",
    "HOUSETYPE_MODE": "Kind of building the applicant lives in; the most frequent kind.",
    "TOTALAREA_MODE": "Total area of the building: most frequent value, scaled to 0 to 1.",
    "WALLSMATERIAL_MODE": "What the walls of the building are made of; the most frequent material.",
    "EMERGENCYSTATE_MODE": "Whether the building is in a dangerous state: Yes or No.",
    **dict(_circle()),
    "DAYS_LAST_PHONE_CHANGE": (
        "Latest change of the applicant's telephone, in days before the application; negative."
    ),
    **dict(_documents()),
    **dict(_enquiries()),
}

_BUREAU: dict[str, str] = {
    "SK_ID_CURR": _CLIENT,
    "SK_ID_BUREAU": "Number of the loan at the credit bureau; links to `bureau_balance`.",
    "CREDIT_ACTIVE": "Status of the loan: Active, Closed, Sold, or Bad debt.",
    "CREDIT_CURRENCY": "Currency of the loan, coded `currency 1` to `currency 4`.",
    "DAYS_CREDIT": (
        "When the client applied for the loan, in days from the application; negative."
    ),
    "CREDIT_DAY_OVERDUE": "Days past due on the day of the application; 0 is on time.",
    "DAYS_CREDIT_ENDDATE": (
        "When the loan is due to end, in days from the application; negative where that is past."
    ),
    "DAYS_ENDDATE_FACT": (
        "When a closed loan really ended, in days from the application; negative."
    ),
    "AMT_CREDIT_MAX_OVERDUE": "Highest amount ever overdue on the loan, in currency units.",
    "CNT_CREDIT_PROLONG": "How many times the loan was prolonged.",
    "AMT_CREDIT_SUM": "Amount of the loan now, in currency units.",
    "AMT_CREDIT_SUM_DEBT": "Debt that is left now, in currency units; negative if overpaid.",
    "AMT_CREDIT_SUM_LIMIT": "Limit of a credit card now, in currency units.",
    "AMT_CREDIT_SUM_OVERDUE": "Amount that is overdue now, in currency units.",
    "CREDIT_TYPE": "Kind of loan, such as Consumer credit, Credit card or Mortgage.",
    "DAYS_CREDIT_UPDATE": (
        "When the bureau last heard of the loan, in days from the application; negative."
    ),
    "AMT_ANNUITY": "Regular repayment of the loan, in currency units.",
}

_BUREAU_BALANCE: dict[str, str] = {
    "SK_ID_BUREAU": "Number of the loan at the credit bureau, as in `bureau`.",
    "MONTHS_BALANCE": _MONTH,
    "STATUS": (
        "Status in the month: `0` on time, `1` 1 to 30 days past due, `2` 31 to 60, `3` 61 to 90, "
        "`4` 91 to 120, `5` more than 120 or written off, `C` closed, `X` not known."
    ),
}

_PREVIOUS_APPLICATION: dict[str, str] = {
    "SK_ID_PREV": "Number of the earlier application with Home Credit, unique to it.",
    "SK_ID_CURR": _CLIENT,
    "NAME_CONTRACT_TYPE": f"Kind of loan: cash, consumer or revolving. {_OUTSIDE}",
    "AMT_ANNUITY": "Regular repayment of the earlier loan, in currency units.",
    "AMT_APPLICATION": "Amount the client first asked for, in currency units.",
    "AMT_CREDIT": (
        "Amount that was decided on in the end, in currency units; it may differ from the amount "
        "asked for."
    ),
    "AMT_DOWN_PAYMENT": "Down payment, in currency units.",
    "AMT_GOODS_PRICE": "Price of the goods that the earlier loan was for, in currency units.",
    "WEEKDAY_APPR_PROCESS_START": f"{_WEEKDAY} then.",
    "HOUR_APPR_PROCESS_START": "Hour of the day, rounded, at which the client applied then.",
    "FLAG_LAST_APPL_PER_CONTRACT": (
        "Whether this was the last application for its contract; Y is yes, N is no. Mistakes may "
        "leave several."
    ),
    "NFLAG_LAST_APPL_IN_DAY": (
        "Whether this was the client's last application of that day; 1 is yes, 0 is no."
    ),
    "RATE_DOWN_PAYMENT": "Down payment as a share of the loan, normalised.",
    "RATE_INTEREST_PRIMARY": "Interest rate of the earlier loan, normalised.",
    "RATE_INTEREST_PRIVILEGED": "Reduced interest rate of the earlier loan, normalised.",
    "NAME_CASH_LOAN_PURPOSE": f"What a cash loan was for, such as Repairs. {_OUTSIDE}",
    "NAME_CONTRACT_STATUS": "Outcome: Approved, Canceled, Refused, or Unused offer.",
    "DAYS_DECISION": (
        "When the earlier application was decided, in days from the application; negative."
    ),
    "NAME_PAYMENT_TYPE": f"How the client chose to pay. {_OUTSIDE}",
    "CODE_REJECT_REASON": f"Code of why it was refused, such as LIMIT or SCO. {_OUTSIDE}",
    "NAME_TYPE_SUITE": "Who came along when the client applied then.",
    "NAME_CLIENT_TYPE": f"Whether the client was New, Repeater or Refreshed then. {_OUTSIDE}",
    "NAME_GOODS_CATEGORY": f"Kind of goods, such as Mobile or Furniture. {_OUTSIDE}",
    "NAME_PORTFOLIO": f"Portfolio: POS (at a shop), Cash, Cards or Cars. {_OUTSIDE}",
    "NAME_PRODUCT_TYPE": (
        f"Whether the client was offered it (x-sell) or came for it (walk-in). {_OUTSIDE}"
    ),
    "CHANNEL_TYPE": "Channel through which the client came, such as Country-wide.",
    "SELLERPLACE_AREA": "Size of the area that the seller sells on; -1 is not known.",
    "NAME_SELLER_INDUSTRY": f"Industry of the seller. {_OUTSIDE}",
    "CNT_PAYMENT": "Length of the earlier loan when it was asked for, in instalments.",
    "NAME_YIELD_GROUP": (
        f"Interest rate as a group: low_action, low_normal, middle or high. {_OUTSIDE}"
    ),
    "PRODUCT_COMBINATION": "Product in detail, such as POS mobile with interest.",
    "DAYS_FIRST_DRAWING": (
        f"When money was first paid out, in days from the application. {_NO_DATE}"
    ),
    "DAYS_FIRST_DUE": (
        f"When the first instalment was due, in days from the application. {_NO_DATE}"
    ),
    "DAYS_LAST_DUE_1ST_VERSION": (
        "When the last instalment was due by the first plan, in days from the application; "
        f"positive where that lies ahead. {_NO_DATE}"
    ),
    "DAYS_LAST_DUE": (
        f"When the last instalment was due in the end, in days from the application. {_NO_DATE}"
    ),
    "DAYS_TERMINATION": (
        f"When the loan is expected to end, in days from the application. {_NO_DATE}"
    ),
    "NFLAG_INSURED_ON_APPROVAL": (
        "Whether the client asked for insurance then; 1 is yes, 0 is no."
    ),
}

_POS_CASH_BALANCE: dict[str, str] = {
    "SK_ID_PREV": _PREVIOUS,
    "SK_ID_CURR": _CLIENT,
    "MONTHS_BALANCE": _MONTH,
    "CNT_INSTALMENT": "Length of the loan, in instalments; it may change over time.",
    "CNT_INSTALMENT_FUTURE": "Number of instalments that are left to pay.",
    "NAME_CONTRACT_STATUS": "Status of the loan in the month, such as Active or Completed.",
    "SK_DPD": _OVERDUE,
    "SK_DPD_DEF": _TOLERANT,
}

_CREDIT_CARD_BALANCE: dict[str, str] = {
    "SK_ID_PREV": _PREVIOUS,
    "SK_ID_CURR": _CLIENT,
    "MONTHS_BALANCE": _MONTH,
    "AMT_BALANCE": "Balance owed in the month, in currency units; negative if overpaid.",
    "AMT_CREDIT_LIMIT_ACTUAL": "Limit of the card in the month, in currency units.",
    "AMT_DRAWINGS_ATM_CURRENT": "Cash drawn at machines in the month, in currency units.",
    "AMT_DRAWINGS_CURRENT": "All that was drawn in the month, in currency units.",
    "AMT_DRAWINGS_OTHER_CURRENT": "Drawn in other ways in the month, in currency units.",
    "AMT_DRAWINGS_POS_CURRENT": "Spent on goods in the month, in currency units.",
    "AMT_INST_MIN_REGULARITY": "Least that was to be paid for the month, in currency units.",
    "AMT_PAYMENT_CURRENT": "Paid in the month, in currency units.",
    "AMT_PAYMENT_TOTAL_CURRENT": "Paid in the month in total, in currency units.",
    "AMT_RECEIVABLE_PRINCIPAL": (
        "Principal that the client owes, in currency units; negative if overpaid."
    ),
    "AMT_RECIVABLE": "What the client owes, in currency units; negative if overpaid.",
    "AMT_TOTAL_RECEIVABLE": (
        "All that the client owes in total, in currency units; negative if overpaid."
    ),
    "CNT_DRAWINGS_ATM_CURRENT": "How many times cash was drawn at machines in the month.",
    "CNT_DRAWINGS_CURRENT": "How many times anything was drawn in the month.",
    "CNT_DRAWINGS_OTHER_CURRENT": "How many times it was drawn in other ways in the month.",
    "CNT_DRAWINGS_POS_CURRENT": "How many times goods were paid for in the month.",
    "CNT_INSTALMENT_MATURE_CUM": "Number of instalments paid so far.",
    "NAME_CONTRACT_STATUS": "Status of the card in the month, such as Active or Completed.",
    "SK_DPD": _OVERDUE,
    "SK_DPD_DEF": _TOLERANT,
}

_INSTALLMENTS_PAYMENTS: dict[str, str] = {
    "SK_ID_PREV": _PREVIOUS,
    "SK_ID_CURR": _CLIENT,
    "NUM_INSTALMENT_VERSION": (
        "Version of the payment plan; 0 is a credit card. A new number means that the plan changed."
    ),
    "NUM_INSTALMENT_NUMBER": "Which instalment of the plan the payment is for; the first is 1.",
    "DAYS_INSTALMENT": "When the instalment was due, in days from the application; negative.",
    "DAYS_ENTRY_PAYMENT": (
        "When it was really paid, in days from the application; negative, null if not paid."
    ),
    "AMT_INSTALMENT": "Amount of the instalment that was due, in currency units.",
    "AMT_PAYMENT": "Amount that was really paid, in currency units.",
}

_TARGET = (
    "Outcome that the score predicts: 1 is difficulty in paying one of the first instalments, 0 is "
    "none."
)
DESCRIPTIONS: Mapping[str, Mapping[str, str]] = {
    "application_train": {**_APPLICATION, "TARGET": _TARGET},
    "application_test": _APPLICATION,
    "bureau": _BUREAU,
    "bureau_balance": _BUREAU_BALANCE,
    "previous_application": _PREVIOUS_APPLICATION,
    "POS_CASH_balance": _POS_CASH_BALANCE,
    "credit_card_balance": _CREDIT_CARD_BALANCE,
    "installments_payments": _INSTALLMENTS_PAYMENTS,
}
# What a row of each table that the score reads stands for.
TABLE_DESCRIPTIONS: Mapping[str, str] = {
    "application_test": "One row: the loan asked for, and who asks.",
    "bureau": "A row for each loan with another lender, as the credit bureau knows it.",
    "bureau_balance": "A row for each month of each loan with another lender.",
    "previous_application": "A row for each earlier application with Home Credit.",
    "POS_CASH_balance": "A row for each month of each earlier shop or cash loan.",
    "credit_card_balance": "A row for each month of each credit card with Home Credit.",
    "installments_payments": "A row for each payment made, or missed, on an earlier loan.",
}
