"""What was typed in a form that could not be taken: the session had ended, its token was old, the database was away.

It goes back to the browser inside the page that says so, and from there once more to where it was meant, by a button.
Nothing of it is kept on the server or in the browser: with the page it is gone. On its way through the login, and
through the choice of a password when one is due, it is sealed with the server's key, so that only what a page of ours
sent comes out again. Passwords are never given back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core import signing
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse

FIELD = "guardado"
_SALT = "recado.web.kept_form"
_SECRET = re.compile("password|senha|csrfmiddlewaretoken", re.IGNORECASE)
# A night at an open page; whoever comes back later types again.
_LONGEST = 24 * 3600


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form on its way: where it goes, its fields in order; `had_files`: a file was with it, which has to be chosen
    again."""

    path: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool = False

    def sealed(self) -> str:
        """The form as one text, to go through the login."""
        return signing.dumps([self.path, self.fields, self.had_files], salt=_SALT, compress=True)


def kept_form(request: HttpRequest) -> KeptForm | None:
    """What this request brought; None for one that is no form of ours, or that cannot be read or holds nothing."""
    if request.method != "POST" or request.headers.get("HX-Request") == "true" or not _from_here(request):
        return None
    try:
        posted = [(name, value) for name, values in request.POST.lists() for value in values]
        had_files = bool(request.FILES)
    except (UnreadablePostError, RequestDataTooBig, TooManyFieldsSent, MultiPartParserError):
        return None
    if request.path in (reverse("login"), reverse("own_password")):
        return unsealed(dict(posted).get(FIELD, ""))
    fields = tuple((name, str(value)) for name, value in posted if not _SECRET.search(name))
    return KeptForm(request.get_full_path(), fields, had_files) if fields else None


def unsealed(text: str) -> KeptForm | None:
    """The form that `sealed` made this text of, within a day; None for anything else."""
    if not text:
        return None
    try:
        path, fields, had_files = signing.loads(text, salt=_SALT, max_age=_LONGEST)
    except signing.BadSignature:
        return None
    return KeptForm(path, tuple((name, value) for name, value in fields), had_files)


def _from_here(request: HttpRequest) -> bool:
    """Whether a page of ours sent it: what a stranger's page sends is never offered to be sent again."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
