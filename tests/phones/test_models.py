import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from recado.modem.condition import PhoneCondition
from recado.phones.models import Condition, Phone


@pytest.mark.django_db
def test_a_new_phone_has_the_pace_of_the_settings(settings):
    settings.RECADO_PACE = 9.5
    assert Phone.objects.create(name="Aparelho 1", link="tcp:a").pace_seconds == 9.5


@pytest.mark.django_db
def test_a_new_phone_is_in_use_and_tells_nothing_yet():
    phone = Phone.objects.create(name="Aparelho 1", link="tcp:a")
    assert phone.enabled
    assert not phone.paused
    assert phone.condition == Condition.UNKNOWN
    assert str(phone) == "Aparelho 1"


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"name": "Aparelho 1", "link": "tcp:b"}, {"name": "Aparelho 2", "link": "tcp:a"}])
def test_neither_a_name_nor_a_line_belongs_to_two_phones(other: dict[str, str]):
    Phone.objects.create(name="Aparelho 1", link="tcp:a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Phone.objects.create(**other)


@pytest.mark.django_db
def test_a_pace_below_nothing_is_refused():
    with pytest.raises(ValidationError):
        Phone(name="Aparelho 1", link="tcp:a", pace_seconds=-1).full_clean()


def test_every_condition_of_the_radio_can_be_stored_and_has_a_name_for_people():
    told_beside_another = {PhoneCondition.ROAMING, PhoneCondition.STORE_FULL}
    assert {condition.value for condition in set(PhoneCondition) - told_beside_another} <= set(Condition.values)
    assert max(len(condition.value) for condition in Condition) <= 24
