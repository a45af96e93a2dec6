"""What *Fila e aparelhos* shows of each phone: one card, every figure in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from recado.outbox.models import SENT_GROUP, Message, MessageType, Status
from recado.phones import checking
from recado.phones.checking import Check
from recado.phones.fleet import rules_of, usage_of
from recado.phones.models import Phone, PhoneChange
from recado.phones.rules import Period, Rules
from recado.web.formatting import counted, date_and_time, decimal, duration, thousands, when
from recado.web.phone_state import PhoneState
from recado.web.words import status_words

# How long a card tells of a test.
NEWS = timedelta(days=1)
_SPANS = ((Period.HOUR, "Nesta hora"), (Period.DAY, "Hoje"), (Period.MONTH, "Neste mês"))


@dataclass(frozen=True, slots=True)
class Told:
    """How a test of the phone went: `label` in a word or two, `words` a sentence (pt-BR)."""

    label: str
    words: str
    style: str
    message_id: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """One phone: `facts` are label and value, in order; `sending` the messages on their way through it."""

    state: PhoneState
    facts: tuple[tuple[str, str], ...]
    sending: tuple[Message, ...]
    last_change: str
    check: Told | None = None
    test: Told | None = None

    @property
    def phone(self) -> Phone:
        return self.state.phone


def cards(states: Sequence[PhoneState], now: datetime, paces: Mapping[int, float], *, technician: bool) -> list[Card]:
    """A card for each of `states`, in their order; `paces` as `outbox.real_pace` measured them.

    What the link or the radio said when it failed, with its paths and commands, is for a `technician`.
    """
    sending: dict[int, list[Message]] = {}
    for message in Message.objects.filter(status=Status.SENDING, phone__isnull=False).only("pk", "phone", "protocol"):
        sending.setdefault(message.phone_id or 0, []).append(message)
    types = dict(MessageType.objects.values_list("pk", "name"))
    asked = [state.phone.test_message_id for state in states if state.phone.test_message_id is not None]
    tests = Message.objects.in_bulk(asked)
    return [
        Card(
            state=state,
            facts=(
                *_facts(state, now, paces.get(state.phone.pk), technician=technician),
                *_told(state.phone),
                *_rules(rules_of(state.phone), types),
            ),
            sending=tuple(sending.get(state.phone.pk, ())),
            last_change=_last_change(state.phone, now),
            check=_check(state.phone, now, technician=technician),
            test=_test(tests.get(state.phone.test_message_id or 0), now),
        )
        for state in states
    ]


def _check(phone: Phone, now: datetime, *, technician: bool) -> Told | None:
    """The last *Testar conexão*, while it is news."""
    at, standing = phone.check_asked_at, checking.standing(phone, now)
    if at is None or now - at > NEWS:
        return None
    asked = f"Pedido {when(at, now)} por {phone.check_asked_by}."
    if standing is Check.WAITING:
        return Told("Testando a conexão…", asked, "rc-neutral")
    if standing is Check.UNANSWERED:
        return Told("Teste sem resposta", f"O serviço de envio não o fez. {asked}", "rc-warn")
    well = standing is Check.WELL
    label, style = ("Conexão boa", "rc-ok") if well else ("Conexão com problema", "rc-danger")
    return Told(label, f"{phone.check_answer} {asked}" if well or technician else asked, style)


def _test(message: Message | None, now: datetime) -> Told | None:
    """The last SMS of a test, while it is news."""
    if message is None or now - message.created_at > NEWS:
        return None
    status, words = Status(message.status), status_words(message.status)
    reason = f" {message.reason}" if message.reason and status not in SENT_GROUP else ""
    return Told(
        f"SMS de teste: {message.status_label.lower()}",
        f"Pedido {when(message.created_at, now)} por {message.created_by}.{reason}",
        words.style,
        message.pk,
    )


def _told(phone: Phone) -> list[tuple[str, str]]:
    """What the SIM and the phone told besides: a notice that stops nothing, the balance."""
    told = [("Aviso", phone.notice)] if phone.notice else []
    if phone.balance and phone.balance_at is not None:
        told.append(("Saldo", f"{phone.balance} ({date_and_time(phone.balance_at)})"))
    return told


def _facts(state: PhoneState, now: datetime, pace: float | None, *, technician: bool) -> tuple[tuple[str, str], ...]:
    phone = state.phone
    # Of a phone that is down, these say how it was.
    before = " na última leitura" if state.stopped else ""
    return (
        ("Última resposta", f"há {duration(now - phone.last_seen_at)}" if phone.last_seen_at else "–"),
        ("Chip e operadora", ", ".join(filter(None, (_sim(phone.iccid), phone.operator))) or "–"),
        ("Sinal", _percent(phone.signal_percent, before)),
        ("Bateria", _percent(phone.battery_percent, before)),
        ("Último envio", when(phone.last_sent_at, now) if phone.last_sent_at else "–"),
        ("Falhas seguidas", thousands(phone.consecutive_failures)),
        ("Último erro", _last_error(phone, now, technician=technician)),
        ("Ritmo", _pace(phone, pace)),
        *_sent(phone, now),
    )


def _last_error(phone: Phone, now: datetime, *, technician: bool) -> str:
    if phone.last_error_at is None:
        return "nenhum"
    at = when(phone.last_error_at, now)
    return f"{at}: {phone.last_error}" if technician else at


def _pace(phone: Phone, measured: float | None) -> str:
    """What an SMS takes of the phone's time, measured where its last tries tell."""
    if measured is None:
        return f"um SMS a cada {decimal(phone.pace_seconds)} s, o ajustado"
    return f"um SMS a cada {decimal(measured)} s, medido nos últimos envios"


def _sent(phone: Phone, now: datetime) -> list[tuple[str, str]]:
    local, usage = timezone.localtime(now), usage_of(phone)
    quotas = dict(rules_of(phone).quotas)
    return [
        (label, _of_quota(usage.used(period, local), quotas.get(period)))
        for period, label in _SPANS
        if period is not Period.MONTH or period in quotas
    ]


def _of_quota(used: int, quota: int | None) -> str:
    if quota is None:
        return counted(used, "SMS enviado", "SMS enviados")
    return f"{thousands(used)} de {counted(quota, 'SMS', 'SMS')}"


def _rules(rules: Rules, types: dict[int, str]) -> list[tuple[str, str]]:
    shown = []
    if rules.hours is not None:
        start, end = (_clock(at) for at in rules.hours)
        shown.append(("Horário de envio", f"das {start} às {end}"))
    if rules.types:
        shown.append(("Só envia", ", ".join(types.get(pk, str(pk)) for pk in sorted(rules.types))))
    if rules.ddds:
        shown.append(("DDDs preferidos", ", ".join(sorted(rules.ddds))))
    if rules.urgent_share:
        shown.append(("Guardado para urgentes", f"{rules.urgent_share}% do ritmo"))
    if not rules.takes_over:
        shown.append(("Fila de outro aparelho", "não assume"))
    return shown


def _last_change(phone: Phone, now: datetime) -> str:
    change = PhoneChange.objects.filter(phone=phone).first()
    return f"{change.what.rstrip('.')}: {change.actor}, {when(change.at, now)}." if change else ""


def _sim(iccid: str) -> str:
    return f"chip final {iccid[-4:]}" if iccid else ""


def _percent(share: int | None, when_read: str) -> str:
    return "–" if share is None else f"{share}%{when_read}"


def _clock(at: time) -> str:
    return f"{at.hour}h{at:%M}" if at.minute else f"{at.hour}h"
