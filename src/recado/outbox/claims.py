"""A phone's worker takes a message, marks each try before its first byte, and writes down how it ended.

    claim_next   queued -> sending, with the first Attempt in flight: committed before AT+CMGS
    next_segment the following part's Attempt, committed before its AT+CMGS
    finish       the answer: the segment's and the message's fate, by `policy`
    let_go       sending -> queued with nothing in flight (the phone went away between two parts)

What a dead process left is settled by `recovery`, what comes to light later by `evidence`.

Each claim is fenced: it counts only while `holder` still has the phone's lease, and a following part only while nobody
else has begun to send that message, so a process that was suspended and replaced cannot send.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q

from recado import statements
from recado.gsm import EncodeError, Part
from recado.gsm.causes import Cause
from recado.outbox import evidence, fates, transitions
from recado.outbox.candidates import anything_due, first_due
from recado.outbox.models import (
    TAKEN,
    Attempt,
    AttemptResult,
    Message,
    MessageType,
    OnUncertain,
    Priority,
    Segment,
    SegmentStatus,
    Status,
)
from recado.outbox.pieces import Piece, WholeText, cut, pieces_of, recut
from recado.outbox.policy import AskPerson, Decision, GiveUp, Sent, TryAgain, TryResult, decide
from recado.phones import fleet
from recado.phones.models import Phone
from recado.phones.rules import EVERYTHING, Allowance
from recado.statements import ONE_MORE, Plus

_CANDIDATES = 8
_WANTED = ("type_id", "number", "text", "encoding", "priority")


@dataclass(frozen=True, slots=True)
class _Taken:
    """A message that is ours to send, with what of it sending needs; `begun`: its segments are written already."""

    message: Message
    pieces: tuple[Piece, ...]
    begun: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """One segment that may go out now: everything the radio needs, and the rows that its fate will be written to.

    `part` is the whole text for a phone that cuts it itself, and then the only one. `first`: nothing was ever tried of
    the message before.
    """

    message_id: int
    segment_id: int
    attempt_id: int
    phone_id: int
    number: str
    part: Piece
    tries: int
    started_at: datetime
    message_type: MessageType
    urgent: bool = False
    first: bool = False

    @property
    def is_last(self) -> bool:
        return self.part.index == self.part.total

    @property
    def sms(self) -> int:
        """How many SMS go out with it, as far as one knows."""
        return self.part.sms if isinstance(self.part, WholeText) else 1


def parts_of(message: Message) -> tuple[Part, ...]:
    """The parts of a message, always the same: the concatenation reference is the message's number modulo 256."""
    return cut(message).parts


OnClaim = Callable[[Claim], None]


class Overtaken(Exception):
    """The phone was paused, taken or given other rules since its row was read: what was claimed must be rolled back."""


def claim_next(
    phone: Phone, holder: str, now: datetime, allowance: Allowance = EVERYTHING, before_commit: OnClaim | None = None
) -> Claim | None:
    """Take the next message that `allowance` lets `phone` take: highest priority, then first in.

    `before_commit` is told of the claim while nobody else can see it yet.

    None: nothing is due for it, or no lease, or its rules are no longer those of `phone`.
    """
    # An empty queue is seen without the writer's lock.
    if not anything_due(phone.pk, now, allowance):
        return None
    try:
        with transaction.atomic():
            claim = claim_within(phone, holder, now, allowance)
            if claim is not None and before_commit is not None:
                before_commit(claim)
            return claim
    except Overtaken:
        return None


def claim_within(phone: Phone, holder: str, now: datetime, allowance: Allowance = EVERYTHING) -> Claim | None:
    """`claim_next` within the transaction that the caller has begun.

    Raises Overtaken, after which the caller must roll back, when `phone` is no longer ours to send with as it is.
    """
    taken = _take_first(phone, now, allowance)
    if taken is None:
        return None
    if not _may_send(phone, holder, now, rules_version=phone.rules_version):
        raise Overtaken
    return _begin(taken, phone, now)


def next_due_at() -> datetime | None:
    """When the next queued message may be tried (perhaps in the past); None with an empty queue."""
    at: datetime | None = Message.objects.filter(status=Status.QUEUED).aggregate(at=Min("ready_at"))["at"]
    return at


def next_segment(
    claim: Claim, phone: Phone, holder: str, now: datetime, before_commit: OnClaim | None = None
) -> Claim | None:
    """Begin the part after `claim`'s; None when the phone is paused or the claim is lost (then call `let_go`)."""
    with transaction.atomic():
        # Whatever the rules say by now: the parts of one message leave from one number.
        if not _may_send(phone, holder, now):
            return None
        ours = Message.objects.filter(_still_ours(claim), pk=claim.message_id, status=Status.SENDING)
        if not ours.update(moment=now, attempts=F("attempts") + 1):
            transaction.set_rollback(True)
            return None
        message = Message.objects.get(pk=claim.message_id)
        pieces = pieces_of(message, whole=phone.takes_whole_texts)
        following = _begin(_Taken(message, pieces, begun=True), phone, now)
        if before_commit is not None:
            before_commit(following)
        return following


def let_go(claim: Claim, now: datetime) -> None:
    """Back to the queue with the parts that were sent staying sent; nothing when somebody else has the message now."""
    transitions.change(
        claim.message_id,
        Status.SENDING,
        Status.QUEUED,
        only=_still_ours(claim),
        at=now,
        note="Faltam partes.",
        ready_at=now,
        phone=None,
    )


def finish(claim: Claim, outcome: TryResult, now: datetime) -> bool:
    """Write how the try ended and what follows; True when the message has a further part to send now."""
    # No savepoint inside a transaction: what fails here ends the whole of it anyway.
    with transaction.atomic(savepoint=False):
        transitions.lock(claim.message_id)
        in_flight = {"pk": claim.attempt_id, "result": AttemptResult.IN_FLIGHT.value}
        written = statements.update(Attempt, in_flight, **_attempt_fields(outcome, now))
        if not written:
            return _late(claim, outcome, now)
        earlier = set() if claim.first else _earlier_results(claim)
        if not earlier.isdisjoint(TAKEN):
            return _already_out(claim, outcome, now)
        decision = decide(
            outcome,
            tries=claim.tries,
            max_tries=claim.message_type.max_attempts,
            now=now,
            on_uncertain=OnUncertain(claim.message_type.on_uncertain),
            phone_works=outcome.result == AttemptResult.REJECTED and not claim.first and _phone_works(claim),
            doubtful=not earlier.isdisjoint(evidence.DOUBTFUL),
        )
        return _apply(claim, decision, outcome, now)


def expire_due(now: datetime) -> int:
    """Close what waited past its time; gives how many. What may have gone out in an earlier try is for a person."""
    late = Message.objects.filter(status=Status.QUEUED, expires_at__lte=now)
    doubtful = Attempt.objects.filter(segment__message_id=OuterRef("pk"), result__in=evidence.DOUBTFUL)
    # In one order for all: two gateways that lock the same rows in two orders would stop each other.
    due = late.annotate(in_doubt=Exists(doubtful)).order_by("expires_at", "pk")[:1000]
    moved = 0
    for message_id, in_doubt in due.values_list("pk", "in_doubt"):
        after, cause = (Status.UNCERTAIN, Cause.UNCERTAIN) if in_doubt else (Status.EXPIRED, Cause.EXPIRED)
        note = "O prazo acabou, e não se sabe se uma tentativa saiu." if in_doubt else "O prazo acabou antes do envio."
        moved += transitions.change(message_id, Status.QUEUED, after, at=now, cause=cause, note=note)
        if in_doubt:
            waiting = Segment.objects.filter(message_id=message_id, attempts__result__in=evidence.DOUBTFUL)
            waiting.filter(status=SegmentStatus.PENDING).update(status=SegmentStatus.UNCERTAIN)
    return moved


def _may_send(phone: Phone, holder: str, now: datetime, **more: object) -> bool:
    """The fence, and the mark that the pace is measured from, in one statement."""
    mine = {"pk": phone.pk, "holder": holder, "enabled": True, "paused": False, **more}
    return statements.update(Phone, mine, last_send_started_at=now) == 1


def _still_ours(claim: Claim) -> Q:
    """No try of the message began after the claim's: nobody else has taken it up meanwhile."""
    later = Attempt.objects.filter(segment__message_id=OuterRef("pk"), pk__gt=claim.attempt_id)
    return ~Q(Exists(later))


def _take_first(phone: Phone, now: datetime, allowance: Allowance) -> _Taken | None:
    candidates = first_due(phone.pk, allowance, lock=True)
    for _ in range(_CANDIDATES):
        row = transitions.take_first(
            candidates, at=now, note=phone.name, returning=_WANTED, phone=phone.pk, moment=now, attempts=ONE_MORE
        )
        if row is None:
            return None
        key, *columns, begun = row
        message = Message(pk=key, **dict(zip(_WANTED, columns, strict=True)))
        pieces = _cut(message, phone, now)
        if pieces:
            return _Taken(message, pieces, begun=bool(begun))
    return None


def _cut(message: Message, phone: Phone, now: datetime) -> tuple[Piece, ...]:
    """None, and the message failed, when today's rules do not take its text: it must not stop those behind it."""
    try:
        return pieces_of(message, whole=phone.takes_whole_texts)
    except EncodeError:
        note = "O texto não pode mais seguir por SMS."
        transitions.change(message.pk, Status.SENDING, Status.FAILED, at=now, cause=Cause.OURS, note=note)
        return ()


def _begin(taken: _Taken, phone: Phone, now: datetime) -> Claim:
    message, pieces = taken.message, taken.pieces
    pending = _first_pending(message.pk) if taken.begun else None
    if pending is not None and pending.total != len(pieces):
        pending = recut(message.pk, pieces)
    if pending is None:
        segment_id, index, tries = _write_segments(message.pk, pieces), 1, 1
    else:
        segment_id, index, tries = pending.pk, pending.index, pending.tries + 1
        statements.update(Segment, {"pk": segment_id}, status=SegmentStatus.SENDING.value, tries=ONE_MORE)
    attempt_id = statements.insert(
        Attempt, segment_id=segment_id, phone_id=phone.pk, phone_name=phone.name, number=message.number, started_at=now
    )
    message_type = statements.read(MessageType, message.type_id)
    if message_type is None:
        raise MessageType.DoesNotExist(message.type_id)
    return Claim(
        message_id=message.pk,
        segment_id=segment_id,
        attempt_id=attempt_id,
        phone_id=phone.pk,
        number=message.number,
        part=pieces[index - 1],
        tries=tries,
        started_at=now,
        message_type=message_type,
        urgent=message.priority <= Priority.URGENT,
        first=pending is None,
    )


def _first_pending(message_id: int) -> Segment | None:
    return Segment.objects.filter(message=message_id, status=SegmentStatus.PENDING).order_by("index").first()


def _write_segments(message_id: int, pieces: tuple[Piece, ...]) -> int:
    """One row a piece, the first of them being sent; gives the first one's key."""
    first, *others = pieces
    begun = {"status": SegmentStatus.SENDING.value, "tries": 1}
    columns = {"message_id": message_id, "total": first.total}
    key = statements.insert(Segment, **columns, index=first.index, text=first.text, **begun)
    for piece in others:
        statements.insert(Segment, **columns, index=piece.index, text=piece.text)
    return key


def _attempt_fields(outcome: TryResult, now: datetime) -> dict[str, object]:
    return {
        "finished_at": now,
        "result": outcome.result.value,
        "code": outcome.code[:60],
        "cause": outcome.cause.value if outcome.cause else "",
        "reason": outcome.reason[:300],
        "reference": outcome.reference,
    }


def _apply(claim: Claim, decision: Decision, outcome: TryResult, now: datetime) -> bool:
    def part(status: SegmentStatus, **fields: Any) -> None:
        statements.update(Segment, {"pk": claim.segment_id}, status=status.value, **fields)

    match decision:
        case Sent():
            part(SegmentStatus.SENT, reference=outcome.reference, sent_at=now)
            fleet.count_sent(claim.phone_id, now, claim.sms, last_sent_at=now, last_seen_at=now)
            if not claim.is_last:
                return True
            sent: dict[str, Any] = {"moment": now, "sent_at": now}
            if outcome.result == AttemptResult.HANDED_OVER:
                sent |= {"note": outcome.reason, "handed_over": True}
            transitions.change(claim.message_id, Status.SENDING, Status.SENT, at=now, **sent)
        case TryAgain(at=at, counts=counts):
            part(SegmentStatus.PENDING, tries=claim.tries if counts else claim.tries - 1)
            attempts = Plus(0 if counts else -1)
            _leave(claim, Status.QUEUED, outcome, now, ready_at=at, phone=None, attempts=attempts)
        case GiveUp():
            part(SegmentStatus.FAILED)
            _leave(claim, Status.FAILED, outcome, now)
        case AskPerson():
            part(SegmentStatus.UNCERTAIN)
            _leave(claim, Status.UNCERTAIN, outcome, now)
    return False


def _leave(claim: Claim, after: Status, outcome: TryResult, now: datetime, **fields: Any) -> None:
    cause = Cause.UNCERTAIN if after == Status.UNCERTAIN else outcome.cause or Cause.UNKNOWN
    transitions.change(claim.message_id, Status.SENDING, after, at=now, cause=cause, note=outcome.reason, **fields)


def _late(claim: Claim, outcome: TryResult, now: datetime) -> bool:
    """The answer came after the try was settled as unknown: an acceptance is evidence, the rest adds nothing."""
    if outcome.result in TAKEN:
        note = outcome.reason or "A resposta da operadora chegou depois."
        evidence.prove_accepted(Attempt.objects.get(pk=claim.attempt_id), outcome.reference, now, note)
    return False


def _phone_works(claim: Claim) -> bool:
    """True when the phone has sent something since it last refused this segment."""
    previous = Attempt.objects.filter(
        segment_id=claim.segment_id, phone_id=claim.phone_id, result=AttemptResult.REJECTED
    ).exclude(pk=claim.attempt_id)
    last = previous.order_by("-pk").values_list("finished_at", flat=True).first()
    return last is not None and Phone.objects.filter(pk=claim.phone_id, last_sent_at__gt=last).exists()


def _earlier_results(claim: Claim) -> set[str]:
    """How the earlier tries of this segment ended: one in doubt may have gone out."""
    earlier = Attempt.objects.filter(segment_id=claim.segment_id).exclude(pk=claim.attempt_id)
    return set(earlier.values_list("result", flat=True))


def _already_out(claim: Claim, outcome: TryResult, now: datetime) -> bool:
    """Proof that an earlier try went out came while this one was under way: whatever its end, the part is sent."""
    proved = Attempt.objects.filter(segment_id=claim.segment_id, result__in=TAKEN).exclude(pk=claim.attempt_id)
    reference = outcome.reference
    if outcome.result not in TAKEN:
        reference = proved.values_list("reference", flat=True).first()
    more = _apply(claim, Sent(), replace(outcome, reference=reference), now)
    fates.settle(claim.message_id, now)
    return more
