"""The same Idempotency-Key twice is one send, and the same answer.

The answer is written in the transaction of what it tells of: whoever got none asks again and learns it. What was
refused is not kept: the caller mends it and may use the key again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache

from django.db import IntegrityError, transaction
from rest_framework.response import Response

from recado import statements
from recado.api.door import Door
from recado.api.models import LONGEST_KEY, Answer
from recado.api.problems import Problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_VISIBLE = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")


def once(door: Door, now: datetime, act: Callable[[str], Response]) -> Response:
    """Answer the call at `door` with `act(key)`, unless its key was answered before: then with that. Raises Problem.

    `act` must itself make one thing of two equal keys: after `tidying.KEPT_FOR` the answer is forgotten, that is not.
    """
    client_id, key = door.client.client_id, _key(door)
    print_of_call = _fingerprint(door)
    if (earlier := _answered(client_id, key)) is not None:
        return _again(earlier, print_of_call)
    try:
        with transaction.atomic():
            response = act(key)
            statements.insert(
                Answer,
                client=client_id,
                key=key,
                fingerprint=print_of_call,
                status=response.status_code,
                body=response.data,
                location=response.headers.get("Location", ""),
                created_at=now,
            )
    except (IntegrityError, Problem):
        # Two at once: the other one's answer stands, and what was made here is undone. So it does where the second is
        # refused only because the first was done.
        other = _answered(client_id, key)
        if other is None:
            raise
        return _again(other, print_of_call)
    return response


def _answered(client_id: int, key: str) -> Answer | None:
    row = _earlier().first(client=client_id, key=key)
    return None if row is None else Answer(fingerprint=row[0], status=row[1], body=row[2], location=row[3])


@cache
def _earlier() -> statements.Question:
    """Asked at every send: made once."""
    client, key = statements.Slot("client", Answer, "client"), statements.Slot("key", Answer, "key")
    found = Answer.objects.filter(client_id=client, key=key).order_by()
    return statements.keep(found.values_list("fingerprint", "status", "body", "location"))


def _key(door: Door) -> str:
    key = door.request.headers.get(HEADER, "").strip()
    if not key:
        raise Problem(
            400,
            "idempotency_key_missing",
            f"Envie o cabeçalho {HEADER} com uma chave sua para este pedido, a mesma ao repeti-lo: "
            "assim nada sai em dobro.",
        )
    if not _VISIBLE.fullmatch(key):
        raise Problem(
            400, "idempotency_key_refused", f"A chave tem até {LONGEST_KEY} caracteres ASCII visíveis, sem espaços."
        )
    return key


def _fingerprint(door: Door) -> str:
    called = [(door.request.method or "").encode(), door.request.get_full_path().encode(), door.raw_body]
    return hashlib.sha256(b"\n".join(called)).hexdigest()


def _again(earlier: Answer, print_of_call: str) -> Response:
    if earlier.fingerprint != print_of_call:
        raise Problem(
            409,
            "idempotency_key_reused",
            "Esta chave já foi usada em outro pedido. Use uma chave nova para um pedido novo.",
        )
    headers = {REPLAYED: "true"} | ({"Location": earlier.location} if earlier.location else {})
    return Response(earlier.body, status=earlier.status, headers=headers)
