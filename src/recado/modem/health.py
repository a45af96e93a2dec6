"""How the phone is now, in questions that disturb nothing (3GPP TS 27.007). Never asked during a send."""

import re
from dataclasses import dataclass
from typing import Self

from recado.modem.asking import ask
from recado.modem.condition import PhoneCondition, explain
from recado.modem.errors import NoAnswer, PhoneDown
from recado.modem.identity import read_smsc, write_smsc
from recado.modem.network import (
    Registration,
    Signal,
    combine,
    network_condition,
    read_registration,
    read_signal,
    read_sim_state,
    sim_error,
)
from recado.modem.session import Session, value_of

_RADIO_OFF = ("0", "4")


@dataclass(frozen=True, slots=True)
class Health:
    """One look at the phone. ``None`` where it would not say; ``reason`` and ``advice`` are pt-BR."""

    registration: Registration
    operator: str | None
    signal_dbm: int | None
    signal_percent: int | None
    battery_percent: int | None
    sim: PhoneCondition
    smsc: str | None
    condition: PhoneCondition
    reason: str
    advice: str
    roaming: bool = False
    store_full: bool = False

    @classmethod
    def unread(cls, condition: PhoneCondition, reason: str, advice: str, *, sim: PhoneCondition) -> Self:
        """The health of a phone of which nothing but its condition is known."""
        return cls(
            registration=Registration.UNKNOWN,
            operator=None,
            signal_dbm=None,
            signal_percent=None,
            battery_percent=None,
            sim=sim,
            smsc=None,
            condition=condition,
            reason=reason,
            advice=advice,
        )

    @property
    def notices(self) -> tuple[PhoneCondition, ...]:
        """What does not stop the phone from sending but should be told; ``explain`` has the words."""
        told = ((PhoneCondition.ROAMING, self.roaming), (PhoneCondition.STORE_FULL, self.store_full))
        return tuple(condition for condition, holds in told if holds)


@dataclass(frozen=True, slots=True)
class Network:
    """The radio side: registration, signal, and what they amount to."""

    registration: Registration
    signal: Signal
    condition: PhoneCondition


def read_health(session: Session, smsc_to_write: str | None = None) -> Health:
    """Ask everything. Never raises: a line that is gone or silent is a condition like any other.

    ``smsc_to_write`` is given to a SIM that is found without a service centre; some phones forget it in a day.
    """
    try:
        sim = _read_sim(session)
        network = read_network(session)
        smsc_lines = ask(session, "AT+CSCA?")
        smsc = None if smsc_lines is None else read_smsc(smsc_lines) or write_smsc(session, smsc_to_write)
        store_full = read_store_full(ask(session, "AT+CPMS?"))
        operator = read_operator(ask(session, "AT+COPS?"))
        battery = read_battery(ask(session, "AT+CBC"))
    except PhoneDown as down:
        return Health.unread(down.condition, down.reason, down.advice, sim=down.condition)
    condition = _condition(sim, network, smsc)
    known = explain(condition)
    return Health(
        registration=network.registration,
        operator=operator,
        signal_dbm=network.signal.dbm,
        signal_percent=network.signal.percent,
        battery_percent=battery,
        sim=sim,
        smsc=smsc or None,
        condition=condition,
        reason=known.reason,
        advice=known.advice,
        roaming=network.registration is Registration.ROAMING,
        store_full=store_full,
    )


def read_network(session: Session) -> Network:
    """Ask for registration, radio and signal. Raises ``PhoneSilent`` or ``LinkDown``."""
    circuit = _registration(session, "CREG")
    packet: tuple[Registration | None, ...] = ()
    if circuit is None or not circuit.ready:
        packet = (_registration(session, "CEREG"), _registration(session, "CGREG"))
    registration = combine(circuit, packet)
    signal = read_signal(value_of(ask(session, "AT+CSQ") or (), "+CSQ:"))
    radio_on = registration.ready or not read_radio_off(session)
    return Network(registration, signal, network_condition(registration, signal, radio_on=radio_on))


def read_radio_off(session: Session) -> bool:
    """Whether the phone says that its radio is off (+CFUN, 3GPP TS 27.007 §8.2); silence proves nothing."""
    return value_of(ask(session, "AT+CFUN?") or (), "+CFUN:") in _RADIO_OFF


def read_store_full(lines: tuple[str, ...] | None) -> bool:
    """Whether the memory that receives (the third of +CPMS, 3GPP TS 27.005 §3.2.3) has no free place."""
    value = value_of(lines or (), "+CPMS:") or ""
    usage = re.findall(r"(?<![\w\"])(\d{1,6})(?![\w\"])", value)
    if len(usage) < 2:
        return False
    used, places = int(usage[-2]), int(usage[-1])
    return 0 < places <= used


def read_operator(lines: tuple[str, ...] | None) -> str | None:
    """Give the operator of a +COPS answer (§7.3): the quoted part."""
    parts = (value_of(lines or (), "+COPS:") or "").split('"')
    return parts[1].strip()[:40] or None if len(parts) >= 3 else None


def read_battery(lines: tuple[str, ...] | None) -> int | None:
    """Give the percentage of a +CBC answer (§8.4): ``<bcs>,<bcl>``; some makers give volts instead."""
    fields = (value_of(lines or (), "+CBC:") or "").split(",")
    level = fields[1].strip() if len(fields) > 1 else ""
    readable = level.isascii() and level.isdigit() and len(level) <= 3 and int(level) <= 100
    return int(level) if readable else None


def _registration(session: Session, command: str) -> Registration | None:
    lines = ask(session, f"AT+{command}?") or ()
    return read_registration(tuple(line.partition(":")[2] for line in lines if line.startswith("+C")))


def _read_sim(session: Session) -> PhoneCondition:
    try:
        response = session.execute("AT+CPIN?")
    except NoAnswer as silence:
        value, code = value_of(silence.lines, "+CPIN:"), None
    else:
        value, code = response.value("+CPIN:"), response.final.code
    if value is not None:
        return read_sim_state(value)
    return sim_error(code) or PhoneCondition.READY


def _condition(sim: PhoneCondition, network: Network, smsc: str | None) -> PhoneCondition:
    """The first thing that a person would have to mend."""
    if sim is not PhoneCondition.READY:
        return sim
    if network.condition is not PhoneCondition.READY:
        return network.condition
    return PhoneCondition.NO_SMSC if smsc == "" else PhoneCondition.READY
