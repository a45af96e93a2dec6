"""What a phone says by itself is kept before the phone may forget it; over a stand-in for the driver."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from recado.gateway.incoming import Incoming
from recado.inbox.models import IncomingPart, Reply
from recado.modem.errors import LinkDown
from recado.modem.events import LateAnswer, ReportArrived, ReportStored, SignalChanged, SmsArrived, SmsStored
from recado.modem.store import StoredPdu
from recado.outbox import claims
from recado.outbox.models import DeliveryReport, Status
from recado.phones.models import Phone
from tests.support.outbox import (
    ACCEPTED,
    MOBILE,
    NOW,
    UNKNOWN,
    claim,
    make_phone,
    minutes,
    queue_message,
    send_all,
    status_of,
)
from tests.support.pdus import deliver_pdus, report_pdu

pytestmark = pytest.mark.django_db
(HELLO,) = deliver_pdus(MOBILE, "Ainda sem água", NOW)
REPORT = report_pdu(MOBILE, ACCEPTED.reference or 0, NOW)


@dataclass
class Store:
    """The store of a phone, and what was asked of the phone, in order."""

    places: dict[tuple[str, int], str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    kept_at_deletion: list[int] = field(default_factory=list)
    line_falls_at: str = ""
    deletes: bool = True

    def _ask(self, what: str) -> None:
        if what == self.line_falls_at:
            raise LinkDown("A linha caiu.", "")
        self.asked.append(what)

    def list_stored(self) -> tuple[StoredPdu, ...]:
        self._ask("list")
        kinds = {REPORT: "report"}
        return tuple(
            StoredPdu(memory, index, "report" if kinds.get(pdu) else "deliver", pdu)
            for (memory, index), pdu in self.places.items()
        )

    def read_stored(self, memory: str, index: int) -> str | None:
        self._ask("read")
        return self.places.get((memory, index))

    def delete_stored(self, memory: str, index: int) -> bool:
        self._ask("delete")
        self.kept_at_deletion.append(IncomingPart.objects.count() + DeliveryReport.objects.count())
        return self.deletes and self.places.pop((memory, index), None) is not None

    def acknowledge(self) -> None:
        self._ask("acknowledge")
        self.kept_at_deletion.append(IncomingPart.objects.count() + DeliveryReport.objects.count())


def incoming(store: Store) -> Incoming:
    phone = Phone.objects.first() or make_phone()
    return Incoming(store, phone.pk, lambda: NOW)


def test_what_is_handed_over_is_kept_before_it_is_acknowledged() -> None:
    store = Store()
    incoming(store).heed((SmsArrived(HELLO), ReportArrived(REPORT)))
    assert store.asked == ["acknowledge"]
    assert store.kept_at_deletion == [2]


@pytest.mark.parametrize("event", [SmsStored("ME", 0), ReportStored("SR", 3)])
def test_what_waits_in_the_store_is_kept_before_it_is_deleted(event: SmsStored | ReportStored) -> None:
    pdu = HELLO if isinstance(event, SmsStored) else REPORT
    store = Store({(event.memory, event.index): pdu})
    incoming(store).heed((event,))
    assert store.asked == ["read", "delete", "acknowledge"]
    assert store.kept_at_deletion[0] == 1
    assert store.places == {}


def test_what_waits_from_before_the_start_is_fetched() -> None:
    phone = make_phone()
    queue_message()
    message = send_all(phone)
    store = Store({("SM", 1): HELLO, ("ME", 4): REPORT})
    incoming(store).take_stored()
    assert Reply.objects.count() == 1
    assert status_of(message) == Status.DELIVERED
    assert store.places == {}


def test_a_process_that_died_between_keeping_and_deleting_reads_it_again_and_keeps_one() -> None:
    store = Store({("SM", 1): HELLO}, line_falls_at="delete")
    with pytest.raises(LinkDown):
        incoming(store).take_stored()
    assert Reply.objects.count() == 1
    store.line_falls_at = ""
    incoming(store).take_stored()
    assert Reply.objects.count() == 1
    assert store.places == {}


def test_what_the_phone_will_not_delete_is_kept_once_all_the_same() -> None:
    store = Store({("SM", 1): HELLO}, deletes=False)
    incoming(store).take_stored()
    incoming(store).take_stored()
    assert Reply.objects.count() == 1


def test_a_line_that_falls_before_the_acknowledgement_leaves_it_kept() -> None:
    store = Store(line_falls_at="acknowledge")
    with pytest.raises(LinkDown):
        incoming(store).heed((SmsArrived(HELLO),))
    assert Reply.objects.count() == 1


def test_a_place_that_cannot_be_read_now_is_looked_for_again() -> None:
    store, here = Store(), None
    here = incoming(store)
    here.heed((SmsStored("SM", 7),))
    assert here.behind
    store.places[("SM", 7)] = HELLO
    here.take_stored()
    assert not here.behind
    assert Reply.objects.count() == 1


def test_a_report_announced_as_a_message_is_a_report_and_the_other_way_round() -> None:
    phone = make_phone()
    queue_message()
    message = send_all(phone)
    store = Store({("SM", 1): REPORT})
    incoming(store).heed((SmsStored("SM", 1), ReportArrived(HELLO)))
    assert status_of(message) == Status.DELIVERED
    assert Reply.objects.get().text == "Ainda sem água"
    assert not IncomingPart.objects.exclude(fault="").exists()


def test_what_cannot_be_read_is_kept_where_it_was_announced_and_deleted() -> None:
    store = Store({("SM", 1): "07"})
    incoming(store).heed((SmsStored("SM", 1), ReportArrived("0006")))
    assert IncomingPart.objects.get().fault
    assert DeliveryReport.objects.get().fault
    assert store.places == {}


def test_a_late_answer_settles_the_doubtful_try() -> None:
    phone, message = make_phone(), queue_message()
    claims.finish(claim(phone), UNKNOWN, NOW)
    incoming(Store()).heed((LateAnswer(9, "+CMGS: 9"), LateAnswer(None, "+CMS ERROR: 38"), SignalChanged("+CSQ: 3,0")))
    assert status_of(message) == Status.SENT


def test_when_the_line_is_lost_what_was_handed_over_is_kept_without_a_word_to_the_phone() -> None:
    phone, message = make_phone(), queue_message()
    claims.finish(claim(phone), UNKNOWN, NOW - minutes(1))
    store = Store()
    incoming(store).keep((SmsArrived(HELLO), SmsStored("SM", 1), LateAnswer(9, "+CMGS: 9")))
    assert store.asked == []
    assert Reply.objects.count() == 1
    assert status_of(message) == Status.SENT
