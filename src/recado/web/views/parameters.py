"""*Parâmetros*: what the whole of Recado goes by, with the default of each and every change that there was."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import BoundField, Field
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from recado import parameters
from recado.parameters.models import ParameterChange
from recado.parameters.values import held_for_change, save
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.service_requests.models import ClosingReason
from recado.web import overtaking
from recado.web.access import needs
from recado.web.audit import note
from recado.web.formatting import thousands
from recado.web.forms.parameters import ParametersForm, shown
from recado.web.overtaking import Overtaken

PUT_BACK = "padrao"
CHANGES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Told:
    """One change in words; empty values are said to be so."""

    change: ParameterChange
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """A field with its bounds and default in words, and its changes, the newest first; `count` of them there are.

    `is_default`: the default holds; `shows_default`: it stands in the field, saved or not. `held`: what is in force, as
    the field would send it, for the page's script: a list in JSON.
    """

    field: BoundField
    bounds: str
    default: str
    is_default: bool
    shows_default: bool
    held: str
    changes: Sequence[Told]
    count: int


@require_http_methods(["GET", "POST"])
@needs(Duty.EDIT_PARAMETERS)
def parameters_page(request: HttpRequest) -> HttpResponse:
    """Show what holds; put one field back to its default, to be looked at; save what was changed."""
    if request.method != "POST":
        return _show(request, ParametersForm.of(parameters.get()))
    form = ParametersForm(request.POST)
    if (name := request.POST.get(PUT_BACK, "")) in form.fields:
        messages.info(request, f"“{form.fields[name].label}” voltou ao padrão na tela. Confira e salve.")
        return _show(request, ParametersForm.put_back(request.POST, name))
    if not form.is_valid():
        return _show(request, form)
    if first := _save(request, form):
        return _show(request, form, first)
    return redirect("parameters")


def _save(request: HttpRequest, form: ParametersForm) -> Overtaken | None:
    """Save what was changed, and give None; else who came first."""
    reasons = {reason.pk: reason.name for reason in ClosingReason.objects.all()}
    with transaction.atomic():
        before, wanted = held_for_change(), form.wanted()
        last = ParameterChange.objects.values_list("actor", "at").first()
        if first := overtaking.overtaken(form, ParametersForm.of(before), last):
            return first
        changed = save(wanted, actor=request.user.get_username(), now=timezone.now())
        for name in changed:
            old, new = (_written(name, getattr(values, name), reasons) for values in (before, wanted))
            note(request, Deed.PARAMETER_CHANGED, form.fields[name].label, f"{old} → {new}")
    if changed:
        words = ngettext("%d mudança salva.", "%d mudanças salvas.", len(changed)) % len(changed)
        messages.success(request, f"{words} Vale a partir de agora.")
    else:
        messages.info(request, "Nada mudou.")
    return None


def _show(request: HttpRequest, form: ParametersForm, first: Overtaken | None = None) -> HttpResponse:
    context = {
        "heading": "Parâmetros",
        "form": form,
        "rows": _rows(form),
        "put_back": PUT_BACK,
        # Several say no more than “O mínimo são 30 dias.”
        "names_fields": True,
        "overtaken": first,
        "mark": first.mark if first else overtaking.mark_of(request.POST, ParametersForm.of(parameters.get())),
    }
    return render(request, "web/parameters.html", context)


def _rows(form: ParametersForm) -> list[Row]:
    reasons = {reason.pk: reason.name for reason in ClosingReason.objects.all()}
    usual, held = parameters.defaults(), parameters.get()
    changes: dict[str, list[ParameterChange]] = {}
    for change in ParameterChange.objects.all():
        changes.setdefault(change.name, []).append(change)
    return [
        Row(
            field=form[name],
            bounds=bounds_of(form.fields[name]),
            default=_written(name, getattr(usual, name), reasons).rstrip("."),
            is_default=getattr(usual, name) == getattr(held, name),
            shows_default=_shows(form[name], shown(name, getattr(usual, name))),
            held=_sent(shown(name, getattr(held, name))),
            changes=[
                Told(change, _written(name, change.before, reasons), _written(name, change.after, reasons))
                for change in changes.get(name, [])[:CHANGES_SHOWN]
            ],
            count=len(changes.get(name, [])),
        )
        for name in form.fields
    ]


def _shows(field: BoundField, value: object) -> bool:
    """Whether `value` stands in the field, as the form was filled in or as it was typed."""
    standing = field.value()
    if isinstance(value, list):
        return {str(one) for one in standing or ()} == {str(one) for one in value}
    return str("" if standing is None else standing).strip() == str("" if value is None else value)


def _sent(value: object) -> str:
    values = value if isinstance(value, list) else ["" if value is None else value]
    return json.dumps(sorted(str(one) for one in values), ensure_ascii=False, separators=(",", ":"))


def bounds_of(field: Field) -> str:
    """What a value may be at the least and the most (pt-BR); empty for a choice from a list, which shows itself."""
    least, most = getattr(field, "min_value", None), getattr(field, "max_value", None)
    if least is not None and most is not None:
        return f"De {thousands(least)} a {thousands(most)}."
    longest = getattr(field, "max_length", None)
    return f"Até {longest} caracteres." if longest else ""


def _written(name: str, value: Any, reasons: dict[int, str]) -> str:
    """A value in words, for history and default."""
    if name == "success_reasons":
        return ", ".join(reasons.get(pk, str(pk)) for pk in value) or "nenhum"
    if name == "retention_days" and not value:
        return "guarda tudo"
    return str(shown(name, value)) or "vazio"
