"""Types and texts: seen before it is saved, kept version by version, tested for real, never deleted once used."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from recado.batches.models import Batch
from recado.billing.models import BillingType, Kind
from recado.outbox.hours import Hours
from recado.outbox.models import Message, MessageType, MessageTypeVersion
from recado.outbox.types import TypeRefused, save_type
from recado.people.models import AuditEntry
from recado.web.hours_words import hours_words
from tests.playsms.conftest import make_account
from tests.support.outbox import make_phone, queue_message
from tests.web.attendance import words

OPENED, BY_HAND = 1, 6
SATURDAY = datetime(2026, 11, 21, 13, tzinfo=UTC)


def form_of(message_type: MessageType, **changed: object) -> dict[str, object]:
    """What the browser sends when nothing was touched, but for `changed`."""
    filled = {
        "name": message_type.name,
        "template": message_type.template,
        "encoding": message_type.encoding,
        "priority": str(message_type.priority),
        "max_attempts": str(message_type.max_attempts),
        "on_uncertain": message_type.on_uncertain,
        "validity_hours": str((message_type.validity_minutes or 0) // 60 or ""),
        "hours_from": f"{message_type.hours_from:%H:%M}" if message_type.hours_from else "",
        "hours_until": f"{message_type.hours_until:%H:%M}" if message_type.hours_until else "",
        "days": list(message_type.days),
        **({"active": "on"} if message_type.active else {}),
        **({"heeds_opt_out": "on"} if message_type.heeds_opt_out else {}),
    }
    return filled | changed


def change(browser: Client, pk: int = OPENED, **changed: object) -> HttpResponse:
    return browser.post(f"/tipos/{pk}/", form_of(MessageType.objects.get(pk=pk), **changed))


def text_of(pk: int = OPENED) -> str:
    return MessageType.objects.get(pk=pk).template


def test_the_list_shows_every_type_with_its_text(browser: Client) -> None:
    page = words(browser.get("/tipos/"))
    for message_type in MessageType.objects.all():
        assert message_type.name in page
        assert message_type.template in page
    assert "Envio protocolo (RA inserida) Ao inserir um RA." in page
    assert "Faturamento (conta a vencer) Na transmissão do faturamento." in page


def test_the_list_says_who_changed_a_type_last(browser: Client) -> None:
    assert "por ana" not in words(browser.get("/tipos/"))
    change(browser, max_attempts="3", salvar="sim")
    assert words(browser.get("/tipos/")).count("por ana") == 1


def test_the_editor_tells_size_room_folding_and_cost(browser: Client) -> None:
    make_phone(pace_seconds=7)
    form = form_of(MessageType.objects.get(pk=OPENED), template="Atenção: protocolo {PROTOCOLO}.")
    page = words(browser.post(f"/tipos/{OPENED}/previa/", form))
    assert "Atencao: protocolo 2026" in page
    assert "34 caracteres, 1 SMS" in page
    assert "Cabem mais 126 caracteres em 1 SMS" in page
    assert "“ã” por “a”" in page
    assert "Cada envio toma 7 s da fila." in page


def preview(browser: Client, template: str, encoding: str = "fold", pk: int = OPENED) -> str:
    form = form_of(MessageType.objects.get(pk=pk), template=template, encoding=encoding)
    return words(browser.post(f"/tipos/{pk}/previa/", form))


@pytest.mark.parametrize(
    ("template", "encoding", "told"),
    [
        ("a\r\nb\r\nc", "fold", "5 caracteres, 1 SMS (letras do SMS comum, 160 por SMS)."),
        ("  a  ", "fold", "1 caractere, 1 SMS"),
        ("x" * 160, "fold", "Não cabe mais nenhum caractere em 1 SMS"),
        (
            "€" * 81,
            "fold",
            "81 caracteres que tomam 162 lugares, 2 SMS (letras do SMS comum, 153 por SMS). “€” toma 2 lugares.",
        ),
        ("[~]", "fold", "3 caracteres que tomam 6 lugares, 1 SMS (letras do SMS comum, 160 por SMS). “[”, “~” e “]”"),
        ("Olá 😀", "fold", "O SMS troca “á” por “a”, “😀” por “?”."),
        ("😀" * 36, "ucs2", "36 caracteres que tomam 72 lugares, 2 SMS (com todos os caracteres, 67 por SMS)."),
        ("Atenção", "shift", "7 caracteres que tomam 9 lugares, 1 SMS (com as tabelas portuguesas, 155 por SMS)."),
        ("ça", "ucs2", "2 caracteres, 1 SMS (com todos os caracteres, 70 por SMS). Cabem mais 68 caracteres em 1 SMS"),
        ("a\tb\u00a0c\u200bd", "fold", "O SMS troca a tabulação por um espaço, um espaço especial por um espaço."),
        ("a\tb\u00a0c\u200bd", "fold", "Não saem: um caractere invisível."),
        ("a\x0bb", "fold", "O caractere na posição 2 não aparece em nenhum celular. Retire-o."),
        ("x" * 1001, "fold", "O texto tem 1001 caracteres; o limite é 1000."),
        ("x" * 1000, "fold", "1.000 caracteres, 7 SMS"),
        ("{CPF}", "fold", "A tag {CPF} (posição 1) não existe neste tipo."),
        ("", "fold", "Informe o texto."),
    ],
)
def test_the_preview_of_any_text_says_what_the_encoder_makes_of_it(
    browser: Client, template: str, encoding: str, told: str
) -> None:
    assert told in preview(browser, template, encoding)


def test_a_long_text_says_how_much_has_to_go(browser: Client) -> None:
    form = form_of(MessageType.objects.get(pk=OPENED), template="x" * 172)
    page = words(browser.post(f"/tipos/{OPENED}/previa/", form))
    assert "172 caracteres, 2 SMS (letras do SMS comum, 153 por SMS)." in page
    assert "retire 12 caracteres para caber em 1." in page


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("Protocolo {PROTOCOL}", "A tag {PROTOCOL} (posição 11) não existe neste tipo. Você quis dizer {PROTOCOLO}?"),
        ("Protocolo {", "A chave “{” na posição 11 está sem par."),
        ("", "Informe o texto."),
        ("x" * 1001, "O texto tem 1001 caracteres; o limite é 1000."),
    ],
)
def test_a_text_that_cannot_be_is_refused_and_stays_in_the_form(browser: Client, template: str, told: str) -> None:
    before = text_of()
    page = change(browser, template=template, salvar="sim").content.decode()
    assert told in page
    assert template in page
    assert text_of() == before


def test_without_scripts_the_preview_comes_by_a_button_and_saves_nothing(browser: Client) -> None:
    before = text_of()
    page = words(change(browser, template="Outro texto {PROTOCOLO}", ver="sim"))
    assert "Outro texto 2026" in page
    assert text_of() == before


def test_the_difference_is_shown_before_it_is_saved(browser: Client) -> None:
    before = text_of()
    page = change(browser, template=before.replace("recebemos", "registramos"), priority="5")
    assert '<del><span class="sr-only">[sai:] </span>recebemos <' in page.content.decode()
    assert '<ins><span class="sr-only">[entra:] </span>registramos <' in page.content.decode()
    assert "Prioridade Urgente → Normal" in words(page)
    assert text_of() == before


def test_a_saved_text_is_a_new_version_and_the_old_ones_can_be_put_back(browser: Client) -> None:
    first = text_of()
    change(browser, template="Novo texto {PROTOCOLO}.", salvar="sim")
    assert text_of() == "Novo texto {PROTOCOLO}."
    kept = MessageTypeVersion.objects.filter(type_id=OPENED).order_by("number")
    assert [(row.number, row.actor, row.template) for row in kept] == [
        (1, "Recado", first),
        (2, "ana", "Novo texto {PROTOCOLO}."),
    ]
    page = browser.get(f"/tipos/{OPENED}/?versao=1")
    assert "O texto abaixo é o da versão 1." in words(page)
    change(browser, template=first, salvar="sim")
    assert text_of() == first
    assert kept.all().count() == 3


def test_settings_alone_make_no_version(browser: Client) -> None:
    change(browser, max_attempts="3", validity_hours="", on_uncertain="resend", salvar="sim")
    changed = MessageType.objects.get(pk=OPENED)
    assert (changed.max_attempts, changed.validity_minutes, changed.on_uncertain) == (3, None, "resend")
    assert not MessageTypeVersion.objects.exists()


def test_who_changed_which_setting_from_what_to_what_is_kept_and_shown(browser: Client) -> None:
    change(browser, priority="5", validity_hours="24", salvar="sim")
    change(browser, template="Novo texto {PROTOCOLO}.", max_attempts="3", salvar="sim")
    page = words(browser.get(f"/tipos/{OPENED}/"))
    told = page.partition("Mudanças de ajustes")[2]
    assert re.match(
        r" Tentativas: 5 → 3 [\d/]+ [\d:]+ – ana"
        r" Prioridade: Urgente → Normal; Validade: 72 horas → 24 horas [\d/]+ [\d:]+ – ana",
        told,
    )
    details = AuditEntry.objects.filter(deed="type_changed").order_by("pk").values_list("detail", flat=True)
    assert list(details) == [
        "Prioridade: Urgente → Normal; Validade: 72 horas → 24 horas",
        "versão 2; Tentativas: 5 → 3",
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"template": "Aviso: {TEXTO}"}, "Vale para as mensagens que entrarem na fila a partir de agora."),
        ({"max_attempts": "3"}, "Vale já, também para as mensagens que esperam na fila."),
        ({"days": list("12345"), "priority": "1"}, "Horário, tentativas e o que fazer na dúvida valem já"),
        (
            {"active": ""},
            "Nenhuma mensagem nova sai com este tipo. 2 mensagens dele já estão na fila e saem assim mesmo",
        ),
    ],
)
def test_what_a_change_does_to_messages_that_wait_is_said_before(
    browser: Client, changed: dict[str, object], told: str
) -> None:
    for _ in range(2):
        queue_message()
    assert told in words(change(browser, pk=BY_HAND, **changed))


@pytest.mark.parametrize(
    ("field", "value"),
    [("max_attempts", "0"), ("max_attempts", "99"), ("max_attempts", "x"), ("validity_hours", "0"), ("priority", "7")],
)
def test_a_setting_out_of_bounds_is_refused(browser: Client, field: str, value: str) -> None:
    page = change(browser, **{field: value}, salvar="sim")
    assert "Há 1 campo para corrigir" in words(page)
    assert MessageType.objects.get(pk=OPENED).max_attempts == 5


def test_what_was_not_changed_is_told_so(browser: Client) -> None:
    assert "Nada mudou" in words(change(browser))


def test_a_deactivated_type_sends_nothing_not_even_a_test(browser: Client) -> None:
    form = form_of(MessageType.objects.get(pk=OPENED), salvar="sim")
    del form["active"]
    browser.post(f"/tipos/{OPENED}/", form)
    answer = browser.post(f"/tipos/{OPENED}/testar/", {"mobile": "(81) 91234-5678"}, follow=True)
    assert "Este tipo está desativado" in words(answer)
    assert not Message.objects.exists()


def test_a_test_is_a_real_message_with_sample_values_and_once(browser: Client) -> None:
    given = {"mobile": "(81) 91234-5678", "form_token": "5f6f9d3c-1111-4222-8333-123456789abc"}
    for _ in range(2):
        browser.post(f"/tipos/{OPENED}/testar/", given)
    message = Message.objects.get()
    assert message.number == "+5581912345678"
    assert "1000000000" in message.text


def test_a_test_without_a_good_number_is_refused(browser: Client) -> None:
    page = words(browser.post(f"/tipos/{OPENED}/testar/", {"mobile": "(81) 3123-4567"}))
    assert "fixo" in page
    assert not Message.objects.exists()


def a_type_of_the_companys(name: str = "Da companhia") -> MessageType:
    return MessageType.objects.create(name=name, template="{TEXTO}", fields="TEXTO")


def used_by_a_message(message_type: MessageType) -> None:
    queue_message(kind=message_type)


def used_by_a_batch(message_type: MessageType) -> None:
    Batch.objects.create(type=message_type, author="ana", created_at=SATURDAY, state_since=SATURDAY)


def used_by_an_account(message_type: MessageType) -> None:
    make_account(type_id=message_type.pk)


def used_by_bills(message_type: MessageType) -> None:
    BillingType.objects.filter(kind=Kind.BILL).update(type=message_type)


def used_by_a_phone(message_type: MessageType) -> None:
    make_phone(type_ids=[message_type.pk])


@pytest.mark.parametrize(
    ("use", "told"),
    [
        (used_by_a_message, "mensagens"),
        (used_by_a_batch, "lotes"),
        (used_by_an_account, "porta playSMS"),
        (used_by_bills, "faturamento"),
        (used_by_a_phone, "regras de aparelhos"),
    ],
)
def test_a_type_in_use_is_not_deleted_and_says_by_what(
    browser: Client, use: Callable[[MessageType], None], told: str
) -> None:
    used = a_type_of_the_companys()
    use(used)
    sentence = f"O tipo “Da companhia” está em uso e não pode ser excluído: {told}."
    assert sentence in words(browser.post(f"/tipos/{used.pk}/excluir/", follow=True))
    assert MessageType.objects.filter(pk=used.pk).exists()
    assert "Excluir tipo" not in words(browser.get(f"/tipos/{used.pk}/"))


@pytest.mark.parametrize("pk", range(1, 7))
def test_what_recados_own_events_send_is_never_deleted(browser: Client, pk: int) -> None:
    assert "eventos do próprio Recado" in words(browser.post(f"/tipos/{pk}/excluir/", follow=True))
    assert MessageType.objects.filter(pk=pk).exists()


def test_a_type_never_used_is_deleted(browser: Client) -> None:
    unused = a_type_of_the_companys()
    assert "Excluir tipo" in words(browser.get(f"/tipos/{unused.pk}/"))
    browser.post(f"/tipos/{unused.pk}/excluir/")
    assert not MessageType.objects.filter(pk=unused.pk).exists()


def test_a_new_type_holds_the_companys_fields(browser: Client) -> None:
    form = form_of(MessageType(name="Aviso", template="{EMPRESA}: {TEXTO}", priority=5, active=True))
    answer = browser.post("/tipos/novo/", form)
    assert answer.status_code == 302
    made = MessageType.objects.get(name="Aviso")
    assert made.versions.get().number == 1
    refused = browser.post("/tipos/novo/", form | {"name": "Outro", "template": "{PROTOCOLO}"})
    assert "não existe neste tipo" in words(refused)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ENVIO AVULSO", "Já existe um tipo com este nome."),
        ("Énvio\u200b avulso", "Já existe um tipo com este nome."),
        ("\u200b", "Informe o nome do tipo."),
        ("x" * 61, "O nome tem 61 caracteres; o limite é 60."),
    ],
)
def test_a_name_that_people_would_confuse_is_refused(browser: Client, name: str, told: str) -> None:
    form = form_of(MessageType(name=name, template="{TEXTO}", priority=5, active=True))
    assert told in words(browser.post("/tipos/novo/", form))


def test_a_type_keeps_its_own_name(browser: Client) -> None:
    change(browser, name="envio PROTOCOLO (RA inserida)", salvar="sim")
    assert MessageType.objects.get(pk=OPENED).name == "envio PROTOCOLO (RA inserida)"


@pytest.mark.parametrize(
    ("field", "told"),
    [("priority", "Escolha a prioridade"), ("encoding", "as letras"), ("on_uncertain", "o que fazer")],
)
@pytest.mark.parametrize("value", ["", "nada"])
def test_what_no_page_offers_is_refused_in_words(browser: Client, field: str, value: str, told: str) -> None:
    page = words(change(browser, **{field: value}, salvar="sim"))
    assert told in page
    assert "Faça uma escolha válida" not in page


def test_changes_are_recorded(browser: Client) -> None:
    change(browser, template="Novo texto {PROTOCOLO}.", salvar="sim")
    entry = AuditEntry.objects.get(deed="type_changed")
    assert (entry.who, entry.detail) == ("ana", "versão 2")


def test_hours_are_set_told_in_words_and_kept(browser: Client) -> None:
    given = {"hours_from": "08:00", "hours_until": "18:00", "days": list("12345")}
    asked = words(change(browser, **given))
    assert "Horário em que sai a qualquer hora → de segunda a sexta, das 8h às 18h" in asked
    assert "Este tipo é urgente: fora do horário o cliente espera." in asked
    change(browser, **given, salvar="sim")
    kept = MessageType.objects.get(pk=OPENED)
    assert (kept.hours_from, kept.hours_until, kept.days) == (time(8), time(18), "12345")
    assert "Sai de segunda a sexta, das 8h às 18h" in words(browser.get("/tipos/"))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"hours_from": "8:00"}, "Informe o começo e o fim, ou deixe os dois vazios para o dia todo."),
        ({"hours_from": "08:00", "hours_until": "08:00"}, "O fim é igual ao começo."),
        ({"hours_from": "25:00", "hours_until": "08:00"}, "25:00 não existe."),
        ({"days": []}, "Escolha ao menos um dia."),
        ({"days": ["9"]}, "Escolha dias da lista."),
    ],
)
def test_hours_that_cannot_be_are_refused(browser: Client, given: dict[str, object], told: str) -> None:
    assert told in words(change(browser, **given, salvar="sim"))
    assert MessageType.objects.get(pk=OPENED).days == "1234567"


def test_the_preview_says_when_it_leaves(browser: Client) -> None:
    given = {"hours_from": "08:00", "hours_until": "18:00", "days": list("12345")}
    form = form_of(MessageType.objects.get(pk=OPENED), **given)
    with time_machine.travel(SATURDAY, tick=False):
        page = words(browser.post(f"/tipos/{OPENED}/previa/", form))
    assert "Agora está fora do horário: sai segunda às 8h00." in page


def test_a_validity_shorter_than_the_wait_is_told(browser: Client) -> None:
    given = {"hours_from": "08:00", "hours_until": "18:00", "days": list("12345"), "validity_hours": "24"}
    assert "pode expirar sem sair" in words(change(browser, **given))


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (Hours(), "a qualquer hora"),
        (Hours(time(22), time(6)), "das 22h às 6h do dia seguinte"),
        (Hours(time(1), time(13, 30), "67"), "sábado e domingo, da 1h às 13h30"),
        (Hours(None, None, "135"), "segunda, quarta e sexta"),
        (Hours(None, None, "3"), "só quarta"),
    ],
)
def test_hours_in_words(hours: Hours, told: str) -> None:
    assert hours_words(hours) == told


def test_what_tells_of_a_request_goes_out_whatever_was_asked_for(browser: Client) -> None:
    assert "Sai também para quem pediu para não receber" in words(browser.get("/tipos/1/"))
    assert "Sai também para quem" not in words(browser.get("/tipos/6/"))
    change(browser, heeds_opt_out="on", confirmed="sim", template="Protocolo {PROTOCOLO}.")
    kind = MessageType.objects.get(pk=OPENED)
    assert not kind.heeds_opt_out
    kind.heeds_opt_out = True
    with pytest.raises(TypeRefused, match="sai sempre"):
        save_type(kind, actor="ana", now=timezone.now())
