"""Making and changing accounts, for the screen and the command line alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from recado.outbox.models import MessageType
from recado.outbox.types import fields_of
from recado.playsms import accounts
from recado.playsms.models import Account, NinthDigit

USUAL_WINDOW = 600


class AccountRefused(ValueError):
    """The account cannot be so; the text (pt-BR) says why."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that people set of an account. `networks` as `conf.networks` writes them."""

    type_id: int
    ninth_digit: NinthDigit
    phone_ids: frozenset[int] = field(default_factory=frozenset)
    window_seconds: int = USUAL_WINDOW
    networks: str = ""
    reads_replies: bool = False


def add(
    name: str, wishes: Wishes, *, actor: str, now: datetime, own_password: str | None = None
) -> tuple[Account, str]:
    """Make an account; give it with its password, which is shown once.

    Raises AccountRefused for a type whose text cannot be given, SecretRefused for a password of before that cannot be
    used, IntegrityError for a name in use.
    """
    account = Account(name=name, created_at=now, created_by=actor)
    password = accounts.set_password(account, own_password)
    with transaction.atomic():
        _put(account, wishes)
    return account, password


def change(account: Account, wishes: Wishes) -> None:
    """Make the account so. Raises AccountRefused."""
    with transaction.atomic():
        _put(account, wishes)


def set_active(account: Account, active: bool) -> bool:
    """Let the account in, or no more; False when it was so already."""
    return Account.objects.filter(pk=account.pk, active=not active).update(active=active) == 1


def _put(account: Account, wishes: Wishes) -> None:
    kind = MessageType.objects.get(pk=wishes.type_id)
    if "TEXTO" not in fields_of(kind):
        raise AccountRefused(f"O tipo “{kind.name}” não leva o texto da chamada: escolha um com a tag {{TEXTO}}.")
    account.type = kind
    account.ninth_digit = wishes.ninth_digit
    account.window_seconds = wishes.window_seconds
    account.networks = wishes.networks
    account.reads_replies = wishes.reads_replies
    account.save()
    account.phones.set(wishes.phone_ids)
