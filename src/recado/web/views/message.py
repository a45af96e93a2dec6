"""One message: where it stands and what to do, its data, its text in parts, what was tried, its history, replies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from recado.gsm import EncodeError
from recado.inbox.queries import replies_of
from recado.outbox.claims import parts_of
from recado.outbox.decisions import CORRECTABLE, DISCARDABLE
from recado.outbox.holding import is_held
from recado.outbox.models import HANDED_OVER, Attempt, DeliveryReport, Message, Segment, SegmentStatus, Status
from recado.outbox.numbers import GUESSED
from recado.outbox.pieces import sms_by_phone
from recado.outbox.receipts import awaited
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note, note_view
from recado.web.hours_words import opening_words
from recado.web.known import what_is_known
from recado.web.live import live_part
from recado.web.views.returning import FIELD, return_url

MOVING = (Status.QUEUED, Status.SENDING)
# The word of the customer's phone comes within seconds as a rule; the page waits for it so long.
REPORT_SOON = timedelta(minutes=10)
REPORT_OVERDUE = timedelta(hours=24)
REPLIES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class PartShown:
    """One SMS of the text, as it goes over the air; `state` is empty while nothing of the message was begun.

    `at` is when the network took it, the customer's phone had it, or the network gave it up; `note` what it said.
    """

    index: int
    total: int
    text: str
    state: str = ""
    at: datetime | None = None
    note: str = ""


@require_safe
@needs(Duty.CONSULT)
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole page."""
    context = _context(request, pk)
    note(request, Deed.MESSAGE_VIEWED, pk)
    return render(request, "web/message.html", context)


@live_part
@needs(Duty.CONSULT)
def message_live(request: HttpRequest, pk: int) -> HttpResponse:
    """Status, actions, tries and history again; 204 when all is as in `era`, the state that the page shows."""
    context = _context(request, pk)
    if request.GET.get("era") == context["era"]:
        return HttpResponse(status=204)
    note_view(request, Deed.MESSAGE_VIEWED, pk)
    return render(request, "web/message_live.html", {**context, "live": True})


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = get_object_or_404(Message.objects.select_related("type", "phone", "only_phone", "replaces"), pk=pk)
    now = timezone.now()
    reports = list(DeliveryReport.objects.filter(attempt__segment__message=found).select_related("attempt"))
    parts = shown_parts(found, reports)
    attempts = list(Attempt.objects.filter(segment__message=found).select_related("segment"))
    changes = list(found.changes.all())
    return {
        "heading": f"Mensagem do protocolo {found.protocol}" if found.protocol else f"Mensagem {found.pk}",
        "section": "messages",
        "return_to": (back := return_url(request, "")),
        "here": reverse("message", args=[pk]) + (f"?{urlencode({FIELD: back})}" if back else ""),
        "message": found,
        "moving": found.status in MOVING or _awaits_report(found, now, before=REPORT_SOON),
        "report_overdue": awaited(found) and not _awaits_report(found, now, before=REPORT_OVERDUE),
        "retry_at": _retry_at(found, now),
        "batch_is_paused": is_held(found),
        "opening": opening_words(found.type.hours, now) if found.status == Status.QUEUED else "",
        "correctable": CORRECTABLE,
        "discardable": DISCARDABLE,
        "parts": parts,
        "sms_of_whole": _sms_of_whole(found, parts),
        "folded": "".join(part.text for part in parts) != found.text,
        "known": what_is_known(found),
        "attempts": attempts,
        "changes": changes,
        "guessed": GUESSED if any(change.note == GUESSED and not change.before for change in changes) else "",
        "era": f"{found.status}.{len(changes)}.{len(attempts)}.{attempts[0].result if attempts else ''}.{len(reports)}",
        "replaced_by": Message.objects.filter(replaces=found).first(),
        "replies": replies_of([found.number], since=found.created_at)[:REPLIES_SHOWN],
    }


def _sms_of_whole(found: Message, parts: list[PartShown]) -> int:
    """How many SMS a phone that took the whole text makes of it; 0 where it went, or goes, in the parts shown."""
    if len(parts) != 1 or not parts[0].state:
        return 0
    try:
        sms = sms_by_phone(parts[0].text)
    except EncodeError:
        return 0
    return sms if sms > 1 else 0


def _awaits_report(found: Message, now: datetime, *, before: timedelta) -> bool:
    return awaited(found) and found.sent_at is not None and now - found.sent_at < before


def _retry_at(found: Message, now: datetime) -> datetime | None:
    """When a message that waits is tried again, if that lies ahead."""
    waits = found.status == Status.QUEUED and found.ready_at > now and not is_held(found)
    return found.ready_at if waits else None


def shown_parts(found: Message, reports: list[DeliveryReport]) -> list[PartShown]:
    """The parts as they were cut for the air, or as they would be; none when the text cannot be cut at all."""
    reported_at = {report.attempt.segment_id: report.received_at for report in reports if report.attempt}
    begun = [
        PartShown(
            row.index,
            row.total,
            row.text,
            found.status_label if found.shown_status == HANDED_OVER else SegmentStatus(row.status).label,
            reported_at.get(row.pk) if row.status == SegmentStatus.UNDELIVERED else row.delivered_at or row.sent_at,
            row.report_note,
        )
        for row in Segment.objects.filter(message=found)
    ]
    if begun:
        return begun
    try:
        return [PartShown(part.index, part.total, part.text) for part in parts_of(found)]
    except EncodeError:
        return []
