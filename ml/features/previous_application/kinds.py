"""What earlier applications were for, and through which channel they came."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Feature
from ml.features.policy import highest, mean, share
from ml.features.previous_application.columns import feature, rank

_PAST = Concept.PAST_APPLICATIONS
_TYPE = pl.col("NAME_CONTRACT_TYPE")
_CLIENT = pl.col("NAME_CLIENT_TYPE")
_YIELD = pl.col("NAME_YIELD_GROUP")
_CHANNEL = pl.col("CHANNEL_TYPE")
_PRODUCT = pl.col("PRODUCT_COMBINATION")
_GOODS = pl.col("NAME_GOODS_CATEGORY")

_KINDS = {
    "CASH": ("for cash loans", _TYPE == "Cash loans"),
    "CONSUMER": ("for consumer loans", _TYPE == "Consumer loans"),
    "REVOLVING": ("for cards", _TYPE == "Revolving loans"),
    "WALK_IN": ("as a walk-in client", pl.col("NAME_PRODUCT_TYPE") == "walk-in"),
    "NEW_CLIENT": ("as a new client", _CLIENT == "New"),
    "REFRESHED": ("as a returning client", _CLIENT == "Refreshed"),
    "HIGH_YIELD": ("at a high interest rate", _YIELD == "high"),
    "LOW_YIELD": ("at a low interest rate", _YIELD.is_in(["low_normal", "low_action"])),
    "CASH_OFFICE": ("in a credit and cash office", _CHANNEL == "Credit and cash offices"),
    "AGENT": ("through an agent", _CHANNEL == "AP+ (Cash loan)"),
    "CONTACT_CENTER": ("through the contact centre", _CHANNEL == "Contact center"),
    "COUNTRY_WIDE": ("through a country-wide chain", _CHANNEL == "Country-wide"),
    "LOCAL": ("through a regional or local shop", _CHANNEL == "Regional / Local"),
    "PURPOSE_NAMED": ("naming a purpose", pl.col("NAME_CASH_LOAN_PURPOSE").is_not_null()),
    "INSURED": ("with insurance", pl.col("NFLAG_INSURED_ON_APPROVAL") == 1),
    "MOBILE": ("for a mobile phone", _GOODS == "Mobile"),
    "ELECTRONICS": (
        "in an electronics shop",
        pl.col("NAME_SELLER_INDUSTRY") == "Consumer electronics",
    ),
    "HOME_GOODS": (
        "in a shop for furniture or clothing",
        pl.col("NAME_SELLER_INDUSTRY").is_in(["Furniture", "Clothing"]),
    ),
    "INDUSTRY": ("for goods of the industry", _PRODUCT.str.starts_with("POS industry")),
    "INTEREST_FREE": ("for goods without interest", _PRODUCT.str.ends_with("without interest")),
    "CASH_DEAR": (
        "for dear cash loans",
        _PRODUCT.is_in(["Cash X-Sell: high", "Cash Street: high", "Cash Street: middle"]),
    ),
    "CASH_CHEAP": ("for cheap cash loans", _PRODUCT.is_in(["Cash X-Sell: low"])),
}


def aggregates() -> Iterator[Feature]:
    """Features over one client's applications."""
    for code, (words, where) in _KINDS.items():
        yield feature(
            f"{code}_SHARE", f"Share of earlier applications {words}", _PAST, share(where)
        )
    yield_rank = pl.col("yield_rank")
    for name, label, expr in (
        (
            "SHOP_AREA_MEAN",
            "Average size of the shops of earlier applications",
            mean(pl.col("shop_area")),
        ),
        (
            "HOUR_MEAN",
            "Average hour of the day of earlier applications",
            mean(pl.col("HOUR_APPR_PROCESS_START")),
        ),
        (
            "YIELD_MEAN",
            "Average level of interest of earlier applications, from 0 to 3",
            mean(yield_rank),
        ),
        (
            "LAST_YIELD",
            "Level of interest of the latest earlier application, from 0 to 3",
            highest(yield_rank, rank == 0),
        ),
    ):
        yield feature(name, label, _PAST, expr)
