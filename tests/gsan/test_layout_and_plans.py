"""Versions of GSAN: what is missing is named or done without; and no question reads a large table from end to end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recado.gsan import layout, plans
from recado.gsan.reader import Reader
from recado.gsan.source import Connection, GsanDiffers, reading
from recado.outbox.models import Message
from tests.gsan.conftest import NOW, Gsan

pytestmark = pytest.mark.django_db
RAS = 120_000
MANY = f"""
INSERT INTO atendimentopublico.registro_atendimento
  (rgat_id, rgat_cdsituacao, rgat_tmregistroatendimento, rgat_qtreiteracoes, amen_id)
  SELECT n, CASE WHEN n % 40 = 0 THEN 1 ELSE 2 END, timestamp '2026-01-01' + n * interval '1 minute', 0, 2
  FROM generate_series(1, {RAS}) AS n;
INSERT INTO atendimentopublico.ra_solicitante
  (raso_id, rgat_id, clie_id, raso_icsolicitanteprincipal, raso_nnprotocoloatendimento)
  SELECT n, n, n, 1, '20261' || lpad(n::text, 9, '0') FROM generate_series(1, {RAS}) AS n;
INSERT INTO atendimentopublico.solicitante_fone (raso_id, sofo_cdddd, sofo_nnfone, fnet_id, sofo_icfonepadrao)
  SELECT n, 81, '9' || lpad(n::text, 8, '0'), 3, 1 FROM generate_series(1, {RAS}) AS n;
INSERT INTO cadastro.cliente_fone (clie_id, cfon_cdddd, cfon_nnfone, fnet_id, cfon_icfonepadrao)
  SELECT n, '81', '9' || lpad(n::text, 8, '0'), 3, 1 FROM generate_series(1, {RAS}) AS n;
ANALYZE;
"""
TABLES = ("registro_atendimento", "ra_solicitante", "solicitante_fone", "cliente_fone")


@pytest.fixture
def line(gsan: Gsan) -> Iterator[Connection]:
    with reading(gsan.url) as connection:
        yield connection


@pytest.fixture
def large(gsan: Gsan) -> Gsan:
    gsan.sql.execute(MANY)
    return gsan


def test_each_question_is_answered_by_an_index_however_large_the_tables(large: Gsan, line: Connection) -> None:
    answered = plans.look(line, layout.look(line))

    assert len(answered) == 8
    for plan in answered:
        assert plan.scanned == (), plan
        assert plan.nodes, plan
        assert all("Index" in node or "Bitmap Heap Scan" in node for node in plan.nodes), plan


def test_passes_over_large_tables_read_none_of_them_whole(large: Gsan) -> None:
    reader = Reader()
    before = large.whole_readings()
    for rgat_id in range(RAS + 1, RAS + 5):
        reader.read(NOW)
        large.open_ra(rgat_id, raso_id=rgat_id)
        large.close_ra(rgat_id - 1) if rgat_id > RAS + 1 else None
        reader.read(NOW)
    after = large.whole_readings()

    assert Message.objects.filter(type_id=1).count() == 4
    assert Message.objects.filter(type_id=3).count() == 3
    assert {table: after[table] - before[table] for table in TABLES} == dict.fromkeys(TABLES, 0)


def test_without_an_index_nothing_is_read_and_the_statement_that_makes_it_is_told(large: Gsan) -> None:
    large.sql.execute("DROP INDEX atendimentopublico.ra_solicitante_rgat")
    with pytest.raises(GsanDiffers) as caught:
        Reader().read(NOW)
    assert str(caught.value) == (
        "Falta um índice no banco do GSAN: sem ele, uma tabela inteira seria lida."
        " CREATE INDEX CONCURRENTLY ON atendimentopublico.ra_solicitante (rgat_id);"
    )


def test_a_small_table_without_an_index_is_read_all_the_same(gsan: Gsan) -> None:
    gsan.sql.execute("DROP INDEX atendimentopublico.ra_solicitante_rgat")
    reader = Reader()
    reader.read(NOW)
    gsan.open_ra(10)
    gsan.close_ra(10)
    reader.read(NOW)
    assert Message.objects.count() == 2


def test_columns_of_other_versions_are_done_without(gsan: Gsan) -> None:
    gsan.sql.execute("ALTER TABLE atendimentopublico.registro_atendimento DROP COLUMN rgat_qtreiteracoes")
    gsan.sql.execute("ALTER TABLE atendimentopublico.registro_atendimento ADD COLUMN rgat_qtreiteracoes_x smallint")
    gsan.sql.execute("ALTER TABLE atendimentopublico.solicitante_fone DROP COLUMN sofo_icfonepadrao")
    gsan.sql.execute("DROP TABLE cadastro.cliente_fone")
    reader = Reader()
    reader.read(NOW)
    gsan.sql.execute(
        "INSERT INTO atendimentopublico.registro_atendimento (rgat_id, rgat_cdsituacao, rgat_tmregistroatendimento)"
        " VALUES (10, 1, now())"
    )
    gsan.add_requester(10, main=1)
    gsan.sql.execute(
        "INSERT INTO atendimentopublico.solicitante_fone (raso_id, sofo_cdddd, sofo_nnfone, fnet_id)"
        " VALUES (1001, 81, '912345678', 3)"
    )
    reader.read(NOW)
    gsan.add_requester(10)
    gsan.sql.execute(
        "INSERT INTO atendimentopublico.solicitante_fone (raso_id, sofo_cdddd, sofo_nnfone, fnet_id)"
        " VALUES (1002, 81, '987654321', 3)"
    )
    reader.read(NOW)
    assert list(Message.objects.order_by("pk").values_list("type_id", flat=True)) == [1, 2]


def test_a_column_that_is_needed_is_named(gsan: Gsan) -> None:
    gsan.sql.execute("ALTER TABLE atendimentopublico.ra_solicitante DROP COLUMN raso_nnprotocoloatendimento")
    with pytest.raises(GsanDiffers, match=r"ra_solicitante\.raso_nnprotocoloatendimento"):
        Reader().read(NOW)


def test_a_table_that_the_account_may_not_read_is_named(gsan: Gsan) -> None:
    gsan.sql.execute("REVOKE SELECT ON atendimentopublico.solicitante_fone FROM leitor")
    with pytest.raises(GsanDiffers, match=r"solicitante_fone\.sofo_id"):
        Reader().read(NOW)
