"""`recado messages`: the screen's filters, for people and for scripts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from recado.outbox import decisions
from recado.outbox.models import Message
from recado.phones.models import Phone
from tests.cli.conftest import Recado
from tests.support.outbox import make_phone, make_type, queue_message, send_all

pytestmark = pytest.mark.django_db

# In São Paulo (UTC-3) the first is 21/11 at 23:59:59, the second 22/11 at 00:00:00.
BEFORE_MIDNIGHT = datetime(2026, 11, 22, 2, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)
END_OF_DAY = datetime(2026, 11, 23, 2, 59, 59, 999999, tzinfo=UTC)
NEXT_DAY = datetime(2026, 11, 23, 3, 0, 0, tzinfo=UTC)


@pytest.fixture
def phone() -> Phone:
    return make_phone()


def ids(recado: Recado, *words: str) -> list[int]:
    result = recado("messages", "--json", *words)
    assert result.exit_code == 0
    return [json.loads(line)["id"] for line in result.stdout.splitlines()]


def test_the_days_are_whole_days_of_the_screens_time_zone(recado: Recado) -> None:
    days = [queue_message(at=at).pk for at in (BEFORE_MIDNIGHT, MIDNIGHT, END_OF_DAY, NEXT_DAY)]

    assert ids(recado, "--from", "22/11/2026", "--to", "22/11/2026") == days[1:3]
    assert ids(recado, "--from", "2026-11-22") == days[1:]
    assert ids(recado, "--to", "21/11/2026") == days[:1]


def test_situation_and_status_filter_as_on_the_screen(recado: Recado, phone: Phone) -> None:
    queue_message()
    sent = send_all(phone)
    waiting, dropped = queue_message(), queue_message()
    decisions.discard(dropped.pk, note="", actor="teste", now=MIDNIGHT)

    assert ids(recado, "--situation", "enviadas") == [sent.pk]
    assert set(ids(recado, "--situation", "nao-enviadas")) == {waiting.pk, dropped.pk}
    assert set(ids(recado, "--status", "sent,cancelled")) == {sent.pk, dropped.pk}


def test_filters_with_nothing_in_common_find_nothing(recado: Recado) -> None:
    queue_message()
    filters = ("--situation", "enviadas", "--status", "queued")

    assert ids(recado, *filters) == []
    assert recado("messages", "--count", *filters).stdout == "0\n"
    assert set(json.loads(recado("messages", "--count-by", "status", "--json", *filters).stdout).values()) == {0}


def test_type_is_taken_by_number_or_by_name(recado: Recado) -> None:
    kind = make_type(name="Aviso de obra")
    queue_message()
    message = queue_message(kind=kind)

    assert ids(recado, "--type", "aviso de obra") == [message.pk]
    assert ids(recado, "--type", str(kind.pk)) == [message.pk]


def test_counts(recado: Recado, phone: Phone) -> None:
    queue_message()
    send_all(phone)
    queue_message()

    assert recado("messages", "--count").stdout == "2\n"
    by_status = json.loads(recado("messages", "--count-by", "status", "--json").stdout)
    assert {name: count for name, count in by_status.items() if count} == {"queued": 1, "sent": 1}
    assert recado("messages", "--count-by", "status").stdout.splitlines()[-1].split() == ["total", "Total", "2"]


def test_json_carries_the_whole_message(recado: Recado) -> None:
    message = queue_message("Ligação feita", at=MIDNIGHT)

    assert json.loads(recado("messages", "--json").stdout) == {
        "id": message.pk,
        "number": "+5581912345678",
        "type": 6,
        "type_name": "Envio avulso",
        "status": "queued",
        "cause": "",
        "reason": "",
        "protocol": "",
        "ra": None,
        "text": "Ligação feita",
        "attempts": 0,
        "created_at": "2026-11-22T00:00:00-03:00",
        "moment": "2026-11-22T00:00:00-03:00",
        "sent_at": None,
    }


def test_the_table_shows_people_s_forms_and_says_what_it_leaves_out(recado: Recado) -> None:
    for _ in range(3):
        queue_message(at=MIDNIGHT)

    output = recado("messages", "--limit", "2").stdout

    assert output.count("(81) 91234-5678") == 2
    assert "22/11/2026 00:00:00" in output
    assert "3 mensagens. Mais 1 não mostradas" in output


def test_nothing_found_is_said(recado: Recado) -> None:
    assert recado("messages").stdout == "Nenhuma mensagem com estes filtros.\n"
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--from", "31/02/2026"], "31/02/2026"),
        (["--from", "ontem"], "dd/mm/aaaa"),
        (["--from", "1/2/26"], "dd/mm/aaaa"),
        (["--to", "31/12/9999"], "dd/mm/aaaa"),
        (["--from", "22/11/2026", "--to", "21/11/2026"], "igual ou posterior"),
        (["--status", "enviada"], "Existem: queued"),
        (["--status", ","], "Existem: queued"),
        (["--type", "99"], "Existem: 1 "),
    ],
)
def test_a_filter_that_means_nothing_is_refused(recado: Recado, words: list[str], reason: str) -> None:
    result = recado("messages", *words)

    assert result.exit_code == 2
    assert reason in result.stderr
