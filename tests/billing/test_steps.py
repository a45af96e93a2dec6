"""Prepare and transmit: who is told and who is not and why; again is harmless."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from recado.batches.models import Batch
from recado.billing import intake, runs, transmitting
from recado.billing.models import Bill, Notice, Run, Setup
from recado.mail.sending import send_due
from recado.outbox import consent
from recado.outbox.models import Message, MessageType
from tests.billing.conftest import MONTH, NOW, TODAY, WANTED, bill_row, do, feed, states, take
from tests.mail.conftest import Office

pytestmark = pytest.mark.django_db
PREPARE, TRANSMIT, RETURN = Run.Step.PREPARE, Run.Step.TRANSMIT, Run.Step.RETURN
DAY = timedelta(days=1)


def test_a_bill_is_told_by_both_ways_once_it_is_time(setup: Setup, office: Office) -> None:
    take(bill_row(1), bill_row(2, due_date=TODAY + 10 * DAY))
    do(PREPARE)
    run = do(TRANSMIT)
    feed()
    (message,) = Message.objects.all()
    assert message.number == "+5581900000001"
    code = Bill.objects.get(property_id="1001").barcode
    assert message.text.startswith("Cliente Fictício 1, sua conta 1001 de R$ 85,40 vence em 24/11/2026. 82")
    assert "".join(c for c in message.text.split("24/11/2026. ")[1] if c.isdigit())[:11] == code[:11]
    assert message.expires_at == transmitting.end_of(TODAY + 2 * DAY)
    send_due(NOW)
    (mail,) = office.mails
    assert mail["To"] == "cliente1@example.com"
    assert mail["Subject"] == "Companhia Exemplo de Água: conta de 11/2026"
    plain, page = (part.get_content() for part in mail.iter_parts())
    line = transmitting.Barcode(code).line
    assert f"\n{line}\n" in plain.replace("\r\n", "\n")
    assert f">{line}</code>" in page
    assert "Olá, Cliente Fictício 1!" in plain
    assert run.counts == {"sms:transmitted": 1, "email:transmitted": 1, "sms:invalid": 0}
    assert states()["1002", "sms"] == "prepared"


def test_nothing_leaves_before_its_day(setup: Setup, office: Office) -> None:
    take(bill_row(1, due_date=TODAY + 4 * DAY))
    do(PREPARE)
    do(TRANSMIT)
    assert not Batch.objects.exists()
    do(TRANSMIT, NOW + DAY)
    assert states() == {("1001", "sms"): "transmitted", ("1001", "email"): "transmitted"}


def test_who_is_not_told_has_a_reason(setup: Setup, office: Office) -> None:
    take(
        bill_row(1, value="9.99"),
        bill_row(2, category="I"),
        bill_row(3, due_date=TODAY - DAY),
        bill_row(4, sms_consent=None, email_consent=False),
        bill_row(5, phone_consent=False),
        bill_row(6, mobile="", email=""),
        bill_row(7, mobile="8133334444", email="joão"),
        bill_row(8),
    )
    consent.opt_out("+5581900000008", how="SAIR", actor="Recado", now=NOW)
    do(PREPARE)
    assert states() == {
        ("1001", "sms"): "below",
        ("1001", "email"): "below",
        ("1002", "sms"): "category",
        ("1002", "email"): "category",
        ("1003", "sms"): "past_due",
        ("1003", "email"): "past_due",
        ("1004", "sms"): "no_consent",
        ("1004", "email"): "no_consent",
        ("1005", "sms"): "no_phone_consent",
        ("1005", "email"): "prepared",
        ("1006", "sms"): "no_mobile",
        ("1006", "email"): "no_email",
        ("1007", "sms"): "bad_mobile",
        ("1007", "email"): "bad_email",
        ("1008", "sms"): "opted_out",
        ("1008", "email"): "prepared",
    }
    assert Notice.objects.get(skip="bad_mobile").reason == "Este número é fixo e não recebe SMS."


def test_without_a_mail_server_e_mails_are_skipped_and_sms_go(setup: Setup, settings) -> None:
    settings.RECADO_SMTP_URL = ""
    take(bill_row())
    do(PREPARE)
    assert states() == {("1001", "sms"): "prepared", ("1001", "email"): "no_server"}
    do(TRANSMIT)
    assert states()["1001", "sms"] == "transmitted"


def test_preparing_again_replaces_what_was_not_sent_and_leaves_what_was(setup: Setup, office: Office) -> None:
    take(bill_row(1), bill_row(2, due_date=TODAY + 10 * DAY))
    do(PREPARE)
    do(TRANSMIT)
    take(bill_row(2, due_date=TODAY + 10 * DAY, name="Nome Corrigido"), bill_row(3))
    run = do(PREPARE)
    assert run.counts["standing"] == 2
    assert run.counts["replaced"] == 2
    assert Notice.objects.get(bill__property_id="1002", channel="sms").text.startswith("Nome Corrigido")
    assert Counter(states().values()) == {"transmitted": 2, "prepared": 4}
    do(TRANSMIT)
    feed()
    assert sorted(Message.objects.values_list("number", flat=True)) == ["+5581900000001", "+5581900000003"]


def test_every_step_again_and_again_tells_a_customer_once(setup: Setup, office: Office) -> None:
    take(*(bill_row(number) for number in range(5)))
    for _ in range(3):
        do(PREPARE)
        do(TRANSMIT)
        feed()
        send_due(NOW)
        do(RETURN)
    assert Message.objects.count() == 5
    assert len(office.mails) == 5
    assert Batch.objects.count() == 1


def test_other_groups_and_months_stay_out_of_it(setup: Setup, office: Office) -> None:
    take(bill_row(1), bill_row(2, group="2"), bill_row(3, month=MONTH.replace(month=10)))
    do(PREPARE)
    assert {key[0] for key in states()} == {"1001"}


def test_without_a_group_all_bills_not_yet_due_are_prepared(setup: Setup, office: Office) -> None:
    take(bill_row(1), bill_row(2, group="2"), bill_row(3, due_date=TODAY - DAY, month=MONTH.replace(month=10)))
    do(PREPARE, group="", month=None)
    assert {key[0] for key in states()} == {"1001", "1002"}


def test_what_passed_its_limit_is_expired_and_never_sent(setup: Setup, office: Office) -> None:
    take(bill_row())
    do(PREPARE)
    run = do(TRANSMIT, NOW + 3 * DAY)
    assert run.counts["sms:expired"] == 1
    assert set(states().values()) == {"expired"}
    assert not Message.objects.exists()


def test_a_mail_server_that_is_down_loses_no_bill_and_doubles_none(setup: Setup, office: Office, settings) -> None:
    up, settings.RECADO_SMTP_URL = settings.RECADO_SMTP_URL, "smtp://127.0.0.1:1"
    take(*(bill_row(number) for number in range(3)))
    do(PREPARE)
    do(TRANSMIT)
    send_due(NOW)
    do(RETURN)
    assert {state for key, state in states().items() if key[1] == "email"} == {"transmitted"}
    settings.RECADO_SMTP_URL = up
    for hour in range(3):
        send_due(NOW + timedelta(hours=hour))
    assert sorted(mail["To"] for mail in office.mails) == [f"cliente{n}@example.com" for n in range(3)]


def test_a_step_without_parameters_stops_with_words(db: None) -> None:
    take(bill_row())
    run = do(PREPARE)
    assert (run.state, run.fault) == (
        Run.State.FAILED,
        "Salve antes os parâmetros em Parametrizar Mensagem de Faturamento.",
    )
    runs.ask(PREPARE, actor="ana", now=NOW)


def test_a_type_that_is_switched_off_sends_nothing_and_loses_nothing(setup: Setup, office: Office) -> None:
    take(bill_row())
    do(PREPARE)
    MessageType.objects.filter(name__startswith="Faturamento").update(active=False)
    run = do(TRANSMIT)
    assert run.state == Run.State.FAILED
    assert "desativado" in run.fault
    assert set(states().values()) == {"prepared"}


def test_a_new_version_of_the_texts_holds_from_the_next_preparing_on(setup: Setup, office: Office) -> None:
    from dataclasses import replace

    from recado.billing.setups import save_setup

    take(bill_row())
    do(PREPARE)
    save_setup(replace(WANTED, sms_text="Conta {VALOR}."), actor="ana", now=NOW)
    assert Notice.objects.get(channel="sms").setup == setup
    do(PREPARE)
    assert Notice.objects.get(channel="sms").text.startswith("Conta R$ 85,40. 82")


def test_a_bill_corrected_after_it_was_prepared_waits_to_be_prepared_again(setup: Setup, office: Office) -> None:
    take(bill_row(1), bill_row(2))
    do(PREPARE)
    later = NOW + timedelta(minutes=5)
    intake.take_in([bill_row(1, value="90.00"), bill_row(2)], origin="correção", actor="ana", now=later)
    do(TRANSMIT, later)
    assert states() == {
        ("1001", "sms"): "changed",
        ("1001", "email"): "changed",
        ("1002", "sms"): "transmitted",
        ("1002", "email"): "transmitted",
    }
    do(PREPARE, later)
    do(TRANSMIT, later)
    feed()
    assert "R$ 90,00" in Message.objects.get(number="+5581900000001").text
    assert Message.objects.count() == 2


def test_the_page_of_an_e_mail_is_the_text_in_paragraphs_and_runs_nothing(setup: Setup, office: Office) -> None:
    take(bill_row(1, name="<b>Ana</b> & Filhos"))
    do(PREPARE)
    do(TRANSMIT)
    send_due(NOW)
    (mail,) = office.mails
    plain, page = (part.get_content() for part in mail.iter_parts())
    assert "Olá, <b>Ana</b> & Filhos!" in plain
    assert (
        "<body><p>Olá, &lt;b&gt;Ana&lt;/b&gt; &amp; Filhos!<br>Sua conta de R$ 85,40 vence em 24/11/2026.</p>" in page
    )
    assert "&lt;p&gt;" not in page
