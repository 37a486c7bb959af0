"""How the desk writes icons, amounts of money and probabilities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import Select
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString

from applications import facts, journal_words
from applications.summary import money, number, percentage, share_of

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, hidden from screen readers: the text beside it speaks."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("vendor/tabler/icons.svg"),
        name,
    )


@register.filter
def percent(share: float | str | None, decimals: int = 1) -> str:
    """A probability as a percentage: 0.0893 becomes 8.9 %. A template's missing value is ""."""
    return percentage(None if isinstance(share, str) else share, decimals)


@register.filter
def amount(value: float | None) -> str:
    """How many, with groups of thousands; amounts of money are written by `money`."""
    return "–" if value is None else number(value)


register.filter("money", money)
register.filter("share_of", share_of)


@register.inclusion_tag("applications/_sort_header.html", takes_context=True)
def sort_header(context: dict[str, Any], key: str, label: str, numeric: bool) -> dict[str, Any]:
    """A column head that sorts by `key`: numbers and dates the largest first, then reversed."""
    request: HttpRequest = context["request"]
    current = request.GET.get("sort") or "-decided"
    state, following = "none", "-" if numeric or key == "decided" else ""
    if current.lstrip("-") == key:
        descending = current.startswith("-")
        state, following = ("descending", "") if descending else ("ascending", "-")
    return {
        "request": request,
        "label": label,
        "numeric": numeric,
        "sort": f"{following}{key}",
        "state": state,
    }


@register.filter
def plain(value: float) -> str:
    """A number as drawings and programs read it, whatever the language: 12.5."""
    return f"{value:g}"


@register.filter
def unlocalised(value: int) -> str:
    """A number that is a name: without groups of thousands."""
    return str(value)


register.filter("fact", facts.fact)
register.filter("details", journal_words.told)


@register.filter
def dressed(field: BoundField) -> SafeString:
    """A filter's input in the look of the desk."""
    select = isinstance(field.field.widget, Select)
    return field.as_widget(attrs={"class": "form-select" if select else "form-control"})


@register.filter
def as_list(items: Iterable[Any]) -> list[Any]:
    """Walk a generator once, to show it twice."""
    return list(items)


@register.filter
def exact(value: Any) -> str:
    """A value to the last digit, as programs write it; a whole number without its ".0"."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


@register.filter
def signed(value: float | None) -> str:
    """A contribution with its sign: +0.042."""
    if value is None:
        return "–"
    figure = formats.number_format(round(abs(value), 3), 3)
    return f"{'−' if value < 0 else '+'}{figure}"
