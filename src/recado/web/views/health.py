"""A machine's question: do the screens run, and does their database answer?"""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from recado.web.access import for_anybody

LEAST_FREE_BYTES = 20 * 1024 * 1024


@for_anybody
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 with every part `ok`; 503 when the database does not answer, or the disk takes no more."""
    parts = {"database": "ok" if _database_answers() else "fail", "disk": "ok" if _disk_has_room() else "full"}
    well = set(parts.values()) == {"ok"}
    return JsonResponse({"status": "ok" if well else "fail", **parts}, status=200 if well else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return False
    return True


def _disk_has_room() -> bool:
    return shutil.disk_usage(settings.RECADO_HOME).free >= LEAST_FREE_BYTES
