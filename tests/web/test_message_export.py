"""The whole result as a file: what is in it, what it cannot do to who opens it, and how long it may be."""

import csv
import io
import re
import tracemalloc
import zipfile

import pytest
from django.utils import timezone

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


def test_no_cell_of_a_sheet_is_a_formula_and_times_are_times():
    local = timezone.localtime(NOW).replace(tzinfo=None)
    file = sheet.workbook(document([(hostile, local) for hostile in HOSTILE]))
    with zipfile.ZipFile(file) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "01/11/2026 a 22/11/2026" in xml
    assert re.search(r'<c r="B5" s="\d+"><v>46348\.343\d+</v>', xml)


def test_a_sheet_of_the_screen_is_a_zip_with_the_period_in_its_name(supervisor):
    queue_message()
    answer = supervisor.get("/mensagens/exportar/xlsx/", PERIOD)
    assert "mensagens-2026-11-01-a-2026-11-22.xlsx" in answer.headers["Content-Disposition"]
    assert zipfile.is_zipfile(io.BytesIO(b"".join(answer.streaming_content)))


def test_a_pdf_is_one_with_a_page_for_every_forty_rows_or_so(supervisor):
    answer = supervisor.get("/mensagens/exportar/pdf/", PERIOD)
    assert answer.content.startswith(b"%PDF-")
    many = paper.pdf(document([("ção 🙂", "x" * 500)] * 200), 200)
    assert 4 <= len(re.findall(rb"/Type /Page\b", many)) <= 6


@pytest.mark.parametrize("name", ["pdf", "xlsx"])
def test_a_file_that_would_be_too_long_is_refused_with_what_to_do(supervisor, monkeypatch, name):
    monkeypatch.setitem(message_export.MOST_ROWS, name, 1)
    queue_message()
    queue_message()
    answer = supervisor.get(f"/mensagens/exportar/{name}/", PERIOD, follow=True)
    page = answer.content.decode()
    assert f"O {name.upper()} leva no máximo 1 mensagens, e este resultado tem 2. Reduza o período" in page
    assert "2 mensagens de 01/11/2026 a 22/11/2026" in page


def test_memory_stays_flat_however_long_the_csv_is():
    row = ("(81) 91234-5678", "Abertura de RA")
    tracemalloc.start()
    size = sum(map(len, comma.pieces(document(row for _ in range(100_000)))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 3_000_000
    assert peak < 1_000_000


def test_a_refused_or_blank_address_goes_to_the_form(supervisor):
    for query in ({}, {"inicio": "31/02/2026", "fim": "x"}, PERIOD | {"chave": "nenhuma"}):
        assert supervisor.get("/mensagens/exportar/csv/", query).status_code == 302


def test_the_page_offers_the_files_with_the_filters(supervisor):
    queue_message()
    page = supervisor.get("/mensagens/", PERIOD | {"situacao": "nao-enviadas"}).content.decode()
    query = "?inicio=01%2F11%2F2026&amp;fim=22%2F11%2F2026&amp;situacao=nao-enviadas"
    for name in ("csv", "xlsx", "pdf"):
        assert f'href="/mensagens/exportar/{name}/{query}"' in page
