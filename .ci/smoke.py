"""Ask a freshly started product for what its users ask: a score, a page."""

from __future__ import annotations

import http.cookiejar
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

LIMIT_S = 300


def main(state: Path, port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    started = time.monotonic()
    _wait(f"{base}/readyz", started)
    print(f"Ready after {time.monotonic() - started:.0f} s.")  # noqa: T201 - a script
    demo = json.loads((state / "demo.json").read_text())
    score = _score(base, demo["api_token"])
    print(f"A score over REST: PD {score['pd']:.4f}, {score['decision']}.")  # noqa: T201
    page = _home(base, **demo["accounts"]["banker"])
    assert "Welcome" in page, page[:2000]  # noqa: S101
    print("The banker's home page answers.")  # noqa: T201


def _wait(url: str, started: float) -> None:
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            if time.monotonic() - started > LIMIT_S:
                raise
            time.sleep(0.5)


def _score(base: str, token: str) -> dict[str, object]:
    body = {"application": {"AMT_CREDIT": 450000, "AMT_INCOME_TOTAL": 180000, "DAYS_BIRTH": -14000}}
    request = urllib.request.Request(  # noqa: S310
        f"{base}/api/v1/scores/",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Token {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return dict(json.load(answer))


def _home(base: str, username: str, password: str) -> str:
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    browser.open(f"{base}/accounts/login/", timeout=30).read()
    csrf = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    form = {"username": username, "password": password, "csrfmiddlewaretoken": csrf}
    with browser.open(
        f"{base}/accounts/login/", urllib.parse.urlencode(form).encode(), timeout=30
    ) as answer:
        return str(answer.read().decode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
