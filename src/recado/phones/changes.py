"""What people do to a phone while it works: pause, resume, set its rules. Each leaves a row that says who.

The caller rings the gateway (`outbox.doorbell`), which this room does not know.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from recado.phones.models import Phone, PhoneChange

# What each of the two settings may name: columns of the phone.
RULES = (
    "quota_hour",
    "quota_day",
    "quota_month",
    "hours_from",
    "hours_until",
    "type_ids",
    "ddds",
    "urgent_share",
    "takes_over",
    "pace_seconds",
)
LINE = ("balance_code", "smsc_wanted", "store_first")


def set_paused(phone: Phone, *, paused: bool, actor: str, now: datetime) -> bool:
    """Pause or resume `phone`; False, and no row, when it is so already."""
    with transaction.atomic():
        changed = Phone.objects.filter(pk=phone.pk, paused=not paused).update(paused=paused)
        if changed:
            _record(phone, "Pausou o aparelho." if paused else "Retomou o aparelho.", actor, now)
        return bool(changed)


def set_rules(phone: Phone, fields: dict[str, object], *, note: str, actor: str, now: datetime) -> None:
    """Set those of `RULES` that `fields` names; they hold from the next message on. `note` says them in words."""
    unknown = set(fields) - set(RULES)
    if unknown:
        raise ValueError(f"no rules: {sorted(unknown)}")
    with transaction.atomic():
        # A worker that still has the old rules in mind loses its next claim by the version.
        Phone.objects.filter(pk=phone.pk).update(rules_version=F("rules_version") + 1, **fields)
        _record(phone, note, actor, now)


def set_line(phone: Phone, fields: dict[str, object], *, note: str, actor: str, now: datetime) -> None:
    """Set those of `LINE` that `fields` names; the worker opens the line anew for them. `note` says them in words."""
    unknown = set(fields) - set(LINE)
    if unknown:
        raise ValueError(f"not of the line: {sorted(unknown)}")
    with transaction.atomic():
        if "balance_code" in fields:
            fields = {**fields, "balance": "", "balance_at": None}
        Phone.objects.filter(pk=phone.pk).update(**fields)
        _record(phone, note, actor, now)


def _record(phone: Phone, what: str, actor: str, now: datetime) -> None:
    PhoneChange.objects.create(phone=phone, phone_name=phone.name, at=now, actor=actor, what=what[:400])
