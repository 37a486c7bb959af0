"""How the application form is laid out: sections, and groups of fields in them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Group:
    """Fields that belong together. A folded group opens on demand: it is rarely filled in."""

    fields: tuple[str, ...]
    title: Promise | str = ""
    intro: Promise | str = ""
    folded: bool = False


@dataclass(frozen=True)
class Section:
    slug: str
    title: Promise | str
    intro: Promise | str
    icon: str
    groups: tuple[Group, ...]


SECTIONS: tuple[Section, ...] = (
    Section(
        slug="applicant",
        title=_("Applicant"),
        intro=_("Who is asking for the loan."),
        icon="id",
        groups=(
            Group(("first_name", "last_name", "birth_date", "education", "email", "phone")),
            Group(
                ("gender", "family_status"),
                title=_("For fairness reports only"),
                intro=_(
                    "Kept beside the score and never used by it. The bank needs these to show "
                    "that it treats everybody alike."
                ),
            ),
            Group(
                (
                    "has_mobile",
                    "mobile_reachable",
                    "has_home_phone",
                    "has_work_phone",
                    "has_employer_phone",
                    "has_email",
                    "id_document_date",
                    "registration_date",
                    "phone_changed_date",
                ),
                title=_("Contact details and documents"),
                intro=_("What the applicant gave, and when the papers were last changed."),
                folded=True,
            ),
        ),
    ),
    Section(
        slug="household",
        title=_("Household"),
        intro=_("Who lives with the applicant, and what they own."),
        icon="users",
        groups=(
            Group(
                (
                    "children",
                    "family_members",
                    "housing_type",
                    "accompanied_by",
                    "owns_realty",
                    "owns_car",
                    "car_age",
                )
            ),
        ),
    ),
    Section(
        slug="work",
        title=_("Work and income"),
        intro=_("What the instalments will be paid from."),
        icon="briefcase",
        groups=(
            Group(
                (
                    "monthly_income",
                    "income_type",
                    "employment",
                    "employed_since",
                    "occupation",
                    "organisation",
                )
            ),
        ),
    ),
    Section(
        slug="loan",
        title=_("The loan"),
        intro=_("What is asked for."),
        icon="cash",
        groups=(Group(("contract_type", "purpose", "amount", "annuity", "goods_price")),),
    ),
    Section(
        slug="housing",
        title=_("Housing and addresses"),
        intro=_("Where the applicant lives and works. Leave out what you do not know."),
        icon="building",
        groups=(
            Group(("region_rating", "region_city_rating", "region_population")),
            Group(
                (
                    "lives_in_registered_region",
                    "works_in_registered_region",
                    "works_in_home_region",
                    "lives_in_registered_city",
                    "works_in_registered_city",
                    "works_in_home_city",
                ),
                title=_("Do the addresses agree?"),
                folded=True,
            ),
            Group(
                ("house_type", "walls", "building_unsafe", "total_area"),
                title=_("The building"),
                folded=True,
            ),
        ),
    ),
    Section(
        slug="external",
        title=_("External information"),
        intro=_("From credit bureaux and other sources. Each figure makes the score surer."),
        icon="shield-check",
        groups=(
            Group(
                ("external_score_1", "external_score_2", "external_score_3"),
                title=_("External credit scores"),
                intro=_("From 0 (weak) to 1 (strong), as delivered."),
            ),
            Group(
                (
                    "enquiries_hour",
                    "enquiries_day",
                    "enquiries_week",
                    "enquiries_month",
                    "enquiries_quarter",
                    "enquiries_year",
                ),
                title=_("Enquiries at the credit bureau"),
                intro=_("How often others asked about the applicant before today."),
                folded=True,
            ),
            Group(
                (
                    "circle_observed_30",
                    "circle_late_30",
                    "circle_observed_60",
                    "circle_late_60",
                ),
                title=_("People the applicant knows"),
                intro=_("How many of them have loans, and how many are late with one."),
                folded=True,
            ),
        ),
    ),
)
