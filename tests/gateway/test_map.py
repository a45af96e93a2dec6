"""An Android phone by MAP, from the queue to the status: the whole gateway, and an obexd that does as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from recado.gateway import map_following, serving
from recado.gateway.supervisor import Supervisor
from recado.gateway.surroundings import Surroundings
from recado.inbox.models import IncomingPart, Reply
from recado.links.bluetooth.bus import Bus
from recado.links.bluetooth.map_phone import MapRadio
from recado.links.machine import Machine
from recado.outbox import decisions
from recado.outbox.models import Attempt, AttemptResult, Message, Segment, SegmentStatus, Status
from recado.phones import leases
from recado.phones.models import Condition, Phone
from tests.gateway.conftest import PATIENCE, fresh, queue, until
from tests.gateway.test_sending import LONG
from tests.links.fake_bluez import MAS, PHONE, FakeBlueZ, FakeDevice, PrivateBus
from tests.links.fake_obex import FAILED, FakeMessage, FakeObexd
from tests.links.test_map import ObexOnTestsBus

pytestmark = pytest.mark.skipif(not PrivateBus.available(), reason="needs dbus-daemon (apt install dbus)")
CUSTOMER = "+5581900000012"


@dataclass
class Stage:
    """A phone, the obexd before it, and the gateway once `start` was called."""

    folder: Path
    bus: PrivateBus
    obexd: FakeObexd
    device: FakeDevice
    phone: Phone
    radios: list[MapRadio] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def start(self) -> None:
        self.stop.clear()
        folder = self.folder / f"obex-{len(self.radios)}"
        folder.mkdir()
        machine = Machine(sysfs=self.folder / "sys")
        radio = MapRadio(ObexOnTestsBus(self.bus.address, folder), Bus(lambda: self.bus.address), machine)
        self.radios.append(radio)
        around = Surroundings(holder=leases.this_process(), open_map=radio.open)
        self.thread = threading.Thread(target=Supervisor(around).run, args=(self.stop,), daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        if self.thread is not None:
            self.thread.join(PATIENCE)
            assert not self.thread.is_alive()
            self.thread = None
            self.radios[-1].close()

    def ready(self) -> None:
        until(lambda: Phone.objects.get().condition == Condition.READY)

    def taken(self) -> Attempt:
        """Wait until the phone has the message; give the try."""
        until(lambda: Attempt.objects.filter(result=AttemptResult.HANDED_OVER).exists())
        return Attempt.objects.get()


@pytest.fixture
def stage(
    tmp_path: Path, transactional_db: None, empty_run_folder: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    monkeypatch.setattr(map_following, "LOOKS", (0.05, 0.2, 0.5, 1.0))
    monkeypatch.setattr(serving, "HEALTH_EVERY_WHEN_ILL", 0.3)
    with ExitStack() as stack:
        bus = PrivateBus(tmp_path)
        bus.start()
        stack.callback(bus.stop)
        bluez = FakeBlueZ(bus.address)
        bluez.start()
        stack.callback(bluez.close)
        obexd = FakeObexd(bus.address)
        obexd.start()
        stack.callback(obexd.close)
        device = bluez.add(FakeDevice(uuids=[MAS], name="Celular da recepção"))
        phone = Phone.objects.create(name="Celular", link=f"map:{PHONE}", pace_seconds=0.0)
        stage = Stage(tmp_path, bus, obexd, device, phone)
        stack.callback(stage.end)
        yield stage


def test_a_message_is_handed_over_and_then_known_to_be_sent(stage: Stage) -> None:
    message = queue()
    stage.start()
    until(lambda: Attempt.objects.filter(result=AttemptResult.ACCEPTED).exists())
    (pushed,) = stage.obexd.pushed
    assert (pushed.text, pushed.recipients[0].number) == (message.text, CUSTOMER)
    assert fresh(message).status == Status.SENT
    assert Attempt.objects.get().reason == "O aparelho avisou que enviou."
    assert Phone.objects.get().model == "Celular da recepção"


def test_without_a_word_of_the_phone_it_stays_handed_over(stage: Stage) -> None:
    stage.obexd.behaviour.moves_to = "nowhere"
    message = queue()
    stage.start()
    attempt = stage.taken()
    until(lambda: stage.obexd.members().count("ListMessages") >= 6)
    attempt.refresh_from_db()
    assert (attempt.result, attempt.get_result_display()) == (AttemptResult.HANDED_OVER, "Entregue ao aparelho")
    assert fresh(message).status == Status.SENT


@pytest.mark.parametrize(
    ("word", "status", "result"),
    [
        ("sending-success", Status.SENT, AttemptResult.ACCEPTED),
        ("delivery-success", Status.DELIVERED, AttemptResult.ACCEPTED),
        ("delivery-failure", Status.UNDELIVERED, AttemptResult.ACCEPTED),
        ("sending-failure", Status.FAILED, AttemptResult.REJECTED),
    ],
)
def test_the_phones_own_word_settles_it(stage: Stage, word: str, status: Status, result: AttemptResult) -> None:
    stage.obexd.behaviour.moves_to = "outbox"
    message = queue()
    stage.start()
    stage.taken()
    until(lambda: Attempt.objects.get().code.startswith("MAP "))
    stage.obexd.told(int(Attempt.objects.get().code.split()[1]), word)
    until(lambda: Attempt.objects.get().result == result)
    until(lambda: fresh(message).status == status)


def test_a_text_that_the_phone_could_not_send_can_be_sent_again(stage: Stage) -> None:
    stage.obexd.behaviour.moves_to = "outbox"
    message = queue()
    stage.start()
    stage.taken()
    until(lambda: Attempt.objects.get().code.startswith("MAP "))
    stage.obexd.told(int(Attempt.objects.get().code.split()[1]), "sending-failure")
    until(lambda: fresh(message).status == Status.FAILED)
    stage.obexd.behaviour.moves_to = "sent"
    decisions.resend(message.pk, actor="ana", now=timezone.now())
    until(lambda: fresh(message).status == Status.SENT)
    assert len(stage.obexd.pushed) == 2


def test_a_long_text_is_one_segment_one_try_and_counts_its_sms(stage: Stage) -> None:
    message = queue(text=LONG)
    stage.start()
    until(lambda: fresh(message).status == Status.SENT)
    assert [sms.text for sms in stage.obexd.pushed] == [Segment.objects.get().text]
    assert (Segment.objects.get().total, Attempt.objects.count()) == (1, 1)
    assert Phone.objects.get().used_in_day == 3


def test_a_long_text_that_failed_may_have_gone_in_part(stage: Stage) -> None:
    stage.obexd.behaviour.moves_to = "outbox"
    message = queue(text=LONG)
    stage.start()
    stage.taken()
    until(lambda: Attempt.objects.get().code.startswith("MAP "))
    stage.obexd.told(int(Attempt.objects.get().code.split()[1]), "sending-failure")
    until(lambda: fresh(message).status == Status.UNCERTAIN)


def test_the_pace_is_that_of_the_sms_which_the_phone_makes(stage: Stage) -> None:
    Phone.objects.update(pace_seconds=0.3)
    long = queue(text=LONG)
    following = queue("+5581900000013")
    stage.start()
    until(lambda: fresh(following).status == Status.SENT)
    first, second = (Attempt.objects.get(segment__message=one).started_at for one in (long, following))
    assert (second - first).total_seconds() >= 3 * 0.3 - 0.005


@pytest.mark.parametrize("end", ["vanish", "die"])
def test_a_push_whose_end_was_not_seen_is_for_a_person(stage: Stage, end: str) -> None:
    message = queue()
    stage.obexd.behaviour.push_ends = end
    stage.start()
    until(lambda: fresh(message).status == Status.UNCERTAIN)
    stage.obexd.behaviour.push_ends = "complete"
    stage.obexd.behaviour.folder_errors.clear()
    if end == "die":
        stage.obexd.start()
    following = queue("+5581900000013")
    until(lambda: fresh(following).status == Status.SENT)
    assert fresh(message).status == Status.UNCERTAIN
    assert [sms.recipients[0].number for sms in stage.obexd.pushed] == [following.number]


def test_a_doubt_is_settled_by_what_lies_among_the_sent(stage: Stage) -> None:
    message = queue()
    stage.obexd.behaviour.push_ends = "taken_then_vanish"
    stage.start()
    until(lambda: Attempt.objects.filter(result=AttemptResult.UNKNOWN).exists())
    stage.obexd.messages[-1].at = timezone.localtime().strftime("%Y%m%dT%H%M%S")
    stage.obexd.behaviour.folder_errors.clear()
    until(lambda: fresh(message).status == Status.SENT)
    assert len(stage.obexd.pushed) == 1


def test_an_older_message_of_the_same_words_settles_nothing(stage: Stage) -> None:
    yesterday = timezone.localtime() - timedelta(days=1)
    old = FakeMessage(7, "sent", CUSTOMER, "Protocolo 20261000000012.", at=yesterday.strftime("%Y%m%dT%H%M%S"))
    stage.obexd.messages.append(old)
    stage.obexd.behaviour.moves_to = "nowhere"
    message = queue()
    stage.start()
    attempt = stage.taken()
    until(lambda: stage.obexd.members().count("ListMessages") >= 8)
    attempt.refresh_from_db()
    assert (attempt.result, attempt.code) == (AttemptResult.HANDED_OVER, "")
    assert fresh(message).status == Status.SENT


def test_a_phone_that_refuses_costs_no_try_and_the_queue_waits(stage: Stage) -> None:
    stage.obexd.behaviour.push_ends = "error"
    message = queue()
    stage.start()
    until(lambda: Phone.objects.get().condition == Condition.LINE_REFUSED)
    until(lambda: fresh(message).status == Status.QUEUED)
    assert fresh(message).attempts == 0
    assert "acesso a mensagens" in Phone.objects.get().reason


def test_a_phone_out_of_reach_costs_no_try_and_is_reached_again(stage: Stage) -> None:
    stage.obexd.behaviour.session_error = (FAILED, "Host is down (112)")
    message = queue()
    stage.start()
    until(lambda: "fora de alcance" in Phone.objects.get().reason)
    assert (fresh(message).status, fresh(message).attempts) == (Status.QUEUED, 0)
    stage.obexd.behaviour.session_error = None
    until(lambda: fresh(message).status == Status.SENT)
    assert (len(stage.obexd.pushed), Attempt.objects.count()) == (1, 1)


def test_a_reply_is_kept_once_however_often_the_phone_tells_of_it(stage: Stage) -> None:
    stage.start()
    stage.ready()
    came = stage.obexd.comes_in(CUSTOMER, "Obrigado!")
    until(lambda: Reply.objects.exists())
    stage.obexd.told(came.handle, "notification")
    stage.obexd.comes_in("+5581900000013", "Sair.")
    until(lambda: Reply.objects.count() == 2)
    first, second = Reply.objects.order_by("pk")
    assert (first.number, first.text, first.is_whole) == (CUSTOMER, "Obrigado!", True)
    assert (second.number, second.asks_to_stop) == ("+5581900000013", True)
    assert IncomingPart.objects.count() == 2


def test_what_is_no_sms_is_no_reply(stage: Stage) -> None:
    stage.start()
    stage.ready()
    stage.obexd.comes_in(CUSTOMER, "uma foto", kind="MMS")
    stage.obexd.comes_in(CUSTOMER, "Oi")
    until(lambda: Reply.objects.exists())
    assert [reply.text for reply in Reply.objects.all()] == ["Oi"]


def test_replies_that_came_while_the_phone_was_away_are_fetched_and_its_past_is_not(stage: Stage) -> None:
    old = timezone.localtime() - timedelta(days=30)
    stage.obexd.put_in("+5581900000099", "Assunto particular", at=old.strftime("%Y%m%dT%H%M%S"))
    stage.start()
    stage.ready()
    stage.end()
    stage.obexd.put_in(CUSTOMER, "Respondi", at=timezone.localtime().strftime("%Y%m%dT%H%M%S"))
    stage.start()
    until(lambda: Reply.objects.exists())
    assert [reply.text for reply in Reply.objects.all()] == ["Respondi"]


def test_a_reply_that_could_not_be_fetched_is_fetched_later(stage: Stage, settings: Any) -> None:
    settings.RECADO_PHONE_CHECK_SECONDS = 0.3
    stage.start()
    stage.ready()
    stage.obexd.behaviour.get_ends = "error"
    came = stage.obexd.comes_in(CUSTOMER, "Respondi")
    came.at = timezone.localtime(timezone.now() + timedelta(seconds=1)).strftime("%Y%m%dT%H%M%S")
    until(lambda: "Get" in stage.obexd.members())
    stage.obexd.behaviour.get_ends = "complete"
    until(lambda: Reply.objects.exists())
    assert IncomingPart.objects.count() == 1


def test_a_message_of_which_a_part_has_gone_waits_for_a_phone_that_sends_parts(stage: Stage) -> None:
    begun, other = queue(text=LONG), queue("+5581900000013")
    for index, status in enumerate((SegmentStatus.SENT, SegmentStatus.PENDING, SegmentStatus.PENDING), start=1):
        Segment.objects.create(message=begun, index=index, total=3, text="parte", status=status)
    stage.start()
    until(lambda: fresh(other).status == Status.SENT)
    assert fresh(begun).status == Status.QUEUED


def test_a_message_that_waits_in_parts_none_of_which_has_gone_is_taken_whole(stage: Stage) -> None:
    message = queue(text=LONG)
    for index in (1, 2, 3):
        Segment.objects.create(message=message, index=index, total=3, text="parte")
    stage.start()
    until(lambda: fresh(message).status == Status.SENT)
    assert Segment.objects.get().total == 1
    assert len(stage.obexd.pushed) == 1


def test_a_gateway_that_dies_in_a_push_leaves_a_doubt_and_no_second_push(stage: Stage) -> None:
    """What the next gateway finds: the try in flight, and word that the push had begun."""
    message = queue()
    Message.objects.filter(pk=message.pk).update(status=Status.SENDING, phone=stage.phone)
    row = Segment.objects.create(message=message, index=1, total=1, text=message.text, status=SegmentStatus.SENDING)
    Attempt.objects.create(
        segment=row, phone=stage.phone, phone_name="Celular", number=CUSTOMER, started_at=timezone.now()
    )
    stage.start()
    until(lambda: fresh(message).status == Status.UNCERTAIN)
    assert stage.obexd.pushed == []


def test_a_long_text_in_flight_when_the_gateway_died_is_one_doubt(stage: Stage) -> None:
    message = queue(text=LONG)
    Message.objects.filter(pk=message.pk).update(status=Status.SENDING, phone=stage.phone)
    row = Segment.objects.create(message=message, index=1, total=1, text=LONG, status=SegmentStatus.SENDING)
    Attempt.objects.create(
        segment=row, phone=stage.phone, phone_name="Celular", number=CUSTOMER, started_at=timezone.now()
    )
    stage.start()
    until(lambda: fresh(message).status == Status.UNCERTAIN)
    decisions.confirm_sent(message.pk, actor="ana", now=timezone.now())
    assert fresh(message).status == Status.SENT
