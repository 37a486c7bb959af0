"""Examples for the API's documentation. All people in them are made up."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

APPLICATION = {
    "first_name": "Anna",
    "last_name": "Keller",
    "birth_date": "1985-04-12",
    "education": "Higher education",
    "children": 1,
    "family_members": 3,
    "housing_type": "House / apartment",
    "owns_realty": True,
    "owns_car": False,
    "income_type": "Working",
    "employment": "in_work",
    "employed_since": "2015-09-01",
    "monthly_income": 4200,
    "contract_type": "Cash loans",
    "purpose": "home",
    "amount": 45000,
    "annuity": 1470.5,
    "goods_price": 45000,
    "external_score_2": 0.6,
}
_SCORE = "3f0c2a7e-6f0e-4a53-9d0c-8a3c1c9b7d10"


def _sent(name: str, value: object) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


FILED = [
    _sent("Filed and decided at once", {**APPLICATION, "submit": True}),
    _sent("A known client; what is left out stays open", {**APPLICATION, "client_number": 100001}),
    _sent("A draft", {"last_name": "Keller", "amount": 45000}),
]
CHANGED = [
    _sent(
        "Another amount",
        {"version": "2026-03-02T09:41:07.120331+00:00", "amount": 40000, "annuity": 1310},
    )
]
SEEN = [_sent("As it was read", {"version": "1-referred"})]
HELD = [_sent("As it was read", {"version": "1-claimed"})]
ASKED = [_sent("A question", {"version": "1-claimed", "question": "Which rent does she pay?"})]
ANSWERED = [_sent("An answer", {"version": "1-returned", "text": "1,100 a month, see the lease."})]
DECIDED = [
    _sent(
        "Approved by a manager",
        {
            "version": "1-claimed",
            "outcome": "approve",
            "reason_code": "security",
            "comment": "Her brother stands surety for the whole sum.",
        },
    )
]
SETTLED = [_sent("Agreed", {"agrees": True, "answer": "The surety is good for it."})]
TRIED = [
    _sent("A smaller loan", {"amount": 36000, "instalments": 36}),
    _sent("Own money, and a co-borrower", {"down_payment": 5000, "extra_income": 1500}),
]
OFFERED = [
    _sent(
        "What was tried",
        {
            "amount": 36000,
            "instalments": 36,
            "offer_number": 2,
            "stamp": "9b1f3c5d7e9a1b3c-4",
        },
    )
]
NOTED = [_sent("A note", {"text": "Called on Monday; she sends the payslips."})]
LETTER = [_sent("In English", {"language": "en"})]
HAPPENED = [
    _sent(
        "One loan, by its application",
        {"reference": "A-2026-000123", "defaulted": False, "observed_on": "2026-11-02"},
    ),
    _sent(
        "Several loans",
        [
            {"score_id": _SCORE, "defaulted": True, "observed_on": "2026-11-02"},
            {
                "client_id": 100001,
                "scored_on": "2026-02-14",
                "defaulted": False,
                "observed_on": "2026-11-02",
            },
        ],
    ),
]
