"""What the customer's phone said of a message, once it is known to have gone out.

Reports are kept as they come, and may come before the try they tell of is settled: while another try is on its way, or
while the message waits for a person. So the fate of a part is always worked out from all reports kept of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from recado import statements
from recado.gsm import ReportOutcome, StatusReport
from recado.gsm.causes import Cause, report_status
from recado.outbox import transitions
from recado.outbox.models import DeliveryReport, Segment, SegmentStatus, Status
from recado.statements import Question, Slot, keep

_FINAL = frozenset({SegmentStatus.DELIVERED.value, SegmentStatus.UNDELIVERED.value})


@dataclass(slots=True)
class _Part:
    """What a part of the message came to so far."""

    pk: int
    status: str
    note: str


def settle(message_id: int, now: datetime) -> None:
    """Bring the sent parts of the message, and the message itself, to what the kept reports say of them.

    Call it with the message locked (`transitions.lock`).
    """
    parts = [_Part(*row) for row in _parts().all(message=message_id)]
    by_key = {part.pk: part for part in parts if part.status == SegmentStatus.SENT}
    reports = _reports().all(message=message_id) if by_key else []
    for segment_id, pdu, received_at in reports:
        part = by_key.get(segment_id)
        # The first final word stands.
        if part is not None and part.status == SegmentStatus.SENT:
            _apply(part, StatusReport.from_hex(pdu), received_at)
    _close(message_id, parts, now)


@cache
def _parts() -> Question:
    parts = Segment.objects.filter(message=Slot("message", Segment, "message_id"))
    return keep(parts.order_by("index").values_list("pk", "status", "report_note"))


@cache
def _reports() -> Question:
    message = Slot("message", Segment, "message_id")
    reports = DeliveryReport.objects.filter(attempt__segment__message=message, status__isnull=False)
    return keep(reports.order_by("pk").values_list("attempt__segment_id", "pdu", "received_at"))


def _apply(part: _Part, report: StatusReport, received_at: datetime) -> None:
    match report.outcome:
        case ReportOutcome.DELIVERED:
            at = report.discharged_at or received_at
            part.status, part.note, fields = SegmentStatus.DELIVERED.value, "", {"delivered_at": at}
        case ReportOutcome.FAILED:
            part.status, part.note, fields = SegmentStatus.UNDELIVERED.value, report.meaning.reason[:300], {}
        case _:
            part.note, fields = report.meaning.reason[:300], {}
    still_sent = {"pk": part.pk, "status": SegmentStatus.SENT.value}
    statements.update(Segment, still_sent, status=part.status, report_note=part.note, **fields)


def _close(message_id: int, parts: list[_Part], now: datetime) -> None:
    """Once every part has its final word the message has it too: not delivered, if any part was not."""
    if not parts or any(part.status not in _FINAL for part in parts):
        return
    missed = [part for part in parts if part.status == SegmentStatus.UNDELIVERED]
    if not missed:
        transitions.change(message_id, Status.SENT, Status.DELIVERED, at=now)
        return
    cause, note = _cause(missed[0].pk), missed[0].note
    transitions.change(message_id, Status.SENT, Status.UNDELIVERED, at=now, cause=cause, note=note)


def _cause(segment_id: int) -> Cause:
    reports = DeliveryReport.objects.filter(attempt__segment_id=segment_id, status__isnull=False)
    for code in reports.values_list("status", flat=True):
        meaning = report_status(code or 0)
        if meaning.outcome is ReportOutcome.FAILED and meaning.cause is not None:
            return meaning.cause
    return Cause.UNREACHABLE
