"""What a person typed in a search box may be a mobile number, which must not stand in an address.

It is sent by POST and kept in the session under an opaque key; only the key stands in the address.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from recado.people.models import Deed
from recado.web.audit import note

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


def typed(request: HttpRequest, names: Iterable[str]) -> dict[str, str]:
    """What the person typed in the fields `names`, without the empty ones."""
    return {name: words for name in names if (words := request.POST.get(name, "").strip())}


def go(
    request: HttpRequest, view: str, filters: Mapping[str, str], *, area: str, term: str, where: str
) -> HttpResponse:
    """Redirect to `view`: its address holds `filters` and, for a `term`, the key under which `area` keeps it.

    That a number was searched is recorded, with `where` (pt-BR).
    """
    address = dict(filters)
    if term:
        address[KEY] = keep(request, area, term)
        note(request, Deed.NUMBER_SEARCHED, detail=f"em {where}")
    return redirect(reverse(view) + (f"?{urlencode(address)}" if address else ""))


def kept(request: HttpRequest, area: str) -> str | None:
    """The term under the key in the address: "" without a key, None when it is kept no longer."""
    key = request.GET.get(KEY, "")
    found: str | None = request.session.get(area, {}).get(key) if key else ""
    return found


def address(request: HttpRequest) -> dict[str, str]:
    """The key of the address as a filter, to go along in the page's links."""
    key = request.GET.get(KEY, "")
    return {KEY: key} if key else {}
