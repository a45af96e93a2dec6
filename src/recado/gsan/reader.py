"""The reader as a job, and for the command line: a pass at a time, and what keeps it from reading is written down."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings

from recado.gsan import layout, passes, plans, writing_back
from recado.gsan.layout import Layout
from recado.gsan.models import Position
from recado.gsan.passes import Pass, Reading
from recado.gsan.source import Connection, GsanDiffers, GsanUnreachable, reading

logger = logging.getLogger(__name__)
# Whether GSAN is as it must be is looked at again from time to time: it is upgraded, and indexes are dropped.
LOOK_EVERY = timedelta(hours=1)


class Reader:
    """Reads the GSAN of the settings. One for each process."""

    def __init__(self) -> None:
        self._layout: Layout | None = None
        self._looked_at: datetime | None = None

    def work(self, now: datetime) -> bool:
        """One pass, and the fates that wait to be written back; True when more is waiting. Nothing without a GSAN."""
        if not settings.RECADO_GSAN_DATABASE_URL:
            return False
        done = self.read(now)
        return done.more

    def read(self, now: datetime, since: datetime | None = None) -> Pass:
        """One pass; with `since` the position is set there first. Raises GsanUnreachable and GsanDiffers."""
        writes_back = bool(settings.RECADO_GSAN_WRITE_BACK_URL)
        try:
            with reading(settings.RECADO_GSAN_DATABASE_URL) as connection:
                ready = Reading(
                    connection,
                    self._look(connection, now),
                    complete=settings.RECADO_GSAN_NINTH_DIGIT,
                    writes_back=writes_back,
                )
                if since is not None:
                    passes.begin(ready, now, since)
                done = passes.one_pass(ready, now)
            if writes_back:
                writing_back.write_fates(settings.RECADO_GSAN_WRITE_BACK_URL)
        except (GsanUnreachable, GsanDiffers) as trouble:
            self._looked_at = None
            note_trouble(str(trouble), now)
            raise
        if done.requesters or done.closings:
            logger.info(
                "GSAN: %s requesters, %s closings; messages: %s opened, %s reiterated, %s closed",
                done.requesters,
                done.closings,
                done.opened,
                done.reiterated,
                done.closed,
            )
        return done

    def _look(self, connection: Connection, now: datetime) -> Layout:
        fresh = self._looked_at is not None and timedelta(0) <= now - self._looked_at < LOOK_EVERY
        if self._layout is None or not fresh:
            self._layout = layout.look(connection)
            plans.require_cheap(connection, self._layout)
            self._looked_at = now
        return self._layout


def note_trouble(words: str, now: datetime) -> None:
    """Keep why nothing is read (pt-BR), and since when; nothing before the first pass that succeeded."""
    held = Position.objects.filter(pk=1)
    held.update(trouble=words[:300])
    held.filter(trouble_since=None).update(trouble_since=now)
