"""The phones' rows as `rules` sees them, and the count of what each has sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from django.db.models import Case, F, When
from django.utils import timezone

from recado import statements
from recado.phones.models import Condition, Phone
from recado.phones.rules import Member, Period, Rest, Rules, Usage, resting
from recado.statements import Plus


def rules_of(phone: Phone) -> Rules:
    """What people set of `phone`."""
    limits = ((Period.HOUR, phone.quota_hour), (Period.DAY, phone.quota_day), (Period.MONTH, phone.quota_month))
    hours: tuple[time, time] | None = None
    if phone.hours_from is not None and phone.hours_until is not None:
        hours = (phone.hours_from, phone.hours_until)
    return Rules(
        quotas=tuple((period, limit) for period, limit in limits if limit is not None),
        hours=hours,
        types=frozenset(phone.type_ids),
        ddds=frozenset(phone.ddds),
        urgent_share=phone.urgent_share,
        takes_over=phone.takes_over,
    )


def usage_of(phone: Phone) -> Usage:
    """What `phone` has sent, in local time."""
    return Usage(
        hour=timezone.localtime(phone.used_hour_at) if phone.used_hour_at else None,
        day=phone.used_day_on,
        in_hour=phone.used_in_hour,
        in_day=phone.used_in_day,
        in_month=phone.used_in_month,
    )


def rest_of(phone: Phone, now: datetime) -> Rest | None:
    """Why `phone` sends nothing at `now` by its rules; None when they let it."""
    return resting(rules_of(phone), usage_of(phone), timezone.localtime(now))


def is_held(phone: Phone, now: datetime) -> bool:
    """True while a gateway looks after `phone`."""
    return bool(phone.holder) and phone.held_until is not None and phone.held_until >= now


def is_able(phone: Phone, now: datetime) -> bool:
    """True when `phone` could send a message at once."""
    at_work = phone.enabled and not phone.paused and phone.condition == Condition.READY and is_held(phone, now)
    return at_work and rest_of(phone, now) is None


def members(phones: Iterable[Phone], now: datetime) -> tuple[Member, ...]:
    """The phones as `rules.allowance` takes them."""
    return tuple(Member(phone.pk, rules_of(phone), is_able(phone, now)) for phone in phones)


def count_sent(phone_id: int, now: datetime, sms: int = 1, **fields: object) -> None:
    """`sms` more were accepted on the phone, counted in the local hour, day and month of `now`; sets `fields` too."""
    local = timezone.localtime(now)
    hour, day = Period.HOUR.start(local), local.date()
    same_hour = {"pk": phone_id, "used_hour_at": hour, "used_day_on": day}
    more = dict.fromkeys(("used_in_hour", "used_in_day", "used_in_month"), Plus(sms))
    if statements.update(Phone, same_hour, **more, **fields):
        return
    row = Phone.objects.filter(pk=phone_id)
    month = Period.MONTH.start(local).date()
    row.update(
        used_hour_at=hour,
        used_day_on=day,
        used_in_hour=Case(When(used_hour_at=hour, then=F("used_in_hour") + sms), default=sms),
        used_in_day=Case(When(used_day_on=day, then=F("used_in_day") + sms), default=sms),
        used_in_month=Case(
            When(used_day_on__gte=month, used_day_on__lt=Period.MONTH.end(local).date(), then=F("used_in_month") + sms),
            default=sms,
        ),
        **fields,
    )
