"""Who may see a view: every view says so by `needs`, or that it asks for none by `for_any_user` or `for_anybody`.

What a view says stays on it as `duty` (None: asks for none); a test holds it against a table of roles and addresses,
and an address whose view says nothing fails there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from recado.people.models import Deed
from recado.people.roles import Duty, whom_to_ask
from recado.web.audit import note

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
V = TypeVar("V", bound=Callable[..., Any])


class DutyMissing(PermissionDenied):
    """The user's role lacks `duty`; the text (pt-BR) says what, and whom to ask."""

    def __init__(self, duty: Duty) -> None:
        super().__init__(f"Seu papel não permite {duty.words}.")
        self.next_step = f"Peça ao {whom_to_ask(duty)}."


def needs(duty: Duty) -> Callable[[Callable[Concatenate[HttpRequest, P], R]], Callable[Concatenate[HttpRequest, P], R]]:
    """Let only those whose role has `duty` see the view; others get the page for 403 (`DutyMissing`), on record."""

    def guard(view: Callable[Concatenate[HttpRequest, P], R]) -> Callable[Concatenate[HttpRequest, P], R]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if not request.user.has_perm(duty.permission):
                # A page whose live part asks every few seconds would fill the record with one refusal.
                if request.headers.get("HX-Request") != "true":
                    note(request, Deed.DUTY_MISSING, request.path, duty.words)
                raise DutyMissing(duty)
            return view(request, *args, **kwargs)

        guarded.duty = duty  # type: ignore[attr-defined]
        return guarded

    return guard


def for_any_user(view: V) -> V:
    """Say that whoever is logged in may see the view."""
    view.duty = None  # type: ignore[attr-defined]
    return view


def for_anybody(view: V) -> V:
    """Say that the view asks for no login."""
    return for_any_user(login_not_required(view))
