"""What every command shares: its looks in the help, how Django is started, how a failure becomes one sentence."""

from __future__ import annotations

import errno
import functools
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, ParamSpec

import click

from recado.cli.portuguese import speak_portuguese
from recado.conf.environment import ConfigurationError
from recado.numerals import counted as counted

P = ParamSpec("P")

# Here, below every command: some of click's words are fixed when an option is made, not when it is shown.
speak_portuguese()

_DISK_FULL = "O disco está cheio. Libere espaço e tente de novo; o que já estava gravado continua lá."
_OS_WORDS = {
    errno.ENOENT: "não existe",
    errno.EACCES: "sem permissão",
    errno.EPERM: "sem permissão",
    errno.EROFS: "o disco só aceita leitura",
    errno.EISDIR: "é uma pasta",
    errno.ENOTDIR: "não é uma pasta",
    errno.EADDRINUSE: "endereço em uso",
    errno.ENAMETOOLONG: "nome longo demais",
    errno.EMFILE: "arquivos abertos demais",
    errno.EIO: "falha de leitura ou gravação",
}
# What the two databases say, in English, and what a person can do. Looked for in this order.
_DATABASE_WORDS = (
    ("disk is full", _DISK_FULL),
    ("no space left", _DISK_FULL),
    ("no such table", "O banco de dados não está pronto. Execute: recado migrate"),
    ("no such column", "O banco de dados é de outra versão do Recado. Execute: recado migrate"),
    ("does not exist", "O banco não existe ou não está pronto. Confira RECADO_DATABASE_URL e execute: recado migrate"),
    ("readonly database", "Sem permissão para gravar no banco. Dê a pasta de RECADO_HOME ao usuário do Recado."),
    ("unable to open", "Não foi possível abrir o banco de dados. Confira RECADO_HOME e as permissões da pasta."),
    ("locked", "O banco de dados está ocupado por outro programa. Tente de novo em alguns segundos."),
    ("malformed", "O arquivo do banco está corrompido. Pare o Recado e volte a última cópia de segurança."),
    ("not a database", "O arquivo do banco não é um banco SQLite. Confira RECADO_HOME ou RECADO_DATABASE_URL."),
    ("password authentication", "O PostgreSQL recusou o usuário ou a senha. Confira RECADO_DATABASE_URL."),
    ("connection", "O PostgreSQL não respondeu. Confira se ele está no ar e o endereço em RECADO_DATABASE_URL."),
    ("translate host name", "O servidor do PostgreSQL não foi encontrado. Confira o endereço em RECADO_DATABASE_URL."),
)


class CommandFailed(click.ClickException):
    """The command was understood and did not succeed: exit code 1. The text (pt-BR) says why and what to do."""


class Refused(click.ClickException):
    """The command was asked for something impossible: exit code 2. The text (pt-BR) says why and what to give."""

    exit_code = 2


class ConfigurationRefused(click.ClickException):
    """A variable of the environment is wrong: exit code 2, the sentences as the settings wrote them."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the sentences without a prefix, one variable a line."""
        click.echo(self.format_message(), file=file, err=file is None)


class RecadoCommand(click.Command):
    """A command whose usage line is in Portuguese."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[OPÇÕES]")
        super().__init__(*args, **kwargs)


class RecadoGroup(click.Group):
    """A group whose usage line is in Portuguese, and its commands' and groups' as well."""

    command_class = RecadoCommand

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[OPÇÕES]")
        kwargs.setdefault("subcommand_metavar", "COMANDO [ARGUMENTOS]...")
        super().__init__(*args, **kwargs)


RecadoGroup.group_class = RecadoGroup


def start_django() -> None:
    """Set Django up once. Raises ConfigurationRefused when the environment is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recado.conf.settings")
    import django

    try:
        django.setup()
    except ConfigurationError as error:
        raise ConfigurationRefused(str(error)) from error


def with_django(command: Callable[P, None]) -> Callable[P, None]:
    """Start Django before `command`, and turn what the database or the disk refuse into one sentence."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        with plain_words():
            start_django()
            with database_words():
                command(*args, **kwargs)

    return wrapped


@contextmanager
def plain_words() -> Iterator[None]:
    """Within: a wrong setting or a refusing disk ends the command with a sentence, not with a traceback."""
    try:
        yield
    except ConfigurationError as error:
        raise ConfigurationRefused(str(error)) from error
    except BrokenPipeError:
        # The reader (`head`, `less`) went away: click ends quietly by itself.
        raise
    except OSError as error:
        raise CommandFailed(explain_os_error(error)) from error


@contextmanager
def database_words() -> Iterator[None]:
    """Within (Django being set up): what the database refuses ends the command with a sentence."""
    from django.db import DatabaseError, InterfaceError

    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        raise CommandFailed(explain_database_error(error)) from error


def explain_os_error(error: OSError) -> str:
    """Say in pt-BR what the system refused: `PATH: why.`, with what to do for a full disk."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _DISK_FULL
    words = _OS_WORDS.get(error.errno or 0, error.strerror or str(error))
    return f"{error.filename}: {words}." if error.filename else f"O sistema recusou: {words}."


def explain_database_error(error: Exception) -> str:
    """Say in pt-BR what the database refused and what to do; in its own words when they are not known here."""
    said = str(error)
    for words, sentence in _DATABASE_WORDS:
        if words in said.lower():
            return sentence
    first_line = said.strip().partition("\n")[0]
    return f"O banco de dados recusou a operação: {first_line or type(error).__name__}"


def table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Columns under their names, two blanks apart, no blank at the end of a line."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [header, *rows])
    return "\n".join(line.rstrip() for line in lines)
