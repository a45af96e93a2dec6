"""What a person typed in a search box may be a mobile number, which must not stand in an address.

It is sent by POST and kept in the session under an opaque key; only the key stands in the address.
"""

from __future__ import annotations

import secrets

from django.http import HttpRequest

KEY = "chave"
_KEPT_SEARCHES = 20


def keep(request: HttpRequest, area: str, term: str) -> str:
    """Put `term` in the session; the key is the same for the same term, so that searching again adds nothing."""
    kept: dict[str, str] = dict(request.session.get(area, {}))
    key = next((key for key, value in kept.items() if value == term), None) or secrets.token_urlsafe(9)
    kept.pop(key, None)
    kept[key] = term
    request.session[area] = dict(list(kept.items())[-_KEPT_SEARCHES:])
    return key


def kept(request: HttpRequest, area: str) -> str | None:
    """The term under the key in the address: "" without a key, None when it is kept no longer."""
    key = request.GET.get(KEY, "")
    found: str | None = request.session.get(area, {}).get(key) if key else ""
    return found


def address(request: HttpRequest) -> dict[str, str]:
    """The key of the address as a filter, to go along in the page's links."""
    key = request.GET.get(KEY, "")
    return {KEY: key} if key else {}
