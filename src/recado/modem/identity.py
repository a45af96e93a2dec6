"""Who the phone is (3GPP TS 27.007 §5). Every item is optional: phones refuse some, or answer nonsense."""

import re
from dataclasses import dataclass

from recado.modem.asking import ask
from recado.modem.session import Session

_PREFIX = re.compile(r"^[+^*#]?[A-Z]{2,8}\s*:\s*")
_IMEI = re.compile(r"\d{14,16}")
_IMSI = re.compile(r"\d{14,15}")
_ICCID = re.compile(r"\d{18,20}")
_UCS2_PLUS_OR_DIGIT = re.compile(r"(?:00[23][0-9B])+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_INTERNATIONAL = 145
"""<tosca> of a number that begins with "+" (3GPP TS 24.008 §10.5.4.7)."""
_MAX_WORDS = 80

_ICCID_COMMANDS = ("AT+CCID", "AT+ICCID", "AT^ICCID?", "AT+QCCID")
"""In no standard: each maker has its own."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the phone says of itself and of its SIM; ``None`` where it would not say. ``smsc`` is E.164."""

    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None
    imei: str | None = None
    imsi: str | None = None
    iccid: str | None = None
    smsc: str | None = None


def read_device(session: Session) -> tuple[str | None, str | None, str | None, str | None]:
    """Give manufacturer, model, firmware and IMEI."""
    return (
        _words(ask(session, "AT+CGMI")),
        _words(ask(session, "AT+CGMM")),
        _words(ask(session, "AT+CGMR")),
        _digits(ask(session, "AT+CGSN"), _IMEI),
    )


def read_subscriber(session: Session) -> tuple[str | None, str | None]:
    """Give IMSI and ICCID of the SIM, once it is ready."""
    return _digits(ask(session, "AT+CIMI"), _IMSI), read_iccid(session)


def read_iccid(session: Session) -> str | None:
    """Give the ICCID of the SIM; most phones tell it even while the SIM asks for its PIN."""
    for command in _ICCID_COMMANDS:
        iccid = _digits(ask(session, command), _ICCID)
        if iccid is not None:
            return iccid
    return None


def read_smsc(lines: tuple[str, ...]) -> str:
    """Give the service centre of a +CSCA answer; empty when the SIM holds none.

    Phones set to UCS2 write the number as hexadecimal UCS2.
    """
    values = [line.partition(":")[2] for line in lines if line.startswith("+CSCA:")]
    number = values[-1].strip() if values else ""
    number = number.split('"')[1] if number.count('"') >= 2 else number.partition(",")[0]
    number = number.strip()
    if _UCS2_PLUS_OR_DIGIT.fullmatch(number):
        number = bytes.fromhex(number).decode("utf-16-be")
    return number if number.removeprefix("+").isdigit() else ""


def write_smsc(session: Session, number: str | None) -> str:
    """Give the SIM the service centre ``number`` (E.164) and say what it then holds; empty when nothing."""
    if number is None or not _E164.fullmatch(number):
        return ""
    if ask(session, f'AT+CSCA="{number}",{_INTERNATIONAL}') is None:
        return ""
    return read_smsc(ask(session, "AT+CSCA?") or ())


def _words(lines: tuple[str, ...] | None) -> str | None:
    if not lines:
        return None
    return _PREFIX.sub("", lines[0]).strip().strip('"').strip()[:_MAX_WORDS] or None


def _digits(lines: tuple[str, ...] | None, pattern: re.Pattern[str]) -> str | None:
    found = (pattern.search(line) for line in lines or ())
    return next((match.group() for match in found if match is not None), None)
