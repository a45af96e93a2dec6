"""`recado phones line`: balance code, service centre and the phone's own store."""

from __future__ import annotations

import pytest

from recado.phones.models import Phone
from tests.cli.conftest import Recado

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone() -> Phone:
    return Phone.objects.create(name="Aparelho 1", link="serial:/dev/null", balance="R$ 1,00")


def test_what_is_given_is_set_and_an_old_balance_forgotten(phone: Phone, recado: Recado) -> None:
    assert recado("phones", "line", "Aparelho 1", "--balance-code", "*222#", "--store-first").exit_code == 0
    phone.refresh_from_db()
    assert (phone.balance_code, phone.store_first, phone.balance) == ("*222#", True, "")


@pytest.mark.parametrize(
    "words",
    [[], ["--balance-code", "222"], ["--balance-code", "*222#;+CFUN=1"], ["--smsc", "abc"], ["--smsc", '+55"']],
)
def test_nonsense_is_refused_and_changes_nothing(phone: Phone, recado: Recado, words: list[str]) -> None:
    assert recado("phones", "line", "Aparelho 1", *words).exit_code == 2
    phone.refresh_from_db()
    assert (phone.balance_code, phone.smsc_wanted, phone.balance) == ("", "", "R$ 1,00")


def test_a_value_is_taken_back(phone: Phone, recado: Recado) -> None:
    Phone.objects.update(smsc_wanted="+5581900000099")
    assert recado("phones", "line", "Aparelho 1", "--smsc", "nenhuma").exit_code == 0
    phone.refresh_from_db()
    assert phone.smsc_wanted == ""
