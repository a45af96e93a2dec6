"""How the text of a variable becomes a value: each takes it as it stands in the environment.

Each raises ValueError with a reason (pt-BR) that says what to write instead.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from recado.conf.mail import parse_smtp_url
from recado.conf.networks import parse_networks


def read_text(raw: str) -> str:
    """Any text."""
    return raw


def read_words(raw: str) -> tuple[str, ...]:
    """Words between commas."""
    return tuple(word.strip() for word in raw.split(",") if word.strip())


def _is_number(raw: str) -> bool:
    # The length first: int() refuses thousands of digits, in English.
    return len(raw) <= 18 and raw.isascii() and raw.isdigit()


def read_numbers(raw: str) -> tuple[int, ...]:
    """Whole numbers between commas."""
    words = read_words(raw)
    if not all(_is_number(word) for word in words):
        raise ValueError("use números separados por vírgula, como 2,5")
    return tuple(int(word) for word in words)


def read_flag(raw: str) -> bool:
    """Sim or não."""
    match raw.strip().lower():
        case "1" | "sim" | "true" | "yes":
            return True
        case "0" | "não" | "nao" | "false" | "no" | "":
            return False
    raise ValueError("use sim ou não")


def read_whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of a whole number from `low` to `high`."""

    def read(raw: str) -> int:
        if not (_is_number(raw) and low <= int(raw) <= high):
            raise ValueError(f"use um número inteiro de {low} a {high}")
        return int(raw)

    return read


def read_seconds(low: float, high: float) -> Callable[[str], float]:
    """A reader of seconds from `low` to `high`."""

    def read(raw: str) -> float:
        try:
            value = float(raw)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise ValueError(f"use segundos de {low:g} a {high:g}")
        return value

    return read


def read_path(raw: str) -> Path:
    """A path, with `~` for the home."""
    if "\0" in raw or not raw.strip():
        raise ValueError("use o caminho de uma pasta")
    try:
        return Path(raw).expanduser().absolute()
    except RuntimeError:
        raise ValueError("use o caminho completo: não há pasta pessoal para o ~") from None


def read_optional_path(raw: str) -> Path | None:
    """A path, or None for nothing."""
    return read_path(raw) if raw else None


def read_time_zone(raw: str) -> str:
    """The name of a time zone."""
    try:
        zoneinfo.ZoneInfo(raw)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("use um fuso da base IANA, como America/Recife") from None
    return raw


def read_database_url(raw: str) -> str:
    """The address of the database, or nothing."""
    if not raw:
        return raw
    try:
        parsed = dj_database_url.parse(raw)
    except (dj_database_url.UnknownSchemeError, dj_database_url.ParseError, ValueError):
        parsed = {"ENGINE": ""}
    if parsed["ENGINE"] not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        raise ValueError("use sqlite:////caminho/recado.db ou postgresql://usuario@host/banco")
    return raw


def read_postgresql_url(raw: str) -> str:
    """The address of a PostgreSQL database, or nothing."""
    if not raw:
        return raw
    try:
        parts = urlsplit(raw)
        usable = parts.scheme in ("postgresql", "postgres") and bool(parts.hostname or parts.query)
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        # The address holds a password: the message does not repeat it.
        raise ValueError("use postgresql://usuario:senha@host/banco")
    return raw


_PIN = re.compile(r"[0-9]{4,8}")


def read_pins(raw: str) -> dict[str, str]:
    """A PIN for each phone: `Aparelho 1=1234;Aparelho 2=5678`."""
    pins: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in raw.split(";"))):
        name, equals, pin = entry.rpartition("=")
        if not (equals and name.strip() and _PIN.fullmatch(pin.strip())):
            # The value is a secret: the message does not repeat it.
            raise ValueError("use APARELHO=PIN, com PIN de 4 a 8 dígitos, separados por ponto e vírgula")
        pins[name.strip()] = pin.strip()
    return pins


def read_log_level(raw: str) -> str:
    """The name of a level."""
    if raw.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("use DEBUG, INFO, WARNING ou ERROR")
    return raw.upper()


def read_address(raw: str) -> str:
    """Host and port."""
    host, colon, port = raw.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError("use ENDEREÇO:PORTA, como 127.0.0.1:8000")
    return raw


def _is_mail_address(word: str) -> bool:
    local, at, domain = word.rpartition("@")
    return bool(local and at and "." in domain) and word.isprintable() and not set(word) & set(" ,;<>\"'\r\n")


def read_mail_addresses(raw: str) -> tuple[str, ...]:
    """E-mail addresses between commas."""
    words = read_words(raw)
    if not all(_is_mail_address(word) for word in words):
        raise ValueError("use endereços de e-mail separados por vírgula")
    return words


def read_mail_sender(raw: str) -> str:
    """One e-mail address, or nothing."""
    if raw and not _is_mail_address(raw):
        raise ValueError("use um endereço de e-mail, como recado@companhia.example")
    return raw


def read_networks(raw: str) -> str:
    """Internet networks between commas, as they were written."""
    parse_networks(raw)
    return raw


def read_smtp_url(raw: str) -> str:
    """The address of a mail server, or nothing."""
    if raw:
        parse_smtp_url(raw)
    return raw


def read_webhook_url(raw: str) -> str:
    """An https address, or http on this machine, or nothing."""
    if not raw:
        return raw
    try:
        parts = urlsplit(raw)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    here = host in ("localhost", "127.0.0.1", "::1")
    if not host or parts.username or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        raise ValueError("use um endereço https:// (http:// só nesta máquina), sem usuário e senha")
    return raw


def read_public_url(raw: str) -> str:
    """The https address that customers open, or nothing."""
    if not raw:
        return raw
    try:
        url = read_webhook_url(raw)
        plain = not (urlsplit(url).query or urlsplit(url).fragment)
    except ValueError:
        plain = False
    if not plain:
        raise ValueError("use um endereço https:// (http:// só nesta máquina), como https://recado.companhia.example")
    return raw.rstrip("/")


def read_dotted(raw: str) -> str:
    """`package.module:Class`, or nothing."""
    if raw and not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", raw, re.ASCII):
        raise ValueError("use pacote.modulo:Classe")
    return raw
