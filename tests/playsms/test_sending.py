"""What a call that sends becomes, in both forms; and that a repetition is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote_plus

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from recado.outbox.models import Message, MessageType, Status, StatusChange
from recado.outbox.numbers import GUESSED
from recado.playsms.models import Account, NinthDigit, RecentCall, Submission
from recado.playsms.tidying import tidy
from tests.playsms.conftest import PASSWORD, Call, make_account
from tests.support.together import run_together

pytestmark = pytest.mark.django_db
GSAN_ADDRESS = "/index.php?app=webservices&u=usuario&p=senha"
GSAN_TEXT = "Companhia Exemplo: recebemos seu pedido. Protocolo 20261000000123. Avisaremos quando for concluido."


def as_gsan_calls(number: str, text: str) -> str:
    """One address with the words `usuario` and `senha` in it; GSAN puts user and password in their place and adds the
    rest."""
    address = GSAN_ADDRESS.replace("usuario", "gsan").replace("senha", PASSWORD)
    return f"{address}&to=55{number}&ta=pv&msg={quote_plus(text, encoding='latin-1')}"


def test_a_gsan_pointed_at_recado_sends(account: Account, caller: Client) -> None:
    answer = caller.get(as_gsan_calls("8187654321", GSAN_TEXT))

    message = Message.objects.get()
    assert answer.status_code == 200
    assert answer.content.decode() == f"OK {message.pk}"
    assert (message.number, message.text, message.status) == ("+5581987654321", GSAN_TEXT, Status.QUEUED)
    assert (message.protocol, message.created_by, message.type_id) == ("20261000000123", "playSMS gsan", 6)


def test_a_door_leaves_no_cookie(account: Account, old: Call) -> None:
    assert old().cookies == {}


def test_the_guessed_ninth_digit_is_in_the_messages_history(account: Account, old: Call) -> None:
    old(to="558187654321")
    assert StatusChange.objects.get().note == GUESSED


def test_a_mobile_of_ten_digits_is_refused_where_the_account_says_so(old: Call) -> None:
    made = make_account(ninth_digit=NinthDigit.REFUSE)
    assert old(to="558187654321").content == b"ERR 200"
    made.refresh_from_db()
    assert (made.refused, made.last_refusal) == (
        1,
        "Número •••21: Parece faltar o 9 depois do DDD. Confirme com o cliente.",
    )
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("number", "answer"),
    [("558132345678", "ERR 200"), ("5500912345678", "ERR 200"), ("x", "ERR 200"), ("", "ERR 201"), (",", "ERR 201")],
)
def test_what_is_no_mobile_is_refused(account: Account, old: Call, number: str, answer: str) -> None:
    assert old(to=number).content.decode() == answer
    assert not Message.objects.exists()


def test_an_empty_text_is_refused(account: Account, old: Call) -> None:
    assert old(msg=" \x00 ").content == b"ERR 201"


def test_a_text_that_no_sms_takes_is_refused_and_nothing_stays(account: Account, new: Call) -> None:
    answer = new(to="5581912345678", msg="a" * 50_000).json()
    assert answer["data"] == [{"status": "ERR", "error": "200", "smslog_id": "", "queue": "", "to": "5581912345678"}]
    assert not Message.objects.exists()
    assert not RecentCall.objects.exists()


def test_several_numbers_in_the_old_form_are_a_line_each(account: Account, old: Call) -> None:
    lines = old(to="5581912345678,558132345678,5581912345679").content.decode().splitlines()

    first, second = Submission.objects.order_by("pk")
    assert lines == [
        f"OK 5581912345678,{first.message_id},{first.queue_code}",
        "ERR 200 558132345678",
        f"OK 5581912345679,{second.message_id},{second.queue_code}",
    ]


def test_todays_form_answers_a_row_a_number(account: Account, new: Call) -> None:
    answer = new(to="5581912345678,558132345678", msg="Oi").json()

    made = Submission.objects.get()
    assert answer["data"] == [
        {
            "status": "OK",
            "error": "0",
            "smslog_id": str(made.message_id),
            "queue": made.queue_code,
            "to": "5581912345678",
        },
        {"status": "ERR", "error": "200", "smslog_id": "", "queue": "", "to": "558132345678"},
    ]
    assert "status" not in answer
    assert answer["error_string"] is None
    assert abs(answer["timestamp"] - timezone.now().timestamp()) < 60


def test_a_whole_call_that_fails_says_so_at_the_top(account: Account, new: Call) -> None:
    answer = new(to="", msg="Oi").json()
    assert (answer["status"], answer["error"], answer["error_string"]) == (
        "ERR",
        "201",
        "destination number or message is empty",
    )


def test_the_old_address_speaks_json_when_asked(account: Account, old: Call) -> None:
    assert old(format="json").json()["data"][0]["status"] == "OK"


@pytest.mark.parametrize("written", ["Olá, ação".encode(), "Olá, ação".encode("latin-1")], ids=["utf-8", "latin-1"])
def test_accents_arrive_in_either_encoding(account: Account, caller: Client, written: bytes) -> None:
    fields = b"app=webservices&u=gsan&p=" + PASSWORD.encode() + b"&ta=pv&to=5581912345678&msg=" + written
    caller.post("/index.php", fields, content_type="application/x-www-form-urlencoded")
    assert Message.objects.get().text == "Olá, ação"


def test_accents_of_the_address_arrive_in_latin_1(account: Account, caller: Client) -> None:
    caller.get(as_gsan_calls("81912345678", "São João"))
    assert Message.objects.get().text == "São João"


def test_bytes_that_are_no_text_at_all_still_give_an_answer(account: Account, caller: Client) -> None:
    fields = b"app=ws&op=pv&u=%ff%fe&h=%81%00&to=%c3%28&msg=%ed%a0%80\xff"
    answer = caller.post("/index.php", fields, content_type="application/x-www-form-urlencoded")
    assert answer.json()["error"] == "100"


def test_a_footer_goes_below_the_text_unless_told_not_to(account: Account, old: Call) -> None:
    old(msg="Oi", footer="Companhia")
    old(msg="Olá", footer="Companhia", nofooter="1")
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == ["Oi Companhia", "Olá"]


def test_a_schedule_holds_the_message_until_then(account: Account, old: Call) -> None:
    local = timezone.localtime(timezone.now() + timedelta(hours=5)).replace(microsecond=0)
    old(schedule=f"{local:%Y-%m-%d %H:%M:%S}")
    message = Message.objects.get()
    assert message.ready_at == local
    assert message.expires_at is not None
    assert message.expires_at - local == timedelta(days=3)


def test_a_schedule_that_is_no_time_is_refused(account: Account, old: Call) -> None:
    assert old(schedule="amanhã cedo").content == b"ERR 200"


@pytest.mark.parametrize("year", ["2999", "9999"])
def test_a_schedule_more_than_a_year_ahead_is_a_slip(account: Account, old: Call, year: str) -> None:
    assert old(schedule=f"{year}-12-31 23:59:59").content == b"ERR 200"
    account.refresh_from_db()
    assert "mais de um ano" in account.last_refusal


def test_a_type_that_is_switched_off_sends_nothing(account: Account, old: Call) -> None:
    MessageType.objects.filter(pk=6).update(active=False)
    assert old().content == b"ERR 200"
    account.refresh_from_db()
    assert "desativado" in account.last_refusal


def test_the_same_call_again_gets_the_first_answer_and_sends_nothing(account: Account, old: Call) -> None:
    assert old().content == old().content
    assert Message.objects.count() == 1


def test_another_text_number_or_account_is_no_repetition(account: Account, old: Call) -> None:
    make_account("outra")
    old(), old(msg="Olá"), old(to="5581912345679"), old(u="outra")
    assert Message.objects.count() == 4


def test_after_the_window_the_same_call_sends_again(account: Account, old: Call) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = old().content
        clock.shift(account.window_seconds - 1)
        assert old().content == first
        clock.shift(2)
        assert old().content != first
        # The window begins anew with the message that was sent.
        clock.shift(account.window_seconds - 1)
        old()
    assert Message.objects.count() == 2


def test_a_clock_that_went_back_by_years_stops_no_message(account: Account, old: Call) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        old()
        clock.shift(timedelta(days=-400))
        old()
    assert Message.objects.count() == 2


def test_without_a_window_each_call_sends(old: Call) -> None:
    make_account(window_seconds=0)
    assert old().content != old().content


def test_a_repetition_of_what_retention_removed_sends(account: Account, old: Call) -> None:
    old()
    Message.objects.all().delete()
    assert old().content.startswith(b"OK ")
    assert old().content == old().content
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twelve_equal_calls_at_once_are_one_message(account: Account) -> None:
    def call() -> bytes:
        return Client().get(as_gsan_calls("81912345678", "Oi")).content

    answers = run_together([call] * 12)
    assert len(set(answers)) == 1
    assert answers[0].startswith(b"OK ")
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_when_the_window_has_just_ended_equal_calls_at_once_are_one_message(account: Account, old: Call) -> None:
    old()
    RecentCall.objects.update(at=timezone.now() - timedelta(hours=1))

    def call() -> bytes:
        return Client().get(as_gsan_calls("81912345678", "Oi")).content

    assert len(set(run_together([call] * 8))) == 1
    assert Message.objects.count() == 2


def test_old_marks_are_taken_away_and_young_ones_stay(account: Account, old: Call) -> None:
    old()
    old(msg="Olá")
    RecentCall.objects.filter(pk=RecentCall.objects.earliest("pk").pk).update(at=timezone.now() - timedelta(days=2))
    assert tidy(timezone.now()) is False
    assert RecentCall.objects.count() == 1


def test_a_send_asks_the_database_little(account: Account, old: Call, django_assert_max_num_queries: Callable) -> None:
    old(msg="o primeiro de um processo")
    with django_assert_max_num_queries(13 if connection.vendor == "postgresql" else 12):
        old(msg="o segundo")
