"""Watches the reader: a GSAN that is configured and is not read is told once, and once when it is read again.

`recado jobs` looks, in which the reader lives, and `recado doctor --alarm`, for when `recado jobs` itself is dead. What
counts is the last pass that came to its end, not the reason why none did. A process that has just begun lets its reader
try first, or every start after a long stop would be told as a trouble.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from recado.alarms import channels
from recado.alarms.models import Kind
from recado.alarms.telling import tell_due
from recado.alarms.troubles import Trouble
from recado.alarms.watching import reconcile
from recado.gsan.models import Position

EVERY_SECONDS = 15.0
# Several rounds of the reader, each of which may wait for a connection.
FIRST_TRIES = timedelta(minutes=1)


class Watch:
    """Looks after the reader of this process. `begun_at`: since when it is there; None until the first look."""

    def __init__(self) -> None:
        self._begun_at: datetime | None = None

    def work(self, now: datetime) -> bool:
        """Raise or end the alarm; False: nothing more is waiting."""
        self._begun_at = begun_at = self._begun_at or now
        if not settings.RECADO_GSAN_DATABASE_URL:
            _bring_in_line([], now)
        elif now - begun_at >= FIRST_TRIES:
            _bring_in_line(unread(now, patience(), begun_at), now)
        return False


def watch_from_outside(now: datetime) -> None:
    """The same for a process that does not read; a GSAN that its settings do not name is none of its business."""
    if settings.RECADO_GSAN_DATABASE_URL:
        _bring_in_line(unread(now, patience(), now), now)


def unread(now: datetime, patience: timedelta, begun_at: datetime) -> list[Trouble]:
    """That nothing has been read for longer than `patience`; of a GSAN never read, since `begun_at`."""
    position = Position.objects.filter(pk=1).first()
    since = begun_at if position is None else position.read_at or position.begun_at
    if now - since < patience:
        return []
    trouble = position.trouble if position is not None else ""
    if position is None:
        advice = "Execute recado gsan check. RAs abertos antes da primeira leitura só são avisados com --since."
    elif trouble:
        advice = "Execute recado gsan check. Quando a leitura voltar, os RAs deste tempo são avisados; nada se perde."
    else:
        advice = "Confira o serviço: systemctl status recado-jobs. Os RAs deste tempo são avisados; nada se perde."
    sentence = f"O GSAN não é lido, e os clientes dos RAs de lá não são avisados. {trouble}".strip()
    return [Trouble(Kind.GSAN_UNREAD, "", since, sentence, advice)]


def patience() -> timedelta:
    """How long GSAN may go unread: as long as an urgent message may wait, for that is what waits there."""
    return timedelta(minutes=settings.RECADO_ALARM_OLDEST_URGENT_MINUTES)


def _bring_in_line(present: list[Trouble], now: datetime) -> None:
    reconcile(present, channels.configured(), now, kinds=(Kind.GSAN_UNREAD,))
    tell_due(now)
