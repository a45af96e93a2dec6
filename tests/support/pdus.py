"""What phones hand over, as the network writes it: delivery reports and incoming SMS, in hexadecimal."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from recado.gsm import Address, EncodingPolicy, StatusReport, build_deliver, segment
from recado.gsm.address import ALPHANUMERIC, UNKNOWN
from recado.gsm.submit import build_submit

SMSC = "+5511900000000"
# The service centre stamps local time and says so.
ZONE = timezone(timedelta(hours=-3))
DELIVERED, FORWARDED, CONGESTION, NOT_REACHED, NO_SUCH_NUMBER = 0x00, 0x01, 0x20, 0x46, 0x41


def report_pdu(
    number: str, reference: int, at: datetime, *, status: int = DELIVERED, discharged_at: datetime | None = None
) -> str:
    """A SMS-STATUS-REPORT on the SMS that the network took at `at`; `number` as the network writes it."""
    report = StatusReport(
        reference=reference,
        recipient=Address.parse(number) if number.startswith("+") else Address(number, UNKNOWN),
        submitted_at=at.astimezone(ZONE),
        discharged_at=(discharged_at or at).astimezone(ZONE),
        status=status,
    )
    return report.to_hex(SMSC)


def deliver_pdus(
    sender: str, text: str, at: datetime, *, reference: int = 1, policy: EncodingPolicy = EncodingPolicy.AUTO
) -> list[str]:
    """The SMS-DELIVERs of one incoming text; `sender` is E.164, a short code, or a name with letters."""
    named = any(character.isalpha() for character in sender)
    origin = Address(sender, ALPHANUMERIC) if named else Address.parse(sender)
    parts = segment(text, policy, reference=reference).parts
    return [build_deliver(part, origin, at.astimezone(ZONE)).to_hex(SMSC) for part in parts]


def submit_pdu(number: str) -> str:
    """A PDU of a type that no phone hands over."""
    part = segment("Oi", EncodingPolicy.FOLD).parts[0]
    return build_submit(part, number).to_hex(SMSC)
