"""Recording what a person does on the screens: the name from the login, the address from the request."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest

from recado.people.audit import record
from recado.people.models import Deed
from recado.people.origin import address_of


def note(request: HttpRequest, deed: Deed, subject: object = "", detail: str = "") -> None:
    """Record that the person of this request did `deed`; see `people.audit.record` for what may stand in it."""
    record(deed, who=request.user.get_username(), address=address_of(request), subject=subject, detail=detail)


def on_login(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """Handler of Django's `user_logged_in`."""
    record(Deed.LOGGED_IN, who=user.get_username(), address=address_of(request))


def on_logout(sender: object, request: HttpRequest, user: User | None, **kwargs: object) -> None:
    """Handler of Django's `user_logged_out`; a session that had ended already has no user."""
    if user is not None:
        record(Deed.LOGGED_OUT, who=user.get_username(), address=address_of(request))


def on_refused(
    sender: object, credentials: dict[str, str], request: HttpRequest | None = None, **kwargs: object
) -> None:
    """Handler of Django's `user_login_failed`. What is no user's name is not kept: it may be a password."""
    typed = str(credentials.get("username", ""))
    known = "\0" not in typed and User.objects.filter(username=typed).exists()
    who = typed if known else "desconhecido"
    record(Deed.LOGIN_REFUSED, who=who, address=address_of(request) if request else "")
