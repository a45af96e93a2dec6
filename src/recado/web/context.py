"""What every page shows around its content: company, demonstration mark, phones, how much needs a person."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.utils import timezone

from recado import parameters
from recado.inbox.queries import unread_count
from recado.mail.models import NEEDS_A_PERSON, Mail
from recado.outbox.queries import needing_a_person
from recado.people.roles import Duty
from recado.web.phone_state import Badge, PhoneState, badge, phone_states


class House:
    """Read by the base template. Asks nothing of the database before it is needed, nor for whom is not logged in."""

    def __init__(self, user: User | AnonymousUser | None, *, asks: bool = True) -> None:
        self._user = user if user is not None and user.is_authenticated else None
        self._known = self._user is not None
        self._asks = asks

    @cached_property
    def _held(self) -> parameters.Parameters:
        return parameters.get() if self._asks else parameters.defaults()

    @property
    def company(self) -> str:
        return self._held.company

    @property
    def company_phone(self) -> str:
        return self._held.company_phone

    @property
    def demo(self) -> bool:
        return settings.RECADO_DEMO

    @cached_property
    def attention(self) -> int:
        """How many messages need a person's decision."""
        return needing_a_person().count() if self._known else 0

    @cached_property
    def mail_faults(self) -> int:
        """How many e-mails need a person's decision."""
        return Mail.objects.filter(status__in=NEEDS_A_PERSON).count() if self._known else 0

    @cached_property
    def unread_replies(self) -> int:
        """How many replies of customers nobody has read."""
        return unread_count() if self._known else 0

    @cached_property
    def technician(self) -> bool:
        """Whoever looks may mend what is wrong with a phone; others tell those who may."""
        return self._user is not None and self._user.has_perm(Duty.MANAGE_PHONES.permission)

    @cached_property
    def phones(self) -> list[PhoneState]:
        return phone_states(timezone.now(), technician=self.technician) if self._known else []

    @cached_property
    def badge(self) -> Badge:
        return badge(self.phones, timezone.now())

    @property
    def icon(self) -> str:
        """The window's icon: another one while something sends nothing, to be seen among many windows."""
        return "web/favicon-parado.svg" if self.badge.style == "rc-danger" else "web/favicon.svg"


def house(request: HttpRequest) -> dict[str, House]:
    """Context processor: `house`."""
    return {"house": House(getattr(request, "user", None))}
