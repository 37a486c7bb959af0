"""The site speaks French throughout, and keeps the language somebody chose."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import polib
import pytest
from django.conf import settings as site
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import formats, timezone, translation
from pytest_django import Settings

from applications.models import Decision
from applications.templatetags.desk import amount, percent
from ml.concepts import Concept
from monitoring.models import Outcome
from scoring.models import Explanation
from scoring.reasons import told, words
from scoring_site import translations
from tests.applications.factories import DecisionFactory, UserFactory

FRENCH = site.BASE_DIR / "locale" / "fr" / "LC_MESSAGES" / "django.po"
SOURCES = ("applications", "scoring", "monitoring", "scoring_site", "templates", "locale")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\{ ?\w+ ?\}\}|\{\w*\}")
NBSP = "\u00a0"


pytestmark = pytest.mark.usefixtures("french")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(FRENCH))


# --- the catalogue -----------------------------------------------------------


def test_every_message_of_the_sources_is_translated(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which("xgettext"):
        pytest.skip("Extracting messages needs GNU gettext (apt-get install gettext).")
    for folder in SOURCES:
        shutil.copytree(
            site.BASE_DIR / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.pyc")
        )
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    monkeypatch.chdir(tmp_path)

    said = StringIO()
    call_command("makemessages", verbosity=0, stdout=said)

    extracted = polib.pofile(str(tmp_path / FRENCH.relative_to(site.BASE_DIR)))
    assert len(extracted) > 1_000
    assert translations.missing(extracted) == [], "Run make messages, then translate."
    assert "0 to translate" in said.getvalue()


def test_placeholders_survive_translation(catalogue: polib.POFile) -> None:
    wrong = [
        (original, translated)
        for original, translated in _pairs(catalogue)
        if sorted(PLACEHOLDER.findall(original)) != sorted(PLACEHOLDER.findall(translated))
    ]
    assert wrong == []


def test_edges_survive_translation(catalogue: polib.POFile) -> None:
    """A space at either end, or a full stop, joins a message to what follows."""
    wrong = [
        original
        for original, translated in _pairs(catalogue)
        if (original[:1].isspace(), original[-1:].isspace(), original.endswith("."))
        != (translated[:1].isspace(), translated[-1:].isspace(), translated.endswith("."))
        and not original.endswith("...")
    ]
    assert wrong == []


def test_french_typography(catalogue: polib.POFile) -> None:
    """Curly apostrophes, guillemets, and a space that cannot break before : ; ? ! and %."""
    fault = re.compile(r"['\"“”]|« | »| [:;?!]|(?<=\w)[;?!]|(?<=\w):(?!/)|\.\.\.")
    wrong = [
        translated for _, translated in _pairs(catalogue) if fault.search(_without_code(translated))
    ]
    assert wrong == []


def test_the_models_own_words_are_translated(catalogue: polib.POFile) -> None:
    known = {entry.msgid for entry in catalogue if entry.translated()}
    asked = set(words())
    assert len(asked) > 750
    assert asked - known == set()


def test_a_label_that_was_stored_long_ago_is_told_in_todays_words() -> None:
    driver = {"feature": "AMT_CREDIT", "label": "Sum", "value": 1.0, "contribution": 0.2}
    with translation.override("fr"):
        [reason] = told([{"concept": "income", "contribution": 0.2, "drivers": [driver]}])
    assert reason["label"] == "Revenus"
    assert reason["drivers"][0]["label"] == "Montant du prêt"


def test_compiling_needs_no_gettext_and_happens_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    source = Path(shutil.copy(FRENCH, tmp_path / "django.po"))
    assert translations.compile_if_changed(source)
    assert not translations.compile_if_changed(source)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["django.mo", "django.po"]
    assert polib.mofile(str(tmp_path / "django.mo")).find("Draft").msgstr == "Brouillon"


def test_what_nobody_confirmed_counts_as_missing() -> None:
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="a", msgstr="b"))
    catalogue.append(polib.POEntry(msgid="c"))
    catalogue.append(polib.POEntry(msgid="d", msgstr="e", flags=["fuzzy"]))
    catalogue.append(polib.POEntry(msgid="f", msgid_plural="g", msgstr_plural={0: "h", 1: ""}))
    assert translations.missing(catalogue) == ["c", "d", "f"]


# --- the pages ---------------------------------------------------------------


@pytest.fixture
def decision(db: None) -> Decision:
    """A decision whose reasons name every concept."""
    decision: Decision = DecisionFactory(
        outcome=Outcome.REFER,
        prediction__pd=0.1234,
        application__filed_by=UserFactory(role="Bankers"),
        application__amount=12_500.5,
    )
    decision.prediction.history_used = ["bureau", "installments_payments"]
    Explanation.objects.create(
        prediction=decision.prediction,
        status=Explanation.Status.READY,
        finished_at=timezone.now(),
        base_value=-2.4,
        contributions=b"",
        grouped=[
            {"concept": concept.value, "contribution": weight, "drivers": [_DRIVER]}
            for weight in (0.5, -0.5)
            for concept in list(Concept)[:6]
        ],
    )
    return decision


_DRIVER = {
    "feature": "ANNUITY_TO_INCOME",
    "label": "Monthly repayment against yearly income",
    "value": 0.12,
    "contribution": 0.4,
}


def test_the_login_page_is_french(client: Client, catalogue: polib.POFile) -> None:
    html = _get(client, reverse("login"))
    assert "Mot de passe" in html
    assert _left_in_english(html, catalogue) == []


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("Bankers", "home"),
        ("Bankers", "list"),
        ("Bankers", "new"),
        ("Managers", "home"),
        ("Managers", "history"),
        (None, "home"),
    ],
)
def test_the_desk_is_french(
    role: str | None, name: str, client: Client, decision: Decision, catalogue: polib.POFile
) -> None:
    client.force_login(UserFactory(role=role))
    html = _get(client, reverse(f"applications:{name}"))
    assert '<html lang="fr">' in html
    assert _left_in_english(html, catalogue) == []


def test_a_decision_is_french(client: Client, decision: Decision, catalogue: polib.POFile) -> None:
    client.force_login(decision.application.filed_by)
    html = _get(client, reverse("applications:detail", args=[decision.application_id]))
    assert _left_in_english(html, catalogue) == []
    assert "Les mensualités sont lourdes pour ce revenu." in html
    assert "Mensualité rapportée au revenu mensuel" in html
    assert f"12{NBSP}500,50" in html
    assert f"12,3{NBSP}%" in html


def test_a_refused_form_is_french(client: Client, db: None, catalogue: polib.POFile) -> None:
    client.force_login(UserFactory(role="Bankers"))
    answer = client.post(
        reverse("applications:new"),
        {"action": "submit", "birth_date": "2020-01-01", "amount": "a lot", "email": "nobody"},
        headers={"Accept-Language": "fr"},
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Cette information est nécessaire à la décision." in html
    assert "Le demandeur doit avoir au moins 18 ans." in html
    assert _left_in_english(html, catalogue) == []


@pytest.mark.parametrize(
    "page",
    ["index", "monitoring_prediction_changelist", "applications_decision_changelist"],
)
def test_the_admin_is_french(
    page: str, client: Client, decision: Decision, catalogue: polib.POFile
) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    html = _get(client, reverse(f"admin:{page}"))
    assert "Demandes de prêt" in html
    assert _left_in_english(html, catalogue) == []


def test_a_badge_of_the_admin_has_its_colour_in_every_language(
    client: Client, decision: Decision
) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    address = reverse("admin:monitoring_prediction_changelist")
    english = client.get(address).content.decode()
    french = _get(client, address)
    assert "Examiner" in french
    assert f"12,34{NBSP}%" in french
    assert french.count("text-orange-700") == english.count("text-orange-700") > 0


def test_the_check_finds_english_on_an_english_page(
    client: Client, catalogue: polib.POFile
) -> None:
    html = client.get(reverse("login")).content.decode()
    assert "Log in to file applications and see decisions." in _left_in_english(html, catalogue)


def test_numbers_and_dates_are_written_the_french_way() -> None:
    with translation.override("fr"):
        assert amount(12_500.5) == f"12{NBSP}500,50"
        assert percent(0.0893) == f"8,9{NBSP}%"
        assert formats.date_format(date(2026, 3, 1)) == "1 mars 2026"


# --- the choice --------------------------------------------------------------


@pytest.mark.django_db
def test_the_chosen_language_stays_through_login_and_logout(client: Client) -> None:
    user = UserFactory(role="Bankers")
    page = f"{reverse('applications:list')}?status=draft"
    client.force_login(user)
    assert 'value="fr" lang="fr"' in client.get(page).content.decode()

    answer = client.post(reverse("set_language"), {"language": "fr", "next": page})

    assert answer["Location"] == page
    assert int(answer.cookies["django_language"]["max-age"]) > 300 * 24 * 3600
    chosen = client.get(page).content.decode()
    assert "Mes demandes" in chosen
    assert 'value="en" lang="en"' in chosen
    client.post(reverse("logout"))
    assert "Mot de passe" in client.get(reverse("login")).content.decode()
    # Logging out ends the session; the cookie of the language is another one.
    client.cookies.pop("sessionid", None)
    client.force_login(user)
    assert "Mes demandes" in client.get(page).content.decode()


@pytest.mark.django_db
def test_the_switch_on_the_login_page_keeps_where_one_was_going(client: Client) -> None:
    address = f"{reverse('login')}?next=/history/"
    html = client.get(address).content.decode()
    assert f'<input type="hidden" name="next" value="{address}">' in html


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example"])
def test_the_switch_leads_to_no_other_site(client: Client, elsewhere: str) -> None:
    answer = client.post(reverse("set_language"), {"language": "fr", "next": elsewhere})
    assert answer["Location"] == "/"


@pytest.mark.django_db
def test_without_french_there_is_no_switch(client: Client, settings: Settings) -> None:
    settings.LANGUAGES = [("en", "English")]
    html = client.get(reverse("login"), headers={"Accept-Language": "fr"}).content.decode()
    assert '<html lang="en">' in html
    assert "desk-language" not in html


def _pairs(catalogue: polib.POFile) -> Iterator[tuple[str, str]]:
    for entry in catalogue:
        if entry.msgid_plural:
            yield entry.msgid_plural, entry.msgstr_plural[1]
        else:
            yield entry.msgid, entry.msgstr


def _without_code(text: str) -> str:
    return PLACEHOLDER.sub("x", re.sub(r"`[^`]+`|<[^<>]+>|hh:mm", "x", text))


def _get(client: Client, address: str) -> str:
    answer = client.get(address, headers={"Accept-Language": "fr"})
    assert answer.status_code == 200
    return answer.content.decode()


def _left_in_english(html: str, catalogue: polib.POFile) -> list[str]:
    """The messages, or parts of them between placeholders, that a reader would see in English."""
    seen = _Seen()
    seen.feed(html)
    text = " ".join(" ".join(seen.words).split())
    return [
        part
        for original, translated in _pairs(catalogue)
        if original != translated
        for part in (piece.strip() for piece in PLACEHOLDER.split(original))
        if len(part) > 12 and " " in part and re.search(rf"\b{re.escape(part)}(?!\w)", text)
    ]


class _Seen(HTMLParser):
    """What a page shows or says: its text, and the attributes that are read out."""

    _SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-label")

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden = tag in {"script", "style"}
        self.words += [value or "" for name, value in attrs if name in self._SPOKEN]

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)
