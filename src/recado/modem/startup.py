"""Bringing a phone to where it can send: wake, plain answers, SIM, PDU mode, reports, network.

The order matters. Echo and wordy errors go first, since everything after reads answers; the SIM comes before
whatever asks the SIM; PDU mode before reports are switched on, so that no message text ever stands on a line
of its own; the network last, because it takes longest. Every command marked optional may be refused.
"""

from dataclasses import dataclass, replace

from recado.modem.asking import ask, insist_on_pdu_mode, patiently
from recado.modem.condition import PhoneCondition
from recado.modem.errors import (
    NetworkUnavailable,
    SimUnusable,
    SmscMissing,
    SmsUnsupported,
    StillInitialising,
)
from recado.modem.health import read_network, read_radio_off
from recado.modem.identity import Identity, read_device, read_smsc, read_subscriber, write_smsc
from recado.modem.network import sim_error
from recado.modem.quirks import Quirks, quirks_for
from recado.modem.session import Session
from recado.modem.settings import DriverSettings
from recado.modem.sim import require_sim

_NETWORK_PAUSE = 2.0


@dataclass(frozen=True, slots=True)
class Started:
    """What start-up found: who the phone is, its quirks, and how direct reports are acknowledged, if so."""

    identity: Identity
    quirks: Quirks
    acknowledge: str | None


def start(session: Session, settings: DriverSettings) -> Started:
    """Bring the phone up. Raises a ``PhoneDown`` subclass whose ``condition`` says what is missing."""
    _wake(session, settings)
    manufacturer, model, firmware, imei = read_device(session)
    quirks = quirks_for(manufacturer, model)
    for command in quirks.setup:
        ask(session, command)
    if settings.turn_radio_on and quirks.may_set_radio:
        _turn_radio_on(session)
    patience = session.clock.monotonic() + settings.sim_busy_wait
    require_sim(session, settings, patience)
    _require_pdu_mode(session, patience)
    acknowledge = _switch_reports_on(session, quirks, patience)
    if quirks.keep_link:
        ask(session, "AT+CMMS=2")
    imsi, iccid = read_subscriber(session)
    identity = Identity(manufacturer, model, firmware, imei, imsi, iccid)
    identity = replace(identity, smsc=_require_smsc(session, settings, patience))
    _require_network(session, settings)
    return Started(identity, quirks, acknowledge)


def _wake(session: Session, settings: DriverSettings) -> None:
    # ESC first: a line that dropped in the middle of a PDU left the phone waiting for its end.
    session.parser.numeric = True
    session.recover(settings.wake_attempts)
    ask(session, "ATE0")
    ask(session, "ATV1")
    session.parser.numeric = False
    # Nokia phones take ATE0 only the second time.
    ask(session, "ATE0")
    ask(session, "AT+CMEE=1")


def _require_pdu_mode(session: Session, until: float) -> None:
    refusal = insist_on_pdu_mode(session, until)
    if refusal is None:
        return
    state = sim_error(refusal.code)
    if state is not None:
        raise SimUnusable(condition=state)
    raise SmsUnsupported


def _switch_reports_on(session: Session, quirks: Quirks, until: float) -> str | None:
    """Ask for delivery reports and replies; give the acknowledging command where one is due."""
    try:
        phase_2_plus = patiently(session, "AT+CSMS=1", until).ok
        for parameters in quirks.cnmi:
            if patiently(session, f"AT+CNMI={parameters}", until).ok:
                break
    except StillInitialising:
        # Reports are welcome, not needed: the phone can send without them.
        return None
    return quirks.acknowledge if phase_2_plus else None


def _turn_radio_on(session: Session) -> None:
    """Before the SIM is asked: some phones with their radio off cut the SIM off too."""
    if read_radio_off(session):
        ask(session, "AT+CFUN=1")


def _require_smsc(session: Session, settings: DriverSettings, until: float) -> str | None:
    """Give the service centre; ``None`` when the phone will not say, which proves nothing."""
    try:
        response = patiently(session, "AT+CSCA?", until)
    except StillInitialising:
        return None
    if not response.ok or response.value("+CSCA:") is None:
        return None
    smsc = read_smsc(response.lines) or write_smsc(session, settings.smsc)
    if not smsc:
        raise SmscMissing
    return smsc


def _require_network(session: Session, settings: DriverSettings) -> None:
    until = session.clock.monotonic() + settings.registration_wait
    while True:
        condition = read_network(session).condition
        if condition is PhoneCondition.READY:
            return
        if condition is PhoneCondition.RADIO_OFF or session.clock.monotonic() >= until:
            raise NetworkUnavailable(condition=condition)
        session.pause(_NETWORK_PAUSE)
