"""Rows and answers for the tests of the queue. Numbers and companies are fictitious; the time is always the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from recado.gsm.causes import Cause, Verdict
from recado.outbox import claims
from recado.outbox.claims import Claim
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.models import AttemptResult, Message, MessageType, Segment, Status, StatusChange
from recado.outbox.policy import BARE_OK, TryResult
from recado.phones.models import Phone

NOW = datetime(2026, 11, 22, 11, 14, 4, tzinfo=UTC)
MOBILE = "+5581912345678"
OTHER_MOBILE = "+5511987654321"
HOLDER = "test/1/1"
BY_HAND = 6
ONE_PART = "Seu pedido foi registrado."
THREE_PARTS = "0123456789" * 40

ACCEPTED = TryResult(AttemptResult.ACCEPTED, reference=42)
TRANSIENT = TryResult(AttemptResult.REJECTED, Verdict.TRANSIENT, Cause.NETWORK, "CMS 42", "A rede está ocupada.")
PERMANENT = TryResult(AttemptResult.REJECTED, Verdict.PERMANENT, Cause.NUMBER_INVALID, "CMS 1", "O número não existe.")
OURS = TryResult(AttemptResult.REJECTED, Verdict.OURS, Cause.OURS, "CMS 304", "O Recado montou mal o SMS.")
PHONE_REFUSES = TryResult(AttemptResult.REJECTED, Verdict.PHONE, Cause.NO_CREDIT, "CMS 38", "O chip parece sem saldo.")
DUPLICATE = TryResult(AttemptResult.REJECTED, Verdict.ACCEPTED, None, "CMS 197", "A central já tem este SMS.")
AMBIGUOUS = TryResult(AttemptResult.AMBIGUOUS, Verdict.AMBIGUOUS, Cause.UNCERTAIN, "CMS 500", "Erro desconhecido.")
BARE = TryResult(AttemptResult.AMBIGUOUS, Verdict.AMBIGUOUS, Cause.UNCERTAIN, BARE_OK, "Resposta sem referência.")
UNKNOWN = TryResult(AttemptResult.UNKNOWN, cause=Cause.UNCERTAIN, reason="O aparelho não respondeu.")
PHONE_DOWN = TryResult(AttemptResult.PHONE_DOWN, Verdict.PHONE, Cause.PHONE_DOWN, reason="Aparelho desconectado.")
EVERY_ANSWER = (
    ACCEPTED,
    TRANSIENT,
    PERMANENT,
    OURS,
    PHONE_REFUSES,
    DUPLICATE,
    AMBIGUOUS,
    BARE,
    UNKNOWN,
    PHONE_DOWN,
)

_keys = count()


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def make_phone(name: str = "Aparelho 1", *, holder: str = HOLDER, **fields: object) -> Phone:
    """A phone that `holder` has the lease of."""
    held_until = NOW + timedelta(days=1) if holder else None
    return Phone.objects.create(name=name, link=f"tcp:{name}", holder=holder, held_until=held_until, **fields)


def make_type(**fields: object) -> MessageType:
    defaults: dict[str, object] = {"name": f"Tipo {next(_keys)}", "template": "{TEXTO}", "fields": "TEXTO"}
    return MessageType.objects.create(**(defaults | fields))


def queue_message(
    text: str = ONE_PART, *, kind: MessageType | None = None, at: datetime = NOW, number: str = MOBILE, key: str = ""
) -> Message:
    """A queued message, by the product's own door."""
    event = Event(
        type_id=kind.pk if kind else BY_HAND,
        number=number,
        idempotency_key=key or f"test:{next(_keys)}",
        values={"TEXTO": text},
    )
    message = enqueue(event, now=at)
    assert message is not None
    return message


def claim(phone: Phone, at: datetime = NOW) -> Claim:
    """The next claim, which must be there."""
    claimed = claims.claim_next(phone, HOLDER, at)
    assert claimed is not None
    return claimed


def following(claimed: Claim, phone: Phone, at: datetime = NOW) -> Claim:
    """The next part's claim, which must be there."""
    part = claims.next_segment(claimed, phone, HOLDER, at)
    assert part is not None
    return part


def send_all(phone: Phone, at: datetime = NOW) -> Message:
    """Claim one message and have the network take all of its parts."""
    claimed = claim(phone, at)
    while claims.finish(claimed, ACCEPTED, at):
        claimed = following(claimed, phone, at)
    return Message.objects.get(pk=claimed.message_id)


def segment_statuses(message: Message) -> list[str]:
    return list(Segment.objects.filter(message=message).order_by("index").values_list("status", flat=True))


def story(message: Message) -> list[str]:
    """Every status that the message had, oldest first."""
    return list(StatusChange.objects.filter(message=message).order_by("pk").values_list("after", flat=True))


def assert_unbroken(message: Message) -> None:
    """Each change begins where the one before it ended, and the last ends where the message stands."""
    before = ""
    for change in StatusChange.objects.filter(message=message).order_by("pk"):
        assert change.before == before
        assert change.actor
        before = change.after
    assert before == Message.objects.get(pk=message.pk).status


def status_of(message: Message) -> Status:
    return Status(Message.objects.values_list("status", flat=True).get(pk=message.pk))
