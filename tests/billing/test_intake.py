"""Bills from files and programs: what is read, what is refused row by row, and what a second time changes."""

from __future__ import annotations

import contextlib
import dataclasses
import stat
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.batches.tables import FileRefused
from recado.billing import intake, storage
from recado.billing.bills import (
    OPTIONAL,
    REQUIRED,
    BillRefused,
    BillRow,
    BillSource,
    ColumnsMissing,
    columns_of,
    read_row,
)
from recado.billing.models import Bill, BillFault, BillFile, Category, Consent, FileState, Kind
from tests.billing.conftest import HEADING, MONTH, NOW, TODAY, bill_row, give, line_of, take, write

pytestmark = pytest.mark.django_db
PLACES = columns_of(HEADING.split(";"))


def read(line: str) -> BillRow:
    return read_row(line.split(";"), PLACES)


def cells(**changes: str) -> list[str]:
    """The cells of a good row, with some of them as given."""
    good = dict(zip((*REQUIRED[Kind.BILL], *OPTIONAL), line_of(bill_row()).split(";"), strict=True))
    return list((good | changes).values())


def test_a_row_is_read_as_it_was_written() -> None:
    assert read(line_of(bill_row(7, value="1204.50"))) == bill_row(7, value="1204.50")


def test_the_columns_may_stand_in_any_order_with_accents_and_among_others() -> None:
    heading = ["Obs", "E-mail", "Código_Barras", "Vencimento", "VALOR", "Categoria", "Nome", "Cliente", "Matrícula",
               "Referência", "Grupo"]  # fmt: skip
    places = columns_of(heading)
    assert places["CODIGO_BARRAS"] == 2
    assert places["EMAIL"] == 1
    assert "CELULAR" not in places


def test_missing_columns_are_named_with_what_is_there() -> None:
    with pytest.raises(ColumnsMissing, match="Faltam as colunas “cliente”, “vencimento”") as refusal:
        columns_of(["grupo", "referencia", "matricula", "nome", "categoria", "valor", "codigo_barras"])
    assert "O arquivo tem: grupo, referencia" in str(refusal.value)


@pytest.mark.parametrize(
    ("column", "written", "told"),
    [
        ("GRUPO", "", "Falta “grupo”."),
        ("NOME", "x" * 61, "61 caracteres; o limite é 60"),
        ("NOME", "=HYPERLINK(1)", "começa como uma fórmula"),
        ("NOME", "Jo\ufffdo", "ilegível"),
        ("NOME", "a\nb", "quebra de linha"),
        ("REFERENCIA", "13/2026", "mês e ano"),
        ("REFERENCIA", "novembro", "mês e ano"),
        ("MATRICULA", "12A", "1 a 12 dígitos"),
        ("MATRICULA", "2,02E+13", "formate a coluna como texto"),
        ("MATRICULA", "١٢٣", "1 a 12 dígitos"),
        ("CATEGORIA", "rural", "residencial, comercial"),
        ("VALOR", "dez", "valor em reais"),
        ("VALOR", "-5,00", "valor em reais"),
        ("VALOR", "0", "maior que zero"),
        ("VALOR", "=1+1", "valor em reais"),
        ("VENCIMENTO", "30/02/2026", "não existe"),
        ("VENCIMENTO", "amanhã", "precisa ser uma data"),
        ("CODIGO_BARRAS", "123", "3 dígitos"),
        ("AUTORIZA_SMS", "talvez", "sim ou não"),
        ("CELULAR", "9" * 41, "o limite é 40"),
    ],
)
def test_a_bad_cell_is_refused_in_words(column: str, written: str, told: str) -> None:
    with pytest.raises(BillRefused, match=told.replace("(", r"\(")):
        read_row(cells(**{column: written}), PLACES)


def test_a_bar_code_with_a_wrong_digit_or_another_value_is_refused() -> None:
    digits = bill_row().barcode
    wrong = digits[:40] + str((int(digits[40]) + 1) % 10) + digits[41:]
    with pytest.raises(BillRefused, match="dígito verificador"):
        read_row(cells(CODIGO_BARRAS=wrong), PLACES)
    with pytest.raises(BillRefused, match="não é o da conta"):
        read_row(cells(VALOR="85,41"), PLACES)


@pytest.mark.parametrize("written", ["1.204,50", "1204,50", "1204.50", "R$ 1.204,50", "1204,5"])
def test_a_value_in_any_usual_writing(written: str) -> None:
    code = bill_row(value="1204.50").barcode
    assert read_row(cells(VALOR=written, CODIGO_BARRAS=code), PLACES).value == Decimal("1204.50")


@given(st.lists(st.text(max_size=30), max_size=20))
def test_whatever_a_row_holds_it_is_read_or_refused(given_cells: list[str]) -> None:
    found = None
    with contextlib.suppress(BillRefused):
        found = read_row(given_cells, PLACES)
    assert found is None or found.value > 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_becomes_bills_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    rows = [bill_row(number, name=f"João Ação {number}") for number in range(3)]
    file = give(write(tmp_path, [HEADING, *map(line_of, rows)], encoding=encoding))
    assert (file.state, file.new, file.invalid) == (FileState.DONE, 3, 0)
    bill = Bill.objects.get(property_id="1001")
    assert (bill.name, bill.value, bill.category) == ("João Ação 1", Decimal("85.40"), Category.RESIDENTIAL)
    assert bill.origin == f"contas.csv, arquivo {file.pk}, linha 3"


def test_one_bad_row_among_many_is_that_rows_trouble(tmp_path: Path) -> None:
    lines = [line_of(bill_row(number)) for number in range(2500)]
    lines[1234] = lines[1234].replace("Residencial", "rural")
    lines.insert(2000, "")
    file = give(write(tmp_path, [HEADING, *lines]))
    assert (file.state, file.new, file.invalid) == (FileState.DONE, 2499, 1)
    fault = BillFault.objects.get()
    assert fault.line == 1236
    assert "residencial, comercial" in fault.reason


def test_the_same_content_again_is_noticed_and_would_change_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, [HEADING, line_of(bill_row())])
    give(path)
    with pytest.raises(intake.SameFile, match="já foi recebido em 22/11/2026, por ana"):
        give(write(tmp_path, [HEADING, line_of(bill_row())], name="outro.csv"))
    again = give(path, again=True)
    assert (again.new, again.changed, again.same) == (0, 0, 1)
    assert (Bill.objects.count(), Consent.objects.count()) == (1, 3)


def test_a_corrected_bill_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    take(bill_row())
    give(write(tmp_path, [HEADING, line_of(bill_row(name="Outro Nome", value="90.00"))]))
    bill = Bill.objects.get()
    assert (bill.name, bill.value) == ("Outro Nome", Decimal("90.00"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "vazio"),
        ("grupo;nome\n".encode("utf-16"), "UTF-8"),
        (b"PK\x03\x04\x00\x00", "UTF-8"),
    ],
)
def test_what_is_no_table_is_refused_at_the_door(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=told):
        intake.give_file(path, "x.csv", actor="ana", now=NOW)
    assert not BillFile.objects.exists()


def test_a_file_that_is_too_large_is_refused_at_the_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LARGEST_FILE", 10)
    with pytest.raises(FileRefused, match="Divida-o em partes"):
        give(write(tmp_path, [HEADING, line_of(bill_row())]))


def test_a_file_without_a_column_is_refused_whole(tmp_path: Path) -> None:
    file = give(write(tmp_path, ["grupo;nome", "1;Maria"]))
    assert file.state == FileState.REFUSED
    assert "“referencia”, “matricula”" in file.fault
    assert not storage.path_of(file.pk).exists()


def test_a_heading_alone_is_told(tmp_path: Path) -> None:
    file = give(write(tmp_path, [HEADING]))
    assert (file.state, file.fault) == (FileState.REFUSED, "O arquivo não tem linhas depois do cabeçalho.")


def test_a_process_that_dies_between_lots_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "AT_ONCE", 10)
    path = write(tmp_path, [HEADING, *(line_of(bill_row(number)) for number in range(35))])
    file = intake.give_file(path, path.name, actor="ana", now=NOW)
    intake.read_file(file, NOW, lots=2)
    assert Bill.objects.count() == 20
    assert intake.read_some(NOW) is False
    done = BillFile.objects.get()
    assert (done.state, done.new, done.same, Bill.objects.count()) == (FileState.DONE, 35, 0, 35)


def test_two_processes_that_read_the_same_file_keep_each_row_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "AT_ONCE", 10)
    path = write(tmp_path, [HEADING, *(line_of(bill_row(number)) for number in range(25))])
    file = intake.give_file(path, path.name, actor="ana", now=NOW)
    stale = BillFile.objects.get(pk=file.pk)
    intake.read_file(file, NOW)
    intake._keep_lot(stale, [(2, bill_row(0))], [], 10, 11, NOW)
    assert (BillFile.objects.get().new, BillFile.objects.get().same) == (25, 0)


def test_the_file_is_its_owners_alone_and_goes_when_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, [HEADING, line_of(bill_row())])
    with storage.new_upload() as upload:
        upload.write(path.read_bytes())
        upload.flush()
        file = intake.give_file(Path(upload.name), "contas.csv", actor="ana", now=NOW)
    kept = storage.path_of(file.pk)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(storage.folder().stat().st_mode) == 0o700
    intake.read_file(file, NOW)
    assert list(storage.folder().iterdir()) == []


def test_a_companys_own_reader_gives_bills_through_the_port() -> None:
    class Database:
        name = "banco da companhia"

        def bills(self, group: str, month: object) -> list[BillRow]:
            return [bill_row(1, group=group), bill_row(2, group=group)]

    source: BillSource = Database()
    taken = intake.take_in(source.bills("9", MONTH), origin=source.name, actor="ana", now=NOW)
    assert taken == intake.Taken(2, 0, 0)
    assert set(Bill.objects.values_list("group", "origin")) == {("9", "banco da companhia")}


def test_a_consent_keeps_who_when_and_how_and_a_change_of_mind_stays_beside_it() -> None:
    take(bill_row())
    take(bill_row(sms_consent=False))
    words = list(Consent.objects.filter(kind="sms").order_by("pk"))
    assert [(word.given, word.ended_at is None) for word in words] == [(True, False), (False, True)]
    assert {(word.actor, word.how) for word in words} == {("ana", "teste")}
    take(dataclasses.replace(bill_row(), sms_consent=None))
    assert Consent.objects.filter(kind="sms").count() == 2


def test_the_consent_of_a_phone_is_of_that_mobile() -> None:
    take(bill_row())
    take(bill_row(mobile="(11) 98765-4321"))
    assert [word.address for word in Consent.objects.filter(kind="phone").order_by("pk")] == [
        "+5581900000001",
        "+5511987654321",
    ]


def test_a_day_is_a_day() -> None:
    assert read_row(cells(VENCIMENTO="2026-11-24"), PLACES).due_date == TODAY.replace(day=24)
    assert read_row(cells(REFERENCIA="2026-11"), PLACES).month == MONTH
    assert read_row(cells(REFERENCIA="202611"), PLACES).month == MONTH


def test_a_bill_twice_in_one_file_is_told_as_changed_unless_it_is_the_same(tmp_path: Path) -> None:
    rows = [bill_row(1), bill_row(1), bill_row(2), bill_row(2, value="90.00")]
    file = give(write(tmp_path, [HEADING, *map(line_of, rows)]))
    assert (file.new, file.changed, file.same, file.invalid) == (2, 1, 1, 0)
    assert Bill.objects.get(property_id="1002").value == 90
