"""What every address does alike: tokens, scopes, rate, size, methods, problem details."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client as Browser
from django.urls import URLPattern
from django.utils import timezone

from recado.api.urls import urlpatterns
from recado.clients.scopes import Scope
from recado.clients.tokens import revoke
from recado.outbox.models import Message
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db

SEND = {"number": "81900000001", "text": "Olá."}


def problem(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/problem+json"
    said = json.loads(response.content)
    assert said["type"] == f"urn:recado:problema:{said['code']}"
    assert said["status"] == response.status_code
    assert said["detail"]
    return response.status_code, said["code"]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer errado", "Basic YTpi", "Bearer rcd_" + "a" * 43, "bearer \xff"]
)
def test_without_a_valid_token_nothing_opens(db: None, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    response = Browser().post("/api/v1/messages", "{}", content_type="application/json", headers=headers)
    assert problem(response) == (401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_session_of_the_screens_does_not_open_the_api(caller: Caller, admin_client: Browser) -> None:
    assert problem(admin_client.get("/api/v1/messages")) == (401, "not_authenticated")


def test_a_revoked_token_opens_nothing(caller: Caller) -> None:
    assert caller.get("message-types").status_code == 200
    revoke(caller.client.tokens.get().pk, actor="chefia", now=timezone.now())
    assert problem(caller.get("message-types")) == (401, "not_authenticated")


def test_every_address_that_writes_or_reads_data_asks_for_a_scope() -> None:
    free = {"openapi", "subtypes", "channels", "closing_reasons", "message_types", "nothing"}
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        view = pattern.callback.view_class  # type: ignore[attr-defined]
        methods = {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)}
        if pattern.name not in free:
            assert set(view.scopes) == methods, pattern.name


def test_a_token_without_the_scope_is_refused_with_its_name(caller: Caller) -> None:
    reader = caller.scoped(Scope.MESSAGES_READ)
    assert reader.get("messages").status_code == 200
    response = reader.post("messages", SEND, key="k1")
    assert problem(response) == (403, "scope_missing")
    assert "messages:send" in response.json()["detail"]
    assert Message.objects.count() == 0


def test_calls_beyond_the_rate_wait(caller: Caller) -> None:
    type(caller.client).objects.update(rate_per_minute=2)
    assert [caller.get("channels").status_code for _ in range(2)] == [200, 200]
    response = caller.get("channels")
    assert problem(response) == (429, "rate_limited")
    assert 0 < int(response["Retry-After"]) <= 60
    assert (response["RateLimit-Limit"] if response.has_header("RateLimit-Limit") else "2") == "2"


def test_a_large_body_is_refused_before_it_is_read(caller: Caller) -> None:
    assert problem(caller.post("messages", b"x" * (10 * 1024 * 1024), key="k1")) == (413, "too_large")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"number": NaN}', b"[]", b"null", b'"x"', b"{" * 100_000])
def test_what_is_no_json_object_is_refused(caller: Caller, body: bytes) -> None:
    status, _ = problem(caller.post("messages", body, key="k1"))
    assert status in (400, 422)
    assert Message.objects.count() == 0


def test_another_format_is_refused(caller: Caller) -> None:
    response = caller.post("messages", b"number=1", key="k1", **{"Content-Type": "application/x-www-form-urlencoded"})
    assert problem(response) == (415, "unsupported_media_type")
    assert problem(caller.get("channels", Accept="application/xml")) == (406, "not_acceptable")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_another_method_is_refused_with_those_there_are(caller: Caller, method: str) -> None:
    response = caller.call(method, "messages")
    assert problem(response) == (405, "method_not_allowed")
    assert "POST" in response["Allow"]


@pytest.mark.parametrize(
    "path", ["", "nada", "messages/0", "messages/99999999999999999999", "messages/1", "requests/1"]
)
def test_what_is_not_there_is_said_so(caller: Caller, path: str) -> None:
    assert problem(caller.get(path)) == (404, "not_found")


def test_a_database_that_is_away_asks_to_repeat(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("recado.api.views.messages.enqueue", away)
    response = caller.post("messages", SEND, key="k1")
    assert problem(response) == (503, "database_away")
    assert response["Retry-After"] == "5"


def test_a_fault_of_ours_tells_no_secret(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("number 81900000001")

    monkeypatch.setattr("recado.api.views.messages.enqueue", broken)
    response = caller.post("messages", SEND, key="k1")
    assert problem(response) == (500, "internal")
    assert "RuntimeError" in caplog.text
    assert "9000" not in caplog.text + response.content.decode()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"fields":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"number": "81900000001", "text": "x", "type": ' + b"9" * 5000 + b"}",
        b'{"number": "81900000001", "text": "x", "text": "y"}',
        b'{"number": "81900000001", "text": "x", "\\ud800": 1}',
        b'\xef\xbb\xbf{"number": "81900000001", "text": "x"}',
        '{"number": "81900000001", "text": "Olá"}'.encode("latin-1"),
    ],
)
def test_what_two_programs_may_read_in_two_ways_is_refused(caller: Caller, body: bytes) -> None:
    assert problem(caller.post("messages", body, key="k1")) == (400, "malformed")
    assert Message.objects.count() == 0


@pytest.mark.parametrize("charset", ["latin-1", "hex", "zlib", "utf-16", "unicode_escape"])
def test_a_body_that_says_to_be_no_utf_8_is_refused(caller: Caller, charset: str) -> None:
    body = json.dumps(SEND, ensure_ascii=False).encode()
    response = caller.post("messages", body, key="k1", **{"Content-Type": f"application/json; charset={charset}"})
    assert problem(response) == (415, "unsupported_media_type")
    assert (
        caller.post("messages", body, key="k1", **{"Content-Type": "application/json; charset=UTF-8"}).status_code
        == 201
    )


def test_a_body_without_a_size_is_refused_by_its_name(caller: Caller) -> None:
    response = caller.post("messages", b"", key="k1", **{"Transfer-Encoding": "chunked"})
    assert problem(response) == (411, "length_required")


def test_to_ask_for_the_head_alone_needs_the_same_scope(caller: Caller) -> None:
    reader = caller.scoped(Scope.PHONES_READ)
    assert reader.call("HEAD", "messages").status_code == 403
    assert reader.call("HEAD", "phones").status_code == 200


def test_the_api_describes_itself_in_its_document_alone(caller: Caller) -> None:
    assert problem(caller.call("OPTIONS", "messages")) == (405, "method_not_allowed")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v2/messages", "/api/v1/messages/"])
def test_programs_never_get_a_page_for_people(db: None, method: str, path: str) -> None:
    assert problem(Browser().generic(method, path)) == (404, "not_found")


def test_a_failure_around_the_door_is_a_problem_too(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr("recado.api.door.Door.finalize_response", broken)
    assert problem(caller.get("channels")) == (500, "internal")
    monkeypatch.setattr("recado.api.door.Door.finalize_response", away)
    assert problem(caller.get("channels")) == (503, "database_away")


def test_a_key_with_a_space_in_it_is_refused(caller: Caller) -> None:
    assert problem(caller.post("messages", SEND, key="a b")) == (400, "idempotency_key_refused")


@pytest.mark.parametrize("query", ["end=9999-12-31", "start=0001-01-01", "start=9999-12-31"])
def test_a_day_of_no_calendar_of_ours_is_refused(caller: Caller, query: str) -> None:
    assert problem(caller.get(f"messages?{query}")) == (422, "validation_failed")


def test_a_body_that_stops_in_the_middle_is_the_callers_fault(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Stalled(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise BlockingIOError

    headers = {"Authorization": f"Bearer {caller.secret}", "Idempotency-Key": "k1"}
    stream = {"wsgi.input": Stalled(), "CONTENT_LENGTH": "100"}
    response = caller.browser.generic(
        "POST", "/api/v1/messages", b"{}", content_type="application/json", headers=headers, **stream
    )
    assert problem(response) == (400, "malformed")
    assert "failed" not in caplog.text
