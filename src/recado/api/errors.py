"""Errors below /api/ that reach no door: a request too broken to be routed, a failure around the door itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from recado.api.problems import MEDIA_TYPE, body_of, failed

ROOT = "/api"
Page = Callable[..., HttpResponse]


def problem_below_api(page: Page) -> Page:
    """Give `page`, Django's handler of an error, but for programs as problem details with the same status."""

    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answered = page(request, *args, **kwargs)
        if request.path != ROOT and not request.path.startswith(f"{ROOT}/"):
            return answered
        problem = failed(answered.status_code)
        text = json.dumps(body_of(problem), ensure_ascii=False)
        return HttpResponse(text, status=problem.status, headers=problem.headers, content_type=MEDIA_TYPE)

    return handle
