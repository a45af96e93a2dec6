"""What becomes of the texts that a phone took by MAP: its notifications, and where it keeps them.

A push gives no name, and the phone's notifications are only passed on of messages that were listed. So after a push the
folders of sent and leaving messages are listed a few times: that shows which message is ours, and one that lies among
the sent was sent. A message is ours when it was not there as the session began, has our number, and begins as our text.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from recado.links.bluetooth.map_events import Listed, MessageTold, Word
from recado.links.bluetooth.map_phone import MapPhone
from recado.links.bluetooth.map_session import OUTBOX, SENT
from recado.modem.clock import Clock
from recado.numerals import digits_of
from recado.outbox import evidence, handed_over
from recado.outbox.models import Attempt

logger = logging.getLogger(__name__)

LOOKS = (1.0, 4.0, 15.0, 60.0, 300.0)
"""Seconds after the last push at which the folders are listed; a phone that notifies needs but the first."""
OLDEST_DOUBT = timedelta(days=1)
EARLIER, LATER = timedelta(minutes=2), timedelta(minutes=10)
"""How far the phone's time of a message may lie from the beginning of the push."""
_DIGITS_COMPARED = 8
_BASELINE = 200


class MapFollowing:
    """The texts of one session with one phone."""

    def __init__(self, phone: MapPhone, phone_id: int, clock: Clock, now: Callable[[], datetime]) -> None:
        self._phone = phone
        self._phone_id = phone_id
        self._clock = clock
        self._now = now
        self._since = now()
        self._others: set[str] = set()
        self._looks: list[float] = []

    def begin(self) -> None:
        """Note what lies in the phone: none of it is what will be pushed. Raises PhoneDown."""
        self._since = self._now()
        listed = self._listed(_BASELINE)
        self._others = {one.handle for one in listed}
        self._settle_doubts(listed)

    def pushed(self) -> None:
        """The phone has just taken a text."""
        self._looks = [self._clock.monotonic() + seconds for seconds in LOOKS]

    def due_in(self) -> float:
        """Seconds until the folders are to be listed; endless when nothing is awaited."""
        return self._looks[0] - self._clock.monotonic() if self._looks else float("inf")

    def look(self) -> None:
        """List the folders and write down what they show. Raises PhoneDown."""
        while self.due_in() <= 0:
            self._looks.pop(0)
        waiting = handed_over.awaited(self._phone_id, self._now())
        if not waiting:
            self._looks.clear()
            return
        listed = {one.handle: one for one in self._listed()}
        for attempt in waiting:
            found = self._find(attempt, listed)
            if found is not None and found.sent:
                handed_over.sent(attempt, self._now())

    def told(self, event: MessageTold) -> None:
        """The phone told of a message: ours, or one that a person sent from it. Raises PhoneDown."""
        if not self.keep(event) and event.handle not in self._others:
            self.look()
            self.keep(event)

    def keep(self, event: MessageTold) -> bool:
        """Write down what the phone told; False when nothing is known of such a message."""
        now = self._now()
        attempt = handed_over.named(self._phone_id, event.handle, now)
        if attempt is None:
            return False
        logger.info("message %s: the phone says %s", attempt.segment.message_id, event.word)
        match event.word:
            case Word.SENT:
                handed_over.sent(attempt, now)
            case Word.NOT_SENT:
                handed_over.not_sent(attempt, now)
            case Word.DELIVERED:
                handed_over.delivered(attempt, now)
            case Word.NOT_DELIVERED:
                handed_over.not_delivered(attempt, now)
        return True

    def _settle_doubts(self, listed: list[Listed]) -> None:
        """A push whose end was not seen may lie among the sent: the phone's clock and no other try must agree."""
        doubtful = Attempt.objects.filter(
            phone_id=self._phone_id, result__in=evidence.DOUBTFUL, started_at__gt=self._since - OLDEST_DOUBT
        )
        for attempt in doubtful.select_related("segment__message").order_by("pk"):
            for one in listed:
                if one.sent and _is_of(one, attempt) and _is_near(one, attempt) and not self._is_known(one):
                    handed_over.learn(attempt, one.handle)
                    evidence.prove_accepted(attempt, None, self._since, "O aparelho guarda o SMS entre os enviados.")
                    break

    def _is_known(self, listed: Listed) -> bool:
        return handed_over.named(self._phone_id, listed.handle, self._since) is not None

    def _find(self, attempt: Attempt, listed: dict[str, Listed]) -> Listed | None:
        handle = handed_over.handle_of(attempt)
        if handle or attempt.started_at < self._since:
            return listed.get(handle)
        # The phone counts upwards: the oldest try is the lowest of those that look alike.
        for one in sorted(listed.values(), key=lambda one: int(one.handle)):
            if one.handle not in self._others and _is_of(one, attempt):
                self._others.add(one.handle)
                handed_over.learn(attempt, one.handle)
                return one
        return None

    def _listed(self, most: int = 30) -> list[Listed]:
        # In this order: what moves from the one to the other meanwhile is seen at least once.
        found = [*self._phone.list_folder(OUTBOX, most), *self._phone.list_folder(SENT, most)]
        return [one for one in found if one.handle]


def phone_time(written: str) -> datetime | None:
    """Read a time of a listing (`YYYYMMDDTHHMMSS`, with or without offset): local by the phone, taken for ours."""
    for form in ("%Y%m%dT%H%M%S%z", "%Y%m%dT%H%M%S"):
        try:
            read = datetime.strptime(written, form)  # noqa: DTZ007 - the local zone is given below
        except ValueError:
            continue
        return timezone.make_aware(read) if timezone.is_naive(read) else read
    return None


def _is_near(listed: Listed, attempt: Attempt) -> bool:
    at = phone_time(listed.at)
    return at is not None and -EARLIER <= at - attempt.started_at <= LATER


def _is_of(listed: Listed, attempt: Attempt) -> bool:
    begins = " ".join(listed.subject.rstrip("…. ").split())
    text = " ".join(attempt.segment.text.split())
    return bool(begins) and text.startswith(begins) and _end(listed.number) == _end(attempt.number)


def _end(number: str) -> str:
    return digits_of(number)[-_DIGITS_COMPARED:]
