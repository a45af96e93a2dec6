"""A large batch waits for another person, who approves it or gives it back; its author may take it back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from recado import parameters
from recado.batches.models import State
from recado.parameters.values import save
from recado.people.roles import ATTENDANT
from tests.batches.scene import table
from tests.web.attendance import logged_in, words
from tests.web.batches.conftest import prepared, somebody_else

pytestmark = pytest.mark.django_db


def test_a_large_batch_waits_for_another_person(supervisor: Client) -> None:
    save(replace(parameters.get(), batch_approval=2), actor="ana", now=timezone.now())
    batch = prepared(supervisor, table(range(3)))
    assert "Pedir aprovação para 3 mensagens" in words(supervisor.get(f"/lotes/{batch.pk}/"))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "outra pessoa precisa aprová-lo" in page
    assert "Aprovar e enviar" not in page
    answer = supervisor.post(f"/lotes/{batch.pk}/aprovar/", follow=True)
    assert "Quem prepara um lote não o aprova." in words(answer)
    other = somebody_else()
    assert "1 lote aguarda a aprovação" in words(other.get("/lotes/"))
    assert "Aprovar e enviar 3 mensagens" in words(other.get(f"/lotes/{batch.pk}/"))
    other.post(f"/lotes/{batch.pk}/aprovar/")
    batch.refresh_from_db()
    assert (batch.state, batch.approved_by) == (State.RUNNING, "bia")


def test_it_may_be_returned_with_a_reason(supervisor: Client) -> None:
    save(replace(parameters.get(), batch_approval=0), actor="ana", now=timezone.now())
    batch = prepared(supervisor, table(range(3)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    other = somebody_else()
    assert "Diga o motivo" in words(other.post(f"/lotes/{batch.pk}/devolver/", {"note": ""}))
    other.post(f"/lotes/{batch.pk}/devolver/", {"note": "O vencimento está errado."})
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "O vencimento está errado." in page
    assert "Voltar ao preparo" in page


def test_while_it_waits_each_is_offered_what_is_theirs(supervisor: Client) -> None:
    save(replace(parameters.get(), batch_approval=0), actor="ana", now=timezone.now())
    batch = prepared(supervisor, table(range(3)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    mine, theirs = (client.get(f"/lotes/{batch.pk}/") for client in (supervisor, somebody_else()))
    assert all("Cancelar lote" in words(page) for page in (mine, theirs))
    assert "Voltar ao preparo" in words(mine)
    assert "/devolver/" not in mine.content.decode()
    assert "Voltar ao preparo" not in words(theirs)
    assert f"/lotes/{batch.pk}/devolver/" in theirs.content.decode()
    assert logged_in(ATTENDANT).get(f"/lotes/{batch.pk}/").status_code == 403


def test_who_prepared_it_takes_it_back_instead_of_giving_it_back(supervisor: Client) -> None:
    save(replace(parameters.get(), batch_approval=0), actor="ana", now=timezone.now())
    batch = prepared(supervisor, table(range(3)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    assert supervisor.get(f"/lotes/{batch.pk}/devolver/")["Location"] == f"/lotes/{batch.pk}/"
    refused = words(supervisor.post(f"/lotes/{batch.pk}/devolver/", {"note": "Engano meu."}, follow=True))
    assert "Quem prepara um lote não o devolve." in refused
    assert supervisor.post(f"/lotes/{batch.pk}/corrigir/")["Location"] == f"/lotes/{batch.pk}/preparar/"
    batch.refresh_from_db()
    assert batch.state == State.DRAFT
    assert "O pedido de aprovação foi retirado." in words(supervisor.get(f"/lotes/{batch.pk}/"))


def test_the_main_screen_tells_who_may_approve_and_nobody_else(supervisor: Client) -> None:
    save(replace(parameters.get(), batch_approval=0), actor="ana", now=timezone.now())
    batch = prepared(supervisor, table(range(1)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    assert "1 lote a aprovar" in words(somebody_else().get("/"))
    assert "lote a aprovar" not in words(supervisor.get("/"))
