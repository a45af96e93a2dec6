"""The network behind the phone in software: what a SUBMIT becomes on the air, and what comes back down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from recado.emulator.errors import ControlError
from recado.emulator.state import CommandError, Family, Stored, StoredStatus
from recado.gsm import (
    Address,
    DecodeError,
    EncodeError,
    EncodingPolicy,
    StatusReport,
    Submit,
    build_deliver,
    segment,
)
from recado.gsm.address import ALPHANUMERIC
from recado.gsm.tpdu import Tpdu

_REFUSED_PDU: Final = 304


@dataclass(frozen=True, slots=True)
class AirSms:
    """One SUBMIT that reached the network: the truth every test compares with.

    `sequence` counts from 1 as long as the phone runs; `reference` is the TP-MR the phone gave; `concat_index` and
    `concat_total` are 1 for a message in one part, which has no `concat_reference`; `at` is aware, in UTC;
    `pdu` is the hex as it came.
    """

    sequence: int
    number: str
    text: str
    encoding: str
    concat_reference: int | None
    concat_index: int
    concat_total: int
    reference: int
    status_report: bool
    at: datetime
    pdu: str

    def as_dict(self) -> dict[str, object]:
        """Give the SMS ready for JSON; the time in ISO 8601, UTC."""
        return {
            "sequence": self.sequence,
            "number": self.number,
            "text": self.text,
            "encoding": self.encoding,
            "concat_reference": self.concat_reference,
            "part": self.concat_index,
            "parts": self.concat_total,
            "reference": self.reference,
            "status_report": self.status_report,
            "at": self.at.isoformat(timespec="milliseconds"),
            "pdu": self.pdu,
        }


def read_submit(text: str, tpdu_length: int) -> Submit:
    """Read what came between the prompt and Ctrl-Z, as strictly as a phone does.

    Raises `CommandError` 304 when it is no hex, no SUBMIT, or its TPDU has not the length AT+CMGS announced.
    """
    try:
        octets = bytes.fromhex(text)
        if not octets or len(octets) - 1 - octets[0] != tpdu_length:
            raise CommandError(Family.CMS, _REFUSED_PDU)
        return Submit.from_hex(octets.hex().upper())
    except (ValueError, DecodeError) as error:
        raise CommandError(Family.CMS, _REFUSED_PDU) from error


def air_sms(submit: Submit, pdu: str, *, sequence: int, reference: int, at: datetime) -> AirSms:
    """Describe a SUBMIT on the air."""
    concat = submit.concat
    return AirSms(
        sequence=sequence,
        number=str(submit.destination),
        text=submit.text,
        encoding=submit.encoding.value,
        concat_reference=concat.reference if concat else None,
        concat_index=concat.index if concat else 1,
        concat_total=concat.total if concat else 1,
        reference=reference,
        status_report=submit.status_report,
        at=at,
        pdu=pdu,
    )


def status_report(sms: AirSms, smsc: str, *, discharged_at: datetime, status: int) -> Stored:
    """Make the STATUS-REPORT of an SMS; `status` is TP-ST. Source: 3GPP TS 23.040 §9.2.2.3."""
    report = StatusReport(
        reference=sms.reference,
        recipient=Address.parse(sms.number),
        submitted_at=sms.at.astimezone(discharged_at.tzinfo),
        discharged_at=discharged_at,
        status=status,
    )
    return _stored(report, smsc)


def deliver(number: str, text: str, smsc: str, *, sent_at: datetime, reference: int) -> tuple[Stored, ...]:
    """Make the DELIVERs of an incoming text, one for each part. Source: 3GPP TS 23.040 §9.2.2.1.

    `number` is E.164, a short code, or a name of up to 11 letters. Raises `ControlError` (pt-BR).
    """
    try:
        origin = _origin(number)
        parts = segment(text, EncodingPolicy.AUTO, reference=reference).parts
        return tuple(_stored(build_deliver(part, origin, sent_at), smsc) for part in parts)
    except EncodeError as error:
        raise ControlError("Este número ou este texto não cabe em um SMS.") from error


def _origin(number: str) -> Address:
    named = any(character.isalpha() for character in number)
    return Address(number, ALPHANUMERIC) if named else Address.parse(number)


def _stored(tpdu: Tpdu, smsc: str) -> Stored:
    return Stored(StoredStatus.REC_UNREAD, tpdu.to_hex(smsc or None), tpdu.tpdu_length)
