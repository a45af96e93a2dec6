"""*Mensagens com erro*: what failed, grouped by what is to be done, and what may have been sent, for a person.

The uncertain ones stand apart, and no button that acts on many touches them: sending one again may double it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recado.gsm.causes import Cause
from recado.outbox.decisions import DecisionRefused, TextRefused, TooLate, Unwanted, discard, resend
from recado.outbox.models import CAUSES, Message, Status
from recado.outbox.queries import needing_a_person
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note_list
from recado.web.forms.message_actions import DiscardForm
from recado.web.views.bulk import MOST_AT_ONCE, Decided, decide_each, say_left_out, ticked
from recado.web.views.listing import failed_and_unsure, paging_for
from recado.web.views.returning import return_url, take_undo
from recado.web.words import FAMILIES, Family

HEADING = "Mensagens com erro"
_LABELS = dict(CAUSES)
_FAMILIES = {family.key: family for family in FAMILIES}
# Why some of many stay as they are: of one, and of several.
_LEFT_OUT: dict[type[Exception], tuple[str, str]] = {
    Unwanted: (
        "%d mensagem ficou como estava: o cliente não quer recebê-la. Descarte-a.",
        "%d mensagens ficaram como estavam: os clientes não querem recebê-las. Descarte-as.",
    ),
    TooLate: (
        "%d mensagem ficou como estava: o prazo para enviá-la já passou. Descarte-a.",
        "%d mensagens ficaram como estavam: o prazo para enviá-las já passou. Descarte-as.",
    ),
    TextRefused: (
        "%d mensagem ficou como estava: o texto não pode ser montado. Reenvie-a sozinha para ver o que falta.",
        "%d mensagens ficaram como estavam: o texto não pode ser montado. Reenvie uma sozinha para ver o que falta.",
    ),
    DecisionRefused: (
        "%d mensagem ficou como estava: já não está com erro.",
        "%d mensagens ficaram como estavam: já não estão com erro.",
    ),
}


@dataclass(frozen=True, slots=True)
class CauseLink:
    """A link to the messages of one cause or family: its words, and how many messages wait there."""

    cause: str
    label: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A family of causes with messages that wait, and the causes among them when there are several."""

    family: Family
    link: CauseLink
    causes: list[CauseLink]


@require_GET
@needs(Duty.DECIDE_MESSAGES)
def attention(request: HttpRequest) -> HttpResponse:
    """Show the failed messages of the cause asked for (`motivo`), ten a page, and the uncertain ones."""
    cause = _cause(request.GET.get("motivo", ""))
    counted = _counted()
    uncertain, uncertain_count = _rows(Status.UNCERTAIN), counted.get(Cause.UNCERTAIN, 0)
    only_uncertain = cause == Cause.UNCERTAIN
    failed = _failed(cause)
    paging = paging_for(request, uncertain_count if only_uncertain else failed.count(), {"motivo": cause})
    failed, uncertain = failed_and_unsure(
        paging, failed, uncertain, is_everything=not cause, only_unsure=only_uncertain
    )
    shown, unsure = list(failed), list(uncertain)
    note_list(request, HEADING, "mensagens", [row.pk for row in (*unsure, *shown)])
    context = {
        "heading": HEADING,
        "groups": _groups(counted, cause),
        "all": CauseLink("", "Todas", sum(counted.values()), not cause),
        "cause": cause,
        "cause_label": _label(cause),
        "paging": paging,
        "failed": shown,
        "uncertain": unsure,
        "uncertain_count": uncertain_count,
        "undo": take_undo(request),
        "return_to": request.get_full_path(),
    }
    return render(request, "web/attention.html", context)


@require_POST
@needs(Duty.DECIDE_MESSAGES)
def attention_resend(request: HttpRequest) -> HttpResponse:
    """Queue again the failed messages that were ticked (`ids`)."""
    chosen = ticked(request)
    back = return_url(request, reverse("attention"))
    if not chosen:
        messages.warning(request, "Marque ao menos uma mensagem para reenviar.")
        return redirect(back)
    found = list(_rows(Status.FAILED).filter(pk__in=sorted(chosen)[:MOST_AT_ONCE]).values_list("pk", flat=True))
    _resend_all(request, found, left_out=len(chosen) - len(found))
    return redirect(back)


@require_POST
@needs(Duty.DECIDE_MESSAGES)
def attention_discard(request: HttpRequest) -> HttpResponse:
    """Ask why the failed messages that were ticked (`ids`) are not to be sent; with a reason (`note`), discard them."""
    chosen = sorted(ticked(request))
    back = return_url(request, reverse("attention"))
    if not chosen:
        messages.warning(request, "Marque ao menos uma mensagem para descartar.")
        return redirect(back)
    found = list(_rows(Status.FAILED).filter(pk__in=chosen[:MOST_AT_ONCE]).order_by("pk"))
    form = DiscardForm(request.POST) if "note" in request.POST else DiscardForm()
    if not (form.is_bound and form.is_valid()) and found:
        note_list(request, HEADING, "mensagens", [row.pk for row in found])
        asked = {"found": found, "form": form, "return_to": back, "section": "attention"}
        return render(request, "web/attention_discard.html", {"heading": "Descartar mensagens com erro", **asked})
    why = form.cleaned_data["note"] if form.is_bound and form.is_valid() else ""
    decide = partial(discard, note=why, actor=request.user.get_username(), now=timezone.now())
    decided = decide_each(request, Deed.MESSAGE_DISCARDED, [message.pk for message in found], decide, DecisionRefused)
    if done := decided.done:
        words = ngettext(
            "%d mensagem descartada: não será enviada.", "%d mensagens descartadas: não serão enviadas.", done
        )
        messages.success(request, words % done)
    _say_left_out(request, decided, len(chosen) - len(found), "descartar")
    return redirect(back)


@require_http_methods(["GET", "POST"])
@needs(Duty.DECIDE_MESSAGES)
def attention_resend_all(request: HttpRequest) -> HttpResponse:
    """Ask, then queue again every failed message of one cause (`motivo`), or of all."""
    cause = _cause((request.POST if request.method == "POST" else request.GET).get("motivo", ""))
    waiting = _failed(cause)
    back = reverse("attention") + (f"?motivo={cause}" if cause else "")
    if request.method == "POST":
        _resend_all(request, list(waiting.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE]))
        return redirect(back)
    count = waiting.count()
    context = {
        "heading": "Reenviar mensagens com erro",
        "section": "attention",
        "count": min(count, MOST_AT_ONCE),
        "beyond": max(0, count - MOST_AT_ONCE),
        "cause": cause,
        "cause_label": _label(cause),
        "back": back,
    }
    return render(request, "web/attention_resend_all.html", context)


def _rows(status: Status) -> QuerySet[Message]:
    return needing_a_person().filter(status=status).select_related("type").order_by("-moment", "-pk")


def _failed(asked: str) -> QuerySet[Message]:
    rows = _rows(Status.FAILED)
    if not asked:
        return rows
    family = _FAMILIES.get(asked)
    causes = {cause.value for cause in family.causes} if family else {asked}
    return rows.filter(cause__in=causes | ({""} if Cause.UNKNOWN in causes else set()))


def _cause(asked: str) -> str:
    """A cause or a family there is, or "" for all; the family of the uncertain ones is their cause."""
    if asked == "talvez":
        return Cause.UNCERTAIN.value
    return asked if asked in _LABELS or asked in _FAMILIES else ""


def _label(asked: str) -> str:
    return _FAMILIES[asked].label if asked in _FAMILIES else _LABELS.get(asked, "")


def _counted() -> dict[str, int]:
    """How many messages wait for a person, by cause; those that may have been sent under `uncertain` alone."""
    counted: dict[str, int] = {}
    for cause, count in _rows(Status.FAILED).order_by().values_list("cause").annotate(Count("pk")):
        name = cause or Cause.UNKNOWN.value
        counted[name] = counted.get(name, 0) + count
    if uncertain := _rows(Status.UNCERTAIN).count():
        counted[Cause.UNCERTAIN.value] = uncertain
    return counted


def _groups(counted: dict[str, int], current: str) -> list[Group]:
    groups = []
    for family in FAMILIES:
        causes = [
            CauseLink(cause, _LABELS[cause], counted[cause], cause == current)
            for cause in family.causes
            if cause in counted
        ]
        if causes:
            key = causes[0].cause if family.causes == (Cause.UNCERTAIN,) else family.key
            link = CauseLink(key, family.label, sum(link.count for link in causes), key == current)
            groups.append(Group(family, link, causes if causes[0].label != family.label else []))
    return groups


def _resend_all(request: HttpRequest, message_ids: list[int], *, left_out: int = 0) -> None:
    decide = partial(resend, actor=request.user.get_username(), now=timezone.now())
    decided = decide_each(request, Deed.MESSAGE_RESENT, message_ids, decide, DecisionRefused)
    if done := decided.done:
        words = ngettext("%d mensagem voltou para a fila.", "%d mensagens voltaram para a fila.", done)
        messages.success(request, words % done)
    _say_left_out(request, decided, left_out, "reenviar")


def _say_left_out(request: HttpRequest, decided: Decided, not_found: int, what: str) -> None:
    decided.refused[DecisionRefused] += not_found
    say_left_out(request, decided.refused, _LEFT_OUT)
    if not decided.done and not decided.refused.total():
        messages.info(request, f"Nenhuma mensagem com erro para {what}.")
