"""Where a request came from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The caller's address: behind the HTTPS proxy, what that proxy says, and nobody before it."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.RECADO_HTTPS else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
