"""An account's phones alone carry the messages of its type; without any, every phone may."""

from __future__ import annotations

import pytest

from recado.gateway.choosing import Roster
from recado.outbox import claims
from recado.outbox.claims import Claim
from recado.phones.models import Phone
from recado.phones.rules import EVERYTHING, Rules
from tests.playsms.conftest import make_account
from tests.support.outbox import HOLDER, NOW, make_phone, make_type, queue_message

pytestmark = pytest.mark.django_db


def claim(phone: Phone) -> Claim | None:
    """What the phone's worker would take next, by what the supervisor saw in its last round."""
    roster = Roster()
    roster.update(Phone.objects.all(), NOW)
    allowance = roster.allowance(phone.pk, Rules(), NOW, urgent_only=False)
    return claims.claim_next(phone, HOLDER, NOW, allowance)


def test_only_the_accounts_phones_carry_its_type() -> None:
    first, second = make_phone("Aparelho 1"), make_phone("Aparelho 2")
    kind = make_type(name="GSAN")
    make_account(type_id=kind.pk).phones.set([second])
    theirs, other = queue_message("do GSAN", kind=kind), queue_message("outro")

    taken = [claimed.message_id if (claimed := claim(phone)) else None for phone in (first, first, second)]

    assert taken == [other.pk, None, theirs.pk]


def test_accounts_of_one_type_share_their_phones() -> None:
    first, second, third = (make_phone(f"Aparelho {number}") for number in (1, 2, 3))
    kind = make_type(name="GSAN")
    make_account("um", type_id=kind.pk).phones.set([first])
    make_account("dois", type_id=kind.pk, active=False).phones.set([second])
    queue_message("do GSAN", kind=kind)
    assert claim(third) is None
    assert claim(second) is not None


def test_without_phones_an_account_reserves_nothing() -> None:
    phone = make_phone()
    make_account()
    roster = Roster()
    roster.update([phone], NOW)
    assert roster.allowance(phone.pk, Rules(), NOW, urgent_only=False) == EVERYTHING
