"""Recording what a person does on the screens: the name from the login, the address from the request."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from recado.people.audit import LONGEST_DETAIL, record
from recado.people.models import AuditEntry, Deed
from recado.people.origin import address_of

# Whoever goes to and fro between pages of one customer, or leaves one open that refreshes itself, saw the data once.
SAME_LOOK = timedelta(minutes=10)


def note(request: HttpRequest, deed: Deed, subject: object = "", detail: str = "") -> None:
    """Record that the person of this request did `deed`; see `people.audit.record` for what may stand in it."""
    record(deed, who=request.user.get_username(), address=address_of(request), subject=subject, detail=detail)


def last_noted(deed: Deed, subject: object, *, besides: Collection[str] = ()) -> tuple[str, datetime] | None:
    """Who did `deed` to `subject` last, and when (UTC); entries with a detail of `besides` do not count."""
    found = AuditEntry.objects.filter(deed=deed, subject=subject).exclude(detail__in=besides)
    return found.values_list("who", "at").first()


def note_view(request: HttpRequest, deed: Deed, subject: object, detail: str = "") -> None:
    """Record that the person saw customers' data, unless it was recorded minutes ago that they saw the same."""
    seen = AuditEntry.objects.filter(
        who=request.user.get_username(), at__gte=timezone.now() - SAME_LOOK, deed=deed, subject=subject, detail=detail
    )
    if not seen.order_by().exists():
        note(request, deed, subject, detail)


def note_list(request: HttpRequest, screen: str, what: str, numbers: Sequence[int]) -> None:
    """Record that the person saw these rows of a screen; nothing for a list without rows.

    `what` the rows are (pt-BR); as many of their numbers are written down as fit.
    """
    if not numbers:
        return
    written = ", ".join(str(number) for number in numbers)
    room = LONGEST_DETAIL - len(what) - len(" e outros, 1000 no total")
    if len(written) > room:
        written = f"{written[:room].rpartition(',')[0]} e outros, {len(numbers)} no total"
    note_view(request, Deed.LIST_VIEWED, screen, f"{what} {written}")


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
    note_refusal(request, typed if known else "desconhecido")


def note_refusal(request: HttpRequest | None, who: str, detail: str = "") -> None:
    """Record that `who`, who is not logged in, was not let in."""
    record(Deed.LOGIN_REFUSED, who=who, address=address_of(request) if request else "", detail=detail)
