"""Whether a bill is to be told, by which channel and when: a pure decision of the bill, the parameters and consents."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta

from recado.billing.consents import Held, allows
from recado.billing.models import Bill, Channel, ConsentKind, Setup, Skip
from recado.mail.posting import AddressRefused, normalise_address
from recado.outbox.numbers import NumberRefused, normalise_mobile


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the decision is made in: the local day, the version in force, consents and wishes, whether e-mail leaves."""

    today: date
    setup: Setup
    held: Held
    opted_out: Set[str]
    has_mail: bool


@dataclass(frozen=True, slots=True)
class Told:
    """To be told: at `to`, from `planned_for` on, not after `limit`."""

    to: str
    planned_for: date
    limit: date


@dataclass(frozen=True, slots=True)
class Skipped:
    """Not to be told; `words` (pt-BR) say more than the reason, or nothing."""

    reason: Skip
    words: str = ""


def choose(bill: Bill, channel: Channel, at: Circumstances) -> Told | Skipped:
    """Decide on one bill and channel; of several reasons not to, the first in the order of `Skip` is given."""
    if bill.value < at.setup.minimum:
        return Skipped(Skip.BELOW)
    if bill.category not in at.setup.categories:
        return Skipped(Skip.CATEGORY)
    if bill.due_date < at.today:
        return Skipped(Skip.PAST_DUE)
    found = _mobile_of(bill, at) if channel is Channel.SMS else _address_of(bill, at)
    if isinstance(found, Skipped):
        return found
    return Told(found, bill.due_date - timedelta(days=at.setup.days_before), bill.due_date)


def _mobile_of(bill: Bill, at: Circumstances) -> str | Skipped:
    if not allows(at.held, bill.client_id, ConsentKind.CLIENT_SMS):
        return Skipped(Skip.NO_CONSENT)
    if not bill.mobile:
        return Skipped(Skip.NO_MOBILE)
    try:
        number = normalise_mobile(bill.mobile)
    except NumberRefused as refusal:
        return Skipped(Skip.BAD_MOBILE, str(refusal))
    if not allows(at.held, bill.client_id, ConsentKind.PHONE, number):
        return Skipped(Skip.NO_PHONE_CONSENT)
    return Skipped(Skip.OPTED_OUT) if number in at.opted_out else number


def _address_of(bill: Bill, at: Circumstances) -> str | Skipped:
    if not allows(at.held, bill.client_id, ConsentKind.CLIENT_EMAIL):
        return Skipped(Skip.NO_CONSENT)
    if not bill.email:
        return Skipped(Skip.NO_EMAIL)
    try:
        address = normalise_address(bill.email)
    except AddressRefused as refusal:
        return Skipped(Skip.BAD_EMAIL, str(refusal))
    return address if at.has_mail else Skipped(Skip.NO_SERVER)
