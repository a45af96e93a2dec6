"""Making tokens, knowing whose one is, and taking one back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from recado import statements
from recado.clients.models import Client, Token
from recado.clients.scopes import Scope
from recado.conf.networks import allows
from recado.people.actors import PROGRAM
from recado.people.membership import give_role
from recado.people.roles import INTEGRATION

PREFIX = "rcd_"
USUAL_DAYS = 365
MOST_DAYS = 3 * 365
_HINT = len(PREFIX) + 6
_LONGEST = 200
_NOTE_USE_EVERY = timedelta(minutes=1)


class Refusal(StrEnum):
    """Why a call is not let in; the caller is told no more than `code` says."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    INACTIVE = "inactive"
    ADDRESS = "address"


class TokenRefused(Exception):
    """The token opens nothing, for `refusal`; `client` is whose it is, where it is somebody's."""

    def __init__(self, refusal: Refusal, client: str = "") -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.client = client


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as the API takes a user: `name` for histories, what the token opens, how often it may call."""

    token_id: int
    client_id: int
    name: str
    rate_per_minute: int
    scopes: frozenset[Scope]
    is_authenticated: bool = True


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made: `secret` is shown once and kept nowhere."""

    row: Token
    secret: str


def register(name: str, *, networks: str, rate_per_minute: int, actor: str, now: datetime) -> Client:
    """Make a system: a user of the role *Integração* who cannot log in. Raises IntegrityError for a name in use."""
    with transaction.atomic():
        user = User.objects.create_user(name)
        user.set_unusable_password()
        user.save(update_fields=["password"])
        give_role(user, INTEGRATION)
        limits = {"networks": networks, "rate_per_minute": rate_per_minute, "created_at": now, "created_by": actor}
        return Client.objects.update_or_create(user=user, defaults=limits)[0]


def adopt(instance: object, action: str, **kwargs: object) -> None:
    """Handler of `m2m_changed`: whoever gets the role *Integração*, by whatever way, is a system with usual limits."""
    if action != "post_add" or not isinstance(instance, User):
        return
    if instance.groups.filter(name=INTEGRATION.name).exists():
        usual = {"created_at": timezone.now(), "created_by": PROGRAM}
        Client.objects.get_or_create(user=instance, defaults=usual)


def issue(client: Client, *, name: str, scopes: Collection[Scope], days: int, actor: str, now: datetime) -> NewToken:
    """Make a token of `client` that ends after `days`."""
    secret = PREFIX + secrets.token_urlsafe(32)
    row = Token.objects.create(
        client=client,
        name=name,
        hint=secret[:_HINT],
        digest=_digest(secret),
        scopes=" ".join(sorted(scopes)),
        created_at=now,
        created_by=actor,
        expires_at=now + timedelta(days=days),
    )
    return NewToken(row, secret)


def revoke(token_id: int, *, actor: str, now: datetime) -> bool:
    """Let the token open nothing more; False when it was so already."""
    return Token.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=now, revoked_by=actor) == 1


def recognise(secret: str, *, address: str, now: datetime) -> Caller:
    """Who calls with `secret`; its use is noted once a minute. Raises TokenRefused."""
    if not secret.startswith(PREFIX) or len(secret) > _LONGEST:
        raise TokenRefused(Refusal.UNKNOWN)
    row = _holder().first(digest=_digest(secret))
    if row is None:
        raise TokenRefused(Refusal.UNKNOWN)
    found = _Holder(*row)
    refusal = _refusal(found, address, now)
    if refusal is not None:
        raise TokenRefused(refusal, found.name)
    if found.last_used_at is None or now - found.last_used_at >= _NOTE_USE_EVERY:
        Token.objects.filter(pk=found.token_id).update(last_used_at=now, last_used_from=address[:45])
    scopes = frozenset(Scope(name) for name in found.scopes.split() if name in Scope.values)
    return Caller(found.token_id, found.client_id, found.name, found.rate_per_minute, scopes)


class _Holder(NamedTuple):
    """What is known of a token and whose it is: the columns of `_holder`, in its order."""

    token_id: int
    scopes: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    client_id: int
    networks: str
    rate_per_minute: int
    name: str
    is_active: bool
    integrates: bool


@cache
def _holder() -> statements.Question:
    """Asked at every call: made once."""
    integrates = User.groups.through.objects.filter(user_id=OuterRef("client__user_id"), group__name=INTEGRATION.name)
    found = Token.objects.filter(digest=statements.Slot("digest", Token, "digest")).order_by()
    of_token = ("pk", "scopes", "expires_at", "revoked_at", "last_used_at")
    of_client = ("client_id", "client__networks", "client__rate_per_minute")
    of_user = ("client__user__username", "client__user__is_active")
    return statements.keep(found.values_list(*of_token, *of_client, *of_user, Exists(integrates)))


def _refusal(found: _Holder, address: str, now: datetime) -> Refusal | None:
    if found.revoked_at is not None:
        return Refusal.REVOKED
    if now >= found.expires_at:
        return Refusal.EXPIRED
    if not (found.is_active and found.integrates):
        return Refusal.INACTIVE
    if not allows(found.networks, address):
        return Refusal.ADDRESS
    return None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
