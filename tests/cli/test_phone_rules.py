"""`recado phones set` and what the list shows of it."""

from __future__ import annotations

import json
from datetime import time

import pytest

from recado.phones.models import Phone, PhoneChange
from tests.cli.conftest import Recado
from tests.support.outbox import make_phone

pytestmark = pytest.mark.django_db
EVERYTHING = (
    "--quota-hour 60 --quota-day 500 --quota-month 9000 --hours 20:00-08:30 --types 3,1 --ddd 82,81 --urgent-share 20 "
    "--no-takes-over --pace 8.5"
).split()


def test_every_rule_is_set_shown_and_kept_with_who_did_it(recado: Recado) -> None:
    make_phone("Um")
    output = recado("phones", "set", "Um", *EVERYTHING).stdout
    phone = Phone.objects.get()
    assert (phone.quota_hour, phone.quota_day, phone.quota_month) == (60, 500, 9000)
    assert (phone.hours_from, phone.hours_until) == (time(20), time(8, 30))
    assert (phone.type_ids, phone.ddds) == ([1, 3], ["81", "82"])
    assert (phone.urgent_share, phone.takes_over, phone.pace_seconds) == (20, False, 8.5)
    assert phone.rules_version == 1
    for words in ("Cota por dia: 500 SMS", "Horário: 20:00-08:30", "DDDs preferidos: 81, 82", "Ritmo: 8,5 s"):
        assert words in output
    change = PhoneChange.objects.get()
    assert "cota por dia: 500 SMS" in change.what
    assert "linha de comando" in change.actor


def test_what_is_not_named_stays(recado: Recado) -> None:
    make_phone("Um", quota_day=500)
    recado("phones", "set", "Um", "--quota-hour", "50")
    assert (Phone.objects.get().quota_hour, Phone.objects.get().quota_day) == (50, 500)


def test_rules_are_taken_away_by_a_word(recado: Recado) -> None:
    make_phone("Um")
    recado("phones", "set", "Um", *EVERYTHING)
    recado("phones", "set", "Um", *"--quota-day nenhuma --hours nenhum --types todos --ddd nenhum".split())
    phone = Phone.objects.get()
    assert (phone.quota_day, phone.hours_from, phone.hours_until, phone.type_ids, phone.ddds) == (
        None,
        None,
        None,
        [],
        [],
    )


@pytest.mark.parametrize(
    "bad",
    [
        (),
        ("--quota-day", "0"),
        ("--quota-day", "-5"),
        ("--quota-day", "muitos"),
        ("--quota-day", "9" * 5000),
        ("--hours", "8-20"),
        ("--hours", "25:00-26:00"),
        ("--hours", "08:00-08:00"),
        ("--types", "99"),
        ("--types", ""),
        ("--ddd", "081"),
        ("--ddd", "80"),
        ("--urgent-share", "91"),
    ],
    ids=str,
)
def test_what_is_no_rule_is_refused_in_portuguese_and_changes_nothing(recado: Recado, bad: tuple[str, ...]) -> None:
    make_phone("Um")
    result = recado("phones", "set", "Um", *bad)
    assert result.exit_code == 2
    assert Phone.objects.get().rules_version == 0


def test_the_list_shows_rules_and_use_for_people_and_for_scripts(recado: Recado) -> None:
    make_phone("Um", quota_day=500)
    assert "Cota por dia: 500 SMS" not in recado("phones", "list").stdout
    verbose = recado("phones", "list", "--verbose").stdout
    assert "Cota por dia: 500 SMS" in verbose
    assert "Enviados hoje: 0 SMS" in verbose
    told = json.loads(recado("phones", "list", "--json").stdout)
    assert (told["name"], told["rules"]["quota_day"], told["sent"]) == ("Um", 500, {"hour": 0, "day": 0, "month": 0})


def test_a_pause_from_the_command_line_keeps_who_asked(recado: Recado) -> None:
    make_phone("Um")
    recado("phones", "pause", "Um")
    recado("phones", "resume", "Um")
    assert [change.what for change in PhoneChange.objects.all()] == ["Retomou o aparelho.", "Pausou o aparelho."]
