"""A call that sends: one message a number, each in a transaction of its own with the mark that finds a repetition.

The mark is one row for each account, number and text, taken over by compare-and-swap on its time: whoever inserts it
or finds it old sends; whoever finds it young gets the first call's answer. Two that come together meet at the unique
key, so one of them waits for the other's commit.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from recado import statements
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.models import Status
from recado.outbox.numbers import NumberRefused, mask_mobile, mobile_from_system
from recado.playsms.accounts import note_refusal
from recado.playsms.codes import CallRefused, Code
from recado.playsms.models import Account, NinthDigit, RecentCall, Submission

MOST_RECIPIENTS = 500
_PROTOCOL = re.compile(r"(?<!\d)(?:19|20)\d{2}1\d{9}(?!\d)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FURTHEST = timedelta(days=366)
_SCHEDULE = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the call asks for: `recipients` as written, the whole `text`, `schedule` as playSMS writes a time."""

    recipients: tuple[str, ...]
    text: str
    sender: str = ""
    schedule: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one number: `code` None and the message's names, or why there is no message."""

    to: str
    code: Code | None = None
    message_id: int | None = None
    queue_code: str = ""


class _NotTaken(Exception):
    """This number gets no message; the text (pt-BR) says why."""


def wanted(fields: dict[str, str]) -> Wanted:
    """Read the fields of `pv`. Raises CallRefused: 201 when number or text is missing, 200 for too many numbers."""
    recipients = tuple(word.strip() for word in fields.get("to", "").split(",") if word.strip())
    text = _CONTROL.sub("", fields.get("msg", "")).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not recipients or not text:
        raise CallRefused(Code.NOTHING_TO_SEND)
    if len(recipients) > MOST_RECIPIENTS:
        raise CallRefused(Code.SEND_FAILED)
    footer = _CONTROL.sub("", fields.get("footer", "")).strip()
    if footer and fields.get("nofooter", "") in ("", "0"):
        text = f"{text} {footer}"
    return Wanted(recipients, text, fields.get("from", "")[:20].replace("\0", ""), fields.get("schedule", ""))


def send(account: Account, asked: Wanted, *, now: datetime) -> Sequence[Taken]:
    """Queue what is asked, number by number, in their order. What is answered as taken is in the outbox."""
    results = []
    for to in asked.recipients:
        try:
            results.append(_send_one(account, asked, to, now))
        except _NotTaken as refusal:
            note_refusal(account, f"Número {mask_mobile(to)}: {refusal}", now)
            results.append(Taken(to, Code.SEND_FAILED))
    return results


def _send_one(account: Account, asked: Wanted, to: str, now: datetime) -> Taken:
    try:
        number, note = mobile_from_system(to, complete=account.ninth_digit == NinthDigit.COMPLETE)
    except NumberRefused as refusal:
        raise _NotTaken(str(refusal)) from refusal
    not_before = _time_of(asked.schedule, now)
    queue_code = uuid.uuid4().hex
    with transaction.atomic():
        first = _repeated(account, number, asked, queue_code, now)
        if first is not None:
            return Taken(to, None, first.message_id, first.queue_code)
        event = Event(
            type_id=account.type_id,
            number=number,
            idempotency_key=f"playsms:{queue_code}",
            values={"TEXTO": asked.text},
            protocol=_protocol_in(asked.text),
            actor=account.actor,
            not_before=not_before,
            note=note,
        )
        message = enqueue(event, now=now)
        if message is None:
            transaction.set_rollback(True)
            raise _NotTaken("o tipo de SMS da conta está desativado.")
        if message.status == Status.FAILED:
            transaction.set_rollback(True)
            raise _NotTaken(message.reason)
        statements.insert(
            Submission, message_id=message.pk, account_id=account.pk, queue_code=queue_code, sender=asked.sender
        )
    return Taken(to, None, message.pk, queue_code)


def _repeated(account: Account, number: str, asked: Wanted, queue_code: str, now: datetime) -> Submission | None:
    """The submission that this call repeats; None when it is the first, and is marked so under `queue_code`."""
    if not account.window_seconds:
        return None
    digest = hashlib.sha256(f"{number}\0{asked.schedule}\0{asked.text}".encode("utf-8", "replace")).hexdigest()
    if _mark(account, digest, queue_code, now):
        return None
    recent = RecentCall.objects.filter(account=account, digest=digest)
    first = Submission.objects.filter(queue_code__in=recent.values("queue_code")).first()
    if first is None:
        # Retention has removed that message: there is nothing left to give the answer of.
        recent.update(at=now, queue_code=queue_code)
    return first


def _mark(account: Account, digest: str, queue_code: str, now: datetime) -> bool:
    """Insert the mark, or take over an old one, in one statement; False when a young one stands."""
    window = timedelta(seconds=account.window_seconds)
    stored = connection.ops.adapt_datetimefield_value
    table = RecentCall._meta.db_table
    with connection.cursor() as cursor:
        # `at` may lie ahead when the clock went back: further ahead than the window it is no repetition either.
        cursor.execute(
            f"INSERT INTO {table} (account_id, digest, at, queue_code) VALUES (%s, %s, %s, %s)"  # noqa: S608 - the table is the model's
            " ON CONFLICT (account_id, digest) DO UPDATE SET at = excluded.at, queue_code = excluded.queue_code"
            f" WHERE {table}.at <= %s OR {table}.at > %s RETURNING id",
            [account.pk, digest, stored(now), queue_code, stored(now - window), stored(now + window)],
        )
        return cursor.fetchone() is not None


def _protocol_in(text: str) -> str:
    """The GSAN protocol that the text tells, so that the message is found by it; "" unless there is just one."""
    found = set(_PROTOCOL.findall(text))
    return found.pop() if len(found) == 1 else ""


def _time_of(schedule: str, now: datetime) -> datetime | None:
    """`YYYY-MM-DD hh:mm:ss`, local; within a year, for what is later is a slip. Raises _NotTaken."""
    if not schedule:
        return None
    for form in _SCHEDULE:
        try:
            at = timezone.make_aware(datetime.strptime(schedule, form))  # noqa: DTZ007 - made aware at once
        except ValueError:
            continue
        if at > now + _FURTHEST:
            raise _NotTaken("a data de agendamento está a mais de um ano de hoje.")
        return at
    raise _NotTaken("a data e a hora de agendamento não estão na forma AAAA-MM-DD hh:mm:ss.")
