"""Posting what is due: in order for each message, again with back-off for a day, then no more.

Each endpoint has a thread of a round and a bounded time in it, so that a slow one keeps no other waiting. What one does
not take waits behind what it was not yet asked to take: an event that is refused again and again holds up its own
message alone.

A try is counted, and the next one put off, before the POST: a process that dies in it tries again later, and a second
one takes the same delivery not at the same time. So an event may come twice; its `webhook-id` is then the same.
"""

from __future__ import annotations

import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef

from recado.webhooks.ending import switch_off
from recado.webhooks.models import Delivery, DeliveryStatus, Endpoint
from recado.webhooks.reaching import AddressRefused, Answer, NotReached, post
from recado.webhooks.signing import sign

logger = logging.getLogger(__name__)

TRY_FOR = timedelta(hours=24)
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 300, 900, 1800, 3600, 7200, 14400))
AT_ONCE = 40
ENDPOINTS_AT_ONCE = 8
ROUND_SECONDS = 15.0
_HELD_BACK = timedelta(minutes=2)
_clock = time.monotonic


def deliver_due(now: datetime) -> bool:
    """Post what is due, one after the other for each endpoint; the job of `recado jobs`. True when more is due."""
    waiting = Delivery.objects.filter(status=DeliveryStatus.PENDING, next_at__lte=now, endpoint__active=True)
    endpoints = list(waiting.order_by().values_list("endpoint", flat=True).distinct())
    if not endpoints:
        return False
    with ThreadPoolExecutor(ENDPOINTS_AT_ONCE, thread_name_prefix="recado-webhook") as pool:
        return any(list(pool.map(lambda endpoint_id: _deliver_some(endpoint_id, now), endpoints)))


def redeliver(delivery_id: int, *, now: datetime) -> bool:
    """Try again, from the start, what was delivered or given up; False for one that is waiting anyway."""
    over = Delivery.objects.filter(pk=delivery_id).exclude(status=DeliveryStatus.PENDING)
    return over.update(status=DeliveryStatus.PENDING, attempts=0, first_at=None, next_at=now, last_error="") == 1


def _due(endpoint_id: int, now: datetime) -> list[Delivery]:
    earlier = Delivery.objects.filter(
        endpoint=OuterRef("endpoint"), subject=OuterRef("subject"), status=DeliveryStatus.PENDING, pk__lt=OuterRef("pk")
    )
    waiting = Delivery.objects.filter(
        endpoint=endpoint_id, status=DeliveryStatus.PENDING, next_at__lte=now, endpoint__active=True
    )
    found = waiting.exclude(Exists(earlier)).select_related("endpoint", "event")
    return list(found.order_by("next_at", "attempts", "pk")[:AT_ONCE])


def _deliver_some(endpoint_id: int, now: datetime) -> bool:
    """Those of one endpoint, until one is not taken; True when all were, so that what stands behind may follow."""
    begun = _clock()
    try:
        due = _due(endpoint_id, now)
        for delivery in due:
            # Receivers refuse a signature that is minutes old: each has the time of its own post.
            passed = _clock() - begun
            if passed > ROUND_SECONDS:
                break
            if not _deliver(delivery, now + timedelta(seconds=int(passed))):
                return False
        return bool(due)
    finally:
        # The pool's threads end with the round.
        connection.close()


def _deliver(delivery: Delivery, now: datetime) -> bool:
    mine = Delivery.objects.filter(
        pk=delivery.pk, status=DeliveryStatus.PENDING, attempts=delivery.attempts, endpoint__active=True
    )
    taken = mine.update(attempts=F("attempts") + 1, next_at=now + _HELD_BACK, last_at=now)
    if not taken:
        return False
    if delivery.first_at is None:
        delivery.first_at = now
        Delivery.objects.filter(pk=delivery.pk).update(first_at=now)
    delivery.attempts += 1
    try:
        answer = _post(delivery, now)
    except (AddressRefused, NotReached) as trouble:
        _put_off(delivery, str(trouble), None, now)
        return False
    if answer.taken:
        _settle(delivery, answer)
        return True
    _put_off(delivery, f"O endereço respondeu {answer.code}.", answer, now)
    return False


def _post(delivery: Delivery, now: datetime) -> Answer:
    event, timestamp = delivery.event, int(now.timestamp())
    body = json.dumps(event.payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Recado",
        "webhook-id": event.uid,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(delivery.endpoint.salt, event.uid, timestamp, body),
    }
    return post(delivery.endpoint.url, body, headers)


def _settle(delivery: Delivery, answer: Answer) -> None:
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(
            status=DeliveryStatus.DELIVERED, last_code=answer.code, last_error=""
        )
        Endpoint.objects.filter(pk=delivery.endpoint_id).exclude(failing_since=None).update(failing_since=None)


def _put_off(delivery: Delivery, trouble: str, answer: Answer | None, now: datetime) -> None:
    pause = BACK_OFF[min(delivery.attempts, len(BACK_OFF)) - 1]
    if answer is not None and answer.retry_after is not None:
        pause = max(pause, timedelta(seconds=answer.retry_after))
    assert delivery.first_at is not None
    code = answer.code if answer else None
    failing_since = _fails_since(delivery.endpoint_id, now)
    if failing_since is None:
        # Removed meanwhile, with all that waited for it.
        return
    # However many wait, each still fresh: who took nothing for a time is asked again after a part of that time.
    pause = max(pause, min((now - failing_since) / 4, BACK_OFF[-1]))
    over = now + pause >= delivery.first_at + TRY_FOR
    logger.warning("webhook %s of endpoint %s failed (%s)", delivery.pk, delivery.endpoint_id, code or "no answer")
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(
            status=DeliveryStatus.FAILED if over else DeliveryStatus.PENDING,
            next_at=now + pause,
            last_code=code,
            last_error=trouble[:300],
        )
        # Who does not take one takes no other just now: they wait as long, and it costs them no try.
        Delivery.objects.filter(
            endpoint_id=delivery.endpoint_id, status=DeliveryStatus.PENDING, next_at__lt=now + pause
        ).update(next_at=now + pause)
        gone = code == HTTPStatus.GONE
        if gone or now + pause >= failing_since + TRY_FOR:
            why = "O endereço disse que não existe mais (410)." if gone else f"Falha há um dia. {trouble}"
            switch_off(delivery.endpoint_id, why, now)


def _fails_since(endpoint_id: int, now: datetime) -> datetime | None:
    """Since when the endpoint has taken nothing: now, if it is the first time; None for one that is no more."""
    Endpoint.objects.filter(pk=endpoint_id, failing_since=None).update(failing_since=now)
    return Endpoint.objects.filter(pk=endpoint_id).values_list("failing_since", flat=True).first()
