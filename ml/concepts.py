"""The concepts a credit decision is explained by, in a banker's words.

Every feature belongs to one concept. Codes are stored with explanations, so they stay
as they are; the words may improve.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Words(NamedTuple):
    """What is said about a concept."""

    label: str
    lowers_risk: str
    raises_risk: str


class Concept(StrEnum):
    """A group of features that a banker thinks of as one thing.

    >>> Concept.AFFORDABILITY.label
    'Affordability'
    >>> Concept("external_scores").sentence_against
    'The scores from external agencies are weak.'
    """

    EXTERNAL_SCORES = "external_scores"
    AFFORDABILITY = "affordability"
    LOAN_TERMS = "loan_terms"
    INCOME = "income"
    EMPLOYMENT = "employment"
    EDUCATION = "education"
    AGE = "age"
    HOUSEHOLD = "household"
    HOUSING = "housing"
    ASSETS = "assets"
    REGION = "region"
    STABILITY = "stability"
    CONTACT = "contact"
    DOCUMENTS = "documents"
    SOCIAL_CIRCLE = "social_circle"
    ENQUIRIES = "enquiries"
    OTHER_DEBT = "other_debt"
    BUREAU_CONDUCT = "bureau_conduct"
    CREDIT_EXPERIENCE = "credit_experience"
    PAST_APPLICATIONS = "past_applications"
    PAST_LOANS = "past_loans"
    PAYMENT_CONDUCT = "payment_conduct"
    CARD_USE = "card_use"

    @property
    def label(self) -> str:
        """The concept's name."""
        return _WORDS[self].label

    @property
    def sentence_for(self) -> str:
        """What is said when the concept lowers the risk."""
        return _WORDS[self].lowers_risk

    @property
    def sentence_against(self) -> str:
        """What is said when the concept raises the risk."""
        return _WORDS[self].raises_risk


_WORDS: dict[Concept, Words] = {
    Concept.EXTERNAL_SCORES: Words(
        "External credit scores",
        "The scores from external agencies are good.",
        "The scores from external agencies are weak.",
    ),
    Concept.AFFORDABILITY: Words(
        "Affordability",
        "The repayments look affordable for this income.",
        "The repayments are heavy for this income.",
    ),
    Concept.LOAN_TERMS: Words(
        "The loan asked for",
        "The amount, price and length of the loan are of a kind that is usually repaid.",
        "The amount, price and length of the loan are of a kind that is repaid less often.",
    ),
    Concept.INCOME: Words(
        "Income",
        "The amount and kind of income speak for repayment.",
        "The amount and kind of income speak against repayment.",
    ),
    Concept.EMPLOYMENT: Words(
        "Work",
        "The occupation, the employer and the time in the job speak for a steady income.",
        "The occupation, the employer or the time in the job speak for a less steady income.",
    ),
    Concept.EDUCATION: Words(
        "Education",
        "Applicants with this education repay more often.",
        "Applicants with this education repay less often.",
    ),
    Concept.AGE: Words(
        "Age",
        "Applicants of this age repay more often.",
        "Applicants of this age repay less often.",
    ),
    Concept.HOUSEHOLD: Words(
        "Household",
        "The number of dependants leaves room for the repayments.",
        "The number of dependants leaves less room for the repayments.",
    ),
    Concept.HOUSING: Words(
        "Housing",
        "The home and the building speak for stable circumstances.",
        "The home and the building speak for less stable circumstances.",
    ),
    Concept.ASSETS: Words(
        "Property and car",
        "What the applicant owns speaks for repayment.",
        "The applicant owns little that speaks for repayment.",
    ),
    Concept.REGION: Words(
        "Region",
        "Applicants from this region repay more often.",
        "Applicants from this region repay less often.",
    ),
    Concept.STABILITY: Words(
        "Stability of address and papers",
        "Address, identity papers and telephone have long been the same.",
        "Address, identity papers or telephone changed recently or do not match.",
    ),
    Concept.CONTACT: Words(
        "Ways to be reached",
        "The applicant gave good ways to be reached.",
        "The applicant gave few ways to be reached.",
    ),
    Concept.DOCUMENTS: Words(
        "Documents",
        "The documents handed in speak for repayment.",
        "The documents handed in leave open questions.",
    ),
    Concept.SOCIAL_CIRCLE: Words(
        "Social surroundings",
        "People around the applicant repay their loans.",
        "Some people around the applicant did not repay their loans.",
    ),
    Concept.ENQUIRIES: Words(
        "Credit enquiries",
        "Lenders have asked about the applicant rarely, a sign of little new borrowing.",
        "Lenders have asked about the applicant often, a sign of new borrowing.",
    ),
    Concept.OTHER_DEBT: Words(
        "Debts with other lenders",
        "The debts with other lenders are moderate.",
        "The debts with other lenders are heavy.",
    ),
    Concept.BUREAU_CONDUCT: Words(
        "Repayment to other lenders",
        "Loans with other lenders were repaid on time.",
        "Loans with other lenders were overdue or extended.",
    ),
    Concept.CREDIT_EXPERIENCE: Words(
        "Length of credit history",
        "The applicant has a settled credit history.",
        "The credit history is short, or much of it is new.",
    ),
    Concept.PAST_APPLICATIONS: Words(
        "Earlier applications with us",
        "Earlier applications with us went well.",
        "Earlier applications with us were refused, withdrawn or very recent.",
    ),
    Concept.PAST_LOANS: Words(
        "Earlier loans with us",
        "The terms of earlier loans with us speak for repayment.",
        "The terms of earlier loans with us speak against repayment.",
    ),
    Concept.PAYMENT_CONDUCT: Words(
        "Repayment to us",
        "Instalments to us were paid in full and on time.",
        "Instalments to us were late or short.",
    ),
    Concept.CARD_USE: Words(
        "Use of credit cards",
        "Credit cards with us are used with restraint.",
        "Credit cards with us are used close to their limit, or much for cash.",
    ),
}
