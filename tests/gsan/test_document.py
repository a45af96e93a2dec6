"""What docs/integracao.md tells the operator of a GSAN to do is enough, and no more than is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.test import Client

from recado.gsan.reader import Reader
from recado.outbox import transitions
from recado.outbox.models import Message, Status
from recado.playsms.codes import Code
from tests.gsan.conftest import NOW, Gsan
from tests.playsms.conftest import PASSWORD, make_account

pytestmark = pytest.mark.django_db
TEXT = (Path(__file__).parents[2] / "docs" / "integracao.md").read_text(encoding="utf-8")
ROLES = ("recado_leitor", "recado_retorno")


@pytest.fixture
def as_told(gsan: Gsan) -> Iterator[Gsan]:
    """A GSAN with the accounts of the document."""
    for statement in re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL):
        gsan.sql.execute(statement.replace("…", "segredo"))
    yield gsan
    for role in ROLES:
        gsan.sql.execute(f"DROP OWNED BY {role}")
        gsan.sql.execute(f"DROP ROLE {role}")


def test_the_accounts_of_the_document_are_enough_to_read_and_to_write_back(
    as_told: Gsan, settings: pytest.FixtureRequest
) -> None:
    settings.RECADO_GSAN_DATABASE_URL = as_told.server.url("recado_leitor", as_told.database)
    settings.RECADO_GSAN_WRITE_BACK_URL = as_told.server.url("recado_retorno", as_told.database)
    reader = Reader()
    reader.read(NOW)
    as_told.add_client_phone(7, "81912345678")
    as_told.open_ra(10, "", client=7)
    reader.read(NOW)
    message = Message.objects.get()
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=NOW)
    transitions.change(message.pk, Status.SENDING, Status.SENT, at=NOW, sent_at=NOW)
    reader.read(NOW)
    assert [row[2] for row in as_told.sms()] == [1]


def test_the_accounts_of_the_document_may_do_nothing_else(as_told: Gsan) -> None:
    for role, statement in (
        ("recado_leitor", "DELETE FROM atendimentopublico.ra_solicitante"),
        ("recado_retorno", "SELECT * FROM atendimentopublico.ra_solicitante"),
        ("recado_retorno", "DELETE FROM atendimentopublico.mensagem_sms"),
    ):
        with (
            psycopg.connect(as_told.server.url(role, as_told.database)) as line,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            line.execute(statement)


def test_the_call_of_the_document_sends() -> None:
    make_account()
    call = re.search(r"curl -sG (\S+) (.*?)```", TEXT, re.DOTALL)
    assert call
    given = dict(re.findall(r"-d(?:ata-urlencode)? \"?(\w+)=([^\"\n\\]*?)\"?(?=\s)", call[2].replace("--d", "-d")))
    answer = Client().get("/index.php", given | {"p": PASSWORD})
    assert answer.content.decode() == f"OK {Message.objects.get().pk}"


def test_every_code_is_told() -> None:
    section = TEXT.split("| código | quando |")[1].split("\n\n")[0] + TEXT.split("### O que a porta responde")[1]
    assert [code.value for code in Code if code.value not in section] == []
