"""Making tokens, knowing whose one is, and taking one back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from recado.clients.models import Client, Token
from recado.clients.scopes import Scope
from recado.conf.networks import allows
from recado.people.membership import give_role
from recado.people.roles import INTEGRATION

PROGRAM = "Recado"
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


def recognise(secret: str, *, address: str, now: datetime) -> Token:
    """The token row of `secret`, with its client and user; its use is noted once a minute. Raises TokenRefused."""
    if not secret.startswith(PREFIX) or len(secret) > _LONGEST:
        raise TokenRefused(Refusal.UNKNOWN)
    integrates = User.groups.through.objects.filter(user_id=OuterRef("client__user_id"), group__name=INTEGRATION.name)
    found = (
        Token.objects.filter(digest=_digest(secret))
        .select_related("client__user")
        .annotate(integrates=Exists(integrates))
        .first()
    )
    if found is None:
        raise TokenRefused(Refusal.UNKNOWN)
    refusal = _refusal(found, address, now, integrates=found.integrates)
    if refusal is not None:
        raise TokenRefused(refusal, found.client.name)
    if found.last_used_at is None or now - found.last_used_at >= _NOTE_USE_EVERY:
        Token.objects.filter(pk=found.pk).update(last_used_at=now, last_used_from=address[:45])
    return found


def _refusal(token: Token, address: str, now: datetime, *, integrates: bool) -> Refusal | None:
    if token.revoked_at is not None:
        return Refusal.REVOKED
    if now >= token.expires_at:
        return Refusal.EXPIRED
    if not (token.client.user.is_active and integrates):
        return Refusal.INACTIVE
    if not allows(token.client.networks, address):
        return Refusal.ADDRESS
    return None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
