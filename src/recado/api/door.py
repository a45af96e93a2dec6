"""What every address of the API does alike: known token, its scope, its rate, a body of bounded size, an ETag."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from recado.api.problems import Problem, failed
from recado.clients.rate import Allowance, spend
from recado.clients.scopes import Scope
from recado.clients.tokens import Caller
from recado.people.audit import record
from recado.people.models import Deed
from recado.people.origin import address_of
from recado.people.roles import Duty

MOST_BODY_BYTES = 1024 * 1024
LONGEST_LENGTH = 15


class Door(APIView):
    """One address. `scopes`: what a token must open, by method; a method without one asks for a token only."""

    http_method_names = ("get", "head", "post", "put", "patch", "delete")
    scopes: ClassVar[Mapping[str, Scope]] = {}
    # Read by the test of who may open what.
    duty = Duty.USE_API
    raw_body = b""
    _allowance: Allowance | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in, or raise what the call is refused for."""
        self._refuse_large(request)
        if not self.streams(request):
            # Before any parser reads it: the same bytes are parsed, and are the print of a call that has a key.
            self.raw_body = request._request.body
        super().initial(request, *args, **kwargs)
        self._allowance = self._spend(self.client)
        method = request.method or ""
        wanted = self.scopes.get("GET" if method == "HEAD" else method)
        if wanted is not None and wanted not in self.client.scopes:
            raise Problem(403, "scope_missing", f"O token deste sistema não tem o alcance {wanted} ({wanted.label}).")

    def streams(self, request: Request) -> bool:
        """True for a body that the address itself reads, piece by piece, and prints into `raw_body`."""
        return False

    def most_bytes(self, request: Request) -> int:
        """How large the body may be."""
        return MOST_BODY_BYTES

    @property
    def client(self) -> Caller:
        """The system that calls."""
        caller = self.request.auth
        assert isinstance(caller, Caller)
        return caller

    def note(self, deed: Deed, subject: object, detail: str = "") -> None:
        """Record that the system did `deed`; see `people.audit.record` for what may stand in it."""
        record(deed, who=self.client.name, address=address_of(self.request), subject=subject, detail=detail)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Add what every answer has."""
        answered = super().finalize_response(request, response, *args, **kwargs)
        if (allowance := self._allowance) is not None:
            answered["RateLimit-Limit"] = str(allowance.limit)
            answered["RateLimit-Remaining"] = str(allowance.remaining)
            answered["RateLimit-Reset"] = str(allowance.reset_seconds)
        answered["Cache-Control"] = "no-store" if request.method != "GET" else "private, no-cache"
        return answered

    def shown(self, body: dict[str, Any]) -> HttpResponse:
        """`body` with its ETag; 304 without it for who has it already."""
        # Written here, and once: the ETag is of these bytes.
        content = JSONRenderer().render(body, self.request.accepted_media_type)
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        known = parse_etags(self.request.headers.get("If-None-Match", ""))
        if known == ["*"] or tag in known or f"W/{tag}" in known:
            return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
        return HttpResponse(content, content_type=JSONRenderer.media_type, headers={"ETag": tag})

    def made(self, body: dict[str, Any]) -> Response:
        """201: `body`, whose `url` is where what was made is."""
        return Response(body, status=HTTPStatus.CREATED, headers={"Location": body["url"]})

    def own_key(self, key: str) -> str:
        """The key of a call as what it makes is known by: another system's same key is another one."""
        return f"api:{self.client.client_id}:{key}"

    def _spend(self, client: Caller) -> Allowance:
        folder = settings.RECADO_HOME / "run" / "rates"
        allowance = spend(folder, str(client.client_id), limit=client.rate_per_minute, now=time.time())
        if not allowance.allowed:
            raise Problem(
                429,
                "rate_limited",
                f"Este sistema pode fazer {allowance.limit} chamadas por minuto. Espere {allowance.reset_seconds} s.",
                headers={"Retry-After": str(allowance.reset_seconds)},
            )
        return allowance

    def _refuse_large(self, request: Request) -> None:
        if request.headers.get("Transfer-Encoding"):
            # Django reads nothing of such a body.
            raise Problem(411, "length_required", "Envie o corpo inteiro, com Content-Length, e não em pedaços.")
        length, most = request.META.get("CONTENT_LENGTH") or "0", self.most_bytes(request)
        if not (length.isascii() and length.isdecimal()) or len(length) > LONGEST_LENGTH or int(length) > most:
            raise Problem(413, "too_large", f"O corpo pode ter até {most // 1024} KB.")


class NoSuchDoor(Door):
    """Any other address under the API."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Whoever asks, there is nothing here."""
        raise failed(HTTPStatus.NOT_FOUND)
