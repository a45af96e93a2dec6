"""RAs through the API: opened, reiterated, closed, each once, with the SMS that belongs to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from recado.outbox.models import Message
from recado.people.models import AuditEntry, Deed
from recado.service_requests.models import Channel, ClosingReason, Requester, ServiceRequest, Subtype
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db

WHO = {"name": "Ana Lima", "mobile": "(81) 90000-0001"}
SUCCESS = 2


def body(**fields: Any) -> dict[str, Any]:
    subtype, channel = Subtype.objects.values_list("pk", flat=True)[0], Channel.objects.values_list("pk", flat=True)[0]
    return {"subtype": subtype, "channel": channel, "requester": WHO, **fields}


def opened(caller: Caller, key: str = "k1", **fields: Any) -> dict[str, Any]:
    response = caller.post("requests", body(**fields), key=key)
    assert response.status_code == 201, response.json()
    said: dict[str, Any] = response.json()
    return said


def test_an_opened_ra_has_its_protocol_and_its_sms(caller: Caller) -> None:
    said = opened(caller, property_id="1234567", description="Vazamento na calçada.")

    read = caller.get(said["url"].removeprefix("/api/v1/")).json()
    assert (read["number"], read["status"], read["property_id"]) == (said["number"], "pending", "1234567")
    assert [one["protocol"] for one in read["requesters"]] == [said["protocol"]]
    assert [one["id"] for one in read["messages"]] == [said["message"]["id"]]
    assert said["protocol"] in read["messages"][0]["text"]
    assert caller.get(f"protocols/{said['protocol']}").json() == read
    assert AuditEntry.objects.get(deed=Deed.REQUEST_OPENED).who == "sistema-exemplo"


def test_the_same_key_opens_one_ra(caller: Caller) -> None:
    assert opened(caller) == opened(caller)
    assert (ServiceRequest.objects.count(), Message.objects.count()) == (1, 1)


def test_without_a_mobile_nobody_is_told(caller: Caller) -> None:
    said = opened(caller, requester={"name": "Ana Lima"})
    assert said["message"] is None
    assert Message.objects.count() == 0


def test_a_reiteration_has_its_own_protocol_and_is_made_once(caller: Caller) -> None:
    first = opened(caller)
    path = f"requests/{first['number']}/reiterations"
    again = {"requester": {"name": "Bruno Melo", "mobile": "81900000002"}}

    said = caller.post(path, again, key="k2").json()
    assert caller.post(path, again, key="k2").json() == said
    assert said["protocol"] != first["protocol"]
    assert Requester.objects.count() == 2
    assert ServiceRequest.objects.get().reiterations == 1


def test_a_closing_with_success_tells_each_mobile_once(caller: Caller) -> None:
    first = opened(caller)
    path = f"requests/{first['number']}"
    caller.post(f"{path}/reiterations", {"requester": WHO}, key="k2")

    closed = caller.post(f"{path}/closing", {"reason": SUCCESS, "note": "Feito."}, key="k3")
    assert closed.status_code == 201
    assert len(closed.json()["messages"]) == 1
    assert caller.post(f"{path}/closing", {"reason": SUCCESS, "note": "Feito."}, key="k3").json() == closed.json()
    for address, data in ((f"{path}/closing", {"reason": SUCCESS}), (f"{path}/reiterations", {"requester": WHO})):
        refused = caller.post(address, data, key=f"other:{address}")
        assert (refused.status_code, refused.json()["code"]) == (409, "already_closed")
        assert "encerrado" in refused.json()["detail"]


def test_another_reason_tells_nobody(caller: Caller) -> None:
    number = opened(caller)["number"]
    reason = ClosingReason.objects.exclude(pk=SUCCESS).values_list("pk", flat=True)[0]
    assert caller.post(f"requests/{number}/closing", {"reason": reason}, key="k2").json()["messages"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"subtype": 9999}, "/subtype"),
        ({"channel": 9999}, "/channel"),
        ({"requester": {"mobile": "81 3000-0001"}}, "/requester/mobile"),
        ({"requester": {"email": "ana"}}, "/requester/email"),
        ({"requester": []}, "/requester"),
        ({"property_id": "12a"}, "/property_id"),
        ({"description": "x" * 401}, "/description"),
    ],
)
def test_a_refused_value_opens_nothing(caller: Caller, change: Any, pointer: str) -> None:
    response = caller.post("requests", body(**change), key="k1")
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, pointer)
    assert ServiceRequest.objects.count() == 0


def test_a_closing_time_needs_a_zone_and_lies_between_opening_and_now(caller: Caller) -> None:
    number = opened(caller)["number"]
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    for written in ("2026-11-22T14:00:00", tomorrow, "2001-01-01T00:00:00-03:00", "ontem"):
        response = caller.post(f"requests/{number}/closing", {"reason": SUCCESS, "closed_at": written}, key=written)
        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/closed_at"), written
    assert ServiceRequest.objects.get().status == "pending"
