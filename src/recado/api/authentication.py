"""Whose call it is: `Authorization: Bearer TOKEN`, and nothing else: no cookie opens the API."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from recado.clients.tokens import Caller, TokenRefused, recognise
from recado.people.origin import address_of

REALM = 'Bearer realm="recado"'


class BearerToken(BaseAuthentication):
    """Knows the token; every way of being wrong is answered alike."""

    def authenticate(self, request: Request) -> tuple[Caller, Caller]:
        """Who calls, as user and as what is authenticated by. Raises AuthenticationFailed."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise AuthenticationFailed
        try:
            caller = recognise(secret.strip(), address=address_of(request), now=timezone.now())
        except TokenRefused:
            raise AuthenticationFailed from None
        return caller, caller

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says is wanted."""
        return REALM
