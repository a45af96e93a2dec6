"""*E-mails com erro*: which e-mails did not go out and why, and what a supervisor makes of them, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from recado.billing.consents import Word, write_down
from recado.billing.models import ConsentKind, Notice, Run
from recado.evaluations.operations import invite
from recado.mail.decisions import resend
from recado.mail.models import Fault, Mail, MailStatus
from recado.mail.posting import Letter, post
from recado.mail.sending import send_due
from recado.people.models import AuditEntry, Deed
from recado.people.roles import ADMINISTRATOR, ATTENDANT
from recado.service_requests.models import ServiceRequest
from tests.billing.conftest import bill_row, do, setup, take
from tests.evaluations.conftest import office, public
from tests.mail.conftest import Office
from tests.support.requests import MARIA, open_one
from tests.web.attendance import logged_in, words

__all__ = ["office", "public", "setup"]

pytestmark = pytest.mark.django_db
PATH = "/emails-com-erro/"


def failed(number: int = 1, status: MailStatus = MailStatus.FAILED, **changes: object) -> Mail:
    now = timezone.now()
    mail = post(Letter(f"k{number}", f"cliente{number}@example.com", f"Assunto {number}", "x"), now=now)
    fields = {"status": status, "fault": Fault.ADDRESS, "reason": "Recusado (código 550).", "next_try_at": None}
    Mail.objects.filter(pk=mail.pk).update(**(fields | changes))
    return Mail.objects.get(pk=mail.pk)


def statuses() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("status", flat=True))


def test_nothing_wrong_says_so() -> None:
    assert "Nenhum e-mail com erro." in words(logged_in().get(PATH))


def test_what_failed_is_told_with_its_reason_and_what_to_do() -> None:
    failed(1)
    failed(2, fault=Fault.REFUSED, reason="O servidor de e-mail recusou o e-mail (código 554).")
    failed(3, MailStatus.EXPIRED, fault=Fault.SERVER, reason="O servidor de e-mail não respondeu a tempo.")
    page = words(logged_in().get(PATH))
    for told in (
        "Todos (3)",
        "Endereço recusado (1)",
        "O que fazer: Confirme o e-mail com o cliente e corrija-o aqui e no cadastro.",
        "E-mail recusado (1)",
        "Passe o código à TI",
        "Prazo acabou (1)",
        "cliente1@example.com",
        "Recusado (código 550).",
        "O servidor de e-mail não respondeu a tempo.",
        "3 e-mails com erro",
    ):
        assert told in page
    only = words(logged_in().get(f"{PATH}?motivo=recusado"))
    assert "1 e-mail com erro: E-mail recusado" in only
    assert "cliente1@example.com" not in only


def test_each_leads_to_its_ra_or_its_bill(public: Office, setup: object) -> None:
    ra = open_one(MARIA).service_request.pk
    invite(ra_number=ra, protocol="20261000000001", address="maria@example.com", now=timezone.now())
    take(bill_row())
    do(Run.Step.PREPARE)
    do(Run.Step.TRANSMIT)
    Mail.objects.update(status=MailStatus.FAILED)
    page = logged_in().get(PATH).content.decode()
    assert f'<a href="/ra/{ra}/">Avaliação do RA {ra}</a>' in page
    assert '<a href="/faturamento/envio/?grupo=1&amp;referencia=2026-11">Conta de 11/2026, matrícula 1001</a>' in page


def test_the_ticked_ones_go_out_once_and_a_second_person_is_told(office: Office) -> None:
    mails = [failed(number) for number in range(3)]
    ids = [mail.pk for mail in mails[:2]]
    answer = logged_in().post(f"{PATH}reenviar/", {"ids": ids}, follow=True)
    assert "2 e-mails voltaram para a fila." in words(answer)
    send_due(timezone.now())
    again = words(logged_in(ADMINISTRATOR).post(f"{PATH}reenviar/", {"ids": ids}, follow=True))
    assert "2 e-mails ficaram como estavam: outra pessoa já decidiu." in again
    send_due(timezone.now())
    assert sorted(taken["To"] for taken in office.mails) == ["cliente0@example.com", "cliente1@example.com"]
    told = AuditEntry.objects.filter(deed=Deed.MAIL_RESENT).order_by("pk").values_list("who", "subject")
    assert list(told) == [("atendente", str(pk)) for pk in ids]


def test_ticking_nothing_is_told() -> None:
    for path in ("reenviar/", "descartar/"):
        assert "Marque ao menos um e-mail" in words(logged_in().post(PATH + path, follow=True))


def test_all_of_one_reason_are_asked_first_and_then_go_back() -> None:
    for number in range(12):
        failed(number)
    failed(20, fault=Fault.REFUSED)
    failed(21, useful_until=timezone.now())
    browser = logged_in()
    assert "Reenviar todos os 13…" in words(browser.get(f"{PATH}?motivo=endereco"))
    assert "12 e-mails voltam para a fila (motivo: Endereço recusado)" in words(
        browser.get(f"{PATH}reenviar-todos/?motivo=endereco")
    )
    browser.post(f"{PATH}reenviar-todos/", {"motivo": "endereco"})
    assert statuses() == [MailStatus.WAITING] * 12 + [MailStatus.FAILED] * 2


def test_discarding_asks_why_and_keeps_it() -> None:
    mails = [failed(number) for number in range(2)]
    browser = logged_in()
    ids = {"ids": [mail.pk for mail in mails]}
    page = words(browser.post(f"{PATH}descartar/", ids))
    assert "2 e-mails não serão enviados" in page
    assert "Informe por que" in words(browser.post(f"{PATH}descartar/", ids | {"note": " "}))
    assert statuses() == [MailStatus.FAILED] * 2
    answer = browser.post(f"{PATH}descartar/", ids | {"note": "avisado por telefone"}, follow=True)
    assert "2 e-mails descartados: não serão enviados. Desfazer" in words(answer)
    assert {mail.reason for mail in Mail.objects.all()} == {"Descartado: avisado por telefone"}
    assert AuditEntry.objects.filter(deed=Deed.MAIL_DISCARDED).count() == 2
    assert "outra pessoa já decidiu" in words(browser.post(f"{PATH}descartar/", ids | {"note": "x"}, follow=True))


def test_a_discard_is_taken_back_at_once_or_later() -> None:
    mails = [failed(number) for number in range(2)]
    ids = {"ids": [mail.pk for mail in mails]}
    browser = logged_in()
    page = browser.post(f"{PATH}descartar/", ids | {"note": "engano"}, follow=True)
    assert f'action="{PATH}desfazer/"' in page.content.decode()
    assert f'action="{PATH}desfazer/"' not in browser.get(PATH).content.decode()
    listed = words(browser.get(f"{PATH}descartados/"))
    assert "Descartado: engano" in listed
    assert "Antes: com erro. Recusado (código 550)." in listed
    assert "Ver 2 e-mails descartados" in words(browser.get(PATH))
    back = words(browser.post(f"{PATH}desfazer/", ids, follow=True))
    assert "Descarte desfeito: 2 e-mails voltaram a ficar como estavam." in back
    assert statuses() == [MailStatus.FAILED] * 2
    assert AuditEntry.objects.filter(deed=Deed.MAIL_UNDONE).count() == 2
    assert "2 e-mails ficaram como estavam" in words(browser.post(f"{PATH}desfazer/", ids, follow=True))
    assert "Nenhum e-mail descartado." in words(browser.get(f"{PATH}descartados/"))


def test_a_bills_return_counts_a_discard_and_that_it_was_undone(office: Office, setup: object) -> None:
    take(bill_row(1))
    do(Run.Step.PREPARE)
    do(Run.Step.TRANSMIT)
    office.at_rcpt = "550 5.1.1 No such user"
    send_due(timezone.now())
    mail = Mail.objects.get()
    browser = logged_in()
    fates = []
    for path, given in (("descartar/", {"note": "engano"}), ("desfazer/", {})):
        browser.post(f"{PATH}{path}", {"ids": [mail.pk]} | given)
        do(Run.Step.RETURN)
        fates.append(Notice.objects.get(channel="email").state)
    assert fates == ["cancelled", "invalid"]


def test_all_of_one_reason_are_discarded_with_one_reason() -> None:
    for number in range(12):
        failed(number)
    other = failed(20, fault=Fault.REFUSED)
    browser = logged_in()
    page = browser.get(f"{PATH}descartar/?todos=sim&motivo=endereco")
    assert "12 e-mails não serão enviados" in words(page)
    assert f'value="{other.pk}"' not in page.content.decode()


def test_what_may_have_been_sent_stands_apart_and_no_bulk_button_touches_it() -> None:
    mail = failed(status=MailStatus.UNCERTAIN)
    browser = logged_in()
    page = browser.get(PATH)
    assert "1 e-mail talvez enviado" in words(page)
    assert 'name="ids"' not in page.content.decode()
    browser.post(f"{PATH}reenviar/", {"ids": [mail.pk]})
    browser.post(f"{PATH}reenviar-todos/")
    browser.post(f"/emails/{mail.pk}/reenviar/")
    assert statuses() == [MailStatus.UNCERTAIN]


def test_it_is_sent_again_only_after_the_warning() -> None:
    mail = failed(status=MailStatus.UNCERTAIN)
    browser = logged_in()
    assert "Pode chegar em dobro." in words(browser.get(f"/emails/{mail.pk}/reenviar/"))
    answer = browser.post(f"/emails/{mail.pk}/reenviar/", {"em_dobro": "sim"}, follow=True)
    assert "O e-mail voltou para a fila." in words(answer)
    again = browser.post(f"/emails/{mail.pk}/reenviar/", {"em_dobro": "sim"}, follow=True)
    assert "Este e-mail agora está “Na fila”." in words(again)


def test_that_it_went_out_is_asked_first_since_it_cannot_be_undone() -> None:
    mail, browser = failed(status=MailStatus.UNCERTAIN), logged_in()
    address = f"/emails/{mail.pk}/confirmar/"
    for asked in (browser.get(address), browser.post(address), browser.post(address, {"com_certeza": "x"})):
        assert "Não se desfaz." in words(asked)
    assert Mail.objects.get(pk=mail.pk).status == MailStatus.UNCERTAIN


def test_a_person_may_say_that_it_went_out_once() -> None:
    mail, browser = failed(status=MailStatus.UNCERTAIN), logged_in()
    address, sure = f"/emails/{mail.pk}/confirmar/", {"com_certeza": "sim"}
    assert "marcado como enviado" in words(browser.post(address, sure, follow=True))
    assert "agora está “Enviado”" in words(browser.post(address, sure, follow=True))
    assert "Este e-mail não pode ser confirmado: agora está “Enviado”." in words(browser.get(address))


def test_a_corrected_address_gets_the_e_mail(office: Office) -> None:
    mail = failed()
    browser = logged_in()
    path = f"/emails/{mail.pk}/corrigir/"
    for written, told in (
        ("", "Informe o novo e-mail."),
        ("maria@", "Informe um e-mail como nome@example.com."),
        (mail.to, "O novo e-mail é igual ao atual."),
    ):
        assert told in words(browser.post(path, {"address": written}))
    browser.post(path, {"address": " maria@example.com "})
    send_due(timezone.now())
    assert [taken["To"] for taken in office.mails] == ["maria@example.com"]
    assert AuditEntry.objects.filter(deed=Deed.MAIL_CORRECTED, subject=str(mail.pk)).count() == 1


def test_what_is_of_no_use_any_more_is_only_discarded() -> None:
    mail = failed(useful_until=timezone.now() - timedelta(days=1))
    browser = logged_in()
    page = browser.get(PATH).content.decode()
    assert "Servia até" in page
    assert f"/emails/{mail.pk}/corrigir/" not in page
    assert "enviá-lo agora não adianta" in words(browser.get(f"/emails/{mail.pk}/reenviar/"))
    browser.post(f"/emails/{mail.pk}/reenviar/")
    assert statuses() == [MailStatus.FAILED]


def fail_for_one_who_agrees_no_longer(now: datetime) -> None:
    """The e-mail of a bill that failed, before its client took the yes back."""
    take(bill_row(1))
    do(Run.Step.PREPARE)
    do(Run.Step.TRANSMIT)
    Mail.objects.update(status=MailStatus.FAILED, useful_until=now + timedelta(days=1))
    write_down([Word("501", ConsentKind.CLIENT_EMAIL, False)], how="Por telefone.", actor="ana", heard=True, now=now)


def test_a_bill_is_not_sent_again_to_who_agrees_no_longer(office: Office, setup: object) -> None:
    fail_for_one_who_agrees_no_longer(timezone.now())
    mail = Notice.objects.get(channel="email").mail
    assert mail is not None
    answer = logged_in().post(f"/emails/{mail.pk}/reenviar/", follow=True)
    assert "O cliente deixou de autorizar e-mails: descarte este." in words(answer)
    logged_in().post(f"{PATH}reenviar/", {"ids": [mail.pk]})
    assert statuses() == [MailStatus.FAILED]


def test_of_several_each_reason_to_stay_is_told_apart(office: Office, setup: object) -> None:
    now = timezone.now()
    fail_for_one_who_agrees_no_longer(now)
    for number in (2, 3):
        failed(number, useful_until=now - timedelta(days=1))
    failed(4, MailStatus.SENT)
    failed(5)
    ids = list(Mail.objects.values_list("pk", flat=True))
    page = words(logged_in().post(f"{PATH}reenviar/", {"ids": ids}, follow=True))
    for told in (
        "1 e-mail voltou para a fila.",
        "1 e-mail ficou como estava: o cliente deixou de autorizar e-mails. Descarte-o.",
        "2 e-mails ficaram como estavam: enviá-los não adianta mais. Descarte-os.",
        "1 e-mail ficou como estava: outra pessoa já decidiu.",
    ):
        assert told in page


@pytest.mark.parametrize(("action", "sure"), [("reenviar", {"em_dobro": "sim"}), ("confirmar", {"com_certeza": "sim"})])
def test_a_decision_on_a_try_that_is_not_the_last_any_more_is_asked_for_again(
    action: str, sure: dict[str, str]
) -> None:
    mail, client = failed(status=MailStatus.UNCERTAIN, tries=1), logged_in()
    address = f"/emails/{mail.pk}/{action}/"
    seen = mail.moment.isoformat()
    assert f'name="tentativa" value="{seen}"' in client.get(address).content.decode()
    later = timezone.now()
    resend(mail.pk, now=later, sure=True)
    Mail.objects.update(status=MailStatus.UNCERTAIN, tries=1, moment=later)
    answer = client.post(address, sure | {"tentativa": seen})
    assert "foi tentado de novo enquanto você decidia" in words(answer)
    assert statuses() == [MailStatus.UNCERTAIN]
    now_seen = later.isoformat()
    assert f'name="tentativa" value="{now_seen}"' in answer.content.decode()
    client.post(address, sure | {"tentativa": now_seen})
    assert statuses() != [MailStatus.UNCERTAIN]


def test_a_mail_server_that_is_down_is_told_on_top(office: Office, settings) -> None:
    settings.RECADO_SMTP_URL = "smtp://127.0.0.1:1"
    post(Letter("k", "maria@example.com", "Assunto", "x"), now=timezone.now())
    assert "servidor de e-mail." not in words(logged_in().get(PATH))
    send_due(timezone.now())
    page = words(logged_in().get(PATH))
    assert "1 e-mail espera o servidor de e-mail." in page
    assert "O servidor de e-mail recusou a ligação." in page
    settings.RECADO_SMTP_URL = ""
    assert "O envio de e-mail não está configurado." in words(logged_in().get(PATH))


def test_the_menu_and_the_main_screen_count_them_for_who_may_decide() -> None:
    failed(1)
    failed(2, MailStatus.UNCERTAIN)
    assert "2 e-mails com erro" in words(logged_in().get("/"))
    assert "E-mails com erro 2" in words(logged_in().get("/ra/"))
    page = words(logged_in(ATTENDANT).get("/"))
    assert "e-mails com erro" not in page.lower()
    assert "Nada pendente." in page


@pytest.mark.parametrize("action", ["reenviar", "corrigir", "confirmar"])
def test_an_e_mail_that_does_not_exist_is_a_page_not_found(action: str) -> None:
    assert logged_in().post(f"/emails/999999/{action}/").status_code == 404


def test_a_failed_evaluation_is_told_on_its_ra(public: Office) -> None:
    opened = open_one(MARIA)
    invite(ra_number=opened.service_request.pk, protocol="1", address="maria@example.com", now=timezone.now())
    Mail.objects.update(status=MailStatus.FAILED, reason="O servidor de e-mail recusou o endereço (código 550).")
    page = words(logged_in().get(f"/ra/{ServiceRequest.objects.get().pk}/"))
    assert "E-mail: com erro. O servidor de e-mail recusou o endereço (código 550)." in page
