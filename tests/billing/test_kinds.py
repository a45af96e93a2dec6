"""Bills and collection documents: one file, one set of parameters and one run is of one kind, and touches no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from recado.batches.models import Batch
from recado.billing import intake
from recado.billing.bills import BillRefused, BillRow, ColumnsMissing, columns_of, kind_of, read_row
from recado.billing.models import Bill, BillFile, FileState, Kind, Notice, Run, Setup
from recado.billing.setups import NoSetup, billing_month, in_force, message_type, save_setup
from recado.billing.tags import text_faults
from recado.billing.transmitting import end_of
from recado.mail.sending import send_due
from recado.outbox.models import Message
from tests.billing.conftest import (
    COLLECTION,
    COLLECTION_HEADING,
    HEADING,
    MONTH,
    NOW,
    TODAY,
    WANTED,
    bill_row,
    collection_row,
    do,
    give,
    line_of,
    take,
    write,
)
from tests.billing.test_steps import feed
from tests.mail.conftest import Office

pytestmark = pytest.mark.django_db
PREPARE, TRANSMIT, RETURN = Run.Step.PREPARE, Run.Step.TRANSMIT, Run.Step.RETURN
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{VALOR}", "A tag {VALOR} é de mensagem de conta, não de cobrança (linha 1, coluna 1). Use {VALORDOC}."),
        ("a\n {VENCTO}", "de conta, não de cobrança (linha 2, coluna 2). Use {VALIDADEDOC}."),
        ("{VALORDOCS}", "A tag {VALORDOCS} não existe (linha 1, coluna 1). Você quis dizer {VALORDOC}?"),
        ("{X9}", "Use {MATRICULA}, {NOME}, {VALIDADEDOC}, {VALORDOC}."),
    ],
)
def test_a_collection_text_takes_its_own_tags_and_says_whose_the_others_are(text: str, told: str) -> None:
    assert told in text_faults(text, Kind.COLLECTION)[0]


def test_each_kind_has_its_own_versions_in_force() -> None:
    save_setup(WANTED, actor="ana", now=NOW)
    with pytest.raises(NoSetup, match="em Parametrizar Mensagem de Faturamento, em Cobrança"):
        in_force(Kind.COLLECTION)
    save_setup(COLLECTION, actor="ana", now=NOW)
    save_setup(replace(COLLECTION, days_before=9), actor="ana", now=NOW)
    assert list(Setup.objects.order_by("pk").values_list("kind", "number", "is_in_force")) == [
        ("bill", 1, True),
        ("collection", 1, False),
        ("collection", 2, True),
    ]
    assert in_force(Kind.BILL).days_before == 3
    assert [message_type(kind).max_attempts for kind in Kind] == [4, 2]
    assert all(message_type(kind).heeds_opt_out for kind in Kind)


def test_a_file_of_collection_is_known_by_its_columns(tmp_path: Path) -> None:
    file = give(write(tmp_path, [COLLECTION_HEADING, line_of(collection_row(1, value="1204.50"))]))
    assert (file.state, file.kind, file.new) == (FileState.DONE, Kind.COLLECTION, 1)
    bill = Bill.objects.get()
    assert (bill.kind, bill.document, bill.value) == (Kind.COLLECTION, "7001", Decimal("1204.50"))
    assert bill.due_date == TODAY + 2 * DAY
    assert give(write(tmp_path, [HEADING, line_of(bill_row(1))])).kind == Kind.BILL


def test_a_row_of_collection_is_read_as_it_was_written() -> None:
    places = columns_of(COLLECTION_HEADING.split(";"))
    assert kind_of(places) is Kind.COLLECTION
    assert read_row(line_of(collection_row(4)).split(";"), places) == collection_row(4)


def test_columns_of_collection_that_are_missing_are_named() -> None:
    with pytest.raises(ColumnsMissing, match="Faltam as colunas “documento”, “valor_documento” na primeira linha"):
        columns_of([name for name in COLLECTION_HEADING.split(";") if name not in ("documento", "valor_documento")])


@pytest.mark.parametrize(
    ("column", "written", "told"),
    [
        ("documento", "", "Falta “documento”."),
        ("documento", "A1", "“documento” precisa de 1 a 12 dígitos."),
        ("valor_documento", "x", "“valor_documento” precisa ser um valor em reais"),
        ("valor_documento", "85,41", "não é o da cobrança"),
        ("validade_documento", "31/02/2026", "“validade_documento”: 31/02/2026 não existe."),
    ],
)
def test_a_bad_cell_of_collection_names_its_own_column(column: str, written: str, told: str) -> None:
    names = COLLECTION_HEADING.split(";")
    cells = line_of(collection_row()).split(";")
    cells[names.index(column)] = written
    with pytest.raises(BillRefused) as refusal:
        read_row(cells, columns_of(names))
    assert told in str(refusal.value)


def test_a_property_may_have_several_documents_in_a_month_beside_its_bill() -> None:
    take(bill_row(1), collection_row(1), collection_row(1, document="8001"))
    take(collection_row(1, document="8001", name="Outro Nome"))
    assert sorted(Bill.objects.values_list("kind", "document", "name")) == [
        ("bill", "", "Cliente Fictício 1"),
        ("collection", "7001", "Cliente Fictício 1"),
        ("collection", "8001", "Outro Nome"),
    ]


def test_a_document_is_told_until_the_end_of_its_validity(collection: Setup, office: Office) -> None:
    take(collection_row(1), collection_row(2, due_date=TODAY + 6 * DAY), collection_row(3, due_date=TODAY - DAY))
    do(PREPARE, kind=Kind.COLLECTION)
    planned = dict(Notice.objects.filter(channel="sms").values_list("bill__property_id", "planned_for"))
    assert planned["1001"] == TODAY - 3 * DAY
    do(TRANSMIT, kind=Kind.COLLECTION)
    feed()
    (message,) = Message.objects.all()
    assert message.type == message_type(Kind.COLLECTION)
    assert message.text.startswith(
        "Cliente Fictício 1: documento da matrícula 1001, R$ 85,40, válido até 24/11/2026. 82"
    )
    assert message.expires_at == end_of(TODAY + 2 * DAY)
    assert Batch.objects.get().name == "Cobrança – grupo 1 – 11/2026"
    send_due(NOW)
    (mail,) = office.mails
    assert mail["Subject"] == "Companhia Exemplo de Água: documento 7001"
    assert Notice.objects.get(bill__property_id="1003", channel="sms").skip == "past_due"


def test_a_step_touches_its_own_kind_alone(setup: Setup, collection: Setup, office: Office) -> None:
    take(bill_row(1), collection_row(1))
    for step in (PREPARE, TRANSMIT, RETURN):
        do(step, kind=Kind.COLLECTION)
    assert set(Notice.objects.values_list("bill__kind", "kind", "setup")) == {
        ("collection", "collection", collection.pk)
    }
    for step in (PREPARE, TRANSMIT):
        do(step)
    feed()
    assert Message.objects.count() == 2
    assert set(Notice.objects.values_list("kind", "state")) == {("bill", "transmitted"), ("collection", "transmitted")}


def test_the_month_shown_is_that_of_the_kind() -> None:
    take(bill_row(1), collection_row(1, month=MONTH.replace(month=9)))
    assert billing_month(Kind.COLLECTION) == MONTH.replace(month=9)
    assert billing_month(Kind.BILL) == MONTH


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"barcode": bill_row().barcode[:-1] + "9"}, "dígito verificador"),
        ({"barcode": ""}, "Falta “codigo_barras”."),
        ({"value": Decimal("-1"), "barcode": bill_row().barcode}, "“valor” precisa ser"),
        ({"name": "x" * 61}, "61 caracteres"),
        ({"document": "1"}, "Só cobrança tem “documento”."),
        ({"kind": Kind.COLLECTION}, "Falta “documento”."),
        ({"group": "=1"}, "começa como uma fórmula"),
    ],
)
def test_a_reader_of_the_companys_own_is_held_to_the_same_as_a_file(changes: dict[str, object], told: str) -> None:
    heard: list[str] = []
    rows: list[BillRow] = [bill_row(1), replace(bill_row(2), **changes), bill_row(3)]  # type: ignore[arg-type]
    taken = intake.take_in(
        rows,
        origin="banco",
        actor="ana",
        now=NOW,
        told=lambda row, refusal: heard.append(f"{row.property_id} {refusal}"),
    )
    assert taken == intake.Taken(2, 0, 0, 1)
    assert heard[0].startswith("1002 ")
    assert told in heard[0]
    assert not BillFile.objects.exists()
