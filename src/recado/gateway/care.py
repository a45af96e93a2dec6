"""What is asked of a phone now and then, beside its health: the balance of its SIM, and what its store proves."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from recado.gateway.sender import Around
from recado.gateway.stored import settle_from_store
from recado.gsm import EncodeError
from recado.modem.driver import Driver
from recado.phones.models import Phone

logger = logging.getLogger(__name__)
BALANCE_EVERY = timedelta(days=1)
# A balance that could not be had is asked for again after this, so that a refusing network is not pestered.
BALANCE_AGAIN = timedelta(hours=1)


class Care:
    """Looks after one open line; call `look` at each look at the phone's health."""

    def __init__(self, driver: Driver, phone: Phone, around: Around) -> None:
        self._driver = driver
        self._around = around
        self._asked_at: datetime | None = None
        self.look(phone)

    def look(self, phone: Phone) -> None:
        """Do what is due. Raises PhoneDown when the phone does not answer."""
        now = self._around.now()
        if phone.store_first:
            settle_from_store(self._driver, phone.pk, now)
        if phone.balance_code and self._balance_is_due(phone, now):
            self._ask_balance(phone, now)

    def _balance_is_due(self, phone: Phone, now: datetime) -> bool:
        asked_lately = self._asked_at is not None and now - self._asked_at < BALANCE_AGAIN
        return not asked_lately and (phone.balance_at is None or now - phone.balance_at >= BALANCE_EVERY)

    def _ask_balance(self, phone: Phone, now: datetime) -> None:
        self._asked_at = now
        try:
            answer = self._driver.balance(phone.balance_code)
        except EncodeError:
            answer = "O código de consulta de saldo não é aceito pela rede. Confira com a operadora."
        if answer is None:
            logger.warning("phone %s: the network gave no balance", phone.pk)
            return
        Phone.objects.filter(pk=phone.pk).update(balance=answer[:200], balance_at=now)
