"""Loan applications, as bankers file them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import choices
from applications.exceptions import Frozen
from applications.querysets import LoanApplicationQuerySet

if TYPE_CHECKING:
    from applications.models.decision import Decision

_HIGHEST_AMOUNT = 1e12


def _amount(label: Any, *, lowest: float = 0, help_text: Any = "") -> models.FloatField[Any, Any]:
    """An amount, as the binary number the score is computed from.

    The form and the REST API must agree to the last digit, and nothing here adds amounts up.
    """
    return models.FloatField(
        label,
        null=True,
        blank=True,
        help_text=help_text,
        validators=[MinValueValidator(lowest), MaxValueValidator(_HIGHEST_AMOUNT)],
    )


def _share(label: Any, help_text: Any = "") -> models.FloatField[Any, Any]:
    """A number from 0 to 1."""
    return models.FloatField(
        label,
        null=True,
        blank=True,
        help_text=help_text,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )


def _count(
    label: Any, highest: int, help_text: Any = ""
) -> models.PositiveSmallIntegerField[Any, Any]:
    return models.PositiveSmallIntegerField(
        label,
        null=True,
        blank=True,
        help_text=help_text,
        validators=[MaxValueValidator(highest)],
    )


def _choice(
    label: Any, levels: type[models.TextChoices], help_text: Any = ""
) -> models.CharField[Any, Any]:
    return models.CharField(
        label, max_length=40, choices=levels.choices, blank=True, help_text=help_text
    )


def _yes_no(label: Any, help_text: Any = "") -> models.BooleanField[Any, Any]:
    """Yes, no, or not known."""
    return models.BooleanField(label, null=True, blank=True, help_text=help_text)


def _date(label: Any, help_text: Any = "") -> models.DateField[Any, Any]:
    return models.DateField(label, null=True, blank=True, help_text=help_text)


def _rating(label: Any, help_text: Any = "") -> models.SmallIntegerField[Any, Any]:
    return models.SmallIntegerField(
        label, null=True, blank=True, choices=choices.RegionRating.choices, help_text=help_text
    )


class LoanApplication(models.Model):
    """What a banker files. Editable while a draft, frozen once submitted.

    Everything but the reference may be empty in a draft; the form asks for what a decision
    needs. `applications.home_credit` maps the fields to the columns that are scored.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=24, unique=True, editable=False)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="applications",
        verbose_name=_("banker"),
        editable=False,
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status, default=Status.DRAFT, editable=False
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last changed at"), auto_now=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True, editable=False)
    original = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="counter_offers",
        verbose_name=_("counter-offer to"),
        editable=False,
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)

    # The applicant
    client_number = models.PositiveBigIntegerField(
        _("Client number"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("If the applicant is already a client. Empty for somebody new."),
    )
    first_name = models.CharField(_("First name"), max_length=80, blank=True)
    last_name = models.CharField(_("Last name"), max_length=80, blank=True)
    birth_date = _date(_("Date of birth"))
    education = _choice(_("Education"), choices.Education)
    email = models.EmailField(_("E-mail address"), blank=True)
    phone = models.CharField(_("Phone number"), max_length=30, blank=True)
    gender = _choice(_("Gender"), choices.Gender)
    family_status = _choice(_("Family status"), choices.FamilyStatus)
    has_mobile = _yes_no(_("Mobile phone given"))
    mobile_reachable = _yes_no(_("Mobile phone reachable"))
    has_home_phone = _yes_no(_("Home phone given"))
    has_work_phone = _yes_no(_("Work phone given"))
    has_employer_phone = _yes_no(_("Employer’s phone given"))
    has_email = _yes_no(_("E-mail address given"))
    id_document_date = _date(_("Identity document issued on"))
    registration_date = _date(_("Registration last changed on"))
    phone_changed_date = _date(_("Phone last changed on"))

    # The household
    children = _count(_("Children"), 30)
    family_members = _count(
        _("People in the household"), 40, _("Including the applicant and all children.")
    )
    housing_type = _choice(_("Lives in"), choices.Housing)
    owns_realty = _yes_no(_("Owns a house or flat"))
    owns_car = _yes_no(_("Owns a car"))
    car_age = models.FloatField(
        _("Age of the car"),
        null=True,
        blank=True,
        help_text=_("In years."),
        validators=[MinValueValidator(0), MaxValueValidator(120)],
    )
    accompanied_by = _choice(_("Came to the bank"), choices.Accompaniment)

    # Work and income
    income_type = _choice(_("Income from"), choices.IncomeType)
    employment = _choice(_("In work today"), choices.Employment)
    employed_since = _date(_("Employed since"), _("Start of the present employment."))
    occupation = _choice(_("Occupation"), choices.Occupation)
    organisation = _choice(_("Employer’s field"), choices.Organisation)
    monthly_income = _amount(_("Monthly income"), lowest=1, help_text=_("Before tax, all sources."))

    # The loan
    contract_type = _choice(_("Type of loan"), choices.Contract)
    purpose = _choice(_("Purpose"), choices.Purpose, _("For the file; the score does not use it."))
    amount = _amount(_("Loan amount"), lowest=1)
    annuity = _amount(
        _("Instalment"), help_text=_("The regular payment (annuity) of the repayment plan.")
    )
    goods_price = _amount(
        _("Price of the goods"), help_text=_("If the loan pays for something in particular.")
    )

    # Housing and addresses
    region_rating = _rating(_("Rating of the region"))
    region_city_rating = _rating(_("Rating of the region and town"))
    region_population = _share(
        _("Population of the region"), _("Relative to the country, from 0 to 1.")
    )
    lives_in_registered_region = _yes_no(_("Lives in the region of registration"))
    works_in_registered_region = _yes_no(_("Works in the region of registration"))
    works_in_home_region = _yes_no(_("Works in the region of residence"))
    lives_in_registered_city = _yes_no(_("Lives in the town of registration"))
    works_in_registered_city = _yes_no(_("Works in the town of registration"))
    works_in_home_city = _yes_no(_("Works in the town of residence"))
    house_type = _choice(_("Type of building"), choices.HouseType)
    walls = _choice(_("Walls"), choices.Walls)
    building_unsafe = _yes_no(_("Building declared unsafe"))
    total_area = _share(_("Total area"), _("Relative to other buildings, from 0 to 1."))

    # What others know
    external_score_1 = _share(_("External score 1"))
    external_score_2 = _share(_("External score 2"))
    external_score_3 = _share(_("External score 3"))
    enquiries_hour = _count(_("In the last hour"), 10_000)
    enquiries_day = _count(_("In the last day before that"), 10_000)
    enquiries_week = _count(_("In the last week before that"), 10_000)
    enquiries_month = _count(_("In the last month before that"), 10_000)
    enquiries_quarter = _count(_("In the last quarter before that"), 10_000)
    enquiries_year = _count(_("In the last year before that"), 10_000)
    circle_observed_30 = _count(_("Known people observed for 30 days late"), 10_000)
    circle_late_30 = _count(_("Of these, 30 days late"), 10_000)
    circle_observed_60 = _count(_("Known people observed for 60 days late"), 10_000)
    circle_late_60 = _count(_("Of these, 60 days late"), 10_000)

    objects = LoanApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan application")
        verbose_name_plural = _("loan applications")
        ordering = ["-updated_at"]
        permissions = [
            ("file_application", _("Can file loan applications")),
            ("view_all_applications", _("Can see what every banker filed")),
            ("decide_application", _("Can decide referrals and overrule decisions")),
            ("steer_cut_offs", _("Can propose and activate cut-offs and policy rules")),
        ]
        indexes = [
            models.Index(fields=["filed_by", "-updated_at"], name="application_of_banker"),
            models.Index(fields=["filed_by", "status", "-updated_at"], name="application_waiting"),
            models.Index(fields=["-updated_at", "-id"], name="application_newest"),
            models.Index(fields=["client_number"], name="application_client"),
            models.Index(fields=["last_name"], name="application_last_name"),
            models.Index(fields=["amount"], name="application_amount"),
            models.Index(fields=["contract_type", "amount", "id"], name="application_segment"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["original", "version"], name="application_one_of_each_version"
            ),
            models.CheckConstraint(
                condition=models.Q(original__isnull=True, version=1)
                | models.Q(original__isnull=False, version__gt=1),
                name="application_later_versions_have_an_original",
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft", submitted_at__isnull=True)
                | models.Q(status="submitted", submitted_at__isnull=False),
                name="application_submitted_has_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft")
                | models.Q(
                    birth_date__isnull=False, monthly_income__isnull=False, amount__isnull=False
                ),
                name="application_submitted_is_complete",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__gt=0),
                name="application_amount_is_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(monthly_income__isnull=True) | models.Q(monthly_income__gt=0),
                name="application_income_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """The result once submitted, the form until then."""
        name = "applications:edit" if self.is_draft else "applications:detail"
        return reverse(name, args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def applicant(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def decision(self) -> Decision | None:
        """The decision in force: the latest one."""
        return max(self.decisions.all(), key=lambda decision: decision.number, default=None)

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> LoanApplication:
        application = super().from_db(*args, **kwargs)
        application._frozen = application.__dict__.get("status") == cls.Status.SUBMITTED
        return application

    _frozen = False

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._frozen:
            raise Frozen("A submitted application cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if self._frozen:
            raise Frozen("A submitted application cannot be deleted.")
        return super().delete(*args, **kwargs)


class ReferenceCounter(models.Model):
    """The last reference given in a year; its row is locked while one is given."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    last = models.PositiveIntegerField(_("last number given"), default=0)

    class Meta:
        verbose_name = _("reference counter")
        verbose_name_plural = _("reference counters")

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
