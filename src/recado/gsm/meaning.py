"""The words in which a failure is told: whose it is, what was behind it, and a sentence for the attendant."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Verdict(StrEnum):
    """What an answer asks of the sender.

    TRANSIENT try again later; PERMANENT never again with this number; PHONE the line stops and waits, at no
    cost to the message; OURS a fault of this program or its settings; AMBIGUOUS it may have been sent, so
    nobody sends again unasked; ACCEPTED the network already has it.
    """

    TRANSIENT = "transient"
    PERMANENT = "permanent"
    PHONE = "phone"
    OURS = "ours"
    AMBIGUOUS = "ambiguous"
    ACCEPTED = "accepted"


class Cause(StrEnum):
    """What was behind a failure, as it is stored and counted (at most 20 characters)."""

    NUMBER_INVALID = "number_invalid"
    UNREACHABLE = "unreachable"
    NETWORK = "network"
    NO_CREDIT = "no_credit"
    BARRED = "barred"
    PHONE_DOWN = "phone_down"
    PHONE_MEMORY = "phone_memory"
    SIM = "sim"
    SMSC = "smsc"
    OURS = "ours"
    UNCERTAIN = "uncertain"
    EXPIRED = "expired"
    OPTED_OUT = "opted_out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """One code of +CMS ERROR or +CME ERROR. `name` is the standard's, `reason` Brazilian Portuguese."""

    code: int
    family: Literal["CMS", "CME"]
    name: str
    verdict: Verdict
    cause: Cause
    reason: str


class ReportOutcome(StrEnum):
    """What a delivery report says of one SMS.

    DELIVERED the phone has it; UNCONFIRMED the network is done with it but does not know; TEMPORARY the
    network goes on trying, and another report follows; FAILED the network gave up.
    """

    DELIVERED = "delivered"
    UNCONFIRMED = "unconfirmed"
    TEMPORARY = "temporary"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """One value of TP-ST. `cause` is None when nothing went wrong; `reason` is Brazilian Portuguese."""

    code: int
    name: str
    outcome: ReportOutcome
    cause: Cause | None
    reason: str


# One row of a code table: code, the standard's name, verdict, cause, reason.
Row = tuple[int, str, Verdict, Cause, str]
