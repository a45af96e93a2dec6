"""JSON as RFC 8259 has it and no more: UTF-8, each name once, no NaN, not nested without end.

What two programs may read in two ways (a name given twice) is refused: one of them may stand between the caller and us.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser


class StrictJSONParser(BaseParser):
    """Parses `application/json`."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body's value. Raises ParseError; UnsupportedMediaType when it says to be no UTF-8."""
        request = (parser_context or {}).get("request")
        charset = getattr(request, "content_params", {}).get("charset", "utf-8") if request is not None else "utf-8"
        if charset.strip("\"' ").lower() not in ("utf-8", "utf8", "us-ascii"):
            raise UnsupportedMediaType(media_type or "")
        try:
            text = stream.read().decode("utf-8")
            return json.loads(text, object_pairs_hook=_each_name_once, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError from error


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    for name in found:
        # A lone surrogate can be said to nobody, not even in the refusal.
        name.encode("utf-8")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
