"""*Tipos e textos*: what each kind of SMS says and how it is sent, seen as a phone shows it before it is saved."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recado import parameters
from recado.gsm import EncodingPolicy
from recado.outbox import types as operations
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.hours import Hours
from recado.outbox.measuring import Measure, longest_values, measure_template, sample_values
from recado.outbox.models import ENCODINGS, Message, MessageType, MessageTypeVersion, Priority, Status
from recado.outbox.templates import FIELDS, TemplateRefused, check_template
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.phones.models import Phone
from recado.web.access import needs
from recado.web.audit import note
from recado.web.event_words import effect_words, event_words
from recado.web.formatting import counted, duration
from recado.web.forms.types import TestForm, TypeForm
from recado.web.hours_words import caution, hours_words, opening_words
from recado.web.overtaking import FIELD, Overtaken, mark_of, overtaken
from recado.web.previews import sample_protocol
from recado.web.size_words import change_words, room_words, size_words
from recado.web.views.deciding import decide

HEADING = "Tipos e textos"
CHANGES_SHOWN = 20
# Told in words of their own.
_APART = ("template", "hours_from", "hours_until", "days")
# A word with the blanks after it: blanks alone would be found equal everywhere, and cut the difference to shreds.
_PIECES = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class TypePreview:
    """A text on the drawing of a phone: as usual, at its longest; or `fault`, why it cannot be (pt-BR)."""

    usual: Measure | None = None
    longest: Measure | None = None
    fault: str = ""
    size: str = ""
    room: str = ""
    changes: str = ""
    cost: str = ""
    hours: str = ""
    caution: str = ""


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One type of the list: `event`, when its messages are made; `hours` in words, empty without a limit; `actor`, who
    changed it last, empty for one as it came."""

    type: MessageType
    event: str
    hours: str
    actor: str


@require_GET
@needs(Duty.EDIT_TYPES)
def types(request: HttpRequest) -> HttpResponse:
    """Every type: when it is made, its text, how it goes out, and who changed it last."""
    rows = list(MessageType.objects.order_by("pk"))
    events = event_words(rows)
    context = {
        "heading": HEADING,
        "rows": [
            TypeRow(row, events[row.pk], hours_words(row.hours) if row.hours.is_limited else "", _changed_by(row))
            for row in rows
        ],
    }
    return render(request, "web/types.html", context)


@require_http_methods(["GET", "POST"])
@needs(Duty.EDIT_TYPES)
def type_new(request: HttpRequest) -> HttpResponse:
    """A type of the company's own, for texts that people send."""
    new = MessageType(fields=operations.FIELDS_OF_A_NEW_TYPE, max_attempts=parameters.get().attempts)
    return _edit(request, new, heading="Novo tipo de SMS")


@require_http_methods(["GET", "POST"])
@needs(Duty.EDIT_TYPES)
def type_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the editor; show what would change; save it."""
    message_type = get_object_or_404(MessageType, pk=pk)
    return _edit(request, message_type, heading=message_type.name)


@require_POST
@needs(Duty.EDIT_TYPES)
def type_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The phone's drawing for what is being typed; `pk` 0 is a new type."""
    fields = operations.FIELDS_OF_A_NEW_TYPE
    message_type = get_object_or_404(MessageType, pk=pk) if pk else MessageType(fields=fields)
    form = TypeForm(request.POST, instance=MessageType(fields=message_type.fields))
    try:
        # As it would be kept: line breaks as one character, nothing around it, and no longer than it may be.
        template = form.fields["template"].clean(request.POST.get("template", ""))
    except ValidationError as refusal:
        preview = TypePreview(fault=" ".join(refusal.messages))
    else:
        preview = preview_of(message_type, template, request.POST.get("encoding", ""), form.hours)
    return render(request, "web/type_preview.html", {"preview": preview})


@require_POST
@needs(Duty.EDIT_TYPES)
def type_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a type that was never used."""
    message_type = get_object_or_404(MessageType, pk=pk)
    deleted = decide(
        request,
        partial(operations.delete_type, message_type),
        operations.TypeRefused,
        deed=Deed.TYPE_DELETED,
        subject=message_type.name,
        done=f"Tipo “{message_type.name}” excluído.",
        level=messages.ERROR,
    )
    return redirect("types") if deleted else redirect("type_edit", pk)


@require_POST
@needs(Duty.EDIT_TYPES)
def type_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue one real SMS with the text in force and sample values."""
    message_type = get_object_or_404(MessageType, pk=pk)
    form = TestForm(request.POST)
    if not form.is_valid():
        return _show(request, message_type, TypeForm(instance=message_type), heading=message_type.name, test=form)
    event = Event(
        type_id=pk,
        number=form.cleaned_data["mobile"],
        idempotency_key=form.key,
        values=sample_values(sample_protocol()),
        actor=request.user.get_username(),
    )
    with transaction.atomic():
        message = enqueue(event, now=timezone.now())
        if message is not None:
            note(request, Deed.TEST_SENT, message_type.name, f"mensagem {message.pk}")
    if message is None:
        messages.warning(request, "Este tipo está desativado: nenhum SMS sai com ele. Ative-o e envie de novo.")
        return redirect("type_edit", pk)
    messages.success(request, "SMS de teste na fila. Acompanhe-o nesta página.")
    return redirect("message", message.pk)


def preview_of(message_type: MessageType, template: str, encoding: str, hours: Hours) -> TypePreview:
    """Measure `template`, with what is wrong with it instead when something is; say when it leaves by `hours`."""
    policy = EncodingPolicy(encoding if encoding in dict(ENCODINGS) else EncodingPolicy.FOLD)
    try:
        check_template(template, operations.fields_of(message_type))
        usual = measure_template(template, policy, sample_values(sample_protocol()))
        longest = measure_template(template, policy, longest_values())
    except TemplateRefused as refusal:
        return TypePreview(fault=str(refusal))
    return TypePreview(
        usual=usual,
        longest=longest,
        size=size_words(usual),
        room=room_words(longest),
        changes=change_words(usual.changes),
        cost=_cost(usual, longest),
        hours=_hours(hours),
        caution=caution(hours, _validity_of(message_type), urgent=message_type.priority <= Priority.URGENT),
    )


def _edit(request: HttpRequest, message_type: MessageType, *, heading: str) -> HttpResponse:
    before = MessageType.objects.filter(pk=message_type.pk).first()
    restored = _restored(request, message_type)
    initial = {"template": restored.template} if restored else None
    form = TypeForm(request.POST if request.method == "POST" else None, instance=message_type, initial=initial)
    looks = request.method != "POST" or "ver" in request.POST
    if looks or not form.is_valid():
        return _show(request, message_type, form, heading=heading, restored=restored)
    with transaction.atomic():
        before = operations.held_for_change(message_type.pk)
        if before is not None and (first := overtaken(form, TypeForm(instance=before), operations.last_change(before))):
            return _show(request, message_type, form, heading=heading, first=first)
        if before is not None and "salvar" not in request.POST:
            return _ask(request, before, form)
        _save(request, before, form)
    return redirect("types")


def _save(request: HttpRequest, before: MessageType | None, form: TypeForm) -> None:
    """Save a valid form; `before` is the type as it is kept, None for a new one."""
    created = before is None
    settings = "; ".join(f"{label}: {old} → {new}" for label, old, new in changed_settings(before, form))
    with transaction.atomic():
        version = operations.save_type(
            form.instance, actor=request.user.get_username(), now=timezone.now(), settings=settings
        )
        told = [f"versão {version.number}"] if version else []
        note(request, Deed.TYPE_CHANGED, form.instance.name, "; ".join([*told, *filter(None, [settings])]))
    said = f"Versão {version.number} em vigor." if version else "Ajustes salvos; o texto não mudou."
    messages.success(request, f"Tipo “{form.instance.name}” criado." if created else said)


def _ask(request: HttpRequest, before: MessageType, form: TypeForm) -> HttpResponse:
    """The page that shows what would change, and saves it."""
    after = form.instance
    settings = changed_settings(before, form)
    context = {
        "heading": "Conferir mudanças",
        "section": "types",
        "form": form,
        "message_type": before,
        "given": [(name, value) for name in (FIELD, *form.fields) for value in request.POST.getlist(name)],
        "difference": difference(before.template, after.template) if before.template != after.template else [],
        "settings": settings,
        "effects": effect_words(before, after, Message.objects.filter(type=before, status=Status.QUEUED).count()),
        "changed": bool(settings) or before.template != after.template,
        "preview": preview_of(after, after.template, after.encoding, after.hours),
    }
    return render(request, "web/type_confirm.html", context)


def changed_settings(before: MessageType | None, form: TypeForm) -> list[tuple[str, str, str]]:
    """What a valid form changes besides the text: label, from what, to what; nothing for a new type."""
    after = form.instance
    if before is None:
        return []
    settings = [
        (str(form.fields[name].label), _written(before, name), _written(after, name))
        for name in (*TypeForm.Meta.fields, "validity_minutes")
        if name in form.fields and name not in _APART and _written(before, name) != _written(after, name)
    ]
    if before.hours != after.hours:
        settings.append(("Horário em que sai", hours_words(before.hours), hours_words(after.hours)))
    if before.validity_minutes != after.validity_minutes:
        settings.append(("Validade", _validity(before), _validity(after)))
    return settings


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """Word by word: (`same`, `gone` or `new`, text)."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    found: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("same", "".join(old[a:b])))
            continue
        found += [(kind, text) for kind, text in (("gone", "".join(old[a:b])), ("new", "".join(new[c:d]))) if text]
    return found


def _show(
    request: HttpRequest,
    message_type: MessageType,
    form: TypeForm,
    *,
    heading: str,
    restored: MessageTypeVersion | None = None,
    test: TestForm | None = None,
    first: Overtaken | None = None,
) -> HttpResponse:
    template, encoding = form["template"].value() or "", str(form["encoding"].value())
    context = {
        "heading": heading,
        "section": "types",
        "message_type": message_type,
        "form": form,
        "test": test or TestForm(),
        "tags": [FIELDS[name] for name in operations.fields_of(message_type)],
        "preview": preview_of(message_type, template, encoding, form.hours),
        "versions": operations.versions_of(message_type) if message_type.pk else [],
        "changes": message_type.changes.all()[:CHANGES_SHOWN] if message_type.pk else [],
        "restored": restored,
        "overtaken": first,
        "mark": first.mark if first else mark_of(request.POST, TypeForm(instance=_held(message_type))),
        "users": operations.users_of(message_type) if message_type.pk else [],
    }
    return render(request, "web/type_form.html", context)


def _changed_by(message_type: MessageType) -> str:
    last = operations.last_change(message_type)
    return last[0] if last else ""


def _held(message_type: MessageType) -> MessageType:
    """The type as it is kept: a bound form writes what was typed into the one that it was given."""
    return MessageType.objects.filter(pk=message_type.pk).first() or message_type


def _restored(request: HttpRequest, message_type: MessageType) -> MessageTypeVersion | None:
    """The version that the address asks to put back in the editor, if it is one of this type."""
    asked = request.GET.get("versao", "")
    if not message_type.pk or not (asked.isascii() and asked.isdigit()):
        return None
    return next((row for row in operations.versions_of(message_type) if str(row.number) == asked), None)


def _written(message_type: MessageType, name: str) -> str:
    value = getattr(message_type, name, "")
    shown: Mapping[bool, str] = {True: "Sim", False: "Não"}
    if isinstance(value, bool):
        return shown[value]
    display = getattr(message_type, f"get_{name}_display", None)
    return str(display() if display else value)


def _validity(message_type: MessageType) -> str:
    minutes = message_type.validity_minutes
    return "nunca expira" if minutes is None else counted(-(-minutes // 60), "hora", "horas")


def _validity_of(message_type: MessageType) -> timedelta | None:
    minutes = message_type.validity_minutes
    return None if minutes is None else timedelta(minutes=minutes)


def _hours(hours: Hours) -> str:
    """When it leaves, and when the next one would; empty without a limit."""
    if not hours.is_limited:
        return ""
    opens = opening_words(hours, timezone.now())
    return f"Sai {hours_words(hours)}. " + (
        f"Agora está fora do horário: sai {opens}." if opens else "Agora pode sair."
    )


def _cost(usual: Measure, longest: Measure) -> str:
    paces = list(Phone.objects.filter(enabled=True).values_list("pace_seconds", flat=True))
    per_second = sum(1 / max(pace, 1.0) for pace in paces)
    if not per_second:
        return "Nenhum aparelho em uso: sem ele não há como dizer quanto tempo cada envio toma da fila."
    low, high = (duration(timedelta(seconds=len(found.parts) / per_second)) for found in (usual, longest))
    return f"Cada envio toma {low} da fila." if low == high else f"Cada envio toma de {low} a {high} da fila."
