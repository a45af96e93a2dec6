"""The SIM on start-up: ready, missing, or locked, and the one PIN that may be entered (3GPP TS 27.007 §8.3).

Three wrong PINs lock a SIM and ten wrong PUKs destroy it. So a PIN is entered only if the settings give one, the
caller's own memory says that this PIN was not tried on this SIM in vain, and no maker's counter says that fewer than
two tries are left. A PUK is never entered.
"""

import re
from dataclasses import dataclass

from recado.modem.asking import ask, patiently
from recado.modem.condition import PhoneCondition
from recado.modem.errors import NoAnswer, SimUnusable, StillInitialising
from recado.modem.identity import read_iccid
from recado.modem.network import read_sim_state, sim_error
from recado.modem.session import Session, value_of
from recado.modem.settings import DriverSettings

LEAST_TRIES = 2

_PIN = re.compile(r"\d{4,8}")
_TRY_AGAIN_AFTER = 0.5
_LOCKED_REASON = "O aparelho está bloqueado para outra operadora ou para outro chip."
_LOCKED_ADVICE = "Use um chip da operadora do aparelho ou peça o desbloqueio do aparelho."
_MALFORMED = "O PIN configurado não serve: um PIN tem de 4 a 8 dígitos."
_REFUSED = "O chip recusou o PIN configurado; o Recado não o tentará de novo."
_TRIED_BEFORE = "O PIN configurado já foi tentado neste chip e não será tentado de novo."
_FEW_TRIES = "Restam poucas tentativas de PIN antes do bloqueio do chip; o Recado não o tentará."
_NOT_OPENED = "O PIN foi entregue ao chip, mas ele não respondeu; o Recado não o tentará de novo."
_CORRECT_PIN = (
    "Confira o PIN em um celular comum e corrija a configuração, ou desative nele o pedido de PIN e devolva o chip."
)


@dataclass(frozen=True, slots=True)
class _Counter:
    """How one maker tells the PIN tries left: which field of the answer, counted from 0."""

    command: str
    prefix: str
    field: int


# Sources: 3GPP TS 27.007 §8.65; the AT manuals of Huawei, Siemens, SIMCom, Quectel, ZTE and Telit; ModemManager.
_COUNTERS = (
    _Counter('AT+CPINR="SIM PIN"', "+CPINR:", 1),
    _Counter("AT^CPIN?", "^CPIN:", 3),
    _Counter("AT^SPIC", "^SPIC:", 0),
    _Counter("AT+SPIC", "+SPIC:", 0),
    _Counter('AT+QPINC="SC"', "+QPINC:", 1),
    _Counter("AT+ZPINPUK=?", "+ZPINPUK:", 0),
    _Counter("AT#PCT", "#PCT:", 0),
)


def require_sim(session: Session, settings: DriverSettings, until: float) -> None:
    """Return once the SIM is ready, entering the PIN where that is allowed; ``until`` is on the session's clock.

    Raises ``SimUnusable`` whose ``condition`` and pt-BR ``reason`` say what is the matter, ``StillInitialising``,
    ``PhoneSilent``, ``LinkDown``.
    """
    state = _read_state(session, until)
    if state is PhoneCondition.SIM_PIN and settings.pin is not None:
        _unlock(session, settings, settings.pin, until)
        return
    # A phone that refuses the question without naming the SIM is taken at the network's word.
    if state not in (None, PhoneCondition.READY):
        raise SimUnusable(condition=state)


def pin_tries_left(session: Session) -> int | None:
    """Give how many times a PIN may still be entered; ``None`` when no maker's command tells."""
    for counter in _COUNTERS:
        fields = (value_of(ask(session, counter.command) or (), counter.prefix) or "").split(",")
        tries = fields[counter.field].strip() if len(fields) > counter.field else ""
        if tries.isascii() and tries.isdigit() and len(tries) <= 2:
            return int(tries)
    return None


def _read_state(session: Session, until: float) -> PhoneCondition | None:
    try:
        response = patiently(session, "AT+CPIN?", until)
        value, code = response.value("+CPIN:"), response.final.code
    except StillInitialising as busy:
        # Wavecom leaves the OK out after +CPIN.
        silence = busy.__cause__
        value = value_of(silence.lines, "+CPIN:") if isinstance(silence, NoAnswer) else None
        if value is None:
            raise
        code = None
    if value is not None and value.strip('" ').upper().startswith("PH-"):
        raise SimUnusable(_LOCKED_REASON, _LOCKED_ADVICE, condition=PhoneCondition.SIM_FAILURE)
    return sim_error(code) if value is None else read_sim_state(value)


def _unlock(session: Session, settings: DriverSettings, pin: str, until: float) -> None:
    if not _PIN.fullmatch(pin) or not pin.isascii():
        raise _pin_not_usable(_MALFORMED)
    tries = pin_tries_left(session)
    if tries is not None and tries < LEAST_TRIES:
        raise _pin_not_usable(_FEW_TRIES)
    sim = read_iccid(session) or ""
    if settings.may_try_pin is None or not settings.may_try_pin(sim):
        raise _pin_not_usable(_TRIED_BEFORE)
    _enter(session, pin)
    _await_ready(session, until)
    if settings.pin_accepted is not None:
        settings.pin_accepted(sim)


def _enter(session: Session, pin: str) -> None:
    try:
        answer = session.execute(f'AT+CPIN="{pin}"')
    except NoAnswer:
        # Some phones leave the OK out here too: whether the SIM opened is asked next. The exception holds the PIN.
        return
    if not answer.ok:
        state = _read_state(session, session.clock.monotonic())
        raise SimUnusable(condition=state) if state is PhoneCondition.SIM_PUK else _pin_not_usable(_REFUSED)


def _await_ready(session: Session, until: float) -> None:
    """The SIM stays busy for some 10 s after its PIN."""
    while (state := _read_state(session, until)) is not PhoneCondition.READY:
        if state is PhoneCondition.SIM_PUK:
            raise SimUnusable(condition=state)
        if session.clock.monotonic() >= until:
            raise _pin_not_usable(_NOT_OPENED)
        session.pause(_TRY_AGAIN_AFTER)


def _pin_not_usable(reason: str) -> SimUnusable:
    return SimUnusable(reason, _CORRECT_PIN, condition=PhoneCondition.SIM_PIN)
