"""One look at a phone: who it is, how it is, and what would stop it from sending. Nothing is sent."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from recado.links import MapLink, open_link, parse_link
from recado.links.bluetooth.map_phone import MapRadio
from recado.links.bluetooth.map_session import SENT
from recado.modem import errors
from recado.modem.clock import SystemClock
from recado.modem.condition import PhoneCondition, explain
from recado.modem.driver import Driver
from recado.modem.health import Health
from recado.modem.identity import Identity, read_device
from recado.modem.session import Session
from recado.modem.settings import DriverSettings
from recado.modem.transport import Transport

# A person waits: less patience than the gateway has with a phone that has just been switched on.
_SETTINGS = DriverSettings(wake_attempts=3, sim_busy_wait=10.0, registration_wait=10.0)
_NOT_TOLD = "não informa"


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, as lines of name and value (pt-BR), and what stops the phone from sending (empty: nothing)."""

    lines: tuple[tuple[str, str], ...]
    obstacle: str = ""


def probe_link(link: str) -> Report:
    """Open `link`, ask the phone, close it. Never raises for what the phone or the line does."""
    parsed = parse_link(link)
    if isinstance(parsed, MapLink):
        return _look_by_map(parsed)
    try:
        transport = open_link(link)
    except errors.PhoneDown as down:
        return Report((("Ligação", link),), _sentence(down.reason, down.advice))
    driver = Driver(transport, settings=_SETTINGS)
    try:
        return _look(driver, transport, link)
    finally:
        driver.close()


def _look_by_map(link: MapLink) -> Report:
    """A phone that sends by itself tells little: whether it lets its messages be used, and its name."""
    radio = MapRadio()
    try:
        with closing(radio.open(link)) as phone:
            phone.list_folder(SENT, 1)
            return Report((("Ligação", str(link)), ("Nome", phone.model), ("Acesso a mensagens", "permitido")))
    except errors.PhoneDown as down:
        return Report((("Ligação", str(link)),), _sentence(down.reason, down.advice))
    finally:
        radio.close()


def _look(driver: Driver, transport: Transport, link: str) -> Report:
    try:
        identity, obstacle = driver.start(), ""
    except (errors.LinkDown, errors.PhoneSilent) as down:
        return Report((("Ligação", link),), _sentence(down.reason, down.advice))
    except errors.PhoneDown as down:
        identity, obstacle = _who(transport), _sentence(down.reason, down.advice)
    health = driver.health()
    if not obstacle and health.condition is not PhoneCondition.READY:
        obstacle = _sentence(health.reason, health.advice)
    return Report(_lines(link, identity, health), obstacle)


def _who(transport: Transport) -> Identity:
    """The device's own data, which a phone tells even without a usable SIM."""
    try:
        return Identity(*read_device(Session(transport, SystemClock())))
    except errors.PhoneDown:
        return Identity()


def _lines(link: str, identity: Identity, health: Health) -> tuple[tuple[str, str], ...]:
    model = " ".join(part for part in (identity.manufacturer, identity.model) if part)
    signal = "sem leitura"
    if health.signal_percent is not None:
        signal = f"{health.signal_percent}% ({health.signal_dbm} dBm)"
    battery = _NOT_TOLD if health.battery_percent is None else f"{health.battery_percent}%"
    sim = "pronto" if health.sim is PhoneCondition.READY else explain(health.sim).reason
    return (
        ("Ligação", link),
        ("Modelo", model or _NOT_TOLD),
        ("Versão", identity.firmware or _NOT_TOLD),
        ("IMEI", identity.imei or _NOT_TOLD),
        ("Chip", sim),
        ("Número do chip", identity.iccid or _NOT_TOLD),
        ("Central de SMS", health.smsc or identity.smsc or _NOT_TOLD),
        ("Operadora", health.operator or _NOT_TOLD),
        ("Sinal", signal),
        ("Bateria", battery),
    )


def _sentence(reason: str, advice: str) -> str:
    return f"{reason} {advice}".strip()
