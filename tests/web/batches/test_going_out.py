"""A batch on its way: from the file to the queue, paused, resumed, cancelled, ended, and its messages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from recado.batches.feeding import feed_some
from recado.batches.models import Batch, State
from recado.outbox.models import Message, Status
from recado.people.models import AuditEntry, Deed
from tests.batches.scene import mobile, table
from tests.web.attendance import words
from tests.web.batches.conftest import prepared, upload

pytestmark = pytest.mark.django_db


def test_from_a_file_to_messages_in_the_queue(supervisor: Client) -> None:
    answer = upload(supervisor, table(range(3)))
    batch = Batch.objects.get()
    assert answer["Location"] == f"/lotes/{batch.pk}/preparar/"
    page = words(supervisor.get(answer["Location"]))
    assert "Arquivo contas.csv, UTF-8, separado por ponto e vírgula ( não é assim? )." in page
    assert "Pessoa 0" in page
    batch = prepared(supervisor, table(range(10, 13)))
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "Conferido" in page
    assert "3 linhas lidas" in page
    assert "Ola Pessoa 10, sua conta vence em 10/12/2026." in page
    assert "Enviar 3 mensagens" in page
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    assert list(Message.objects.order_by("pk").values_list("number", flat=True)) == [mobile(n) for n in range(10, 13)]
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "0 de 3 (0%)." in page
    assert "Na fila 3" in page


def test_a_cancelled_batch_says_that_it_adds_up_once_nothing_of_it_waits(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(2)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    Batch.objects.update(state=State.CANCELLED)
    assert "Tudo confere" not in words(supervisor.get(f"/lotes/{batch.pk}/"))
    Message.objects.update(status=Status.CANCELLED)
    assert "0 enviadas + 2 não enviadas. Tudo confere." in words(supervisor.get(f"/lotes/{batch.pk}/"))


def test_pause_resume_and_cancel(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(3)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    assert "Retomar lote" in words(supervisor.post(f"/lotes/{batch.pk}/pausar/", follow=True))
    assert "Pausar lote" in words(supervisor.post(f"/lotes/{batch.pk}/retomar/", follow=True))
    assert "3 mensagens não saem mais." in words(supervisor.get(f"/lotes/{batch.pk}/cancelar/"))
    assert "Cancelado" in words(supervisor.post(f"/lotes/{batch.pk}/cancelar/", follow=True))
    deeds = set(AuditEntry.objects.filter(subject=str(batch.pk)).values_list("deed", flat=True))
    assert {Deed.BATCH_STARTED, Deed.BATCH_PAUSED, Deed.BATCH_RESUMED, Deed.BATCH_CANCELLED} <= deeds


def test_how_it_ended_adds_up_and_is_taken_away(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(2)) + "8133334444;Bia;10/12/2026\n")
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    Message.objects.update(status=Status.SENT)
    feed_some(timezone.now())
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "3 linhas = 2 prontas + 1 fora. 2 prontas = 2 enviadas + 0 não enviadas. Tudo confere." in page
    content = b"".join(supervisor.get(f"/lotes/{batch.pk}/resultado.csv").streaming_content).decode("utf-8-sig")
    assert "2;(81) 90000-0000;Enviada;" in content
    assert AuditEntry.objects.filter(deed=Deed.EXPORTED, subject=f"resultado do lote {batch.pk}").exists()


def test_a_batch_of_one_line_is_told_in_the_singular(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(1)) + "8133334444;Bia;10/12/2026\n")
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "1 com problema fica fora do lote" in page
    assert "1 pronta 1 SMS ao todo" in page
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    Message.objects.update(status=Status.SENT)
    feed_some(timezone.now())
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "2 linhas = 1 pronta + 1 fora. 1 pronta = 1 enviada + 0 não enviadas. Tudo confere." in page


def test_every_number_leads_to_its_messages(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(12)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    page = words(supervisor.get(f"/lotes/{batch.pk}/mensagens/?estado=queued"))
    assert "12 mensagens: na fila" in page
    assert "1–10 de 12 mensagens" in page
    assert "Nenhuma mensagem" in words(supervisor.get(f"/lotes/{batch.pk}/mensagens/?estado=sent"))
    assert AuditEntry.objects.filter(deed=Deed.BATCH_VIEWED).exists()


def test_what_a_phone_only_took_is_told_apart_on_every_page(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(3)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    Message.objects.update(status=Status.SENT)
    Message.objects.filter(number=mobile(1)).update(handed_over=True)
    feed_some(timezone.now())
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "Enviada 2 Entregue ao aparelho 1" in page
    assert "3 prontas = 3 enviadas (1 só entregue ao aparelho) + 0 não enviadas. Tudo confere." in page
    listed = words(supervisor.get(f"/lotes/{batch.pk}/mensagens/?estado=handed_over"))
    assert "1 mensagem: entregue ao aparelho" in listed
    assert "(81) 90000-0001" in listed
    assert "2 mensagens: enviada" in words(supervisor.get(f"/lotes/{batch.pk}/mensagens/?estado=sent"))
    assert "3 1 só entregue ao aparelho" in words(supervisor.get("/lotes/"))
    content = b"".join(supervisor.get(f"/lotes/{batch.pk}/resultado.csv").streaming_content)
    lines = content.decode("utf-8-sig").splitlines()
    told = [line.split(";")[2] for line in lines if "(81)" in line]
    assert told == ["Enviada", "Entregue ao aparelho", "Enviada"]


def test_the_live_part_asks_for_the_whole_page_when_the_state_has_changed(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(2)))
    answer = supervisor.get(f"/lotes/{batch.pk}/vivo/?era=reading", headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
    assert 'id="lote-agora"' in supervisor.get(f"/lotes/{batch.pk}/vivo/?era=read").content.decode()


def test_a_message_names_its_batch_and_says_when_that_is_paused(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(1)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    supervisor.post(f"/lotes/{batch.pk}/pausar/")
    page = words(supervisor.get(f"/mensagens/{Message.objects.get().pk}/"))
    assert f"Lote {batch.pk}" in page
    assert "O lote desta mensagem está pausado" in page
    assert "9999" not in page
