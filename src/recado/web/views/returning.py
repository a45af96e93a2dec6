"""Going back where the person came from after an action, and offering to undo it there."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

FIELD = "next"
_UNDO_KEY = "undo_discard"
_UNDO_MAILS_KEY = "undo_discarded_mails"


def return_url(request: HttpRequest, default: str) -> str:
    """The address in the form's or the query's `next`, when it is one of ours; else `default`."""
    wanted = request.POST.get(FIELD) or request.GET.get(FIELD) or ""
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else default


def offer_undo(request: HttpRequest, message_id: int) -> None:
    """Let the next list say that the message was discarded, with a button that takes it back."""
    request.session[_UNDO_KEY] = message_id


def take_undo(request: HttpRequest) -> int | None:
    """The message just discarded, once; None when there is none."""
    found: int | None = request.session.pop(_UNDO_KEY, None)
    return found


def offer_undo_of_mails(request: HttpRequest, keys: list[int]) -> None:
    """Let the next list say that these e-mails were discarded, with a button that takes it back."""
    request.session[_UNDO_MAILS_KEY] = keys


def take_undo_of_mails(request: HttpRequest) -> list[int]:
    """The e-mails just discarded, once."""
    found: list[int] = request.session.pop(_UNDO_MAILS_KEY, [])
    return found
