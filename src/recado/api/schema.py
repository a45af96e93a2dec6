"""The OpenAPI document: how tokens are sent, and the errors that every address may answer with."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from recado.api.models import LONGEST_KEY
from recado.api.problems import MEDIA_TYPE

KEYED = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": r"^[!-~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="Uma chave sua para este pedido. A mesma chave de novo não envia em dobro: dá a mesma resposta.",
)

IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="A ETag da leitura anterior."
)
UNCHANGED = OpenApiResponse(description="Nada mudou desde a ETag informada.")

_ALWAYS = {
    400: "O pedido não se pode ler, ou falta a Idempotency-Key.",
    401: "Token ausente, desconhecido, vencido, revogado ou de outro endereço.",
    403: "O token não tem o alcance.",
    404: "Não existe.",
    405: "O endereço não tem este método.",
    406: "Só há respostas em JSON.",
    409: "Não é possível como está, ou a chave é de outro pedido.",
    411: "Corpo sem Content-Length.",
    413: "Corpo grande demais.",
    415: "O corpo não é JSON.",
    422: "Um valor foi recusado: veja `errors`.",
    429: "Chamadas demais: espere `Retry-After` segundos.",
    500: "Falha do Recado.",
    503: "O banco não respondeu: repita depois de `Retry-After` segundos.",
}


_PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "description": "`urn:recado:problema:` e o código."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "O que houve e o que fazer, em português."},
        "code": {"type": "string", "description": "Código estável, para programas."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "additionalProperties": False,
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON Pointer do valor no corpo, ou `?nome` para um do endereço.",
                    },
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing hook: add to every operation the problems that any may answer with."""
    result["components"]["schemas"]["Problem"] = _PROBLEM
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, words in _ALWAYS.items():
                operation["responses"][str(status)] = {"description": words, "content": content}
    return result


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the token is sent."""

    target_class = "recado.api.authentication.BearerToken"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The scheme's definition."""
        return {"type": "http", "scheme": "bearer", "description": "Token do sistema, feito em Sistemas integrados."}
