"""Making of each event its payload, and one delivery for each endpoint that wants it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from recado.inbox.models import Reply
from recado.outbox.models import Message, StatusChange
from recado.webhooks.models import Delivery, Endpoint, Event, Kind

AT_ONCE = 200
FORGOTTEN_AT_ONCE = 1000
KEPT_FOR = timedelta(days=30)


def fan_out(now: datetime) -> bool:
    """Fan out the oldest events; the job of `recado jobs`. Gives True when more is waiting."""
    with transaction.atomic():
        # Not by the last number seen: on PostgreSQL a lower one may be committed later.
        events = list(Event.objects.select_for_update(skip_locked=True).filter(fanned=False).order_by("pk")[:AT_ONCE])
        if not events:
            return False
        endpoints = list(Endpoint.objects.filter(active=True).select_related("client__user"))
        tell_of = _payloads(events)
        deliveries = []
        for event in events:
            payload, author = tell_of.get(event.pk, (None, ""))
            event.fanned, event.payload = True, payload
            if payload is not None:
                deliveries += [
                    Delivery(endpoint=endpoint, event=event, subject=event.subject, next_at=now)
                    for endpoint in endpoints
                    if _wants(endpoint, event, author)
                ]
        Event.objects.bulk_update(events, ["fanned", "payload"])
        Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    return len(events) == AT_ONCE


def forget_old(now: datetime) -> bool:
    """Remove some events older than `KEPT_FOR`, and their deliveries; a job of `recado jobs`. True when more wait."""
    old = Event.objects.filter(at__lt=now - KEPT_FOR).order_by("at").values_list("pk", flat=True)
    gone = list(old[:FORGOTTEN_AT_ONCE])
    Event.objects.filter(pk__in=gone).delete()
    return len(gone) == FORGOTTEN_AT_ONCE


def _wants(endpoint: Endpoint, event: Event, author: str) -> bool:
    if event.kind not in endpoint.kind_set or event.at < endpoint.created_at:
        return False
    return event.kind == Kind.REPLY or not endpoint.own_only or author == endpoint.client.name


def _payloads(events: list[Event]) -> dict[int, tuple[dict[str, Any], str]]:
    """By event: what is told, and who made the message; nothing for what retention has removed meanwhile."""
    replies = Reply.objects.in_bulk([event.subject_id for event in events if event.kind == Kind.REPLY])
    message_ids = [event.subject_id for event in events if event.kind != Kind.REPLY]
    messages = Message.objects.in_bulk(message_ids)
    changes = {
        (change.message_id, change.after, change.at): change
        for change in StatusChange.objects.filter(message_id__in=message_ids)
    }
    told: dict[int, tuple[dict[str, Any], str]] = {}
    for event in events:
        if event.kind == Kind.REPLY:
            if (reply := replies.get(event.subject_id)) is not None:
                told[event.pk] = (_envelope(event, _of_reply(reply)), "")
        elif (message := messages.get(event.subject_id)) is not None:
            status = event.kind.partition(".")[2]
            change = changes.get((message.pk, status, event.at))
            told[event.pk] = (_envelope(event, _of_message(message, status, change)), message.created_by)
    return told


def _envelope(event: Event, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": event.kind, "timestamp": event.at.isoformat(), "data": data}


def _of_message(message: Message, status: str, change: StatusChange | None) -> dict[str, Any]:
    """No mobile and no text: who may read them asks the API."""
    return {
        "id": message.pk,
        "status": status,
        "cause": change.cause if change else "",
        "reason": change.note if change and change.cause else "",
        "type": message.type_id,
        "ra_number": message.ra_number,
        "protocol": message.protocol,
        "created_by": message.created_by,
    }


def _of_reply(reply: Reply) -> dict[str, Any]:
    return {
        "id": reply.pk,
        "number": reply.number,
        "text": reply.text,
        "sent_at": reply.sent_at.isoformat() if reply.sent_at else None,
        "received_at": reply.received_at.isoformat(),
        "whole": reply.is_whole,
        "asks_to_stop": reply.asks_to_stop,
    }
