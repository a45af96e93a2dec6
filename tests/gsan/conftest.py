"""A GSAN in a PostgreSQL of its own, whichever database Recado itself is tested on. People and numbers are fictitious.

The tables, columns and indexes are those that GSAN's reader meets; the index on the requesters' RA is among those that
versions differ in.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.support.postgresql import Cluster

NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
LOCAL = datetime(2026, 11, 22, 14, 0)  # noqa: DTZ001 - GSAN's times have no zone
READER, WRITER = "leitor", "gravador"
TABLES = """
CREATE SCHEMA atendimentopublico; CREATE SCHEMA cadastro;
CREATE TABLE atendimentopublico.registro_atendimento (
  rgat_id integer PRIMARY KEY, step_id integer, meso_id integer, imov_id integer, amen_id integer,
  rgat_cdsituacao smallint NOT NULL, rgat_tmregistroatendimento timestamp NOT NULL, rgat_tmencerramento timestamp,
  rgat_dsparecerencerramento varchar(400), rgat_qtreiteracoes smallint, rgat_tmultimaalteracao timestamp);
CREATE INDEX ON atendimentopublico.registro_atendimento (rgat_tmregistroatendimento);
CREATE INDEX ON atendimentopublico.registro_atendimento (rgat_cdsituacao);
CREATE TABLE atendimentopublico.ra_solicitante (
  raso_id integer PRIMARY KEY, rgat_id integer NOT NULL REFERENCES atendimentopublico.registro_atendimento,
  clie_id integer, raso_nmsolicitante varchar(60), raso_icsolicitanteprincipal smallint,
  raso_nnprotocoloatendimento varchar(14), raso_dsemail varchar(40), raso_icenvioemailpesquisa smallint);
CREATE INDEX ra_solicitante_rgat ON atendimentopublico.ra_solicitante (rgat_id);
CREATE TABLE atendimentopublico.solicitante_fone (
  sofo_id serial PRIMARY KEY, raso_id integer NOT NULL REFERENCES atendimentopublico.ra_solicitante,
  sofo_cdddd smallint, sofo_nnfone varchar(9), sofo_icfonepadrao smallint, fnet_id integer);
CREATE INDEX ON atendimentopublico.solicitante_fone (raso_id);
CREATE TABLE cadastro.cliente_fone (
  cfon_id serial PRIMARY KEY, clie_id integer NOT NULL, cfon_cdddd char(2), cfon_nnfone varchar(9),
  cfon_icfonepadrao smallint, fnet_id integer);
CREATE INDEX ON cadastro.cliente_fone (clie_id);
CREATE SEQUENCE atendimentopublico.seq_mensagem_sms START 700;
CREATE TABLE atendimentopublico.mensagem_sms (
  msms_id integer PRIMARY KEY, msms_nncelular varchar(10), msms_icenviada smallint, msms_dtenvio timestamp,
  smtp_id integer, rgat_id integer);
CREATE ROLE leitor LOGIN; CREATE ROLE gravador LOGIN;
GRANT USAGE ON SCHEMA atendimentopublico, cadastro TO leitor, gravador;
GRANT SELECT ON ALL TABLES IN SCHEMA atendimentopublico, cadastro TO leitor;
GRANT SELECT, INSERT, UPDATE ON atendimentopublico.mensagem_sms TO gravador;
GRANT USAGE ON atendimentopublico.seq_mensagem_sms TO gravador;
"""


@dataclass(frozen=True)
class Server:
    """The cluster that holds a GSAN for each test."""

    cluster: Cluster
    folder: Path

    def url(self, user: str, database: str) -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"


class Gsan:
    """One GSAN: what its attendants do, and the addresses at which it is read and written."""

    def __init__(self, server: Server, database: str) -> None:
        self.server = server
        self.database = database
        self.sql = psycopg.connect(server.url("recado", database), autocommit=True)
        self._next_requester = 1000

    @property
    def url(self) -> str:
        return self.server.url(READER, self.database)

    @property
    def write_url(self) -> str:
        return self.server.url(WRITER, self.database)

    def open_ra(self, rgat_id: int, mobile: str = "81912345678", *, at: datetime = LOCAL, **requester: object) -> int:
        """An RA with its main requester; gives the requester's key."""
        self.sql.execute(
            "INSERT INTO atendimentopublico.registro_atendimento"
            " (rgat_id, rgat_cdsituacao, rgat_tmregistroatendimento, rgat_qtreiteracoes) VALUES (%s, 1, %s, 0)",
            [rgat_id, at],
        )
        return self.add_requester(rgat_id, mobile, main=1, **requester)

    def add_requester(
        self,
        rgat_id: int,
        mobile: str = "",
        *,
        main: int = 2,
        raso_id: int | None = None,
        client: int | None = None,
        protocol: str | None = None,
        kind: int = 3,
        default: int = 2,
        email: str | None = None,
        survey: int | None = None,
    ) -> int:
        """One more requester of an RA, with a phone if one is given."""
        if raso_id is None:
            self._next_requester += 1
            raso_id = self._next_requester
        self.sql.execute(
            "INSERT INTO atendimentopublico.ra_solicitante (raso_id, rgat_id, clie_id, raso_nmsolicitante,"
            " raso_icsolicitanteprincipal, raso_nnprotocoloatendimento) VALUES (%s, %s, %s, 'Maria Fictícia', %s, %s)",
            [raso_id, rgat_id, client, main, protocol or f"20261{raso_id:09d}"],
        )
        if mobile:
            self.add_phone(raso_id, mobile, kind=kind, default=default)
        if email is not None or survey is not None:
            self.sql.execute(
                "UPDATE atendimentopublico.ra_solicitante SET raso_dsemail = %s, raso_icenvioemailpesquisa = %s"
                " WHERE raso_id = %s",
                [email, survey, raso_id],
            )
        return raso_id

    def add_phone(self, raso_id: int, number: str, *, kind: int = 3, default: int = 2) -> None:
        self.sql.execute(
            "INSERT INTO atendimentopublico.solicitante_fone"
            " (raso_id, sofo_cdddd, sofo_nnfone, fnet_id, sofo_icfonepadrao) VALUES (%s, %s, %s, %s, %s)",
            [raso_id, int(number[:2]), number[2:], kind, default],
        )

    def add_client_phone(self, client: int, number: str, *, kind: int = 3, default: int = 1) -> None:
        self.sql.execute(
            "INSERT INTO cadastro.cliente_fone (clie_id, cfon_cdddd, cfon_nnfone, fnet_id, cfon_icfonepadrao)"
            " VALUES (%s, %s, %s, %s, %s)",
            [client, number[:2], number[2:], kind, default],
        )

    def reiterate(self, rgat_id: int, mobile: str = "81987654321", **requester: object) -> int:
        self.sql.execute(
            "UPDATE atendimentopublico.registro_atendimento SET rgat_qtreiteracoes = rgat_qtreiteracoes + 1"
            " WHERE rgat_id = %s",
            [rgat_id],
        )
        return self.add_requester(rgat_id, mobile, **requester)

    def close_ra(self, rgat_id: int, reason: int = 2) -> None:
        self.sql.execute(
            "UPDATE atendimentopublico.registro_atendimento"
            " SET rgat_cdsituacao = 2, amen_id = %s, rgat_tmencerramento = %s WHERE rgat_id = %s",
            [reason, LOCAL + timedelta(hours=1), rgat_id],
        )

    def sms(self) -> list[tuple[object, ...]]:
        """GSAN's own rows of SMS."""
        return self.sql.execute(
            "SELECT msms_id, msms_nncelular, msms_icenviada, msms_dtenvio, smtp_id, rgat_id"
            " FROM atendimentopublico.mensagem_sms ORDER BY msms_id"
        ).fetchall()

    def whole_readings(self) -> dict[str, int]:
        """How often each table was read from end to end so far."""
        self.sql.execute("SELECT pg_stat_force_next_flush()")
        return dict(self.sql.execute("SELECT relname, seq_scan FROM pg_stat_user_tables").fetchall())


@pytest.fixture(scope="session")
def gsan_server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="recado-gsan-"))
    cluster = Cluster(folder)
    cluster.start()
    server = Server(cluster, folder)
    with psycopg.connect(server.url("recado", "recado"), autocommit=True) as admin:
        admin.execute(TABLES)
    yield server
    cluster.stop()


@pytest.fixture
def gsan(gsan_server: Server, settings: pytest.FixtureRequest) -> Iterator[Gsan]:
    """A GSAN without a single RA, which Recado is set to read."""
    name = "gsan"
    with psycopg.connect(gsan_server.url("recado", "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE recado")
    made = Gsan(gsan_server, name)
    settings.RECADO_GSAN_DATABASE_URL = made.url
    settings.RECADO_GSAN_NINTH_DIGIT = False
    settings.RECADO_GSAN_WRITE_BACK_URL = ""
    yield made
    made.sql.close()
    with psycopg.connect(gsan_server.url("recado", "postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
