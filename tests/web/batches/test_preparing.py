"""Preparing a batch: columns, tags, text, the preview of real rows, and the report of every line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from recado.batches.models import Batch, BatchRow, State
from recado.batches.reading import read_some
from recado.people.models import AuditEntry, Deed
from recado.phones.models import Condition, Phone
from tests.batches.scene import table
from tests.web.attendance import words
from tests.web.batches.conftest import form, prepared, upload

pytestmark = pytest.mark.django_db


def test_the_preview_shows_real_rows_and_what_is_wrong_with_them(supervisor: Client) -> None:
    upload(supervisor, table(range(1)) + '8133334444;Bia;10/12/2026\n81912345678;"Caio"!;10/12/2026\n')
    batch = Batch.objects.get()
    page = words(supervisor.post(f"/lotes/{batch.pk}/previa/", form(batch)))
    assert "Linha 4: A linha tem aspas sem par ou é longa demais." in page
    assert "Linha 2, (81) 90000-0000 Ola Pessoa 0, sua conta vence em 10/12/2026." in page
    assert "Linha 3: Este número é fixo e não recebe SMS." in page


def test_a_preview_asked_for_while_the_form_itself_is_sent_has_nothing_to_show_and_no_fault(supervisor: Client) -> None:
    upload(supervisor, table(range(1)))
    batch = Batch.objects.get()
    supervisor.post(f"/lotes/{batch.pk}/preparar/", form(batch))
    answer = supervisor.post(f"/lotes/{batch.pk}/previa/", form(batch))
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_file_that_was_cut_wrong_is_cut_as_the_person_says(supervisor: Client) -> None:
    upload(supervisor, "celular@nome@obs\n81912345678@Jo\xe3o@tem ; aqui\n".encode("cp1252"))
    batch = Batch.objects.get()
    assert batch.mapping == {"CELULAR_NOME_OBS": 0}
    page = words(supervisor.get(f"/lotes/{batch.pk}/separador/"))
    assert "81912345678@João@tem" in page
    refused = supervisor.post(f"/lotes/{batch.pk}/separador/", {"delimiter": "a", "encoding": "cp1252"})
    assert "O separador é um só caractere" in words(refused)
    answer = supervisor.post(f"/lotes/{batch.pk}/separador/", {"delimiter": "@", "encoding": "cp1252"})
    assert answer["Location"] == f"/lotes/{batch.pk}/preparar/"
    batch.refresh_from_db()
    assert (batch.columns, batch.mapping) == (["celular", "nome", "obs"], {"CELULAR": 0, "NOME": 1, "OBS": 2})
    assert "separado por “@”" in words(supervisor.get(f"/lotes/{batch.pk}/preparar/"))
    supervisor.post(f"/lotes/{batch.pk}/preparar/", form(batch) | {"template": "Ola {NOME}."})
    while read_some(timezone.now()):
        pass
    assert BatchRow.objects.get().text == "Ola João."
    late = supervisor.post(f"/lotes/{batch.pk}/separador/", {"delimiter": ";", "encoding": "utf-8"})
    assert late["Location"] == f"/lotes/{batch.pk}/"


def test_a_file_without_mobiles_says_so_at_once_and_what_to_do(supervisor: Client) -> None:
    upload(supervisor, "nome;valor\nAna;10,00\nBia;20,00\n")
    batch = Batch.objects.get()
    page = words(supervisor.get(f"/lotes/{batch.pk}/preparar/"))
    assert "Nenhuma coluna parece ter celulares nas primeiras linhas: cada um precisa do DDD e de 9 dígitos" in page
    assert "Escolher a coluna Enviar outro arquivo" in page


def test_two_columns_of_mobiles_are_told_with_the_one_that_is_taken(supervisor: Client) -> None:
    upload(supervisor, "nome;contato;celular\nAna;81912345678;81912345679\n")
    batch = Batch.objects.get()
    page = words(supervisor.get(f"/lotes/{batch.pk}/preparar/"))
    assert "As colunas “contato” e “celular” parecem ter celulares. O SMS vai para os de “celular”" in page
    other = form(batch) | {"mobile": "1", "ver": "sim"}
    assert "vai para os de “contato”" in words(supervisor.post(f"/lotes/{batch.pk}/preparar/", other))


def test_one_column_of_mobiles_needs_no_word(supervisor: Client) -> None:
    upload(supervisor, table(range(2)))
    page = words(supervisor.get(f"/lotes/{Batch.objects.get().pk}/preparar/"))
    assert "celulares" not in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"template": ""}, "Informe o texto."),
        ({"template": "Olá, {NOMI}."}, "A tag {NOMI} (posição 6) não é de nenhuma coluna. Você quis dizer {NOME}?"),
        ({"template": "Olá, {NOME."}, "está sem par"),
        ({"mobile": ""}, "Escolha a coluna do celular."),
        ({"mobile": "9"}, "Escolha a coluna do celular."),
        ({"type": "1"}, "Escolha um tipo da lista."),
        ({"tag_1": "VENCIMENTO"}, "A tag VENCIMENTO já é da coluna nome."),
        ({"tag_1": "CELULAR"}, "e não CELULAR"),
        ({"tag_1": "1ª"}, "Use letras sem acento"),
        ({"until_day": "01/01/2020"}, "Este limite já passou."),
        ({"until_hour": "10:00"}, "Informe também o dia."),
        ({"name": ""}, "Informe um nome"),
    ],
)
def test_a_preparation_that_cannot_work_is_refused_in_words(
    supervisor: Client, change: dict[str, str], sentence: str
) -> None:
    upload(supervisor, table(range(1)))
    batch = Batch.objects.get()
    answer = supervisor.post(f"/lotes/{batch.pk}/preparar/", form(batch) | change)
    assert sentence in words(answer)
    assert Batch.objects.get().state == State.DRAFT


def test_a_tag_may_have_another_name_than_its_column(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(1)), tag_1="cliente", template="Sr(a). {CLIENTE}, aviso.")
    assert batch.rows.get().text == "Sr(a). Pessoa 0, aviso."


def test_lines_that_stay_out_are_shown_and_taken_away_without_running_formulas(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(1)) + "=cmd();Bia;10/12/2026\n" + table([0]).splitlines()[1])
    page = words(supervisor.get(f"/lotes/{batch.pk}/problemas/"))
    assert "O celular é uma fórmula." in page
    assert "Celular repetido: vale a linha 2." in page
    answer = supervisor.get(f"/lotes/{batch.pk}/problemas.csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "3;O celular é uma fórmula. Cole o valor no lugar dela.;'=cmd() | Bia | 10/12/2026" in content
    assert AuditEntry.objects.filter(deed=Deed.EXPORTED, subject=f"linhas com problema do lote {batch.pk}").exists()


def test_the_report_tells_every_count_and_how_many_would_expire(supervisor: Client) -> None:
    in_an_hour = timezone.now() + timedelta(hours=1)
    held = {"holder": "test/1/1", "held_until": in_an_hour, "condition": Condition.READY}
    ready_phone = Phone.objects.create(name="Aparelho 1", link="tcp:127.0.0.1:9", pace_seconds=7, **held)
    batch = prepared(supervisor, table(range(3)))
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    for told in ("0 com problema", "0 repetidas", "0 pediram para não receber", "0 já receberam", "3 SMS ao todo"):
        assert told in page
    assert "enviando agora, término às" in page
    assert "Nenhum expira: não há limite “enviar até”." in page
    Batch.objects.filter(pk=batch.pk).update(expires_at=timezone.now() + timedelta(seconds=ready_phone.pace_seconds))
    assert "cerca de 2 SMS não saem a tempo e expiram." in words(supervisor.get(f"/lotes/{batch.pk}/"))


def test_a_reading_that_nobody_does_says_whom_to_ask(supervisor: Client) -> None:
    upload(supervisor, table(range(1)))
    batch = Batch.objects.get()
    supervisor.post(f"/lotes/{batch.pk}/preparar/", form(batch))
    Batch.objects.update(state_since=timezone.now() - timedelta(minutes=5))
    assert "conferir o serviço de tarefas" in words(supervisor.get(f"/lotes/{batch.pk}/"))
