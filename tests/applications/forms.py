"""Reading a page's form as a browser does, to send it back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Reader(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = False
        self.select: str | None = None
        self.data: dict[str, str] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        attrs = dict(attributes)
        if tag == "form":
            self.inside = attrs.get("id") == self.form_id
        if not self.inside:
            return
        name, value = attrs.get("name"), attrs.get("value") or ""
        if tag == "input" and name:
            if attrs.get("type") != "radio" or "checked" in attrs:
                self.data[name] = value
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in attrs:
            self.data[self.select] = value


def filled_in(html: str, **changes: Any) -> dict[str, str]:
    """Return what a browser would send of the application form in `html`."""
    reader = _Reader("application-form")
    reader.feed(html)
    assert "key" in reader.data, "the page holds no application form"
    return {**reader.data, **changes}


def typed(**changes: Any) -> dict[str, Any]:
    """A complete new application, as typed."""
    return {
        "first_name": "Anna",
        "last_name": "Keller",
        "birth_date": "12/04/1985",
        "education": "Higher education",
        "children": "1",
        "family_members": "3",
        "housing_type": "House / apartment",
        "owns_realty": "yes",
        "owns_car": "no",
        "income_type": "Working",
        "employment": "in_work",
        "employed_since": "01/09/2015",
        "monthly_income": "180000",
        "contract_type": "Cash loans",
        "amount": "450000",
        "annuity": "24700.5",
        "external_score_2": "0.6",
        **changes,
    }
