"""Delivery reports: kept, matched to the try they tell of, and made *Entregue* or *Não entregue*.

A report names the phone it came through, the TP-MR and the customer's number. The TP-MR has 8 bits and comes round
again, so of the tries that fit, the one that began nearest to the service centre's own time stamp is meant. A report
also proves that the network took the message: a try that ended in doubt is settled by it. Temporary reports change no
status, and nothing overwrites a final one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from recado.gsm import DecodeError, ReportOutcome, StatusReport
from recado.gsm.causes import Cause
from recado.outbox import evidence, transitions
from recado.outbox.models import (
    Attempt,
    AttemptResult,
    DeliveryReport,
    Message,
    Segment,
    SegmentStatus,
    Status,
)

# A network keeps an SMS for days at the most; an older try with the same TP-MR is another round of it.
OLDEST = timedelta(days=7)
# How far the service centre's clock and ours may stand apart when a try without a TP-MR is looked for.
CLOCKS_APART = timedelta(hours=1)
_DIGITS_COMPARED = 8


def record_report(phone_id: int, pdu: str, now: datetime) -> DeliveryReport | None:
    """Keep one SMS-STATUS-REPORT (hexadecimal, with the SMSC in front) and do what it says.

    None when the same one was kept before. Only after this has returned may the phone be told to forget it.
    """
    report = DeliveryReport(
        phone_id=phone_id,
        pdu=pdu[:400],
        fingerprint=hashlib.sha256(f"{phone_id}:{pdu.upper()}".encode()).hexdigest(),
        received_at=now,
    )
    try:
        status_report = StatusReport.from_hex(pdu)
    except DecodeError as error:
        report.fault = str(error)[:200]
        return report if _keep(report) else None
    with transaction.atomic():
        attempt = find_attempt(phone_id, status_report, now)
        report.attempt, report.status = attempt, status_report.status
        if not _keep(report):
            return None
        if attempt is not None:
            _apply(attempt, status_report, now)
    return report


def find_attempt(phone_id: int, report: StatusReport, now: datetime) -> Attempt | None:
    """The try that `report` tells of; None when none fits."""
    on_phone = Attempt.objects.filter(phone_id=phone_id, started_at__gt=now - OLDEST).select_related("segment")
    known = on_phone.filter(reference=report.reference, result=AttemptResult.ACCEPTED).order_by("-started_at")[:20]
    by_reference = _nearest(_to_same_number(known, report), report)
    if by_reference is not None:
        return by_reference
    doubtful = on_phone.filter(Q(result__in=evidence.DOUBTFUL) | Q(result=AttemptResult.ACCEPTED, reference=None))
    candidates = _to_same_number(doubtful.order_by("-started_at")[:200], report)
    if report.submitted_at is not None and len(candidates) > 1:
        stamped = report.submitted_at
        candidates = [one for one in candidates if abs(one.started_at - stamped) <= CLOCKS_APART]
    return _nearest(candidates, report)


def _to_same_number(attempts: Iterable[Attempt], report: StatusReport) -> list[Attempt]:
    """Networks write the number with or without country code and DDD: its end is what is compared."""
    end = "".join(character for character in str(report.recipient) if character.isdigit())[-_DIGITS_COMPARED:]
    return [one for one in attempts if len(end) == _DIGITS_COMPARED and one.number.endswith(end)]


def _nearest(attempts: list[Attempt], report: StatusReport) -> Attempt | None:
    if not attempts:
        return None
    stamped = report.submitted_at
    if stamped is None:
        return attempts[0]
    return min(attempts, key=lambda one: abs(one.started_at - stamped))


def _keep(report: DeliveryReport) -> bool:
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _apply(attempt: Attempt, report: StatusReport, now: datetime) -> None:
    evidence.prove_accepted(attempt, report.reference, now, "Comprovada pela confirmação de entrega.")
    meaning = report.meaning
    part = Segment.objects.filter(pk=attempt.segment_id, status=SegmentStatus.SENT)
    match meaning.outcome:
        case ReportOutcome.DELIVERED:
            final = part.update(
                status=SegmentStatus.DELIVERED, delivered_at=report.discharged_at or now, report_note=""
            )
        case ReportOutcome.FAILED:
            final = part.update(status=SegmentStatus.UNDELIVERED, report_note=meaning.reason[:300])
        case _:
            part.update(report_note=meaning.reason[:300])
            return
    if final:
        _close(attempt.segment.message_id, meaning.cause, now)


def _close(message_id: int, cause: Cause | None, now: datetime) -> None:
    """Once every part has its final word the message has it too: not delivered, if any part was not."""
    parts = list(Segment.objects.filter(message_id=message_id).values_list("status", "report_note"))
    fates = {status for status, _ in parts}
    if not fates <= {SegmentStatus.DELIVERED, SegmentStatus.UNDELIVERED}:
        return
    if fates == {SegmentStatus.DELIVERED}:
        transitions.change(message_id, Status.SENT, Status.DELIVERED, at=now)
        return
    reason = next(note for status, note in parts if status == SegmentStatus.UNDELIVERED)
    transitions.change(
        message_id, Status.SENT, Status.UNDELIVERED, at=now, cause=cause or Cause.UNREACHABLE, note=reason
    )


def awaited(message: Message) -> bool:
    """True while the message is sent, asked for a report, and the final word has not come."""
    return message.status == Status.SENT and message.type.status_report
