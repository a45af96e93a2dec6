"""Removing what nobody needs any more: files, what a dead upload left, rows of batches that ended long ago, old drafts.

The batch itself stays, with its counts and its changes; its messages stay as long as the company keeps messages.
"""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from recado.batches import decisions
from recado.batches.models import BEFORE_SENDING, Batch, BatchFault, BatchRow, State
from recado.batches.storage import folder, forget
from recado.people.actors import PROGRAM

KEPT_AFTER_END = timedelta(days=30)
DRAFT_KEPT = timedelta(days=7)
_UPLOAD_KEPT_SECONDS = 24 * 3600
_SETTLED_SECONDS = 3600
_ROWS_AT_ONCE = 1000
_OF_BATCH = re.compile(r"([0-9]+)\.(?:source|csv|draft)")


def tidy(now: datetime) -> bool:
    """Remove some of it; True when there is more."""
    _end_forgotten_drafts(now)
    _remove_files()
    return _remove_rows(now)


def _end_forgotten_drafts(now: datetime) -> None:
    forgotten = Batch.objects.filter(state__in=(State.DRAFT, State.READ), state_since__lt=now - DRAFT_KEPT)
    for batch_id in list(forgotten.values_list("pk", flat=True)):
        note = f"Ficou {DRAFT_KEPT.days} dias sem ser enviado."
        decisions.cancel(batch_id, actor=PROGRAM, now=now, note=note)


def _remove_files() -> None:
    for path in folder().iterdir():
        age = time.time() - path.stat().st_mtime
        match = _OF_BATCH.fullmatch(path.name)
        # A file may be there a moment before its batch is.
        if match is not None and age > _SETTLED_SECONDS:
            if not Batch.objects.filter(pk=int(match[1]), state__in=BEFORE_SENDING).exists():
                forget(int(match[1]))
        elif path.name.startswith("upload-") and age > _UPLOAD_KEPT_SECONDS:
            path.unlink(missing_ok=True)


def _remove_rows(now: datetime) -> bool:
    old = Batch.objects.filter(finished_at__lt=now - KEPT_AFTER_END).order_by("pk")
    for model in (BatchRow, BatchFault):
        kept = model._default_manager.filter(batch=OuterRef("pk"))
        batch = old.filter(Exists(kept)).first()
        if batch is not None:
            ids = model._default_manager.filter(batch=batch).values_list("pk", flat=True)[:_ROWS_AT_ONCE]
            model._default_manager.filter(pk__in=list(ids)).delete()
            return True
    return False
