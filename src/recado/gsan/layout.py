"""Which tables and columns this GSAN has: versions differ, and what is missing is either needed or done without."""

from __future__ import annotations

from dataclasses import dataclass

from recado.gsan.source import Connection, GsanDiffers

REQUIRED: dict[str, tuple[str, ...]] = {
    "atendimentopublico.registro_atendimento": (
        "rgat_id",
        "rgat_cdsituacao",
        "rgat_tmregistroatendimento",
        "amen_id",
    ),
    "atendimentopublico.ra_solicitante": ("raso_id", "rgat_id", "clie_id", "raso_nnprotocoloatendimento"),
    "atendimentopublico.solicitante_fone": ("sofo_id", "raso_id", "sofo_cdddd", "sofo_nnfone", "fnet_id"),
}
OPTIONAL: dict[str, tuple[str, ...]] = {
    "atendimentopublico.registro_atendimento": ("rgat_qtreiteracoes",),
    "atendimentopublico.ra_solicitante": (
        "raso_icsolicitanteprincipal",
        "raso_dsemail",
        "raso_icenvioemailpesquisa",
    ),
    "atendimentopublico.solicitante_fone": ("sofo_icfonepadrao",),
    "cadastro.cliente_fone": ("cfon_id", "clie_id", "cfon_cdddd", "cfon_nnfone", "cfon_icfonepadrao", "fnet_id"),
}
CLIENT_PHONES = ("cfon_id", "clie_id", "cfon_cdddd", "cfon_nnfone", "fnet_id")
WRITE_BACK = "atendimentopublico.mensagem_sms"
WRITE_BACK_COLUMNS = ("msms_id", "msms_nncelular", "msms_icenviada", "msms_dtenvio", "smtp_id", "rgat_id")


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of each table that matters, `schema.table` to names; a table that is not there has none."""

    columns: dict[str, frozenset[str]]

    def has(self, table: str, *names: str) -> bool:
        """True when the table has all of these columns."""
        return self.columns.get(table, frozenset()).issuperset(names)

    @property
    def has_client_phones(self) -> bool:
        """True when a client's own phones can be asked for."""
        return self.has("cadastro.cliente_fone", *CLIENT_PHONES)

    def missing(self) -> list[str]:
        """What the reader cannot do without and does not find, as `table.column`."""
        return [f"{table}.{name}" for table, names in REQUIRED.items() for name in names if not self.has(table, name)]

    def done_without(self) -> list[str]:
        """What would be used and is not there."""
        return [f"{table}.{name}" for table, names in OPTIONAL.items() for name in names if not self.has(table, name)]


def look(connection: Connection) -> Layout:
    """Read the layout. Raises GsanDiffers when something that is needed is missing or may not be read."""
    layout = seen(connection)
    if missing := layout.missing():
        raise GsanDiffers(
            f"Faltam no banco do GSAN, ou a conta não pode ler: {', '.join(missing)}. Dê à conta SELECT nestas tabelas."
        )
    return layout


def seen(connection: Connection) -> Layout:
    """Read the layout, whatever is missing. `information_schema` shows only what the account may use."""
    tables = sorted({*REQUIRED, *OPTIONAL, WRITE_BACK})
    rows = connection.execute(
        "SELECT table_schema || '.' || table_name AS name, column_name FROM information_schema.columns"
        " WHERE table_schema || '.' || table_name = ANY(%s)",
        [tables],
    )
    columns: dict[str, set[str]] = {}
    for row in rows:
        columns.setdefault(row["name"], set()).add(row["column_name"])
    return Layout({table: frozenset(names) for table, names in columns.items()})
