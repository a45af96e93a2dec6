"""Deleting messages that are over, and counting them where the panel's sums look for what is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from recado.outbox.models import Message, RemovedDay, StatusChange


def remove(message_ids: Iterable[int]) -> None:
    """Delete messages with all that hangs on them, and count them in `RemovedDay`."""
    ids = list(message_ids)
    with transaction.atomic():
        begun = StatusChange.objects.filter(message_id__in=ids, before="").values_list("at", flat=True)
        asked = Counter(map(timezone.localdate, begun))
        gone = Counter(map(timezone.localdate, Message.objects.filter(pk__in=ids).values_list("created_at", flat=True)))
        for day in sorted(asked.keys() | gone.keys()):
            RemovedDay.objects.get_or_create(day=day)
            row = RemovedDay.objects.filter(day=day)
            row.update(asked=F("asked") + asked[day], messages=F("messages") + gone[day])
        Message.objects.filter(pk__in=ids).delete()
