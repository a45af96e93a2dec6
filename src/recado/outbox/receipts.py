"""Delivery reports: kept, matched to the try they tell of, and made *Entregue* or *Não entregue*.

A report names the phone it came through, the TP-MR and the customer's number. The TP-MR has 8 bits and comes round
again, so of the tries that fit, the one that began nearest to the service centre's own time stamp is meant. A report
also proves that the network took the message: a try that ended in doubt is settled by it. Temporary reports change no
status, and nothing overwrites a final one (`fates`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from django.db import transaction
from django.db.models import Q, QuerySet

from recado import statements
from recado.gsm import DecodeError, StatusReport
from recado.outbox import evidence, fates, transitions
from recado.outbox.keeping import fingerprint, save_once, storable
from recado.outbox.models import Attempt, AttemptResult, DeliveryReport, Message, Segment, Status
from recado.outbox.numbers import NumberRefused, normalise_mobile
from recado.statements import Question, Slot, keep

# A network keeps an SMS for days at the most; an older try with the same TP-MR is another round of it.
OLDEST = timedelta(days=7)
# How far the service centre's clock and ours may stand apart where the time is the only proof: a try taken for sent
# that was not is a message lost, one left in doubt only costs a person's decision.
CLOCKS_APART = timedelta(hours=1)
_DIGITS_COMPARED = 8


def record_report(phone_id: int, pdu: str, now: datetime) -> DeliveryReport | None:
    """Keep one SMS-STATUS-REPORT (hexadecimal, with the SMSC in front) and do what it says.

    None when the same one was kept before. Only after this has returned may the phone be told to forget it.
    """
    report = DeliveryReport(
        phone_id=phone_id, pdu=storable(pdu), fingerprint=fingerprint(phone_id, pdu), received_at=now
    )
    try:
        status_report = StatusReport.from_hex(pdu)
    except DecodeError as error:
        report.fault = str(error)[:200]
        return report if save_once(report) else None
    # No savepoint inside a transaction: what fails here ends the whole of it anyway.
    with transaction.atomic(savepoint=False):
        attempt = find_attempt(phone_id, status_report, now)
        if attempt is not None:
            transitions.lock(attempt.segment.message_id)
        report.attempt, report.status = attempt, status_report.status
        if not save_once(report):
            return None
        if attempt is not None:
            evidence.prove_accepted(attempt, status_report.reference, now, "Comprovada pela confirmação de entrega.")
            fates.settle(attempt.segment.message_id, now)
    return report


def find_attempt(phone_id: int, report: StatusReport, now: datetime) -> Attempt | None:
    """The try that `report` tells of; None when none fits.

    A try under the report's TP-MR is meant, unless it lies far from the time stamp and one in doubt lies near.
    """
    known = _only_one(phone_id, report, now)
    if known is not None:
        return known
    to_number = _same_number(report)
    if to_number is None:
        return None
    on_phone = Attempt.objects.filter(to_number, phone_id=phone_id, started_at__gt=now - OLDEST)
    known = _nearest(on_phone.filter(reference=report.reference, result=AttemptResult.ACCEPTED), report)
    if known is not None and _is_near(known, report):
        return known
    unnumbered = Q(result__in=evidence.DOUBTFUL) | Q(result=AttemptResult.ACCEPTED, reference=None)
    doubtful = _nearest(on_phone.filter(unnumbered), report)
    return doubtful if doubtful is not None and _is_near(doubtful, report) else known


def _only_one(phone_id: int, report: StatusReport, now: datetime) -> Attempt | None:
    """The try meant, when one alone fits the whole number and lies near, as nearly always; None: look closer."""
    found = _numbered().all(
        phone=phone_id,
        number=str(report.recipient),
        after=now - OLDEST,
        reference=report.reference,
        result=AttemptResult.ACCEPTED.value,
    )
    if len(found) != 1:
        return None
    (key, started_at, segment_id, message_id) = found[0]
    attempt = statements.partly(
        Attempt,
        id=key,
        segment_id=segment_id,
        phone_id=phone_id,
        started_at=started_at,
        result=AttemptResult.ACCEPTED.value,
    )
    attempt.segment = statements.partly(Segment, id=segment_id, message_id=message_id)
    return attempt if _is_near(attempt, report) else None


@cache
def _numbered() -> Question:
    fitting = Attempt.objects.filter(
        phone=Slot("phone", Attempt, "phone_id"),
        number=Slot("number", Attempt, "number"),
        started_at__gt=Slot("after", Attempt, "started_at"),
        reference=Slot("reference", Attempt, "reference"),
        result=Slot("result", Attempt, "result"),
    )
    return keep(fitting.order_by().values_list("pk", "started_at", "segment_id", "segment__message_id"))


def awaited(message: Message) -> bool:
    """True while the message is sent, asked for a report, and the final word has not come."""
    return message.status == Status.SENT and message.type.status_report


def _same_number(report: StatusReport) -> Q | None:
    """Networks write the number with or without country code and DDD; None when it is too short to tell anybody."""
    written = str(report.recipient)
    try:
        return Q(number=normalise_mobile(written))
    except NumberRefused:
        end = "".join(character for character in written if character.isdigit())[-_DIGITS_COMPARED:]
        return Q(number__endswith=end) if len(end) == _DIGITS_COMPARED else None


def _nearest(attempts: QuerySet[Attempt], report: StatusReport) -> Attempt | None:
    fitting = list(attempts.select_related("segment").order_by("-started_at", "-pk"))
    if not fitting:
        return None
    stamped = report.submitted_at
    if stamped is None:
        return fitting[0]
    return min(fitting, key=lambda one: abs(one.started_at - stamped))


def _is_near(attempt: Attempt, report: StatusReport) -> bool:
    return report.submitted_at is None or abs(attempt.started_at - report.submitted_at) <= CLOCKS_APART
