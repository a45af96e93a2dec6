"""`recado send`: into the queue once, whatever is repeated, and refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from recado.outbox.models import Message, Status
from tests.cli.conftest import Recado

pytestmark = pytest.mark.django_db


def test_a_text_is_queued_and_its_number_told(recado: Recado) -> None:
    result = recado("send", "(81) 90000-0001", "Visita amanhã às 9h.")

    message = Message.objects.get()
    assert result.exit_code == 0
    assert result.output == f"Mensagem {message.pk} na fila para (81) 90000-0001.\n"
    assert (message.number, message.text, message.type_id) == ("+5581900000001", "Visita amanhã às 9h.", 6)
    assert message.status == Status.QUEUED


def test_the_text_may_come_from_standard_input(recado: Recado) -> None:
    recado("send", "81900000001", "-", input="Texto longo {com chaves}\n")

    assert Message.objects.get().text == "Texto longo {com chaves}"


def test_without_a_key_the_same_text_twice_is_two_messages(recado: Recado) -> None:
    recado("send", "81900000001", "Oi")
    recado("send", "81900000001", "Oi")

    assert Message.objects.count() == 2


def test_with_a_key_the_same_command_twice_is_one_message(recado: Recado) -> None:
    recado("send", "81900000001", "Oi", "--key", "visita-1")
    again = recado("send", "81900000001", "Oi", "--key", "visita-1")

    assert again.exit_code == 0
    assert "Já estava na fila" in again.output
    assert Message.objects.count() == 1


def test_a_key_that_belongs_to_another_text_is_refused(recado: Recado) -> None:
    recado("send", "81900000001", "Oi", "--key", "visita-1")
    other = recado("send", "81900000001", "Outro", "--key", "visita-1")

    assert other.exit_code == 1
    assert "outro celular ou texto" in other.stderr


@pytest.mark.parametrize(
    ("number", "text", "reason"),
    [
        ("900000001", "Oi", "Falta o DDD"),
        ("8133334444", "Oi", "fixo"),
        ("8190000001", "Oi", "tem 10 dígitos"),
        ("+1 202 555 0143", "Oi", "outro país"),
        ("oitenta e um", "Oi", "Exemplo"),
        ("81900000001", "", "Falta o texto"),
        ("81900000001", "x" * 2000, "limite"),
        ("81900000001", "a\udcffb", "UTF-8"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_nothing_is_queued(
    recado: Recado, number: str, text: str, reason: str
) -> None:
    result = recado("send", number, text)

    assert result.exit_code == 2
    assert reason in result.stderr
    assert not Message.objects.exists()


def test_a_file_sends_the_good_rows_and_reports_each_bad_one_by_line(recado: Recado, tmp_path: Path) -> None:
    path = tmp_path / "avisos.csv"
    path.write_text("celular;texto\n81900000001;Um\n8133334444;Dois\n81900000003;Três\n", encoding="cp1252")

    result = recado("send", "--csv", str(path))

    assert result.exit_code == 1
    assert "2 SMS na fila" in result.stdout
    assert "Linha 3: Este número é fixo" in result.stderr
    assert "só o que ficou de fora, em um arquivo novo" in result.stderr
    assert sorted(Message.objects.values_list("text", flat=True)) == ["Três", "Um"]


def test_a_file_of_bad_rows_alone_has_nothing_that_was_accepted(recado: Recado, tmp_path: Path) -> None:
    path = tmp_path / "avisos.csv"
    path.write_text("celular;texto\n8133334444;Dois\n")

    result = recado("send", "--csv", str(path))

    assert result.exit_code == 1
    assert "já foi aceito" not in result.stderr


def test_the_same_file_twice_sends_nothing_twice(recado: Recado, tmp_path: Path) -> None:
    path = tmp_path / "avisos.csv"
    path.write_text("celular;texto\n81900000001;Um\n81900000001;Um\n")

    recado("send", "--csv", str(path))
    again = recado("send", "--csv", str(path))

    assert again.exit_code == 0
    assert "2 linhas já estavam na fila" in again.output
    assert Message.objects.count() == 2


def test_a_file_without_its_columns_is_refused_whole(recado: Recado, tmp_path: Path) -> None:
    path = tmp_path / "avisos.csv"
    path.write_text("nome,fone\nAna,81900000001\n")

    result = recado("send", "--csv", str(path))

    assert result.exit_code == 2
    assert "Falta a coluna “celular”" in result.stderr


@pytest.mark.parametrize("words", [[], ["81900000001"], ["81900000001", "Oi", "--csv", __file__]], ids=len)
def test_half_a_command_is_refused(recado: Recado, words: list[str]) -> None:
    assert recado("send", *words).exit_code == 2
    assert not Message.objects.exists()
