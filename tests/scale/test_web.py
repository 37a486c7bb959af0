"""Web processes side by side are one site."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import threading
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.scale.conftest import Site
from tests.scale.processes import Web, ask, running, until
from tests.scoring.factories import APPLICATION

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("scale")]

CLIENTS = 6


def test_who_logs_in_at_one_is_known_at_the_other(web: Web, other_web: Web) -> None:
    page = web.ask("GET", "/accounts/login/")
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body.decode())[0]
    form = {"username": "banker", "password": "a-long-enough-secret", "csrfmiddlewaretoken": token}

    answer = web.ask("POST", "/accounts/login/", urlencode(form), Cookie=_cookies(page.headers))

    assert answer.status == 302
    home = other_web.ask("GET", "/", Cookie=_cookies(answer.headers))
    assert (home.status, "Berta" in home.body.decode()) == (200, True)


def test_both_count_against_the_same_limit(web: Web, other_web: Web, site: Site) -> None:
    token = {"Authorization": f"Token {site.tokens['hasty']}"}
    found = Counter(
        process.ask("GET", "/api/v1/models/champion/", **token).status
        for _ in range(25)
        for process in (web, other_web)
    )
    assert found == {200: 40, 429: 10}


def test_a_new_champion_scores_at_both_at_once(
    web: Web, other_web: Web, site: Site, champion_bundle: Path
) -> None:
    bundle = Path(shutil.copytree(champion_bundle, site.state / "next"))
    content = json.loads((bundle / "bundle.json").read_text())
    (bundle / "bundle.json").write_text(json.dumps({**content, "version": "next"}))

    site.manage("register_model", str(bundle), "--activate")

    for process in (web, other_web):
        score = process.score(site.tokens["partner"]).json()
        assert score["model"]["version"] == "next"


def test_each_tells_prometheus_its_own_counts(web: Web, other_web: Web) -> None:
    bearer = {"Authorization": "Bearer for-prometheus"}
    assert web.ask("GET", "/metrics").status == 404
    assert web.ask("GET", "/api/v1/schema/").status == 200
    text = web.ask("GET", "/metrics", **bearer).body.decode()
    assert 'route="api/v1/schema/"' in text
    assert "desk_broker_up 1.0" in text
    assert "desk_queue_depth" in text
    assert 'route="api/v1/schema/"' not in other_web.ask("GET", "/metrics", **bearer).body.decode()


@pytest.mark.parametrize("alone", [True, False], ids=["embedded worker", "Redis"])
def test_stopping_under_load_fails_nobody_who_was_accepted(site: Site, alone: bool) -> None:
    environment = {"API_RATE": "100000/min"} | ({"REDIS_URL": ""} if alone else {})
    going, staying = (site.web(name, **environment) for name in ("going", "staying"))
    with running(going, staying):
        for process in (going, staying):
            until(lambda p=process: p.says("answers on"), "both web processes")  # type: ignore[misc]
        clients = [_Client([going, staying], site.tokens["partner"]) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        until(lambda: sum(client.answers[201] for client in clients) > 50, "some answers")

        assert going.terminate() == 0

        before = sum(client.answers[201] for client in clients)
        until(lambda: sum(c.answers[201] for c in clients) > before + 20, "the other to go on")
        for client in clients:
            client.stop()
        assert "Stopped." in going.log.read_text()
    assert [client.failures for client in clients] == [[]] * CLIENTS
    assert set().union(*(client.answers for client in clients)) == {201}


class _Client(threading.Thread):
    """Asks for scores without pause, as a proxy does: whoever refuses a connection is left out."""

    def __init__(self, webs: list[Web], token: str) -> None:
        super().__init__(daemon=True)
        self.answers: Counter[int] = Counter()
        self.failures: list[str] = []
        self._webs = list(webs)
        self._headers = {"Authorization": f"Token {token}"}
        self._over = threading.Event()

    def run(self) -> None:
        turn = 0
        while not self._over.is_set():
            turn += 1
            process = self._webs[turn % len(self._webs)]
            connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=30)
            try:
                connection.connect()
            except ConnectionRefusedError:
                self._webs.remove(process)
                continue
            try:
                self._use(connection)
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
            finally:
                connection.close()

    def stop(self) -> None:
        self._over.set()
        self.join(30)

    def _use(self, connection: http.client.HTTPConnection) -> None:
        """A few requests over one connection, fewer where the server closes it."""
        for _ in range(5):
            answer = ask(
                connection, "POST", "/api/v1/scores/", {"application": APPLICATION}, self._headers
            )
            self.answers[answer.status] += 1
            if answer.closes:
                return


def _cookies(headers: http.client.HTTPMessage) -> str:
    return "; ".join(value.split(";")[0] for value in headers.get_all("Set-Cookie", []))
