"""The data folder (`RECADO_HOME`): where it is made, who may read it, and what stands in it.

recado.db        the embedded database, when no RECADO_DATABASE_URL is given
secret_key       signs sessions; made once
static/          the screens' style sheets and fonts under hashed names
run/             sockets and locks of the running processes
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import tempfile
from pathlib import Path

from recado.conf.environment import ConfigurationError

_WHY = {
    errno.EEXIST: "existe um arquivo com este nome",
    errno.ENOTDIR: "o caminho passa por um arquivo",
    errno.ENOENT: "o caminho não existe",
    errno.ENOSPC: "o disco está cheio",
    errno.EROFS: "o disco só permite leitura",
    errno.EIO: "o disco falhou",
}


def prepare_home(home: Path) -> None:
    """Make `home` and its run folder, readable by the owner only.

    Raises ConfigurationError (pt-BR) when the folder cannot be made or written.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "run").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(_explain(home, error)) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise ConfigurationError(
            f"Sem permissão para gravar em {home}. Dê a pasta ao usuário do Recado (chown) ou defina RECADO_HOME."
        )


def secret_key(home: Path) -> str:
    """The key kept in `home`/secret_key, made with mode 0600 the first time.

    Two processes that start together end with the same key: the file appears whole, by a link that only one wins.
    """
    path = home / "secret_key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    try:
        # A name that nobody else has: containers that share the folder may share the process number too.
        descriptor, draft = tempfile.mkstemp(prefix=".secret_key.", dir=home)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(50) + "\n")
                file.flush()
                os.fsync(file.fileno())
            # When another process was first, its key is the key.
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            Path(draft).unlink()
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigurationError(_explain(path, error)) from error


def _explain(path: Path, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"Sem permissão para usar {path}. Dê a pasta ao usuário do Recado ou defina RECADO_HOME."
    why = _WHY.get(error.errno or 0, "o sistema recusou")
    return f"Não foi possível usar {path}: {why}. Confira o disco ou defina RECADO_HOME."
