"""What the customer's phone said of a message, once it is known to have gone out.

Reports are kept as they come, and may come before the try they tell of is settled: while another try is on its way, or
while the message waits for a person. So the fate of a part is always worked out from all reports kept of it.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from recado.gsm import ReportOutcome, StatusReport
from recado.gsm.causes import Cause, report_status
from recado.outbox import transitions
from recado.outbox.models import DeliveryReport, Segment, SegmentStatus, Status

_FINAL = frozenset({SegmentStatus.DELIVERED.value, SegmentStatus.UNDELIVERED.value})


def settle(message_id: int, now: datetime) -> None:
    """Bring the sent parts of the message, and the message itself, to what the kept reports say of them."""
    sent = Segment.objects.filter(message_id=message_id, status=SegmentStatus.SENT)
    for segment_id in sent.values_list("pk", flat=True):
        for pdu, received_at in _reports_of(segment_id).values_list("pdu", "received_at"):
            _apply(segment_id, StatusReport.from_hex(pdu), received_at)
    _close(message_id, now)


def _reports_of(segment_id: int) -> QuerySet[DeliveryReport]:
    return DeliveryReport.objects.filter(attempt__segment_id=segment_id, status__isnull=False)


def _apply(segment_id: int, report: StatusReport, received_at: datetime) -> None:
    """The first final word stands: what follows finds the part sent no longer."""
    part = Segment.objects.filter(pk=segment_id, status=SegmentStatus.SENT)
    match report.outcome:
        case ReportOutcome.DELIVERED:
            at = report.discharged_at or received_at
            part.update(status=SegmentStatus.DELIVERED, delivered_at=at, report_note="")
        case ReportOutcome.FAILED:
            part.update(status=SegmentStatus.UNDELIVERED, report_note=report.meaning.reason[:300])
        case _:
            part.update(report_note=report.meaning.reason[:300])


def _close(message_id: int, now: datetime) -> None:
    """Once every part has its final word the message has it too: not delivered, if any part was not."""
    parts = list(Segment.objects.filter(message_id=message_id).values_list("pk", "status", "report_note"))
    if not parts or any(status not in _FINAL for _, status, _ in parts):
        return
    missed = [(pk, note) for pk, status, note in parts if status == SegmentStatus.UNDELIVERED]
    if not missed:
        transitions.change(message_id, Status.SENT, Status.DELIVERED, at=now)
        return
    segment_id, note = missed[0]
    transitions.change(message_id, Status.SENT, Status.UNDELIVERED, at=now, cause=_cause(segment_id), note=note)


def _cause(segment_id: int) -> Cause:
    for code in _reports_of(segment_id).values_list("status", flat=True):
        meaning = report_status(code or 0)
        if meaning.outcome is ReportOutcome.FAILED and meaning.cause is not None:
            return meaning.cause
    return Cause.UNREACHABLE
