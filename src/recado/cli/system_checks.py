"""What `recado doctor` looks at beside the phones: folder, database, clock, disk, port, users. Needs Django set up."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from recado.cli.base import CommandFailed, explain_database_error
from recado.cli.findings import Finding, failure, good, warning
from recado.cli.preparation import pending_migrations
from recado.cli.run import LEAST_FREE_BYTES
from recado.cli.web import require_free_address, split_address
from recado.conf.sqlite import FIRST_SAFE_WAL
from recado.outbox.models import StatusChange
from recado.people.membership import administrators

# No clock that is right stands before the first release.
FIRST_RELEASE = datetime(2026, 11, 1, tzinfo=UTC)
COMFORTABLE_BYTES = 10 * LEAST_FREE_BYTES
_MEGABYTE = 1024 * 1024


def check_system() -> list[Finding]:
    """Every check that is no phone's; those that need the database are left out when it cannot be reached."""
    home = Path(settings.RECADO_HOME)
    findings = [check_home(home), check_disk(shutil.disk_usage(home).free, home)]
    database = check_database()
    findings += database
    now = timezone.now()
    if any(finding.advice for finding in database):
        return [*findings, check_clock(now, None), check_time_zone(now), check_port()]
    last = StatusChange.objects.order_by("-pk").values_list("at", flat=True).first()
    return [*findings, check_clock(now, last), check_time_zone(now), check_port(), check_users(home)]


def check_home(home: Path) -> Finding:
    """The data folder is the owner's alone."""
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & 0o077:
        return warning("Pasta dos dados", f"{home} pode ser lida por outros usuários.", f"Execute: chmod 700 {home}")
    return good("Pasta dos dados", f"{home}, acesso só do dono.")


def check_disk(free: int, home: Path) -> Finding:
    """There is room (`free` bytes) for the queue to grow."""
    found = f"{free // _MEGABYTE} MB livres em {home}."
    if free < LEAST_FREE_BYTES:
        return failure("Disco", found, "Libere espaço: com o disco cheio nada entra na fila.")
    if free < COMFORTABLE_BYTES:
        return warning("Disco", found, "Libere espaço antes que acabe.")
    return good("Disco", found)


def check_database() -> list[Finding]:
    """The database answers, is of this version, and keeps what it is told."""
    what = "Banco de dados"
    try:
        connection.ensure_connection()
        pending = pending_migrations()
    except (DatabaseError, InterfaceError) as error:
        return [failure(what, explain_database_error(error), "Depois de corrigir, execute de novo: recado doctor")]
    if pending:
        return [failure(what, "não está pronto para esta versão.", "Execute: recado migrate")]
    if connection.vendor != "sqlite":
        return [good(what, f"PostgreSQL {_value('SHOW server_version')}, pronto.")]
    file = check_database_file(Path(str(connection.settings_dict["NAME"])))
    return [file or good(what, "SQLite, pronto."), _check_sqlite()]


def check_database_file(path: Path) -> Finding | None:
    """The trouble with the file of an embedded database, which can be read and yet not written; None for no trouble."""
    if not path.exists() or os.access(path, os.W_OK):
        return None
    advice = f"Execute o Recado com o usuário dono do arquivo, ou dê o arquivo a ele: chown recado {path}"
    return failure("Banco de dados", f"{path}: sem permissão para gravar.", advice)


def _check_sqlite() -> Finding:
    journal, version = str(_value("PRAGMA journal_mode")), sqlite3.sqlite_version
    if journal.lower() == "wal" and settings.SQLITE_VERSION < FIRST_SAFE_WAL:
        return failure(
            "SQLite",
            f"versão {version} em modo WAL, que nesta versão pode corromper o banco.",
            "Instale o pacote pysqlite3 no ambiente do Recado, ou use PostgreSQL.",
        )
    return good("SQLite", f"versão {version}, modo {journal.upper()}, gravação durável.")


def check_clock(now: datetime, last: datetime | None) -> Finding:
    """`now` is neither before this program was made nor before `last`, the newest thing the database tells of."""
    shown = f"{timezone.localtime(now):%d/%m/%Y %H:%M:%S}"
    advice = "Acerte o relógio; com systemd: timedatectl set-ntp true"
    if now < FIRST_RELEASE:
        return failure("Relógio", f"{shown}: está no passado.", advice)
    if last is not None and now < last - timedelta(minutes=1):
        return failure(
            "Relógio", f"{shown}, antes do último registro ({timezone.localtime(last):%d/%m/%Y %H:%M:%S}).", advice
        )
    return good("Relógio", f"{shown}.")


def check_time_zone(now: datetime) -> Finding:
    """The zone of the screens is one of Brazil's."""
    offset = timezone.localtime(now).utcoffset() or timedelta()
    found = f"{settings.TIME_ZONE}, agora {timezone.localtime(now):%H:%M} nas telas."
    if not timedelta(hours=-5) <= offset <= timedelta(hours=-2):
        return warning("Fuso horário", found, "Não é um fuso do Brasil. Defina RECADO_TIME_ZONE, como America/Recife.")
    return good("Fuso horário", found)


def check_port() -> Finding:
    """The screens answer at their address, or could."""
    address = settings.RECADO_HTTP_ADDRESS
    if _is_recado(*split_address(address)):
        return good("Telas", f"no ar em {address}.")
    try:
        require_free_address(address)
    except CommandFailed as refusal:
        return failure("Telas", f"não podem atender em {address}.", refusal.message)
    return good("Telas", f"fora do ar; {address} está livre. Para iniciar: recado run")


def check_users(home: Path) -> Finding:
    """Somebody can get in, and not with a password that lies in a file."""
    if not administrators().exists():
        return failure("Usuários", "nenhum administrador ativo.", "Inclua um: recado user add NOME --admin")
    first = home / "primeiro_acesso.txt"
    if first.exists():
        return warning("Usuários", f"a primeira senha ainda está em {first}.", "Troque-a: recado user password admin")
    return good("Usuários", "há administrador ativo.")


def _value(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row[0] if row else ""


def _is_recado(host: str, port: int) -> bool:
    """Whether the health page of Recado answers there."""
    name = settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else host
    client = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=2)  # noqa: S104 - compared, not bound
    try:
        client.request("GET", "/saude/", headers={"Host": name})
        # 503 too: the screens are there and say what is wrong.
        return "database" in json.loads(client.getresponse().read(4096))
    except (OSError, http.client.HTTPException, ValueError, TypeError):
        return False
    finally:
        client.close()
