"""One decision of a person on one thing: taken and recorded together, or refused; and told either way."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest

from recado.people.models import Deed
from recado.web.audit import note


def decide(
    request: HttpRequest,
    decision: Callable[[], object],
    refusal: type[Exception],
    *,
    deed: Deed,
    subject: object,
    detail: str = "",
    done: str,
    level: int = messages.WARNING,
) -> bool:
    """Take `decision` and record the `deed` in one transaction, and say `done` (pt-BR).

    False where it raised `refusal`: then nothing changed, and its text is said at `level`.
    """
    try:
        with transaction.atomic():
            decision()
            note(request, deed, subject, detail)
    except refusal as refused:
        messages.add_message(request, level, str(refused))
        return False
    messages.success(request, done)
    return True
