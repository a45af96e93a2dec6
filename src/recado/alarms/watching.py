"""Raises what is wrong and not yet told, and ends what is over. Each leaves its notices in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from recado.alarms.models import Alarm, Channel, Kind, Notice, Occasion
from recado.alarms.troubles import KINDS, Trouble


def reconcile(
    present: Iterable[Trouble], channels: Iterable[Channel], now: datetime, kinds: Iterable[Kind] = KINDS
) -> None:
    """Bring the alarms in force in line with the troubles that are `present`; tell of each change on `channels`.

    `kinds`: what the caller has looked for; alarms of other kinds are left as they are.
    """
    troubles = {(trouble.kind.value, trouble.subject): trouble for trouble in present}
    told_on = tuple(channels)
    for alarm in Alarm.objects.filter(ended_at=None, kind__in=list(kinds)):
        if troubles.pop((alarm.kind, alarm.subject), None) is None:
            _end(alarm, told_on, now)
    for trouble in troubles.values():
        _raise(trouble, told_on, now)


def _raise(trouble: Trouble, channels: tuple[Channel, ...], now: datetime) -> None:
    try:
        with transaction.atomic():
            alarm = Alarm.objects.create(
                kind=trouble.kind,
                subject=trouble.subject,
                sentence=trouble.sentence[:500],
                advice=trouble.advice[:600],
                since=trouble.since,
                began_at=now,
            )
            _tell(alarm, Occasion.BEGIN, channels, now)
    except IntegrityError:
        # Another gateway saw it at the same moment and tells of it.
        return


def _end(alarm: Alarm, channels: tuple[Channel, ...], now: datetime) -> None:
    with transaction.atomic():
        if not Alarm.objects.filter(pk=alarm.pk, ended_at=None).update(ended_at=now):
            return
        # What nobody could be told in time is told by the end, which names the beginning too.
        Notice.objects.filter(alarm=alarm, occasion=Occasion.BEGIN, sent_at=None).update(next_try_at=None)
        _tell(alarm, Occasion.END, channels, now)


def _tell(alarm: Alarm, occasion: Occasion, channels: tuple[Channel, ...], now: datetime) -> None:
    Notice.objects.bulk_create(
        Notice(alarm=alarm, channel=channel, occasion=occasion, created_at=now, next_try_at=now) for channel in channels
    )
