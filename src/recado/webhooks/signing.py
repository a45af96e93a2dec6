"""Secrets and signatures, by the Standard Webhooks convention.

The secret is HMAC-SHA256(SECRET_KEY, salt): a copy of the database alone signs nothing. The receiver computes the
signature of `id.timestamp.body` with it, compares, and refuses what is minutes old.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

PREFIX = "whsec_"


def new_salt() -> str:
    """What makes a secret of its own."""
    return secrets.token_hex(32)


def secret_of(salt: str) -> str:
    """The secret of an endpoint, as its owner writes it down: `whsec_` and base64."""
    return PREFIX + base64.b64encode(_key(salt)).decode()


def sign(salt: str, uid: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature` for `body`, sent as `uid` at `timestamp` (seconds since 1970)."""
    digest = hmac.new(_key(salt), f"{uid}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _key(salt: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), b"recado webhook " + salt.encode(), hashlib.sha256).digest()
