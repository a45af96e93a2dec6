"""*Usuários e papéis*: who may use Recado and as what; a password made here is shown once, and only here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recado.people import membership, passwords
from recado.people.models import Deed
from recado.people.roles import ROLES, Duty, Role
from recado.web import overtaking
from recado.web.access import needs
from recado.web.audit import last_noted, note
from recado.web.forms.users import NewUserForm, UserForm
from recado.web.overtaking import Overtaken
from recado.web.views.deciding import decide
from recado.web.views.listing import paging_for

HEADING = "Usuários e papéis"
_OFF, _ON = "desativado", "reativado"


@dataclass(frozen=True, slots=True)
class UserRow:
    """One user of the list."""

    user: User
    role: Role | None


@require_GET
@needs(Duty.MANAGE_USERS)
def users(request: HttpRequest) -> HttpResponse:
    """The users, those who may log in first, all or by a part of the name; below them what each role can do."""
    sought = request.GET.get("busca", "").replace("\0", "").strip()[:60]
    everybody = membership.called(sought) if sought else User.objects.all()
    found = everybody.prefetch_related("groups").order_by("-is_active", "username")
    paging = paging_for(request, found.count(), {"busca": sought})
    rows = [UserRow(user, membership.role_of(user)) for user in found[paging.offset : paging.offset + paging.size]]
    context = {
        "heading": HEADING,
        "sought": sought,
        "rows": rows,
        "paging": paging,
        "roles": ROLES,
        "duties": [(duty, [duty in role.duties for role in ROLES]) for duty in Duty],
        "few_administrators": membership.administrators().count() < 2,
    }
    return render(request, "web/users.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Duty.MANAGE_USERS)
def user_new(request: HttpRequest) -> HttpResponse:
    """Ask who, make the user, and show the first password, which the person must change."""
    form = NewUserForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        with transaction.atomic():
            user = User.objects.create_user(
                given["username"], first_name=given["first_name"], last_name=given["last_name"]
            )
            membership.give_role(user, form.chosen_role())
            password = passwords.reset_password(user)
            note(request, Deed.USER_ADDED, user.username, f"papel {form.chosen_role().name}")
        return _show_password(request, user, password, heading="Usuário cadastrado")
    return _ask(request, "web/user_form.html", heading="Novo usuário", form=form)


@require_http_methods(["GET", "POST"])
@needs(Duty.MANAGE_USERS)
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name and role."""
    user = get_object_or_404(User, pk=pk)
    form = UserForm(request.POST) if request.method == "POST" else _form_of(user)
    first = None
    if form.is_bound and form.is_valid():
        first = _change(request, pk, form)
        if first is None and form.is_valid():
            messages.success(request, f"Usuário {user.username} atualizado.")
            return redirect("users")
    mark = first.mark if first else overtaking.mark_of(request.POST, _form_of(user))
    shown = {"form": form, "person": user, "overtaken": first, "mark": mark}
    return _ask(request, "web/user_form.html", heading=f"Usuário {user.username}", **shown)


@require_POST
@needs(Duty.MANAGE_USERS)
def user_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the user in no more; histories keep the name."""
    user = get_object_or_404(User, pk=pk)
    deactivated = decide(
        request,
        partial(membership.deactivate, user),
        membership.LastAdministrator,
        deed=Deed.USER_CHANGED,
        subject=user.username,
        detail=_OFF,
        done=f"Usuário {user.username} desativado: não entra mais.",
        level=messages.ERROR,
    )
    return redirect("users") if deactivated else redirect("user_edit", pk)


@require_POST
@needs(Duty.MANAGE_USERS)
def user_activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the user in again, with the password of before."""
    user = get_object_or_404(User, pk=pk)
    with transaction.atomic():
        User.objects.filter(pk=pk).update(is_active=True)
        note(request, Deed.USER_CHANGED, user.username, _ON)
    messages.success(request, f"Usuário {user.username} reativado, com a senha de antes.")
    return redirect("users")


@never_cache
@require_POST
@needs(Duty.MANAGE_USERS)
def user_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a new password and show it once; the person's open sessions end."""
    user = get_object_or_404(User, pk=pk)
    with transaction.atomic():
        password = passwords.reset_password(user)
        note(request, Deed.PASSWORD_RESET, user.username)
    return _show_password(request, user, password, heading="Senha nova")


def _form_of(user: User) -> UserForm:
    role = membership.role_of(user)
    shown = {"first_name": user.first_name, "last_name": user.last_name, "role": role.slug if role else ""}
    return UserForm(initial=shown)


def _change(request: HttpRequest, pk: int, form: UserForm) -> Overtaken | None:
    """Change the user; give who came first, or None: then it is done, or the form says what is wrong."""
    try:
        with transaction.atomic():
            user = membership.held_for_change(pk)
            last = last_noted(Deed.USER_CHANGED, user.username, besides=(_OFF, _ON))
            if first := overtaking.overtaken(form, _form_of(user), last):
                return first
            before, named, chosen = membership.role_of(user), user.get_full_name(), form.chosen_role()
            membership.give_role(user, chosen)
            user.first_name, user.last_name = form.cleaned_data["first_name"], form.cleaned_data["last_name"]
            user.save(update_fields=["first_name", "last_name"])
            told = [] if before is chosen else [f"papel {before.name if before else 'nenhum'} → {chosen.name}"]
            told += [] if named == user.get_full_name() else ["nome"]
            if told:
                note(request, Deed.USER_CHANGED, user.username, ", ".join(told))
    except membership.LastAdministrator as refusal:
        form.add_error("role", str(refusal))
    return None


def _ask(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    return render(request, template, {"section": "users", "roles": ROLES, **context})


def _show_password(request: HttpRequest, user: User, password: str, *, heading: str) -> HttpResponse:
    context = {"heading": heading, "section": "users", "person": user, "password": password}
    return render(request, "web/user_password.html", context)
