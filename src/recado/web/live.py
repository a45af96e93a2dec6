"""Parts of a page that are asked for again every few seconds.

Whoever is no longer logged in gets 401 instead of the login page, which htmx would put inside the part; the page's
script then loads the whole page again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def live_part(view: View[P]) -> View[P]:
    """Make `view` a live part: GET only, never kept by a cache, 401 without a login."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return HttpResponse(status=401)
        return view(request, *args, **kwargs)

    return login_not_required(never_cache(require_safe(guarded)))
