"""What holds for every request: sessions that end by disuse, a password to be changed, a page for a wrong method."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from recado.people.passwords import must_change_password
from recado.web.kept_form import kept_form
from recado.web.views import errors
from recado.web.views.keeping import FORCED, login_keeping, password_keeping

Handler = Callable[[HttpRequest], HttpResponse]
_RENEWED = "renewed_at"
# A renewal is a write to the database: once in five minutes of work is near enough to hours of disuse.
_RENEW_EVERY = 300


class LoginFirst(LoginRequiredMiddleware):
    """Django's, but a form that was sent after the session had ended goes along with the login."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            # Django asks who it is even for these, and so the database.
            return None
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        if answer is not None and (kept := kept_form(request)) is not None:
            return login_keeping(request, kept)
        return answer


def begin_session(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """The login itself is a use: the first page after it need not write again.

    Whether the password must be changed is asked once, here: a reset ends the sessions that there are.
    """
    request.session[_RENEWED] = int(time.time())
    if must_change_password(user):
        request.session[FORCED] = True


def sliding_session(get_response: Handler) -> Handler:
    """Let a session end RECADO_SESSION_HOURS after its last use; a page that refreshes itself is no use."""

    def handle(request: HttpRequest) -> HttpResponse:
        refreshes_itself = request.method == "GET" and request.headers.get("HX-Request") == "true"
        if not refreshes_itself and not _asks_for_health(request) and request.user.is_authenticated:
            now = int(time.time())
            if now - request.session.get(_RENEWED, 0) >= _RENEW_EVERY:
                request.session[_RENEWED] = now
        return get_response(request)

    return handle


def own_password_first(get_response: Handler) -> Handler:
    """Send whoever uses a password that somebody else chose to *Minha senha*, and nowhere else; a form goes along."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not _asks_for_health(request) and request.user.is_authenticated and request.session.get(FORCED):
            wanted = reverse("own_password")
            if request.path not in (wanted, reverse("logout")):
                if request.headers.get("HX-Request") == "true":
                    return HttpResponse(status=204)
                if (kept := kept_form(request)) is not None:
                    return password_keeping(request, kept)
                return HttpResponseRedirect(wanted)
        return get_response(request)

    return handle


def page_for_wrong_method(get_response: Handler) -> Handler:
    """Say in Portuguese, and in the look of the others, that an address takes no such method."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            page = errors.wrong_method(request)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    return handle


def _asks_for_health(request: HttpRequest) -> bool:
    """Nobody's session is looked up for it: it must answer, and to anybody, while the database does not."""
    return request.path == reverse("health")
