"""*Parear aparelho*: what the person is shown, asked, and may do; the gateway's part is played by the test."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from recado.pairing import tasks
from recado.pairing.finds import Find
from recado.pairing.models import PairingTask, Step, Work
from recado.people.models import AuditEntry, Deed
from recado.phones.models import Phone
from tests.web.attendance import words

pytestmark = pytest.mark.django_db
ADDRESS = "A4:77:33:00:00:01"
PAGE = "/aparelhos/parear/"
OLD = Find(ADDRESS, "Nokia de teste", -58, False, True, (f"bluetooth:{ADDRESS}",), True)
ANDROID = Find("A4:77:33:00:00:02", "Celular", -80, False, True, (), False)
HEADSET = Find("A4:77:33:00:00:03", "Fone", None, False, False, (), True)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def take() -> PairingTask:
    task = tasks.take("servidor", timezone.now())
    assert task is not None
    return task


def pairing_under_way(browser: Client) -> PairingTask:
    browser.post(f"{PAGE}com/", {"address": ADDRESS, "name": "Recepção", "host": "servidor"})
    return take()


def show(browser: Client) -> str:
    return words(browser.get(PAGE))


def deeds() -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.exclude(deed=Deed.LOGGED_IN).order_by("pk")
    return [(row.deed, row.subject, row.detail) for row in rows]


class TestScan:
    def test_a_scan_is_asked_of_the_gateway_and_what_it_finds_is_listed(self, browser: Client) -> None:
        assert "Procurar aparelhos" in show(browser)
        browser.post(f"{PAGE}procurar/")
        assert "Esperando o serviço de envio" in show(browser)
        task = take()
        assert "Procurando por 12 segundos" in show(browser)
        tasks.finish(task, timezone.now(), finds=(OLD, ANDROID, HEADSET))
        page = show(browser)
        assert "3 aparelhos encontrados" in page
        assert f"Nokia de teste {ADDRESS} forte (-58 dBm) por comandos AT" in page
        assert "a descobrir ao parear" in page
        assert "não envia por Bluetooth" in page
        assert page.count("Nome no Recado para") == 2
        assert deeds() == [(Deed.PHONES_SCANNED, "", "")]

    def test_what_is_a_phone_already_is_not_offered_again(self, browser: Client) -> None:
        Phone.objects.create(name="Recepção", link=f"bluetooth:{ADDRESS}?adapter=hci0")
        browser.post(f"{PAGE}procurar/")
        tasks.finish(take(), timezone.now(), finds=(replace(OLD, paired=True), ANDROID))
        page = show(browser)
        assert "já é o aparelho “Recepção”" in page
        assert page.count("Nome no Recado para") == 1

    def test_nothing_found_says_what_to_do(self, browser: Client) -> None:
        browser.post(f"{PAGE}procurar/")
        tasks.finish(take(), timezone.now())
        assert "Nenhum aparelho encontrado" in show(browser)

    def test_without_a_gateway_it_is_said_in_the_end(self, browser: Client) -> None:
        browser.post(f"{PAGE}procurar/")
        PairingTask.objects.update(deadline=timezone.now() - timedelta(seconds=1))
        assert "O serviço de envio não respondeu: nada foi feito. O que fazer:" in show(browser)


class TestPairing:
    def test_the_number_is_compared_and_the_phone_added(self, browser: Client) -> None:
        task = pairing_under_way(browser)
        assert (task.address, task.name, task.host) == (ADDRESS, "Recepção", "servidor")
        tasks.ask(task, Step.COMPARE, "004217", timezone.now())
        assert "O aparelho mostra o número 004217 ?" in show(browser)
        browser.post(f"{PAGE}{task.pk}/responder/", {"number": "004217", "agreed": "1"})
        assert tasks.take_answer(task) == tasks.Answer(True, "")
        phone = Phone.objects.create(name="Recepção", link=f"bluetooth:{ADDRESS}")
        tasks.finish(task, timezone.now(), finds=(OLD,), phone=phone)
        assert f"Pareado com {ADDRESS}. O aparelho “Recepção” envia por bluetooth:{ADDRESS}." in show(browser)
        assert deeds() == [
            (Deed.PAIRING_ASKED, ADDRESS, ""),
            (Deed.PAIRING_ANSWERED, ADDRESS, "confirmou 004217"),
        ]

    def test_no_is_no(self, browser: Client) -> None:
        task = pairing_under_way(browser)
        tasks.ask(task, Step.COMPARE, "004217", timezone.now())
        browser.post(f"{PAGE}{task.pk}/responder/", {"number": "004217"})
        assert tasks.take_answer(task) == tasks.Answer(False, "")

    def test_an_answer_to_a_number_that_is_no_longer_asked_is_none(self, browser: Client) -> None:
        task = pairing_under_way(browser)
        tasks.ask(task, Step.COMPARE, "004217", timezone.now())
        answer = browser.post(f"{PAGE}{task.pk}/responder/", {"number": "999999", "agreed": "1"}, follow=True)
        assert "não espera mais resposta" in words(answer)
        assert tasks.take_answer(task) is None

    def test_a_pin_is_given_and_not_recorded(self, browser: Client) -> None:
        task = pairing_under_way(browser)
        tasks.ask(task, Step.PIN, "", timezone.now())
        assert "PIN do aparelho" in show(browser)
        browser.post(f"{PAGE}{task.pk}/responder/", {"agreed": "1", "asks_pin": "1", "pin": "4321"})
        assert tasks.take_answer(task) == tasks.Answer(True, "4321")
        assert (Deed.PAIRING_ANSWERED, ADDRESS, "deu o PIN") in deeds()
        assert "4321" not in browser.get("/auditoria/").content.decode()

    @pytest.mark.parametrize(
        ("pin", "said"), [("", "Informe o PIN"), ("1" * 17, "o limite é 16"), ("não", "sem acento")]
    )
    def test_what_is_no_pin_is_refused(self, browser: Client, pin: str, said: str) -> None:
        task = pairing_under_way(browser)
        tasks.ask(task, Step.PIN, "", timezone.now())
        fields = {"agreed": "1", "asks_pin": "1", "pin": pin}
        answer = browser.post(f"{PAGE}{task.pk}/responder/", fields, follow=True)
        assert said in words(answer)
        assert tasks.take_answer(task) is None

    def test_a_number_to_type_is_shown(self, browser: Client) -> None:
        task = pairing_under_way(browser)
        tasks.ask(task, Step.SHOW, "000042", timezone.now())
        assert "Digite no aparelho: 000042" in show(browser)

    def test_a_refusal_is_told_with_what_to_do(self, browser: Client) -> None:
        tasks.fail(pairing_under_way(browser), "O aparelho recusou.", "Aceite nele.", timezone.now())
        assert "O aparelho recusou. O que fazer: Aceite nele." in show(browser)

    @pytest.mark.parametrize("address", ["", "x", "A4:77:33:00:00:0G", "a4:77:33:00:00:01'"])
    def test_what_is_no_address_is_refused(self, browser: Client, address: str) -> None:
        browser.post(f"{PAGE}com/", {"address": address})
        assert not PairingTask.objects.exists()

    def test_a_name_that_is_taken_is_refused_before_anything_is_done(self, browser: Client) -> None:
        Phone.objects.create(name="Recepção", link="tcp:um:1")
        answer = browser.post(f"{PAGE}com/", {"address": ADDRESS, "name": "Recepção"}, follow=True)
        assert "Já existe o aparelho" in words(answer)
        assert not PairingTask.objects.exists()


class TestOneAtATime:
    def test_a_second_person_is_told_who_is_at_it(self, browser: Client, now: datetime) -> None:
        tasks.begin(Work.SCAN, actor="rui", now=now)
        answer = browser.post(f"{PAGE}com/", {"address": ADDRESS}, follow=True)
        assert "rui está usando o Bluetooth agora" in words(answer)
        assert PairingTask.objects.count() == 1

    def test_a_cancel_ends_it(self, browser: Client) -> None:
        task = pairing_under_way(browser)
        browser.post(f"{PAGE}{task.pk}/cancelar/")
        assert "Cancelado por ana." in show(browser)
        assert (Deed.PAIRING_FAILED, ADDRESS, "cancelado") in deeds()
        assert "Já havia terminado" in words(browser.post(f"{PAGE}{task.pk}/cancelar/", follow=True))


class TestLive:
    def test_a_page_that_shows_what_holds_is_left_alone(self, browser: Client) -> None:
        task = pairing_under_way(browser)
        tasks.ask(task, Step.PIN, "", timezone.now())
        token = f"{task.pk}-pin-False-"
        assert f"visto={token}" in browser.get(PAGE).content.decode()
        assert browser.get(f"{PAGE}vivo/?visto={token}").status_code == 204
        tasks.fail(task, "Acabou.", "", timezone.now())
        assert "Acabou." in browser.get(f"{PAGE}vivo/?visto={token}").content.decode()

    def test_what_is_over_is_not_asked_for_again(self, browser: Client) -> None:
        tasks.fail(pairing_under_way(browser), "Acabou.", "", timezone.now())
        assert "hx-get" not in browser.get(f"{PAGE}vivo/").content.decode()


class TestUnpairing:
    def test_a_paired_phone_is_forgotten_after_a_question(self, browser: Client) -> None:
        Phone.objects.create(name="Recepção", link=f"bluetooth:{ADDRESS}")
        assert "Desfazer pareamento de Recepção" in show(browser)
        page = words(browser.get(f"{PAGE}desfazer/?address={ADDRESS}"))
        assert f"Desfazer o pareamento com {ADDRESS} (Recepção)?" in page
        assert not PairingTask.objects.exists()
        browser.post(f"{PAGE}desfazer/", {"address": ADDRESS})
        task = take()
        assert (task.work, task.address) == (Work.UNPAIR, ADDRESS)
        tasks.finish(task, timezone.now())
        assert f"Pareamento com {ADDRESS} desfeito" in show(browser)


def test_the_phones_screen_leads_here(browser: Client) -> None:
    assert f'href="{PAGE}"' in browser.get("/aparelhos/").content.decode()
