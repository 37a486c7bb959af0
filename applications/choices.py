"""What a banker chooses from. Each value is the level Home Credit's column holds."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Decided(models.TextChoices):
    """The outcome of a decision, said of the application it was made on."""

    APPROVED = "approve", _("Approved")
    REFERRED = "refer", _("Referred")
    DECLINED = "decline", _("Declined")


class OverrideReason(models.TextChoices):
    """Why a manager decides otherwise than the cut-offs and the policy."""

    NEW_DOCUMENTS = "new_documents", _("New documents change the picture")
    SECURITY = "security", _("Security or a guarantor is given")
    RELATIONSHIP = "relationship", _("Long and good relationship with the client")
    BUDGET = "budget", _("The household budget was checked in person")
    DATA_ERROR = "data_error", _("The data the score used was wrong")
    HIDDEN_RISK = "hidden_risk", _("A risk that the score does not know")
    FRAUD = "fraud", _("Suspicion of fraud")
    OTHER = "other", _("Another reason, explained in the comment")


class Gender(models.TextChoices):
    FEMALE = "F", _("Female")
    MALE = "M", _("Male")
    OTHER = "XNA", _("Other or not stated")


class FamilyStatus(models.TextChoices):
    MARRIED = "Married", _("Married")
    CIVIL_MARRIAGE = "Civil marriage", _("Civil partnership")
    SINGLE = "Single / not married", _("Single")
    SEPARATED = "Separated", _("Separated or divorced")
    WIDOWED = "Widow", _("Widowed")
    UNKNOWN = "Unknown", _("Not stated")


class Education(models.TextChoices):
    LOWER_SECONDARY = "Lower secondary", _("Lower secondary school")
    SECONDARY = "Secondary / secondary special", _("Secondary or vocational school")
    INCOMPLETE_HIGHER = "Incomplete higher", _("Higher education, not completed")
    HIGHER = "Higher education", _("Higher education")
    ACADEMIC = "Academic degree", _("Doctorate or academic title")


class Accompaniment(models.TextChoices):
    ALONE = "Unaccompanied", _("Alone")
    FAMILY = "Family", _("With family")
    PARTNER = "Spouse, partner", _("With spouse or partner")
    CHILDREN = "Children", _("With children")
    GROUP = "Group of people", _("With a group of people")
    OTHER_A = "Other_A", _("With someone else (A)")
    OTHER_B = "Other_B", _("With someone else (B)")


class Housing(models.TextChoices):
    OWN = "House / apartment", _("Own house or flat")
    RENTED = "Rented apartment", _("Rented flat")
    WITH_PARENTS = "With parents", _("With parents")
    MUNICIPAL = "Municipal apartment", _("Municipal flat")
    OFFICE = "Office apartment", _("Flat provided by the employer")
    CO_OP = "Co-op apartment", _("Co-operative flat")


class IncomeType(models.TextChoices):
    WORKING = "Working", _("Employee")
    COMMERCIAL_ASSOCIATE = "Commercial associate", _("Commercial associate")
    STATE_SERVANT = "State servant", _("Civil servant")
    PENSIONER = "Pensioner", _("Pensioner")
    BUSINESSMAN = "Businessman", _("Business owner")
    STUDENT = "Student", _("Student")
    MATERNITY_LEAVE = "Maternity leave", _("On parental leave")
    UNEMPLOYED = "Unemployed", _("Unemployed")


class Employment(models.TextChoices):
    """Whether `DAYS_EMPLOYED` is a number of days or the sentinel for nobody's employee."""

    IN_WORK = "in_work", _("In work")
    NOT_IN_WORK = "not_in_work", _("Not in work (pensioner, unemployed)")


class Occupation(models.TextChoices):
    ACCOUNTANTS = "Accountants", _("Accountancy")
    CLEANING = "Cleaning staff", _("Cleaning")
    COOKING = "Cooking staff", _("Cooking")
    CORE = "Core staff", _("Core staff")
    DRIVERS = "Drivers", _("Driving")
    HIGH_SKILL_TECH = "High skill tech staff", _("Highly skilled technical work")
    HUMAN_RESOURCES = "HR staff", _("Human resources")
    INFORMATION_TECHNOLOGY = "IT staff", _("Information technology")
    LABORERS = "Laborers", _("Skilled manual work")
    LOW_SKILL = "Low-skill Laborers", _("Unskilled manual work")
    MANAGERS = "Managers", _("Management")
    MEDICINE = "Medicine staff", _("Medicine and care")
    PRIVATE_SERVICE = "Private service staff", _("Private services")
    REALTY = "Realty agents", _("Real estate")
    SALES = "Sales staff", _("Sales")
    SECRETARIES = "Secretaries", _("Office administration")
    SECURITY = "Security staff", _("Security")
    WAITERS = "Waiters/barmen staff", _("Bar and restaurant service")


class Organisation(models.TextChoices):
    ADVERTISING = "Advertising", _("Advertising")
    AGRICULTURE = "Agriculture", _("Agriculture")
    BANK = "Bank", _("Banking")
    BUSINESS_1 = "Business Entity Type 1", _("Company, type 1")
    BUSINESS_2 = "Business Entity Type 2", _("Company, type 2")
    BUSINESS_3 = "Business Entity Type 3", _("Company, type 3")
    CLEANING = "Cleaning", _("Cleaning")
    CONSTRUCTION = "Construction", _("Construction")
    CULTURE = "Culture", _("Culture")
    ELECTRICITY = "Electricity", _("Electricity")
    EMERGENCY = "Emergency", _("Emergency services")
    GOVERNMENT = "Government", _("Government")
    HOTEL = "Hotel", _("Hotels")
    HOUSING = "Housing", _("Housing")
    INDUSTRY_1 = "Industry: type 1", _("Industry, type 1")
    INDUSTRY_2 = "Industry: type 2", _("Industry, type 2")
    INDUSTRY_3 = "Industry: type 3", _("Industry, type 3")
    INDUSTRY_4 = "Industry: type 4", _("Industry, type 4")
    INDUSTRY_5 = "Industry: type 5", _("Industry, type 5")
    INDUSTRY_6 = "Industry: type 6", _("Industry, type 6")
    INDUSTRY_7 = "Industry: type 7", _("Industry, type 7")
    INDUSTRY_8 = "Industry: type 8", _("Industry, type 8")
    INDUSTRY_9 = "Industry: type 9", _("Industry, type 9")
    INDUSTRY_10 = "Industry: type 10", _("Industry, type 10")
    INDUSTRY_11 = "Industry: type 11", _("Industry, type 11")
    INDUSTRY_12 = "Industry: type 12", _("Industry, type 12")
    INDUSTRY_13 = "Industry: type 13", _("Industry, type 13")
    INSURANCE = "Insurance", _("Insurance")
    KINDERGARTEN = "Kindergarten", _("Kindergarten")
    LEGAL = "Legal Services", _("Legal services")
    MEDICINE = "Medicine", _("Medicine")
    MILITARY = "Military", _("Armed forces")
    MOBILE = "Mobile", _("Mobile telephony")
    OTHER = "Other", _("Other")
    POLICE = "Police", _("Police")
    POSTAL = "Postal", _("Postal services")
    REALTOR = "Realtor", _("Real estate")
    RELIGION = "Religion", _("Religion")
    RESTAURANT = "Restaurant", _("Restaurants")
    SCHOOL = "School", _("School")
    SECURITY = "Security", _("Security")
    SECURITY_MINISTRIES = "Security Ministries", _("Interior and security ministries")
    SELF_EMPLOYED = "Self-employed", _("Self-employed")
    SERVICES = "Services", _("Services")
    TELECOM = "Telecom", _("Telecommunications")
    TRADE_1 = "Trade: type 1", _("Trade, type 1")
    TRADE_2 = "Trade: type 2", _("Trade, type 2")
    TRADE_3 = "Trade: type 3", _("Trade, type 3")
    TRADE_4 = "Trade: type 4", _("Trade, type 4")
    TRADE_5 = "Trade: type 5", _("Trade, type 5")
    TRADE_6 = "Trade: type 6", _("Trade, type 6")
    TRADE_7 = "Trade: type 7", _("Trade, type 7")
    TRANSPORT_1 = "Transport: type 1", _("Transport, type 1")
    TRANSPORT_2 = "Transport: type 2", _("Transport, type 2")
    TRANSPORT_3 = "Transport: type 3", _("Transport, type 3")
    TRANSPORT_4 = "Transport: type 4", _("Transport, type 4")
    UNIVERSITY = "University", _("University")
    NONE = "XNA", _("None (not in work)")


class Contract(models.TextChoices):
    CASH = "Cash loans", _("Cash loan")
    REVOLVING = "Revolving loans", _("Revolving credit")


class Purpose(models.TextChoices):
    """Kept beside the model, which never learned from it."""

    HOME = "home", _("Home and renovation")
    VEHICLE = "vehicle", _("Vehicle")
    EQUIPMENT = "equipment", _("Household equipment")
    EDUCATION = "education", _("Education")
    HEALTH = "health", _("Health")
    REFINANCING = "refinancing", _("Repaying other loans")
    BUSINESS = "business", _("Business")
    OTHER = "other", _("Other")


class RegionRating(models.IntegerChoices):
    BEST = 1, _("1 – best")
    MIDDLE = 2, _("2 – middle")
    WEAKEST = 3, _("3 – weakest")
    UNRATED = -1, _("Not rated")


class HouseType(models.TextChoices):
    FLATS = "block of flats", _("Block of flats")
    TERRACED = "terraced house", _("Terraced house")
    SPECIFIC = "specific housing", _("Special housing")


class Walls(models.TextChoices):
    PANEL = "Panel", _("Panel")
    STONE = "Stone, brick", _("Stone or brick")
    BLOCK = "Block", _("Block")
    WOODEN = "Wooden", _("Wood")
    MIXED = "Mixed", _("Mixed")
    MONOLITHIC = "Monolithic", _("Monolithic concrete")
    OTHERS = "Others", _("Other")
