"""*Mensagens com erro* and the decisions on a message: pressed twice, or too late, they say how it stands."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from recado.gsm.causes import Cause
from recado.outbox import decisions
from recado.outbox.decisions import discard, resend
from recado.outbox.models import Message, MessageType, Status
from recado.people.roles import ATTENDANT
from recado.service_requests.models import Requester
from recado.web.words import FAMILIES
from tests.web.attendance import OTHER_MOBILE, go_wrong, logged_in, open_ra, words

pytestmark = pytest.mark.django_db
ADDRESS = "/mensagens-com-erro/"


def _failed(cause: Cause = Cause.NUMBER_INVALID) -> Message:
    return go_wrong(open_ra().message, cause=cause)


def _uncertain() -> Message:
    return go_wrong(open_ra().message, Status.UNCERTAIN)


def _status(message: Message) -> str:
    return Message.objects.get(pk=message.pk).status


def test_nothing_wrong_says_so() -> None:
    assert "Nenhuma mensagem com erro." in words(logged_in().get(ADDRESS))


def test_what_failed_is_told_in_words_and_counted_by_cause() -> None:
    _failed()
    _failed(Cause.NO_CREDIT)
    _failed(Cause.NO_CREDIT)
    client = logged_in()
    page = words(client.get(ADDRESS))
    for text in ("Todas (3)", "Número inexistente (1)", "Chip sem saldo (provável) (2)", "3 mensagens com erro"):
        assert text in page
    assert "A operadora não reconhece o número." in page
    assert "1 mensagem com erro" in words(client.get(ADDRESS, {"motivo": "number_invalid"}))


def test_what_may_have_been_sent_stands_apart_and_cannot_be_ticked() -> None:
    failed, uncertain = _failed(), _uncertain()
    response = logged_in().get(ADDRESS)
    assert "1 mensagem talvez enviada" in words(response)
    assert "O cliente pode já ter recebido." in words(response)
    page = response.content.decode()
    assert f'name="ids" value="{failed.pk}"' in page
    assert f'name="ids" value="{uncertain.pk}"' not in page


def test_a_cause_that_does_not_exist_shows_all() -> None:
    _failed()
    for cause in ("nada", "\0", "x" * 5000):
        assert "1 mensagem com erro" in words(logged_in().get(ADDRESS, {"motivo": cause}))


def test_ten_a_page() -> None:
    for _ in range(12):
        _failed()
    assert "11–12 de 12 mensagens" in words(logged_in().get(ADDRESS, {"pagina": "2"}))


def test_resending_puts_it_in_the_queue_and_a_second_click_is_told() -> None:
    message, client = _failed(), logged_in()
    assert "A mensagem voltou para a fila." in words(client.post(f"/mensagens/{message.pk}/reenviar/", follow=True))
    assert _status(message) == Status.QUEUED
    again = client.post(f"/mensagens/{message.pk}/reenviar/", follow=True)
    assert f"A mensagem {message.pk} não pode ser reenviada: agora está “Na fila”." in words(again)


def test_the_ticked_ones_go_back_and_the_uncertain_never_with_them() -> None:
    first, second, uncertain = _failed(), _failed(), _uncertain()
    ids = [str(first.pk), str(second.pk), str(uncertain.pk), "x", "9" * 40, "\0", "-1"]
    page = words(logged_in().post(f"{ADDRESS}reenviar/", {"ids": ids}, follow=True))
    assert "2 mensagens voltaram para a fila." in page
    assert "1 mensagem ficou como estava: já não está com erro." in page
    assert _status(first) == _status(second) == Status.QUEUED
    assert _status(uncertain) == Status.UNCERTAIN


def test_of_several_each_reason_to_stay_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    goes, unwilling, late, later, gone = (_failed() for _ in range(5))
    Message.objects.filter(pk__in=(late.pk, later.pk)).update(useful_until=timezone.now())
    discard(gone.pk, note="Repetida.", actor="outra", now=timezone.now())
    against = "O cliente deixou de autorizar SMS: descarte esta mensagem."
    monkeypatch.setattr(decisions, "_objections", [lambda message, _: against if message.pk == unwilling.pk else ""])
    ids = [message.pk for message in (goes, unwilling, late, later, gone)]
    page = words(logged_in().post(f"{ADDRESS}reenviar/", {"ids": ids}, follow=True))
    for told in (
        "1 mensagem voltou para a fila.",
        "1 mensagem ficou como estava: o cliente não quer recebê-la. Descarte-a.",
        "2 mensagens ficaram como estavam: o prazo para enviá-las já passou. Descarte-as.",
        "1 mensagem ficou como estava: já não está com erro.",
    ):
        assert told in page
    assert _status(goes) == Status.QUEUED
    assert _status(unwilling) == _status(late) == _status(later) == Status.FAILED


def test_a_text_that_cannot_be_made_is_told_apart() -> None:
    MessageType.objects.filter(pk=1).update(template="Faltou {BAIRRO}.")
    message = open_ra().message
    assert message is not None
    assert message.status == Status.FAILED
    page = words(logged_in().post(f"{ADDRESS}reenviar/", {"ids": [message.pk]}, follow=True))
    assert "1 mensagem ficou como estava: o texto não pode ser montado. Reenvie-a sozinha para ver o que falta." in page


def test_ticking_nothing_is_told() -> None:
    assert "Marque ao menos uma mensagem" in words(logged_in().post(f"{ADDRESS}reenviar/", follow=True))


def test_all_of_one_cause_are_asked_first_and_then_go_back() -> None:
    other, poor = _failed(), [_failed(Cause.NO_CREDIT) for _ in range(3)]
    client, address = logged_in(), f"{ADDRESS}reenviar-todas/"
    assert "Reenviar 3 mensagens" in words(client.get(address, {"motivo": "no_credit"}))
    assert [_status(message) for message in poor] == [Status.FAILED] * 3
    assert "3 mensagens voltaram para a fila." in words(client.post(address, {"motivo": "no_credit"}, follow=True))
    assert _status(other) == Status.FAILED
    assert "Nenhuma mensagem com este motivo." in words(client.get(address, {"motivo": "no_credit"}))


def test_what_may_have_been_sent_is_resent_only_after_the_warning() -> None:
    message, client = _uncertain(), logged_in()
    address = f"/mensagens/{message.pk}/reenviar/"
    assert "Pode chegar em dobro." in words(client.get(address))
    assert "Pode chegar em dobro." in words(client.post(address))
    assert _status(message) == Status.UNCERTAIN
    client.post(address, {"em_dobro": "sim"})
    assert _status(message) == Status.QUEUED


@pytest.mark.parametrize(("action", "sure"), [("reenviar", {"em_dobro": "sim"}), ("confirmar", {"com_certeza": "sim"})])
def test_a_decision_on_a_try_that_is_not_the_last_any_more_is_asked_for_again(
    action: str, sure: dict[str, str]
) -> None:
    message, client = _uncertain(), logged_in()
    address = f"/mensagens/{message.pk}/{action}/"
    assert 'name="tentativas" value="1"' in client.get(address).content.decode()
    resend(message.pk, actor="outra", now=timezone.now())
    go_wrong(message, Status.UNCERTAIN)
    Message.objects.filter(pk=message.pk).update(attempts=2)
    answer = client.post(address, sure | {"tentativas": "1"})
    assert "foi tentada de novo enquanto você decidia" in words(answer)
    assert _status(message) == Status.UNCERTAIN
    assert 'name="tentativas" value="2"' in answer.content.decode()
    client.post(address, sure | {"tentativas": "2"})
    assert _status(message) != Status.UNCERTAIN


def test_that_it_was_sent_is_asked_first_since_it_cannot_be_undone() -> None:
    message, client = _uncertain(), logged_in()
    address = f"/mensagens/{message.pk}/confirmar/"
    for asked in (
        client.get(address, {"next": ADDRESS}),
        client.post(address),
        client.post(address, {"com_certeza": "x"}),
    ):
        assert "Não se desfaz." in words(asked)
        assert "Se o cliente não recebeu, ficará sem ela" in words(asked)
    assert _status(message) == Status.UNCERTAIN


def test_a_person_may_say_that_it_was_sent_and_a_second_click_is_told() -> None:
    message, client = _uncertain(), logged_in()
    address, sure = f"/mensagens/{message.pk}/confirmar/", {"com_certeza": "sim", "next": f"{ADDRESS}?motivo=uncertain"}
    before = message.changes.count()
    done = client.post(address, sure, follow=True)
    assert "marcada como enviada" in words(done)
    assert done.redirect_chain == [(f"{ADDRESS}?motivo=uncertain", 302)]
    assert _status(message) == Status.SENT
    assert "não pode ser confirmada: agora está “Enviada”." in words(client.post(address, sure, follow=True))
    assert message.changes.count() == before + 1
    page = words(client.get(address))
    assert "Esta mensagem não pode ser confirmada: agora está “Enviada”." in page
    assert "Sim, já foi enviada" not in page


def test_discarding_asks_why_and_can_be_undone_on_the_spot() -> None:
    message, client = _failed(), logged_in()
    address = f"/mensagens/{message.pk}/descartar/"
    assert "Informe por que a mensagem não será enviada." in words(client.post(address, {"note": " "}))
    assert _status(message) == Status.FAILED
    page = client.post(address, {"note": "Avisado por telefone."}, follow=True)
    assert _status(message) == Status.CANCELLED
    assert message.changes.first().note == "Avisado por telefone."
    assert "Mensagem descartada." in words(page)
    undo = f"/mensagens/{message.pk}/desfazer/"
    assert f'action="{undo}"' in page.content.decode()
    assert "Descarte desfeito" in words(client.post(undo, follow=True))
    assert _status(message) == Status.FAILED
    assert Message.objects.get(pk=message.pk).cause == Cause.NUMBER_INVALID
    assert "não pode ser recuperada" in words(client.post(undo, follow=True))


def test_discarding_twice_is_told() -> None:
    message, client = _failed(), logged_in()
    address = f"/mensagens/{message.pk}/descartar/"
    client.post(address, {"note": "Avisado."})
    assert "não pode ser descartada: agora está “Descartada”." in words(
        client.post(address, {"note": "x"}, follow=True)
    )


def test_the_undo_is_offered_once() -> None:
    message, client = _failed(), logged_in()
    client.post(f"/mensagens/{message.pk}/descartar/", {"note": "Avisado."}, follow=True)
    assert "Desfazer" not in words(client.get(ADDRESS))


def test_a_corrected_number_makes_one_new_message_and_mends_the_ra() -> None:
    message, client = _failed(), logged_in()
    address = f"/mensagens/{message.pk}/corrigir/"
    assert "(81) 91234-5678" in words(client.get(address))
    form = {"mobile": "(11) 98765-4321", "update_ra": "on"}
    page = words(client.post(address, form, follow=True))
    assert "Número corrigido para (11) 98765-4321. A mensagem entrou na fila. O RA também foi atualizado." in page
    new = Message.objects.get(replaces=message)
    assert (new.number, new.status, new.protocol) == (OTHER_MOBILE, Status.QUEUED, message.protocol)
    assert _status(message) == Status.CANCELLED
    assert Requester.objects.get().mobile == OTHER_MOBILE
    client.post(address, form)
    assert Message.objects.count() == 2


def test_a_second_correction_is_told_which_one_holds() -> None:
    message, client = _failed(), logged_in()
    address = f"/mensagens/{message.pk}/corrigir/"
    client.post(address, {"mobile": "(11) 98765-4321"})
    page = words(client.post(address, {"mobile": "(21) 98765-4321", "update_ra": "on"}, follow=True))
    assert "já tinha sido corrigido para (11) 98765-4321" in page
    assert Requester.objects.get().mobile == message.number


def test_the_ra_keeps_its_number_when_nobody_asks_to_mend_it() -> None:
    message = _failed()
    logged_in().post(f"/mensagens/{message.pk}/corrigir/", {"mobile": "(11) 98765-4321"})
    assert Requester.objects.get().mobile == message.number


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("", "Informe o número novo, com DDD."),
        ("(81) 91234-5678", "O número novo é igual ao atual."),
        ("(81) 3421-1234", "Este número é fixo e não recebe SMS."),
        ("81\0912345678", "nulos"),
    ],
)
def test_a_bad_correction_is_refused_in_words(written: str, sentence: str) -> None:
    message = _failed()
    page = logged_in().post(f"/mensagens/{message.pk}/corrigir/", {"mobile": written, "update_ra": "on"})
    assert sentence in words(page)
    assert Message.objects.count() == 1


def test_a_message_that_was_sent_can_be_neither_corrected_nor_discarded() -> None:
    message, client = _uncertain(), logged_in()
    client.post(f"/mensagens/{message.pk}/confirmar/", {"com_certeza": "sim"})
    page = words(client.post(f"/mensagens/{message.pk}/corrigir/", {"mobile": "(11) 98765-4321"}, follow=True))
    assert "não pode ser corrigida: agora está “Enviada”." in page
    assert Message.objects.count() == 1


@pytest.mark.parametrize("action", ["reenviar", "corrigir", "descartar", "desfazer", "confirmar"])
@pytest.mark.parametrize("number", ["0", "999999", "9" * 30])
def test_a_message_that_does_not_exist_is_a_page_not_found(action: str, number: str) -> None:
    assert logged_in().post(f"/mensagens/{number}/{action}/", {"note": "x"}).status_code == 404


@pytest.mark.parametrize(("action", "answer"), [("desfazer", 405), ("confirmar", 200)])
def test_a_link_alone_changes_nothing(action: str, answer: int) -> None:
    message = _uncertain()
    assert logged_in().get(f"/mensagens/{message.pk}/{action}/").status_code == answer
    assert _status(message) == Status.UNCERTAIN


@pytest.mark.parametrize("action", ["reenviar", "corrigir", "descartar", "desfazer", "confirmar"])
def test_a_form_of_another_site_is_refused(action: str) -> None:
    message = _failed()
    client = Client(enforce_csrf_checks=True)
    client.cookies = logged_in().cookies
    response = client.post(f"/mensagens/{message.pk}/{action}/", {"note": "x", "mobile": "(11) 98765-4321"})
    assert response.status_code == 403
    assert _status(message) == Status.FAILED


@pytest.mark.parametrize(
    "away", ["https://exemplo.invalid/", "//exemplo.invalid/", "javascript:alert(1)", "\\\\x", "\0"]
)
def test_after_an_action_nobody_is_sent_to_another_site(away: str) -> None:
    message = _failed()
    response = logged_in().post(f"/mensagens/{message.pk}/reenviar/", {"next": away})
    assert response.url == ADDRESS


def test_after_an_action_the_person_is_back_where_they_were() -> None:
    message = _failed()
    here = f"{ADDRESS}?motivo=number_invalid&pagina=2"
    assert logged_in().post(f"/mensagens/{message.pk}/reenviar/", {"next": here}).url == here


def test_a_message_and_its_ra_lead_back_to_the_list_as_it_was() -> None:
    message, client = _failed(), logged_in()
    page = client.get(f"{ADDRESS}?motivo=number_invalid").content.decode()
    back = "next=%2Fmensagens-com-erro%2F%3Fmotivo%3Dnumber_invalid"
    assert f'href="/mensagens/{message.pk}/?{back}"' in page
    assert f'href="/ra/{message.ra_number}/?{back}"' in page
    there = client.get(f"/mensagens/{message.pk}/?{back}").content.decode()
    assert 'href="/mensagens-com-erro/?motivo=number_invalid"' in there


@pytest.mark.parametrize(
    ("status", "offered", "withheld"),
    [
        (Status.FAILED, ("Reenviar", "Corrigir número", "Descartar"), ("Já foi enviada",)),
        (Status.UNCERTAIN, ("Já foi enviada", "Reenviar mesmo assim", "Corrigir número", "Descartar"), ("Desfazer",)),
        (Status.QUEUED, ("Descartar",), ("Reenviar", "Corrigir número")),
        (Status.CANCELLED, ("Desfazer",), ("Reenviar", "Corrigir número")),
    ],
)
def test_the_detail_offers_what_may_be_decided(
    status: Status, offered: tuple[str, ...], withheld: tuple[str, ...]
) -> None:
    message = open_ra().message
    assert message is not None
    if status == Status.CANCELLED:
        discard(message.pk, note="x", actor="atendente", now=timezone.now())
    elif status != Status.QUEUED:
        go_wrong(message, status)
    message.refresh_from_db()
    page = logged_in().get(f"/mensagens/{message.pk}/").content.decode()
    part = page.split('<div id="acoes">')[1].split("<h2")[0]
    assert all(text in part for text in offered)
    assert not any(text in part for text in withheld)


def test_an_attendant_may_correct_the_number_of_a_message_and_decide_nothing_else() -> None:
    message = go_wrong(open_ra().message)
    browser = logged_in(ATTENDANT)
    page = browser.get(f"/mensagens/{message.pk}/").content.decode()
    part = page.split('<div id="acoes">')[1].split("<h2")[0]
    assert "Corrigir número" in part
    assert "Reenviar</button>" not in part
    assert "Descartar" not in part
    assert browser.post(f"/mensagens/{message.pk}/reenviar/").status_code == 403
    message.refresh_from_db()
    assert message.status == Status.FAILED


def test_groups_say_what_it_means_and_what_to_do() -> None:
    _failed()
    _failed(Cause.NO_CREDIT)
    _failed(Cause.BARRED)
    _uncertain()
    client = logged_in()
    page = words(client.get(ADDRESS))
    assert "Todas (4)" in page
    assert "Número (1)" in page
    assert "Chip e crédito (2)" in page
    assert "Peça à TI para conferir saldo e chip; depois, reenvie todas." in page
    assert "Talvez enviada (1)" in page
    assert "2 mensagens com erro: Chip e crédito" in words(client.get(ADDRESS, {"motivo": "chip"}))


def test_every_cause_belongs_to_one_group() -> None:
    grouped = [cause for family in FAMILIES for cause in family.causes]
    assert sorted(grouped) == sorted(Cause)


def test_a_message_without_a_cause_stands_among_the_unknown() -> None:
    message = _failed()
    Message.objects.filter(pk=message.pk).update(cause="")
    assert "1 mensagem com erro: Outros motivos" in words(logged_in().get(ADDRESS, {"motivo": "outros"}))


def test_several_are_discarded_with_one_reason() -> None:
    made = [_failed(), _failed()]
    client, ids = logged_in(), [message.pk for message in made]
    asked = words(client.post(f"{ADDRESS}descartar/", {"ids": ids}))
    assert "2 mensagens não serão enviadas." in asked
    assert [_status(message) for message in made] == [Status.FAILED] * 2
    refused = words(client.post(f"{ADDRESS}descartar/", {"ids": ids, "note": " "}))
    assert "Informe por que a mensagem não será enviada." in refused
    done = words(client.post(f"{ADDRESS}descartar/", {"ids": ids, "note": "Avisados por telefone."}, follow=True))
    assert "2 mensagens descartadas: não serão enviadas." in done
    assert [_status(message) for message in made] == [Status.CANCELLED] * 2
    assert made[0].changes.first().note == "Avisados por telefone."


def test_what_may_have_been_sent_is_never_discarded_in_bulk() -> None:
    uncertain = _uncertain()
    answer = logged_in().post(f"{ADDRESS}descartar/", {"ids": [uncertain.pk], "note": "x"}, follow=True)
    assert "1 mensagem ficou como estava" in words(answer)
    assert _status(uncertain) == Status.UNCERTAIN


def test_nothing_ticked_discards_nothing() -> None:
    assert "Marque ao menos uma mensagem para descartar." in words(
        logged_in().post(f"{ADDRESS}descartar/", {}, follow=True)
    )


@pytest.mark.parametrize("page", ["reenviar", "corrigir", "descartar"])
def test_a_decision_shows_the_text_as_it_goes_out(page: str) -> None:
    opened = open_ra()
    Message.objects.filter(pk=opened.message.pk).update(text="Atenção: situação resolvida.")
    message = go_wrong(opened.message)
    assert "Atencao: situacao resolvida." in words(logged_in().get(f"/mensagens/{message.pk}/{page}/"))
