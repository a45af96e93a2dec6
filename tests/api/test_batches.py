"""Batches through the API: made of rows or of a table, approved by people alone, followed row by row, stopped."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from recado import parameters
from recado.api.serializers.batches import MOST_ROWS
from recado.batches import decisions, storage
from recado.batches.feeding import feed_some
from recado.batches.models import Batch, State
from recado.batches.reading import read_some
from recado.clients.scopes import Scope
from recado.outbox import consent
from recado.outbox.models import Message, Status
from recado.people.models import AuditEntry, Deed
from tests.api.conftest import Caller
from tests.api.test_door import problem
from tests.batches.scene import batch_type, mobile, table

pytestmark = pytest.mark.django_db

TEXT = "{EMPRESA}: {NOME}, falta agua hoje."
OF_TABLE = {"name": "Falta d'água", "text": "{EMPRESA}: {NOME}, falta agua hoje."}


def rows(count: int) -> list[dict[str, Any]]:
    return [
        {"number": mobile(place), "fields": {"NOME": f"Pessoa {place}"}, "reference": f"c{place}"}
        for place in range(count)
    ]


def asked(count: int = 3, **fields: Any) -> dict[str, Any]:
    return {"name": "Falta d'água", "text": TEXT, "rows": rows(count), **fields}


def made(caller: Caller, count: int = 3, key: str = "k1", **fields: Any) -> Batch:
    response = caller.post("batches", asked(count, **fields), key=key)
    assert response.status_code == 201, response.json()
    return Batch.objects.get(pk=response.json()["id"])


def given(caller: Caller, content: str | bytes, key: str = "k1", **query: Any) -> Any:
    body = content.encode() if isinstance(content, str) else content
    return caller.post(f"batches?{urlencode({**OF_TABLE, **query})}", body, key=key, **{"Content-Type": "text/csv"})


def read_all() -> None:
    while read_some(timezone.now()):
        pass


def test_rows_are_a_batch_that_goes_out(caller: Caller) -> None:
    response = caller.post("batches", asked(), key="k1")

    said = response.json()
    assert (response.status_code, response["Location"]) == (201, said["url"])
    assert (said["state"], said["counts"]["ready"]) == ("running", 3)
    feed_some(timezone.now())
    texts = list(Message.objects.order_by("pk").values_list("text", flat=True))
    assert [text.partition(": ")[2].partition(",")[0] for text in texts] == ["Pessoa 0", "Pessoa 1", "Pessoa 2"]
    deeds = AuditEntry.objects.filter(subject=said["id"]).order_by("pk").values_list("deed", "who")
    assert list(deeds) == [(Deed.BATCH_MADE, "sistema-exemplo"), (Deed.BATCH_STARTED, "sistema-exemplo")]


def test_the_same_key_again_is_one_batch_and_the_same_answer(caller: Caller) -> None:
    first = caller.post("batches", asked(), key="k1")
    again = caller.post("batches", asked(), key="k1")
    other = caller.post("batches", asked(2), key="k1")

    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (201, first.json(), "true")
    assert problem(other) == (409, "idempotency_key_reused")
    assert Batch.objects.count() == 1


def test_what_is_larger_than_one_may_send_alone_waits_for_a_person(caller: Caller) -> None:
    limit = parameters.get().batch_approval
    batch = made(caller, limit + 1)

    assert batch.state == State.WAITING
    feed_some(timezone.now())
    assert Message.objects.count() == 0
    assert caller.post(f"batches/{batch.pk}/send").json()["state"] == "waiting"
    with pytest.raises(decisions.BatchRefused, match="não o aprova"):
        decisions.approve(batch.pk, actor="sistema-exemplo", now=timezone.now())
    decisions.approve(batch.pk, actor="bruno.melo", now=timezone.now())
    assert caller.get(f"batches/{batch.pk}").json()["approved_by"] == "bruno.melo"


def test_rows_that_cannot_go_out_are_left_out_with_the_reason(caller: Caller) -> None:
    consent.opt_out(mobile(1), how="SAIR", actor="Recado", now=timezone.now())
    wrong = [{"number": "8133334444", "fields": {"NOME": "Rui"}}, {"number": mobile(0), "fields": {"NOME": "De novo"}}]
    batch = made(caller, rows=[*rows(3), *wrong, {"number": mobile(9)}])

    faults = caller.get(f"batches/{batch.pk}/faults").json()["faults"]
    assert [(fault["line"], fault["kind"]) for fault in faults] == [(4, "invalid"), (5, "repeated"), (6, "invalid")]
    assert "fixo" in faults[0]["reason"]
    counts = caller.get(f"batches/{batch.pk}").json()["counts"]
    assert counts == {
        "rows": 6, "ready": 2, "parts": 2, "invalid": 2, "repeated": 1, "opted_out": 1, "told": 0, "expired": 0
    }  # fmt: skip
    assert made(caller, key="k2", rows=[*rows(1), *wrong[1:]], one_per_number=False).ready == 2


def test_without_a_good_row_nothing_goes_out_and_the_answer_says_so(caller: Caller) -> None:
    response = caller.post("batches", asked(rows=[{"number": "1", "fields": {"NOME": "x"}}]), key="k1")
    assert (response.status_code, response.json()["state"]) == (201, "cancelled")


def test_each_row_is_followed_by_the_name_that_its_maker_gave(caller: Caller) -> None:
    batch = made(caller, 5)
    feed_some(timezone.now())
    first = caller.get(f"batches/{batch.pk}/rows?limit=3").json()
    last = caller.get(f"batches/{batch.pk}/rows?limit=3&after={first['next']}").json()

    found = [*first["rows"], *last["rows"]]
    assert [row["reference"] for row in found] == ["c0", "c1", "c2", "c3", "c4"]
    assert {row["status"] for row in found} == {"queued"}
    assert caller.get(f"messages/{found[0]['message']}").json()["number"] == found[0]["number"]
    assert last["next"] is None


def test_what_a_phone_only_took_is_counted_apart(caller: Caller) -> None:
    batch = made(caller, 3)
    feed_some(timezone.now())
    Message.objects.update(status=Status.SENT)
    Message.objects.filter(number=mobile(1)).update(handed_over=True)
    said = caller.get(f"batches/{batch.pk}").json()
    assert said["messages"] == {"sent": 2, "handed_over": 1}
    assert (said["progress"]["sent"], said["progress"]["over"]) == (3, 3)
    rows = caller.get(f"batches/{batch.pk}/rows").json()["rows"]
    assert sorted(row["status"] for row in rows) == ["handed_over", "sent", "sent"]


def test_a_batch_tells_how_far_it_is_and_when_it_ends(caller: Caller) -> None:
    batch = made(caller)
    feed_some(timezone.now())
    said = caller.get(f"batches/{batch.pk}").json()

    assert (said["state"], said["state_label"], said["created_by"]) == ("running", "Em envio", "sistema-exemplo")
    assert said["messages"] == {"queued": 3}
    assert said["progress"] == {"over": 0, "sent": 0, "waiting": 0}
    assert said["forecast"]["end"] is None
    assert "Nenhum aparelho" in said["forecast"]["reason"]


def test_a_batch_is_paused_resumed_and_cancelled_and_to_repeat_changes_nothing(caller: Caller) -> None:
    batch = made(caller)
    for word, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        for _ in range(2):
            response = caller.post(f"batches/{batch.pk}/{word}")
            assert (response.status_code, response.json()["state"]) == (200, state)
    assert problem(caller.post(f"batches/{batch.pk}/resume")) == (409, "not_in_state")
    deeds = AuditEntry.objects.filter(subject=batch.pk).order_by("pk").values_list("deed", flat=True)
    assert list(deeds)[2:] == [Deed.BATCH_PAUSED, Deed.BATCH_RESUMED, Deed.BATCH_CANCELLED]


def test_who_did_not_make_a_batch_reads_it_and_no_more(caller: Caller) -> None:
    batch = made(caller)
    Batch.objects.filter(pk=batch.pk).update(author="ana.lima")
    assert caller.get(f"batches/{batch.pk}").status_code == 200
    for word in ("send", "pause", "resume", "cancel"):
        assert problem(caller.post(f"batches/{batch.pk}/{word}")) == (403, "not_own")
    caller.get(f"batches/{batch.pk}/rows")
    assert AuditEntry.objects.get(deed=Deed.BATCH_VIEWED).who == "sistema-exemplo"


def test_what_a_person_paused_no_program_resumes(caller: Caller) -> None:
    batch = made(caller)
    decisions.pause(batch.pk, actor="bruno.melo", now=timezone.now())
    assert problem(caller.post(f"batches/{batch.pk}/resume")) == (409, "paused_by_person")
    assert Batch.objects.get(pk=batch.pk).state == State.PAUSED


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"text": "{NOM}"}, "/text"),
        ({"text": "x" * 1001}, "/text"),
        ({"text": "\0"}, "/text"),
        ({"type": 1}, "/type"),
        ({"type": 999}, "/type"),
        ({"rows": []}, "/rows"),
        ({"rows": [{"number": 81900000001}]}, "/rows/0/number"),
        ({"rows": [{"number": "1", "field": {}}]}, "/rows/0/field"),
        ({"rows": [{"number": "1", "fields": {"A" * 31: "x"}}]}, "/rows/0/fields"),
        ({"rows": [1]}, "/rows/0"),
        ({"skip_told": "sim"}, "/skip_told"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "9999-12-31T23:59:59Z"}, "/expires_at"),
        ({"approved": True}, "/approved"),
    ],
)
def test_a_refused_value_makes_no_batch(caller: Caller, change: Any, pointer: str) -> None:
    response = caller.post("batches", asked(1) | change, key="k1")
    assert problem(response) == (422, "validation_failed")
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert Batch.objects.count() == 0


def test_rows_beyond_the_bound_are_for_a_table(caller: Caller) -> None:
    bare = [{"number": "1"}] * (MOST_ROWS + 1)
    assert problem(caller.post("batches", asked(rows=bare), key="k1")) == (422, "validation_failed")


def test_a_heap_of_wrong_rows_is_answered_with_the_first_of_them(caller: Caller) -> None:
    response = caller.post("batches", asked(rows=[1] * MOST_ROWS), key="k1")
    assert len(response.json()["errors"]) == 50
    assert "2000 valores" in response.json()["detail"]


def test_a_table_is_read_looked_at_and_sent_by_a_second_call(
    caller: Caller, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    said = given(caller, table(range(4))).json()
    assert (said["state"], said["counts"]["ready"]) == ("reading", 0)
    assert problem(caller.post(f"batches/{said['id']}/send")) == (409, "not_in_state")
    read_all()
    assert caller.get(f"batches/{said['id']}").json()["counts"]["ready"] == 4
    assert Message.objects.count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert caller.post(f"batches/{said['id']}/send").json()["state"] == "running"
    feed_some(timezone.now())
    assert Message.objects.count() == 4
    assert [path.name for path in storage.folder().iterdir()] == []


def test_the_same_table_under_its_key_is_one_batch_and_under_another_must_be_wanted(caller: Caller) -> None:
    first = given(caller, table(range(4)))
    again = given(caller, table(range(4)))
    assert (again.status_code, again.json()) == (201, first.json())
    assert problem(given(caller, table(range(5)))) == (409, "idempotency_key_reused")
    assert problem(given(caller, table(range(4)), name="Outro")) == (409, "idempotency_key_reused")
    assert problem(given(caller, table(range(4)), key="k2")) == (409, "table_used_before")
    assert given(caller, table(range(4)), key="k2", again="true").status_code == 201
    assert Batch.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("\n\n", "table_refused"),
        ("celular;nome\n", "table_refused"),
        (b"\xff\xfe\0\0", "table_refused"),
        ("a;b\nx;y\n", "no_mobile_column"),
        ("celular;cliente\n81900000001;Ana\n", "text_refused"),
    ],
)
def test_a_table_that_gives_no_batch_is_refused_at_once(caller: Caller, content: str | bytes, code: str) -> None:
    response = given(caller, content)
    assert problem(response) == (422, "validation_failed")
    assert response.json()["errors"][0]["code"] == code
    assert Batch.objects.count() == 0


def test_a_table_that_was_cut_short_is_no_table(caller: Caller) -> None:
    address = f"/api/v1/batches?{urlencode(OF_TABLE)}"
    headers = {"Authorization": f"Bearer {caller.secret}", "Idempotency-Key": "k1"}
    body = table(range(4)).encode()
    less = {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body) + 10)}
    response = caller.browser.generic("POST", address, body, content_type="text/csv", headers=headers, **less)
    assert problem(response) == (400, "malformed")
    assert Batch.objects.count() == 0


def test_a_table_may_be_larger_than_a_body_and_not_than_on_the_screen(caller: Caller, settings: Any) -> None:
    settings.RECADO_BATCH_MAX_MB = 2
    line = "81900000001;Ana\n"
    large = "celular;nome\n" + line * (1_200_000 // len(line))
    assert given(caller, large).status_code == 201
    assert problem(given(caller, large * 2, key="k2")) == (413, "too_large")


def test_batches_are_listed_by_page_and_state(caller: Caller) -> None:
    numbers = [made(caller, 1, key=f"k{place}").pk for place in range(5)]
    caller.post(f"batches/{numbers[0]}/cancel")
    found: list[int] = []
    cursor = ""
    for _ in range(3):
        page = caller.get(f"batches?limit=2{cursor and '&cursor=' + cursor}").json()
        found += [row["id"] for row in page["batches"]]
        cursor = page["next"] or ""
    assert (found, cursor) == (numbers[::-1], "")
    cancelled = caller.get("batches?state=cancelled&created_by=sistema-exemplo").json()["batches"]
    assert [row["id"] for row in cancelled] == [numbers[0]]
    assert problem(caller.get("batches?state=errado")) == (422, "validation_failed")


def test_reading_and_sending_batches_are_apart(caller: Caller) -> None:
    batch = made(caller)
    reader = caller.scoped(Scope.BATCHES_READ)
    assert reader.get(f"batches/{batch.pk}").status_code == 200
    assert problem(reader.post(f"batches/{batch.pk}/pause")) == (403, "scope_missing")
    assert problem(reader.post("batches", asked(), key="k2")) == (403, "scope_missing")


def test_a_limit_of_a_row_holds(caller: Caller) -> None:
    soon = timezone.now() + timedelta(hours=2)
    made(caller, rows=[{**rows(1)[0], "expires_at": soon.isoformat()}])
    feed_some(timezone.now())
    assert Message.objects.get().expires_at == soon


def test_a_type_that_heeds_no_wish_is_named_as_such(caller: Caller) -> None:
    assert made(caller, 1, type=batch_type().pk).type == batch_type()
    response = caller.post("batches", asked(1, type=1), key="k2")
    assert "não receber" in response.json()["detail"]


def test_health_counts_what_waits_in_batches_and_what_is_paused_apart(caller: Caller) -> None:
    batch = made(caller)
    feed_some(timezone.now(), window=1)
    assert caller.get("health").json()["queue"] | {"oldest_at": ""} == {
        "waiting": 3,
        "in_batches": 2,
        "paused": 0,
        "sending": 0,
        "needs_a_person": 0,
        "oldest_at": "",
    }
    caller.post(f"batches/{batch.pk}/pause")
    queue = caller.get("health").json()["queue"]
    assert (queue["waiting"], queue["in_batches"], queue["paused"]) == (0, 0, 3)
