"""Who is let in, what each operation answers, and bad input: wrong methods, bodies, bytes, a database that is away."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from recado.inbox.models import Reply
from recado.outbox import transitions
from recado.outbox.models import Message, Status
from recado.playsms import accounts, sending, throttling
from recado.playsms.models import Account, Submission, WrongCalls
from tests.playsms.conftest import PASSWORD, Call, make_account

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "wrong", [{"p": "errada"}, {"p": ""}, {"u": "outro"}, {"u": "g\x00san"}, {"p": "-", "h": "0" * 32}, {"u": ""}]
)
def test_a_wrong_user_password_or_token_is_100(account: Account, old: Call, wrong: dict[str, str]) -> None:
    assert old(**wrong).content == b"ERR 100"
    assert not Message.objects.exists()


def test_a_wrong_password_is_noted_on_the_account_without_being_kept(account: Account, old: Call) -> None:
    old(p="segredo-errado")
    account.refresh_from_db()
    assert account.last_refusal == "Senha ou token errado, do endereço 127.0.0.1."
    assert account.refused == 1


def test_a_password_that_was_changed_opens_nothing_more(account: Account, old: Call) -> None:
    assert old().content.startswith(b"OK")
    fresh = accounts.set_password(account)
    assert old().content == b"ERR 100"
    assert old(p=fresh).content.startswith(b"OK")


def test_past_the_limit_not_even_the_right_password_is_looked_at_until_the_window_ends(
    account: Account, old: Call, caplog: pytest.LogCaptureFixture
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(throttling.LIMIT + 3):
            assert old(p=f"errada-{number}").content == b"ERR 100"
        accounts._right.clear()
        assert old().content == b"ERR 100"
        clock.shift(throttling.WINDOW + timedelta(seconds=1))
        assert old().content.startswith(b"OK")
    warnings = [record.getMessage() for record in caplog.records if record.name == throttling.__name__]
    assert warnings == ["playSMS door: 10 wrong passwords or tokens from 127.0.0.1; waiting"]


def test_another_address_and_a_password_known_to_be_right_are_not_held_up(account: Account, old: Call) -> None:
    old()
    for number in range(throttling.LIMIT):
        old(p=f"errada-{number}")
    assert old(msg="ainda").content.startswith(b"OK")
    accounts._right.clear()
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    address = f"/index.php?app=webservices&u=gsan&p={PASSWORD}&ta=pv&to=5581912345678&msg=oi"
    assert elsewhere.get(address).content.startswith(b"OK")


def test_guesses_at_users_that_do_not_exist_fill_one_row_an_address(account: Account, old: Call) -> None:
    for number in range(20):
        old(u=f"usuario{number}")
    assert WrongCalls.objects.count() == 1


def test_an_account_bound_to_addresses_is_closed_to_others(old: Call, caller: Client) -> None:
    account = make_account(networks="192.0.2.0/24\n198.51.100.7")
    assert old().content == b"ERR 100"
    given = {"app": "ws", "u": "gsan", "p": PASSWORD, "op": "get_token"}
    assert caller.get("/index.php", given).json()["error"] == "106"
    assert caller.get("/index.php", given, REMOTE_ADDR="192.0.2.9").json()["status"] == "OK"
    account.refresh_from_db()
    assert account.last_refusal == "Chamada do endereço 127.0.0.1, que não está na lista."


def test_a_switched_off_account_is_closed(old: Call, caller: Client) -> None:
    make_account(active=False)
    assert old().content == b"ERR 100"
    assert (
        caller.get("/index.php", {"app": "ws", "u": "gsan", "p": PASSWORD, "op": "get_token"}).json()["error"] == "105"
    )


def test_the_token_is_had_by_the_password_and_opens_the_door(account: Account, caller: Client) -> None:
    got = caller.get("/index.php", {"app": "ws", "u": "gsan", "p": PASSWORD, "op": "get_token"}).json()
    assert (got["status"], got["error"], len(got["token"])) == ("OK", "0", 32)
    sent = caller.get("/index.php", {"app": "ws", "h": got["token"], "op": "pv", "to": "5581912345678", "msg": "Oi"})
    assert sent.json()["data"][0]["status"] == "OK"


def test_in_the_old_form_the_token_is_a_line(account: Account, old: Call) -> None:
    assert old(ta="get_token").content.decode() == f"OK {accounts.token_of(account)}"


def test_a_new_token_ends_the_old_one(account: Account, new: Call) -> None:
    before = accounts.token_of(account)
    answer = new("set_token").json()
    assert answer["token"] != before
    assert new("cr", h=before).json()["error"] == "100"
    assert new("cr", h=answer["token"]).json()["status"] == "OK"


def test_a_token_of_before_is_kept_as_a_digest_and_opens_the_door(account: Account, new: Call) -> None:
    accounts.keep_token(account, "b09ba37b03b21e4ffb99b6d4ece735c1")
    account.refresh_from_db()
    assert "b09ba37b" not in account.token_digest
    assert new("cr", h="b09ba37b03b21e4ffb99b6d4ece735c1").json()["credit"] == "1000000"


@pytest.mark.parametrize("bad", ["curta", "a" * 200, " com espaços "])
def test_a_secret_that_cannot_be_used_is_refused(account: Account, bad: str) -> None:
    with pytest.raises(accounts.SecretRefused):
        accounts.set_password(account, bad)


@pytest.mark.parametrize(
    ("operation", "code"),
    [("xyz", "101"), ("get_contact", "101"), ("bc", "101"), ("sx", "101"), ("inject", "600"), ("accountadd", "600")],
)
def test_what_recado_does_not_do_has_playsms_code(account: Account, new: Call, operation: str, code: str) -> None:
    answer = new(operation).json()
    assert (answer["status"], answer["error"]) == ("ERR", code)


def test_no_operation_at_all_is_102(account: Account, caller: Client) -> None:
    assert caller.get("/index.php?app=ws").json()["error"] == "102"
    assert caller.get("/index.php?app=webservices").content == b"ERR 102"


def test_what_became_of_a_message_in_both_forms(account: Account, new: Call, old: Call) -> None:
    sent = new(to="5581912345678", msg='Diga "oi"', **{"from": "GSAN"}).json()["data"][0]
    assert new("ds", queue=sent["queue"]).json()["error"] == "401"
    message = Message.objects.get()
    at = timezone.now().replace(microsecond=0)
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=at, attempts=1)
    transitions.change(message.pk, Status.SENDING, Status.SENT, at=at)
    local, made = timezone.localtime(at), timezone.localtime(message.created_at)
    row = {
        "smslog_id": sent["smslog_id"],
        "src": "GSAN",
        "dst": "+5581912345678",
        "msg": 'Diga "oi"',
        "dt": f"{made:%Y-%m-%d %H:%M:%S}",
        "update": f"{local:%Y-%m-%d %H:%M:%S}",
        "status": "1",
    }
    for asked in (
        {"queue": sent["queue"]},
        {"smslog_id": sent["smslog_id"]},
        {"dst": "081912345678"},
        {"dt": f"{made:%Y-%m}"},
        {"dt": f"{made:%Y-%m-%d}"},
        {"c": "5"},
        {},
    ):
        assert new("ds", **asked).json()["data"] == [row], asked
    assert old(ta="ds", slid=sent["smslog_id"]).content == b"1"
    line = old(ta="ds", c="1").content.decode()
    assert line == f'"{row["smslog_id"]}";"GSAN";"+5581912345678";"{row["dt"]}";"{row["update"]}";"1";\n'


@pytest.mark.parametrize(
    "asked", [{"queue": "f" * 32}, {"smslog_id": "9" * 40}, {"last": "999999"}, {"dt": "1999"}, {"smslog_id": "-1"}]
)
def test_nothing_found_is_400(account: Account, new: Call, asked: dict[str, str]) -> None:
    new(to="5581912345678", msg="Oi")
    assert new("ds", **asked).json()["error"] == "400"


@pytest.mark.parametrize("written", ["9999", "9999-12", "9999-12-31", "9999-12-31 23:59:59", "0001-01-01"])
def test_a_time_at_the_edge_of_the_calendar_is_no_time(account: Account, new: Call, written: str) -> None:
    new(to="5581912345678", msg="Oi")
    assert len(new("ds", dt=written).json()["data"]) == 1


def test_an_account_sees_its_own_messages_only(account: Account, new: Call, old: Call) -> None:
    make_account("outra")
    old(u="outra")
    theirs = Submission.objects.get()
    for asked in ({}, {"smslog_id": str(theirs.message_id)}, {"queue": theirs.queue_code}):
        assert new("ds", **asked).json()["error"] == "400"


def test_every_status_has_a_state_of_playsms() -> None:
    from recado.playsms.reading import STATE

    assert set(STATE) == set(Status)


def test_replies_are_read_by_who_may_and_wrote_to_that_mobile(account: Account, new: Call) -> None:
    new(to="5581912345678", msg="Oi")
    at = timezone.now().replace(microsecond=0)
    mine = Reply.objects.create(number="+5581912345678", text="ok obrigado", received_at=at)
    Reply.objects.create(number="+5581999999999", text="de outro", received_at=at)
    assert new("ix").json()["error"] == "501"
    Account.objects.update(reads_replies=True)

    when = f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"
    row = {"id": str(mine.pk), "src": "+5581912345678", "dst": "", "msg": "ok obrigado", "dt": when}
    assert new("ix").json()["data"] == [row]
    keyed = {**row, "kwd": "OK", "msg": "obrigado", "status": "1"}
    assert new("in").json()["data"] == [keyed]
    assert new("in", kwd="OK").json()["data"] == [keyed]
    assert new("in", kwd="NADA").json()["error"] == "501"
    assert new("ix", last=str(mine.pk)).json()["error"] == "501"


@pytest.mark.parametrize("method", ["head", "put", "delete", "patch", "options", "trace"])
def test_other_methods_send_nothing(account: Account, caller: Client, method: str) -> None:
    address = f"/index.php?app=webservices&u=gsan&p={PASSWORD}&ta=pv&to=5581912345678&msg=oi"
    answer = getattr(caller, method)(address)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST"
    assert not Message.objects.exists()


def test_an_address_without_playsms_app_is_not_there(caller: Client) -> None:
    for address in ("/index.php", "/index.php?app=main", "/playsms/index.php?q=1"):
        assert caller.get(address).status_code == 404


def test_a_body_of_ten_megabytes_is_refused_unread(account: Account, caller: Client) -> None:
    answer = caller.post("/index.php", b"msg=" + b"a" * 10_000_000, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.content) == (413, b"ERR 200")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"app=ws&op=pv", "multipart/form-data"),
        (b"&".join(b"a%d=1" % number for number in range(200)), "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_form_is_refused(account: Account, caller: Client, body: bytes, kind: str) -> None:
    answer = caller.post("/index.php", body, content_type=kind)
    assert answer.status_code in (400, 404)


def test_a_form_with_parts_is_read(account: Account, caller: Client) -> None:
    fields = {"app": "webservices", "u": "gsan", "p": PASSWORD, "ta": "pv", "to": "5581912345678", "msg": "Olá"}
    assert caller.post("/index.php", fields).content.startswith(b"OK ")


def test_a_database_that_is_away_is_told_as_a_failed_send(
    account: Account, old: Call, new: Call, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*arguments: object, **fields: object) -> None:
        raise OperationalError("password of 5581912345678")

    monkeypatch.setattr(sending, "send", away)
    answer = old()
    assert (answer.status_code, answer.content) == (503, b"ERR 200")
    assert new(to="5581912345678", msg="x").json()["error"] == "200"
    assert "5581912345678" not in caplog.text


def test_nothing_of_a_call_reaches_the_log(account: Account, old: Call, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    old(), old(p="senha-errada"), old(to="558187654321", msg="texto-secreto"), old(to="x"), old(ta="ds")
    said = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    for secret in (PASSWORD, "senha-errada", "81912345678", "texto-secreto"):
        assert not [line for line in said if secret in line]


def test_the_address_is_the_proxys_word_only_behind_the_proxy(old: Call, settings: pytest.FixtureRequest) -> None:
    account = make_account(networks="192.0.2.7")
    client = Client(headers={"X-Forwarded-For": "192.0.2.7"})
    address = f"/index.php?app=webservices&u=gsan&p={PASSWORD}&ta=cr"
    assert client.get(address).content == b"ERR 100"
    settings.RECADO_HTTPS = True
    assert client.get(address, secure=True).content == b"OK 1000000"
    account.refresh_from_db()
    assert account.last_used_from == "192.0.2.7"
