"""What the screens know of a phone: written when it changes, and now and then as a sign of life.

A write costs a commit; a healthy phone that sends all day is written of once in `SIGN_OF_LIFE`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from recado.modem.condition import PhoneCondition, explain
from recado.modem.health import Health
from recado.modem.identity import Identity
from recado.phones import checking
from recado.phones.models import Condition, Phone

# Still being found out, or about to be read.
_NO_ANSWER = (Condition.CONNECTING.value, Condition.UNKNOWN.value, Condition.READY.value)
SIGN_OF_LIFE = timedelta(seconds=10)


class PhoneReporter:
    """Keeps the row of one phone true, and calls `changed` after each change of its condition. All times are UTC."""

    def __init__(self, phone_id: int, changed: Callable[[], None] = lambda: None) -> None:
        self._phone_id = phone_id
        self._changed = changed
        self._condition: str | None = None
        self._reason = ""
        self._written_at: datetime | None = None
        # Set from another thread when a person asked on a screen how the phone is.
        self.check_wanted = False

    def condition(self, condition: Condition | PhoneCondition, reason: str, advice: str, now: datetime) -> None:
        """The phone stands at `condition`; written only when that is news."""
        if condition.value not in _NO_ANSWER:
            self._answer_check(f"{reason} {advice}".strip(), now, well=False)
        if (condition.value, reason) == (self._condition, self._reason):
            return
        fields: dict[str, object] = {"condition": condition.value, "reason": reason[:300], "advice": advice[:500]}
        row = Phone.objects.filter(pk=self._phone_id)
        if not row.filter(condition=condition.value).exists():
            fields["condition_since"] = now
        if condition.value not in _NO_ANSWER:
            fields |= {"last_error": reason[:300], "last_error_at": now}
        row.update(**fields)
        self._condition, self._reason = condition.value, reason
        self._changed()

    def identity(self, identity: Identity, now: datetime) -> None:
        """Who the phone said it is, at start-up."""
        self._write(
            now,
            manufacturer=(identity.manufacturer or "")[:60],
            model=(identity.model or "")[:60],
            imei=(identity.imei or "")[:20],
            iccid=(identity.iccid or "")[:24],
            smsc=(identity.smsc or "")[:24],
        )

    def health(self, health: Health, now: datetime) -> None:
        """What the phone said of signal, operator and battery."""
        self._write(
            now,
            operator=(health.operator or "")[:40],
            signal_percent=health.signal_percent,
            battery_percent=health.battery_percent,
            notice=" ".join(explain(notice).reason for notice in health.notices)[:300],
        )
        if health.condition is PhoneCondition.READY:
            self._answer_check(_well(health), now, well=True)

    def alive(self, now: datetime) -> None:
        """The phone answered something just now."""
        if self._written_at is None or now - self._written_at >= SIGN_OF_LIFE:
            self._write(now)

    def _answer_check(self, sentence: str, now: datetime, *, well: bool) -> None:
        if self.check_wanted:
            self.check_wanted = False
            checking.answer(self._phone_id, sentence, well=well, now=now)

    def _write(self, now: datetime, **fields: object) -> None:
        Phone.objects.filter(pk=self._phone_id).update(last_seen_at=now, **fields)
        self._written_at = now


def _well(health: Health) -> str:
    readings = [health.operator] if health.operator else []
    if health.signal_percent is not None:
        readings.append(f"sinal {health.signal_percent}%")
    return f"Respondeu e está pronto para enviar{': ' if readings else ''}{', '.join(readings)}."
