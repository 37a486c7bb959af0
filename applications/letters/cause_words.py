"""What an applicant is told about each feature that a model may use.

By concept and cause. The pattern of a cause holds the names of the features behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ml.concepts import Concept


@dataclass(frozen=True)
class Cause:
    """A reason for a score: its sentence for the applicant, and the features behind it."""

    sentence: Promise
    features: str


@dataclass(frozen=True)
class Fact(Cause):
    """Something about the applicant; `unknown` is said where nothing is known of it."""

    unknown: Promise | str = ""


@dataclass(frozen=True)
class Event(Cause):
    """Something that happened, which a value above 0 tells."""


# Never a reason, and why: the law protects it, it tells of others, or it is not the applicant's.
LEFT_OUT: Mapping[str, re.Pattern[str]] = {
    "age": re.compile(r"DAYS_BIRTH|AGE_AT_\w+|\w+_TO_AGE|EXT_\w+_TIMES_AGE"),
    "gender and family": re.compile(
        r"CODE_GENDER|NAME_FAMILY_STATUS|NAME_TYPE_SUITE|CNT_CHILDREN|CNT_FAM_MEMBERS|ADULT_COUNT"
        r"|CHILDREN_TO_FAMILY|\w+_PER_(MEMBER|ADULT|HEAD)"
    ),
    # What an income comes from tells of retirement, illness or parental leave.
    "kind of income": re.compile(r"NAME_INCOME_TYPE|NOT_EMPLOYED"),
    "where somebody lives": re.compile(
        r"REGION_\w+|INCOME_TO_REGION|INCOME_TIMES_POPULATION|EXT_MEAN_TIMES_REGION|CITY_BETTER"
    ),
    "other people": re.compile(r"(OBS|DEF)_\d0_CNT_SOCIAL_CIRCLE|SOCIAL_\w+"),
    "nothing the applicant did": re.compile(
        r"(HOUR|WEEKDAY)_APPR_PROCESS_START|PREV_HOUR_MEAN|PREV_SHOP_AREA_MEAN"
        r"|BUREAU_(ACTIVE_)?DAYS_UPDATE_(LAST|MEAN)"
    ),
}

_NO_SCORE = _("We got no external credit scores, or too few, for you.")
_NO_LOAN_ELSEWHERE = _(
    "The credit bureau knows of no loans, or of too few, that you had with other lenders."
)
_NEW_TO_US = _("We have no records, or too few, of earlier loans of yours from us.")
_NO_CARD = _("We have no records, or too few, of credit cards of yours from us.")
_NO_BUILDING = _("We know too little of the building that you live in.")

CAUSES: Mapping[Concept, Mapping[str, Cause]] = {
    Concept.EXTERNAL_SCORES: {
        "score_1": Fact(
            _("Your external credit score 1."),
            "EXT_SOURCE_1",
            unknown=_("We got no external credit score 1 for you."),
        ),
        "score_2": Fact(
            _("Your external credit score 2."),
            "EXT_SOURCE_2",
            unknown=_("We got no external credit score 2 for you."),
        ),
        "score_3": Fact(
            _("Your external credit score 3."),
            "EXT_SOURCE_3",
            unknown=_("We got no external credit score 3 for you."),
        ),
        "together": Fact(
            _("Your external credit scores, taken together."),
            "EXT_(MEAN|LOG_ODDS|PRODUCT|1_TIMES_2|1_TIMES_3|2_TIMES_3)",
            unknown=_NO_SCORE,
        ),
        "lowest": Fact(
            _("The lowest of your external credit scores."), "EXT_LOWEST", unknown=_NO_SCORE
        ),
        "highest": Fact(
            _("The highest of your external credit scores."), "EXT_HIGHEST", unknown=_NO_SCORE
        ),
        "spread": Fact(
            _("How far your external credit scores lie apart."),
            "EXT_(SPREAD|DEVIATION|1_TO_2|1_TO_3|2_TO_3)",
            unknown=_NO_SCORE,
        ),
        "known": Fact(_("Which external credit scores there are for you."), "EXT_(KNOWN|PATTERN)"),
        "with_job": Fact(
            _("Your external credit scores together with your time in the present job."),
            "EXT_MEAN_TIMES_EMPLOYED",
        ),
        "with_telephone": Fact(
            _(
                "Your external credit scores together with the time since your telephone "
                "number changed."
            ),
            "EXT_MEAN_TIMES_PHONE",
        ),
        "for_amount": Fact(
            _("Your external credit scores for a loan of this amount."), "CREDIT_TIMES_RISK"
        ),
        "for_instalment": Fact(
            _("Your external credit scores for an instalment of this share of your income."),
            "ANNUITY_TIMES_RISK",
        ),
        "for_length": Fact(
            _("Your external credit scores for a loan of this length."), "TERM_TO_EXT_(MEAN|3)"
        ),
        "for_rate": Fact(
            _("Your external credit scores for a loan at this interest rate."), "RATE_TIMES_RISK"
        ),
        "scores_in_occupation": Fact(
            _("Your external credit scores compared with what is usual in your occupation."),
            "OCCUPATION_SCORE_RATIO",
        ),
        "scores_with_employer": Fact(
            _(
                "Your external credit scores compared with what is usual in the field of "
                "your employer."
            ),
            "EMPLOYER_SCORE_RATIO",
        ),
        "scores_with_education": Fact(
            _(
                "Your external credit scores compared with what is usual for your "
                "education and occupation."
            ),
            "SCHOOLING_SCORE_RATIO",
        ),
    },
    Concept.AFFORDABILITY: {
        "instalment": Fact(
            _("The instalment of the loan compared with your income."),
            "ANNUITY_TO_INCOME|INCOME_LEFT",
        ),
        "amount": Fact(_("The amount of the loan compared with your income."), "CREDIT_TO_INCOME"),
        "interest": Fact(
            _("The interest of the loan compared with your income."), "INTEREST_TO_INCOME"
        ),
        "time_in_job": Fact(
            _("The amount of the loan compared with your time in the present job."),
            "CREDIT_TO_EMPLOYED",
        ),
        "debt": Event(
            _("Your debts with other lenders compared with your income."), "DEBT_TO_INCOME"
        ),
        "card_debt": Event(
            _("Your debts on credit cards of other lenders compared with your income."),
            "CARD_DEBT_TO_INCOME",
        ),
        "open_loans": Event(
            _("Your open loans with other lenders compared with your income."),
            "OPEN_CREDIT_TO_INCOME",
        ),
        "all_debt": Fact(
            _("This loan and your debts with other lenders, together, compared with your income."),
            "ALL_DEBT_TO_INCOME",
        ),
        "all_debt_and_ours": Fact(
            _(
                "This loan, your debts with other lenders and what you still owe us, "
                "together, compared with your income."
            ),
            "ALL_DEBT_AND_RUNNING_TO_INCOME",
        ),
        "all_repayments": Fact(
            _("All your repayments each month, with this loan, compared with your income."),
            "ALL_REPAYMENTS_TO_INCOME|BURDEN_TO_INCOME",
        ),
        "running": Event(
            _("What you still owe us on running loans compared with your income."),
            "RUNNING_TO_INCOME",
        ),
        "paid": Fact(
            _("What you paid us in the last year compared with your income."),
            "PAYMENTS_365D_TO_INCOME",
        ),
        "share_of_income_in_occupation": Fact(
            _(
                "The share of your income that the instalment would take, compared with "
                "what is usual in your occupation."
            ),
            "OCCUPATION_BURDEN_RATIO",
        ),
        "share_of_income_with_employer": Fact(
            _(
                "The share of your income that the instalment would take, compared with "
                "what is usual in the field of your employer."
            ),
            "EMPLOYER_BURDEN_RATIO",
        ),
        "share_of_income_with_education": Fact(
            _(
                "The share of your income that the instalment would take, compared with "
                "what is usual for your education and occupation."
            ),
            "SCHOOLING_BURDEN_RATIO",
        ),
    },
    Concept.LOAN_TERMS: {
        "amount": Fact(_("The amount of the loan that you asked for."), "AMT_CREDIT"),
        "amount_and_other_lenders": Fact(
            _("The amount that you asked for compared with your loans from other lenders."),
            "LOAN_TO_BUREAU_(CREDIT|MAX|LAST|OPEN)",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "amount_and_earlier": Fact(
            _("The amount that you asked for compared with your earlier loans from us."),
            "LOAN_TO_PREVIOUS_(MEAN|MAX|LAST)",
            unknown=_NEW_TO_US,
        ),
        "price": Fact(
            _("The price of the goods that the loan is to pay for."),
            "AMT_GOODS_PRICE",
            unknown=_("You named no goods that the loan is to pay for."),
        ),
        "part_of_price": Fact(
            _("The part of the price of the goods that the loan is to pay for."),
            "CREDIT_TO_GOODS|CREDIT_TO_GOODS_LESS_PREVIOUS|DOWN_PAYMENT|NO_INSURANCE",
            unknown=_("You named no goods that the loan is to pay for."),
        ),
        "kind": Fact(_("The kind of loan that you asked for."), "NAME_CONTRACT_TYPE"),
        "instalment": Fact(_("The instalment of the loan that you asked for."), "AMT_ANNUITY"),
        "instalment_and_earlier": Fact(
            _("The instalment of the loan compared with those of your earlier loans from us."),
            "ANNUITY_TO_(PREVIOUS_(MEAN|MAX|LAST)|NEWEST_INSTALMENT)",
            unknown=_NEW_TO_US,
        ),
        "instalment_and_payments": Fact(
            _("The instalment of the loan compared with what you have paid us at a time so far."),
            "ANNUITY_TO_PAYMENT_(MEAN|MAX)",
            unknown=_NEW_TO_US,
        ),
        "length": Fact(
            _("The length of the loan that you asked for."),
            "CREDIT_TO_ANNUITY|GOODS_TO_ANNUITY|TERM|RATE_TERM",
        ),
        "length_and_earlier": Fact(
            _("The length of the loan compared with that of your earlier loans from us."),
            "TERM_TO_PREVIOUS_(MEAN|LAST)",
            unknown=_NEW_TO_US,
        ),
        "rate": Fact(
            _("The interest rate of the loan that you asked for."), "YEARLY_RATE|GOODS_RATE"
        ),
        "rate_and_earlier": Fact(
            _("The interest rate of the loan compared with that of your earlier loans from us."),
            "RATE_LESS_PREVIOUS_(MEAN|CASH|LAST)",
            unknown=_NEW_TO_US,
        ),
        "cost": Fact(
            _("The interest that the loan would cost in all."),
            "INTEREST_COST|INTEREST|INTEREST_AT_PREVIOUS_TERM",
        ),
        "amount_in_occupation": Fact(
            _("The amount that you asked for compared with what is usual in your occupation."),
            "OCCUPATION_CREDIT_RATIO",
        ),
        "amount_with_employer": Fact(
            _(
                "The amount that you asked for compared with what is usual in the field "
                "of your employer."
            ),
            "EMPLOYER_CREDIT_RATIO",
        ),
        "amount_with_education": Fact(
            _(
                "The amount that you asked for compared with what is usual for your "
                "education and occupation."
            ),
            "SCHOOLING_CREDIT_RATIO",
        ),
        "instalment_in_occupation": Fact(
            _("The instalment of the loan compared with what is usual in your occupation."),
            "OCCUPATION_ANNUITY_RATIO",
        ),
        "instalment_with_employer": Fact(
            _(
                "The instalment of the loan compared with what is usual in the field of "
                "your employer."
            ),
            "EMPLOYER_ANNUITY_RATIO",
        ),
        "instalment_with_education": Fact(
            _(
                "The instalment of the loan compared with what is usual for your "
                "education and occupation."
            ),
            "SCHOOLING_ANNUITY_RATIO",
        ),
    },
    Concept.INCOME: {
        "amount": Fact(_("The amount of your income."), "AMT_INCOME_TOTAL"),
        "amount_in_occupation": Fact(
            _("Your income compared with what is usual in your occupation."),
            "OCCUPATION_INCOME_RATIO",
        ),
        "amount_with_employer": Fact(
            _("Your income compared with what is usual in the field of your employer."),
            "EMPLOYER_INCOME_RATIO",
        ),
        "amount_with_education": Fact(
            _("Your income compared with what is usual for your education and occupation."),
            "SCHOOLING_INCOME_RATIO",
        ),
    },
    Concept.EMPLOYMENT: {
        "time_in_job": Fact(_("The time that you have been in your present job."), "DAYS_EMPLOYED"),
        "income_and_time_in_job": Fact(
            _("Your income compared with your time in the present job."), "INCOME_TO_EMPLOYED"
        ),
        "occupation": Fact(
            _("Your occupation."),
            "OCCUPATION_TYPE|OCCUPATION_(INCOME|SCORE|JOB_TIME)_USUAL",
            unknown=_("You stated no occupation."),
        ),
        "employer": Fact(
            _("The field that your employer works in."),
            "ORGANIZATION_TYPE|EMPLOYER_(INCOME|SCORE|JOB_TIME)_USUAL",
            unknown=_("You stated no field that your employer works in."),
        ),
        "education_and_occupation": Fact(
            _("Your education together with your occupation."),
            "SCHOOLING_(INCOME|SCORE|JOB_TIME)_USUAL",
        ),
        "job_after_registration": Fact(
            _("When you began your present job, compared with the change of your registration."),
            "JOB_AFTER_REGISTRATION",
        ),
        "job_after_papers": Fact(
            _("When you began your present job, compared with the change of your identity papers."),
            "JOB_AFTER_PAPERS",
        ),
        "job_after_loan": Fact(
            _(
                "When you began your present job, compared with your first loan from "
                "another lender."
            ),
            "JOB_AFTER_FIRST_LOAN",
        ),
        "time_in_job_in_occupation": Fact(
            _("Your time in the present job compared with what is usual in your occupation."),
            "OCCUPATION_JOB_TIME_RATIO",
        ),
        "time_in_job_with_employer": Fact(
            _(
                "Your time in the present job compared with what is usual in the field "
                "of your employer."
            ),
            "EMPLOYER_JOB_TIME_RATIO",
        ),
        "time_in_job_with_education": Fact(
            _(
                "Your time in the present job compared with what is usual for your "
                "education and occupation."
            ),
            "SCHOOLING_JOB_TIME_RATIO",
        ),
    },
    Concept.EDUCATION: {
        "level": Fact(_("Your level of education."), "NAME_EDUCATION_TYPE|EDUCATION_RANK"),
    },
    Concept.HOUSING: {
        "kind": Fact(_("The kind of home that you live in."), "NAME_HOUSING_TYPE"),
        "size": Fact(
            _("The size of your home."),
            (
                "APARTMENTS_AVG|LIVINGAPARTMENTS_AVG|LIVINGAREA_AVG|NONLIVINGAPARTMENTS_AVG|"
                "NONLIVINGAREA_AVG|TOTALAREA_MODE|LIVING_SHARE"
            ),
            unknown=_NO_BUILDING,
        ),
        "age": Fact(
            _("The age of the building that you live in."),
            "YEARS_(BEGINEXPLUATATION|BUILD)_AVG",
            unknown=_NO_BUILDING,
        ),
        "grounds": Fact(
            _("The basement, the common area and the land of the building that you live in."),
            "(BASEMENTAREA|COMMONAREA|LANDAREA)_AVG",
            unknown=_NO_BUILDING,
        ),
        "floors": Fact(
            _("The number of floors of the building that you live in."),
            "FLOORS(MAX|MIN)_AVG|FLOORS_BETWEEN",
            unknown=_NO_BUILDING,
        ),
        "entrances": Fact(
            _("The entrances and lifts of the building that you live in."),
            "(ELEVATORS|ENTRANCES)_AVG",
            unknown=_NO_BUILDING,
        ),
        "building": Fact(
            _("The type of building that you live in."), "HOUSETYPE_MODE", unknown=_NO_BUILDING
        ),
        "walls": Fact(
            _("The walls of the building that you live in."),
            "WALLSMATERIAL_MODE",
            unknown=_NO_BUILDING,
        ),
        "repair_fund": Fact(
            _("Who keeps the repair fund of the building that you live in."),
            "FONDKAPREMONT_MODE",
            unknown=_NO_BUILDING,
        ),
        "repair": Fact(
            _("The state of repair of the building that you live in."),
            "EMERGENCYSTATE_MODE",
            unknown=_NO_BUILDING,
        ),
        "known": Fact(_("How much is known about the building that you live in."), "HOUSING_KNOWN"),
        "rating": Fact(
            _("The rating of the building that you live in."), "HOUSING_MEAN", unknown=_NO_BUILDING
        ),
    },
    Concept.ASSETS: {
        "car": Fact(_("Whether you own a car."), "FLAG_OWN_CAR"),
        "age_of_car": Fact(
            _("The age of your car."), "OWN_CAR_AGE", unknown=_("You named no car that you own.")
        ),
        "age_of_car_and_job": Fact(
            _("The age of your car compared with your time in the present job."), "CAR_TO_EMPLOYED"
        ),
        "home": Fact(_("Whether you own a house or flat."), "FLAG_OWN_REALTY"),
    },
    Concept.STABILITY: {
        "home_and_registration": Event(
            _("You do not live in the town where you are registered."), "REG_CITY_NOT_LIVE_CITY"
        ),
        "work_and_registration": Event(
            _("You do not work where you are registered."),
            "REG_(REGION_NOT_WORK_REGION|CITY_NOT_WORK_CITY)",
        ),
        "work_and_home": Event(
            _("You do not work in the town where you live."), "LIVE_CITY_NOT_WORK_CITY"
        ),
        "addresses": Event(
            _("The places where you live, work and are registered differ."), "MISMATCH_COUNT"
        ),
        "registration": Fact(_("The time since your registration changed."), "DAYS_REGISTRATION"),
        "papers": Fact(_("The time since your identity papers were issued."), "DAYS_ID_PUBLISH"),
        "telephone": Fact(
            _("The time since your telephone number changed."), "DAYS_LAST_PHONE_CHANGE"
        ),
        "telephone_and_job": Fact(
            _(
                "The time since your telephone number changed, compared with your time "
                "in the present job."
            ),
            "PHONE_TO_EMPLOYED",
        ),
        "telephone_and_application": Fact(
            _(
                "The time between your latest application to us and the change of your "
                "telephone number."
            ),
            "PHONE_AFTER_APPLICATION",
        ),
        "telephone_and_papers": Fact(
            _(
                "The time between the issue of your identity papers and the change of "
                "your telephone number."
            ),
            "PHONE_AFTER_PAPERS",
        ),
        "papers_and_registration": Fact(
            _(
                "The time between the change of your registration and the issue of your "
                "identity papers."
            ),
            "PAPERS_AFTER_REGISTRATION",
        ),
        "latest_change": Fact(
            _(
                "The time since the latest change of your registration, identity papers "
                "and telephone number."
            ),
            "LATEST_CHANGE",
        ),
    },
    Concept.CONTACT: {
        "work_telephone": Fact(
            _("Whether you gave us a fixed telephone number at work."), "FLAG_WORK_PHONE"
        ),
        "home_telephone": Fact(
            _("Whether you gave us a fixed telephone number at home."), "FLAG_PHONE"
        ),
        "email": Fact(_("Whether you gave us an e-mail address."), "FLAG_EMAIL"),
        "ways": Fact(_("The number of ways to reach you that you gave us."), "CONTACT_COUNT"),
    },
    Concept.DOCUMENTS: {
        "document_3": Fact(_("Whether you handed in document 3 of our list."), "FLAG_DOCUMENT_3"),
        "document_6": Fact(_("Whether you handed in document 6 of our list."), "FLAG_DOCUMENT_6"),
        "document_8": Fact(_("Whether you handed in document 8 of our list."), "FLAG_DOCUMENT_8"),
        "document_16": Fact(
            _("Whether you handed in document 16 of our list."), "FLAG_DOCUMENT_16"
        ),
        "document_18": Fact(
            _("Whether you handed in document 18 of our list."), "FLAG_DOCUMENT_18"
        ),
        "number": Fact(_("The number of documents that you handed in."), "DOCUMENT_COUNT"),
        "unusual": Event(_("The unusual documents that you handed in."), "RARE_DOCUMENT_COUNT"),
        "open_questions": Event(
            _("Questions of the application that were left open."), "FORM_EMPTY"
        ),
    },
    Concept.ENQUIRIES: {
        "week": Event(
            _("Other lenders asked the credit bureau about you in the last week."),
            "AMT_REQ_CREDIT_BUREAU_WEEK",
        ),
        "month": Event(
            _("Other lenders asked the credit bureau about you in the last month."),
            "AMT_REQ_CREDIT_BUREAU_MON|ENQUIRY_COUNT_30D",
        ),
        "quarter": Event(
            _("Other lenders asked the credit bureau about you in the last quarter."),
            "AMT_REQ_CREDIT_BUREAU_QRT",
        ),
        "year": Event(
            _("Other lenders asked the credit bureau about you in the last year."),
            "AMT_REQ_CREDIT_BUREAU_YEAR|ENQUIRY_COUNT",
        ),
        "recent": Event(
            _(
                "The part of the last year’s enquiries about you that fell into the last "
                "three months."
            ),
            "ENQUIRY_SHARE_90D",
        ),
        "without_loan": Event(
            _("Other lenders asked the credit bureau about you, but gave you no loan afterwards."),
            "ENQUIRIES_WITHOUT_LOAN",
        ),
    },
    Concept.OTHER_DEBT: {
        "consumer": Event(
            _("What you owe other lenders on consumer loans."),
            "BUREAU_CONSUMER_(DEBT_SUM|ACTIVE_CREDIT_SUM|DEBT_TO_CREDIT)",
        ),
        "card": Event(
            _("What you owe other lenders on credit cards."),
            "BUREAU_CARD_(DEBT_SUM|ACTIVE_CREDIT_SUM|DEBT_TO_CREDIT|DEBT_TO_DEBT|DEBT_TO_LIMIT)",
        ),
        "car": Event(
            _("What you owe other lenders on car loans."),
            "BUREAU_CAR_(DEBT_SUM|ACTIVE_CREDIT_SUM|DEBT_TO_CREDIT)",
        ),
        "mortgage": Event(
            _("What you owe other lenders on mortgages."),
            "BUREAU_MORTGAGE_(DEBT_SUM|ACTIVE_CREDIT_SUM|DEBT_TO_CREDIT)",
        ),
        "micro": Event(
            _("What you owe other lenders on micro loans."),
            "BUREAU_MICRO_(DEBT_SUM|ACTIVE_CREDIT_SUM|DEBT_TO_CREDIT)",
        ),
        "card_limits": Event(
            _("The card limits that you have with other lenders."), "BUREAU_LIMIT_SUM"
        ),
        "amount": Event(
            _("The debt that you have with other lenders."), "BUREAU_DEBT_(SUM|MAX|MEAN)"
        ),
        "amount_and_loan": Event(
            _("Your debt with other lenders compared with the loan that you asked for."),
            "DEBT_TO_LOAN",
        ),
        "still_owed": Event(
            _("The share of your open loans from other lenders that you still owe."),
            "BUREAU_DEBT_SHARE_(MEAN|MAX)|BUREAU_DEBT_TO_CREDIT|SCORE_TIMES_DEBT_SHARE",
        ),
        "still_owed_lately": Event(
            _("The share of your latest loans from other lenders that you still owe."),
            r"BUREAU_LAST_\d_DEBT_SHARE_MEAN",
        ),
        "behind_plan": Event(
            _("You owe more on loans from other lenders than equal repayments would leave."),
            "BUREAU_BEHIND_PLAN_(MEAN|MAX)",
        ),
        "new": Event(
            _("The debt from loans that you took with other lenders in the last year."),
            "BUREAU_NEW_DEBT_(365D|SHARE)",
        ),
        "due": Event(
            _("The debt with other lenders that falls due within a year."),
            "BUREAU_DUE_(DEBT|SHARE)_365D",
        ),
        "repayments": Event(
            _("What you have to repay to other lenders each month."),
            "BUREAU_ANNUITY_SUM|BUREAU_BURDEN_SUM",
        ),
        "repayments_and_instalment": Event(
            _(
                "What you have to repay to other lenders each month, compared with the "
                "instalment of this loan."
            ),
            "BURDEN_TO_ANNUITY",
        ),
        "ends": Fact(
            _("When your open loans from other lenders are to end."),
            "BUREAU_ENDDATE_(MAX|MEAN|MIN)",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "past_end": Event(
            _("Loans from other lenders are still open after the day on which they were to end."),
            "BUREAU_PAST_END_COUNT",
        ),
        "endless": Event(
            _("Loans from other lenders are open without a day on which they end."),
            "BUREAU_ENDLESS_COUNT",
        ),
        "share_open": Event(
            _("The share of your loans from other lenders that are still open."),
            "BUREAU_ACTIVE_SHARE|SCORE_TIMES_OPEN_SHARE",
        ),
        "number_open": Event(
            _("The number of loans that you have open with other lenders and with us."),
            "OPEN_LOANS",
        ),
    },
    Concept.BUREAU_CONDUCT: {
        "overdue_now": Event(
            _("Payments to other lenders are overdue today."),
            "BUREAU_OVERDUE_NOW|BUREAU_DAYS_OVERDUE_MAX|BUREAU_OVERDUE_TO_DEBT",
        ),
        "overdue": Event(
            _("Payments on loans from other lenders were overdue."),
            (
                "BUREAU_((ACTIVE|CLOSED)_)?OVERDUE_SHARE_MEAN|"
                "BUREAU_OVERDUE_(MAX|SUM|SUM_TO_CREDIT)|BUREAU_EVER_OVERDUE_SHARE"
            ),
        ),
        "overdue_lately": Event(
            _("Payments on your latest loans from other lenders were overdue."),
            r"BUREAU_LAST_\d_OVERDUE_MAX|BUREAU_OVERDUE_MAX_730D",
        ),
        "overdue_and_income": Event(
            _("The highest amount overdue with other lenders compared with your income."),
            "OVERDUE_TO_INCOME",
        ),
        "latest_overdue": Fact(
            _("When you took your latest loan from another lender that was overdue."),
            "BUREAU_OVERDUE_DAYS_CREDIT_LAST",
        ),
        "extended": Event(
            _("Loans from other lenders had to be extended."), "BUREAU_PROLONGED_COUNT"
        ),
        "sold": Event(_("Loans from other lenders were sold or written off."), "BUREAU_SOLD_COUNT"),
        "ended_late": Event(
            _("Loans from other lenders were repaid later than planned."),
            "BUREAU_CLOSED_AFTER_PLAN_(MEAN|MAX)|BUREAU_CLOSED_LATE_SHARE",
        ),
        "ended_early": Event(
            _("Loans from other lenders were repaid earlier than planned."),
            "BUREAU_CLOSED_BEFORE_PLAN_MAX|BUREAU_CLOSED_EARLY_SHARE",
        ),
        "late_months": Event(
            _("Other lenders reported months in which you were past due."),
            "BUREAU_((ACTIVE|CLOSED)_)?LATE_MONTHS_SHARE",
        ),
        "late_months_lately": Event(
            _("Other lenders reported months past due on your latest loans."),
            "BUREAU_LAST_LATE_MONTHS_SHARE",
        ),
        "late_months_3": Event(
            _("Other lenders reported that you were past due in the last 3 months."),
            "BUREAU_LATE_MONTHS_3M",
        ),
        "late_months_6": Event(
            _("Other lenders reported that you were past due in the last 6 months."),
            "BUREAU_LATE_MONTHS_6M",
        ),
        "late_months_12": Event(
            _("Other lenders reported that you were past due in the last year."),
            "BUREAU_LATE_MONTHS_YEAR_SHARE",
        ),
        "late_months_24": Event(
            _("Other lenders reported that you were past due in the last 2 years."),
            "BUREAU_LATE_MONTHS_24M",
        ),
        "very_late": Event(
            _("Other lenders reported that you were more than 30 days past due."),
            "BUREAU_VERY_LATE_MONTHS",
        ),
        "worst": Event(
            _("How long you were past due with other lenders at worst."), "BUREAU_WORST"
        ),
        "recent": Event(
            _("How long ago and how long you were past due with other lenders."),
            "BUREAU_SEVERITY_RECENT",
        ),
        "latest_late_month": Fact(
            _("When you were past due with another lender the last time."), "BUREAU_LAST_LATE_MONTH"
        ),
        "more_often": Event(
            _("You were past due with other lenders more often in the last year than before."),
            "BUREAU_LATE_MONTHS_TREND",
        ),
    },
    Concept.CREDIT_EXPERIENCE: {
        "number": Fact(_("The number of loans from other lenders on your record."), "BUREAU_COUNT"),
        "number_open": Fact(
            _("The number of open loans from other lenders on your record."), "BUREAU_ACTIVE_COUNT"
        ),
        "number_closed": Fact(
            _("The number of loans from other lenders that you have repaid."), "BUREAU_CLOSED_COUNT"
        ),
        "closed_lately": Fact(
            _("The number of loans from other lenders that you have repaid in the last 2 years."),
            "BUREAU_CLOSED_COUNT_730D",
        ),
        "length": Fact(
            _("The length of your credit history with other lenders."),
            (
                "BUREAU_((ACTIVE|CLOSED)_)?DAYS_CREDIT_(FIRST|MEAN)|BUREAU_DAYS_CREDIT_SPREAD|"
                "BUREAU_FIRST_MONTH|BUREAU_MONTHS_KNOWN"
            ),
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "latest": Fact(
            _("The time since your latest loan from another lender."),
            "BUREAU_((ACTIVE|CLOSED)_)?DAYS_CREDIT_LAST",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "third_latest": Fact(
            _("The time since your third latest loan from another lender."),
            "BUREAU_DAYS_CREDIT_THIRD",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "new_3": Event(
            _("You took loans from other lenders in the last 3 months."), "BUREAU_NEW_COUNT_90D"
        ),
        "new_6": Event(
            _("You took loans from other lenders in the last 6 months."), "BUREAU_NEW_COUNT_180D"
        ),
        "new_12": Event(
            _("You took loans from other lenders in the last year."),
            "BUREAU_NEW_(COUNT|CREDIT|SHARE|CREDIT_SHARE)_365D",
        ),
        "new_24": Event(
            _("You took loans from other lenders in the last 2 years."),
            "BUREAU_NEW_(COUNT|CREDIT|SHARE)_730D",
        ),
        "amounts": Fact(
            _("The amounts of your loans from other lenders."),
            "BUREAU_CREDIT_(MEAN|SUM|MAX)",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "amounts_open": Fact(
            _("The amounts of your open loans from other lenders."),
            "BUREAU_ACTIVE_CREDIT_(MEAN|SUM|MAX)",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "amounts_closed": Fact(
            _("The amounts of loans from other lenders that you have repaid."),
            "BUREAU_CLOSED_CREDIT_(MEAN|SUM|MAX)",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "amounts_lately": Fact(
            _("The amounts of your latest loans from other lenders."),
            r"BUREAU_LAST_\d_CREDIT_MEAN|BUREAU_LAST_3_TO_MEAN_CREDIT",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "lengths": Fact(
            _("The planned length of your loans from other lenders."),
            "BUREAU_(CLOSED_)?LENGTH_MEAN|BUREAU_LENGTH_MAX",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "lengths_lately": Fact(
            _("The planned length of your latest loans from other lenders."),
            r"BUREAU_LAST_\d_LENGTH_MEAN",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "actual_lengths": Fact(
            _("How long your loans from other lenders ran."),
            "BUREAU_ACTUAL_LENGTH_MEAN|BUREAU_ACTUAL_TO_PLANNED_LENGTH",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "open_lately": Fact(
            _("The part of your latest loans from other lenders that is still open."),
            r"BUREAU_LAST_\d_ACTIVE_SHARE",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "closed": Fact(
            _("When your loans from other lenders were closed."),
            "BUREAU_DAYS_CLOSED_(LAST|MEAN)|BUREAU_MONTHS_CLOSED_SHARE",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "consumer_share": Fact(
            _("The share of consumer loans among your loans from other lenders."),
            "BUREAU_CONSUMER_SHARE",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "card_share": Fact(
            _("The share of credit cards among your loans from other lenders."),
            "BUREAU_CARD_SHARE",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "car_share": Fact(
            _("The share of car loans among your loans from other lenders."),
            "BUREAU_CAR_SHARE",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "mortgage_share": Fact(
            _("The share of mortgages among your loans from other lenders."),
            "BUREAU_MORTGAGE_SHARE",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "micro_share": Fact(
            _("The share of micro loans among your loans from other lenders."),
            "BUREAU_MICRO_SHARE",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
        "consumer_open": Fact(
            _("The number of your open consumer loans from other lenders."),
            "BUREAU_CONSUMER_ACTIVE_COUNT",
        ),
        "card_open": Fact(
            _("The number of your open credit cards from other lenders."),
            "BUREAU_CARD_ACTIVE_COUNT",
        ),
        "consumer_latest": Fact(
            _("The time since your latest consumer loan from another lender."),
            "BUREAU_CONSUMER_DAYS_CREDIT_LAST",
            unknown=_(
                "The credit bureau knows of no consumer loan that you had with other lenders."
            ),
        ),
        "card_latest": Fact(
            _("The time since your latest credit card from another lender."),
            "BUREAU_CARD_DAYS_CREDIT_LAST",
            unknown=_("The credit bureau knows of no credit card that you had with other lenders."),
        ),
        "kinds": Fact(
            _("The number of kinds of loans that you had with other lenders."), "BUREAU_KIND_COUNT"
        ),
        "latest_is_card": Fact(
            _("Whether your latest loan from another lender is a credit card."), "BUREAU_LAST_CARD"
        ),
        "unreported": Event(
            _("Months of which other lenders reported nothing about your loans."),
            "BUREAU_MONTHS_UNKNOWN_SHARE",
        ),
        "between": Fact(
            _("The time between your loans from other lenders."),
            "BUREAU_DAYS_BETWEEN|BUREAU_DAYS_BETWEEN_TREND",
            unknown=_NO_LOAN_ELSEWHERE,
        ),
    },
    Concept.PAST_APPLICATIONS: {
        "number": Fact(
            _("The number of applications that you have made to us so far."), "PREV_COUNT"
        ),
        "number_3": Event(
            _("You made other applications to us in the last 3 months."), "PREV_COUNT_90D"
        ),
        "number_6": Event(
            _("You made other applications to us in the last 6 months."), "PREV_COUNT_180D"
        ),
        "number_12": Event(
            _("You made other applications to us in the last year."), "PREV_COUNT_365D"
        ),
        "number_24": Event(
            _("You made other applications to us in the last 2 years."), "PREV_COUNT_730D"
        ),
        "same_day": Event(
            _("You made several applications to us on one day."), "PREV_SAME_DAY_COUNT"
        ),
        "approved": Fact(
            _("How many of your earlier applications to us were approved."),
            "PREV_APPROVED_(SHARE|COUNT|COUNT_365D)",
        ),
        "approved_lately": Fact(
            _("How many of your latest applications to us were approved."),
            r"PREV_LAST_\d_APPROVED_SHARE|PREV_APPROVED_TREND",
        ),
        "refused": Event(
            _("Earlier applications that you made to us were refused."),
            "PREV_REFUSED_(SHARE|COUNT|TO_APPROVED|TO_APPROVED_CREDIT)|SCORE_TIMES_REFUSALS",
        ),
        "refused_3": Event(
            _("Applications that you made to us in the last 3 months were refused."),
            "PREV_REFUSED_COUNT_90D",
        ),
        "refused_6": Event(
            _("Applications that you made to us in the last 6 months were refused."),
            "PREV_REFUSED_COUNT_180D",
        ),
        "refused_12": Event(
            _("Applications that you made to us in the last year were refused."),
            "PREV_REFUSED_COUNT_365D",
        ),
        "refused_24": Event(
            _("Applications that you made to us in the last 2 years were refused."),
            "PREV_REFUSED_(COUNT|SHARE)_730D",
        ),
        "refused_lately": Event(
            _("The latest applications that you made to us were refused."),
            r"PREV_LAST_REFUSED|PREV_LAST_\d_REFUSED_SHARE|PREV_REFUSAL_STREAK",
        ),
        "refused_amounts": Fact(
            _("The amounts of earlier applications to us that were refused."),
            "PREV_REFUSED_(CREDIT_(MEAN|MAX)|ANNUITY_MEAN)",
        ),
        "refused_when": Fact(
            _("The time since earlier applications to us were refused."),
            "PREV_REFUSED_DAYS_DECISION_(LAST|MEAN)",
        ),
        "rules": Event(
            _("Earlier applications to us were refused by the rules of our lending policy."),
            "PREV_REJECT_HC_COUNT(_730D)?",
        ),
        "limit": Event(
            _("Earlier applications to us were refused for the credit limit."),
            "PREV_REJECT_LIMIT_COUNT",
        ),
        "score": Event(
            _("Earlier applications to us were refused for their credit score."),
            "PREV_REJECT_SCO_COUNT",
        ),
        "confirmed": Event(
            _("In earlier applications we could not confirm what you stated."),
            "PREV_REJECT_SCOFR_COUNT",
        ),
        "withdrawn": Event(
            _("Earlier applications that you made to us were withdrawn."), "PREV_CANCELED_SHARE"
        ),
        "withdrawn_when": Fact(
            _("The time since you withdrew earlier applications to us."),
            "PREV_CANCELED_DAYS_DECISION_(LAST|MEAN)",
        ),
        "unused": Event(_("Loans that we had approved were not taken up."), "PREV_UNUSED_SHARE"),
        "latest": Fact(
            _("The time since your latest application to us."),
            "PREV_DAYS_DECISION_LAST",
            unknown=_NEW_TO_US,
        ),
        "when": Fact(
            _("When you made your earlier applications to us."),
            "PREV_DAYS_DECISION_(MEAN|FIRST|THIRD)",
            unknown=_NEW_TO_US,
        ),
        "approved_when": Fact(
            _("The time since earlier applications to us were approved."),
            "PREV_APPROVED_DAYS_DECISION_(LAST|MEAN)",
            unknown=_NEW_TO_US,
        ),
        "between": Fact(
            _("The time between your applications to us."),
            "PREV_DAYS_BETWEEN|PREV_DAYS_BETWEEN_TREND",
        ),
        "since_approved": Event(
            _("You made applications to us since we last approved one."),
            "PREV_SINCE_APPROVED_COUNT",
        ),
        "since_approved_refused": Event(
            _("Applications were refused since we last approved one."),
            "PREV_SINCE_APPROVED_REFUSED",
        ),
        "asked": Fact(
            _("The amounts that you asked of us earlier."),
            "PREV_ASKED_(MAX|SUM_365D)|PREV_LAST_3_CREDIT_MEAN",
        ),
        "granted": Event(
            _("We granted you less than you asked for in earlier applications."),
            "PREV_SHORTFALL_MAX",
        ),
        "granted_part": Fact(
            _("The part that we granted of what you asked for in earlier applications."),
            "PREV_GRANTED_MIN",
        ),
        "amount_and_refused": Fact(
            _("The amount that you asked for compared with what we refused earlier."),
            "LOAN_TO_REFUSED_MAX",
        ),
        "amount_and_latest": Fact(
            _("The amount that you asked for compared with your latest application to us."),
            "LOAN_TO_LAST",
            unknown=_NEW_TO_US,
        ),
        "amount_and_highest": Fact(
            _(
                "The amount that you asked for compared with the highest that you asked "
                "for earlier."
            ),
            "LOAN_TO_ASKED_MAX",
            unknown=_NEW_TO_US,
        ),
        "cash": Event(
            _("Earlier applications that you made to us for cash loans."), "PREV_CASH_SHARE"
        ),
        "consumer": Event(
            _("Earlier applications that you made to us for consumer loans."), "PREV_CONSUMER_SHARE"
        ),
        "cards": Event(
            _("Earlier applications that you made to us for credit cards."), "PREV_REVOLVING_SHARE"
        ),
        "relationship": Fact(
            _("Whether you came to us as a new or as a returning client in earlier applications."),
            "PREV_(WALK_IN|NEW_CLIENT|REFRESHED)_SHARE",
        ),
        "yield": Fact(
            _("The level of interest of your earlier applications to us."),
            (
                "PREV_(HIGH_YIELD|LOW_YIELD|INTEREST_FREE|CASH_DEAR|CASH_CHEAP)_SHARE|"
                "PREV_YIELD_MEAN|PREV_LAST_YIELD"
            ),
        ),
        "rates_lately": Fact(
            _("The interest rates of your latest applications to us."), "PREV_LAST_3_RATE_MEAN"
        ),
        "instalments_lately": Fact(
            _("The instalments of your latest applications to us."), "PREV_LAST_3_ANNUITY_MEAN"
        ),
        "lengths_lately": Fact(
            _("The length of the loans in your latest applications to us."), "PREV_LAST_3_TERM_MEAN"
        ),
        "lowest_instalment": Fact(
            _("The lowest instalment of your earlier loans from us."), "PREV_APPROVED_ANNUITY_MIN"
        ),
        "channel": Fact(
            _("The kind of place in which you made earlier applications to us."),
            "PREV_(CASH_OFFICE|AGENT|CONTACT_CENTER|COUNTRY_WIDE|LOCAL)_SHARE",
        ),
        "purpose": Fact(
            _("Whether you named a purpose in earlier applications to us."),
            "PREV_PURPOSE_NAMED_SHARE",
        ),
        "insured": Fact(
            _("Whether you took an insurance in earlier applications to us."), "PREV_INSURED_SHARE"
        ),
        "goods": Fact(
            _("The kind of goods that earlier applications to us were to pay for."),
            "PREV_(MOBILE|ELECTRONICS|HOME_GOODS|INDUSTRY)_SHARE",
        ),
    },
    Concept.PAST_LOANS: {
        "amounts": Fact(
            _("The amounts of your earlier loans from us."),
            "PREV_APPROVED_CREDIT_(MEAN|MAX)",
            unknown=_NEW_TO_US,
        ),
        "amount_applied": Fact(
            _("The amount of your latest application to us."),
            "PREV_LAST_CREDIT",
            unknown=_NEW_TO_US,
        ),
        "amount_latest": Fact(
            _("The amount of your latest loan from us."),
            "PREV_LAST_APPROVED_CREDIT",
            unknown=_NEW_TO_US,
        ),
        "amounts_trend": Fact(
            _("The amount of your latest loan from us compared with those before."),
            "PREV_LAST_TO_MEAN_CREDIT|PREV_CREDIT_TREND",
            unknown=_NEW_TO_US,
        ),
        "instalments": Fact(
            _("The instalments of your earlier loans from us."),
            (
                "PREV_APPROVED_ANNUITY_(MEAN|MAX)|PREV_LAST_APPROVED_ANNUITY|PREV_LAST_ANNUITY|"
                "PREV_ANNUITY_TREND"
            ),
            unknown=_NEW_TO_US,
        ),
        "lengths": Fact(
            _("The number of instalments of your earlier loans from us."),
            (
                "PREV_APPROVED_TERM_(MEAN|MAX)|PREV_LAST_(APPROVED_)?TERM|"
                "POS_TERM_(MEAN|MAX|MIN)|POS_LATEST_TERM|POS_LATEST_TO_MEAN_TERM"
            ),
            unknown=_NEW_TO_US,
        ),
        "interest": Fact(
            _("The interest that your earlier loans from us cost."),
            "PREV_APPROVED_INTEREST_(MEAN|MAX)|PREV_LAST_INTEREST",
            unknown=_NEW_TO_US,
        ),
        "rates": Fact(
            _("The interest rates of your earlier loans from us."),
            (
                "PREV_APPROVED_RATE_(MEAN|MAX|MIN)|PREV_LAST_(APPROVED_)?RATE|"
                "PREV_LAST_3_APPROVED_RATE_MEAN|PREV_(CASH|CONSUMER)_RATE_MEAN|PREV_RATE_TREND"
            ),
            unknown=_NEW_TO_US,
        ),
        "granted": Fact(
            _("The part that we granted of what you asked for."),
            "PREV_APPROVED_GRANTED_(MEAN|MAX)|PREV_LAST_GRANTED",
            unknown=_NEW_TO_US,
        ),
        "down_payments": Fact(
            _("The down payments that you made earlier."), r"PREV_(LAST_)?DOWN_PAYMENT_\w+"
        ),
        "running": Event(
            _("The number of loans from us that are still running."),
            "PREV_RUNNING_COUNT|POS_RUNNING_COUNT",
        ),
        "running_amount": Event(
            _("The amount of your running loans from us."), "PREV_RUNNING_CREDIT_SUM"
        ),
        "running_instalments": Event(
            _("The instalments of your running loans from us."), "PREV_RUNNING_ANNUITY_SUM"
        ),
        "left": Event(
            _("What is left to repay on your running loans from us."),
            r"PREV_RUNNING_(LEFT_SUM|MONTHS_MAX)|POS_LEFT_\w+|POS_LATEST_LEFT(_SHARE)?",
        ),
        "left_and_length": Event(
            _("The instalments left on your running loans compared with the length of this loan."),
            "LEFT_NOW_TO_TERM",
        ),
        "dates": Fact(
            _("When your earlier loans from us began and ended."),
            (
                "PREV_FIRST_(DRAWING|DUE)_LAST|PREV_(PLANNED_)?LAST_DUE_(LAST|MEAN)|"
                "PREV_TERMINATION_LAST|POS_COMPLETED_MONTH|POS_LATEST_FIRST_MONTH"
            ),
            unknown=_NEW_TO_US,
        ),
        "first_due": Fact(
            _("The time between our decisions and the first instalments of your earlier loans."),
            "PREV_FIRST_DUE_AFTER_MEAN",
        ),
        "length_on_record": Fact(
            _("How long we have had loans of yours on record."),
            (
                "POS_MONTHS|POS_FIRST_MONTH|POS_LAST_MONTH|POS_LOAN_MONTHS_MAX|"
                "POS_LATEST_MONTHS|POS_ACTIVE_(RECENT|24M)"
            ),
            unknown=_NEW_TO_US,
        ),
        "number": Fact(_("The number of earlier loans from us on your record."), "POS_LOANS"),
        "completed": Fact(
            _("How many of your earlier loans from us you have repaid in full."),
            "POS_COMPLETED_(COUNT|SHARE)",
        ),
        "changed": Event(
            _("The repayment plan of earlier loans from us was changed."), "POS_CHANGED_SHARE"
        ),
    },
    Concept.PAYMENT_CONDUCT: {
        "late_2": Event(
            _("You paid instalments to us late in the last 2 months."),
            "INST_(LATE_SHARE|LATENESS_MEAN|LATENESS_MAX|LATE_DAYS_SUM|LATE_7_SHARE)_60D",
        ),
        "late_3": Event(
            _("You paid instalments to us late in the last 3 months."),
            (
                "INST_(LATE_SHARE|LATENESS_MEAN|LATENESS_MAX|LATE_DAYS_SUM|LATE_7_SHARE)_90D|"
                "POS_(LATE_SHARE|DPD_MAX)_3M"
            ),
        ),
        "late_6": Event(
            _("You paid instalments to us late in the last 6 months."),
            (
                "INST_(LATE_SHARE|LATENESS_MEAN|LATENESS_MAX|LATE_DAYS_SUM|LATE_7_SHARE)_180D|"
                "POS_(LATE_SHARE|DPD_MAX|DPD_DEF_MEAN)_6M"
            ),
        ),
        "late_12": Event(
            _("You paid instalments to us late in the last year."),
            (
                "INST_(LATE_SHARE|LATENESS_MEAN|LATENESS_MAX|LATE_DAYS_SUM|LATE_7_SHARE)_365D|"
                "POS_(LATE_SHARE|DPD_MAX|DPD_DEF_MEAN)_12M"
            ),
        ),
        "late_24": Event(
            _("You paid instalments to us late in the last 2 years."),
            (
                "INST_(LATE_SHARE|LATENESS_MEAN|LATENESS_MAX|LATE_DAYS_SUM|LATE_7_SHARE)_730D|"
                "POS_(LATE_SHARE|DPD_MAX|DPD_DEF_MEAN)_24M"
            ),
        ),
        "short_2": Event(
            _("You paid us less than the instalments due in the last 2 months."),
            "INST_SHORT_(SHARE|SUM)_60D",
        ),
        "short_3": Event(
            _("You paid us less than the instalments due in the last 3 months."),
            "INST_SHORT_(SHARE|SUM)_90D",
        ),
        "short_6": Event(
            _("You paid us less than the instalments due in the last 6 months."),
            "INST_SHORT_(SHARE|SUM)_180D",
        ),
        "short_12": Event(
            _("You paid us less than the instalments due in the last year."),
            "INST_SHORT_(SHARE|SUM)_365D|SHORT_365D_TO_INCOME",
        ),
        "short_24": Event(
            _("You paid us less than the instalments due in the last 2 years."),
            "INST_SHORT_(SHARE|SUM)_730D",
        ),
        "late_lately": Event(
            _("You paid the latest instalments to us late."),
            (
                r"INST_(LATE_SHARE|LATENESS_MEAN|LATENESS_MAX)_LAST_\d+|"
                r"POS_(LATE_SHARE|DPD_MAX)_LAST_\d"
            ),
        ),
        "short_lately": Event(
            _("You paid us less than the latest instalments due."), r"INST_SHORT_SHARE_LAST_\d+"
        ),
        "late_latest_loan": Event(
            _("You paid instalments of your latest loan from us late."),
            ("INST_NEWEST_(LATE_SHARE|LATENESS_MEAN|LATENESS_MAX)|POS_LATEST_(DPD_MAX|LATE_SHARE)"),
        ),
        "short_latest_loan": Event(
            _("You paid us less than the instalments due on your latest loan."),
            "INST_NEWEST_SHORT_SHARE",
        ),
        "late_first": Event(
            _("You paid the first instalments of loans from us late."),
            "INST_FIRST_(LATE_SHARE|LATENESS_MEAN|LATENESS_MAX)",
        ),
        "late_card_instalments": Event(
            _("You paid instalments on credit cards to us late."),
            "INST_CARD_(LATE_SHARE|LATENESS_MEAN|LATENESS_MAX)",
        ),
        "late": Event(
            _("You paid instalments to us late."),
            (
                "INST_LATE_SHARE|INST_LATENESS_(MEAN|MAX)|INST_LATE_DAYS_(MEAN|SUM|WEIGHTED)|"
                "INST_LATE_WEIGHTED|SCORE_TIMES_LATE"
            ),
        ),
        "late_7": Event(
            _("You paid instalments to us more than 7 days late."), "INST_LATE_7_SHARE"
        ),
        "late_15": Event(
            _("You paid instalments to us more than 15 days late."), "INST_LATE_15_SHARE"
        ),
        "late_30": Event(
            _("You paid instalments to us more than 30 days late."), "INST_LATE_30_SHARE"
        ),
        "late_when": Fact(
            _("The time since you last paid an instalment to us late."), "INST_LAST_LATE_DAY"
        ),
        "later": Event(
            _("You have come to pay us later than you used to."),
            (
                "INST_LATENESS_SLOPE(_365D)?|INST_LATENESS_180D_CHANGE|"
                "INST_LATE_SHARE_365D_CHANGE|INST_LATENESS_LAST_5_CHANGE"
            ),
        ),
        "irregular": Fact(
            _("How much the days vary on which you pay us before or after the due date."),
            "INST_LATENESS_SPREAD",
        ),
        "early": Fact(_("How early you paid instalments to us."), "INST_LATENESS_MIN"),
        "short": Event(
            _("You paid us less than the instalments due."),
            "INST_SHORT_(SHARE|SUM|MAX|WEIGHTED|TO_DUE)|INST_VERY_SHORT_SHARE",
        ),
        "shorter": Event(
            _("You have come to pay us less of your instalments than you used to."),
            "INST_SHORT_SHARE_365D_CHANGE",
        ),
        "part_paid": Fact(
            _("The part of your instalments that you paid us."),
            "INST_PAID_SHARE_(MEAN|SLOPE|SLOPE_365D)|INST_PAID_TO_DUE",
        ),
        "unpaid": Event(_("Instalments due to us were not paid."), "INST_UNPAID_COUNT"),
        "split": Event(_("You paid instalments to us in several parts."), "INST_SPLIT_SHARE"),
        "over": Event(_("You paid us more than the instalments due."), "INST_OVER_(SHARE|SUM)"),
        "payments": Fact(
            _("The amounts that you have paid us so far."),
            "INST_PAYMENT_(SUM|MEAN|MAX|MIN|MAX_TO_MEAN)|INST_CARD_PAID_SUM",
        ),
        "payments_lately": Fact(
            _("The amounts that you have paid us lately."),
            "INST_PAYMENT_SUM_(90D|365D|730D)|INST_PAYMENT_365D_SHARE",
        ),
        "instalments": Fact(
            _("The instalments that were due to us so far."),
            (
                "INST_INSTALMENT_(SUM|MEAN)|INST_NEWEST_INSTALMENT_MAX|"
                "INST_NEWEST_TO_MEAN_INSTALMENT|INST_CARD_SHARE"
            ),
        ),
        "number": Fact(
            _("The number of instalments that were due to us so far."),
            "INST_COUNT|INST_NEWEST_NUMBER",
        ),
        "history": Fact(
            _("How long you have been paying instalments to us."),
            "INST_FIRST_DAY|INST_LOANS_BEGUN",
            unknown=_NEW_TO_US,
        ),
        "latest_payment": Fact(
            _("The time since your latest payment to us."), "INST_LAST_PAID_DAY", unknown=_NEW_TO_US
        ),
        "plan_changed": Event(
            _("The plan of your instalments to us was changed."),
            "INST_VERSION_MAX|INST_CHANGED_SHARE",
        ),
        "ended_late": Event(
            _("Earlier loans from us ended later than planned."),
            "PREV_END_AFTER_PLAN_(MEAN|MAX)|PREV_LAST_END_AFTER_PLAN",
        ),
        "ended_early": Fact(
            _("How early you repaid earlier loans from us."),
            "PREV_END_AFTER_PLAN_MIN|PREV_END_EARLY_SHARE|POS_EARLY_(COUNT|SHARE)",
        ),
        "past_due": Event(
            _("You were past due on loans from us."),
            (
                "POS_LATE_(SHARE|DEF_SHARE|MONTHS|WEIGHTED|LOANS_SHARE|DEF_LOANS)|"
                "POS_DPD_(MAX|DEF_MAX|DEF_MEAN|DEF_WEIGHTED)"
            ),
        ),
        "past_due_7": Event(
            _("You were more than 7 days past due on loans from us."), "POS_LATE_DEF_7_SHARE"
        ),
        "past_due_30": Event(
            _("You were more than 30 days past due on loans from us."), "POS_LATE_30_SHARE"
        ),
        "past_due_when": Fact(
            _("The time since you were last past due on a loan from us."),
            "POS_LAST_LATE_(DEF_)?MONTH",
        ),
        "past_due_more": Event(
            _("You have come to be past due with us longer or more often than you used to."),
            "POS_DPD_DEF_SLOPE(_12M)?|POS_LATE_SHARE_12M_CHANGE",
        ),
        "trouble": Event(
            _("Loans from us were called in, returned or written off."), "POS_TROUBLE_COUNT"
        ),
        "card_past_due": Event(
            _("You were past due on credit cards from us."),
            "CARD_LATE_(SHARE|DEF_SHARE)|CARD_DPD_(MAX|ANY_MAX|MEAN)",
        ),
        "card_past_due_lately": Event(
            _("You were past due on credit cards from us in the last year."),
            "CARD_LATE_SHARE_(6|12)M",
        ),
        "card_past_due_when": Fact(
            _("The time since you were last past due on a credit card from us."),
            "CARD_LAST_LATE_MONTH",
        ),
        "card_short": Event(
            _("You paid less than the minimum on credit cards from us."),
            "CARD_SHORT_SHARE(_6M|_12M)?",
        ),
        "card_minimum": Event(
            _("You paid hardly more than the minimum on credit cards from us."),
            "CARD_MINIMUM_ONLY_SHARE",
        ),
        "card_unpaid": Event(
            _("In some months nothing was paid on credit cards from us though it was due."),
            "CARD_NONE_PAID_SHARE",
        ),
        "card_payments": Fact(
            _("What you pay each month on credit cards from us."),
            (
                "CARD_PAID_(MEAN|MAX|MEAN_6M|MEAN_12M|TO_MINIMUM_MEAN|TO_BALANCE|TO_DRAWN)|"
                "CARD_REPAID_MEAN|CARD_MINIMUM_MEAN"
            ),
            unknown=_NO_CARD,
        ),
    },
    Concept.CARD_USE: {
        "history": Fact(
            _("How long you have had credit cards from us."),
            "CARD_MONTHS|CARD_(FIRST|LAST)_MONTH|CARD_ACTIVE_SHARE",
            unknown=_NO_CARD,
        ),
        "limit": Fact(
            _("The limit of your credit cards from us."),
            "CARD_LIMIT_(MAX|MIN|MEAN|LATEST|CHANGE|RISE)",
            unknown=_NO_CARD,
        ),
        "limit_and_income": Fact(
            _("The limit of your credit cards from us compared with your income."),
            "CARD_LIMIT_TO_INCOME",
            unknown=_NO_CARD,
        ),
        "paid": Fact(
            _("The number of instalments that you have paid on credit cards from us."),
            "CARD_INSTALMENTS_PAID",
        ),
        "balance": Event(
            _("The balance of your credit cards from us."),
            "CARD_BALANCE_(MEAN|MAX|LATEST|MEAN_6M|MEAN_12M)",
        ),
        "balance_and_income": Event(
            _("The balance of your credit cards from us compared with your income."),
            "CARD_BALANCE_(LATEST_)?TO_INCOME",
        ),
        "balance_rises": Event(
            _("The balance of your credit cards from us has risen."), "CARD_BALANCE_SLOPE(_12M)?"
        ),
        "use": Event(
            _("The share of the limit of your credit cards from us that you use."),
            "CARD_USE_(MEAN|MAX|MIN)|SCORE_TIMES_CARD_USE",
        ),
        "use_lately": Event(
            _("The share of the limit of your credit cards from us that you have used lately."),
            r"CARD_USE_(LATEST|(MEAN|MAX)_\d+M)",
        ),
        "use_varies": Event(
            _("How much the use of your credit cards from us varies."), "CARD_USE_SPREAD"
        ),
        "use_rises": Event(
            _("You use more of the limit of your credit cards from us than you used to."),
            "CARD_USE_SLOPE(_12M)?",
        ),
        "use_lately_and_before": Fact(
            _("The use of your credit cards from us in the last months compared with before."),
            "CARD_USE_TREND",
        ),
        "full": Event(
            _("Credit cards from us were used almost to their limit."), "CARD_HIGH_USE_SHARE"
        ),
        "over_limit": Event(
            _("Credit cards from us were used beyond their limit."), "CARD_OVER_LIMIT_SHARE"
        ),
        "idle": Event(_("Months in which credit cards from us were not used."), "CARD_IDLE_SHARE"),
        "interest": Fact(
            _("The part of your card debt that is interest and fees."), "CARD_PRINCIPAL_SHARE"
        ),
        "cash": Event(
            _("Cash drawn by credit cards from us."),
            "CARD_CASH_(SUM|COUNT_MEAN|COUNT_MAX|COUNT_LATEST|MONTHS_SHARE|SHARE)",
        ),
        "cash_lately": Event(
            _("Cash drawn by credit cards from us in the last months."),
            r"CARD_CASH_COUNT_MEAN_\d+M",
        ),
        "cash_when": Fact(
            _("The time since you last drew cash by a credit card from us."), "CARD_LAST_CASH_MONTH"
        ),
        "drawn": Event(
            _("The amounts that you draw on credit cards from us."),
            "CARD_DRAWN_(SUM|MEAN|MAX)|CARD_OTHER_SUM",
        ),
        "drawn_lately": Event(
            _("The amounts that you have drawn on credit cards from us in the last months."),
            r"CARD_DRAWN_MEAN_\d+M|CARD_DRAWN_TREND",
        ),
        "drawn_and_income": Event(
            _("The amounts that you draw on credit cards from us compared with your income."),
            "CARD_DRAWN_12M_TO_INCOME",
        ),
        "drawn_varies": Event(
            _("How much the amounts vary that you draw on credit cards from us."),
            "CARD_DRAWN_SPREAD",
        ),
        "often": Fact(
            _("How often you use credit cards from us."),
            "CARD_DRAWN_(COUNT_MEAN|MONTHS_SHARE)",
            unknown=_NO_CARD,
        ),
        "drawn_when": Fact(
            _("The time since you last used a credit card from us."),
            "CARD_LAST_DRAWN_MONTH",
            unknown=_NO_CARD,
        ),
        "shops": Fact(
            _("What you spend in shops by credit cards from us."),
            "CARD_BOUGHT_(SUM|COUNT_MEAN|SHARE)",
            unknown=_NO_CARD,
        ),
    },
}
