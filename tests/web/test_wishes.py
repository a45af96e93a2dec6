"""*Pedidos de não receber*: shown with who, when and how; written down by an attendant; taken back."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from recado.inbox.receiving import receive
from recado.outbox import consent
from recado.outbox.models import Message, OptOut, Status
from recado.people.models import AuditEntry, Deed
from recado.people.roles import ATTENDANT
from tests.batches.scene import HEADING, feed, under_way
from tests.support.outbox import make_phone
from tests.support.pdus import deliver_pdus
from tests.web.attendance import MOBILE, OTHER_MOBILE, logged_in, open_ra, words

pytestmark = pytest.mark.django_db
PATH = "/pedidos-de-nao-receber/"
NEW = {"new_mobile": "(81) 91234-5678", "how": "Ligou para o 0800."}


def test_nobody_has_asked() -> None:
    assert "Nenhum pedido em vigor com estes filtros." in words(logged_in(ATTENDANT).get(PATH))


def test_a_wish_by_sms_is_shown_with_when_how_and_by_whom() -> None:
    for pdu in deliver_pdus(MOBILE, "Sair.", timezone.now()):
        receive(make_phone().pk, pdu, timezone.now())
    page = words(logged_in(ATTENDANT).get(PATH))
    for told in ("1 pedido em vigor", "(81) 91234-5678", "Resposta por SMS nº", "Registrado por Recado", "Em vigor"):
        assert told in page


def test_an_attendant_writes_a_wish_down_and_what_waits_is_discarded() -> None:
    under_way(f"{HEADING}\n81912345678;Ana;10/12/2026\n11987654321;Bia;10/12/2026\n")
    feed()
    opened = open_ra()
    answer = logged_in(ATTENDANT).post(f"{PATH}novo/", NEW, follow=True)
    assert "Pedido registrado: lotes e contas não saem mais para este celular." in words(answer)
    assert "Ligou para o 0800." in words(answer)
    wish = OptOut.objects.get()
    assert (wish.number, wish.actor) == (MOBILE, "atendente")
    assert AuditEntry.objects.get(deed=Deed.WISH_NOTED).subject == str(wish.pk)
    of_batch = dict(Message.objects.exclude(batch=None).values_list("number", "status"))
    assert of_batch == {MOBILE: Status.CANCELLED, OTHER_MOBILE: Status.QUEUED}
    assert opened.message is not None
    assert Message.objects.get(pk=opened.message.pk).status == Status.QUEUED


def test_a_wish_said_twice_keeps_the_first() -> None:
    browser = logged_in()
    browser.post(f"{PATH}novo/", NEW)
    again = browser.post(f"{PATH}novo/", NEW | {"how": "De novo."}, follow=True)
    assert "Este celular já tinha pedido para não receber." in words(again)
    assert OptOut.objects.get().how == "Ligou para o 0800."


@pytest.mark.parametrize(
    ("field", "written", "told"),
    [
        ("new_mobile", "", "Informe o celular, com DDD."),
        ("new_mobile", "8133334444", "celular"),
        ("how", " ", "Diga como o cliente pediu."),
        ("how", "x" * 201, "O texto tem 201 caracteres; o limite é 200."),
    ],
)
def test_a_wish_that_cannot_be_kept_is_refused_in_words(field: str, written: str, told: str) -> None:
    answer = logged_in().post(f"{PATH}novo/", NEW | {field: written})
    assert answer.status_code == 200
    assert told in words(answer)
    assert not OptOut.objects.exists()


def test_who_wants_to_receive_again_does_and_the_old_wish_stays_on_show() -> None:
    browser = logged_in()
    browser.post(f"{PATH}novo/", NEW)
    answer = browser.post(f"{PATH}{OptOut.objects.get().pk}/retirar/", {"next": PATH}, follow=True)
    assert "Pedido retirado: este celular volta a receber todos os tipos de SMS." in words(answer)
    assert "Nenhum pedido em vigor" in words(answer)
    page = words(browser.get(f"{PATH}?situacao=todos"))
    assert "1 pedido" in page
    assert "Retirado por atendente" in page
    assert not consent.opted_out(MOBILE)
    browser.post(f"{PATH}novo/", NEW)
    assert OptOut.objects.count() == 2


def test_a_mobile_is_found_and_stands_in_no_address() -> None:
    now = timezone.now()
    for number in (MOBILE, OTHER_MOBILE):
        consent.opt_out(number, how="Por carta.", actor="ana", now=now)
    browser = logged_in()
    answer = browser.post(f"{PATH}pesquisar/", {"mobile": "81 91234 5678"}, follow=True)
    assert "1 pedido em vigor" in words(answer)
    assert "91234" not in answer.redirect_chain[-1][0]
    assert "não está mais guardada" in words(logged_in().get(answer.redirect_chain[-1][0]))


def test_ten_a_page() -> None:
    for number in range(12):
        consent.opt_out(f"+55819000000{number:02d}", how="Por carta.", actor="ana", now=timezone.now())
    assert "12 pedidos em vigor, do mais novo ao mais antigo" in words(logged_in().get(PATH))
    assert words(logged_in().get(f"{PATH}?pagina=2")).count("Por carta.") == 2


def test_nobody_sees_them_without_a_login() -> None:
    assert Client().get(PATH).status_code == 302
