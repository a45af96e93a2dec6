"""The login form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm

WRONG = "Usuário ou senha incorretos."


class LoginForm(AuthenticationForm):
    """Every reason to refuse that tells something about a user is one and the same sentence."""

    error_messages = {"invalid_login": WRONG, "inactive": WRONG}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user, password = self.fields["username"], self.fields["password"]
        user.label, password.label = "Usuário", "Senha"
        user.error_messages |= {"required": "Informe o usuário."}
        password.error_messages |= {"required": "Informe a senha."}
        # What no user name can be is told in the same words as a wrong one.
        user.error_messages |= {"max_length": WRONG, "null_characters_not_allowed": WRONG}
        user.validators = [_refuse_quietly(validator) for validator in user.validators]
        password.validators = [_refuse_quietly(validator) for validator in password.validators]


def _refuse_quietly(validator: Any) -> Any:
    def check(value: str) -> None:
        try:
            validator(value)
        except forms.ValidationError:
            raise forms.ValidationError(WRONG) from None

    return check
