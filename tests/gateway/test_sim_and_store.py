"""The PIN is tried once, the balance asked for now and then, and the phone's store settles doubt after a crash."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from recado.gateway.line import PinKeeper
from recado.outbox import evidence
from recado.outbox.models import Attempt, AttemptResult, Message, Segment, SegmentStatus, Status
from recado.phones import changes
from recado.phones.models import Condition, Phone, PhoneChange
from tests.gateway.conftest import Scene, fresh, queue, until


@override_settings(RECADO_SIM_PINS={"Aparelho 1": "1234"})
def test_the_right_pin_is_entered_and_may_be_entered_again_after_a_power_cut(scene: Scene) -> None:
    _, emulator = scene.add_phone(faults={"sim_pin": True})
    message = queue()
    scene.start()
    until(lambda: fresh(message).status == Status.SENT)
    assert Phone.objects.get().pin_tried == ""
    assert len(emulator.on_air) == 1


@override_settings(RECADO_SIM_PINS={"Aparelho 1": "9999"})
def test_a_wrong_pin_is_tried_once_and_never_blocks_the_sim(scene: Scene) -> None:
    _, emulator = scene.add_phone(faults={"sim_pin": True})
    message = queue()
    for _ in range(3):
        scene.start()
        until(lambda: Phone.objects.get().condition == Condition.SIM_PIN)
        scene.end()
    assert emulator.phone.faults.is_on("sim_pin")
    assert not emulator.phone.faults.is_on("sim_puk")
    assert (fresh(message).status, fresh(message).attempts) == (Status.QUEUED, 0)


@pytest.mark.django_db
def test_another_pin_or_another_sim_may_be_tried() -> None:
    phone = Phone.objects.create(name="Aparelho 1", link="serial:/dev/null")
    first = PinKeeper(phone.pk, "1234")
    assert first.may_try("8955")
    assert not first.may_try("8955")
    assert first.may_try("8956")
    assert PinKeeper(phone.pk, "4321").may_try("8956")
    assert "1234" not in Phone.objects.get().pin_tried


@pytest.mark.django_db
def test_without_a_pin_none_is_tried() -> None:
    phone = Phone.objects.create(name="Aparelho 1", link="serial:/dev/null")
    assert not PinKeeper(phone.pk, None).may_try("8955")


def test_a_lost_service_centre_is_written_where_one_is_wanted(scene: Scene) -> None:
    phone, _ = scene.add_phone(faults={"no_smsc": True})
    Phone.objects.filter(pk=phone.pk).update(smsc_wanted="+5581900000099")
    message = queue()
    scene.start()
    until(lambda: fresh(message).status == Status.SENT)


def test_the_balance_is_asked_for_and_kept(scene: Scene) -> None:
    phone, _ = scene.add_phone()
    Phone.objects.filter(pk=phone.pk).update(balance_code="*222#")
    scene.start()
    until(lambda: Phone.objects.get().balance)
    assert Phone.objects.get().balance_at is not None


def test_roaming_is_told_and_stops_nothing(scene: Scene) -> None:
    scene.add_phone(faults={"roaming": True})
    message = queue()
    scene.start()
    until(lambda: fresh(message).status == Status.SENT)
    until(lambda: "roaming" in Phone.objects.get().notice.lower() or "visitad" in Phone.objects.get().notice)
    assert Phone.objects.get().condition == Condition.READY


@pytest.mark.parametrize("fate", ["on_air", "not_on_air"])
def test_the_phones_store_tells_what_became_of_a_message_cut_off(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    monkeypatch.setattr("recado.gateway.stored.settings.RECADO_SEND_DEADLINE", 0.5, raising=False)
    monkeypatch.setattr("recado.gateway.serving.settings.RECADO_PHONE_CHECK_SECONDS", 0.3)
    phone, emulator = scene.add_phone(faults={"drop_after_submit": {"value": fate, "times": 1}})
    Phone.objects.filter(pk=phone.pk).update(store_first=True)
    message = queue()
    scene.start()
    until(lambda: fresh(message).status == Status.UNCERTAIN)
    emulator.control.plug()
    until(lambda: fresh(message).status == Status.SENT, 30)
    assert len(emulator.on_air) == 1


def test_a_message_that_expired_in_doubt_is_for_a_person(transactional_db: None) -> None:
    from recado.outbox.claims import expire_due

    phone = Phone.objects.create(name="Aparelho 1", link="serial:/dev/null")
    doubtful, plain = queue(), queue("+5581900000013")
    part = Segment.objects.create(message=doubtful, index=1, total=1, text="x", status=SegmentStatus.PENDING)
    attempt = Attempt.objects.create(
        segment=part, phone=phone, number=doubtful.number, started_at=timezone.now(), result=AttemptResult.AMBIGUOUS
    )
    later = timezone.now() + timedelta(days=30)
    assert expire_due(later) == 2
    assert (fresh(doubtful).status, fresh(plain).status) == (Status.UNCERTAIN, Status.EXPIRED)
    assert evidence.prove_accepted(attempt, 7, later, "Comprovada.")
    assert fresh(doubtful).status == Status.SENT


def test_a_message_that_expired_and_had_gone_out_is_sent_by_evidence(transactional_db: None) -> None:
    phone = Phone.objects.create(name="Aparelho 1", link="serial:/dev/null")
    message = queue()
    part = Segment.objects.create(message=message, index=1, total=1, text="x", status=SegmentStatus.UNCERTAIN)
    attempt = Attempt.objects.create(
        segment=part, phone=phone, number=message.number, started_at=timezone.now(), result=AttemptResult.UNKNOWN
    )
    Message.objects.filter(pk=message.pk).update(status=Status.EXPIRED)
    assert evidence.prove_accepted(attempt, 7, timezone.now(), "Comprovada.")
    assert fresh(message).status == Status.SENT


def test_a_changed_use_of_the_line_takes_effect_without_a_restart(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recado.gateway.serving.SLOW_POLL", 0.1)
    phone, emulator = scene.add_phone(faults={"no_smsc": True})
    scene.start()
    until(lambda: Phone.objects.get().condition == Condition.NO_SMSC)
    monkeypatch.setattr("recado.gateway.serving.HEALTH_EVERY_WHEN_ILL", 0.1)
    changes.set_line(phone, {"smsc_wanted": "+5581900000099"}, note="Central.", actor="ana", now=timezone.now())
    message = queue()
    until(lambda: fresh(message).status == Status.SENT, 30)
    assert len(emulator.on_air) == 1
    assert PhoneChange.objects.get().what == "Central."
