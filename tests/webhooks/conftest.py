"""An address of another system: a real HTTP server on this machine, which answers as it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from recado.clients.tokens import register
from recado.webhooks.happening import wanted
from recado.webhooks.models import Endpoint, Kind
from recado.webhooks.signing import new_salt
from tests.support.serving import web_server

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class Receiver:
    """What came in; `codes`: the answers to give, one after the other, the last for ever.

    Whatever tells of message `refuses` is answered 400.
    """

    port: int = 0
    codes: list[int] = field(default_factory=lambda: [204])
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    refuses: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/avisos"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    def answer(self, body: bytes) -> int:
        told = json.loads(body)
        if self.refuses and told["data"]["id"] == self.refuses:
            return 400
        self.taken.append(told)
        return self.codes.pop(0) if len(self.codes) > 1 else self.codes[0]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.RECADO_WEBHOOK_NETWORKS = "127.0.0.0/8"
    received = Receiver()

    def answer(request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        received.got.append(({name.lower(): value for name, value in request.headers.items()}, body))
        request.send_response(received.answer(body))
        for name, value in received.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    with web_server(answer) as received.port:
        yield received


@pytest.fixture(autouse=True)
def ask_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Endpoints come and go from test to test."""
    monkeypatch.setattr("recado.webhooks.happening.ASK_EVERY_SECONDS", 0.0)
    wanted.forget()


def endpoint_at(
    url: str, *, kinds: tuple[Kind, ...] = tuple(Kind), own_only: bool = False, name: str = "portal"
) -> Endpoint:
    client = register(name, networks="", rate_per_minute=60, actor="ana", now=NOW)
    return Endpoint.objects.create(
        client=client,
        url=url,
        kinds=" ".join(kinds),
        own_only=own_only,
        salt=new_salt(),
        created_at=NOW,
        created_by="ana",
    )
