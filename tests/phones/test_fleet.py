from datetime import timedelta

import pytest
from django.utils import timezone

from recado.phones import changes, fleet
from recado.phones.models import Condition, Phone, PhoneChange
from recado.phones.rules import Period
from tests.support.outbox import NOW, make_phone

pytestmark = pytest.mark.django_db


def usage(now, phone: Phone) -> list[int]:
    seen = fleet.usage_of(Phone.objects.get(pk=phone.pk))
    return [seen.used(period, timezone.localtime(now)) for period in Period]


def test_what_is_sent_is_counted_by_local_hour_day_and_month(settings):
    settings.TIME_ZONE = "America/Recife"
    phone = make_phone()
    steps = [(timedelta(0), [1, 1, 1]), (timedelta(minutes=5), [2, 2, 2]), (timedelta(hours=1), [1, 3, 3])]
    steps += [(timedelta(days=1), [1, 1, 4]), (timedelta(days=30), [1, 1, 1])]
    for passed, expected in steps:
        fleet.count_sent(phone.pk, NOW + passed)
        assert usage(NOW + passed, phone) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"paused": True},
        {"enabled": False},
        {"condition": Condition.SILENT},
        {"holder": ""},
        {"held_until": NOW - timedelta(seconds=1)},
        {"quota_hour": 1},
    ],
    ids=str,
)
def test_only_a_phone_at_work_and_within_its_rules_is_able(change: dict[str, object]):
    phone = make_phone(condition=Condition.READY)
    fleet.count_sent(phone.pk, NOW)
    assert fleet.is_able(Phone.objects.get(), NOW)
    Phone.objects.update(**change)
    assert not fleet.is_able(Phone.objects.get(), NOW)


def test_a_pause_keeps_who_asked_for_it_and_only_once():
    phone = make_phone()
    assert changes.set_paused(phone, paused=True, actor="ana", now=NOW)
    assert not changes.set_paused(phone, paused=True, actor="bia", now=NOW)
    change = PhoneChange.objects.get()
    assert (change.actor, change.phone_name, change.what) == ("ana", phone.name, "Pausou o aparelho.")


def test_new_rules_have_a_new_version():
    phone = make_phone()
    changes.set_rules(phone, {"quota_day": 500}, note="Cota por dia: 500.", actor="ana", now=NOW)
    kept = Phone.objects.get()
    assert (kept.quota_day, kept.rules_version) == (500, phone.rules_version + 1)
    with pytest.raises(ValueError, match="no rules"):
        changes.set_rules(phone, {"holder": "x"}, note="", actor="ana", now=NOW)
