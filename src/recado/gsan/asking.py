"""Every question that is asked of GSAN's tables: each by a key, each for a bounded number of rows.

`STATEMENTS` has them by name, so that `plans` can ask GSAN how it would answer them, and refuse the one that would read
a large table from end to end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recado.gsan.layout import Layout
from recado.gsan.source import Connection

CLOSED = 2
"""`rgat_cdsituacao` of an RA that is over."""
MOBILE = 3
"""`fnet_id` of a mobile."""
YES, NO = 1, 2


@dataclass(frozen=True, slots=True)
class Requester:
    """One row of `ra_solicitante` with what matters of its RA. `registered_at` is local, without a zone.

    `email` is empty for none, and for one whose owner said that no survey may go there.
    """

    raso_id: int
    rgat_id: int
    client_id: int | None
    protocol: str
    is_main: bool
    reiterations: int
    registered_at: datetime | None
    email: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone of a requester or of a client, as GSAN has it."""

    owner_id: int
    ddd: str
    number: str
    kind: int | None
    is_default: bool


def highest_requester(connection: Connection) -> int:
    """The newest key of `ra_solicitante`; 0 for an empty table."""
    row = connection.execute("SELECT max(raso_id) AS highest FROM atendimentopublico.ra_solicitante").fetchone()
    return int(row["highest"] or 0) if row else 0


def requesters_after(connection: Connection, key: int, limit: int) -> list[int]:
    """The keys after `key`, ascending, `limit` at most."""
    return [row["raso_id"] for row in connection.execute(REQUESTERS_AFTER, [key, limit])]


def last_requesters(connection: Connection, count: int) -> list[int]:
    """The newest `count` keys."""
    return [row["raso_id"] for row in connection.execute(LAST_REQUESTERS, [count])]


def requesters(connection: Connection, layout: Layout, keys: Sequence[int]) -> list[Requester]:
    """These requesters, by their keys, ascending."""
    rows = connection.execute(requesters_statement(layout, "raso.raso_id"), [list(keys)])
    return [_requester(row) for row in rows]


def requesters_of(connection: Connection, layout: Layout, rgat_ids: Sequence[int]) -> list[Requester]:
    """All requesters of these RAs, the first of each RA first."""
    rows = connection.execute(requesters_statement(layout, "raso.rgat_id"), [list(rgat_ids)])
    return [_requester(row) for row in rows]


def phones_of_requesters(connection: Connection, layout: Layout, keys: Sequence[int]) -> list[Phone]:
    """The phones that these requesters gave, in the order in which they were given."""
    return [_phone(row) for row in connection.execute(requester_phones_statement(layout), [list(keys)])]


def phones_of_clients(connection: Connection, layout: Layout, keys: Sequence[int]) -> list[Phone]:
    """The phones of these clients; none where this GSAN has no such table."""
    if not layout.has_client_phones or not keys:
        return []
    return [_phone(row) for row in connection.execute(client_phones_statement(layout), [list(keys)])]


def closed_among(connection: Connection, rgat_ids: Sequence[int]) -> dict[int, int | None]:
    """Those of these RAs that are closed, with the reason's key."""
    rows = connection.execute(CLOSED_AMONG, [list(rgat_ids), CLOSED])
    return {row["rgat_id"]: row["amen_id"] for row in rows}


def open_between(connection: Connection, after: int, to: int) -> list[int]:
    """The RAs that are not closed with keys after `after` up to `to`."""
    return [row["rgat_id"] for row in connection.execute(OPEN_BETWEEN, [after, to, CLOSED])]


def next_request(connection: Connection, after: int) -> int | None:
    """The first RA after that key; None past the last."""
    row = connection.execute(NEXT_REQUEST, [after]).fetchone()
    return row["next"] if row else None


def first_requester_since(connection: Connection, since: datetime) -> int | None:
    """The lowest key of a requester whose RA was registered from `since` (local) on; None for none."""
    row = connection.execute(FIRST_SINCE, [since]).fetchone()
    return row["lowest"] if row else None


REQUESTERS_AFTER = "SELECT raso_id FROM atendimentopublico.ra_solicitante WHERE raso_id > %s ORDER BY raso_id LIMIT %s"
LAST_REQUESTERS = "SELECT raso_id FROM atendimentopublico.ra_solicitante ORDER BY raso_id DESC LIMIT %s"
CLOSED_AMONG = (
    "SELECT rgat_id, amen_id FROM atendimentopublico.registro_atendimento"
    " WHERE rgat_id = ANY(%s) AND rgat_cdsituacao = %s"
)
OPEN_BETWEEN = (
    "SELECT rgat_id FROM atendimentopublico.registro_atendimento"
    " WHERE rgat_id > %s AND rgat_id <= %s AND rgat_cdsituacao <> %s ORDER BY rgat_id"
)
NEXT_REQUEST = "SELECT min(rgat_id) AS next FROM atendimentopublico.registro_atendimento WHERE rgat_id > %s"
# By the index on the time of registration; asked once, when a person says from when on to tell.
FIRST_SINCE = (
    "SELECT min(raso.raso_id) AS lowest FROM atendimentopublico.registro_atendimento rgat"
    " JOIN atendimentopublico.ra_solicitante raso ON raso.rgat_id = rgat.rgat_id"
    " WHERE rgat.rgat_tmregistroatendimento >= %s"
)


def requesters_statement(layout: Layout, column: str) -> str:
    """Requesters with their RAs, by `column` among keys."""
    main, count, email, survey = "NULL", "NULL", "NULL", "NULL"
    if layout.has("atendimentopublico.ra_solicitante", "raso_icsolicitanteprincipal"):
        main = "raso.raso_icsolicitanteprincipal"
    if layout.has("atendimentopublico.registro_atendimento", "rgat_qtreiteracoes"):
        count = "rgat.rgat_qtreiteracoes"
    if layout.has("atendimentopublico.ra_solicitante", "raso_dsemail"):
        email = "raso.raso_dsemail"
    if layout.has("atendimentopublico.ra_solicitante", "raso_icenvioemailpesquisa"):
        survey = "raso.raso_icenvioemailpesquisa"
    return (
        "SELECT raso.raso_id, raso.rgat_id, raso.clie_id, raso.raso_nnprotocoloatendimento AS protocol,"  # noqa: S608 - constants
        f" {main} AS main, {count} AS reiterations, {email} AS email, {survey} AS survey,"
        " rgat.rgat_tmregistroatendimento AS registered_at"
        " FROM atendimentopublico.ra_solicitante raso"
        " JOIN atendimentopublico.registro_atendimento rgat ON rgat.rgat_id = raso.rgat_id"
        f" WHERE {column} = ANY(%s) ORDER BY raso.raso_id"
    )


def requester_phones_statement(layout: Layout) -> str:
    """Phones of requesters, by the requesters' keys."""
    default = "NULL"
    if layout.has("atendimentopublico.solicitante_fone", "sofo_icfonepadrao"):
        default = "sofo_icfonepadrao"
    return (
        "SELECT raso_id AS owner_id, sofo_cdddd AS ddd, sofo_nnfone AS number, fnet_id AS kind,"  # noqa: S608 - constants
        f" {default} AS standard FROM atendimentopublico.solicitante_fone WHERE raso_id = ANY(%s) ORDER BY sofo_id"
    )


def client_phones_statement(layout: Layout) -> str:
    """Phones of clients, by the clients' keys."""
    default = "cfon_icfonepadrao" if layout.has("cadastro.cliente_fone", "cfon_icfonepadrao") else "NULL"
    return (
        "SELECT clie_id AS owner_id, cfon_cdddd AS ddd, cfon_nnfone AS number, fnet_id AS kind,"  # noqa: S608 - constants
        f" {default} AS standard FROM cadastro.cliente_fone WHERE clie_id = ANY(%s) ORDER BY cfon_id"
    )


def _requester(row: dict[str, object]) -> Requester:
    registered = row["registered_at"]
    unwanted = row["survey"] is not None and _whole(row["survey"]) == NO
    return Requester(
        raso_id=_whole(row["raso_id"]),
        rgat_id=_whole(row["rgat_id"]),
        client_id=None if row["clie_id"] is None else _whole(row["clie_id"]),
        protocol=str(row["protocol"] or "").strip(),
        is_main=row["main"] is not None and _whole(row["main"]) == YES,
        reiterations=_whole(row["reiterations"] or 0),
        registered_at=registered if isinstance(registered, datetime) else None,
        email="" if unwanted else str(row["email"] or "").strip(),
    )


def _phone(row: dict[str, object]) -> Phone:
    return Phone(
        owner_id=_whole(row["owner_id"]),
        ddd=str(row["ddd"] if row["ddd"] is not None else "").strip(),
        number=str(row["number"] or "").strip(),
        kind=None if row["kind"] is None else _whole(row["kind"]),
        is_default=row["standard"] is not None and _whole(row["standard"]) == YES,
    )


def _whole(value: object) -> int:
    return int(str(value))
