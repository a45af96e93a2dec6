"""Replies over a real pseudo-terminal: what a customer writes reaches the inbox once, whatever happens."""

from __future__ import annotations

import pytest

from recado.inbox.models import IncomingPart, Reply
from recado.inbox.receiving import MISSING_PART
from recado.outbox import consent
from recado.phones.models import Condition, Phone
from tests.gateway.conftest import Scene, queue, until
from tests.gateway.test_sending import LONG

MOBILE = "+5581900000012"


def ready(scene: Scene) -> None:
    scene.start()
    until(lambda: Phone.objects.get().condition == Condition.READY)


@pytest.mark.parametrize("faults", [{}, {"cnma_refused": True}, {"cnmi_mode_1": True}, {"cmgl_hangs": True}])
def test_a_reply_reaches_the_inbox(scene: Scene, faults: dict[str, object]) -> None:
    _, emulator = scene.add_phone(faults=faults)
    ready(scene)
    for text in ("Ainda sem água", "Obrigado! 💧"):
        emulator.control.deliver(MOBILE, text)
    until(lambda: Reply.objects.count() == 2)
    assert set(Reply.objects.values_list("number", "text")) == {(MOBILE, "Ainda sem água"), (MOBILE, "Obrigado! 💧")}


def test_replies_that_came_before_the_start_are_fetched(scene: Scene) -> None:
    _, emulator = scene.add_phone()
    emulator.control.deliver(MOBILE, "Oi")
    emulator.control.deliver("28500", "Seu plano vence hoje")
    ready(scene)
    until(lambda: Reply.objects.count() == 2)
    scene.end()
    scene.start()
    following = queue()
    until(lambda: emulator.wait_on_air(1))
    assert Reply.objects.count() == 2
    assert following.pk


def test_a_long_reply_is_one_text_whatever_the_order_of_its_parts(scene: Scene) -> None:
    _, emulator = scene.add_phone(faults={"parts_shuffled": True})
    ready(scene)
    assert emulator.control.deliver(MOBILE, LONG) > 2
    until(lambda: Reply.objects.filter(is_whole=True).exists())
    assert Reply.objects.get().text == LONG


def test_a_reply_with_a_part_that_never_comes_is_shown_with_a_gap(scene: Scene) -> None:
    _, emulator = scene.add_phone(faults={"part_lost": {"value": True, "times": 1}})
    ready(scene)
    parts = emulator.control.deliver(MOBILE, LONG)
    until(lambda: IncomingPart.objects.count() == parts - 1)
    reply = Reply.objects.get()
    assert not reply.is_whole
    assert MISSING_PART in reply.text


def test_a_full_store_is_emptied_and_what_waited_in_the_network_follows(scene: Scene) -> None:
    _, emulator = scene.add_phone()
    for number in range(60):
        emulator.control.deliver(f"+55819000001{number:02d}", f"Resposta {number}")
    ready(scene)
    until(lambda: Reply.objects.count() == 60)
    assert set(Reply.objects.values_list("text", flat=True)) == {f"Resposta {number}" for number in range(60)}


def test_replies_come_in_while_the_queue_is_long(scene: Scene) -> None:
    _, emulator = scene.add_phone()
    for number in range(200):
        queue(key=f"long:{number}")
    scene.start()
    emulator.wait_on_air(5)
    emulator.control.deliver(MOBILE, "SAIR")
    until(lambda: consent.opted_out(MOBILE))
