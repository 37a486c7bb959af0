"""The commands of docs/api.md work as they stand, and their answers are of the kind it shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import LiveSite
from tests.scale.processes import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text()
# A command, and the answer shown right after it.
STEPS = re.findall(r"```console\n(.*?)```\n(?:\n```json\n(.*?)```)?", PAGE, re.DOTALL)
# What a step leaves to the next ones: variables and functions.
_FRAME = """
set -euo pipefail
if [ -e memory ]; then . ./memory; fi
set -a
{command}
set +a
{{ declare -p DESK TOKEN ${{!ADMIN@}}; declare -f; }} > memory
"""


def test_the_page(live_site: LiveSite, tmp_path: Path) -> None:
    said = [_run(_here(command, live_site), live_site, tmp_path) for command, _shown in STEPS]

    assert len(said) >= 9
    for (command, shown), answer in zip(STEPS, said, strict=True):
        if shown:
            last = answer.splitlines()[-1]
            assert _kind(json.loads(shown)) <= _kind(json.loads(last)), command
    problem = said[-1].splitlines()
    assert problem[0] == "400 application/problem+json"
    assert {"type", "title", "status", "request_id", "errors"} <= set(json.loads(problem[1]))


def test_the_receiver_knows_a_genuine_message() -> None:
    """The example is that of the specification of Standard Webhooks."""
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the page's own example
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,other v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'

    assert names["is_genuine"](secret, headers, body)
    assert not names["is_genuine"](secret, headers, body + b" ")


@pytest.mark.parametrize("link", re.findall(r"\]\(#([\w-]+)\)", PAGE))
def test_its_links_lead_somewhere(link: str) -> None:
    headings = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    assert link in {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}


def _here(command: str, site: LiveSite) -> str:
    """The demo's address and paths replaced by those of this site."""
    return (
        command.replace("http://127.0.0.1:8000", site.url)
        .replace("var/demo.json", str(site.state / "demo.json"))
        .replace(".venv/bin/python manage.py", f"{sys.executable} {ROOT / 'manage.py'}")
    )


def _run(command: str, site: LiveSite, folder: Path) -> str:
    done = subprocess.run(  # noqa: S603 - the page's own commands
        ["bash", "-c", _FRAME.format(command=command)],  # noqa: S607
        env=site.environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _kind(answer: Any) -> set[str]:
    """The names in it, to the second level."""
    found = set(answer)
    for name, value in answer.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}" for inner in value if inner != "…"}
    return found
