"""The whole result as a file: what is in it, what it cannot do to who opens it, and how long it may be."""

import csv
import io
import re
import tracemalloc
import zipfile
import zlib
from itertools import count

import openpyxl
import pytest
from django.utils import timezone

from recado import parameters
from recado.outbox.claims import finish
from recado.outbox.models import Message
from recado.web.exports import comma, paper, sheet
from recado.web.exports.document import Document
from recado.web.views import message_export
from tests.batches.scene import draft, table
from tests.support.outbox import NOW, PERMANENT, claim, make_phone, queue_message
from tests.web.attendance import logged_in

pytestmark = pytest.mark.usefixtures("at_a_known_time")

PERIOD = {"inicio": "01/11/2026", "fim": "22/11/2026"}
HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1")


@pytest.fixture
def supervisor(db):
    return logged_in()


def document(rows):
    return Document("Título", "nome", [("Período", "01/11/2026 a 22/11/2026")], ("Celular", "Tipo"), rows)


def csv_rows(client, **query):
    answer = client.get("/mensagens/exportar/csv/", PERIOD | query)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return answer, list(csv.reader(io.StringIO(text), delimiter=";"))


def test_csv_has_the_filters_and_every_row_of_the_result(supervisor):
    phone = make_phone()
    queue_message(number="+5581900000012")
    finish(claim(phone), PERMANENT, NOW)
    for _ in range(30):
        queue_message()
    answer, rows = csv_rows(supervisor)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mensagens-2026-11-01-a-2026-11-22.csv"'
    assert rows[1] == ["Período de envio", "01/11/2026 a 22/11/2026"]
    assert ["Situação da Mensagem", "Todas"] in rows
    assert ["Exportado em", "22/11/2026 08:14:04, por atendente"] in rows
    head = next(number for number, row in enumerate(rows) if row and row[0] == "Celular")
    assert len(rows) - head - 1 == 31
    failed = next(row for row in rows if row and row[0] == "(81) 90000-0012")
    assert failed[3:7] == ["22/11/2026 08:14:04", "Envio avulso", "Com erro", "Número inexistente"]


def test_csv_begins_with_the_mark_that_excel_needs(supervisor):
    answer = supervisor.get("/mensagens/exportar/csv/", PERIOD)
    assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbf")


def test_filters_narrow_the_file_too(supervisor):
    queue_message()
    _, rows = csv_rows(supervisor, situacao="enviadas")
    assert rows[-1][0] == "Celular"
    assert ["Situação da Mensagem", "Enviadas"] in rows


def test_the_batch_asked_for_is_printed_by_number_and_name(supervisor):
    batch = draft(table([1]), name="Falta de água no Centro")
    mine = queue_message(number="+5581900000012")
    Message.objects.filter(pk=mine.pk).update(batch=batch.pk)
    queue_message()
    _, rows = csv_rows(supervisor, lote="falta de agua")
    assert ["Lote", f"{batch.pk} – Falta de água no Centro"] in rows
    assert [row[0] for row in rows if row][-2:] == ["Celular", "(81) 90000-0012"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_cell_of_a_csv_is_a_formula(hostile):
    text = b"".join(comma.pieces(document([(hostile, "x")]))).decode("utf-8-sig")
    last = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[-1]
    assert last == [f"'{hostile}", "x"]


def read_sheet(data):
    """Every row of a workbook, as openpyxl reads it."""
    return list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows())


def read_pdf(data):
    """The texts of each page, and how many objects the table at the end leads to; each must be where it says."""
    table = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", data)[1])
    size = int(re.match(rb"xref\n0 (\d+)\n", data[table:])[1])
    places = re.findall(rb"(\d{10}) 00000 n \n", data[table:])
    assert len(places) == size - 1
    for number, place in enumerate(places, 1):
        assert data[int(place) :].startswith(b"%d 0 obj\n" % number)
    packed = re.findall(rb"/FlateDecode >>\nstream\n(.*?)\nendstream\nendobj", data, re.DOTALL)
    pages = [re.findall(rb"Td \((.*)\) Tj", zlib.decompress(page)) for page in packed]
    assert f"/Count {len(pages)}".encode() in data
    return [[re.sub(r"\\(.)", r"\1", text.decode("cp1252")) for text in page] for page in pages]


def test_no_cell_of_a_sheet_is_a_formula():
    file = b"".join(sheet.pieces(document([(hostile, "x") for hostile in HOSTILE])))
    rows = read_sheet(file)
    assert {cell.data_type for row in rows for cell in row} <= {"s", "inlineStr", "n"}
    shown = [hostile.replace("\r", "\n") for hostile in HOSTILE]
    assert [row[0].value for row in rows[4:]] == shown
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(file)).read("xl/worksheets/sheet1.xml")


def test_a_sheet_has_times_numbers_and_texts_of_leading_zeros():
    at = timezone.localtime(NOW).replace(tzinfo=None, microsecond=999_999)
    rows = read_sheet(b"".join(sheet.pieces(document([("00123", at), (8143712, None), (10**17, "a < b & c\x00 🙂")]))))
    text, time = rows[4]
    assert (text.value, text.data_type) == ("00123", "s")
    assert time.value == at.replace(microsecond=0)
    assert (time.is_date, time.number_format) == (True, "dd/mm/yyyy hh:mm:ss")
    assert (rows[5][0].value, rows[5][0].data_type, rows[5][1].value) == (8143712, "n", None)
    assert [cell.value for cell in rows[6]] == [str(10**17), "a < b & c 🙂"]


def test_a_sheet_of_the_screen_has_the_period_in_its_name_and_its_heads_stay_in_sight(supervisor):
    queue_message(number="+5581900000012")
    answer = supervisor.get("/mensagens/exportar/xlsx/", PERIOD)
    assert "mensagens-2026-11-01-a-2026-11-22.xlsx" in answer.headers["Content-Disposition"]
    file = b"".join(answer.streaming_content)
    rows = [[cell.value for cell in row] for row in read_sheet(file)]
    assert ["Período de envio", "01/11/2026 a 22/11/2026"] in [row[:2] for row in rows]
    assert rows[-2][:4] == ["Celular", "Protocolo", "RA", "Data e hora do envio"]
    assert rows[-1][0] == "(81) 90000-0012"
    assert openpyxl.load_workbook(io.BytesIO(file)).active.freeze_panes == f"A{len(rows)}"


def test_a_pdf_has_the_filters_once_and_on_every_page_its_heads_and_number(supervisor):
    queue_message(number="+5581900000012")
    pages = read_pdf(b"".join(supervisor.get("/mensagens/exportar/pdf/", PERIOD).streaming_content))
    assert "Período de envio: 01/11/2026 a 22/11/2026" in pages[0]
    assert {"Total: 1 mensagem", "Página 1 de 1", "(81) 90000-0012"} <= set(pages[0])
    many = read_pdf(b"".join(paper.pieces(document([("ção (1\\2) 🙂", "x" * 500)] * 200), 200)))
    for number, page in enumerate(many, 1):
        assert page[-2:] == [f"Página {number} de {len(many)}", "Título"]
        assert {"Celular", "Tipo", "ção (1\\2) ?"} <= set(page)
    assert sum("Período: 01/11/2026 a 22/11/2026" in page for page in many) == 1


@pytest.mark.parametrize("total", [*range(25, 40), *range(60, 80)])
def test_a_pdf_knows_its_pages_before_the_last(total):
    pages = read_pdf(b"".join(paper.pieces(document((number, "x") for number in range(total)), total)))
    assert [page[-2] for page in pages] == [f"Página {n} de {len(pages)}" for n in range(1, len(pages) + 1)]
    assert [text for page in pages for text in page if text.isdigit()] == [str(number) for number in range(total)]


def test_a_row_that_came_meanwhile_is_not_in_a_pdf_that_tells_the_total():
    [page] = read_pdf(b"".join(paper.pieces(document((number, "x") for number in count()), 3)))
    assert [text for text in page if text.isdigit()] == ["0", "1", "2"]


@pytest.mark.parametrize("name", ["pdf", "xlsx"])
def test_a_file_that_would_be_too_long_is_refused_with_what_to_do(supervisor, monkeypatch, name):
    monkeypatch.setitem(message_export.MOST_ROWS, name, 1)
    queue_message()
    queue_message()
    answer = supervisor.get(f"/mensagens/exportar/{name}/", PERIOD, follow=True)
    page = answer.content.decode()
    assert f"O {name.upper()} leva no máximo 1 mensagens, e este resultado tem 2. Reduza o período" in page
    assert "2 mensagens de 01/11/2026 a 22/11/2026" in page


WAYS = {"csv": comma.pieces, "xlsx": sheet.pieces, "pdf": lambda document: paper.pieces(document, 100_000)}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_memory_stays_flat_however_long_the_file_is(way):
    row = ("(81) 91234-5678", "Abertura de RA")
    tracemalloc.start()
    size = sum(map(len, way(document(row for _ in range(100_000)))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 300_000
    # Of a page of a PDF a number and a place are kept.
    assert peak < 2_000_000


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_a_file_is_on_its_way_long_before_the_last_row_is_read(way):
    read = count()
    rows = ((f"(81) 9{next(read) * 7919 % 10**8:08d}", "Abertura de RA") for _ in range(100_000))
    size, file = 0, way(document(rows))
    while size < 1000:
        size += len(next(file))
    assert next(read) < 10_000


def test_the_order_the_total_and_the_company_are_told(supervisor, settings):
    settings.RECADO_DEMO = True
    queue_message()
    _, rows = csv_rows(supervisor, ordem="-celular")
    assert ["Ordem", "Celular, decrescente"] in rows
    assert ["Total", "1 mensagem"] in rows
    assert ["Empresa", parameters.get().company] in rows
    assert ["Atenção", "Dados fictícios – demonstração"] in rows


def test_a_huge_result_is_in_the_order_of_time_as_on_the_screen_and_says_so(supervisor, monkeypatch):
    monkeypatch.setattr("recado.web.views.messages.MOST_TO_SORT", 1)
    queue_message(number="+5581900000099")
    queue_message(number="+5581900000011")
    _, rows = csv_rows(supervisor, ordem="celular")
    assert [row[0] for row in rows[-2:]] == ["(81) 90000-0099", "(81) 90000-0011"]
    assert ["Ordem", "Data e hora do envio, crescente (acima de 200.000 mensagens, só por data e hora)"] in rows


def test_a_refused_or_blank_address_goes_to_the_form(supervisor):
    for query in ({}, {"inicio": "31/02/2026", "fim": "x"}, PERIOD | {"chave": "nenhuma"}):
        assert supervisor.get("/mensagens/exportar/csv/", query).status_code == 302


def test_the_page_offers_the_files_with_the_filters(supervisor):
    queue_message()
    page = supervisor.get("/mensagens/", PERIOD | {"situacao": "nao-enviadas"}).content.decode()
    query = "?inicio=01%2F11%2F2026&amp;fim=22%2F11%2F2026&amp;situacao=nao-enviadas"
    for name in ("csv", "xlsx", "pdf"):
        assert f'href="/mensagens/exportar/{name}/{query}"' in page
