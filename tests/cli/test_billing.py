"""`recado billing`: the three steps by hand and under a timer, with exit codes a script can trust."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

from recado.billing import runs
from recado.billing.bills import BillRow
from recado.billing.models import Bill, Run, Setup
from recado.outbox.models import Message
from tests.billing.conftest import (
    COLLECTION_HEADING,
    HEADING,
    MONTH,
    bill_row,
    collection,
    collection_row,
    line_of,
    office,
    setup,
    take,
    write,
)
from tests.billing.test_steps import feed
from tests.cli.conftest import Recado
from tests.mail.conftest import Office

pytestmark = pytest.mark.django_db
__all__ = ["collection", "office", "setup"]
WHERE = ("--group", "1", "--month", "11/2026")


class CompanysReader:
    """What a company would write."""

    name = "banco da companhia"

    def bills(self, group: str, month: date) -> list[BillRow]:
        return [bill_row(1, group=group, month=month)]


def due(number: int, **changes: object) -> BillRow:
    return bill_row(number, **({"due_date": timezone.localdate()} | changes))


def test_the_whole_way_from_a_file_to_the_fate_of_each(recado: Recado, setup: Setup, office: Office, tmp_path: Path):
    path = write(tmp_path, [HEADING, line_of(due(1)), line_of(due(2)), line_of(due(3)).replace(";1003;", ";x;")])
    done = recado("billing", "import", str(path))
    assert done.stdout == "2 contas novas, 0 mudadas, 0 iguais, 1 com problema.\n"
    assert done.stderr == "Linha 4: “matricula” precisa de 1 a 12 dígitos.\n"
    assert recado("billing", "prepare", *WHERE).stdout == "SMS: preparada 2.\nE-mail: preparada 2.\n"
    assert recado("billing", "transmit", *WHERE).stdout == "SMS: transmitida 2.\nE-mail: transmitida 2.\n"
    feed()
    assert recado("billing", "return", *WHERE).stdout == "SMS: nada a fazer.\nE-mail: nada a fazer.\n"
    shown = recado("billing", "show", *WHERE).stdout
    assert shown.splitlines()[1].split() == ["Transmitida", "2", "2"]
    assert json.loads(recado("billing", "show", *WHERE, "--json").stdout)["sms"] == {"transmitted": 2}
    assert Message.objects.count() == 2


def test_under_a_timer_without_a_group_everything_that_is_due_goes(recado: Recado, setup: Setup, office: Office):
    take(due(1), due(2, group="2"))
    for step in ("prepare", "transmit", "transmit", "return"):
        assert recado("billing", step).exit_code == 0
    feed()
    assert Message.objects.count() == 2


def test_collection_goes_its_own_way_beside_bills(recado: Recado, collection: Setup, office: Office, tmp_path: Path):
    today = timezone.localdate()
    path = write(tmp_path, [COLLECTION_HEADING, line_of(collection_row(1, due_date=today))])
    assert recado("billing", "import", str(path)).stdout == "1 cobrança nova, 0 mudadas, 0 iguais, 0 com problema.\n"
    take(due(2))
    kind = ("--kind", "cobranca")
    assert recado("billing", "prepare", *kind).stdout == "SMS: preparada 1.\nE-mail: preparada 1.\n"
    assert recado("billing", "transmit", *kind, *WHERE).stdout == "SMS: transmitida 1.\nE-mail: transmitida 1.\n"
    feed()
    assert recado("billing", "return", *kind).exit_code == 0
    assert json.loads(recado("billing", "show", *kind, *WHERE, "--json").stdout)["sms"] == {"transmitted": 1}
    assert "Nenhum aviso" in recado("billing", "show", *WHERE).stdout
    assert Message.objects.count() == 1
    assert recado("billing", "prepare", "--kind", "multa").exit_code == 2


def test_counts_for_scripts(recado: Recado, setup: Setup, office: Office):
    take(due(1), due(2, value="1.00"))
    found = json.loads(recado("billing", "prepare", *WHERE, "--json").stdout)
    assert (found["sms:prepared"], found["sms:below"], found["email:below"]) == (1, 1, 1)


def test_a_step_while_another_is_under_way_ends_with_1_and_words(recado: Recado, setup: Setup):
    runs.ask(Run.Step.PREPARE, actor="ana", now=timezone.now())
    refused = recado("billing", "transmit")
    assert refused.exit_code == 1
    assert "A etapa Preparar, pedida por ana" in refused.stderr


def test_without_parameters_a_step_ends_with_1_and_words(recado: Recado):
    refused = recado("billing", "prepare")
    assert (refused.exit_code, "Salve antes os parâmetros" in refused.stderr) == (1, True)


@pytest.mark.parametrize("month", ["13/2026", "2026-11", "novembro", "11/1999"])
def test_a_month_that_is_none_is_refused(recado: Recado, month: str):
    assert recado("billing", "prepare", "--month", month).exit_code == 2


def test_the_same_file_twice_is_refused_until_asked_again(recado: Recado, tmp_path: Path):
    path = str(write(tmp_path, [HEADING, line_of(due(1))]))
    recado("billing", "import", path)
    refused = recado("billing", "import", path)
    assert (refused.exit_code, "use --again" in refused.stderr) == (1, True)
    assert json.loads(recado("billing", "import", path, "--again", "--json").stdout)["same"] == 1


@pytest.mark.parametrize(("content", "told"), [(b"", "vazio"), (b"grupo;nome\n1;Maria\n", "Faltam as colunas")])
def test_a_file_that_cannot_be_used_ends_with_2(recado: Recado, tmp_path: Path, content: bytes, told: str):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    refused = recado("billing", "import", str(path))
    assert (refused.exit_code, told in refused.stderr) == (2, True)
    assert recado("billing", "import", str(tmp_path / "nada.csv")).exit_code == 1


def test_bills_of_the_companys_own_reader(recado: Recado, settings):
    assert recado("billing", "read", *WHERE).exit_code == 2
    settings.RECADO_BILL_SOURCE = "tests.cli.test_billing:CompanysReader"
    assert recado("billing", "read", *WHERE).stdout == "1 nova, 0 mudadas, 0 iguais, 0 com problema.\n"
    assert Bill.objects.get().month == MONTH
    settings.RECADO_BILL_SOURCE = "tests.cli.test_billing:Nobody"
    assert recado("billing", "read", *WHERE).exit_code == 1


class BrokenReader:
    name = "banco da companhia"

    def bills(self, group: str, month: date) -> Iterator[BillRow]:
        yield bill_row(1, group=group, month=month, barcode="1")
        raise ConnectionError("senha=segredo")


def test_a_reader_that_fails_is_told_without_its_secrets(recado: Recado, settings):
    settings.RECADO_BILL_SOURCE = f"{__name__}:BrokenReader"
    failed = recado("billing", "read", *WHERE)
    assert failed.exit_code == 1
    assert "O leitor de contas parou (ConnectionError)" in failed.stderr
    assert "segredo" not in failed.stderr
