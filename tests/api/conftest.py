"""A system with a token, and a way to call as it would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from recado.clients.models import Client
from recado.clients.scopes import Scope
from recado.clients.tokens import issue, register


@dataclass(slots=True)
class Caller:
    """Calls the API with a token; `call` gives status, headers and the JSON body."""

    client: Client
    secret: str
    browser: Browser = field(default_factory=lambda: Browser(raise_request_exception=False))

    def call(self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.secret}", **headers}
        if key:
            sent["Idempotency-Key"] = key
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.browser.generic(
            method, f"/api/v1/{path}", data, content_type=sent.pop("Content-Type", "application/json"), headers=sent
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        return self.call("POST", path, body, key=key, **headers)

    def scoped(self, *scopes: Scope) -> Caller:
        """Another token of the same system, with these scopes."""
        token = issue(self.client, name="outro", scopes=scopes, days=1, actor="chefia", now=timezone.now())
        return Caller(self.client, token.secret)


@pytest.fixture
def caller(db: None, tmp_path: Path, settings: Any) -> Caller:
    settings.RECADO_HOME = tmp_path
    now = timezone.now()
    client = register("sistema-exemplo", networks="", rate_per_minute=6000, actor="chefia", now=now)
    token = issue(client, name="testes", scopes=list(Scope), days=1, actor="chefia", now=now)
    return Caller(client, token.secret)
