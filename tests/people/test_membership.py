"""A user has one role; the last administrator stays one; groups have what the table of roles says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import transaction

from recado.people import membership
from recado.people.membership import LastAdministrator, deactivate, give_role, role_of
from recado.people.roles import ADMINISTRATOR, ATTENDANT, INTEGRATION, ROLES, SUPERVISOR, Duty, Role
from tests.support.together import run_together

pytestmark = pytest.mark.django_db


def person(name: str = "ana") -> User:
    return User.objects.create_user(name)


def afresh(user: User) -> User:
    """Without the permissions that the object remembers."""
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.slug)
def test_a_role_gives_its_duties_and_no_other(role: Role) -> None:
    user = person()
    User.objects.create_superuser("chefia")
    give_role(user, role)

    assert {duty for duty in Duty if afresh(user).has_perm(duty.permission)} == role.duties
    assert role_of(user) is role


def test_a_new_user_is_an_attendant_until_told_otherwise() -> None:
    assert role_of(person()) is ATTENDANT


def test_a_superuser_is_an_administrator_without_a_group() -> None:
    assert role_of(User.objects.create_superuser("chefia")) is ADMINISTRATOR


def test_another_role_takes_the_place_of_the_first() -> None:
    user = person()
    give_role(user, SUPERVISOR)
    give_role(user, INTEGRATION)

    assert [group.name for group in user.groups.all()] == [INTEGRATION.name]


def test_a_superuser_who_gets_another_role_is_one_no_more() -> None:
    User.objects.create_superuser("outra")
    user = User.objects.create_superuser("chefia")
    give_role(user, SUPERVISOR)

    assert not afresh(user).is_superuser
    assert not afresh(user).has_perm(Duty.MANAGE_USERS.permission)


def test_the_last_administrator_stays_one_and_stays_active() -> None:
    user = person()
    give_role(user, ADMINISTRATOR)
    User.objects.create_superuser("parada", is_active=False)

    with pytest.raises(LastAdministrator):
        give_role(user, ATTENDANT)
    with pytest.raises(LastAdministrator):
        deactivate(user)
    assert role_of(afresh(user)) is ADMINISTRATOR
    assert afresh(user).is_active


def test_one_of_two_administrators_may_go() -> None:
    first, second = person("ana"), person("bruno")
    give_role(first, ADMINISTRATOR)
    give_role(second, ADMINISTRATOR)
    deactivate(first)

    assert not afresh(first).is_active


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [deactivate, partial(give_role, role=ATTENDANT)], ids=["deactivate", "demote"])
def test_two_administrators_who_send_each_other_away_at_once_leave_one(act: Callable[[User], None]) -> None:
    for round_number in range(5):
        pair = [person(f"{name}{round_number}") for name in ("ana", "bruno")]
        for one in pair:
            give_role(one, ADMINISTRATOR)
        for one in membership.administrators().exclude(pk__in=[one.pk for one in pair]):
            give_role(one, ATTENDANT)
        went = run_together([partial(sends_away, act, afresh(one)) for one in pair])
        assert went.count(True) == 1
        assert membership.administrators().count() == 1


def sends_away(act: Callable[[User], None], user: User) -> bool:
    """In one transaction with something slower, as a view does it."""
    try:
        with transaction.atomic():
            act(user)
            User.objects.filter(pk=user.pk).update(first_name="Fulana")
    except LastAdministrator:
        return False
    return True


def test_an_upgrade_makes_attendants_of_those_who_have_no_group() -> None:
    user = person()
    user.groups.clear()
    membership.make_groups(apps)

    assert role_of(afresh(user)) is ATTENDANT


def test_what_was_changed_by_hand_in_a_group_is_put_right_by_the_next_migration() -> None:
    Group.objects.get(name=ATTENDANT.name).permissions.clear()
    membership.give_duties()

    assert afresh(person()).has_perm(Duty.CONSULT.permission)
