"""What must be true before the parts start: a database of this version, an administrator, the screens' static files.

Needs Django set up.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from recado.cli.base import CommandFailed
from recado.cli.deeds import note
from recado.cli.lock import AlreadyHeld, held
from recado.people.models import Account
from recado.people.passwords import FIRST_ADMINISTRATOR, first_password_file, new_password
from recado.people.roles import ADMINISTRATOR

_STAMP = ".recado-stamp"


@dataclass(frozen=True, slots=True)
class FirstLogin:
    """The first administrator's login, while its password is the one that was given; `new` when made just now."""

    username: str
    password: str
    path: Path
    new: bool


def pending_migrations() -> int:
    """How many migrations the database still lacks; 0 when it is of this version."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def require_migrated() -> None:
    """Raise CommandFailed when the database is not of this version."""
    if pending_migrations():
        raise CommandFailed("O banco de dados não está pronto para esta versão. Execute: recado migrate")


def migrate_database() -> bool:
    """Bring the database to this version, with what comes in it (types, channels, reasons); False when it was."""
    if not pending_migrations():
        return False
    call_command("migrate", interactive=False, verbosity=0)
    return True


def first_login() -> FirstLogin | None:
    """Make the administrator when there is no user at all; give the login while its first password is in force.

    The password is kept in RECADO_HOME/primeiro_acesso.txt (0600), which goes away once the password was changed: at
    the first login, but in a demonstration, which keeps it.
    """
    path = first_password_file()
    users = get_user_model().objects
    if not users.exists():
        password = new_password()
        _write_private(path, password)
        _make_administrator(password)
        return FirstLogin(FIRST_ADMINISTRATOR, password, path, new=True)
    if not path.exists():
        return None
    password = _read_password(path)
    user = users.filter(username=FIRST_ADMINISTRATOR, is_active=True).first()
    if user is not None and password and user.check_password(password):
        return FirstLogin(FIRST_ADMINISTRATOR, password, path, new=False)
    path.unlink(missing_ok=True)
    return None


def _make_administrator(password: str) -> None:
    with transaction.atomic():
        user = get_user_model().objects.create_superuser(username=FIRST_ADMINISTRATOR, email="", password=password)
        Account.objects.create(user=user, must_change_password=not settings.RECADO_DEMO)
        note("USER_ADDED", FIRST_ADMINISTRATOR, f"papel {ADMINISTRATOR.name}, por ser o primeiro")


def collect_static() -> None:
    """Bring the screens' files to STATIC_ROOT under hashed names, when they are not those of this installation."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / _STAMP
    wanted = _static_digest()
    if _read_stamp(stamp) == wanted:
        return
    try:
        with held(Path(settings.RECADO_HOME) / "run" / "static.lock"):
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(wanted, encoding="ascii")
    except AlreadyHeld:
        raise CommandFailed("Outro processo prepara os arquivos das telas. Tente de novo em instantes.") from None


def _static_digest() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _read_stamp(stamp: Path) -> str:
    try:
        return stamp.read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def _write_private(path: Path, password: str) -> None:
    text = (
        "Primeiro acesso ao Recado\n\n"
        f"Usuário: {FIRST_ADMINISTRATOR}\nSenha: {password}\n\n"
        "Entre nas telas e escolha outra senha; ou use: recado user password admin\n"
        "Depois disso este arquivo some.\n"
    )
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _read_password(path: Path) -> str:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("Senha: "):
            return line.removeprefix("Senha: ").strip()
    return ""
