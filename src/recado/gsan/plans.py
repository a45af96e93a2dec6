"""How GSAN's database would answer each question, asked before the first one is put: none may read a large table whole.

GSAN's versions differ in their indexes too. A missing one is told with the statement that makes it, which the
operator of GSAN runs, and nothing is read until then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recado.gsan import asking
from recado.gsan.layout import Layout
from recado.gsan.source import Connection, GsanDiffers

# Reading fewer rows than this from end to end takes milliseconds, and is what the database itself prefers.
SMALL = 20_000
LARGEST_CHUNK = 500
_INDEX_FOR = {
    "ra_solicitante": "atendimentopublico.ra_solicitante (rgat_id)",
    "solicitante_fone": "atendimentopublico.solicitante_fone (raso_id)",
    "cliente_fone": "cadastro.cliente_fone (clie_id)",
    "registro_atendimento": "atendimentopublico.registro_atendimento (rgat_id)",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What GSAN says of one question: how it reads each table, and which large tables it would read whole."""

    question: str
    nodes: tuple[str, ...]
    scanned: tuple[str, ...]

    @property
    def advice(self) -> str:
        """The statement that makes the missing index; "" where none is missing."""
        return " ".join(f"CREATE INDEX CONCURRENTLY ON {_INDEX_FOR.get(table, table)};" for table in self.scanned)


def look(connection: Connection, layout: Layout) -> list[Plan]:
    """The plan of each question, without asking it."""
    return [_plan(connection, name, statement, values) for name, statement, values in questions(layout)]


def require_cheap(connection: Connection, layout: Layout) -> None:
    """Raise GsanDiffers when one of the questions would read a large table from end to end."""
    slow = [plan for plan in look(connection, layout) if plan.scanned]
    if slow:
        indexes = " ".join(dict.fromkeys(plan.advice for plan in slow))
        raise GsanDiffers(f"Falta um índice no banco do GSAN: sem ele, uma tabela inteira seria lida. {indexes}")


def questions(layout: Layout) -> list[tuple[str, str, list[Any]]]:
    """What the reader asks each time: what for (pt-BR), the statement, and values of the usual size."""
    keys = list(range(1, LARGEST_CHUNK + 1))
    found: list[tuple[str, str, list[Any]]] = [
        ("solicitantes novos", asking.REQUESTERS_AFTER, [1, 5000]),
        ("dados dos solicitantes", asking.requesters_statement(layout, "raso.raso_id"), [keys]),
        ("solicitantes de um RA", asking.requesters_statement(layout, "raso.rgat_id"), [keys]),
        ("telefones dos solicitantes", asking.requester_phones_statement(layout), [keys]),
        ("RAs encerrados", asking.CLOSED_AMONG, [keys, asking.CLOSED]),
        ("RAs abertos", asking.OPEN_BETWEEN, [0, 10_000, asking.CLOSED]),
        ("RA seguinte", asking.NEXT_REQUEST, [1]),
    ]
    if layout.has_client_phones:
        found.append(("telefones dos clientes", asking.client_phones_statement(layout), [keys]))
    return found


def _plan(connection: Connection, name: str, statement: str, values: list[Any]) -> Plan:
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}", values).fetchone()
    assert row is not None
    nodes = list(_nodes(row["QUERY PLAN"][0]["Plan"]))
    whole = [node["Relation Name"] for node in nodes if _reads_all(node)]
    scanned = tuple(table for table in whole if _rows(connection, table) > SMALL)
    words = (f"{node['Node Type']} {node['Relation Name']}" for node in nodes if "Relation Name" in node)
    return Plan(name, tuple(words), scanned)


def _reads_all(node: dict[str, Any]) -> bool:
    """From end to end: by the table itself, or by an index that nothing is looked up in."""
    kind = node["Node Type"]
    return kind.endswith("Seq Scan") or (kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in node)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _rows(connection: Connection, table: str) -> int:
    """About how many rows a table has, as GSAN's statistics say; one that was never counted is taken for large."""
    row = connection.execute(
        "SELECT max(reltuples)::bigint AS rows, bool_or(reltuples < 0 AND relpages > 100) AS unknown FROM pg_class"
        " WHERE relname = %s AND relkind IN ('r', 'p')",
        [table],
    ).fetchone()
    if row is None:
        return 0
    return SMALL + 1 if row["unknown"] else int(row["rows"] or 0)
