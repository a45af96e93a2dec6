"""The examples of the API's guide do what they say, against a server that listens on a port."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from recado.batches.models import Batch, State
from recado.clients.scopes import Scope
from recado.clients.tokens import issue, register
from recado.outbox.models import Message
from recado.service_requests.models import ServiceRequest
from recado.webhooks.signing import secret_of, sign

PAGE = (Path(__file__).parents[2] / "src/recado/web/manual/api.md").read_text()
EXAMPLES = re.findall(r"^```(sh|python) run\n(.*?)^```$", PAGE, re.M | re.S)

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def environment(live_server: LiveServer, tmp_path: Path, settings: Any) -> dict[str, str]:
    settings.RECADO_HOME = tmp_path
    now = timezone.now()
    client = register("portal", networks="", rate_per_minute=600, actor="ana", now=now)
    token = issue(client, name="exemplos", scopes=list(Scope), days=1, actor="ana", now=now)
    return {**os.environ, "RECADO_URL": live_server.url, "RECADO_TOKEN": token.secret, "NO_PROXY": "*"}


def run(language: str, code: str, environment: dict[str, str]) -> str:
    command = ["bash", "-euc", code] if language == "sh" else [sys.executable, "-c", code]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr + result.stdout
    return result.stdout


def test_the_curl_examples_send_and_open(environment: dict[str, str]) -> None:
    examples = [code for language, code in EXAMPLES if language == "sh"]
    assert len(examples) == 3
    for code in [*examples, *examples]:
        # Twice each: the key makes the second the same.
        run("sh", code, environment)
    assert Message.objects.filter(number="+5581900000001").count() == 1
    assert ServiceRequest.objects.get().requesters.get().mobile == "+5581900000003"
    assert (Batch.objects.get().ready, Batch.objects.get().state) == (2, State.RUNNING)


def test_the_python_example_sends_and_reads(environment: dict[str, str]) -> None:
    code = next(code for language, code in EXAMPLES if language == "python" and "urlopen" in code)
    assert run("python", code, environment) == "Na fila\n"
    assert Message.objects.get().number == "+5581900000002"


def test_the_signature_example_knows_ours_from_others() -> None:
    code = next(code for language, code in EXAMPLES if language == "python" and "is_ours" in code)
    names: dict[str, Any] = {}
    exec(code, names)
    salt, body = "0" * 64, b'{"type":"message.sent"}'
    headers = {"webhook-id": "evt_1", "webhook-timestamp": "1700000000"}
    headers["webhook-signature"] = sign(salt, "evt_1", 1700000000, body)
    assert names["is_ours"](secret_of(salt), headers, body)
    assert not names["is_ours"](secret_of("1" * 64), headers, body)
    assert not names["is_ours"](secret_of(salt), headers, body + b" ")


def test_the_page_names_every_scope_and_every_code_of_the_api() -> None:
    sources = "".join(path.read_text() for path in (Path(__file__).parents[2] / "src/recado/api").rglob("*.py"))
    codes = set(re.findall(r'Problem\(\s*\d+,\s*"(\w+)"', sources))
    assert codes
    for word in [*Scope.values, *codes]:
        assert f"`{word}`" in PAGE, word
