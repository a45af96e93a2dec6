"""*Mensagens com erro*: what failed, grouped by cause, and what may have been sent, for a person to decide.

The uncertain ones stand apart, and no button that acts on many touches them: sending one again may double it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recado.gsm.causes import Cause
from recado.outbox.decisions import DecisionRefused, resend
from recado.outbox.models import CAUSES, Message, Status
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.views.listing import paging_for
from recado.web.views.returning import return_url, take_undo

PAGE_SIZE = 10
# One answer to the browser must not take minutes: the rest is offered again.
MOST_AT_ONCE = 500
_LABELS = dict(CAUSES)


@dataclass(frozen=True, slots=True)
class CauseLink:
    """One link of the row on top: the cause (`""` for all), its words, and how many messages wait there."""

    cause: str
    label: str
    count: int
    is_current: bool


@require_GET
@needs(Duty.DECIDE_MESSAGES)
def attention(request: HttpRequest) -> HttpResponse:
    """Show the failed messages of the cause asked for (`motivo`), ten a page, and the uncertain ones."""
    cause = _cause(request.GET.get("motivo", ""))
    links = _links(cause)
    uncertain, uncertain_count = _rows(Status.UNCERTAIN), links[-1].count if links[-1].cause == Cause.UNCERTAIN else 0
    only_uncertain = cause == Cause.UNCERTAIN
    failed = _failed(cause)
    paging = paging_for(request, uncertain_count if only_uncertain else failed.count(), {"motivo": cause})
    here = slice(paging.offset, paging.offset + paging.size)
    if only_uncertain:
        uncertain = uncertain[here]
    else:
        # They lead the list of everything, and do not follow its pages.
        uncertain = uncertain[:PAGE_SIZE] if not cause and paging.number == 1 else uncertain.none()
    context = {
        "heading": "Mensagens com erro",
        "links": links,
        "cause": cause,
        "cause_label": _LABELS.get(cause, ""),
        "paging": paging,
        "failed": failed.none() if only_uncertain else failed[here],
        "uncertain": uncertain,
        "uncertain_count": uncertain_count,
        "undo": take_undo(request),
        "return_to": request.get_full_path(),
    }
    return render(request, "web/attention.html", context)


@require_POST
@needs(Duty.DECIDE_MESSAGES)
def attention_resend(request: HttpRequest) -> HttpResponse:
    """Queue again the failed messages that were ticked (`ids`)."""
    ticked = {int(raw) for raw in request.POST.getlist("ids") if raw.isascii() and raw.isdigit() and len(raw) < 19}
    back = return_url(request, reverse("attention"))
    if not ticked:
        messages.warning(request, "Marque ao menos uma mensagem para reenviar.")
        return redirect(back)
    found = list(_rows(Status.FAILED).filter(pk__in=sorted(ticked)[:MOST_AT_ONCE]).values_list("pk", flat=True))
    _resend_all(request, found, left_out=len(ticked) - len(found))
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
        "cause_label": _LABELS.get(cause, ""),
        "back": back,
    }
    return render(request, "web/attention_resend_all.html", context)


def _rows(status: Status) -> QuerySet[Message]:
    return Message.objects.filter(status=status).select_related("type").order_by("-moment", "-pk")


def _failed(cause: str) -> QuerySet[Message]:
    rows = _rows(Status.FAILED)
    if cause == Cause.UNKNOWN:
        return rows.filter(cause__in=("", Cause.UNKNOWN))
    return rows.filter(cause=cause) if cause else rows


def _cause(asked: str) -> str:
    """A cause there is, or "" for all."""
    return asked if asked in _LABELS else ""


def _links(current: str) -> list[CauseLink]:
    counted: dict[str, int] = {}
    for cause, count in _rows(Status.FAILED).order_by().values_list("cause").annotate(Count("pk")):
        name = cause or Cause.UNKNOWN.value
        counted[name] = counted.get(name, 0) + count
    links = [
        CauseLink(cause, _LABELS.get(cause, cause), count, cause == current)
        for cause, count in sorted(counted.items(), key=lambda item: -item[1])
    ]
    failed = CauseLink("", "Todas", sum(counted.values()), not current)
    if uncertain := _rows(Status.UNCERTAIN).count():
        label = _LABELS[Cause.UNCERTAIN]
        links.append(CauseLink(Cause.UNCERTAIN.value, label, uncertain, current == Cause.UNCERTAIN))
        failed = CauseLink("", failed.label, failed.count + uncertain, failed.is_current)
    return [failed, *links]


def _resend_all(request: HttpRequest, message_ids: list[int], *, left_out: int = 0) -> None:
    """Queue each again on its own, so that one that moved meanwhile stops none; and say what became of them."""
    actor, now, done = request.user.get_username(), timezone.now(), 0
    for message_id in message_ids:
        try:
            resend(message_id, actor=actor, now=now)
        except (DecisionRefused, Message.DoesNotExist):
            left_out += 1
        else:
            done += 1
    if done:
        words = ngettext("%d mensagem voltou para a fila.", "%d mensagens voltaram para a fila.", done)
        messages.success(request, words % done)
    if left_out:
        words = ngettext(
            "%d mensagem ficou como estava: já não está com erro.",
            "%d mensagens ficaram como estavam: já não estão com erro.",
            left_out,
        )
        messages.warning(request, words % left_out)
    if not done and not left_out:
        messages.info(request, "Nenhuma mensagem com erro para reenviar.")
