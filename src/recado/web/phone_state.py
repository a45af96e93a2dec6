"""How a phone stands, in words: the header's badge and the phones on the main screen.

What the phone last said of itself counts only while a gateway holds it: without one, nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from recado.alarms.sentinel import patience
from recado.collation import dictionary_key
from recado.outbox.models import Message, Status
from recado.phones import rules
from recado.phones.fleet import is_held, rest_of
from recado.phones.heartbeat import silent_since
from recado.phones.models import Condition, Phone
from recado.web.formatting import duration, when

_STARTING = (Condition.CONNECTING, Condition.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Badge:
    """A few words in the header; `style` is a class of `recado.css`.

    `announced`: the same without the time that passes, which a screen reader would be told again and again.
    """

    words: str
    style: str
    announced: str


@dataclass(frozen=True, slots=True)
class PhoneState:
    """One phone for the screens: `label` in a word or two, `sentence` and `advice` for whoever looks (pt-BR).

    `since`: for how long it has been so, where that matters.
    """

    phone: Phone
    state: str
    sentence: str
    advice: str
    style: str
    ready: bool
    stopped: bool
    since: str = ""

    @property
    def label(self) -> str:
        return f"{self.state}{self.since}"

    @property
    def name(self) -> str:
        return self.phone.name


def phone_states(now: datetime, *, technician: bool) -> list[PhoneState]:
    """Every phone in use, by name, in words for a technician or for others."""
    phones = sorted(Phone.objects.filter(enabled=True), key=lambda phone: dictionary_key(phone.name))
    sending = set(Message.objects.filter(status=Status.SENDING).values_list("phone_id", flat=True))
    return [describe(phone, now, sending=phone.pk in sending, technician=technician) for phone in phones]


def describe(phone: Phone, now: datetime, *, sending: bool = False, technician: bool = False) -> PhoneState:
    """Say how `phone` stands at `now`; `sending`: a message is on its way through it.

    Paths and commands are for a `technician`, who may change phones; others read whom to tell.
    """
    if phone.paused:
        advice = "Retome-o, ou peça ao supervisor, para a fila andar."
        return _state(phone, "Pausado", "Alguém pausou este aparelho.", advice, "rc-warn")
    if not is_held(phone, now):
        return _state(
            phone,
            "Sem notícias",
            f"O serviço de envio não está cuidando deste aparelho{_since(phone.last_seen_at, now)}.",
            "A fila espera; nada se perde. Peça à TI para ligar o serviço de envio do Recado.",
            "rc-danger",
            stopped=True,
        )
    if phone.condition in _STARTING:
        return _state(phone, "Conectando", "O serviço de envio está abrindo a ligação.", "", "rc-neutral")
    if phone.condition != Condition.READY:
        label = Condition(phone.condition).label
        sentence = phone.reason or f"{label}."
        advice = phone.advice
        if not technician:
            sentence, advice = _for_others(phone, label, sentence)
        advice = f"A fila espera; nada se perde. {advice}".strip()
        since = _since(phone.condition_since, now)
        return _state(phone, label, sentence, advice, "rc-danger", stopped=True, since=since)
    rest = rest_of(phone, now)
    if rest is not None:
        words = rules.sentence(rest, timezone.localtime(now))
        return _state(phone, rest.reason, words, "A fila segue por outro aparelho, ou espera.", "rc-warn")
    label = "Enviando" if sending else "Pronto"
    return PhoneState(phone, label, _readings(phone), "", "rc-ok", ready=True, stopped=False)


def badge(states: Sequence[PhoneState], now: datetime) -> Badge:
    """The header's words for all phones together; before all, that nothing sends at all."""
    if not states:
        return _steady("Nenhum aparelho cadastrado", "rc-warn")
    since = silent_since([state.phone for state in states], now)
    if since is not None and now - since >= patience():
        return _steady(f"Envio parado {_from(since, now)}: avise a TI", "rc-danger")
    if len(states) == 1:
        return _named(states[0])
    stopped = [state for state in states if state.stopped]
    if stopped:
        # What is well must not hide what is not.
        return _named(stopped[0]) if len(stopped) == 1 else _steady(f"{len(stopped)} aparelhos parados", "rc-danger")
    ready = sum(state.ready for state in states)
    style = "rc-ok" if ready == len(states) else "rc-warn" if ready else "rc-danger"
    return _steady(f"{ready} de {len(states)} aparelhos prontos", style)


def _steady(words: str, style: str) -> Badge:
    return Badge(words, style, words)


def _named(state: PhoneState) -> Badge:
    named = f"{state.name}: {state.state[0].lower()}{state.state[1:]}"
    return Badge(f"{named}{state.since}", state.style, named)


def _for_others(phone: Phone, label: str, sentence: str) -> tuple[str, str]:
    tell = f"Avise a TI: aparelho “{phone.name}”, {label[0].lower()}{label[1:]}."
    if phone.condition != Condition.DISCONNECTED:
        return sentence, tell
    # Its reason names the device, and the cable is the one thing that anybody can look at.
    return "A ligação com o aparelho caiu.", f"Veja se o cabo e a luz do aparelho estão no lugar. {tell}"


def _state(
    phone: Phone, state: str, sentence: str, advice: str, style: str, *, stopped: bool = False, since: str = ""
) -> PhoneState:
    return PhoneState(phone, state, sentence, advice, style, ready=False, stopped=stopped, since=since)


def _since(at: datetime | None, now: datetime) -> str:
    return f" há {duration(now - at)}" if at else ""


def _from(at: datetime, now: datetime) -> str:
    """`desde as 8h14`, or with its day when that is another."""
    words = when(at, now)
    return (
        f"desde {words.replace('às', 'as', 1).replace('à', 'a', 1)}" if words.startswith("à") else f"desde {words[3:]}"
    )


def _readings(phone: Phone) -> str:
    parts = [phone.operator] if phone.operator else []
    if phone.signal_percent is not None:
        parts.append(f"sinal {phone.signal_percent}%")
    if phone.battery_percent is not None:
        parts.append(f"bateria {phone.battery_percent}%")
    return ", ".join(parts) or "Pronto para enviar."
