"""What a caller wrote, as text: from the address, a form, or both; in UTF-8 or, as old systems write it, in Latin-1.

playSMS is PHP: a field of the body goes before the same one of the address, the last of several before the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

MOST_BYTES = 256 * 1024
MOST_FIELDS = 60


class BodyRefused(Exception):
    """The call is too large, or no form that can be read; `too_large` says which."""

    def __init__(self, *, too_large: bool = False) -> None:
        super().__init__("too large" if too_large else "unreadable")
        self.too_large = too_large


def parameters(request: HttpRequest) -> Mapping[str, str]:
    """Every field of the call, without blanks around it. Raises BodyRefused."""
    fields = _decoded(str(request.META.get("QUERY_STRING", "")).encode("latin-1", "replace"))
    if request.method == "POST":
        fields |= _body(request)
    return {name: value.strip() for name, value in fields.items()}


def text_of(raw: bytes) -> str:
    """UTF-8 where it is that, else the letters of Windows-1252, the Latin-1 that is in use; any bytes give a text."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _body(request: HttpRequest) -> dict[str, str]:
    if _length(request) > MOST_BYTES:
        raise BodyRefused(too_large=True)
    try:
        if request.content_type == "multipart/form-data":
            return {name: str(value) for name, value in request.POST.items()}
        return _decoded(request.body)
    except (MultiPartParserError, UnreadablePostError, BadRequest, SuspiciousOperation) as error:
        raise BodyRefused from error


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise BodyRefused from None


def _decoded(raw: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise BodyRefused from error
    return {text_of(name.encode("latin-1")): text_of(value.encode("latin-1")) for name, value in pairs}
