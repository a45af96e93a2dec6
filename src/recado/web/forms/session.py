"""The login form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.core.validators import MaxLengthValidator

from recado.people.roles import Duty

WRONG = "Usuário ou senha incorretos."
NO_SCREENS = "Este usuário é de outro sistema e não entra nas telas. Peça ao administrador um usuário seu."
LONGEST = 150


class LoginForm(AuthenticationForm):
    """Every reason to refuse that tells something about a user is one and the same sentence."""

    error_messages = {"invalid_login": WRONG, "inactive": WRONG}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user, password = self.fields["username"], self.fields["password"]
        user.label, password.label = "Usuário", "Senha"
        user.error_messages |= {"required": "Informe o usuário."}
        password.error_messages |= {"required": "Informe a senha."}
        # What no user name can be is told in the same words as a wrong one. Django's own form sets no limit that the
        # server checks, and the table of refused logins holds 255 characters.
        user.validators = [_refuse_quietly(validator) for validator in (*user.validators, MaxLengthValidator(LONGEST))]
        password.validators = [_refuse_quietly(validator) for validator in password.validators]

    def confirm_login_allowed(self, user: User) -> None:
        """Refuse whose role has no screens; who reads that has given the right password."""
        super().confirm_login_allowed(user)
        if not user.has_perm(Duty.USE_SCREENS.permission):
            raise forms.ValidationError(NO_SCREENS, code="no_screens")


def _refuse_quietly(validator: Any) -> Any:
    def check(value: str) -> None:
        try:
            validator(value)
        except forms.ValidationError:
            raise forms.ValidationError(WRONG) from None

    return check
