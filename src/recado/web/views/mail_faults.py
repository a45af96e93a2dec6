"""*E-mails com erro*: the e-mails that did not go out, grouped by what is to be done, and those that may have.

The uncertain ones stand apart, and no button that acts on many touches them: sending one again may double it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recado.billing.resending import require_consent
from recado.mail import decisions
from recado.mail.models import NEEDS_A_PERSON, Fault, Mail, MailStatus
from recado.mail.posting import is_configured
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note_list, note_view
from recado.web.forms.message_actions import CorrectAddressForm, DiscardMailForm
from recado.web.mail_words import BY_KEY, FAMILIES, UNSURE, About, MailFamily, about
from recado.web.views.bulk import MOST_AT_ONCE, Decided, decide_each, keys_among, say_left_out, ticked
from recado.web.views.deciding import decide
from recado.web.views.listing import failed_and_unsure, paging_for
from recado.web.views.returning import offer_undo_of_mails, return_url, take_undo_of_mails

HEADING = "E-mails com erro"
_SECTION = {"section": "mail_faults"}
# Why some of many stay as they are: of one, and of several.
_LEFT_OUT: dict[type[Exception], tuple[str, str]] = {
    decisions.Unwanted: (
        "%d e-mail ficou como estava: o cliente deixou de autorizar e-mails. Descarte-o.",
        "%d e-mails ficaram como estavam: os clientes deixaram de autorizar e-mails. Descarte-os.",
    ),
    decisions.TooLate: (
        "%d e-mail ficou como estava: enviá-lo não adianta mais. Descarte-o.",
        "%d e-mails ficaram como estavam: enviá-los não adianta mais. Descarte-os.",
    ),
    decisions.DecisionRefused: (
        "%d e-mail ficou como estava: outra pessoa já decidiu.",
        "%d e-mails ficaram como estavam: outra pessoa já decidiu.",
    ),
}


@dataclass(frozen=True, slots=True)
class Group:
    """A family with e-mails that wait for a person."""

    family: MailFamily
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One e-mail of a list: what it is about, and whether sending it again would be of use."""

    mail: Mail
    about: About
    useful: bool


@require_GET
@needs(Duty.DECIDE_MESSAGES)
def mail_faults(request: HttpRequest) -> HttpResponse:
    """Show the failed e-mails of the family asked for (`motivo`), some a page, and the uncertain ones."""
    asked, now = _asked(request.GET.get("motivo", "")), timezone.now()
    unsure = _unsure()
    unsure_count = unsure.count()
    failed = _failed(asked)
    paging = paging_for(request, unsure_count if asked == UNSURE else failed.count(), {"motivo": asked})
    failed, unsure = failed_and_unsure(paging, failed, unsure, is_everything=not asked, only_unsure=asked == UNSURE)
    shown, in_doubt = _rows(failed, now), _rows(unsure, now)
    note_list(request, HEADING, "e-mails", [row.mail.pk for row in (*in_doubt, *shown)])
    groups = _groups(asked)
    context = {
        "heading": HEADING,
        "groups": groups,
        "total": sum(group.count for group in groups) + unsure_count,
        "asked": asked,
        "asked_label": BY_KEY[asked].label if asked in BY_KEY else "",
        "paging": paging,
        "failed": shown,
        "unsure": in_doubt,
        "unsure_count": unsure_count,
        "waiting": _waiting(),
        "undo": take_undo_of_mails(request),
        "discarded": decisions.discarded().count(),
        "return_to": request.get_full_path(),
    }
    return render(request, "web/mail_faults.html", context)


@require_POST
@needs(Duty.DECIDE_MESSAGES)
def mail_faults_resend(request: HttpRequest) -> HttpResponse:
    """Queue again the failed e-mails that were ticked (`ids`)."""
    chosen = ticked(request)
    if not chosen:
        messages.warning(request, "Marque ao menos um e-mail para reenviar.")
    else:
        _resend_each(request, sorted(chosen))
    return redirect(return_url(request, reverse("mail_faults")))


@require_http_methods(["GET", "POST"])
@needs(Duty.DECIDE_MESSAGES)
def mail_faults_resend_all(request: HttpRequest) -> HttpResponse:
    """Ask, then queue again every failed e-mail of one family (`motivo`), or of all, that is still of use."""
    asked = _asked((request.POST if request.method == "POST" else request.GET).get("motivo", ""))
    waiting = _failed(asked).filter(useful_until__gt=timezone.now())
    back = reverse("mail_faults") + (f"?motivo={asked}" if asked else "")
    if request.method == "POST":
        _resend_each(request, list(waiting.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE]))
        return redirect(back)
    count = waiting.count()
    label = BY_KEY[asked].label if asked in BY_KEY else ""
    counts = {"count": min(count, MOST_AT_ONCE), "beyond": max(0, count - MOST_AT_ONCE)}
    context = {"heading": "Reenviar e-mails com erro", **counts, "asked": asked, "asked_label": label, "back": back}
    return render(request, "web/mail_faults_resend_all.html", context | _SECTION)


@require_http_methods(["GET", "POST"])
@needs(Duty.DECIDE_MESSAGES)
def mail_faults_discard(request: HttpRequest) -> HttpResponse:
    """Ask why these e-mails (`ids`, or all failed ones of `motivo`) are not to be sent; with a reason, discard them."""
    back = return_url(request, reverse("mail_faults"))
    keys = sorted(_to_discard(request))
    if not keys:
        messages.warning(request, "Marque ao menos um e-mail para descartar.")
        return redirect(back)
    found = list(Mail.objects.filter(pk__in=keys[:MOST_AT_ONCE], status__in=NEEDS_A_PERSON).order_by("pk"))
    form = DiscardMailForm(request.POST if "note" in request.POST else None)
    if found and not (form.is_bound and form.is_valid()):
        note_list(request, HEADING, "e-mails", [mail.pk for mail in found])
        asked = {"found": found, "form": form, "return_to": back}
        return render(
            request, "web/mail_faults_discard.html", {"heading": "Descartar e-mails com erro"} | asked | _SECTION
        )
    done: list[int] = []

    def decision(mail_id: int) -> None:
        decisions.discard(mail_id, note=form.cleaned_data["note"], now=timezone.now())
        done.append(mail_id)

    decided = _each(request, Deed.MAIL_DISCARDED, [mail.pk for mail in found], decision)
    offer_undo_of_mails(request, done)
    _say_left_out(request, decided, len(keys) - len(found))
    return redirect(back)


@require_GET
@needs(Duty.DECIDE_MESSAGES)
def mail_discarded(request: HttpRequest) -> HttpResponse:
    """The e-mails that people discarded, each of which may be taken back."""
    found = decisions.discarded()
    paging = paging_for(request, found.count(), {})
    shown = _rows(found[paging.offset : paging.offset + paging.size], timezone.now())
    note_list(request, HEADING, "e-mails", [row.mail.pk for row in shown])
    context = {"heading": "E-mails descartados", "paging": paging, "rows": shown, "return_to": request.get_full_path()}
    return render(request, "web/mail_discarded.html", context | _SECTION)


@require_POST
@needs(Duty.DECIDE_MESSAGES)
def mail_faults_undo(request: HttpRequest) -> HttpResponse:
    """Let the discarded e-mails (`ids`) stand as they stood."""
    keys = sorted(ticked(request))[:MOST_AT_ONCE]
    decided = _each(request, Deed.MAIL_UNDONE, keys, partial(decisions.undo_discard, now=timezone.now()))
    if done := decided.done:
        words = ngettext(
            "Descarte desfeito: %d e-mail voltou a ficar como estava.",
            "Descarte desfeito: %d e-mails voltaram a ficar como estavam.",
            done,
        )
        messages.success(request, words % done)
    _say_left_out(request, decided)
    return redirect(return_url(request, reverse("mail_faults")))


@require_http_methods(["GET", "POST"])
@needs(Duty.DECIDE_MESSAGES)
def mail_resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue one e-mail again; one that may have been sent only after the person read that it may double."""
    mail = get_object_or_404(Mail, pk=pk)
    unsure = mail.status == MailStatus.UNCERTAIN
    warned = not unsure or request.POST.get("em_dobro") == "sim"
    if request.method == "GET" or not warned or _tried_since(request, mail):
        heading = "Reenviar mesmo assim?" if unsure else "Reenviar e-mail"
        return _ask(request, "web/mail_resend.html", mail, heading=heading, unsure=unsure)
    decision = partial(_resend, now=timezone.now(), sure=unsure)
    return _decide(request, mail, Deed.MAIL_RESENT, decision, "O e-mail voltou para a fila.")


def _tried_since(request: HttpRequest, mail: Mail) -> bool:
    """Whether an e-mail in doubt was tried again since the person saw the page that sends this form, and says so: what
    they decided was about another try. Sent again it counts its tries from none, so that only its moment tells."""
    seen = request.POST.get("tentativa", "")
    if mail.status != MailStatus.UNCERTAIN or not seen or seen == mail.moment.isoformat():
        return False
    messages.warning(request, "Este e-mail foi tentado de novo enquanto você decidia. Veja o que se sabe agora.")
    return True


@require_http_methods(["GET", "POST"])
@needs(Duty.DECIDE_MESSAGES)
def mail_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for another address, then queue the e-mail again to it."""
    mail = get_object_or_404(Mail, pk=pk)
    form = CorrectAddressForm(request.POST if request.method == "POST" else None, mail=mail)
    if not (form.is_bound and form.is_valid()):
        return _ask(request, "web/mail_correct.html", mail, heading="Corrigir e-mail", form=form)

    def decision(mail_id: int) -> None:
        require_consent(mail_id)
        decisions.correct(mail_id, form.cleaned_data["address"], now=timezone.now())

    words = "O e-mail voltou para a fila, com o endereço novo. Corrija-o também no cadastro."
    return _decide(request, mail, Deed.MAIL_CORRECTED, decision, words)


@require_http_methods(["GET", "POST"])
@needs(Duty.DECIDE_MESSAGES)
def mail_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an uncertain e-mail as sent, after the person read that this cannot be taken back."""
    mail = get_object_or_404(Mail, pk=pk)
    if request.method == "GET" or request.POST.get("com_certeza") != "sim" or _tried_since(request, mail):
        confirmable = mail.status == MailStatus.UNCERTAIN
        return _ask(request, "web/mail_confirm.html", mail, heading="Já foi enviado?", confirmable=confirmable)
    decision = partial(decisions.confirm_sent, now=timezone.now())
    return _decide(request, mail, Deed.MAIL_CONFIRMED, decision, "O e-mail foi marcado como enviado.")


def _asked(written: str) -> str:
    return written if written in BY_KEY or written == UNSURE else ""


def _failed(asked: str) -> QuerySet[Mail]:
    rows = Mail.objects.filter(status__in=(MailStatus.FAILED, MailStatus.EXPIRED)).order_by("-moment", "-pk")
    return rows.filter(BY_KEY[asked].which) if asked in BY_KEY else rows


def _unsure() -> QuerySet[Mail]:
    return Mail.objects.filter(status=MailStatus.UNCERTAIN).order_by("-moment", "-pk")


def _rows(found: QuerySet[Mail], now: datetime) -> list[Row]:
    page = list(found.defer("text", "html"))
    told = about(page)
    return [Row(mail, told[mail.pk], mail.useful_until > now) for mail in page]


def _groups(asked: str) -> list[Group]:
    counted = _failed("").order_by().aggregate(**{family.key: Count("pk", filter=family.which) for family in FAMILIES})
    return [Group(family, counted[family.key], family.key == asked) for family in FAMILIES if counted[family.key]]


def _waiting() -> dict[str, object] | None:
    """The e-mails that the mail server keeps waiting: how many, since when; None while it takes them."""
    waiting = Mail.objects.filter(status=MailStatus.WAITING)
    if is_configured():
        waiting = waiting.filter(fault=Fault.SERVER)
    found: dict[str, object] = waiting.aggregate(count=Count("pk"), since=Min("created_at"), reason=Min("reason"))
    return found | {"configured": is_configured()} if found["count"] else None


def _to_discard(request: HttpRequest) -> set[int]:
    if request.method == "POST":
        return ticked(request)
    if request.GET.get("todos") == "sim":
        return set(_failed(_asked(request.GET.get("motivo", ""))).values_list("pk", flat=True)[:MOST_AT_ONCE])
    return keys_among(request.GET.getlist("ids"))


def _ask(request: HttpRequest, template: str, mail: Mail, **more: object) -> HttpResponse:
    back = return_url(request, reverse("mail_faults"))
    known = {"mail": mail, "about": about([mail])[mail.pk], "return_to": back}
    note_view(request, Deed.MAIL_VIEWED, mail.pk)
    refusal = decisions.why_not_again(mail, timezone.now())
    return render(request, template, known | {"refusal": refusal} | more | _SECTION)


def _resend(mail_id: int, *, now: datetime, sure: bool = False) -> None:
    require_consent(mail_id)
    decisions.resend(mail_id, now=now, sure=sure)


def _resend_each(request: HttpRequest, keys: list[int]) -> None:
    decided = _each(request, Deed.MAIL_RESENT, keys[:MOST_AT_ONCE], partial(_resend, now=timezone.now()))
    if done := decided.done:
        words = ngettext("%d e-mail voltou para a fila.", "%d e-mails voltaram para a fila.", done)
        messages.success(request, words % done)
    _say_left_out(request, decided, len(keys[MOST_AT_ONCE:]))


def _decide(
    request: HttpRequest, mail: Mail, deed: Deed, decision: Callable[[int], object], words: str
) -> HttpResponse:
    """One decision; overtaken by somebody else, it says how the e-mail stands now."""
    decide(request, partial(decision, mail.pk), decisions.DecisionRefused, deed=deed, subject=mail.pk, done=words)
    return redirect(return_url(request, reverse("mail_faults")))


def _each(request: HttpRequest, deed: Deed, keys: list[int], decision: Callable[[int], object]) -> Decided:
    return decide_each(request, deed, keys, decision, decisions.DecisionRefused)


def _say_left_out(request: HttpRequest, decided: Decided, not_found: int = 0) -> None:
    decided.refused[decisions.DecisionRefused] += not_found
    say_left_out(request, decided.refused, _LEFT_OUT)
