"""One phone's rules on the screen: as the command line takes them, told and recorded."""

from __future__ import annotations

from datetime import time

import pytest
from django.test import Client

from recado.people.models import AuditEntry, Deed
from recado.phones.models import Condition, Phone, PhoneChange
from recado.phones.rule_values import note_of
from tests.support.outbox import make_phone
from tests.web.attendance import markup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_a_known_time")]

EVERYTHING = {
    "pace_seconds": "7,5",
    "urgent_share": "20",
    "quota_hour": "50",
    "quota_day": "1.000",
    "quota_month": "20000",
    "hours_from": "08:00",
    "hours_until": "20:00",
    "types": ["1", "6"],
    "ddds": "82, 81",
}


@pytest.fixture
def phone(db: None) -> Phone:
    return make_phone(condition=Condition.READY)


def save(browser: Client, phone: Phone, **given: object) -> str:
    return markup(browser.post(f"/aparelhos/{phone.pk}/", {**EVERYTHING, **given}, follow=True))


def test_every_rule_is_set_and_holds_from_the_next_message_on(browser: Client, phone: Phone) -> None:
    assert "Regras de Aparelho 1 salvas. Valem a partir da próxima mensagem." in save(browser, phone)
    phone.refresh_from_db()
    assert (phone.pace_seconds, phone.urgent_share) == (7.5, 20)
    assert (phone.quota_hour, phone.quota_day, phone.quota_month) == (50, 1000, 20000)
    assert (phone.hours_from, phone.hours_until) == (time(8), time(20))
    assert (phone.type_ids, phone.ddds, phone.takes_over, phone.rules_version) == ([1, 6], ["81", "82"], False, 1)


def test_the_change_keeps_who_made_it_in_words(browser: Client, phone: Phone) -> None:
    save(browser, phone)
    change = PhoneChange.objects.get()
    assert change.actor == "ana"
    assert change.what.startswith("Mudou as regras: ritmo: 7,5 s; cota por hora: 50 SMS;")
    entry = AuditEntry.objects.get(deed=Deed.PHONE_CHANGED)
    assert (entry.who, entry.subject, entry.detail) == ("ana", "Aparelho 1", "regras")
    assert "Mudou as regras: ritmo: 7,5 s" in markup(browser.get(f"/aparelhos/{phone.pk}/"))


def test_the_form_shows_the_rules_in_force(browser: Client, phone: Phone) -> None:
    save(browser, phone)
    page = markup(browser.get(f"/aparelhos/{phone.pk}/"))
    for value in ("7,5", "1000", "08:00", "20:00", "81, 82"):
        assert f'value="{value}"' in page
    # Two of the types; not what takes over.
    assert page.count(" checked") == 2


def test_saving_what_is_in_force_changes_nothing(browser: Client, phone: Phone) -> None:
    save(browser, phone)
    assert "Nada mudou." in save(browser, phone)
    assert PhoneChange.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("pace_seconds", "", "Informe o ritmo em segundos."),
        ("quota_day", "0", "Use um número de 1 a 1000000, ou deixe vazio."),
        ("quota_day", "1.5", "Use um número de 1 a 1000000, ou deixe vazio."),
        ("quota_hour", "muitos", "Use um número de 1 a 1000000, ou deixe vazio."),
        ("hours_until", "", "Informe as duas horas, ou deixe as duas vazias."),
        ("hours_until", "08:00", "O começo e o fim são iguais"),
        ("hours_from", "25:00", "25:00 não existe."),
        ("ddds", "081", "Use DDDs de dois dígitos, como 81,82, ou deixe vazio."),
        ("types", "99", "Escolha tipos da lista."),
        ("urgent_share", "91", "O máximo é 90."),
    ],
)
def test_what_is_no_rule_is_refused_at_its_field(
    browser: Client, phone: Phone, field: str, value: str, told: str
) -> None:
    assert told in save(browser, phone, **{field: value})
    assert Phone.objects.get().rules_version == 0


def test_empty_fields_take_the_limits_away(browser: Client, phone: Phone) -> None:
    save(browser, phone)
    empty = dict.fromkeys(("quota_hour", "quota_day", "quota_month", "hours_from", "hours_until", "ddds"), "")
    save(browser, phone, **empty, types=[], urgent_share="", takes_over="on")
    phone.refresh_from_db()
    assert (phone.quota_hour, phone.hours_from, phone.type_ids, phone.ddds) == (None, None, [], [])
    assert (phone.urgent_share, phone.takes_over) == (0, True)


def test_a_phone_that_is_gone_is_not_found(browser: Client, phone: Phone) -> None:
    assert browser.get(f"/aparelhos/{phone.pk + 1}/").status_code == 404


def test_what_the_history_says_of_area_codes_keeps_their_capitals() -> None:
    assert "DDDs preferidos: 81, 87" in note_of(make_phone(ddds=["81", "87"]))
