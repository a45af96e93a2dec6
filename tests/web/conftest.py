"""A browser that is logged in, one that is not, and a time that stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from recado.people.membership import give_role
from recado.people.roles import ADMINISTRATOR
from tests.support.outbox import NOW


@pytest.fixture
def user(db: None) -> User:
    """Somebody who may see every screen: what other roles may not is the matter of `test_access`."""
    user = User.objects.create_user("ana", password="uma-senha-longa", first_name="Ana", last_name="Lima")
    give_role(user, ADMINISTRATOR)
    return user


@pytest.fixture
def anonymous() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def browser(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@pytest.fixture
def at_a_known_time() -> Iterator[None]:
    """It is the `NOW` of the rows that `tests.support.outbox` makes."""
    with time_machine.travel(NOW, tick=False):
        yield
