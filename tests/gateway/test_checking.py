"""*Testar conexão* and the test SMS, from the screen's row to the phone and back."""

from __future__ import annotations

from django.utils import timezone

from recado.outbox import doorbell
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.models import Attempt, Message, Status
from recado.phones import checking
from recado.phones.models import Condition, Phone
from tests.gateway.conftest import Scene, until


def ready(number: int = 1) -> None:
    until(lambda: Phone.objects.filter(condition=Condition.READY).count() == number)


def ask(phone: Phone) -> None:
    assert checking.ask(phone, actor="ana", now=timezone.now())
    doorbell.ring()


def answered(phone: Phone) -> Phone:
    until(lambda: Phone.objects.filter(pk=phone.pk, check_answered_at__isnull=False).exists(), 15.0)
    return Phone.objects.get(pk=phone.pk)


def test_a_phone_that_is_well_says_so_at_once(scene: Scene) -> None:
    phone, _ = scene.add_phone()
    scene.start()
    ready()
    ask(phone)
    told = answered(phone)
    assert told.check_well
    assert told.check_answer.startswith("Respondeu e está pronto para enviar: ")
    assert (told.check_answered_at - told.check_asked_at).total_seconds() < 10


def test_a_phone_without_signal_answers_with_its_trouble(scene: Scene) -> None:
    phone, emulator = scene.add_phone()
    scene.start()
    ready()
    emulator.control.set_fault("no_signal", True)
    ask(phone)
    told = answered(phone)
    assert not told.check_well
    assert "sinal" in told.check_answer


def test_a_phone_whose_line_is_gone_is_answered_for(scene: Scene) -> None:
    phone, emulator = scene.add_phone()
    scene.start()
    ready()
    emulator.control.unplug()
    until(lambda: Phone.objects.filter(condition=Condition.DISCONNECTED).exists())
    ask(phone)
    told = answered(phone)
    assert not told.check_well
    assert told.check_answer


def test_a_test_sms_leaves_by_its_phone_whatever_the_rules_say(scene: Scene) -> None:
    wanted, emulator = scene.add_phone("Aparelho 1")
    scene.add_phone("Aparelho 2")
    # By its rules the first phone would send neither this type nor, before the other, this DDD.
    Phone.objects.filter(pk=wanted.pk).update(type_ids=[1])
    Phone.objects.filter(name="Aparelho 2").update(ddds=["81"])
    scene.start()
    ready(2)
    number = "+5581900000012"
    enqueue(Event(6, number, "test:1", {"TEXTO": "Teste."}, only_phone_id=wanted.pk), now=timezone.now())
    until(lambda: Message.objects.get().status == Status.SENT)
    assert Attempt.objects.get().phone == wanted
    assert [sms.number for sms in emulator.on_air] == [number]
