"""How an answer is written: today's JSON, or the lines of text of playSMS 0.9, which begin with OK or ERR.

playSMS answers HTTP 200 whatever became of the call; only what it never had, a body too large or a database that does
not answer, is told by another status, and by `ERR` all the same.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpResponse

from recado.playsms.codes import Code
from recado.playsms.reading import Row
from recado.playsms.sending import Taken

_CSV = ("smslog_id", "src", "dst", "dt", "update", "status")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to: one of a refusal, numbers taken or not, rows, or a single value (`credit` or `token`)."""

    refused: Code | None = None
    taken: Sequence[Taken] = ()
    rows: Sequence[Row] = ()
    value: dict[str, str] = field(default_factory=dict)
    bare_status: bool = False


def as_json(answer: Answer, now: datetime, *, status: int = 200) -> HttpResponse:
    """Today's form."""
    told: dict[str, Any]
    if answer.refused:
        told = {"status": "ERR", "error": answer.refused.value}
    elif answer.taken:
        told = {"data": [_taken_row(taken) for taken in answer.taken]}
    elif answer.rows:
        told = {"data": list(answer.rows)}
    else:
        told = {"status": "OK", "error": "0", **answer.value}
    told["error_string"] = answer.refused.words if answer.refused else None
    told["timestamp"] = int(now.timestamp())
    return _plain_response(json.dumps(told, ensure_ascii=False), "application/json", status)


def as_text(answer: Answer, *, status: int = 200) -> HttpResponse:
    """The old form."""
    if answer.refused:
        text = f"ERR {answer.refused.value}"
    elif len(answer.taken) == 1:
        text = _old_line(answer.taken[0], alone=True)
    elif answer.taken:
        text = "".join(f"{_old_line(taken, alone=False)}\n" for taken in answer.taken)
    elif answer.rows and answer.bare_status:
        text = answer.rows[0]["status"]
    elif answer.rows:
        text = "".join(_csv_line(row) for row in answer.rows)
    else:
        text = " ".join(["OK", *answer.value.values()])
    return _plain_response(text, "text/plain", status)


def _taken_row(taken: Taken) -> dict[str, str]:
    return {
        "status": "ERR" if taken.code else "OK",
        "error": taken.code.value if taken.code else "0",
        "smslog_id": "" if taken.message_id is None else str(taken.message_id),
        "queue": taken.queue_code,
        "to": taken.to,
    }


def _old_line(taken: Taken, *, alone: bool) -> str:
    if taken.code:
        return f"ERR {taken.code.value}" if alone else f"ERR {taken.code.value} {taken.to}"
    return f"OK {taken.message_id}" if alone else f"OK {taken.to},{taken.message_id},{taken.queue_code}"


def _csv_line(row: Row) -> str:
    """The columns of the old list; replies, which have others, in the order of their fields."""
    names = [name for name in _CSV if name in row] if "smslog_id" in row else list(row)
    # A quotation mark would end the field: playSMS writes an apostrophe for it too.
    return "".join(f'"{row[name].replace(chr(34), chr(39))}";' for name in names) + "\n"


def _plain_response(text: str, kind: str, status: int) -> HttpResponse:
    # No lone surrogate can be told in UTF-8, and nothing that a database gave can fail here.
    return HttpResponse(text.encode("utf-8", "replace"), content_type=f"{kind}; charset=utf-8", status=status)
