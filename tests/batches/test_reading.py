"""Reading a batch: every line a row or a fault, from where a crash left it, and no row twice."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from recado.batches import decisions, reading, storage
from recado.batches.columns import guess_tags
from recado.batches.models import Batch, BatchFault, BatchRow, FaultKind, RowState, Source, State
from recado.batches.operations import fates
from recado.batches.reading import read_some
from recado.batches.requests import COLUMNS, TAGS, Choice
from recado.outbox import consent
from recado.outbox.enqueue import Event, enqueue
from recado.service_requests.corrections import mend_mobile
from recado.service_requests.models import ServiceRequest
from recado.service_requests.story import story_of
from tests.batches.scene import HEADING, NOW, batch_type, draft, feed, fresh, messages_of, mobile, read, table
from tests.web.attendance import open_ra

pytestmark = pytest.mark.django_db


def faults(batch: Batch) -> list[tuple[int, str]]:
    return list(BatchFault.objects.filter(batch=batch).values_list("line", "reason"))


def test_every_row_is_an_sms_to_be() -> None:
    batch = read(draft(table(range(3))))
    assert (batch.state, batch.rows_read, batch.ready, batch.parts) == (State.READ, 3, 3, 3)
    row = BatchRow.objects.get(batch=batch, line=2)
    assert (row.number, row.text) == (mobile(0), "Ola Pessoa 0, sua conta vence em 10/12/2026.")


def test_gsans_tags_of_collection_are_columns_like_any_other() -> None:
    names = ["Celular", "Matricula", "Nome", "ValidadeDoc", "ValorDoc"]
    mapping = {tag: place for place, tag in enumerate(guess_tags(names))}
    content = f"{';'.join(names)}\n81912345678;123;Ana;30/11/2026;R$ 85,40\n"
    text = "{NOME}, matricula {MATRICULA}: {VALORDOC} ate {VALIDADEDOC}."
    batch = read(draft(content, template=text, mapping=mapping))
    assert BatchRow.objects.get(batch=batch).text == "Ana, matricula 123: R$ 85,40 ate 30/11/2026."


def test_a_table_without_a_heading_loses_no_row() -> None:
    batch = read(draft("81912345678;Ana;10/12\n", has_header=False))
    assert (batch.rows_read, batch.ready) == (1, 1)


def test_one_bad_row_spoils_no_other_and_is_told_with_its_line() -> None:
    content = table(range(5)) + "8133334444;Ana;10/12/2026\n" + "81987654321;;10/12/2026\n\n"
    batch = read(draft(content))
    assert (batch.rows_read, batch.ready, batch.invalid) == (7, 5, 2)
    assert faults(batch) == [(7, "Este número é fixo e não recebe SMS."), (8, "NOME: está vazio.")]
    assert BatchFault.objects.get(batch=batch, line=7).content == "8133334444 | Ana | 10/12/2026"


def test_a_mobile_that_comes_again_is_told_with_the_line_that_counts() -> None:
    batch = read(draft(table([1, 2, 1, 1])))
    assert (batch.ready, batch.repeated) == (2, 2)
    assert faults(batch) == [(4, "Celular repetido: vale a linha 2."), (5, "Celular repetido: vale a linha 2.")]
    assert set(BatchFault.objects.values_list("kind", flat=True)) == {FaultKind.REPEATED}


def test_so_it_is_when_it_comes_much_later() -> None:
    batch = read(draft(table([*range(2500), 7])))
    assert (batch.ready, batch.repeated) == (2500, 1)
    assert faults(batch) == [(2502, "Celular repetido: vale a linha 9.")]


def test_who_does_not_want_it_is_left_out() -> None:
    consent.opt_out(mobile(1), how="SAIR", actor="Recado", now=NOW)
    batch = read(draft(table(range(3))))
    assert (batch.ready, batch.opted_out) == (2, 1)
    assert BatchRow.objects.get(batch=batch, state=RowState.OPTED_OUT).number == mobile(1)


@pytest.mark.parametrize(("skip", "ready"), [(False, 3), (True, 2)])
def test_who_was_told_today_is_counted_and_left_out_on_wish(skip: bool, ready: int) -> None:
    for place, when in ((1, NOW), (2, NOW - timedelta(days=1))):
        enqueue(Event(batch_type().pk, mobile(place), f"k{place}", values={"TEXTO": "Aviso."}), now=when)
    batch = read(draft(table(range(3)), skip_told=skip))
    assert (batch.ready, batch.told) == (ready, 1)


def test_a_crash_between_two_units_loses_no_row_and_doubles_none() -> None:
    batch = draft(table(range(4500)))
    decisions.begin_reading(batch.pk, actor="ana", now=NOW)
    assert read_some(NOW)
    assert fresh(batch).line == 2000
    while read_some(NOW):
        pass
    assert (fresh(batch).state, fresh(batch).ready) == (State.READ, 4500)
    assert BatchRow.objects.filter(batch=batch).count() == 4500


def test_a_crash_in_the_middle_of_a_unit_leaves_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = draft(table(range(2500)))
    decisions.begin_reading(batch.pk, actor="ana", now=NOW)
    read_some(NOW)

    def dies(*args: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(reading, "store", dies)
        with pytest.raises(RuntimeError):
            read_some(NOW)
    assert (fresh(batch).line, BatchRow.objects.count()) == (2000, 1999)
    while read_some(NOW):
        pass
    assert fresh(batch).ready == BatchRow.objects.count() == 2500


def test_two_that_read_at_once_do_no_row_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = draft(table(range(2500)))
    decisions.begin_reading(batch.pk, actor="ana", now=NOW)
    understood = reading._understood

    def overtaken(*args: object) -> object:
        monkeypatch.setattr(reading, "_understood", understood)
        read_some(NOW)
        return understood(*args)

    monkeypatch.setattr(reading, "_understood", overtaken)
    while read_some(NOW):
        pass
    assert (fresh(batch).state, fresh(batch).ready) == (State.READ, 2500)


def test_a_batch_cancelled_while_it_is_read_stays_so() -> None:
    batch = draft(table(range(4500)))
    decisions.begin_reading(batch.pk, actor="ana", now=NOW)
    read_some(NOW)
    decisions.cancel(batch.pk, actor="ana", now=NOW)
    assert not read_some(NOW)
    assert fresh(batch).state == State.CANCELLED


def test_reading_again_after_a_correction_forgets_the_first_reading() -> None:
    batch = read(draft(table([1, 2, 1])))
    decisions.correct(batch.pk, actor="ana", now=NOW)
    Batch.objects.filter(pk=batch.pk).update(template="Aviso.")
    batch = read(fresh(batch))
    assert (batch.ready, batch.repeated, batch.rows_read) == (2, 1, 3)
    assert set(BatchRow.objects.values_list("text", flat=True)) == {"Aviso."}


def test_a_file_that_is_gone_gives_the_batch_back_with_the_reason() -> None:
    batch = draft(table(range(3)))
    storage.forget(batch.pk)
    batch = read(batch)
    assert batch.state == State.DRAFT
    assert "não está mais no servidor" in batch.fault


def workbook(rows: list[list[object]]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"strings_to_formulas": True, "in_memory": True})
    sheet = book.add_worksheet()
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(line, column, cell)
    book.close()
    return file.getvalue()


def test_a_workbook_is_read_as_it_is_shown() -> None:
    rows = [HEADING.split(";"), [81912345678, "Ana", "10/12"], [], [81912345679.0, "=A1&B1", "x"]]
    batch = read(draft(workbook(rows)))
    texts = dict(BatchRow.objects.filter(batch=batch).values_list("line", "text"))
    assert texts == {2: "Ola Ana, sua conta vence em 10/12."}
    assert faults(batch) == [(4, "NOME: é uma fórmula. Cole o valor no lugar dela.")]


def test_numbers_of_a_workbook_are_written_as_it_shows_them() -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    money, day = book.add_format({"num_format": '"R$" #,##0.00'}), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["celular", "nome", "vencimento"])
    for line, value in enumerate([1234.5, 85, 0.1 + 0.2], start=1):
        sheet.write(line, 0, 81900000000 + line)
        sheet.write(line, 1, value, money)
        sheet.write_datetime(line, 2, date(2026, 12, 10), day)
    sheet.write_row(4, 0, [81900000009, 44.5, 12])
    book.close()
    batch = read(draft(file.getvalue(), template="R$ {NOME} até {VENCTO}."))
    assert [row.text for row in BatchRow.objects.filter(batch=batch)] == [
        "R$ 1.234,50 até 10/12/2026.",
        "R$ 85,00 até 10/12/2026.",
        "R$ 0,30 até 10/12/2026.",
        "R$ 44,5 até 12.",
    ]


def test_a_workbook_with_line_breaks_and_quotes_in_its_cells_keeps_them() -> None:
    batch = read(draft(workbook([HEADING.split(";"), ["81912345678", 'Ana "Bia"\nLima;', "10"]])))
    assert BatchRow.objects.get(batch=batch).text == 'Ola Ana "Bia"\nLima;, sua conta vence em 10.'


def packed(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed(xl__workbook_xml=b"<x/>", xl__worksheets__sheet1_xml=b"\0" * 60_000_000), "grande demais"),
        (packed(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "não é uma planilha .xlsx"),
        (packed(xl__workbook_xml=b"<x/>"), "não pode ser lida"),
        (b"PK\x03\x04 nothing of the kind", "não pode ser lida"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "planilha antiga"),
    ],
)
def test_a_spoiled_or_dangerous_workbook_gives_the_batch_back_in_words(content: bytes, words: str) -> None:
    batch = draft("x")
    storage.source_of(batch.pk).write_bytes(content)
    batch = read(batch)
    assert batch.state == State.DRAFT
    assert words in batch.fault
    assert not list(storage.folder().glob("*.draft")) or words == "não pode ser lida"


def test_recipients_may_be_those_of_chosen_requests(tmp_path: Path) -> None:
    opened = open_ra(mobile(1), "Beatriz Souza")
    open_ra(mobile(2), "Carlos Lima")
    open_ra("", "Sem Celular")
    ServiceRequest.objects.filter(requesters__mobile=mobile(2)).update(opened_at=NOW - timedelta(days=40))
    today = opened.requester.created_at.date()
    choice = Choice(today - timedelta(days=1), today + timedelta(days=1), status="pending")
    batch = draft(
        "",
        source=Source.REQUESTS,
        query=choice.as_data(),
        columns=list(COLUMNS),
        mapping={tag: place for place, tag in enumerate(TAGS)},
        template="{NOME}: RA {RA}, protocolo {PROTOCOLO}.",
    )
    batch = read(batch)
    assert (batch.state, batch.ready) == (State.READ, 1)
    requester = opened.requester
    assert BatchRow.objects.get(batch=batch).text == (
        f"Beatriz Souza: RA {requester.service_request_id}, protocolo {requester.protocol}."
    )


def test_an_sms_to_an_ras_requester_belongs_to_the_ras_story_whatever_the_columns_are_called() -> None:
    opened = open_ra(mobile(1), "Beatriz Souza")
    today = opened.requester.created_at.date()
    choice = Choice(today - timedelta(days=1), today + timedelta(days=1))
    batch = draft(
        "",
        source=Source.REQUESTS,
        query=choice.as_data(),
        columns=list(COLUMNS),
        mapping={"CELULAR": 0, "QUEM": 1},
        template="{QUEM}, hoje falta agua na sua rua.",
    )
    read(batch)
    decisions.send(batch.pk, actor="ana", now=NOW, approval=False)
    feed()
    requester = opened.requester
    message = messages_of(batch)[0]
    assert (message.protocol, message.ra_number) == (requester.protocol, requester.service_request_id)
    story = story_of(requester.protocol)
    assert story is not None
    assert message in [line.message for line in story.happenings]


def test_a_mobile_that_is_mended_while_its_row_waits_is_the_one_that_is_written_to() -> None:
    opened = open_ra(mobile(1), "Beatriz Souza")
    today = opened.requester.created_at.date()
    batch = draft(
        "",
        source=Source.REQUESTS,
        query=Choice(today - timedelta(days=1), today + timedelta(days=1)).as_data(),
        columns=list(COLUMNS),
        mapping={tag: place for place, tag in enumerate(TAGS)},
        template="{NOME}, RA {RA}.",
    )
    read(batch)
    decisions.send(batch.pk, actor="ana", now=NOW, approval=False)
    mend_mobile(opened.requester, mobile(2), before=mobile(1), tells=False, actor="bia", now=NOW)
    feed()
    assert [message.number for message in messages_of(batch)] == [mobile(2)]
    assert next(fates(batch.pk)).number == mobile(2)


def test_an_sms_of_a_file_belongs_to_no_ra() -> None:
    batch = read(draft(table(range(1))))
    row = BatchRow.objects.get(batch=batch)
    assert (row.protocol, row.ra_number) == ("", None)
