"""Passwords that Recado chooses, and the one that a person must choose after that."""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from recado.people.models import Account

FIRST_ADMINISTRATOR = "admin"
RULES = (
    "Ao menos 12 caracteres, que não sejam só números, sem nada parecido com o seu nome. "
    "Uma frase curta é fácil de lembrar e boa: cafe-na-varanda-azul."
)


def new_password() -> str:
    """Sixteen characters that can be told over the phone: 80 bits, no look-alikes, in four groups."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


def reset_password(user: User) -> str:
    """Give the user a new password, which is returned and must be changed at the next login; open sessions end."""
    password = new_password()
    with transaction.atomic():
        set_password(user, password, generated=True)
    return password


def set_password(user: User, password: str, *, generated: bool) -> None:
    """Give a saved user `password`; open sessions end. One that was `generated` must be changed at the next login.

    To be called in a transaction.
    """
    user.set_password(password)
    user.save(update_fields=["password"])
    if generated:
        Account.objects.update_or_create(user=user, defaults={"must_change_password": True})
    let_try_again(user)
    _forget_the_first(user)


def first_password_file() -> Path:
    """Where the first administrator's password stands until it is changed."""
    return Path(settings.RECADO_HOME) / "primeiro_acesso.txt"


def let_try_again(user: User) -> None:
    """Forget the user's refused logins: whoever got a new password need not wait for those of the old one."""
    # At import it would ask for the models before they are ready.
    from axes.utils import reset

    reset(username=user.get_username())


def must_change_password(user: User) -> bool:
    """True while the password is one that somebody else chose."""
    return Account.objects.filter(user=user, must_change_password=True).exists()


def password_was_changed(user: User) -> None:
    """The user chose a password of their own."""
    Account.objects.filter(user=user).update(must_change_password=False)
    _forget_the_first(user)


def _forget_the_first(user: User) -> None:
    """Take away the file whose password is none any more."""
    if user.get_username() == FIRST_ADMINISTRATOR:
        # The change stands, whether the file can be removed or not: then it is logged, and `recado doctor` tells it.
        transaction.on_commit(partial(first_password_file().unlink, missing_ok=True), robust=True)
