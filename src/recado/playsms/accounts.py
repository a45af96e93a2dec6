"""Making accounts, and knowing whose a call is.

A password is kept as Django keeps people's, since one that a system had before may be short. That hash is slow on
purpose, so each process remembers which passwords were right, as a digest under a key of its own that names the hash
too: a changed password is another entry. Recado's own token is not kept at all: it is derived from the server's key.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from recado import statements
from recado.conf.networks import allows
from recado.people.passwords import new_password
from recado.playsms import throttling
from recado.playsms.codes import CallRefused, Code
from recado.playsms.models import Account

SHORTEST_SECRET = 8
LONGEST_SECRET = 128
_NOTE_USE_EVERY = timedelta(minutes=1)
_PROCESS_KEY = secrets.token_bytes(32)
_MOST_REMEMBERED = 1000
_right: set[bytes] = set()
_COLUMNS = tuple(field.attname for field in Account._meta.concrete_fields)


class SecretRefused(ValueError):
    """The password or token cannot be used; the text (pt-BR) says why."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a call shows: the user's name, and a token or a password."""

    user: str = ""
    password: str = ""
    token: str = ""


def recognise(shown: Credentials, *, address: str, now: datetime, tells_why: bool = False) -> Account:
    """The account of a call from `address`; its use is noted once a minute.

    Raises CallRefused: 100 for whatever is wrong, or, with `tells_why` and the secret right, 105 and 106.
    """
    account = _claimed(shown)
    if account is None or not _proves(account, shown, address, now):
        if account is None:
            _refuse_unknown(shown, address, now)
        raise CallRefused(Code.AUTHENTICATION)
    if not account.active:
        note_refusal(account, "Chamada com a conta desativada.", now)
        raise CallRefused(Code.NOT_ENABLED if tells_why else Code.AUTHENTICATION)
    if not allows(account.networks, address):
        note_refusal(account, f"Chamada do endereço {address[:45]}, que não está na lista.", now)
        raise CallRefused(Code.WRONG_ADDRESS if tells_why else Code.AUTHENTICATION)
    if account.last_used_at is None or abs(now - account.last_used_at) >= _NOTE_USE_EVERY:
        Account.objects.filter(pk=account.pk).update(last_used_at=now, last_used_from=address[:45])
    return account


def token_of(account: Account) -> str:
    """The account's token: 32 hexadecimal digits, as playSMS's are; another after `renew_token`."""
    value = f"{account.pk}:{account.token_round}"
    return salted_hmac("recado.playsms.token", value, algorithm="sha256").hexdigest()[:32]


def set_password(account: Account, own: str | None = None) -> str:
    """Give the account a new password, or its `own` of before; give it, to be shown once. Raises SecretRefused."""
    if own is not None:
        _check_secret(own)
    password = new_password() if own is None else own
    account.password = make_password(password)
    if account.pk:
        account.save(update_fields=["password"])
    return password


def renew_token(account: Account) -> str:
    """Make every token of before open nothing; give the new one."""
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(token_round=F("token_round") + 1, token_digest="")
        account.refresh_from_db()
    return token_of(account)


def keep_token(account: Account, own: str) -> None:
    """Let a token that the system had before open the door too; kept as a digest. Raises SecretRefused."""
    _check_secret(own)
    account.token_digest = _digest(own)
    account.save(update_fields=["token_digest"])


def note_refusal(account: Account, why: str, now: datetime) -> None:
    """Count a call that was refused, and keep `why` (pt-BR, no customer's data in the open)."""
    Account.objects.filter(pk=account.pk).update(refused=F("refused") + 1, last_refused_at=now, last_refusal=why[:300])


def _claimed(shown: Credentials) -> Account | None:
    """The account that the call says it is of. A token alone names its account too, as playSMS lets it."""
    if shown.user:
        return _named(shown.user) if _storable(shown.user) else None
    if not shown.token:
        return None
    return next((account for account in Account.objects.all() if _is_token_of(account, shown.token)), None)


def _named(name: str) -> Account | None:
    """Asked at every call, so with a statement that is made once."""
    row = _account_question().first(name=name)
    return None if row is None else statements.partly(Account, **dict(zip(_COLUMNS, row, strict=True)))


@cache
def _account_question() -> statements.Question:
    name = statements.Slot("name", Account, "name")
    return statements.keep(Account.objects.filter(name=name).order_by().values_list(*_COLUMNS))


def _proves(account: Account, shown: Credentials, address: str, now: datetime) -> bool:
    if shown.token:
        right = _is_token_of(account, shown.token)
    else:
        right = _is_password_of(account, shown.password, address, now)
    if not right and throttling.count_wrong(account.pk, address, now):
        note_refusal(account, f"Senha ou token errado, do endereço {address[:45]}.", now)
    return right


def _is_token_of(account: Account, token: str) -> bool:
    own = bool(account.token_digest) and constant_time_compare(_digest(token), account.token_digest)
    return constant_time_compare(token.encode(), token_of(account).encode()) or own


def _is_password_of(account: Account, password: str, address: str, now: datetime) -> bool:
    if not password or len(password) > LONGEST_SECRET:
        return False
    entry = hmac.digest(_PROCESS_KEY, f"{account.password}\0{password}".encode("utf-8", "replace"), "sha256")
    if entry in _right:
        return True
    if throttling.is_blocked(account.pk, address, now) or not check_password(password, account.password):
        return False
    if len(_right) >= _MOST_REMEMBERED:
        _right.clear()
    _right.add(entry)
    return True


def _refuse_unknown(shown: Credentials, address: str, now: datetime) -> None:
    """Take as long for a user that does not exist as for one that does, within what one address may ask."""
    if shown.password and not throttling.is_blocked(0, address, now):
        make_password(shown.password[:LONGEST_SECRET])
    throttling.count_wrong(0, address, now)


def _check_secret(own: str) -> None:
    if not SHORTEST_SECRET <= len(own) <= LONGEST_SECRET or own != own.strip() or not own.isprintable():
        raise SecretRefused(f"Use de {SHORTEST_SECRET} a {LONGEST_SECRET} caracteres, sem espaços nas pontas.")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _storable(name: str) -> bool:
    return len(name) <= 60 and name.isprintable()
