"""`recado gsan`: what stands in the way is told with what to do; reading works from a terminal too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from recado.gsan.models import Position
from recado.outbox.models import Message
from tests.cli.conftest import Recado, recado  # noqa: F401 - the fixture
from tests.gsan.conftest import LOCAL, Gsan

pytestmark = pytest.mark.django_db


def test_a_gsan_as_it_must_be_is_found_good(gsan: Gsan, recado: Recado) -> None:  # noqa: F811
    result = recado("gsan", "check")
    assert result.exit_code == 0, result.output
    assert "OK     Tabelas: todas, com todas as colunas." in result.output
    assert "OK     Permissões: a conta só lê." in result.output
    assert "OK     Consulta de RAs encerrados: " in result.output
    assert "OK     Leitura do GSAN: ainda não começou" in result.output
    assert not Message.objects.exists()


def test_what_stands_in_the_way_is_told(gsan: Gsan, recado: Recado, settings: pytest.FixtureRequest) -> None:  # noqa: F811
    gsan.sql.execute("REVOKE SELECT ON atendimentopublico.solicitante_fone FROM leitor")
    settings.RECADO_GSAN_WRITE_BACK_URL = gsan.url
    result = recado("gsan", "check")
    assert result.exit_code == 1
    assert (
        "FALHA  Tabelas: faltam, ou a conta não pode ler: atendimentopublico.solicitante_fone.sofo_id" in result.output
    )
    settings.RECADO_GSAN_DATABASE_URL = "postgresql://leitor@/gsan?host=/nao-existe"
    assert "FALHA  Ligação: O banco do GSAN não responde" in recado("gsan", "check").output


def test_an_account_that_may_write_is_warned_of(gsan: Gsan, recado: Recado, settings: pytest.FixtureRequest) -> None:  # noqa: F811
    settings.RECADO_GSAN_DATABASE_URL = gsan.server.url("recado", gsan.database)
    settings.RECADO_GSAN_WRITE_BACK_URL = gsan.write_url
    result = recado("gsan", "check")
    assert "AVISO  Permissões: a conta pode gravar no GSAN." in result.output
    assert "OK     Gravação em mensagem_sms: chaves de atendimentopublico.seq_mensagem_sms" in result.output


def test_once_reads_what_is_new_and_ends(gsan: Gsan, recado: Recado) -> None:  # noqa: F811
    assert recado("gsan", "run", "--once").stdout == "0 solicitantes novos, 0 encerramentos: 0 mensagens.\n"
    gsan.open_ra(10)
    assert recado("gsan", "run", "--once").stdout == "1 solicitante novo, 0 encerramentos: 1 mensagem.\n"
    assert "OK     Leitura do GSAN: a última foi em " in recado("gsan", "check").output
    Position.objects.update(read_at=timezone.now() - timedelta(minutes=6))
    assert "AVISO  Leitura do GSAN: a última foi em " in recado("doctor").output
    Position.objects.update(trouble="O banco do GSAN não responde.")
    assert "O banco do GSAN não responde." in recado("doctor").output


def test_a_start_from_a_day(gsan: Gsan, recado: Recado) -> None:  # noqa: F811
    gsan.open_ra(10, at=LOCAL)
    assert recado("gsan", "run", "--once", "--since", "ontem").exit_code == 2
    recado("gsan", "run", "--once", "--since", f"{LOCAL:%d/%m/%Y}")
    assert Message.objects.count() == 1


def test_without_the_setting_it_says_which(recado: Recado, settings: pytest.FixtureRequest) -> None:  # noqa: F811
    settings.RECADO_GSAN_DATABASE_URL = ""
    result = recado("gsan", "check")
    assert result.exit_code == 2
    assert "RECADO_GSAN_DATABASE_URL" in result.output
