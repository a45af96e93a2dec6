"""The line to GSAN's PostgreSQL: read only, never long, never waiting behind a lock.

The session itself is set so, whatever the account may do: read-only transactions, a time limit for each statement and
for each lock. Only `SELECT` of a handful of rows by their keys goes over it, each a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

STATEMENT_MILLISECONDS = 10_000
LOCK_MILLISECONDS = 2_000
CONNECT_SECONDS = 5
_OPTIONS = f"-c statement_timeout={STATEMENT_MILLISECONDS} -c lock_timeout={LOCK_MILLISECONDS}"
# A few hundred rows by their keys: however the planner weighs them, the way there is an index and not the whole table.
_BY_INDEX = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
_READ_ONLY = f"{_OPTIONS} {_BY_INDEX} -c default_transaction_read_only=on -c idle_in_transaction_session_timeout=30000"

Connection = psycopg.Connection[DictRow]
Row = dict[str, Any]


class GsanUnreachable(Exception):
    """GSAN's database is away, or refuses: its operator's matter, and the reader goes on when it is back."""


class GsanDiffers(Exception):
    """What is asked of GSAN's database is not as it must be; the text (pt-BR) says what, and what to do."""


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A read-only line. Raises GsanUnreachable, from within the block too."""
    with _line(url, _READ_ONLY) as connection:
        connection.read_only = True
        yield connection


@contextmanager
def writing(url: str) -> Iterator[Connection]:
    """A line of the account that may write to `mensagem_sms`. Raises GsanUnreachable, from within the block too."""
    with _line(url, _OPTIONS) as connection:
        yield connection


@contextmanager
def _line(url: str, options: str) -> Iterator[Connection]:
    try:
        with psycopg.connect(
            url,
            autocommit=True,
            row_factory=dict_row,
            connect_timeout=CONNECT_SECONDS,
            options=options,
            application_name="recado",
            # A statement of each shape is planned anew: a plan kept for few keys must not serve many.
            prepare_threshold=None,
        ) as connection:
            yield connection
    except psycopg.Error as error:
        raise GsanUnreachable(_words(error)) from error


def _words(error: psycopg.Error) -> str:
    """Why, in pt-BR and without what the server repeats of a statement."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return f"O GSAN não respondeu a uma consulta em {STATEMENT_MILLISECONDS // 1000} segundos."
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return "Uma tabela do GSAN está bloqueada por outro programa."
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return "A conta não tem permissão em uma das tabelas do GSAN. Execute: recado gsan check"
    if isinstance(error, psycopg.OperationalError):
        return "O banco do GSAN não responde, ou recusou o usuário ou a senha."
    return f"O banco do GSAN recusou uma consulta ({type(error).__name__}). Execute: recado gsan check"
