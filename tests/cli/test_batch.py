"""`recado batch`: from a file to the queue at a terminal, with the checks of the screens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recado.batches import storage
from recado.batches.feeding import feed_some
from recado.batches.models import Batch, State
from recado.batches.reading import read_some
from recado.outbox.models import Message, Status
from recado.people.membership import give_role
from recado.people.models import AuditEntry, Deed
from recado.people.roles import ATTENDANT, SUPERVISOR
from tests.batches.scene import table
from tests.cli.conftest import Recado
from tests.web.attendance import open_ra

pytestmark = pytest.mark.django_db
TEXT = "Ola {NOME}, sua conta vence em {VENCIMENTO}."


@pytest.fixture(autouse=True)
def no_files() -> Iterator[None]:
    yield
    for path in storage.folder().iterdir():
        path.unlink()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "contas.csv"
    path.write_text(table(range(3)) + "8133334444;Bia;10/12/2026\n")
    return path


def read(recado: Recado, file: Path, *more: str) -> Batch:
    result = recado("batch", "new", str(file), "--text", TEXT, *more)
    assert result.exit_code == 0, result.output
    while read_some(timezone.now()):
        pass
    return Batch.objects.latest("pk")


def test_a_file_becomes_messages(recado: Recado, file: Path) -> None:
    batch = read(recado, file)
    shown = recado("batch", "show", str(batch.pk)).output
    assert "4  linhas lidas" in shown
    assert "3  prontas (3 SMS)" in shown
    assert "linha 5: Este número é fixo e não recebe SMS." in shown
    assert recado("batch", "send", str(batch.pk)).output == f"Lote {batch.pk} em envio.\n"
    feed_some(timezone.now())
    assert Message.objects.filter(batch=batch.pk).count() == 3
    assert "contas" in recado("batch", "list").output
    assert file.exists()


def test_pause_resume_cancel_and_the_record_of_them(recado: Recado, file: Path) -> None:
    number = str(read(recado, file).pk)
    recado("batch", "send", number)
    assert "pausado" in recado("batch", "pause", number).output
    assert "de volta" in recado("batch", "resume", number, "--as", "bia").output
    refused = recado("batch", "cancel", number, input="n\n")
    assert refused.exit_code == 1
    assert "3 mensagens não saem mais" in refused.output
    assert "cancelado" in recado("batch", "cancel", number, "--yes").output
    assert recado("batch", "pause", number).exit_code == 1
    told = AuditEntry.objects.filter(subject=number).values_list("deed", "who", "address")
    assert (Deed.BATCH_RESUMED, "bia", "terminal") in list(told)


def test_a_large_batch_asks_for_a_user_who_may_approve(recado: Recado, tmp_path: Path) -> None:
    path = tmp_path / "muitos.csv"
    path.write_text(table(range(501)))
    number = str(read(recado, path, "--as", "ana").pk)
    assert "aguarda aprovação" in recado("batch", "send", number, "--as", "ana").output
    for name, role in (("bia", SUPERVISOR), ("ana", SUPERVISOR), ("caio", ATTENDANT)):
        give_role(User.objects.create_user(name), role)
    assert "não é um usuário" in recado("batch", "approve", number, "--as", "nobody").output
    assert "não é um usuário" in recado("batch", "approve", number, "--as", "caio").output
    assert "não o aprova" in recado("batch", "approve", number, "--as", "ana").output
    assert "aprovado" in recado("batch", "approve", number, "--as", "bia").output
    assert Batch.objects.get().state == State.RUNNING


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--text", "{NADA}"), "A tag {NADA} (posição 1) não é de nenhuma coluna."),
        (("--text", "x", "--delimiter", "a"), "um só caractere"),
        (("--text", "x", "--delimiter", "@"), "Nenhuma coluna parece ser a do celular"),
        (("--text", "x", "--column", "fone"), "Não há a coluna “fone”. O arquivo tem: celular, nome, vencimento."),
        (("--text", "x", "--type", "1"), "Não há o tipo “1”"),
        (("--text", "x", "--until", "01/01/2020"), "já passou"),
        (("--text", "x", "--until", "amanhã"), "use dd/mm/aaaa"),
        (("--text", "x", "--until", "31/12/9999"), "use dd/mm/aaaa"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_no_batch(
    recado: Recado, file: Path, words: tuple[str, ...], sentence: str
) -> None:
    result = recado("batch", "new", str(file), *words)
    assert result.exit_code == 2
    assert sentence in result.output
    assert not Batch.objects.exists()


def test_the_same_file_twice_is_noticed(recado: Recado, file: Path) -> None:
    first = read(recado, file)
    assert f"lote {first.pk}" in recado("batch", "new", str(file), "--text", TEXT).output
    assert read(recado, file, "--again").pk != first.pk


def test_a_file_beyond_the_limit_is_refused(recado: Recado, file: Path, settings: pytest.FixtureRequest) -> None:
    settings.RECADO_BATCH_MAX_MB = 0
    assert "mais de 0 MB" in recado("batch", "new", str(file), "--text", TEXT).output


def test_the_result_and_the_problems_are_written_out(recado: Recado, file: Path) -> None:
    batch = read(recado, file)
    recado("batch", "send", str(batch.pk))
    feed_some(timezone.now())
    assert "2;(81) 90000-0000;Na fila;" in recado("batch", "export", str(batch.pk)).output
    assert "5;Este número é fixo" in recado("batch", "export", str(batch.pk), "--problems").output


def test_the_first_sms_are_shown_before_anything_is_sent(recado: Recado, file: Path) -> None:
    shown = recado("batch", "new", str(file), "--text", "Ola {NOME}.").output
    assert "  linha 2, (81) 90000-0000, 1 SMS: Ola Pessoa 0.\n" in shown


def test_the_column_of_the_mobiles_is_named_and_any_other_that_may_be_meant(recado: Recado, tmp_path: Path) -> None:
    path = tmp_path / "dois.csv"
    path.write_text("nome;contato;celular\nAna;81912345678;81912345679\n")
    said = recado("batch", "new", str(path), "--text", "Ola {NOME}.").output
    assert "Coluna do celular: “celular”. Também há celulares em “contato”" in said
    said = recado("batch", "new", str(path), "--text", "Ola {NOME}.", "--column", "contato", "--again").output
    assert "Coluna do celular: “contato”. Também há celulares em “celular”" in said


def test_a_file_is_cut_as_the_person_says(recado: Recado, tmp_path: Path) -> None:
    path = tmp_path / "antigo.txt"
    path.write_bytes("celular@nome\n81912345678@Jo\xe3o\n".encode("cp1252"))
    cut = ("--delimiter", "@", "--encoding", "latin-1", "--text", "Ola {NOME}.")
    assert "linha 2, (81) 91234-5678, 1 SMS: Ola João." in recado("batch", "new", str(path), *cut).output


def test_a_batch_for_who_asked_in_chosen_requests(recado: Recado) -> None:
    opened = open_ra("+5581912345678", "Beatriz Souza")
    today = timezone.localdate().strftime("%d/%m/%Y")
    period = ("--from", today, "--to", today)
    result = recado("batch", "new-from-ras", *period, "--status", "pending", "--text", "{NOME}, RA {RA}.")
    number = opened.requester.service_request_id
    assert f"linha 2, (81) 91234-5678, 1 SMS: Beatriz Souza, RA {number}." in result.output
    while read_some(timezone.now()):
        pass
    batch = Batch.objects.get()
    assert (batch.ready, batch.name) == (1, f"RAs de {today} a {today}")
    recado("batch", "send", str(batch.pk))
    feed_some(timezone.now())
    assert Message.objects.get(batch=batch.pk).ra_number == number


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "2/1", "--to", "03/01/2026"), "--from"),
        (("--from", "03/01/2026", "--to", "02/01/2026"), "igual ou posterior"),
        (("--from", "01/01/2026", "--to", "02/01/2026"), "Nenhum solicitante"),
        (("--from", "01/01/2026", "--to", "02/01/2026", "--request-type", "Nada"), "Não há o tipo de solicitação"),
    ],
)
def test_requests_that_give_no_batch_are_told(recado: Recado, words: tuple[str, ...], sentence: str) -> None:
    result = recado("batch", "new-from-ras", *words, "--text", "x")
    assert result.exit_code == 2
    assert sentence in result.output
    assert not Batch.objects.exists()


def test_who_may_approve_may_give_it_back_with_the_reason(recado: Recado, tmp_path: Path) -> None:
    path = tmp_path / "muitos.csv"
    path.write_text(table(range(501)))
    number = str(read(recado, path, "--as", "ana").pk)
    recado("batch", "send", number, "--as", "ana")
    give_role(User.objects.create_user("bia"), SUPERVISOR)
    assert "não é um usuário" in recado("batch", "return", number, "--as", "caio", "--note", "Falta a data.").output
    assert "diga o motivo" in recado("batch", "return", number, "--as", "bia", "--note", " ").output
    assert "devolvido" in recado("batch", "return", number, "--as", "bia", "--note", "Falta a data.").output
    assert "Atenção: Falta a data." in recado("batch", "show", number).output


def test_how_it_ended_is_shown_to_add_up(recado: Recado, file: Path) -> None:
    number = str(read(recado, file).pk)
    recado("batch", "send", number)
    recado("batch", "cancel", number, "--yes")
    shown = recado("batch", "show", number).output
    assert "4 linhas = 3 prontas + 1 fora. 3 prontas = 0 enviadas + 3 não enviadas. Tudo confere." in shown


def test_what_a_phone_only_took_is_told_apart(recado: Recado, file: Path) -> None:
    number = str(read(recado, file).pk)
    recado("batch", "send", number)
    feed_some(timezone.now())
    Message.objects.update(status=Status.SENT)
    Message.objects.filter(pk=Message.objects.earliest("pk").pk).update(handed_over=True)
    feed_some(timezone.now())
    shown = recado("batch", "show", number).output
    assert "1  entregue ao aparelho" in shown
    assert "2  enviada\n" in shown
    assert "3 enviadas (1 só entregue ao aparelho) + 0 não enviadas" in shown
    assert "3 (1 só entregue ao aparelho)" in recado("batch", "list").output
    assert "Entregue ao aparelho" in recado("batch", "export", number).output


def test_an_unknown_batch_is_told(recado: Recado) -> None:
    assert "Não há o lote 99." in recado("batch", "show", "99").output
