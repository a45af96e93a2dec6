"""Messages through the API: sent once, read, listed, discarded, resent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.renderers import JSONRenderer

from recado.clients.scopes import Scope
from recado.outbox import transitions
from recado.outbox.models import Message, MessageType, Status
from recado.people.models import AuditEntry, Deed
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db

TEXT = {"number": "(81) 90000-0001", "text": "Sua ligação foi feita."}


def sent(caller: Caller, key: str = "k1", **fields: Any) -> Message:
    response = caller.post("messages", {**TEXT, **fields}, key=key)
    assert response.status_code == 201, response.json()
    return Message.objects.get(pk=response.json()["id"])


def test_a_message_is_queued_and_read_where_the_answer_says(caller: Caller) -> None:
    response = caller.post("messages", {**TEXT, "protocol": "20261000000012", "ra_number": 12}, key="k1")

    assert response.status_code == 201
    said = response.json()
    assert said["status"] == "queued"
    assert response["Location"] == said["url"]
    read = caller.get(said["url"].removeprefix("/api/v1/")).json()
    assert (read["number"], read["text"], read["status_label"]) == ("+5581900000001", TEXT["text"], "Na fila")
    assert (read["protocol"], read["ra_number"], read["created_by"]) == ("20261000000012", 12, "sistema-exemplo")


def test_the_same_key_again_is_one_message_and_the_same_answer(caller: Caller) -> None:
    first = caller.post("messages", TEXT, key="k1")
    again = caller.post("messages", TEXT, key="k1")

    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    assert Message.objects.count() == 1


def test_a_key_with_another_body_is_refused(caller: Caller) -> None:
    caller.post("messages", TEXT, key="k1")
    refused = caller.post("messages", {**TEXT, "text": "Outro texto."}, key="k1")

    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_key_reused")
    assert Message.objects.count() == 1


def test_a_refused_call_may_be_mended_under_its_key(caller: Caller) -> None:
    assert caller.post("messages", {**TEXT, "number": "81 3000-0001"}, key="k1").status_code == 422
    assert caller.post("messages", TEXT, key="k1").status_code == 201


def test_two_systems_may_use_one_key(caller: Caller) -> None:
    from recado.clients.tokens import issue, register

    now = timezone.now()
    other = register("outro-sistema", networks="", rate_per_minute=60, actor="chefia", now=now)
    token = issue(other, name="t", scopes=list(Scope), days=1, actor="chefia", now=now)
    sent(caller)
    assert Caller(other, token.secret).post("messages", TEXT, key="k1").status_code == 201
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"number": "81 3000-0001"}, "/number", "fixo"),
        ({"number": "81 9000-0001"}, "/number", "tem 10 dígitos"),
        ({"number": 81900000001}, "/number", "texto"),
        ({"number": ""}, "/number", "branco"),
        ({"text": "\ud800"}, "/text", "texto"),
        ({"text": "a\0b"}, "/text", "nulos"),
        ({"text": "x" * 50_000}, "/text", "caracteres"),
        ({"type": 999}, "/type", "não existe"),
        ({"type": "6"}, "/type", "inteiro"),
        ({"fields": {"TEXTO": "dois"}}, "/text", "não os dois"),
        ({"priority": 1}, "/priority", "desconhecido"),
        ({"protocol": "20-26"}, "/protocol", ""),
    ],
)
def test_a_refused_value_is_named_in_portuguese(caller: Caller, change: Any, pointer: str, words: str) -> None:
    response = caller.post("messages", {**TEXT, **change}, key="k1")

    said = response.json()
    assert (response.status_code, said["code"]) == (422, "validation_failed")
    assert response["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in said["errors"]] == [pointer]
    assert words in said["errors"][0]["detail"]
    assert Message.objects.count() == 0


def test_a_text_that_the_values_cannot_fill_is_refused_at_the_door(caller: Caller) -> None:
    response = caller.post("messages", {"type": 1, "number": TEXT["number"]}, key="k1")

    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "text_refused")
    assert "{PROTOCOLO}" in response.json()["detail"]
    assert Message.objects.count() == 0


def test_an_inactive_type_sends_nothing(caller: Caller) -> None:
    MessageType.objects.filter(pk=6).update(active=False)
    response = caller.post("messages", TEXT, key="k1")
    assert (response.status_code, response.json()["code"]) == (409, "type_inactive")


def test_a_send_without_key_is_refused(caller: Caller) -> None:
    response = caller.post("messages", TEXT)
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")
    response = caller.post("messages", TEXT, key="x" * 81)
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_refused")


def test_a_page_follows_another_until_the_last(caller: Caller) -> None:
    made = [sent(caller, f"k{n}").pk for n in range(5)]
    found: list[int] = []
    cursor = ""
    for _ in range(3):
        page = caller.get(f"messages?limit=2{cursor and '&cursor=' + cursor}").json()
        found += [row["id"] for row in page["messages"]]
        cursor = page["next"] or ""
    assert (sorted(found), cursor) == (made, "")


def test_the_filters_narrow_and_a_mobile_goes_by_post_only(caller: Caller) -> None:
    here, other = sent(caller, "k1", ra_number=7), sent(caller, "k2", number="81900000002")

    def ids(response: Any) -> list[int]:
        return [row["id"] for row in response.json()["messages"]]

    assert ids(caller.get("messages?ra_number=7")) == [here.pk]
    assert ids(caller.get("messages?status=sent&status=failed")) == []
    assert ids(caller.get("messages?status=queued")) == [here.pk, other.pk]
    assert ids(caller.post("messages/search", {"number": "(81) 90000-0002"})) == [other.pk]
    refused = caller.get("messages?number=81900000002")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/number")


@pytest.mark.parametrize(
    "query",
    ["start=2026-02-30", "start=2026-11-02&end=2026-11-01", "cursor=abc", "limit=0", "limit=a", "type=1&type=2"],
)
def test_a_wrong_filter_is_refused(caller: Caller, query: str) -> None:
    response = caller.get(f"messages?{query}")
    assert (response.status_code, response.json()["code"]) == (422, "validation_failed")


def test_what_waits_is_discarded_once_and_what_went_out_is_not(caller: Caller) -> None:
    message = sent(caller)
    for _ in range(2):
        response = caller.post(f"messages/{message.pk}/cancel")
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    assert message.changes.filter(after=Status.CANCELLED).count() == 1

    gone = sent(caller, "k2")
    transitions.change(gone.pk, Status.QUEUED, Status.SENDING, at=timezone.now(), actor="Recado")
    response = caller.post(f"messages/{gone.pk}/cancel")
    assert (response.status_code, response.json()["code"]) == (409, "not_cancellable")


def test_a_failed_message_is_resent_once_under_a_key(caller: Caller) -> None:
    message = sent(caller)
    now = timezone.now()
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=now, actor="Recado")
    transitions.change(message.pk, Status.SENDING, Status.FAILED, at=now, actor="Recado")

    first = caller.post(f"messages/{message.pk}/resend", key="r1")
    again = caller.post(f"messages/{message.pk}/resend", key="r1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert message.changes.filter(before=Status.FAILED, after=Status.QUEUED).count() == 1
    refused = caller.post(f"messages/{message.pk}/resend", key="r2")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_resendable")


def test_nothing_changed_is_told_without_a_body(caller: Caller) -> None:
    message = sent(caller)
    tag = caller.get(f"messages/{message.pk}")["ETag"]
    unchanged = caller.get(f"messages/{message.pk}", **{"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", tag)
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=timezone.now(), actor="Recado")
    assert caller.get(f"messages/{message.pk}", **{"If-None-Match": tag}).status_code == 200


def test_what_is_read_is_written_once(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    message, rendered = sent(caller), []
    render = JSONRenderer.render
    monkeypatch.setattr(JSONRenderer, "render", lambda *given: rendered.append(given[1]) or render(*given))
    read = caller.get(f"messages/{message.pk}")
    assert (read["Content-Type"], read.json()["id"]) == ("application/json", message.pk)
    assert len(rendered) == 1


def test_reading_what_others_made_is_audited(caller: Caller) -> None:
    own = sent(caller)
    caller.get(f"messages/{own.pk}")
    assert not AuditEntry.objects.filter(deed=Deed.MESSAGE_VIEWED).exists()
    Message.objects.filter(pk=own.pk).update(created_by="ana.lima")
    caller.get(f"messages/{own.pk}")
    caller.get("messages")
    assert AuditEntry.objects.get(deed=Deed.MESSAGE_VIEWED).who == "sistema-exemplo"
    assert AuditEntry.objects.get(deed=Deed.EXPORTED).detail == "1 mensagem pela API"


def test_the_answer_kept_for_a_key_holds_nothing_personal(caller: Caller) -> None:
    from recado.api.models import Answer
    from recado.api.tidying import KEPT_FOR, forget_old

    sent(caller)
    kept = str(Answer.objects.get().body)
    assert "90000" not in kept
    assert TEXT["text"] not in kept
    forget_old(timezone.now() + KEPT_FOR - timedelta(minutes=1))
    assert Answer.objects.count() == 1
    assert not forget_old(timezone.now() + KEPT_FOR + timedelta(minutes=1))
    assert Answer.objects.count() == 0
    assert sent(caller).pk == Message.objects.get().pk
