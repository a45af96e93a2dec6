"""*Usuários e papéis* and *Minha senha*: who the person is, the role, and a password of one's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from recado.people.passwords import RULES
from recado.people.roles import ATTENDANT, ROLES, Role
from recado.web.forms.fields import LineField, LoginNameField


class UserForm(forms.Form):
    """Name and role of a user who exists."""

    first_name = LineField("O nome", label="Nome", max_length=60, missing="Informe o nome.")
    last_name = LineField("O sobrenome", label="Sobrenome", max_length=60)
    role = forms.ChoiceField(
        label="Papel",
        choices=[(role.slug, role.name) for role in ROLES],
        initial=ATTENDANT.slug,
        widget=forms.RadioSelect,
        error_messages={"required": "Escolha o papel.", "invalid_choice": "Escolha um papel da lista."},
    )

    def chosen_role(self) -> Role:
        """The role of a valid form."""
        return next(role for role in ROLES if role.slug == self.cleaned_data["role"])


class NewUserForm(UserForm):
    """A new user; the login name stays for ever, since histories name people by it."""

    username = LoginNameField(
        "O usuário",
        label="Usuário",
        missing="Informe o usuário.",
        help_text="Com ele a pessoa entra. Exemplo: ana.lima. Não muda depois.",
    )
    field_order = ("username", "first_name", "last_name", "role")

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(f"Já existe o usuário {username}. Escolha outro.", code="taken")
        return username


class OwnPasswordForm(PasswordChangeForm):
    """The old password, and twice the new one."""

    error_messages = {
        "password_mismatch": "As duas senhas novas são diferentes. Digite a mesma nos dois campos.",
        "password_incorrect": "A senha atual está errada.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            "old_password": ("Senha atual", "Informe a senha atual."),
            "new_password1": ("Senha nova", "Informe a senha nova."),
            "new_password2": ("Senha nova, de novo", "Repita a senha nova."),
        }
        for name, (label, required) in words.items():
            self.fields[name].label = label
            self.fields[name].error_messages |= {"required": required}
            self.fields[name].help_text = RULES if name == "new_password1" else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        old, new = cleaned.get("old_password"), cleaned.get("new_password2")
        if old and old == new:
            self.add_error("new_password1", "A senha nova é igual à atual. Escolha outra.")
        return cleaned
