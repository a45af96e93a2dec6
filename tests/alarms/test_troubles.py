from datetime import timedelta

import pytest

from recado.alarms.models import Kind
from recado.alarms.troubles import DownSince, Trouble, troubles
from recado.outbox import decisions
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.models import Message, MessageType, Priority, Status
from recado.phones.models import Condition, Phone
from tests.alarms.conftest import LIMITS
from tests.support.outbox import MOBILE, NOW, ONE_PART, make_phone, make_type, minutes, queue_message

pytestmark = pytest.mark.django_db
UNTIL = NOW + timedelta(days=2)


def seen(at=NOW, down_since: DownSince | None = None) -> list[Trouble]:
    return troubles(at, LIMITS, down_since or DownSince())


def ill_phone(**fields: object) -> Phone:
    return make_phone(**({"condition": Condition.NO_SIGNAL, "condition_since": NOW} | fields))


def queue_urgent() -> Message:
    return queue_message(kind=make_type(priority=Priority.URGENT))


def test_with_nothing_wrong_there_is_nothing_to_tell():
    make_phone(condition=Condition.READY)
    queue_urgent()
    assert seen() == []


def test_a_phone_that_is_not_ready_for_long_enough_is_told_with_its_reason():
    ill_phone(reason="O aparelho não tem sinal.", advice="Confira a antena.")
    assert seen(NOW + minutes(9)) == []
    (trouble,) = seen(NOW + minutes(10))
    assert (trouble.kind, trouble.subject, trouble.since) == (Kind.PHONE_DOWN, "Aparelho 1", NOW)
    assert trouble.sentence == "O aparelho “Aparelho 1” não envia: sem sinal. O aparelho não tem sinal."
    assert "Confira a antena." in trouble.advice


def test_an_advice_that_ends_with_a_path_is_still_a_sentence():
    ill_phone(advice="Veja os dispositivos: ls -l /dev/serial/by-id")
    (trouble,) = seen(NOW + minutes(10))
    assert trouble.advice == "Veja os dispositivos: ls -l /dev/serial/by-id. A fila espera; nada se perde."


@pytest.mark.parametrize("change", [{"paused": True}, {"enabled": False}, {"condition": Condition.READY}])
def test_a_phone_that_is_well_or_that_people_stopped_is_no_trouble(change: dict[str, object]):
    ill_phone()
    Phone.objects.update(**change)
    assert seen(NOW + minutes(60)) == []


def test_a_phone_that_passes_from_one_ill_state_to_another_is_down_since_the_first():
    phone, down_since = ill_phone(), DownSince()
    assert seen(NOW, down_since) == []
    Phone.objects.filter(pk=phone.pk).update(condition=Condition.SILENT, condition_since=NOW + minutes(9))
    (trouble,) = seen(NOW + minutes(10), down_since)
    assert trouble.since == NOW


def test_a_phone_that_was_well_in_between_is_down_since_the_second_time():
    phone, down_since = ill_phone(), DownSince()
    seen(NOW, down_since)
    Phone.objects.filter(pk=phone.pk).update(condition=Condition.READY)
    seen(NOW + minutes(5), down_since)
    Phone.objects.filter(pk=phone.pk).update(condition=Condition.SILENT, condition_since=NOW + minutes(9))
    assert seen(NOW + minutes(10), down_since) == []


def test_a_phone_that_no_gateway_looks_after_is_down_since_its_lease_ended():
    left = make_phone(condition=Condition.READY)
    make_phone("Aparelho 2", condition=Condition.READY)
    Phone.objects.filter(pk=left.pk).update(held_until=NOW)
    (trouble,) = seen(NOW + minutes(11))
    assert trouble.since == NOW
    assert "não está cuidando" in trouble.sentence


def test_an_urgent_message_that_waits_too_long_is_told_without_its_number_or_text():
    queue_urgent()
    assert seen(NOW + minutes(14)) == []
    (trouble,) = seen(NOW + minutes(16))
    assert (trouble.kind, trouble.since) == (Kind.OLDEST_URGENT, NOW)
    told = trouble.sentence + trouble.advice
    assert MOBILE not in told
    assert ONE_PART not in told


def test_a_test_sms_of_a_phone_that_is_down_is_no_urgent_message():
    phone = make_phone("Aparelho 2", condition=Condition.READY)
    enqueue(Event(6, MOBILE, "test:x", {"TEXTO": "Teste"}, only_phone_id=phone.pk), now=NOW)
    assert seen(NOW + minutes(16)) == []


def test_a_message_that_is_not_urgent_may_wait():
    queue_message()
    assert seen(NOW + minutes(600)) == []


def test_a_message_that_a_person_put_back_waits_from_then_on():
    message = queue_urgent()
    Message.objects.update(status=Status.FAILED)
    decisions.resend(message.pk, actor="ana", now=NOW + minutes(60))
    assert seen(NOW + minutes(74)) == []
    (trouble,) = seen(NOW + minutes(75))
    assert trouble.since == NOW + minutes(60)


@pytest.mark.parametrize(("sent", "failed", "told"), [(16, 4, False), (15, 5, True), (0, 19, False), (0, 20, True)])
def test_errors_are_told_above_their_share_and_never_of_a_few(sent: int, failed: int, told: bool):
    kind = MessageType.objects.get(pk=6)
    for number, status in enumerate([Status.DELIVERED] * sent + [Status.FAILED] * failed):
        message = queue_message(kind=kind, number=f"+55819123{number:05d}")
        Message.objects.filter(pk=message.pk).update(status=status, moment=NOW)
    assert [trouble.kind for trouble in seen()] == ([Kind.ERRORS] if told else [])
    assert seen(NOW + minutes(60)) == []
