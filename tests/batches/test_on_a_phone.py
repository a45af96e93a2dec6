"""A batch through a phone in software: it yields to RAs at every send, pauses, goes on, and doubles nothing."""

from __future__ import annotations

import pytest
from django.utils import timezone

from recado.batches import decisions
from recado.batches.feeding import feed_some, look_after_some
from recado.batches.models import State
from recado.emulator.serve import RunningEmulator
from recado.outbox.models import Message, Status
from recado.service_requests.operations import Opened
from tests.batches.scene import fresh, mobile, table, under_way
from tests.gateway.conftest import Scene, scene, until
from tests.web.attendance import open_ra

__all__ = ["scene"]
pytestmark = pytest.mark.django_db


def on_air(emulator: RunningEmulator) -> list[str]:
    return [sms.number for sms in emulator.on_air]


def test_an_ra_goes_before_every_row_that_has_not_begun(scene: Scene) -> None:
    _, emulator = scene.add_phone(pace=0.3)
    under_way(table(range(40)))
    feed_some(timezone.now())
    scene.start()
    asked: list[tuple[Opened, int]] = []
    for place in (3, 8, 13):
        until(lambda place=place: len(emulator.on_air) >= place)
        asked.append((open_ra(f"+55119876543{place:02d}"), len(emulator.on_air)))
    until(lambda: len(emulator.on_air) >= 18)
    sent = on_air(emulator)
    for opened, so_far in asked:
        # One row may have been in the phone's hands already, and another have come on air while the RA was written.
        assert sent.index(opened.requester.mobile) <= so_far + 2


def test_a_paused_batch_is_silent_and_then_ends_with_each_row_once(scene: Scene) -> None:
    _, emulator = scene.add_phone(pace=0.05)
    batch = under_way(table(range(30)))
    feed_some(timezone.now())
    scene.start()
    until(lambda: len(emulator.on_air) >= 5)
    decisions.pause(batch.pk, actor="ana", now=timezone.now())
    until(lambda: not Message.objects.filter(status=Status.SENDING).exists())
    look_after_some(timezone.now())
    so_far = len(emulator.on_air)
    opened = open_ra()
    until(lambda: opened.requester.mobile in on_air(emulator))
    assert len(emulator.on_air) == so_far + 1
    decisions.resume(batch.pk, actor="ana", now=timezone.now())
    until(lambda: len(emulator.on_air) == 31)
    until(lambda: not Message.objects.filter(status__in=(Status.SENDING, Status.QUEUED)).exists())
    feed_some(timezone.now())
    assert fresh(batch).state == State.DONE
    assert sorted(on_air(emulator)) == sorted([*(mobile(place) for place in range(30)), opened.requester.mobile])


def test_after_a_cancel_nothing_more_leaves(scene: Scene) -> None:
    _, emulator = scene.add_phone(pace=0.1)
    batch = under_way(table(range(30)))
    feed_some(timezone.now())
    scene.start()
    until(lambda: len(emulator.on_air) >= 4)
    decisions.cancel(batch.pk, actor="ana", now=timezone.now())
    until(lambda: not Message.objects.filter(status=Status.SENDING).exists())
    so_far = len(emulator.on_air)
    while look_after_some(timezone.now()):
        pass
    open_ra()
    until(lambda: len(emulator.on_air) == so_far + 1)
    assert Message.objects.filter(batch=batch.pk, status=Status.CANCELLED).count() == 30 - so_far
