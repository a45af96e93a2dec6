"""*Ajuda*: the manual, one page a screen, and the glossary."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from recado.web.access import for_any_user, for_anybody
from recado.web.manual import PAGE_OF, manual


@require_safe
@for_any_user
def help_index(request: HttpRequest) -> HttpResponse:
    """The list of pages."""
    return render(request, "web/help_index.html", {"heading": "Ajuda", "manual": manual()})


@require_safe
@for_anybody
def help_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One page of the manual; who is not logged in gets the one of the login, and is asked to log in for any other."""
    if not request.user.is_authenticated and slug != PAGE_OF["login"]:
        return redirect_to_login(request.get_full_path())
    page = manual().page(slug)
    if page is None:
        raise Http404
    return render(request, "web/help_page.html", {"heading": page.title, "section": "help", "page": page})
