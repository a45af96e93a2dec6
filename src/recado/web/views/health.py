"""A machine's question: do the screens run, does their database answer, and does the gateway live?"""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from recado.alarms.sentinel import patience
from recado.phones.heartbeat import silent_since
from recado.phones.models import Phone
from recado.web.access import for_anybody

LEAST_FREE_BYTES = 20 * 1024 * 1024


@for_anybody
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 with every part `ok`; 503 when the database does not answer, the disk takes no more, or nothing sends."""
    answers = _database_answers()
    parts = {
        "database": "ok" if answers else "fail",
        "disk": "ok" if _disk_has_room() else "full",
        "gateway": _gateway() if answers else "unknown",
    }
    well = set(parts.values()) == {"ok"}
    return JsonResponse({"status": "ok" if well else "fail", **parts}, status=200 if well else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    # A connection that was lost is an InterfaceError, which is no DatabaseError.
    except Error:
        return False
    return True


def _gateway() -> str:
    """`silent` when no gateway has given a sign of life for longer than the setting; `ok` without phones, too."""
    now = timezone.now()
    since = silent_since(list(Phone.objects.filter(enabled=True)), now)
    return "ok" if since is None or now - since < patience() else "silent"


def _disk_has_room() -> bool:
    return shutil.disk_usage(settings.RECADO_HOME).free >= LEAST_FREE_BYTES
