"""One user of the screens for each role, so that each can be tried; the story's deeds are theirs."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from recado.people.membership import give_role
from recado.people.roles import ADMINISTRATOR, ATTENDANT, INTEGRATION, SUPERVISOR, Role


@dataclass(frozen=True, slots=True)
class DemonstrationUser:
    """Somebody who does not exist."""

    username: str
    first_name: str
    last_name: str
    role: Role


USERS = (
    DemonstrationUser("ana.lima", "Ana", "Lima", ATTENDANT),
    DemonstrationUser("bruno.melo", "Bruno", "Melo", SUPERVISOR),
    DemonstrationUser("carla.dias", "Carla", "Dias", ADMINISTRATOR),
    DemonstrationUser("sistema.comercial", "Sistema", "Comercial", INTEGRATION),
)


def create_users(password: str | None) -> None:
    """Make those who are not there yet; without a `password` nobody can log in as them until one is given."""
    for person in USERS:
        if User.objects.filter(username=person.username).exists():
            continue
        user = User.objects.create_user(
            person.username, password=password, first_name=person.first_name, last_name=person.last_name
        )
        give_role(user, person.role)
