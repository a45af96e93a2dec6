"""`recado replies`: what customers wrote, for people and for scripts."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from recado.inbox.models import Reply
from tests.cli.conftest import Recado
from tests.support.outbox import MOBILE, NOW

pytestmark = pytest.mark.django_db


def write(text: str = "Ainda sem água", **fields: object) -> Reply:
    return Reply.objects.create(**{"number": MOBILE, "text": text, "received_at": NOW} | fields)


def texts(recado: Recado, *words: str) -> list[str]:
    result = recado("replies", "--json", *words)
    assert result.exit_code == 0
    return [json.loads(line)["text"] for line in result.stdout.splitlines()]


def test_a_table_for_people(recado: Recado) -> None:
    write("Ainda\nsem \x1b[31mágua")
    write("Obrigada", read_at=NOW, read_by="ana")
    out = recado("replies").stdout
    assert "(81) 91234-5678" in out
    assert "22/11/2026 08:14:04" in out
    assert "sim, por ana" in out
    assert "\x1b" not in out
    assert out.endswith("2 respostas.\n")


def test_json_for_scripts_newest_first(recado: Recado) -> None:
    write("Primeira")
    write("Segunda", received_at=NOW + timedelta(hours=1), asks_to_stop=True, is_whole=False)
    assert texts(recado) == ["Segunda", "Primeira"]
    first = json.loads(recado("replies", "--json", "--limit", "1").stdout)
    assert first["number"] == MOBILE
    assert (first["asks_to_stop"], first["whole"], first["read_at"]) == (True, False, None)
    assert first["received_at"] == "2026-11-22T09:14:04-03:00"


def test_unread_and_days_narrow_it(recado: Recado) -> None:
    write("Lida", read_at=NOW, read_by="ana")
    write("Velha", received_at=NOW - timedelta(days=2))
    write("Nova")
    assert texts(recado, "--unread") == ["Nova", "Velha"]
    assert texts(recado, "--unread", "--from", "22/11/2026") == ["Nova"]
    assert texts(recado, "--to", "21/11/2026") == ["Velha"]


def test_what_is_not_shown_is_counted(recado: Recado) -> None:
    for number in range(3):
        write(f"{number}")
    assert recado("replies", "--limit", "2").stdout.endswith("3 respostas. Mais 1 não mostradas: aumente --limit.\n")


def test_nothing_is_said_in_words(recado: Recado) -> None:
    assert recado("replies").stdout == "Nenhuma resposta com estes filtros.\n"
    assert recado("replies", "--from", "30/02/2026").exit_code == 2


def test_looking_does_not_read(recado: Recado) -> None:
    reply = write()
    recado("replies")
    reply.refresh_from_db()
    assert reply.read_at is None
