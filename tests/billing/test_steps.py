"""Prepare, transmit, return: who is told and who is not and why; again is harmless, at once is refused."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from recado.batches.feeding import feed_some
from recado.batches.models import Batch
from recado.billing import intake, runs, transmitting
from recado.billing.consents import Word, write_down
from recado.billing.models import Bill, ConsentKind, Kind, Notice, Run, Setup
from recado.billing.returning import tally
from recado.billing.runs import RunRefused
from recado.gsm.causes import Cause
from recado.mail.decisions import correct, discard, resend
from recado.mail.models import Mail
from recado.mail.sending import send_due
from recado.outbox import consent, decisions, transitions
from recado.outbox.models import Message, MessageType, Status
from tests.billing.conftest import MONTH, NOW, TODAY, WANTED, bill_row, do, states, take
from tests.mail.conftest import Office
from tests.support.together import run_together

pytestmark = pytest.mark.django_db
PREPARE, TRANSMIT, RETURN = Run.Step.PREPARE, Run.Step.TRANSMIT, Run.Step.RETURN
DAY = timedelta(days=1)


def feed() -> None:
    """Let the batch pass its rows to the outbox."""
    while feed_some(NOW):
        pass


def end(number: str, status: Status, cause: Cause | None = None) -> None:
    """Send the message to `number` and have it end so."""
    message = Message.objects.get(number=number)
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=NOW)
    first = status if status in (Status.FAILED, Status.UNCERTAIN) else Status.SENT
    transitions.change(message.pk, Status.SENDING, first, at=NOW, cause=cause, note="x" if cause else "")
    if first != status:
        transitions.change(message.pk, first, status, at=NOW, cause=cause)


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


def test_a_consent_taken_back_after_preparing_counts(setup: Setup, office: Office) -> None:
    take(bill_row(1), bill_row(2))
    do(PREPARE)
    words = [Word("501", ConsentKind.CLIENT_SMS, False), Word("502", ConsentKind.CLIENT_EMAIL, False)]
    write_down(words, how="balcão", actor="bia", now=NOW)
    do(TRANSMIT)
    assert states() == {
        ("1001", "sms"): "no_consent",
        ("1001", "email"): "transmitted",
        ("1002", "sms"): "transmitted",
        ("1002", "email"): "no_consent",
    }


def test_who_answers_sair_before_the_sms_leaves_gets_none(setup: Setup, office: Office) -> None:
    take(bill_row())
    do(PREPARE)
    do(TRANSMIT)
    consent.opt_out("+5581900000001", how="SAIR", actor="Recado", now=NOW)
    feed()
    do(RETURN)
    assert not Message.objects.filter(status=Status.QUEUED).exists()
    assert states()["1001", "sms"] == "cancelled"


def test_return_keeps_the_fate_of_each_apart(setup: Setup, office: Office) -> None:
    take(*(bill_row(number) for number in range(1, 9)))
    do(PREPARE)
    do(TRANSMIT)
    feed()
    end("+5581900000001", Status.SENT)
    end("+5581900000002", Status.DELIVERED)
    end("+5581900000003", Status.UNDELIVERED)
    end("+5581900000004", Status.FAILED, Cause.NUMBER_INVALID)
    end("+5581900000005", Status.FAILED, Cause.UNREACHABLE)
    end("+5581900000006", Status.UNCERTAIN, Cause.UNCERTAIN)
    message = Message.objects.get(number="+5581900000007")
    transitions.change(message.pk, Status.QUEUED, Status.EXPIRED, at=NOW, cause=Cause.EXPIRED)
    do(RETURN)
    found = {key[0]: state for key, state in states().items() if key[1] == "sms"}
    assert found == {
        "1001": "sent",
        "1002": "delivered",
        "1003": "failed",
        "1004": "invalid",
        "1005": "failed",
        "1006": "unconfirmed",
        "1007": "expired",
        "1008": "transmitted",
    }
    assert Notice.objects.get(bill__property_id="1001", channel="sms").message is not None


def test_a_later_return_hears_what_came_later(setup: Setup, office: Office) -> None:
    take(bill_row())
    do(PREPARE)
    do(TRANSMIT)
    feed()
    end("+5581900000001", Status.SENT)
    do(RETURN)
    message = Message.objects.get()
    transitions.change(message.pk, Status.SENT, Status.DELIVERED, at=NOW)
    do(RETURN)
    assert states()["1001", "sms"] == "delivered"


def test_e_mails_that_fail_are_told_apart_too(setup: Setup, office: Office) -> None:
    take(bill_row(1), bill_row(2))
    do(PREPARE)
    do(TRANSMIT)
    Mail.objects.filter(to="cliente2@example.com").update(next_try_at=NOW + DAY)
    office.at_rcpt = "550 5.1.1 No such user"
    send_due(NOW)
    office.at_rcpt, office.at_end = "250 OK", "554 5.7.1 Spam"
    send_due(NOW + DAY)
    do(RETURN)
    assert {key[0]: state for key, state in states().items() if key[1] == "email"} == {
        "1001": "invalid",
        "1002": "failed",
    }
    assert Notice.objects.get(bill__property_id="1001", channel="email").reason.endswith("(código 550).")


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


def test_a_step_while_another_is_under_way_is_refused_with_words(setup: Setup) -> None:
    runs.ask(PREPARE, group="1", month=MONTH, actor="ana", now=NOW)
    with pytest.raises(RunRefused, match="A etapa Preparar, pedida por ana em 22/11/2026 às 9h00, está em andamento"):
        runs.ask(PREPARE, group="1", month=MONTH, actor="bia", now=NOW)


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


def test_a_run_whose_worker_died_is_carried_on_by_the_job_at_its_cursor(
    setup: Setup, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recado.billing.preparing.AT_ONCE", 4)
    take(*(bill_row(number) for number in range(10)))
    run = runs.ask(PREPARE, group="1", month=MONTH, actor="ana", now=NOW)
    monkeypatch.setattr(runs, "_me", lambda: "dead/1")
    runs.advance(run, NOW)
    monkeypatch.undo()
    assert not runs.carry_on(NOW)
    later = NOW + runs.LEASE
    while runs.carry_on(later):
        pass
    run.refresh_from_db()
    assert (run.state, run.done, run.total) == (Run.State.DONE, 10, 10)
    assert Notice.objects.count() == 20


@pytest.mark.parametrize("pieces", range(1, 8))
def test_a_death_after_any_piece_of_transmit_tells_everybody_once(
    setup: Setup, office: Office, pieces: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transmitting, "AT_ONCE", 2)
    take(*(bill_row(number) for number in range(3)))
    do(PREPARE)
    run = runs.ask(TRANSMIT, group="1", month=MONTH, actor="ana", now=NOW)
    with monkeypatch.context() as dying:
        dying.setattr(runs, "_me", lambda: "dead/1")
        dying.setattr(runs, "_clock", lambda: NOW)
        for _ in range(pieces):
            runs.advance(run, NOW)
    later = NOW + runs.LEASE
    while runs.carry_on(later):
        pass
    feed()
    for _ in range(3):
        send_due(later)
    assert Message.objects.count() == 3
    assert len({message.number for message in Message.objects.all()}) == 3
    assert len(office.mails) == 3
    assert set(states().values()) == {"transmitted"}


def test_a_death_between_the_batch_and_its_marks_makes_no_second_batch(
    setup: Setup, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(*(bill_row(number) for number in range(3)))
    do(PREPARE)
    run = runs.ask(TRANSMIT, group="1", month=MONTH, actor="ana", now=NOW)

    def die(*arguments: object) -> int:
        raise RuntimeError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(transmitting, "_mark_invalid", die)
        with pytest.raises(RuntimeError):
            runs.finish(run, lambda: NOW)
    runs.finish(run, lambda: NOW)
    feed()
    assert (Batch.objects.count(), Message.objects.count()) == (1, 3)
    assert set(states().values()) == {"transmitted"}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_once_one_is_refused(setup: Setup) -> None:
    def ask() -> str:
        try:
            runs.ask(PREPARE, group="1", month=MONTH, actor="ana", now=NOW)
        except RunRefused:
            return "refused"
        return "begun"

    assert sorted(run_together([ask, ask, ask])) == ["begun", "refused", "refused"]


def test_a_new_version_of_the_texts_holds_from_the_next_preparing_on(setup: Setup, office: Office) -> None:
    from dataclasses import replace

    from recado.billing.setups import save_setup

    take(bill_row())
    do(PREPARE)
    save_setup(replace(WANTED, sms_text="Conta {VALOR}."), actor="ana", now=NOW)
    assert Notice.objects.get(channel="sms").setup == setup
    do(PREPARE)
    assert Notice.objects.get(channel="sms").text.startswith("Conta R$ 85,40. 82")


def test_an_e_mail_that_a_person_sends_again_or_gives_up_is_counted_by_the_next_return(
    setup: Setup, office: Office
) -> None:
    take(*(bill_row(number) for number in range(1, 5)))
    do(PREPARE)
    do(TRANSMIT)
    office.at_rcpt = "550 5.1.1 No such user"
    send_due(NOW)
    do(RETURN)
    assert counted() == {"invalid": 4}
    first, second, third, _ = Mail.objects.order_by("pk")
    later = NOW + timedelta(minutes=10)
    resend(first.pk, now=later)
    correct(second.pk, "novo@example.com", now=later)
    discard(third.pk, note="avisado por telefone", now=later)
    do(RETURN)
    assert counted() == {"transmitted": 2, "cancelled": 1, "invalid": 1}
    office.at_rcpt = "250 OK"
    send_due(later + timedelta(minutes=1))
    do(RETURN)
    assert counted() == {"sent": 2, "cancelled": 1, "invalid": 1}
    assert Notice.objects.get(mail=second, channel="email").to == "novo@example.com"
    assert len(office.mails) == 2


def counted() -> dict[str, int]:
    return tally("1", MONTH, Kind.BILL)["email"]


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


def test_whoever_begins_a_step_to_finish_it_has_it_in_hand_at_once(
    setup: Setup, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(bill_row(1))
    run = runs.ask(PREPARE, actor="ana", now=NOW, mine=True)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(runs, "_me", lambda: "jobs/1")
        assert not runs.carry_on(NOW)
    assert runs.finish(run, lambda: NOW).state == Run.State.DONE


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


def test_an_sms_that_a_person_sends_again_or_to_another_number_is_counted_by_the_next_return(
    setup: Setup, office: Office
) -> None:
    take(bill_row(1), bill_row(2))
    do(PREPARE)
    do(TRANSMIT)
    feed()
    first, second = Message.objects.order_by("pk")
    for message in (first, second):
        end(message.number, Status.FAILED, Cause.NUMBER_INVALID)
    do(RETURN)
    assert tally("1", MONTH, Kind.BILL)["sms"] == {"invalid": 2}
    decisions.resend(first.pk, actor="ana", now=NOW)
    new = decisions.correct_number(second.pk, "+5581987654321", actor="ana", now=NOW)
    do(RETURN)
    assert tally("1", MONTH, Kind.BILL)["sms"] == {"transmitted": 2}
    end(first.number, Status.SENT)
    end(new.number, Status.SENT)
    do(RETURN)
    assert tally("1", MONTH, Kind.BILL)["sms"] == {"sent": 2}


@pytest.mark.parametrize("fed", [False, True], ids=["still a row", "in the queue"])
def test_a_no_stops_what_was_transmitted_and_has_not_left(setup: Setup, office: Office, *, fed: bool) -> None:
    take(*(bill_row(number) for number in range(1, 5)))
    do(PREPARE)
    do(TRANSMIT)
    if fed:
        feed()
    words = [
        Word("501", ConsentKind.CLIENT_SMS, False),
        Word("502", ConsentKind.PHONE, False, "+5581900000002"),
        Word("503", ConsentKind.CLIENT_EMAIL, False),
    ]
    write_down(words, how="Por telefone.", actor="ana", now=NOW)
    feed()
    send_due(NOW)
    waiting = Message.objects.filter(status=Status.QUEUED).order_by("number").values_list("number", flat=True)
    assert list(waiting) == ["+5581900000003", "+5581900000004"]
    assert sorted(mail["To"] for mail in office.mails) == [f"cliente{number}@example.com" for number in (1, 2, 4)]
    do(RETURN)
    assert {key for key, state in states().items() if state == "cancelled"} == {
        ("1001", "sms"),
        ("1002", "sms"),
        ("1003", "email"),
    }
    batch = Batch.objects.get()
    assert (batch.ready, batch.opted_out) == ((4, 0) if fed else (2, 2))


@pytest.mark.django_db(transaction=True)
def test_a_no_while_rows_pass_to_the_queue_stops_each_or_finds_it_gone(setup: Setup, office: Office) -> None:
    take(*(bill_row(number) for number in range(1, 41)))
    do(PREPARE)
    do(TRANSMIT)
    words = [Word(f"{500 + number}", ConsentKind.CLIENT_SMS, False) for number in range(1, 41)]
    run_together(
        [feed, *(lambda word=word: write_down([word], how="x", actor="ana", now=NOW) for word in words[:3]),
         lambda: write_down(words[3:], how="x", actor="ana", now=NOW)]
    )  # fmt: skip
    feed()
    assert not Message.objects.filter(status=Status.QUEUED).exists()
