"""Which role a user has, and giving another.

A user has one role. Superusers are administrators; whoever has no group yet is made an attendant, the role that can do
least with the screens.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Q, QuerySet

from recado.collation import dictionary_key
from recado.people.roles import ADMINISTRATOR, APP, ATTENDANT, ROLES, Role, role_named


class LastAdministrator(ValueError):
    """Nobody could manage users any more; the text (pt-BR) says what to do first."""

    def __init__(self) -> None:
        super().__init__(
            "Este é o último administrador ativo. Antes, dê o papel a outra pessoa:"
            " alguém precisa poder cadastrar usuários."
        )


def role_of(user: User) -> Role | None:
    """The user's role; None for one whose groups are none of Recado's."""
    if user.is_superuser:
        return ADMINISTRATOR
    # Over `all()`, so that a list that prefetched the groups asks nothing more.
    return next((role for group in user.groups.all() if (role := role_named(group.name))), None)


def give_role(user: User, role: Role) -> None:
    """Make `role` the user's only one. Raises LastAdministrator when nobody else is one."""
    with transaction.atomic():
        if role is not ADMINISTRATOR:
            _require_another_administrator(user)
        user.groups.set([Group.objects.get(name=role.name)])
        if user.is_superuser and role is not ADMINISTRATOR:
            user.is_superuser = user.is_staff = False
            user.save(update_fields=["is_superuser", "is_staff"])


def held_for_change(pk: int) -> User:
    """The user as they stand; who else would change them waits until the caller's transaction ends.

    The administrators are held with them, in the one order in which `give_role` holds these: two who edit each other
    must not wait for each other. Raises User.DoesNotExist.
    """
    list(User.objects.select_for_update().filter(Q(pk=pk) | Q(pk__in=administrators().values("pk"))).order_by("pk"))
    return User.objects.get(pk=pk)


def deactivate(user: User) -> None:
    """Let the user in no more. Raises LastAdministrator when nobody else is one."""
    with transaction.atomic():
        _require_another_administrator(user)
        user.is_active = False
        user.save(update_fields=["is_active"])


def administrators() -> QuerySet[User]:
    """The active users who may manage users."""
    is_one = Q(is_superuser=True) | Q(groups__name=ADMINISTRATOR.name)
    return User.objects.filter(is_one, is_active=True).distinct()


def called(sought: str) -> QuerySet[User]:
    """The users in whose user name or full name `sought` stands, whatever its case and with or without accents."""
    # In Python: SQLite knows the case of plain letters only. A company has hundreds of users, not thousands.
    wanted = dictionary_key(sought)[0]
    rows = User.objects.values_list("pk", "username", "first_name", "last_name")
    return User.objects.filter(
        pk__in=[pk for pk, name, *full in rows if any(wanted in dictionary_key(of)[0] for of in (name, " ".join(full)))]
    )


def is_last_administrator(user: User) -> bool:
    """True when `user` is the only active administrator."""
    return {person.pk for person in administrators()} == {user.pk}


def _require_another_administrator(user: User) -> None:
    # Two administrators who send each other away must not both succeed. The rows are locked first, in one order, and
    # looked at by a second statement: on PostgreSQL the first, having waited, still sees what was before its wait.
    list(User.objects.select_for_update().filter(pk__in=administrators().values("pk")).order_by("pk"))
    if is_last_administrator(user):
        raise LastAdministrator


def make_groups(apps: Apps) -> None:
    """Make a group for each role, and put users who have none into the attendants'."""
    groups = apps.get_model("auth", "Group")._default_manager
    for role in ROLES:
        groups.get_or_create(name=role.name)
    attendants = groups.get(name=ATTENDANT.name)
    users = apps.get_model("auth", "User")._default_manager
    for user in users.filter(groups=None, is_superuser=False):
        user.groups.add(attendants)


def give_duties(**kwargs: object) -> None:
    """After a migration: every role's group has the permissions of its duties, no more and no fewer."""
    from django.contrib.auth.models import Permission

    known = {permission.codename: permission for permission in Permission.objects.filter(content_type__app_label=APP)}
    for role in ROLES:
        group, _ = Group.objects.get_or_create(name=role.name)
        group.permissions.set([known[duty.value] for duty in role.duties if duty.value in known])


def welcome(instance: User, created: bool, raw: bool = False, **kwargs: object) -> None:
    """A new user is an attendant until somebody gives another role; a superuser needs none."""
    if created and not raw and not instance.is_superuser:
        attendants = Group.objects.filter(name=ATTENDANT.name).first()
        if attendants is not None:
            instance.groups.add(attendants)
