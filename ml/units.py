"""In which unit a feature counts, read off its words.

Labels are written in a fixed manner ("Share of ...", "Number of ...", "... against ..."), so the
unit follows from them and need not be declared for each of several hundred features.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Unit(StrEnum):
    """What a feature's number counts."""

    YES_NO = "yes_no"
    AMOUNT = "amount"
    SHARE = "share"  # 0 to 1, also rates
    TIMES = "times"  # one amount over another
    AGO = "ago"  # days from the application on, negative in the past
    MONTH_AGO = "month_ago"
    LENGTH = "length"  # days, whatever their sign
    GAP = "gap"  # days from one event to another, negative if that came first
    DAYS = "days"  # few of them, as in lateness
    YEARS = "years"
    COUNT = "count"
    POINTS = "points"  # a score or anything else without a unit


def of(label: str) -> Unit:
    """Return the unit of a feature.

    >>> of("Age, in days before today").value
    'length'
    >>> of("Loan against yearly income").value
    'times'
    """
    return next((unit for pattern, unit in _RULES if pattern.search(label)), Unit.POINTS)


def bare(label: str) -> str:
    """Return a label without its unit, to stand beside a value that names it.

    >>> bare("Latest change of telephone, in days")
    'Latest change of telephone'
    """
    return _REMARK.sub("", label)


_REMARK = re.compile(r", in (days|years)( before today)?$")
# First match wins.
_RULES: tuple[tuple[re.Pattern[str], Unit], ...] = tuple(
    (re.compile(pattern), unit)
    for pattern, unit in (
        (r"against what is usual|^Time .* against time", Unit.TIMES),
        (r"^Change a |^How much |weighted|^Usual external|, from 0 to|"
         r"against (the )?(time|age|our rating)", Unit.POINTS),
        (r"^(Number|Instalments|Average actual).* against", Unit.TIMES),
        (r"^(Average n|N|Highest n|Lowest n|Likely n|The n)umber of|^Months |"
         r"^Most (cash|often|months)|^Instalments left (now )?on|^Most instalments|"
         r"^Credit enquiries|^Refusals in|^People |^Card instalments|^Cash withdrawals|"
         r"^Loans .* for each year of age$", Unit.COUNT),
        (r"^Whether | given$| handed in$|^Works outside|^Lives outside|^Not employed", Unit.YES_NO),
        (r", in years$", Unit.YEARS),
        (r"^Days from the (change|first|latest)", Unit.GAP),
        (r"^Age(,| at)|planned length|actual length|"
         r"between two|^Spread over time|^Usual time", Unit.LENGTH),
        (r"[Ss]core|^Age of|Total area", Unit.POINTS),
        (r"[Ss]hare|[Pp]art of|as part of| part of| part$|^Average part|interest rate|"
         r"^(Average |Highest |Lowest )?[Uu]se of the card limit", Unit.SHARE),
        (r"against|for each (unit|approved|instalment)", Unit.TIMES),
        (r"(start|change) of .*, in days$|^(Latest|Average|Earliest|First|Last)( planned)?( last)? "
         r"day |^Day |^Start of|^Latest change", Unit.AGO),
        (r"^(Latest|Earliest|First) month|^Month in which", Unit.MONTH_AGO),
        (r"[Dd]ays", Unit.DAYS),
        (r"[Aa]mount|[Dd]ebt|[Ii]ncome|[Rr]epayment|limit|balance|[Pp]rice|[Pp]ayment|[Pp]aid|"
         r"fell short|[Ii]nstalment|^Total|interest paid|^Loan for", Unit.AMOUNT),
    )
)  # fmt: skip
