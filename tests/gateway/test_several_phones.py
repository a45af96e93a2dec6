"""Several phones on one queue: work shared, rules kept, one that is ill no burden to the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from recado.gateway.choosing import Roster
from recado.outbox import claims, doorbell
from recado.outbox.claims import Claim
from recado.outbox.models import SENT_GROUP, Attempt, Message, MessageType, Priority, Status
from recado.phones import changes
from recado.phones.models import Condition, Phone
from tests.gateway.conftest import QUIET, Scene, queue, until

SLOW = replace(QUIET, latency=0.1)


def all_sent() -> bool:
    return not Message.objects.exclude(status__in=SENT_GROUP).exists()


def ready(number: int) -> None:
    until(lambda: Phone.objects.filter(condition=Condition.READY).count() == number)


def set_rules(name: str, **fields: object) -> None:
    phone = Phone.objects.get(name=name)
    changes.set_rules(phone, fields, note="Regras.", actor="teste", now=timezone.now())
    doorbell.ring()


def test_four_phones_share_a_queue_evenly(scene: Scene) -> None:
    for number in range(4):
        # A pace far longer than the machine's own hiccups: it alone decides who is free.
        scene.add_phone(f"Aparelho {number}", settings=SLOW, pace=0.5)
    scene.start()
    ready(4)
    for number in range(40):
        queue(f"+55819000001{number:02d}")
    until(all_sent)
    shares = Counter(Attempt.objects.values_list("phone_name", flat=True))
    assert sum(shares.values()) == 40
    assert len(shares) == 4
    assert min(shares.values()) >= 7
    on_air = [sms.number for emulator in scene.emulators.values() for sms in emulator.on_air]
    assert len(on_air) == len(set(on_air)) == 40


def test_a_phone_that_hangs_or_floods_leaves_the_queue_to_the_others(scene: Scene) -> None:
    scene.add_phone("Travado", faults={"hang": True})
    scene.add_phone("Tagarela", faults={"chatter": 0.01}, settings=SLOW)
    scene.add_phone("São", settings=SLOW)
    scene.start()
    until(lambda: Phone.objects.get(name="São").condition == Condition.READY)
    for number in range(10):
        queue(f"+55819000001{number:02d}")
    until(all_sent)
    assert not Attempt.objects.filter(phone_name="Travado", result="accepted").exists()


def test_a_phone_whose_quota_is_used_up_claims_nothing_more(scene: Scene) -> None:
    _, emulator = scene.add_phone()
    Phone.objects.update(quota_month=3)
    for number in range(5):
        queue(f"+55819000001{number:02d}")
    scene.start()
    assert len(emulator.wait_on_air(3)) == 3
    assert len(emulator.wait_on_air(4, timeout=0.5)) == 3
    assert Message.objects.filter(status=Status.QUEUED).count() == 2
    set_rules("Aparelho 1", quota_month=4)
    assert len(emulator.wait_on_air(4)) == 4
    set_rules("Aparelho 1", quota_month=None)
    until(all_sent)


def test_a_ddd_goes_by_the_phone_that_prefers_it_while_that_one_is_able(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []
    update = Roster.update

    def noted(roster: Roster, phones: list[Phone], now: datetime) -> None:
        update(roster, phones, now)
        seen.append({phone.condition for phone in phones})

    monkeypatch.setattr(Roster, "update", noted)
    scene.add_phone("Recife")
    scene.add_phone("Outro")
    Phone.objects.filter(name="Recife").update(ddds=["81"])
    scene.start()
    # It chooses by what the supervisor last saw of its phones.
    until(lambda: seen and seen[-1] == {Condition.READY})
    for number in range(6):
        queue(f"+55819000001{number:02d}")
    until(all_sent)
    assert set(Attempt.objects.values_list("phone_name", flat=True)) == {"Recife"}


def test_a_paused_phones_messages_pass_to_one_that_takes_over(scene: Scene) -> None:
    scene.add_phone("Recife")
    _, other = scene.add_phone("Outro")
    Phone.objects.filter(name="Recife").update(ddds=["81"], paused=True)
    Phone.objects.filter(name="Outro").update(takes_over=False)
    queue()
    scene.start()
    ready(2)
    assert other.wait_on_air(1, timeout=1.0) == []
    set_rules("Outro", takes_over=True)
    until(all_sent)
    assert len(other.on_air) == 1


def test_types_that_a_phone_may_not_send_wait_for_another(scene: Scene) -> None:
    _, emulator = scene.add_phone()
    Phone.objects.update(type_ids=[1])
    queue()
    scene.start()
    ready(1)
    assert emulator.wait_on_air(1, timeout=0.5) == []
    set_rules("Aparelho 1", type_ids=[1, 6])
    assert len(emulator.wait_on_air(1)) == 1


def test_a_share_of_the_pace_stays_free_for_urgent_messages(scene: Scene) -> None:
    _, emulator = scene.add_phone(pace=0.2)
    Phone.objects.update(urgent_share=90)
    queue("+5581900000101")
    queue("+5581900000102")
    scene.start()
    assert len(emulator.wait_on_air(1)) == 1
    MessageType.objects.filter(pk=6).update(priority=Priority.URGENT)
    queue("+5581900000103")
    until(all_sent)
    assert [sms.number[-3:] for sms in emulator.on_air] == ["101", "103", "102"]
    first, *_, last = Attempt.objects.order_by("pk").values_list("started_at", flat=True)
    assert (last - first).total_seconds() >= 2.0


def test_a_paused_phone_does_not_look_into_the_queue(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    take = claims.claim_next

    def noting(phone: Phone, *others: Any) -> Claim | None:
        looks.append(phone.name)
        return take(phone, *others)

    monkeypatch.setattr(claims, "claim_next", noting)
    scene.add_phone("Pausado")
    scene.add_phone("Outro")
    Phone.objects.filter(name="Pausado").update(paused=True)
    scene.start()
    ready(2)
    queue()
    until(all_sent)
    assert set(looks) == {"Outro"}
    Phone.objects.filter(name="Outro").update(paused=True)
    Phone.objects.filter(name="Pausado").update(paused=False)
    queue("+5581900000102")
    until(all_sent)
