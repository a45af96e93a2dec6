"""Errors as problem details (RFC 9457): `code` is stable and for programs, `title` and `detail` (pt-BR) for people."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:recado:problema:"
_TITLES = {
    400: "Pedido que não se pode ler",
    401: "Token ausente ou recusado",
    403: "Sem permissão",
    404: "Não encontrado",
    405: "Método que este endereço não tem",
    406: "Formato de resposta que não há",
    409: "Não é possível como está",
    411: "Pedido sem tamanho",
    413: "Pedido grande demais",
    415: "Formato de pedido que não há",
    422: "Valor recusado",
    429: "Chamadas demais",
    500: "Falha do Recado",
    503: "Recado fora do ar por um momento",
}
_CODES = {
    400: "malformed",
    401: "not_authenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
    429: "rate_limited",
}
DATABASE_RETRY_SECONDS = 5
# A megabyte of wrong values is not answered with several.
MOST_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """One value that is refused: `pointer` to it (JSON Pointer, or `?name` for one of the address), why (pt-BR)."""

    pointer: str
    code: str
    detail: str


class Problem(Exception):
    """A call that is answered with an error: `status` (HTTP), `code` (stable), `detail` (pt-BR)."""

    def __init__(
        self, status: int, code: str, detail: str, *, faults: Sequence[Fault] = (), headers: Mapping[str, str] = {}
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail
        self.faults, self.headers = tuple(faults), dict(headers)


def refused_value(pointer: str, code: str, detail: str) -> Problem:
    """The problem of one value of the body that is refused."""
    return Problem(422, "validation_failed", detail, faults=[Fault(pointer, code, detail)])


def body_of(problem: Problem) -> dict[str, Any]:
    """The problem details."""
    body: dict[str, Any] = {
        "type": f"{TYPE_PREFIX}{problem.code}",
        "title": _TITLES.get(problem.status, HTTPStatus(problem.status).phrase),
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
    }
    if problem.faults:
        body["errors"] = [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail} for fault in problem.faults
        ]
    return body


def answer(problem: Problem) -> Response:
    """The response of `problem`."""
    return Response(body_of(problem), status=problem.status, headers=problem.headers, content_type=MEDIA_TYPE)


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler: whatever a view raises becomes problem details, our own faults too."""
    set_rollback()
    problem = _translate(error)
    if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        # The text may hold personal data: only the name, as everywhere.
        logger.error("the API failed (%s) in %s", type(error).__name__, type(context.get("view")).__name__)
        logger.debug("the API failed", exc_info=error)
    return answer(problem)


def _translate(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case exceptions.ValidationError():
            faults = tuple(_faults(error.get_full_details(), ""))
            detail = faults[0].detail if len(faults) == 1 else f"{len(faults)} valores recusados: veja errors."
            return Problem(422, "validation_failed", detail, faults=faults[:MOST_FAULTS])
        case exceptions.APIException():
            return _of_framework(error)
        case Http404():
            return Problem(404, "not_found", "Não há nada neste endereço.")
        case PermissionDenied():
            return failed(403)
        case UnreadablePostError():
            return Problem(400, "malformed", "O corpo não chegou inteiro. Repita a chamada.")
        case RequestDataTooBig():
            return Problem(413, "too_large", "O pedido passa do tamanho aceito.")
        case OperationalError() | InterfaceError():
            return failed(503)
    return failed(500)


def failed(status: int) -> Problem:
    """The problem of an error that no door raised, by its HTTP status."""
    match status:
        case 503:
            return Problem(
                503,
                "database_away",
                "O banco de dados não respondeu. Repita a chamada, com a mesma Idempotency-Key.",
                headers={"Retry-After": str(DATABASE_RETRY_SECONDS)},
            )
        case 400:
            return Problem(400, "malformed", "O pedido não pôde ser lido.")
        case 403:
            return Problem(403, "forbidden", "Este sistema não pode fazer isso.")
        case 404:
            return Problem(404, "not_found", "Não há nada neste endereço. Os que há: /api/v1/openapi.json.")
    return Problem(500, "internal", "O Recado falhou. Nada foi gravado pela metade; avise a TI.")


def _of_framework(error: exceptions.APIException) -> Problem:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    status = error.status_code
    detail = _LINES.get(status) or str(error.detail)
    return Problem(status, _CODES.get(status, "refused"), detail, headers=headers)


_LINES = {
    400: "O corpo não é um JSON válido em UTF-8, ou um nome aparece nele mais de uma vez.",
    401: "Envie um token válido: Authorization: Bearer TOKEN.",
    406: "As respostas são application/json.",
    415: "O corpo deve ser application/json, em UTF-8.",
}


def _faults(details: Any, pointer: str) -> Iterator[Fault]:
    """Each leaf of DRF's nested details, with the way to it."""
    if isinstance(details, Mapping) and "message" in details and "code" in details:
        yield Fault(pointer, str(details["code"]), str(details["message"]))
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            here = pointer if name == "non_field_errors" else f"{pointer}/{_escaped(str(name))}"
            yield from _faults(inner, here)
    elif isinstance(details, Sequence):
        for index, inner in enumerate(details):
            is_leaf = isinstance(inner, Mapping) and "message" in inner
            yield from _faults(inner, pointer if is_leaf else f"{pointer}/{index}")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
