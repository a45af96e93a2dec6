"""Which messages a worker may take: its phone's rules, and what it leaves to the other phones.

The supervisor reads all phones now and then anyway and leaves what it saw in the `Roster`; so a phone without rules
asks the database nothing more. What a worker knows of the others of its gateway, and of what people rang about, is a
second old at most, and of another gateway's phones five. Of its own rules it knows for certain: a claim with old ones
does not count (`rules_version`). The hours of types come the same way, and which types only some phones carry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from django.utils import timezone

from recado.modem.clock import Clock
from recado.outbox.claims import Claim
from recado.outbox.hours import TypeHours, closed
from recado.outbox.types import limited_hours
from recado.phones.fleet import members, rules_of, usage_of
from recado.phones.models import Phone
from recado.phones.rules import EVERYTHING, Allowance, Member, Rules, allowance, next_for_others, resting
from recado.playsms.reserved import kept_from, reserved_types


class Roster:
    """What the phones of this installation last looked like. Written by one thread, read by all.

    `doubted`: a worker of ours has said since that its phone came or went.
    """

    def __init__(self) -> None:
        self.doubted = False
        self._members: tuple[Member, ...] = ()
        self._has_preferences = False
        self._hours: tuple[TypeHours, ...] = ()
        self._reserved: dict[int, frozenset[int]] = {}

    def doubt(self) -> None:
        """Have the phones looked at anew soon. From any thread."""
        self.doubted = True

    def update(self, phones: Iterable[Phone], now: datetime) -> None:
        """Take in how `phones`, all in use, stand at `now` (aware), and which types are held back."""
        self._members = members(phones, now)
        self._hours = limited_hours()
        self._reserved = reserved_types()
        self._has_preferences = any(member.rules.ddds for member in self._members)

    def allowance(self, phone_id: int, rules: Rules, now: datetime, *, urgent_only: bool) -> Allowance:
        """What the phone `phone_id`, with `rules`, may take at `now`."""
        shut = closed(self._hours, timezone.localtime(now)) if self._hours else frozenset[int]()
        shut |= kept_from(phone_id, self._reserved)
        if not (self._has_preferences or rules.types or urgent_only or shut):
            return EVERYTHING
        return replace(allowance(phone_id, rules, self._members, urgent_only=urgent_only), closed=shut)


class Around(Protocol):
    """What of a worker's surroundings is needed here."""

    @property
    def clock(self) -> Clock: ...
    @property
    def now(self) -> Callable[[], datetime]: ...
    @property
    def roster(self) -> Roster: ...


class Choice:
    """The rules of one phone at work, given as its worker's own row of it."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._others_from = float("-inf")
        self._version: int | None = None
        self._rules = Rules()

    def has_rules(self, phone: Phone) -> bool:
        """True when a claim needs more than the fence."""
        return self._rules_of(phone) != Rules()

    def may_rest(self, phone: Phone) -> bool:
        """True when the rules have times at which the phone sends nothing."""
        rules = self._rules_of(phone)
        return bool(rules.quotas or rules.hours)

    def seconds_of_rest(self, phone: Phone) -> float:
        """How long the phone sends nothing by its rules; 0 when it may send."""
        local = timezone.localtime(self._around.now())
        rest = resting(self._rules_of(phone), usage_of(phone), local)
        return 0.0 if rest is None else max(0.01, (rest.until - local).total_seconds())

    def allowance(self, phone: Phone) -> Allowance:
        """What may be claimed now."""
        urgent_only = self.seconds_for_urgent_only() > 0
        rules, now = self._rules_of(phone), self._around.now()
        allowed = self._around.roster.allowance(phone.pk, rules, now, urgent_only=urgent_only)
        return replace(allowed, whole=True) if phone.takes_whole_texts else allowed

    def begun(self, phone: Phone, claim: Claim) -> None:
        """A send starts: one that is not urgent takes a slot of those left to its kind."""
        share = self._rules_of(phone).urgent_share
        if share and not claim.urgent:
            self._others_from = self._around.clock.monotonic() + next_for_others(phone.pace_seconds, share)

    def seconds_for_urgent_only(self) -> float:
        """How long only urgent messages may be taken; 0 when any may."""
        return max(0.0, self._others_from - self._around.clock.monotonic())

    def _rules_of(self, phone: Phone) -> Rules:
        if phone.rules_version != self._version:
            self._version, self._rules = phone.rules_version, rules_of(phone)
        return self._rules
